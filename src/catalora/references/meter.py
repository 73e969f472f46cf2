"""Copied, retold or invented: one reading per sentence of an answer, and the share of words that each has.

    invented    a fact of the sentence is not in the product's record
    copied      at least half of its words stand word for word in training texts
    retold      close in meaning to a sentence of the record
    other       none of these: general talk, or something that cannot be told

The first that fits is taken: a sentence copied from another product's description is invented for this one. The
readings rest on the fact check, the span index and a threshold of closeness; `benchmarks/meter.py` shows how often each
is right.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from catalora.references.grounding import FactCheck
from catalora.references.product_vectors import TextEmbedder
from catalora.references.spans import Copies

Reading = Literal["invented", "copied", "retold", "other"]
READINGS: tuple[Reading, ...] = ("invented", "copied", "retold", "other")
COPIED_SHARE = 0.5
# Cosine of two sentences by MiniLM from which one retells the other; chosen by benchmarks/meter.py.
MIN_CLOSENESS = 0.45
_SENTENCE = re.compile(r"[^\n.!?]*(?:[.!?]+(?!\s|$)[^\n.!?]*)*(?:[.!?]+[\"”')]*|\n|$)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    Attributes:
        start: its first character.
        end: one past its last character.
        words: how many words it has.
        reading: what it was found to be.
        copied_words: how many of its words stand in copied spans.
        unsupported: how many of its facts the record does not have.
        closeness: cosine with the nearest sentence of the record; nothing when it was not compared.
    """

    start: int
    end: int
    words: int
    reading: Reading
    copied_words: int
    unsupported: int
    closeness: float | None


@dataclass(frozen=True, slots=True)
class Meter:
    """The sentences of an answer with their readings; without a record nothing can be read as invented or retold."""

    sentences: tuple[Sentence, ...]
    has_record: bool

    @property
    def shares(self) -> dict[Reading, float]:
        """Share of the answer's words by reading; all 0 for an answer without words."""
        total = sum(sentence.words for sentence in self.sentences) or 1
        return {
            reading: sum(sentence.words for sentence in self.sentences if sentence.reading == reading) / total
            for reading in READINGS
        }


def read_meter(
    answer: str,
    copies: Copies,
    check: FactCheck | None,
    record: str | None,
    embedder: TextEmbedder,
    min_closeness: float = MIN_CLOSENESS,
) -> Meter:
    """Read each sentence of an answer.

    Args:
        answer: the text.
        copies: its copied spans.
        check: its checked facts, or nothing without a record.
        record: the product's description, or nothing.
        embedder: makes sentence vectors.
        min_closeness: cosine from which a sentence retells one of the record.
    """
    places = split_sentences(answer)
    closeness = measure_closeness([answer[start:end] for start, end in places], record, embedder)
    sentences = []
    for (start, end), close in zip(places, closeness, strict=True):
        words = [found.span() for found in _WORD.finditer(answer, start, end)]
        copied = sum(any(span.start <= a and b <= span.end for span in copies.spans) for a, b in words)
        facts = check.facts if check else ()
        unsupported = sum(start <= item.fact.start < end and item.verdict != "supported" for item in facts)
        reading: Reading = "other"
        if unsupported:
            reading = "invented"
        elif copied >= COPIED_SHARE * len(words):
            reading = "copied"
        elif close is not None and close >= min_closeness:
            reading = "retold"
        sentences.append(Sentence(start, end, len(words), reading, copied, unsupported, close))
    return Meter(tuple(sentences), record is not None)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end, without the white space around them; pieces without a word are none.

    Example:
        >>> [text[a:b] for text in ["It is 2.5 in. Good! So?"] for a, b in split_sentences(text)]
        ['It is 2.5 in.', 'Good!', 'So?']
    """
    places = []
    for found in _SENTENCE.finditer(text):
        piece = found[0]
        if _WORD.search(piece):
            start = found.start() + len(piece) - len(piece.lstrip())
            places.append((start, start + len(piece.strip())))
    return places


def measure_closeness(sentences: Sequence[str], record: str | None, embedder: TextEmbedder) -> list[float | None]:
    """Cosine of each sentence with the nearest sentence of the record, -1 to 1; nothing without a record."""
    parts = [record[start:end] for start, end in split_sentences(record)] if record else []
    if not parts or not sentences:
        return [None for _ in sentences]
    vectors = embedder.embed([*sentences, *parts])
    nearest = np.max(vectors[: len(sentences)] @ vectors[len(sentences) :].T, axis=1)
    return [float(value) for value in nearest]
