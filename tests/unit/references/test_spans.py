import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalora.errors import DataError
from catalora.references.generations import IndexUnavailableError, read_current
from catalora.references.spans import build_spans, open_spans
from catalora.references.suffixes import mark_words, sort_word_suffixes

# Few letters, so that copies are frequent; dashes, accents and quotes, so that borders are hard.
PIECES = st.sampled_from(["a", "b", "ab", "aba", "é", "ã", "–", "“", " ", " ", " ", ".", "-", "b'a", "\n", "日", "。"])
TEXTS = st.lists(PIECES, max_size=14).map("".join)


def is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def list_words(text: str) -> list[tuple[int, int]]:
    borders = [(i, i + 1) for i, character in enumerate(text) if is_word(character)]
    words: list[tuple[int, int]] = []
    for start, end in borders:
        if words and words[-1][1] == start:
            words[-1] = (words[-1][0], end)
        else:
            words.append((start, end))
    return words


def stands_in(piece: str, text: str) -> bool:
    start = text.find(piece)
    while start >= 0:
        end = start + len(piece)
        if not (start and is_word(text[start - 1])) and not (end < len(text) and is_word(text[end])):
            return True
        start = text.find(piece, start + 1)
    return False


def find_naively(answer: str, texts: list[str], min_words: int) -> set[tuple[int, int, tuple[int, ...]]]:
    """Every copied run of words, tried one by one; those inside a longer one left out."""
    words = list_words(answer)
    copied = {}
    for first in range(len(words)):
        for last in range(first + min_words, len(words) + 1):
            start, end = words[first][0], words[last - 1][1]
            rows = tuple(row for row, text in enumerate(texts) if stands_in(answer[start:end], text))
            if rows:
                copied[start, end] = rows
    return {
        (start, end, rows)
        for (start, end), rows in copied.items()
        if not any((a, b) != (start, end) and a <= start and end <= b for a, b in copied)
    }


def build(folder, texts, fingerprint="rows-1"):
    return build_spans(folder, [f"u{i}" for i in range(len(texts))], texts, fingerprint=fingerprint)


@given(st.lists(TEXTS, min_size=1, max_size=5), TEXTS, st.integers(1, 3))
@settings(max_examples=400, deadline=None)
def test_spans_are_those_that_a_naive_search_finds(tmp_path_factory, texts, answer, min_words):
    index = build(tmp_path_factory.mktemp("spans"), texts)
    found = {(span.start, span.end, span.rows) for span in index.find_copies(answer, min_words).spans}
    assert found == find_naively(answer, texts, min_words)


@pytest.mark.parametrize("seed", range(5))
def test_planted_copies_are_all_found_and_nothing_else(tmp_path, seed):
    rng = random.Random(seed)
    texts = [" ".join(rng.choice("xyz") + str(rng.randrange(10**6)) for _ in range(80)) for _ in range(60)]
    index = build(tmp_path, texts)
    for length in range(8, 61):
        row = rng.randrange(len(texts))
        words = texts[row].split()
        start = rng.randrange(len(words) - length + 1)
        planted = " ".join(words[start : start + length])
        copies = index.find_copies(f"Invented beginning, then {planted} and an invented end.")
        assert [(span.text, span.rows, span.words) for span in copies.spans] == [(planted, (row,), length)]
        assert (copies.copied_words, copies.longest_words, copies.words) == (length, length, length + 7)


def test_rare_spans_come_first_and_all_their_rows_are_named(tmp_path):
    common, rare = "this is the same old thing as ever", "quixotic zephyrs jolt my waxed bronze vicuna"
    index = build(tmp_path, [common, f"{common}.", f"so: {common}", rare])
    copies = index.find_copies(f"{common}; {rare}")
    assert [span.text for span in copies.spans] == [rare, common]
    assert [index.read_uids(span.rows) for span in copies.spans] == [["u3"], ["u0", "u1", "u2"]]
    assert copies.share == 1.0


def test_no_span_crosses_two_rows(tmp_path):
    index = build(tmp_path, ["one two three four", "five six seven eight"])
    assert index.find_copies("one two three four five six seven eight").spans == ()


@pytest.mark.parametrize("answer", ["", " \n", "?!", "an answer of words that stand in no row at all"])
def test_nothing_copied_is_nothing_claimed(tmp_path, answer):
    copies = build(tmp_path, ["a text about a lamp", ""]).find_copies(answer)
    assert (copies.spans, copies.share, copies.longest_words) == ((), 0.0, 0)


def test_a_copy_longer_than_the_search_is_found_whole(tmp_path):
    text = " ".join(f"word{i}" for i in range(3_000))
    (span,) = build(tmp_path, [text, "other"]).find_copies(f"Well: {text}").spans
    assert (span.text, span.words) == (text, 3_000)


def test_ordinary_words_are_those_that_no_capital_makes_a_name(tmp_path):
    index = build(
        tmp_path, ["Papers stay flat. Made by Kiteworth. Café au lait", "The Café. Papers again, so Kiteworth says"]
    )
    words = ["stay", "papers", "kiteworth", "caf", "café", "lait", "made", "unseen", ""]
    assert [word for word in words if word in index] == ["stay", "papers", "caf", "lait", "made", "unseen"]


def test_suffixes_are_word_starts_in_byte_order():
    data = "b ab–é a.b".encode()
    suffixes = sort_word_suffixes(np.frombuffer(data, dtype=np.uint8))
    assert [data[start:] for start in suffixes] == sorted(data[start:] for start in suffixes)
    assert sorted(suffixes) == [0, 2, 7, 10, 12]


def test_words_are_letters_digits_and_other_scripts():
    text = "a_1 é–“x”\u00a0º日。"
    flags = mark_words(np.frombuffer(text.encode(), dtype=np.uint8))
    expected = [is_word(character) for character in text for _ in character.encode()]
    assert flags.tolist() == expected


def test_opened_again_it_answers_the_same(tmp_path):
    texts = ["a lamp that shines very well at night"]
    built = build(tmp_path, texts)
    opened = open_spans(tmp_path, fingerprint="rows-1")
    assert opened.find_copies(texts[0]) == built.find_copies(texts[0])


DAMAGES = {
    "text cut off": lambda path: (path / "text.bin").write_bytes(b"a"),
    "suffixes missing": lambda path: (path / "suffixes.bin").unlink(),
    "uids cut off": lambda path: (path / "rows.parquet").write_bytes(b"PAR1"),
    "facts cut off": lambda path: (path / "spans.json").write_text("{"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_says_so_and_can_be_rebuilt(tmp_path, damage):
    build(tmp_path, ["a lamp"])
    DAMAGES[damage](read_current(tmp_path))
    with pytest.raises(IndexUnavailableError) as caught:
        open_spans(tmp_path, fingerprint="rows-1")
    assert caught.value.code == "index-damaged"
    build(tmp_path, ["a lamp"])
    open_spans(tmp_path, fingerprint="rows-1")


def test_missing_stale_and_empty_are_told_apart(tmp_path):
    with pytest.raises(IndexUnavailableError) as missing:
        open_spans(tmp_path / "none", fingerprint="rows-1")
    build(tmp_path, ["a lamp"])
    with pytest.raises(IndexUnavailableError) as stale:
        open_spans(tmp_path, fingerprint="rows-2")
    with pytest.raises(DataError) as empty:
        build(tmp_path, [])
    assert [error.value.code for error in (missing, stale, empty)] == [
        "index-missing",
        "index-stale",
        "no-training-products",
    ]
