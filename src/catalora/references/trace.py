"""The evidence for one answer, side by side and never mixed: what it copied, what it resembles, and what is true.

Each part makes its own claim; `wording.py` says each in words, and no more than it shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from catalora.references.grounding import FactCheck, check_facts
from catalora.references.index import Reference, TextEmbedder
from catalora.references.meter import Meter, read_meter
from catalora.references.records import ProductRecord
from catalora.references.spans import Copies, SpanIndex

# Of a phrase that thousands of rows hold, the first few are named and all are counted.
NAMED_ROWS = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer can be held against.

    Attributes:
        side: whose answer it is; empty for a text that was not generated here.
        text: the answer.
        copies: its copied spans.
        holders: for each span, in the same order, the uids of the first rows that hold it.
        check: its facts against the record, or nothing without a record.
        meter: its sentences as copied, retold or invented.
        resembling: training products whose texts are near to the answer.
    """

    side: str
    text: str
    copies: Copies
    holders: tuple[tuple[str, ...], ...]
    check: FactCheck | None
    meter: Meter
    resembling: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The evidence for the answers to one question, or for one text.

    Attributes:
        question: what was asked; empty when a text was traced as it is.
        record: the product whose record the facts were held against.
        answers: one for each answer.
    """

    question: str
    record: ProductRecord | None
    answers: tuple[Evidence, ...]


def gather_evidence(
    text: str,
    spans: SpanIndex,
    record: ProductRecord | None,
    resembling: Sequence[Reference],
    embedder: TextEmbedder,
    side: str = "",
) -> Evidence:
    """Hold one answer against the training texts and, where there is one, the record of its product."""
    copies = spans.find_copies(text)
    check = check_facts(text, record.title, record.content, ordinary_words=spans) if record else None
    return Evidence(
        side=side,
        text=text,
        copies=copies,
        holders=tuple(tuple(spans.read_uids(span.rows[:NAMED_ROWS])) for span in copies.spans),
        check=check,
        meter=read_meter(text, copies, check, record.content if record else None, embedder),
        resembling=tuple(resembling),
    )
