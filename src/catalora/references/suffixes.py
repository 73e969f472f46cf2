"""Words of a UTF-8 text at the level of bytes, and their suffixes in order: what the span index is made of.

Everything works on arrays of bytes, because a catalogue's texts are too long for one Python character at a time. A word
starts and ends at the same places whether the bytes are of an answer or of all training texts.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Between the texts: a byte that no UTF-8 holds.
SEPARATOR = b"\xff"


def sort_word_suffixes(data: NDArray[np.uint8]) -> NDArray[Any]:
    """Positions where words start, in the order of the bytes that follow; int32, or int64 from 2 GiB on.

    The suffix array of all positions comes from libdivsufsort; five of six positions are inside words and left out.
    """
    from pydivsufsort import divsufsort

    is_word = mark_words(data)
    is_start = is_word.copy()
    is_start[1:] &= ~is_word[:-1]
    # libdivsufsort does not write to the text, but its wrapper takes only writable arrays.
    suffixes: NDArray[Any] = divsufsort(data if data.flags.writeable else data.copy())
    kept: NDArray[Any] = suffixes[is_start[suffixes]].astype(choose_width(len(data)), copy=False)
    return kept


def mark_words(data: NDArray[np.uint8], width: int | None = None) -> NDArray[np.bool_]:
    """Which bytes of a UTF-8 text belong to words: letters, digits, `_`, and all of other scripts but punctuation.

    Args:
        data: the bytes, shape (n,).
        width: when given, `data` is many texts of this many bytes, and no character reaches into the next.

    Returns:
        Shape (n,).
    """
    is_word = _IS_WORD_BYTE[data]
    for lead, seconds, length in _PUNCTUATION:
        (places,) = np.nonzero(data == lead)
        places = places[places + length <= len(data)]
        if width is not None:
            places = places[places % width + length <= width]
        places = places[np.isin(data[places + 1], seconds)]
        for offset in range(length):
            is_word[places + offset] = False
    return is_word


def _make_word_table() -> NDArray[np.bool_]:
    table = np.array([chr(byte).isalnum() or byte == 0x5F or byte >= 0x80 for byte in range(256)])
    table[SEPARATOR[0]] = False
    return table


_IS_WORD_BYTE = _make_word_table()
# Lead byte, second bytes and length of: U+00A0-00BF without ª and º, U+2000-207F (dashes, quotes), U+3000-303F.
_PUNCTUATION: tuple[tuple[int, list[int], int], ...] = (
    (0xC2, [byte for byte in range(0xA0, 0xC0) if byte not in {0xAA, 0xBA}], 2),
    (0xE2, [0x80, 0x81], 3),
    (0xE3, [0x80], 3),
)


def find_borders(is_word: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and ends (one past) of the words, shape (words,) each."""
    edges = np.diff(np.concatenate([[False], is_word, [False]]).astype(np.int8))
    return np.nonzero(edges == 1)[0], np.nonzero(edges == -1)[0]


def count_common(left: bytes, right: bytes) -> int:
    """How many bytes both begin with alike."""
    length = min(len(left), len(right))
    if left[:length] == right[:length]:
        return length
    differs = np.frombuffer(left, np.uint8, length) != np.frombuffer(right, np.uint8, length)
    return int(differs.argmax())


def choose_width(size_bytes: int) -> "np.dtype[Any]":
    """The integers in which positions of a text of this size are kept."""
    return np.dtype(np.int32) if size_bytes < 2**31 else np.dtype(np.int64)
