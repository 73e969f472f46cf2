"""What the reference index costs: embedding by precision, batch size and threads; Chroma's graph by its parameters.

    python benchmarks/index_speed.py embedding --products 500
    python benchmarks/index_speed.py graph --index RUN/references/GENERATION --links 32 48 --dimensions 384 192

Embedding runs on products of a prepared folder (`--data`; the bundled catalogue when empty). CPU seconds stand beside
wall seconds, because a shared machine distorts the latter.

The graph is built anew from the vectors of an index that is there (`index_scale.py --keep` leaves a large one), for
each number of links and of dimensions: their principal components, where there are fewer than the embedding model's.
Then it is asked with rising effort, a vector at a time: titles as they are, and "What is …?" of each. The fifty that it
finds are put in order by their whole vectors.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from catalora.catalog import prepare_catalogue, read_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import DataConfig
from catalora.hardware import choose_device
from catalora.references import embedding, vectors
from catalora.references.embedding import DIMENSIONS, Embedder
from catalora.references.index import CANDIDATES
from catalora.references.product_vectors import CONTENT_CHARACTERS
from catalora.references.titles import TitleIndex
from catalora.references.vectors import VectorIndex

GRAPH = vectors.HNSW
QUERIES = 1000
NEAREST = 10


def measure(work: Callable[[], object], repeats: int = 2) -> tuple[float, float]:
    """Best wall seconds and the CPU seconds of that try."""
    tries = []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        tries.append((time.perf_counter() - wall, time.process_time() - processor))
    return min(tries)


def read_texts(data: Path | None, count: int) -> list[str]:
    """Titles with the start of their descriptions."""
    with tempfile.TemporaryDirectory() as scratch:
        if data is None:
            data = Path(scratch) / "sample"
            prepare_catalogue([SAMPLE_PATH], data, DataConfig())
        table = read_products(data / "products.parquet").head(count)
    return [f"{title}\n{content[:CONTENT_CHARACTERS]}" for title, content in table.select("title", "content").rows()]


def report(name: str, count: int, seconds: tuple[float, float], note: str = "") -> None:
    """One line: what, how fast by the clock, how fast by processor time."""
    wall, processor = seconds
    print(f"{name:44} {count / wall:8.0f} /s wall  {count / processor:8.0f} /s CPU  {note}", flush=True)


def measure_embedding(data: Path | None, count: int) -> None:
    """One question at a time; then many texts by precision, batch size and cores, and by sentence-transformers.

    bfloat16 only where the processor computes it natively: emulated it takes seven times as long as float32.
    """
    texts = read_texts(data, count)
    measure_questions([f"What is {text.splitlines()[0]}?" for text in texts[:200]])
    ways = make_embedders()
    exact = ways["float32"].embed(texts, max_tokens=64)
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for precision, embedder in ways.items():
            embedder.embed(texts[:8])
            for batch_tokens in (512, 1024, 2048, 8192):
                embedding.BATCH_TOKENS = batch_tokens
                seconds = measure(lambda e=embedder: e.embed(texts, max_tokens=64))
                cosine = (embedder.embed(texts, max_tokens=64) * exact).sum(axis=1).min()
                name = f"{threads} core(s), {precision}, {batch_tokens} tokens a batch"
                report(name, len(texts), seconds, f"least cosine to float32 {cosine:.5f}")
        measure_sentence_transformers(texts, threads)


def make_embedders() -> dict[str, Embedder]:
    """One per precision that is worth having here."""
    single, native = choose_device("cpu", "float32"), choose_device("cpu")
    ways = {"float32": Embedder(device=single, eight_bits=False), "8 bits": Embedder(device=single, eight_bits=True)}
    return ways | ({"bfloat16": Embedder(device=native)} if native.dtype == "bfloat16" else {})


def measure_sentence_transformers(texts: list[str], threads: int) -> None:
    """The same texts through the library's own batching."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        print("sentence-transformers is not installed: left out")
        return
    for dtype in dict.fromkeys((torch.float32, choose_device("cpu").torch_dtype)):
        model = SentenceTransformer(str(embedding._find_package()), device="cpu", model_kwargs={"dtype": dtype})
        model.max_seq_length = 64
        for batch in (32, 128):
            seconds = measure(lambda m=model, b=batch: m.encode(texts, batch_size=b, normalize_embeddings=True))
            report(f"{threads} thread(s), sentence-transformers {dtype}, {batch}", len(texts), seconds)


def measure_questions(questions: list[str]) -> None:
    """One question at a time, in turns: each precision, and float32 by transformers' BertModel."""
    from transformers import BertModel

    stock = Embedder(device=choose_device("cpu", "float32"))
    bert = BertModel.from_pretrained(embedding._find_package(), add_pooling_layer=False).eval()
    stock.__dict__["_model"] = (
        lambda ids, mask: bert(input_ids=ids, attention_mask=mask).last_hidden_state,
        torch.device("cpu"),
    )
    ways = make_embedders() | {"float32 by BertModel of transformers": stock}
    milliseconds: dict[str, list[float]] = {name: [] for name in ways}
    for question in questions[:5] + questions:
        for name, embedder in ways.items():
            started = time.perf_counter()
            embedder.embed([question])
            milliseconds[name].append(1000 * (time.perf_counter() - started))
    for name, taken in milliseconds.items():
        p50, p95 = np.quantile(taken[5:], (0.5, 0.95))
        print(f"one question, {name:36} p50 {p50:.1f} ms, p95 {p95:.1f} ms", flush=True)


def measure_graphs(folder: Path, links: Sequence[int], dimensions: Sequence[int], efforts: Sequence[int]) -> None:
    """Writing, recall@10 against exact search, and query time of each graph and effort."""
    stored = np.load(folder / "chroma" / vectors.PLAIN)
    titles = TitleIndex(folder)
    places = np.random.default_rng(3).choice(len(stored), min(QUERIES, len(stored)), replace=False)
    asked = [title for _, title in titles.read(places.tolist()).values()]
    titles.close()
    embedder = Embedder(device=choose_device("cpu"))
    queries = embedder.embed([*asked, *(f"What is {title}?" for title in asked)])
    # The least cosine that is among the ten best: equally near vectors count as found.
    least = np.array([np.partition(stored @ query, -NEAREST)[-NEAREST] for query in queries]) - 1e-6
    _, components = np.linalg.eigh(stored.T @ stored)
    for width in dimensions:
        turn = np.eye(DIMENSIONS, dtype=np.float32)
        if width < DIMENSIONS:
            turn = components[:, ::-1][:, :width].astype(np.float32)
        for count in links:
            vectors.HNSW = {**GRAPH, "space": "ip", "max_neighbors": count, "ef_search": efforts[0]}
            with tempfile.TemporaryDirectory() as scratch:
                path = Path(scratch) / "chroma"
                build = measure(lambda p=path, t=turn: vectors.write_vectors(p, stored @ t), repeats=1)
                report(f"{width} dimensions, {count} links", len(stored), build)
                for effort in efforts:
                    ask_graph(path, effort, stored, turn, queries, least)


def ask_graph(
    path: Path, effort: int, stored: np.ndarray, turn: np.ndarray, queries: np.ndarray, least: np.ndarray
) -> None:
    """One line: how much is found with this effort, and how soon."""
    index = VectorIndex(path)
    index._collection.modify(configuration={"hnsw": {"ef_search": effort}})
    index.close()
    index = VectorIndex(path)
    milliseconds, found = [], []
    for query, limit in zip(queries, least, strict=True):
        started = time.perf_counter()
        (near,) = index.find_nearest((query @ turn)[None], CANDIDATES)
        milliseconds.append(1000 * (time.perf_counter() - started))
        cosines = np.sort(stored[list(near)] @ query)[-NEAREST:]
        found.append(float((cosines >= limit).mean()))
    index.close()
    titles, questions = np.array(found).reshape(2, -1).mean(axis=1)
    p50, p95 = np.quantile(milliseconds, (0.5, 0.95))
    print(
        f"    ef_search {effort:4}: recall@{NEAREST} of titles {titles:.4f}, of questions {questions:.4f}; "
        f"p50 {p50:.1f} ms, p95 {p95:.1f} ms",
        flush=True,
    )


def main() -> None:
    """Measure one part and print a line per variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("embedding", "graph"))
    parser.add_argument("--data", type=Path, help="folder made by `catalora prepare`; the bundled catalogue when empty")
    parser.add_argument("--products", type=int, default=500)
    parser.add_argument("--index", type=Path, help="folder with chroma/ and titles.sqlite, for the graph")
    parser.add_argument("--links", type=int, nargs="+", default=[vectors.HNSW["max_neighbors"]])
    parser.add_argument("--dimensions", type=int, nargs="+", default=[DIMENSIONS])
    parser.add_argument("--efforts", type=int, nargs="+", default=[100, 150, 200, 300])
    arguments = parser.parse_args()
    if arguments.part == "embedding":
        measure_embedding(arguments.data, arguments.products)
        return
    if arguments.index is None:
        parser.error("the graph needs --index")
    measure_graphs(arguments.index, arguments.links, arguments.dimensions, arguments.efforts)


if __name__ == "__main__":
    main()
