"""The evidence for one answer, side by side and never mixed: what it copied, what it resembles, and what is true.

Each part makes its own claim; `wording.py` says each in words, and no more than it shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from catalora.references.grounding import CheckedFact, FactCheck, check_facts
from catalora.references.index import Reference
from catalora.references.marks import CopyMark, FactMark, Holder, Marks
from catalora.references.meter import Meter, read_meter
from catalora.references.product_vectors import TextEmbedder
from catalora.references.records import ProductRecord
from catalora.references.spans import Copies, SpanIndex

# Of a phrase that thousands of rows hold, the first few are named and all are counted.
NAMED_ROWS = 5
# Letters of a training row that are shown on each side of a copied span.
AROUND_CHARS = 60


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


def mark_answer(evidence: Evidence, products: pl.DataFrame) -> Marks:
    """What the evidence marks in its answer.

    Args:
        evidence: of one answer.
        products: uid, title and content of the run's products, to show the rows that hold copied spans.
    """
    uids = {uid for named in evidence.holders for uid in named}
    rows = products.filter(pl.col("uid").is_in(uids)).select("uid", "title", "content").rows()
    texts = {uid: (title, content) for uid, title, content in rows}
    copies = tuple(
        CopyMark(span.start, span.end, span.words, len(span.rows), _show_holders(span.text, named, texts))
        for span, named in zip(evidence.copies.spans, evidence.holders, strict=True)
    )
    facts = tuple(_mark_fact(checked) for checked in evidence.check.facts) if evidence.check else ()
    shares = {str(reading): share for reading, share in evidence.meter.shares.items()}
    return Marks(evidence.copies.share, copies, facts, shares, evidence.check is not None)


def _show_holders(span: str, uids: Sequence[str], texts: Mapping[str, tuple[str, str]]) -> tuple[Holder, ...]:
    holders = []
    for uid in uids:
        title, content = texts[uid]
        before, _, after = content.partition(span)
        holders.append(Holder(uid, title, before[-AROUND_CHARS:], after[:AROUND_CHARS]))
    return tuple(holders)


def _mark_fact(checked: CheckedFact) -> FactMark:
    label = "titled" if checked.in_title else checked.verdict
    return FactMark(checked.fact.start, checked.fact.end, label, checked.evidence)
