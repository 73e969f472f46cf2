"""How much of an answer is copied: its longest run of words that also stands in a training description.

The search is exact. Runs are grown word by word on both sides at once: a run of n + 1 words can only begin where a run
of n words was found, so each step looks at fewer places than the one before.

    training   … keeps | soup warm for hours . | The …
    answer         … a | soup warm for hours   | and …        longest run: "soup warm for hours", 4 words
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Odd, so that multiplying loses nothing in 64 bits; the value itself has no meaning.
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CopiedRun:
    """The longest run of an answer that was copied.

    Attributes:
        text: the run, its words joined by spaces.
        words: its length.
        share: its part of the answer's words, 0–1.
    """

    text: str
    words: int
    share: float


def find_copied_runs(answers: Sequence[str], training: Sequence[str]) -> list[CopiedRun]:
    """The longest copied run of each answer; words are what stands between spaces, letter case and marks included.

    Hashes of 64 bits stand for runs: with 10 million words the chance of one wrong match is about 1 in 10⁵.

    Example:
        >>> find_copied_runs(["a soup warm for hours and"], ["It keeps soup warm for hours."])[0].text
        'soup warm for'
    """
    numbers: dict[str, int] = {}
    words = [answer.split() for answer in answers]
    asked, asked_ends = _number_words(words, numbers)
    known, known_ends = _number_words([text.split() for text in training], numbers)
    lengths = np.zeros(len(asked), dtype=np.int64)  # of the longest run that begins at each word of the answers
    asked_at, known_at = np.arange(len(asked)), np.arange(len(known))
    asked_hash, known_hash = _mix(asked), _mix(known)
    length = 1
    while len(asked_at) and len(known_at):
        found = np.isin(asked_hash, known_hash)
        asked_at, asked_hash = asked_at[found], asked_hash[found]
        lengths[asked_at] = length
        kept = np.isin(known_hash, asked_hash)
        known_at, known_hash = known_at[kept], known_hash[kept]
        asked_at, asked_hash = _grow(asked_at, asked_hash, asked, asked_ends, length)
        known_at, known_hash = _grow(known_at, known_hash, known, known_ends, length)
        length += 1
    return _choose_longest(words, lengths)


def _number_words(texts: Sequence[Sequence[str]], numbers: dict[str, int]) -> tuple[Places, Places]:
    """All words of all texts as numbers, and for each the end of its text; both have shape (words,)."""
    flat = np.array([numbers.setdefault(word, len(numbers)) for text in texts for word in text], dtype=np.int64)
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    return flat, np.repeat(np.cumsum(sizes), sizes)


def _mix(numbers: Places) -> Hashes:
    """Spread small numbers over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    mixed: Hashes = (numbers.astype(np.uint64) + np.uint64(1)) * _FACTOR
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _grow(places: Places, hashes: Hashes, words: Places, ends: Places, length: int) -> tuple[Places, Hashes]:
    """Add the next word to each run that does not end with its text."""
    more = places + length < ends[places]
    places, hashes = places[more], hashes[more]
    return places, hashes * _FACTOR + _mix(words[places + length])


def _choose_longest(words: Sequence[Sequence[str]], lengths: Places) -> list[CopiedRun]:
    runs: list[CopiedRun] = []
    start = 0
    for answer in words:
        own = lengths[start : start + len(answer)]
        start += len(answer)
        begin = int(own.argmax()) if len(own) else 0
        length = int(own[begin]) if len(own) else 0
        run = " ".join(answer[begin : begin + length])
        runs.append(CopiedRun(run, length, length / len(answer) if answer else 0.0))
    return runs
