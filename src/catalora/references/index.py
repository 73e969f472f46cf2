"""The reference index: which training products are nearest to a question.

It holds the training products of one run and nothing else, so whatever it returns was trained on. It says what a
question *resembles*; it does not say what the model copied or learned from.

A generation (see `generations.py`) holds:

    generation.json    fingerprint of the rows, count, embedding model, format
    chroma/            vectors by position, in Chroma and in a plain file
    titles.sqlite      uid and title by position
    title-words/       the words of the titles, searched by BM25

The index is derived: it can always be rebuilt from the run's products, so a doubtful one is rebuilt, never repaired.
"""

import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from catalora.errors import DataError
from catalora.progress import Progress, ignore_progress
from catalora.references.generations import IndexUnavailableError, read_current, replace_generation
from catalora.references.product_vectors import EmbedProducts, TextEmbedder, embed_products
from catalora.references.titles import TitleIndex, write_titles
from catalora.references.vectors import VectorIndex, estimate_size_bytes, write_vectors
from catalora.run import write_json

# To be raised when a generation is made in another way: every older index is then stale.
FORMAT = 4
# What the best title match adds to a cosine when candidates are put in order, and how many candidates each side brings.
TITLE_WEIGHT = 0.3
CANDIDATES = 50
SELF_QUERIES = 20


@dataclass(frozen=True, slots=True)
class Reference:
    """A training product that resembles a question.

    Attributes:
        uid: the product's uid.
        title: its title.
        score: cosine of question and product, -1 to 1; `rank` does not follow from it alone.
        rank: 1 for the first.
        match: `title` when the product's title stands in the question, else `meaning`.
        status: always the same here, because held-out and unknown products are never in the index.
    """

    uid: str
    title: str
    score: float
    rank: int
    match: Literal["title", "meaning"] = "meaning"
    status: Literal["trained on"] = "trained on"


class Generation(BaseModel):
    """`generation.json`: what one generation holds, and how it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    fingerprint: str
    embedding: str
    count: int


class ReferenceIndex:
    """One generation, open for searching; `build_index` and `open_index` make it.

    Several threads and processes may search at once. Closed by `close`, by `with`, or when nobody holds it any more.
    """

    def __init__(self, path: Path, embedder: TextEmbedder) -> None:
        self._generation = Generation.model_validate_json((path / "generation.json").read_bytes())
        self._embedder = embedder
        self._titles = TitleIndex(path)
        try:
            self._vectors = VectorIndex(path / "chroma")
        except BaseException:
            self._titles.close()
            raise
        # Kept, because a new thread for each question costs more than a millisecond.
        self._beside = ThreadPoolExecutor(thread_name_prefix="titles")
        self._finalizer = weakref.finalize(self, _close_all, self._titles, self._vectors, self._beside)
        if not self._vectors.count == self._titles.count == self.count:
            self.close()
            raise ValueError(f"{self._vectors.count} vectors and {self._titles.count} titles instead of {self.count}")

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the training products it was built from."""
        return self._generation.fingerprint

    @property
    def embedder(self) -> TextEmbedder:
        """What makes its vectors, to be shared: it holds a model."""
        return self._embedder

    @property
    def count(self) -> int:
        """Number of products in it."""
        return self._generation.count

    def close(self) -> None:
        """Let go of the files; it cannot be searched afterwards."""
        self._finalizer()

    def __enter__(self) -> "ReferenceIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def search(self, questions: Sequence[str], k: int, min_score: float) -> list[list[Reference]]:
        """The training products nearest to each question.

        Order: first the products whose title stands in the question, the longest title first; then all others by
        cosine + 0.3 x (BM25 of the title words they share with the question, over that of the best candidate). A
        product under `min_score` is left out whatever its rank would be, unless its title stands in the question.

        Args:
            questions: questions or bare titles.
            k: at most this many references per question.
            min_score: cosine under which nothing is claimed.

        Returns:
            One list per question, best first, at most `k` long, empty when nothing is near enough.

        Raises:
            IndexUnavailableError: the index's files turn out to be damaged.
            ModelUnavailableError: the embedding model is missing or altered.
        """
        if k < 1 or not questions:
            return [[] for _ in questions]
        vectors = self._embedder.embed(questions)
        candidates = max(k, CANDIDATES)
        with _translated_damage("reference index"):
            # Chroma searches without Python's lock, and the titles are searched meanwhile. Chroma does it here: in the
            # other thread it would first wait for the lock.
            by_title = self._beside.submit(_search_titles, self._titles, questions, candidates)
            nearest = self._vectors.find_nearest(vectors, candidates)
            return [
                self._rank(vector, near, named, similar, k, min_score) if question.strip() else []
                for question, vector, near, (named, similar) in zip(
                    questions, vectors, nearest, by_title.result(), strict=True
                )
            ]

    def _rank(
        self,
        vector: NDArray[np.float32],
        nearest: dict[int, float],
        named: dict[int, int],
        similar: dict[int, float],
        k: int,
        min_score: float,
    ) -> list[Reference]:
        # Candidates that only their titles brought in have no cosine yet.
        others = [position for position in named | similar if position not in nearest]
        cosines = np.clip(self._vectors.read(others) @ vector, -1.0, 1.0).tolist()
        scores = nearest | dict(zip(others, cosines, strict=True))

        def order(position: int) -> tuple[int, float, int]:
            fused = scores[position] + TITLE_WEIGHT * similar.get(position, 0.0)
            return (-named.get(position, 0), -fused, position)

        claimed = [position for position in scores if position in named or scores[position] >= min_score]
        chosen = sorted(claimed, key=order)[:k]
        products = self._titles.read(chosen)
        return [
            Reference(*products[position], scores[position], rank, "title" if position in named else "meaning")
            for rank, position in enumerate(chosen, start=1)
        ]


def build_index(
    folder: Path,
    uids: Sequence[str],
    titles: Sequence[str],
    contents: Sequence[str],
    *,
    fingerprint: str,
    embedder: TextEmbedder,
    embed: EmbedProducts = embed_products,
    progress: Progress = ignore_progress,
) -> ReferenceIndex:
    """Build the index anew, switch to it and open it.

    A kill at any moment leaves the index as it was before or as it is after, never half of one.

    Args:
        folder: the run's references folder; created when missing.
        uids: of the training products, in one order with the two below.
        titles: their titles.
        contents: their descriptions.
        fingerprint: of these products; `open_index` compares it.
        embedder: makes the vectors, here and of the questions.
        embed: what has the products embedded; by this process alone where nothing else is given.
        progress: told how far it is: stage `embed` in texts (two per product), then `index` in products.

    Raises:
        DataError: there are no products.
        StorageError: another process is building, or folder or disk take no more.
        ModelUnavailableError: the embedding model is missing or altered.
    """
    if not uids:
        raise DataError(
            f"{folder}: there are no training products to index",
            code="no-training-products",
            hint="Prepare a larger catalogue, or lower data.validation_share and data.test_share.",
        )
    generation = Generation(format=FORMAT, fingerprint=fingerprint, embedding=embedder.fingerprint, count=len(uids))
    with replace_generation(folder, estimate_size_bytes(len(uids))) as path:
        vectors = embed(titles, contents, embedder, progress)
        write_titles(path, uids, titles)
        write_vectors(path / "chroma", vectors, progress)
        write_json(path / "generation.json", generation.model_dump())
        _verify(path, vectors)
        # Opened before the switch: a later build may remove the folder, but not what is in memory.
        return ReferenceIndex(path, embedder)


def open_index(folder: Path, *, fingerprint: str, embedder: TextEmbedder) -> ReferenceIndex:
    """Open the index if it holds exactly these products.

    Raises:
        IndexUnavailableError: `index-missing`, `index-stale` (other products, embedding model or format) or
            `index-damaged`; `build_index` makes a good one.
    """
    while True:
        path = read_current(folder)
        if path is None:
            raise _unavailable("missing", f"{folder}: there is no reference index")
        try:
            with _translated_damage(path):
                index = ReferenceIndex(path, embedder)
        except IndexUnavailableError:
            # A build that has finished meanwhile removed what was being opened.
            if read_current(folder) == path:
                raise
            continue
        if stale := _list_differences(index._generation, fingerprint, embedder):
            index.close()
            raise _unavailable("stale", f"{folder}: the reference index belongs to {stale}")
        return index


def _list_differences(found: Generation, fingerprint: str, embedder: TextEmbedder) -> str:
    different = {
        "another format": found.format != FORMAT,
        "other products": found.fingerprint != fingerprint,
        "another embedding model": found.embedding != embedder.fingerprint,
    }
    return " and ".join(name for name, differs in different.items() if differs)


def _verify(path: Path, vectors: NDArray[np.float32]) -> None:
    """Check a new generation before it is used: count, SQLite's own check, and whether products find themselves."""
    with closing(sqlite3.connect(path / "chroma" / "chroma.sqlite3")) as connection:
        (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
    sample = np.linspace(0, len(vectors) - 1, min(SELF_QUERIES, len(vectors)), dtype=int)
    with closing(VectorIndex(path / "chroma")) as written:
        nearest = written.find_nearest(vectors[sample], 1)
        count = written.count
    # Products with equal texts have equal vectors, so any vector this close will do. The search is approximate.
    lost = sum(float(vectors[i] @ vectors[next(iter(row))]) < 0.999 for i, row in zip(sample, nearest, strict=True))
    if verdict != "ok" or lost > 1 or count != len(vectors):
        facts = f"{count} of {len(vectors)} vectors, {lost} of {len(sample)} not found, quick_check {verdict!r}"
        raise _unavailable("damaged", f"{path}: the new index failed its check ({facts})")


def _search_titles(
    titles: TitleIndex, questions: Sequence[str], limit: int
) -> list[tuple[dict[int, int], dict[int, float]]]:
    """What `find_named` and `find_similar` say of each question. No method, so that no thread holds the index."""
    return [(titles.find_named(question), titles.find_similar(question, limit)) for question in questions]


def _close_all(titles: TitleIndex, vectors: VectorIndex, beside: ThreadPoolExecutor) -> None:
    beside.shutdown()  # a title search that an error left alone would lose its file
    titles.close()
    vectors.close()


@contextmanager
def _translated_damage(place: object) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, sqlite3.Error, OSError, ValueError, TypeError, LookupError) as error:
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unavailable("damaged", f"{place}: unusable ({text})") from error


def _unavailable(kind: Literal["missing", "stale", "damaged"], message: str) -> IndexUnavailableError:
    return IndexUnavailableError(message, code=f"index-{kind}", hint="Build it again: catalora index RUN")
