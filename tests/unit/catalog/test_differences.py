import doctest
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.catalog import differences
from catalora.catalog.differences import compare_texts, mark_words, shorten_pieces

TEXTS = st.text(alphabet=st.sampled_from(" \n\tab<&;é"), max_size=60)


def spell(pieces, kind):
    return "".join(piece.text for piece in pieces if piece.kind in {"same", kind})


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(differences).failed == 0


@given(TEXTS, TEXTS)
def test_the_pieces_spell_both_texts_and_take_turns(before, after):
    pieces = compare_texts(before, after)
    assert (spell(pieces, "removed"), spell(pieces, "added")) == (before, after)
    kinds = [piece.kind for piece in pieces]
    assert all(left != right for left, right in itertools.pairwise(kinds))
    assert ("added", "removed") not in itertools.pairwise(kinds)


@given(TEXTS)
def test_equal_texts_are_one_piece(text):
    assert [piece.kind for piece in compare_texts(text, text)] == (["same"] if text else [])


@pytest.mark.parametrize("words", [100, 5_000])
def test_changes_far_apart_are_found_one_by_one(words):
    filler = " ".join(f"word{n}" for n in range(words))
    before, after = f"old {filler} middle {filler} end", f"new {filler} centre {filler} stop"
    changes = [piece.text.strip() for piece in compare_texts(before, after) if piece.kind != "same"]
    assert changes == ["old", "new", "middle", "centre", "end", "stop"]


def test_endless_texts_without_a_common_word_are_compared_in_time():
    before, after = "x " * 50_000, "y " * 60_000
    pieces = compare_texts(before, after)
    assert (spell(pieces, "removed"), spell(pieces, "added")) == (before, after)


def test_a_long_text_is_shown_around_its_changes():
    before = "word " * 40_000 + "Kerr&#39;s" + " word" * 40_000
    pieces = shorten_pieces(compare_texts(before, before.replace("&#39;", "'")))
    assert [piece.kind for piece in pieces] == ["omitted", "same", "removed", "added", "same", "omitted"]
    assert sum(len(piece.text) for piece in pieces) < 1_000


def test_one_endless_word_is_cut():
    pieces = shorten_pieces(compare_texts("x" * 100_000, "y"))
    assert sum(len(piece.text) for piece in pieces) < 1_000
    assert mark_words("", ["x"]) == []
