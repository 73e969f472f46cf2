"""Copied spans at full size: build time, size, query time, and whether planted copies are found.

    python benchmarks/spans.py --rows 131262
    python benchmarks/spans.py --rows 1390403 --answers 100

Rows come from `generate_catalogue.py`. Each answer has about 150 words: three copies of 8 to 60 words from random rows
between words that no row holds. A planted copy counts as found when a span covers it and names its row; a span counts
as false when one of its rows does not hold it.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
from generate_catalogue import write_catalogue

from catalora.references.spans import SpanIndex, build_spans

FILLED_SHARE = 0.6  # of generated lines; a few more are made than needed
WORDS_PER_ANSWER = 150


def make_texts(folder: Path, count: int, seed: int) -> list[str]:
    """Descriptions of a generated catalogue."""
    path = folder / "trn.jsonl"
    lines = int(count / FILLED_SHARE) + 1_000
    write_catalogue(path, lines, seed)
    texts = (
        pl.scan_ndjson(path, schema={"content": pl.String})
        .filter(pl.col("content").str.len_chars() > 12)
        .head(count)
        .collect()["content"]
        .to_list()
    )
    path.unlink()
    if len(texts) < count:
        raise SystemExit(f"only {len(texts):,} of {lines:,} generated lines have a description: lower FILLED_SHARE")
    return texts


def write_answer(texts: list[str], rng: random.Random) -> tuple[str, list[tuple[str, int]]]:
    """An answer, and the copies in it with their rows."""
    planted: list[tuple[str, int]] = []
    while len(planted) < 3:
        row = rng.randrange(len(texts))
        words = texts[row].split(" ")
        if len(words) >= 10:
            length = min(rng.randint(8, 60), len(words) - 2)
            start = rng.randrange(1, len(words) - length)
            piece = " ".join(words[start : start + length])
            if piece == piece.strip() and piece[0].isalnum() and piece[-1].isalnum():
                planted.append((piece, row))
    filler = max(10, (WORDS_PER_ANSWER - sum(len(piece.split()) for piece, _ in planted)) // 4)
    parts = [" ".join(f"qx{rng.randrange(10**9)}" for _ in range(filler))]
    for piece, _ in planted:
        parts += [piece, " ".join(f"qx{rng.randrange(10**9)}" for _ in range(filler))]
    return " ".join(parts), planted


def measure_queries(index: SpanIndex, texts: list[str], answers: int, seed: int) -> None:
    """Print query times, and what was found of what was planted."""
    rng = random.Random(seed)
    seconds: list[float] = []
    found = planted_count = false = spans = 0
    for _ in range(answers):
        answer, planted = write_answer(texts, rng)
        started = time.perf_counter()
        copies = index.find_copies(answer)
        seconds.append(time.perf_counter() - started)
        spans += len(copies.spans)
        planted_count += len(planted)
        found += sum(any(piece in span.text and row in span.rows for span in copies.spans) for piece, row in planted)
        false += sum(any(span.text not in texts[row] for row in span.rows) for span in copies.spans)
    low, high = np.quantile(np.array(seconds) * 1000, [0.5, 0.95])
    print(f"query: median {low:.1f} ms, 95th percentile {high:.1f} ms, longest {max(seconds) * 1000:.1f} ms")
    print(f"planted copies found: {found} of {planted_count}; spans {spans}, of them false {false}")


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=131_262)
    parser.add_argument("--answers", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        texts = make_texts(folder, arguments.rows, arguments.seed)
        uids = [f"R{row}" for row in range(len(texts))]
        started, processor = time.perf_counter(), time.process_time()
        index = build_spans(folder / "spans", uids, texts, fingerprint="benchmark")
        wall, used = time.perf_counter() - started, time.process_time() - processor
        size = sum(file.stat().st_size for file in (folder / "spans").rglob("*") if file.is_file())
        print(f"{len(texts):,} rows, {index.facts.bytes / 1e6:,.1f} MB of text, {index.facts.words:,} words")
        print(f"build: {wall:.1f} s ({used:.1f} s of processor), {size / 1e6:,.1f} MB on disk")
        measure_queries(index, texts, arguments.answers, arguments.seed)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
