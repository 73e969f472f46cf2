"""Copied spans: which pieces of an answer stand word for word in a training description, and in which rows.

An exact substring index, as in OLMoTrace (arXiv 2504.07096, section 3): a suffix array over all training texts. It
shows that the same words stand there; it does not show that the model has them from there.

    text.bin        UTF-8 of all texts, the byte 0xFF (which no UTF-8 holds) after each: no span crosses a row
    suffixes.bin    where words start in text.bin, sorted by what follows
    starts.bin      where rows start in text.bin
    rows.parquet    uid by row
    spans.json      fingerprint of the rows, counts, format

Files are mapped into memory, not read. They live in generations (see `generations.py`) and are rebuilt, never repaired.
"""

import mmap
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from catalora.errors import DataError
from catalora.progress import Progress, ignore_progress
from catalora.references.generations import open_generation, replace_generation
from catalora.references.marks import MIN_WORDS
from catalora.references.suffixes import (
    SEPARATOR,
    choose_width,
    count_common,
    find_borders,
    mark_words,
    sort_word_suffixes,
)
from catalora.run import write_json

# To be raised when the files are made in another way: every older index is then stale.
FORMAT = 1
_CHECKED_AT_ONCE = 1 << 20
# Places of a word that are looked at to tell a name; and what stands in front of a word inside a sentence.
_LOOKED_AT = 1_000
_INSIDE_SENTENCE = re.compile(rb"[\w,] ")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an answer that stands word for word in training texts, as long as it can be made.

    Attributes:
        start: its first character in the answer.
        end: one past its last character.
        text: the piece itself.
        words: how many words it has.
        log_probability: sum of the logs of its words' shares in the training texts; the lower, the rarer.
        rows: every row that holds it, ascending; `SpanIndex.read_uids` names them.
    """

    start: int
    end: int
    text: str
    words: int
    log_probability: float
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Copies:
    """What of an answer is copied.

    Attributes:
        spans: the longest spans, rare ones first; they may overlap, none lies inside another.
        words: words of the answer.
        copied_words: words of the answer that are in a span.
        longest_words: words of the longest span; 0 without one.
    """

    spans: tuple[Span, ...]
    words: int
    copied_words: int
    longest_words: int

    @property
    def share(self) -> float:
        """Share of the answer's words that are in a span, 0 to 1."""
        return self.copied_words / self.words if self.words else 0.0


class SpanFacts(BaseModel):
    """`spans.json`: what an index holds, and how it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    fingerprint: str
    rows: int
    bytes: int
    words: int


class SpanIndex:
    """One generation, open for searching; `build_spans` and `open_spans` make it. Any number of threads may search."""

    def __init__(self, path: Path) -> None:
        self.facts = SpanFacts.model_validate_json((path / "spans.json").read_bytes())
        width = choose_width(self.facts.bytes)
        self._text = _map_file(path / "text.bin", self.facts.bytes)
        self._suffixes = np.frombuffer(_map_file(path / "suffixes.bin", self.facts.words * width.itemsize), dtype=width)
        self._starts = np.frombuffer(_map_file(path / "starts.bin", self.facts.rows * 8), dtype=np.int64)
        self._uids = pl.read_parquet(path / "rows.parquet")["uid"]
        if len(self._uids) != self.facts.rows:
            raise ValueError(f"{len(self._uids)} uids instead of {self.facts.rows}")

    def __contains__(self, word: object) -> bool:
        """Whether nothing shows that a lower-case word is a name.

        It is taken for one when the training texts never write it in lower case, and inside sentences with a capital.
        """
        if not isinstance(word, str) or not word:
            return False
        if len(self._find_places(word.encode(), limit=1)):
            return True
        places = self._find_places((word[0].upper() + word[1:]).encode())
        before = [self._text[max(0, place - 2) : place] for place in places[:_LOOKED_AT]]
        return not any(_INSIDE_SENTENCE.fullmatch(two) for two in before)

    def read_uids(self, rows: Sequence[int]) -> list[str]:
        """The uids of rows, in their order."""
        return [str(self._uids[row]) for row in rows]

    def find_copies(self, answer: str, min_words: int = MIN_WORDS) -> Copies:
        """The longest spans of an answer that start and end at words here and in a training text.

        Args:
            answer: the text to look at.
            min_words: shorter spans are left out; every language has common phrases.
        """
        data = answer.encode("utf-8", "replace")
        is_word = mark_words(np.frombuffer(data, dtype=np.uint8))
        starts, ends = find_borders(is_word)
        characters = np.concatenate([[0], np.cumsum((np.frombuffer(data, dtype=np.uint8) & 0xC0) != 0x80)])
        counts: dict[bytes, int] = {}
        spans: list[Span] = []
        covered = np.zeros(len(starts), dtype=bool)
        reached = 0
        for first in range(len(starts)):
            # One past the last word that can be copied in one piece from here.
            last = self._find_longest(data, first, starts, ends, reached, min_words)
            if last <= reached or last - first < min_words:
                continue
            reached = last
            covered[first:last] = True
            piece = data[starts[first] : ends[last - 1]]
            words = [data[starts[i] : ends[i]] for i in range(first, last)]
            begin, end = int(characters[starts[first]]), int(characters[ends[last - 1]])
            spans.append(
                Span(
                    begin, end, answer[begin:end], len(words), self._rate(words, counts), tuple(self._list_rows(piece))
                )
            )
        spans.sort(key=lambda span: (span.log_probability, span.start))
        longest = max((span.words for span in spans), default=0)
        return Copies(tuple(spans), len(starts), int(covered.sum()), longest)

    def _find_longest(
        self, data: bytes, first: int, starts: NDArray[np.int64], ends: NDArray[np.int64], reached: int, min_words: int
    ) -> int:
        """One past the last word of the longest span from word `first`; anything up to `reached` when not longer."""
        begin = int(starts[first])
        shared = self._measure_match(data[begin:])
        last = int(np.searchsorted(ends, begin + shared, side="right"))
        while last > max(reached, first + min_words - 1):
            end = int(ends[last - 1])
            # Matched beyond the next character: the word ends there too. Else "art" may only stand in "artist".
            if begin + shared >= end + 3 or len(self._find_places(data[begin:end], limit=1)):
                return last
            last -= 1
        return 0

    def _measure_match(self, pattern: bytes) -> int:
        """Bytes of the longest beginning of `pattern` that stands at a word's start in the texts."""
        matched = 0
        place = self._bisect(pattern, after=False)
        for neighbour in (place - 1, place):
            if 0 <= neighbour < len(self._suffixes):
                start = int(self._suffixes[neighbour])
                matched = max(matched, count_common(self._text[start : start + len(pattern)], pattern))
        return matched

    def _bisect(self, pattern: bytes, *, after: bool) -> int:
        """Index of the first suffix that does not sort before `pattern`, or of the first behind all that begin so."""
        text, suffixes, length = self._text, self._suffixes, len(pattern)
        low, high = 0, len(suffixes)
        while low < high:
            middle = (low + high) // 2
            start = int(suffixes[middle])
            piece = text[start : start + length]
            if piece < pattern or (after and piece == pattern):
                low = middle + 1
            else:
                high = middle
        return low

    def _find_places(self, piece: bytes, limit: int | None = None) -> NDArray[np.int64]:
        """Where `piece` stands in the texts as whole words; all places, or enough to know that there are `limit`."""
        low, high = self._bisect(piece, after=False), self._bisect(piece, after=True)
        found: list[NDArray[np.int64]] = []
        for start in range(low, high, _CHECKED_AT_ONCE):
            places = self._suffixes[start : min(high, start + _CHECKED_AT_ONCE)].astype(np.int64)
            found.append(places[self._ends_word(places + len(piece))])
            if limit is not None and sum(map(len, found)) >= limit:
                break
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def _ends_word(self, places: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether no word goes on at these places of the texts."""
        text = np.frombuffer(self._text, dtype=np.uint8)
        following = np.stack([text[np.minimum(places + i, len(text) - 1)] for i in range(3)], axis=1)
        # Each place as a little text of its own; what was cut off behind it makes no difference to its first byte.
        return ~mark_words(following.reshape(-1), width=3).reshape(-1, 3)[:, 0]

    def _list_rows(self, piece: bytes) -> list[int]:
        rows = np.searchsorted(self._starts, self._find_places(piece), side="right") - 1
        return [int(row) for row in np.unique(rows)]

    def _rate(self, words: Sequence[bytes], counts: dict[bytes, int]) -> float:
        """Sum of the logs of the words' shares among all words of the texts."""
        for word in words:
            if word not in counts:
                # Before a space: enough for an order, and two searches instead of a look at each place.
                counts[word] = self._bisect(word + b" ", after=True) - self._bisect(word + b" ", after=False)
        return sum(log(max(1, counts[word]) / max(1, self.facts.words)) for word in words)


def build_spans(
    folder: Path,
    uids: Sequence[str],
    texts: Sequence[str],
    *,
    fingerprint: str,
    progress: Progress = ignore_progress,
) -> SpanIndex:
    """Build the index anew, switch to it and open it. Takes five to six bytes of memory per byte of text.

    Args:
        folder: where its generations live; created when missing.
        uids: of the rows.
        texts: what was trained on, row by row.
        fingerprint: of these rows; `open_spans` compares it.
        progress: told of the stage `spans`, in rows.

    Raises:
        DataError: there are no texts.
        StorageError: another process is building, or folder or disk take no more.
    """
    if not texts:
        raise DataError(
            f"{folder}: there are no training texts to index",
            code="no-training-products",
            hint="Prepare a larger catalogue, or lower data.validation_share and data.test_share.",
        )
    progress("spans", 0, len(texts))
    encoded = [text.encode("utf-8", "replace") for text in texts]
    starts = np.cumsum([0, *(len(text) + 1 for text in encoded[:-1])], dtype=np.int64)
    data = np.frombuffer(bytearray(SEPARATOR.join([*encoded, b""])), dtype=np.uint8)
    with replace_generation(folder, 2 * len(data) + 16 * len(texts) + 1_000_000) as path:
        suffixes = sort_word_suffixes(data)
        data.tofile(path / "text.bin")
        suffixes.tofile(path / "suffixes.bin")
        starts.tofile(path / "starts.bin")
        pl.DataFrame({"uid": list(uids)}, schema={"uid": pl.String}).write_parquet(path / "rows.parquet")
        facts = SpanFacts(format=FORMAT, fingerprint=fingerprint, rows=len(texts), bytes=len(data), words=len(suffixes))
        write_json(path / "spans.json", facts.model_dump())
        progress("spans", len(texts), len(texts))
        # Opened before the switch: a later build may remove the folder, but not what is mapped.
        return SpanIndex(path)


def open_spans(folder: Path, *, fingerprint: str) -> SpanIndex:
    """Open the index if it holds exactly these rows.

    Raises:
        IndexUnavailableError: `index-missing`, `index-stale` or `index-damaged`; `build_spans` makes a good one.
    """
    return open_generation(
        folder,
        SpanIndex,
        lambda store: (store.facts.format, store.facts.fingerprint) == (FORMAT, fingerprint),
        what="the span index",
        hint="Build it again: catalora trace RUN builds it by itself.",
    )


def _map_file(path: Path, size_bytes: int) -> Any:
    """The file's bytes, mapped read-only.

    Raises:
        ValueError: it has another size.
    """
    if path.stat().st_size != size_bytes:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes instead of {size_bytes:,}")
    if size_bytes == 0:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
