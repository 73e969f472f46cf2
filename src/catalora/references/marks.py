"""What the evidence for an answer marks in its text, in plain values: small enough to send to a page and to keep.

`trace.py` makes them of the whole evidence; the app, results.json and the evaluation's report show them.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

# Shorter spans count as no copies: every language has common phrases.
MIN_WORDS = 6
# The fact check's verdicts; of the supported facts, those that the product's title says already are told apart.
FactLabel = Literal["supported", "titled", "contradicted", "unsupported"]
FACT_LABELS: tuple[FactLabel, ...] = ("supported", "titled", "contradicted", "unsupported")


@dataclass(frozen=True, slots=True)
class Holder:
    """A training row that holds a copied span.

    Attributes:
        uid: of the row.
        title: of its product.
        before: a little of its description before the span.
        after: and behind it.
    """

    uid: str
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CopyMark:
    """A copied span.

    Attributes:
        start: its first character in the answer.
        end: one past its last character.
        words: how many words it has.
        rows: how many training rows hold it.
        holders: the first of them.
    """

    start: int
    end: int
    words: int
    rows: int
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class FactMark:
    """A checked fact.

    Attributes:
        start: its first character in the answer.
        end: one past its last character.
        label: what the record says to it.
        evidence: the record's words that agree or are at odds; empty when it is silent.
    """

    start: int
    end: int
    label: FactLabel
    evidence: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The evidence for one answer.

    Attributes:
        copied_share: share of its words that are in a copied span, 0 to 1.
        copies: its copied spans, rare ones first.
        facts: its checked facts, in its order; none without a record.
        shares: share of its words by what their sentence was read as: invented, copied, retold, other.
        has_record: whether there was a record; without one no fact is checked and no sentence read as invented.
    """

    copied_share: float
    copies: tuple[CopyMark, ...]
    facts: tuple[FactMark, ...]
    shares: dict[str, float]
    has_record: bool


@dataclass(frozen=True, slots=True)
class MarkedPiece:
    """A piece of an answer in which nothing begins or ends.

    Attributes:
        text: the piece.
        copied: whether a copied span covers it.
        ending: numbers from 1 on of the copied spans that end with it.
        fact: the fact that it belongs to, or nothing.
        ends_fact: whether that fact ends with it.
    """

    text: str
    copied: bool
    ending: tuple[int, ...]
    fact: FactMark | None
    ends_fact: bool


def cut_pieces(text: str, marks: Marks) -> list[MarkedPiece]:
    """An answer cut wherever a mark begins or ends; the pieces joined are the answer.

    Example:
        >>> marks = Marks(0.75, (CopyMark(0, 7, 3, 1, ()),), (FactMark(2, 7, "titled", '10"'),), {}, True)
        >>> [(piece.text, piece.copied, piece.ending, piece.ends_fact) for piece in cut_pieces("a 10 in pan", marks)]
        [('a ', True, (), False), ('10 in', True, (1,), True), (' pan', False, (), False)]
    """
    places = [(mark.start, mark.end) for mark in marks.copies] + [(mark.start, mark.end) for mark in marks.facts]
    cuts = sorted({0, len(text)}.union(*places))
    pieces = []
    for start, end in pairwise(cuts):
        fact = next((mark for mark in marks.facts if mark.start <= start and end <= mark.end), None)
        pieces.append(
            MarkedPiece(
                text=text[start:end],
                copied=any(mark.start <= start and end <= mark.end for mark in marks.copies),
                ending=tuple(number for number, mark in enumerate(marks.copies, 1) if mark.end == end),
                fact=fact,
                ends_fact=fact is not None and fact.end == end,
            )
        )
    return pieces
