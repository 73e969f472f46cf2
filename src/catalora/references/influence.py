"""Influence: which training examples pulled the adapter's weights towards an answer.

For each training example and a few checkpoints the store holds the gradient of the example's loss, sketched (see
`sketch.py`), of each number its sign alone. An example's score for an answer is the cosine of its gradient and the
answer's, the mean over the checkpoints: above 0 where a training step on the example also makes the answer more likely,
below 0 where it makes it less likely. As LESS does it (arXiv 2402.04333, section 3), after TracIn (arXiv 2002.08484).

A score is a tendency. It is no probability, does not show that the answer would be another without the example, and is
never added to what retrieval or copied spans say.

    influence.json      what the store holds and for which run; written last
    progress.json       how far an unfinished build has come
    rows.parquet        uid and title by row
    signs-N.bits        of checkpoint N: (rows, dimensions), one bit each
    written-N.u8        of checkpoint N: (rows,), 1 where a row is there

Many numbers of one bit tell more than few of eight: in the same 2,048 bytes the error of a cosine is √(π/2) / √16,384 =
0.010 instead of 1 / √2,048 = 0.022. The answer's sketch is not rounded.

It lives in generations (see `generations.py`). A build that was interrupted goes on; one that does not fit is replaced.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from catalora.progress import Progress, ignore_progress
from catalora.references.generations import continue_generation, open_generation
from catalora.run import flush_to_disk, write_json

# To be raised when the files are made in another way: every older store is then stale.
FORMAT = 2
STAGE = "influence"
_SECONDS_BETWEEN_SAVES = 10.0
_ROWS_AT_ONCE = 256

Floats = NDArray[np.float32]
# Rows and their sketches, batch after batch in the same order each time; told how many batches to leave out.
ReadSketches = Callable[[int], Iterable[tuple[Sequence[int], Floats]]]


@dataclass(frozen=True, slots=True)
class Influence:
    """A training example and what its gradient says about an answer.

    Attributes:
        rank: 1 is the strongest pull towards the answer.
        uid: of the product.
        title: of the product.
        score: mean cosine of the gradients, −1 to 1; above 0 is towards the answer.
        deviations: how far the score lies above the mean of all examples, in their standard deviations.
    """

    rank: int
    uid: str
    title: str
    score: float
    deviations: float


class InfluenceFacts(BaseModel):
    """`influence.json`: what a store holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    fingerprint: str
    rows: int
    dimensions: int
    checkpoints: tuple[str, ...]


class _Done(BaseModel):
    """`progress.json`: batches that are on disk, by checkpoint."""

    batches: list[int]


class InfluenceStore:
    """One generation, open for searching; any number of threads may search.

    Raises:
        OSError, ValueError, polars.exceptions.PolarsError: the folder is not a whole store.
    """

    def __init__(self, path: Path) -> None:
        self.facts = InfluenceFacts.model_validate_json((path / "influence.json").read_bytes())
        self._products = pl.read_parquet(path / "rows.parquet", columns=["uid", "title"])
        if len(self._products) != self.facts.rows:
            raise ValueError(f"{len(self._products)} uids instead of {self.facts.rows}")
        self._parts = [_Part(path, number, self.facts, "r") for number in range(len(self.facts.checkpoints))]

    def score(self, sketches: Sequence[Floats]) -> Floats:
        """Mean cosine of each training example with an answer.

        Args:
            sketches: the answer's, shape (dimensions,), one for each checkpoint of the store in its order.

        Returns:
            Shape (rows,).
        """
        scores = np.zeros(self.facts.rows, dtype=np.float32)
        for part, sketch in zip(self._parts, sketches, strict=True):
            scores += part.compare(sketch) / len(self._parts)
        return scores

    def rank(self, scores: Floats, count: int) -> list[Influence]:
        """The examples with the highest scores, highest first."""
        spread = float(scores.std()) or 1.0
        best = np.argsort(-scores, kind="stable")[:count]
        rows = self._products[best.tolist()].rows()
        return [
            Influence(rank, uid, title, float(scores[row]), float(scores[row] - scores.mean()) / spread)
            for rank, (row, (uid, title)) in enumerate(zip(best, rows, strict=True), start=1)
        ]


class _Part:
    """The sketches of one checkpoint in two mapped files."""

    def __init__(self, path: Path, number: int, facts: InfluenceFacts, mode: Any) -> None:
        if mode == "r":
            _check_sizes(path, number, facts)
        self._paths = _name_files(path, number)
        self._dimensions = facts.dimensions
        shape = (facts.rows, facts.dimensions // 8)
        self._signs = np.memmap(self._paths[0], dtype=np.uint8, mode=mode, shape=shape)
        self._written = np.memmap(self._paths[1], dtype=np.uint8, mode=mode, shape=shape[:1])
        if mode == "r" and self.written < facts.rows:
            raise ValueError(f"{self._paths[1].name} has rows that were never written")

    @property
    def written(self) -> int:
        """Rows that are there."""
        return int(np.count_nonzero(self._written))

    def write(self, rows: Sequence[int], sketches: Floats) -> None:
        """Put the signs of sketches, (len(rows), dimensions), into their rows."""
        places = np.asarray(rows)
        self._signs[places] = np.packbits(sketches > 0, axis=1)
        self._written[places] = 1

    def save(self) -> None:
        """Wait until all that was written is on disk."""
        self._signs.flush()
        self._written.flush()
        for path in self._paths:
            flush_to_disk(path)

    def compare(self, sketch: Floats) -> Floats:
        """Cosine of each row with a sketch, shape (rows,).

        For normal x and y with correlation ρ the mean of sign(x) y is ρ √(2/π) of y's deviation: hence the factor.
        """
        length = max(float(np.linalg.norm(sketch)), float(np.finfo(np.float32).tiny))
        wanted = sketch * (np.sqrt(np.pi / 2 / self._dimensions) / length)
        # What each of the 256 possible bytes adds at its place: one look-up for eight signs.
        signs = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1) * np.float32(2) - 1
        table = (wanted.reshape(-1, 8) @ signs.T).astype(np.float32).ravel()
        places = np.arange(self._dimensions // 8, dtype=np.int32) * 256
        scores = np.empty(len(self._written), dtype=np.float32)
        for start in range(0, len(scores), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            scores[part] = table[self._signs[part] + places].sum(axis=1)
        return scores


def build_influence(
    folder: Path,
    uids: Sequence[str],
    titles: Sequence[str],
    readers: Sequence[tuple[str, ReadSketches]],
    *,
    dimensions: int,
    fingerprint: str,
    progress: Progress = ignore_progress,
) -> InfluenceStore:
    """Compute what is still missing of a store, switch to it and open it.

    Args:
        folder: where its generations live; created when missing.
        uids: of the rows.
        titles: of the rows.
        readers: name and sketches of each checkpoint.
        dimensions: numbers in a sketch, a multiple of 8.
        fingerprint: 16 hexadecimal digits of everything that decides the content; `open_influence` compares it.
        progress: told of the stage `influence`, in rows times checkpoints.

    Raises:
        StorageError: another process is building, or folder or disk take no more.
    """
    names = tuple(name for name, _ in readers)
    facts = InfluenceFacts(
        format=FORMAT, fingerprint=fingerprint, rows=len(uids), dimensions=dimensions, checkpoints=names
    )
    with continue_generation(folder, fingerprint, len(names) * len(uids) * (dimensions // 8 + 1) + 1_000_000) as path:
        done = _read_progress(path, facts)
        pl.DataFrame({"uid": list(uids), "title": list(titles)}).write_parquet(path / "rows.parquet")
        for number, (_, read) in enumerate(readers):
            part = _Part(path, number, facts, "r+" if done[number] else "w+")
            saved = time.monotonic()
            for rows, sketches in read(done[number]):
                part.write(rows, sketches)
                done[number] += 1
                if time.monotonic() - saved > _SECONDS_BETWEEN_SAVES:
                    part.save()
                    write_json(path / "progress.json", _Done(batches=done).model_dump())
                    saved = time.monotonic()
                progress(STAGE, number * len(uids) + part.written, len(names) * len(uids))
            part.save()
            write_json(path / "progress.json", _Done(batches=done).model_dump())
        write_json(path / "influence.json", facts.model_dump())
        return InfluenceStore(path)


def _read_progress(path: Path, facts: InfluenceFacts) -> list[int]:
    """Batches that are done of each checkpoint; whatever is no unfinished store of ours is cleared away."""
    nothing = [0] * len(facts.checkpoints)
    try:
        if (path / "influence.json").exists():
            raise ValueError("finished, and yet to be built again: it is damaged")
        done = _Done.model_validate_json((path / "progress.json").read_bytes()).batches
        for number in (number for number, batches in enumerate(done) if batches):
            _check_sizes(path, number, facts)
        if len(done) == len(nothing):
            return done
    except (OSError, ValueError):
        pass
    shutil.rmtree(path)
    path.mkdir()
    return nothing


def _name_files(path: Path, number: int) -> tuple[Path, Path]:
    return path / f"signs-{number}.bits", path / f"written-{number}.u8"


def _check_sizes(path: Path, number: int, facts: InfluenceFacts) -> None:
    for file, size in zip(_name_files(path, number), (facts.dimensions // 8, 1), strict=True):
        found = file.stat().st_size
        if found != size * facts.rows:
            raise ValueError(f"{file.name} has {found:,} bytes instead of {size * facts.rows:,}")


def open_influence(folder: Path, *, fingerprint: str) -> InfluenceStore:
    """Open the store if it holds exactly these examples' gradients.

    Raises:
        IndexUnavailableError: `index-missing`, `index-stale` or `index-damaged`; `build_influence` makes a good one.
    """
    return open_generation(
        folder,
        InfluenceStore,
        lambda store: (store.facts.format, store.facts.fingerprint) == (FORMAT, fingerprint),
        what="the store of training gradients",
        hint="Compute them: catalora influence RUN does it by itself.",
    )
