"""A run opened for questions, and what an answer comes with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from catalora.catalog import find_product
from catalora.config import Config
from catalora.run import RunFolder

if TYPE_CHECKING:
    from catalora.generation.answer import Answer, Answerer, Side
    from catalora.references.index import Reference, ReferenceIndex


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
        """Close the reference index; may be called twice."""
        if self.references is not None:
            self.references.close()

    def search(self, question: str, count: int | None) -> "Sequence[Reference]":
        """Training products near to a question, at most `count`; without one as many as the run's setting says."""
        limit = self.config.references.count if count is None else count
        if self.references is None or not limit:
            return ()
        (found,) = self.references.search([question], limit, self.config.references.min_score)
        return found


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
    """

    question: str
    answers: "dict[Side, Answer]"
    product: AskedProduct | None
    references: "tuple[Reference, ...]"
    seconds: float


def match_product(products: pl.DataFrame, question: str) -> AskedProduct | None:
    """The product whose title a question names; where several bear it, one that was trained on counts."""
    rows = find_product(products, question).sort(pl.col("split") != "train", maintain_order=True)
    if rows.is_empty():
        return None
    uid, title, split = rows.select("uid", "title", "split").row(0)
    return AskedProduct(uid, title, "trained on" if split == "train" else "held out")
