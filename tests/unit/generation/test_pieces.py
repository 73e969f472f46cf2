import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.generation.pieces import Pieces, StopFinder
from tests.tiny import ByteTokenizer


def take_apart(ids):
    pieces = Pieces(ByteTokenizer(), [1])
    told = [pieces.add(token) for token in ids]
    return [*told, pieces.finish()]


@given(st.text())
def test_pieces_joined_are_the_text_and_hold_whole_characters(text):
    (ids,) = ByteTokenizer()([text], add_special_tokens=False)["input_ids"]
    told = take_apart(ids)
    assert "".join(told) == text
    if "\ufffd" not in text:
        assert not any("\ufffd" in piece for piece in told)


def test_a_broken_character_comes_out_at_the_end():
    assert "".join(take_apart([0xC3 + 4])) == "\ufffd"


@given(st.lists(st.text("abE ND", max_size=5)), st.lists(st.text("END", min_size=1, max_size=4), max_size=4))
def test_a_stop_string_is_never_shown_not_even_begun(parts, stops):
    finder, text = StopFinder(stops), "".join(parts)
    shown = ""
    for part in parts:
        shown += finder.add(part)
        assert text.startswith(shown)
    shown += finder.finish()
    places = [text.find(stop) for stop in stops if stop in text]
    assert finder.found == bool(places)
    assert not any(stop in shown for stop in stops)
    if not places:
        assert shown == text


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_the_text_before_the_first_stop_string_is_shown(size):
    text = "A pan. ENjoy it. END of it"
    finder = StopFinder(["END", "of"])
    shown = "".join(finder.add(text[start : start + size]) for start in range(0, len(text), size)) + finder.finish()
    assert shown == "A pan. ENjoy it. "
