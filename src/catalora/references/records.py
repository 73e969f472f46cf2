"""Finding the record that a question is about, among all products of a run, or saying that there is none.

A grounded answer needs one product's own title and description, trained on or not. Near in meaning is not enough here:
the kettle beside the one asked for has other facts. So a record is found by the words of its title alone:

    the whole title stands in the question                              found, score 1
    title and question share most of what their words tell              found, score = shared / (shared + what the
                                                                        question leaves out / 2 + what it adds x 4)
    anything less                                                       not found

A word weighs the more the fewer titles have it (inverse document frequency); a word of the question that no title has
weighs most. People leave words of a title out, so these count half; they seldom add any, so a word that the title lacks
counts four times. So an unknown model number or author, or another colour, keeps a similar product from being taken
for the one meant. The price: a product that is not there is taken for one that is, when that one's title has all its
words.

    "What is the Brim Steel Kettle?"       title "Brim Steel Kettle, 1.5 L, Navy": nothing added, found
    "What is the Brim Copper Kettle?"      the same title: "copper" is added, not found
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from catalora.references.generations import read_current, replace_generation
from catalora.references.titles import QUESTION_WORDS, TitleIndex, normalise_title, write_titles
from catalora.run import write_json

# To be raised when the file is made in another way: every older one is then made anew.
FORMAT = 2
CANDIDATES = 20
# What a word counts that the question leaves out of a title, and one that it adds; chosen with benchmarks/declines.py.
LEFT_OUT, ADDED = 0.5, 4.0
# Words in which people ask, beyond those that retrieval leaves out; they say nothing of the product.
_ENGLISH = (
    "any anything before between buy buying d exactly for get good has heard is just know like looking made make makes "
    "mean mention mentioned more need needs nice one really recommend recommended should some somebody someone sum "
    "summarise summarize summary than thing up use used ve was were why worth wondering"
)
_PORTUGUESE = (
    "alguem antes bom boa comprar compra eu exatamente falaram falou fazer interessante la me mencionou mencionaram "
    "muito nele nela ouvi pouco preciso precisa queria resumir resuma resumo sei ser serve significa sim ter tem usar "
    "vale pena valer vou"
)
ASKING_WORDS = QUESTION_WORDS | frozenset(f"{_ENGLISH} {_PORTUGUESE}".split())


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """The product that a question is about.

    Attributes:
        uid: the product's uid.
        title: its title.
        content: its description.
        status: whether this run was trained on it.
        score: how much of what the question tells stands in the title and the other way round, 0 to 1.
    """

    uid: str
    title: str
    content: str
    status: Literal["trained on", "held out"]
    score: float


class RecordFacts(BaseModel):
    """`records.json`: which products the titles are of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    fingerprint: str


class RecordFinder:
    """The products of one run with an index of their titles.

    Args:
        path: a generation that `open_records` made.
        products: uid, title, content and split, in the order of the index.
    """

    def __init__(self, path: Path, products: pl.DataFrame) -> None:
        self._products = products
        self._titles = TitleIndex(path)
        if self._titles.count != len(products):
            self._titles.close()
            raise ValueError(f"{self._titles.count} titles instead of {len(products)}")

    def close(self) -> None:
        """Let go of the files."""
        self._titles.close()

    def find(self, question: str, min_score: float) -> ProductRecord | None:
        """The record that a question is about, or nothing.

        Of several products with one title, one that was trained on is taken, then the first.

        Args:
            question: a question or a bare title.
            min_score: what a title must reach that does not stand in the question as a whole.
        """
        named = self._titles.find_named(question)
        if named:
            longest = max(named.values())
            return self._choose([place for place, words in named.items() if words == longest], 1.0)
        scores = self._score(question)
        best = max(scores.values(), default=0.0)
        if best < min_score or best == 0:
            return None
        return self._choose([place for place, score in scores.items() if score == best], best)

    def _score(self, question: str) -> dict[int, float]:
        """Score of the titles that share most with the question, by place."""
        similar = list(self._titles.find_similar(question, CANDIDATES))
        titles = self._titles.read(similar)
        asked = {word for word in normalise_title(question).split() if word not in ASKING_WORDS}
        words = {place: set(normalise_title(title).split()) - QUESTION_WORDS for place, (_, title) in titles.items()}
        weights = self._weigh(asked.union(*words.values()))

        def weigh(some: set[str]) -> float:
            return sum(weights[word] for word in some)

        def compare(own: set[str]) -> float:
            shared = weigh(own & asked)
            apart = LEFT_OUT * weigh(own - asked) + ADDED * weigh(asked - own)
            return shared / max(shared + apart, 1e-9)

        return {place: compare(own) for place, own in words.items()}

    def _weigh(self, words: set[str]) -> dict[str, float]:
        """Inverse document frequency: log of the titles over those that have the word, one added to both."""
        counts = self._titles.count_titles(sorted(words))
        return {word: log((1 + self._titles.count) / (1 + counts.get(word, 0))) for word in words}

    def _choose(self, places: Sequence[int], score: float) -> ProductRecord:
        rows = self._products[sorted(places)].select("uid", "title", "content", "split").rows()
        uid, title, content, split = min(rows, key=lambda row: row[3] != "train")
        return ProductRecord(uid, title, content, "trained on" if split == "train" else "held out", score)


def open_records(folder: Path, products: pl.DataFrame, *, fingerprint: str) -> RecordFinder:
    """Open the titles of a run's products, indexing them first where that is missing, stale or damaged.

    Args:
        folder: where its generations live; created when missing.
        products: all products of the run: uid, title, content and split.
        fingerprint: of these products.

    Raises:
        StorageError: another process is building, or folder or disk take no more.
    """
    path = read_current(folder)
    if path is not None:
        try:
            facts = RecordFacts.model_validate_json((path / "records.json").read_bytes())
            if facts == RecordFacts(format=FORMAT, fingerprint=fingerprint):
                return RecordFinder(path, products)
        except (OSError, ValueError, TypeError, LookupError, sqlite3.Error):
            pass  # Derived from the products: made anew below.
    with replace_generation(folder, 1_000_000 + 500 * len(products)) as path:
        write_titles(path, products["uid"].to_list(), products["title"].to_list())
        write_json(path / "records.json", RecordFacts(format=FORMAT, fingerprint=fingerprint).model_dump())
        return RecordFinder(path, products)
