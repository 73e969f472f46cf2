"""A reference index of many products: how fast it is built against the original's way, and how it then answers.

    python benchmarks/index_scale.py --data FOLDER [--products 131262] [--slice 2000] [--turns 2] [--keep FOLDER]

Two parts on the products of a prepared folder (`benchmarks/generate_catalogue.py` and `catalora prepare` make one of
any size). First both ways in turns on the same slices, each into a new folder:

    original   MiniLM in fp32 by sentence-transformers, 256 tokens of a text, texts as they come, 100 products embedded
               and added to Chroma one batch after another
    catalora   what `catalora index` calls

Then all products by catalora: rows per second, questions one at a time, as a whole and what they spend on vector and
search, and how many of the ten nearest vectors by exact search the index finds.
"""

import argparse
import copy
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import polars as pl

from catalora.catalog.prepared import PRODUCTS, read_products
from catalora.hardware import choose_device
from catalora.references import embedding
from catalora.references.embedding import Embedder
from catalora.references.index import CANDIDATES, build_index
from catalora.references.vectors import VectorIndex

ORIGINAL_BATCH = 100
NEAREST = 10


def build_original(folder: Path, rows: pl.DataFrame) -> None:
    """The original's way."""
    import chromadb
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(embedding._find_package()), device="cpu")
    collection = chromadb.PersistentClient(str(folder)).create_collection("products", embedding_function=None)
    for start in range(0, rows.height, ORIGINAL_BATCH):
        part = rows.slice(start, ORIGINAL_BATCH)
        texts = [f"{title}\n{content}" for title, content in part.select("title", "content").rows()]
        collection.add(ids=part["uid"].to_list(), embeddings=model.encode(texts), documents=texts)


def build_ours(folder: Path, rows: pl.DataFrame, embedder: Embedder) -> None:
    """What `catalora index` calls."""
    columns = (rows[name].to_list() for name in ("uid", "title", "content"))
    build_index(folder, *columns, fingerprint="benchmark", embedder=embedder).close()


def measure_turns(rows: pl.DataFrame, slice_rows: int, turns: int) -> None:
    """Both ways in turns, each turn on rows of its own."""
    speeds: dict[str, list[float]] = {"original": [], "catalora": []}
    for turn in range(turns):
        part = rows.slice(turn * slice_rows, slice_rows)
        for name, found in speeds.items():
            with tempfile.TemporaryDirectory() as scratch:
                started = time.perf_counter()
                if name == "original":
                    build_original(Path(scratch), part)
                else:
                    build_ours(Path(scratch), part, Embedder(device=choose_device("cpu")))
                found.append(part.height / (time.perf_counter() - started))
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    for name, found in speeds.items():
        told = ", ".join(f"{speed:.0f}" for speed in found)
        print(f"{name:10} {medians[name]:8.0f} rows/s   ({told}; slices of {slice_rows:,})", flush=True)
    print(f"catalora is {medians['catalora'] / medians['original']:.1f} times the original's way", flush=True)


def measure_whole(rows: pl.DataFrame, questions: int, keep: Path | None) -> None:
    """All rows by catalora, then the questions."""
    embedder = Embedder(device=choose_device("cpu"))
    with nullcontext(keep) if keep else tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        started = time.perf_counter()
        columns = (rows[name].to_list() for name in ("uid", "title", "content"))
        ended: dict[str, float] = {}
        index = build_index(
            folder,
            *columns,
            fingerprint="benchmark",
            embedder=embedder,
            progress=lambda stage, _done, _total: ended.update({stage: time.perf_counter()}),
        )
        seconds = time.perf_counter() - started
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        print(
            f"{rows.height:,} rows in {seconds:.0f} s: {rows.height / seconds:.0f} rows/s, {size / 1e6:.0f} MB",
            flush=True,
        )
        embedding_seconds, writing_seconds = ended["embed"] - started, ended["index"] - ended["embed"]
        print(
            f"embedded {rows.height / embedding_seconds:.0f} rows/s, written {rows.height / writing_seconds:.0f} rows/s"
        )
        titles = rows.sample(questions, seed=3)["title"].to_list()
        asked = [f"What is {title}?" for title in titles]
        vectors = {question: embedder.embed([question]) for question in asked}
        known = copy.copy(index)
        known._embedder = GivenVectors(vectors)
        parts: dict[str, Callable[[str], object]] = {
            "a question": lambda question: index.search([question], 5, 0.0),
            "its vector": lambda question: embedder.embed([question]),
            "its search, the vector known": lambda question: known.search([question], 5, 0.0),
            "its neighbours in Chroma": lambda question: index._vectors.find_nearest(vectors[question], CANDIDATES),
        }
        for name, answer in parts.items():
            p50, p95 = np.quantile([_time(answer, question) for question in asked], (0.5, 0.95))
            print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms ({questions} asked one at a time)")
        index.close()
        for name, queries in (("titles", embedder.embed(titles)), ("questions", np.concatenate([*vectors.values()]))):
            print(f"recall@{NEAREST} against exact search, {name}: {find_recall(folder, queries):.4f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


class GivenVectors:
    """An embedder that computed everything before; `(1, dimensions)` by question."""

    fingerprint = "given"

    def __init__(self, vectors: Mapping[str, np.ndarray]) -> None:
        self._vectors = vectors

    def embed(self, texts: Sequence[str], *_: object, **__: object) -> np.ndarray:
        """Vectors of texts that are known, one row each."""
        return np.concatenate([self._vectors[text] for text in texts])


def find_recall(folder: Path, queries: np.ndarray) -> float:
    """Share of the exactly nearest vectors that the index finds; equally near ones count as found."""
    (path,) = folder.rglob("chroma")
    index = VectorIndex(path)
    try:
        stored = index.read(range(index.count))
        found = index.find_nearest(queries.astype(np.float32), NEAREST)
    finally:
        index.close()
    hits = 0
    for query, near in zip(queries, found, strict=True):
        cosines = stored @ query
        worst = np.partition(cosines, -NEAREST)[-NEAREST]
        hits += sum(cosines[position] >= worst - 1e-6 for position in near)
    return hits / (NEAREST * len(queries))


def _time(answer: Callable[[str], object], question: str) -> float:
    started = time.perf_counter()
    answer(question)
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    """Measure both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder made by `catalora prepare`")
    parser.add_argument("--products", type=int, default=131_262)
    parser.add_argument("--slice", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--keep", type=Path, help="folder for the index of all products, which is left there")
    arguments = parser.parse_args()
    rows = read_products(arguments.data / PRODUCTS).head(arguments.products)
    print(f"{rows.height:,} products")
    measure_turns(rows, arguments.slice, arguments.turns)
    measure_whole(rows, arguments.questions, arguments.keep)


if __name__ == "__main__":
    main()
