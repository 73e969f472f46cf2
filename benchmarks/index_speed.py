"""What the reference index costs: embedding by precision, batch size and threads; Chroma by build parameters.

    python benchmarks/index_speed.py embedding --products 500
    python benchmarks/index_speed.py chroma --vectors 20000

Embedding runs on products of a prepared folder (`--data`; the bundled catalogue when empty). CPU seconds stand beside
wall seconds, because a shared machine distorts the latter. Chroma runs on vectors that lie in clusters, as products do.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from catalora.catalog import prepare_catalogue, read_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import DataConfig
from catalora.hardware import choose_device
from catalora.references import embedding, vectors
from catalora.references.embedding import DIMENSIONS, Embedder
from catalora.references.product_vectors import CONTENT_CHARACTERS


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


def make_vectors(count: int) -> np.ndarray:
    """Unit vectors in clusters of about fifty."""
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(max(8, count // 50), DIMENSIONS))
    rows = centres[rng.integers(0, len(centres), count)] + 2.0 * rng.normal(size=(count, DIMENSIONS))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def measure_chroma(count: int) -> None:
    """Build time, size, recall against exact search, opening and query time by graph parameters."""
    rows = make_vectors(count)
    queries = make_vectors(count)[:: max(1, count // 200)][:200] + rows[:200] * 0.5
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    truth = np.argsort(-(queries @ rows.T), axis=1)[:, :10]
    for links, effort, search in ((16, 100, 100), (32, 200, 100), (48, 400, 200)):
        vectors.HNSW = {"space": "cosine", "max_neighbors": links, "ef_construction": effort, "ef_search": search}
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "chroma"
            build = measure(lambda p=path: vectors.write_vectors(p, rows), repeats=1)
            size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
            start = time.perf_counter()
            index = vectors.VectorIndex(path)
            opening = time.perf_counter() - start
            found = index.find_nearest(queries, 10)
            recall = np.mean([len(set(row) & set(best)) / 10 for row, best in zip(found, truth, strict=True)])
            query = min(measure(lambda i=index: i.find_nearest(queries[:1], 10), repeats=30)) * 1000
            index.close()
        note = f"recall@10 {recall:.3f}, {size / count:.0f} bytes/row, opened in {opening:.2f} s, query {query:.1f} ms"
        report(f"M={links} ef_construction={effort} ef_search={search}", count, build, note)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def main() -> None:
    """Measure one part and print a line per variant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("embedding", "chroma"))
    parser.add_argument("--data", type=Path, help="folder made by `catalora prepare`; the bundled catalogue when empty")
    parser.add_argument("--products", type=int, default=500)
    parser.add_argument("--vectors", type=int, default=20_000)
    arguments = parser.parse_args()
    if arguments.part == "embedding":
        measure_embedding(arguments.data, arguments.products)
    else:
        measure_chroma(arguments.vectors)


if __name__ == "__main__":
    main()
