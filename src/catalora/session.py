"""A run opened for questions, and what an answer comes with."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import polars as pl

from catalora.catalog import find_product, pick_products, read_products
from catalora.catalog.prepared import compute_fingerprint
from catalora.config import Config
from catalora.errors import InputNotFoundError
from catalora.prompts import PromptTemplate
from catalora.record import load_config, require_same_base
from catalora.run import RunFolder

if TYPE_CHECKING:
    from catalora.generation.answer import Answer, Answerer, OnText, Side
    from catalora.references.index import Reference, ReferenceIndex
    from catalora.references.records import ProductRecord, RecordFinder
    from catalora.references.spans import SpanIndex


@dataclass(frozen=True)
class Session:
    """Model, adapter, products and references of one run: loaded once, asked often, closed by `close` or `with`."""

    run: RunFolder
    config: Config
    products: pl.DataFrame
    answerer: "Answerer"
    references: "ReferenceIndex | None"

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close reference index and records; may be called twice."""
        if self.references is not None:
            self.references.close()
        if "records" in self.__dict__:
            self.records.close()

    @cached_property
    def spans(self) -> "SpanIndex":
        """The texts that this run was trained on, as far as it took them; indexed when needed for the first time."""
        from catalora.references.generations import IndexUnavailableError
        from catalora.references.spans import build_spans, open_spans
        from catalora.training.rows import list_trained_texts

        folder, answerer = self.run.references / "spans", self.answerer
        # What was trained on follows from the products, the length that they were cut to, and how they were asked for.
        fingerprint = "-".join(
            (compute_fingerprint([self.products]), str(self.config.training.max_length), answerer.template.fingerprint)
        )
        try:
            return open_spans(folder, fingerprint=fingerprint)
        except IndexUnavailableError:
            trained = pick_products(self.products, "train")
            uids, texts = list_trained_texts(trained, self.config, answerer.template, answerer.tokenizer)
            return build_spans(folder, uids, texts, fingerprint=fingerprint)

    @cached_property
    def records(self) -> "RecordFinder":
        """The titles of all the run's products, trained on or not; indexed when they are needed for the first time."""
        from catalora.references.run_index import open_run_records

        return open_run_records(self.run, self.products)

    def find_record(self, question: str) -> "ProductRecord | None":
        """The product of the run that a question is about, to ground an answer in; nothing when it is about none."""
        return self.records.find(question, self.config.references.min_record_score)

    def search(self, question: str, count: int | None) -> "Sequence[Reference]":
        """Training products near to a question, at most `count`; without one as many as the run's setting says."""
        limit = self.config.references.count if count is None else count
        if self.references is None or not limit:
            return ()
        (found,) = self.references.search([question], limit, self.config.references.min_score)
        return found

    def ask(
        self,
        question: str,
        *,
        sides: "Sequence[Side]" = ("base", "tuned"),
        references: int | None = None,
        decline_unknown: bool = False,
        on_text: "OnText | None" = None,
    ) -> "Reply":
        """Answer a title or a question with the sources it is near to, as `pipeline.ask` says."""
        from catalora.generation.grounded import answer_sides

        record = self.find_record(question) if "grounded" in sides else None
        answers, seconds = answer_sides(
            self.answerer,
            question,
            self.config.generation,
            sides,
            record=(record.title, record.content) if record else None,
            decline_unknown=decline_unknown,
            on_text=on_text,
        )
        found = self.search(question, references)
        return Reply(question, answers, match_product(self.products, question), tuple(found), seconds, record)


@dataclass(frozen=True, slots=True)
class AskedProduct:
    """The product of the run that a question names."""

    uid: str
    title: str
    status: Literal["trained on", "held out"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answers to one question with what they can be held against.

    Attributes:
        question: as asked.
        answers: by side.
        product: the product that the question names, with its status in this run, or nothing.
        references: the training products nearest to the question; empty when none is near enough.
        seconds: time of generation.
        record: the product whose record the grounded answer was made from; nothing when there is none.
    """

    question: str
    answers: "dict[Side, Answer]"
    product: AskedProduct | None
    references: "tuple[Reference, ...]"
    seconds: float
    record: "ProductRecord | None" = None


def match_product(products: pl.DataFrame, question: str) -> AskedProduct | None:
    """The product whose title a question names; where several bear it, one that was trained on counts."""
    rows = find_product(products, question).sort(pl.col("split") != "train", maintain_order=True)
    if rows.is_empty():
        return None
    uid, title, split = rows.select("uid", "title", "split").row(0)
    return AskedProduct(uid, title, "trained on" if split == "train" else "held out")


def open_session(
    run: RunFolder, *, token: str | None = None, references: bool = True, dtype: str | None = None
) -> Session:
    """Load base model, adapter and reference index of a finished run; to be closed by `close` or `with`.

    Args:
        run: a finished run.
        token: Hugging Face token for gated models.
        references: whether the reference index is opened.
        dtype: to compute in; as the run did when empty.

    Raises:
        InputNotFoundError: the run has no adapter yet.
    """
    from catalora.generation.answer import Answerer
    from catalora.hardware import choose_device
    from catalora.model.adapter import load_adapter
    from catalora.model.loading import load_base
    from catalora.references.run_index import open_run_index

    config = load_config(run)
    require_adapter(run)
    device = choose_device(config.model.device, dtype or config.model.dtype)
    loaded = load_base(config.model, device, token=token)
    require_same_base(run, loaded.identity)
    model = load_adapter(loaded.model, run.adapter)
    answerer = Answerer(model, loaded.tokenizer, PromptTemplate.load(run.adapter), device.name)
    return Session(run, config, read_products(run.products), answerer, open_run_index(run) if references else None)


def require_adapter(run: RunFolder) -> None:
    """Refuse a run that has nothing to answer with.

    Raises:
        InputNotFoundError: the run has no adapter yet.
    """
    if not run.adapter.is_dir():
        raise InputNotFoundError(
            f"run {run.name!r} has no adapter yet: its state is {run.read_status().state}",
            code="no-adapter",
            hint=f"Finish it with `catalora train --resume --run {run.name}`.",
        )


@contextmanager
def opened_session(session: Session | RunFolder, *, references: bool = True) -> Iterator[Session]:
    """A session as it is, or one of the run that is closed again."""
    if isinstance(session, Session):
        yield session
    else:
        with open_session(session, references=references) as opened:
            yield opened
