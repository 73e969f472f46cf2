"""How fast and how well `prepare` reads, cleans and groups a catalogue, beside a plain loop over its lines.

    python benchmarks/generate_catalogue.py /tmp/trn.jsonl
    python benchmarks/prepare.py /tmp/trn.jsonl [--step plain --step clean --step exact --step full] [--folder FOLDER]

Each step runs in a process of its own, whose peak memory is printed, and leaves nothing behind; `full` needs about
three times the catalogue's size of disk in FOLDER, by default beside the catalogue. Wall time depends on what else the
machine does, so the processor time stands beside it. With the truth that the generator wrote, precision and recall of
each rule and of the near-duplicates follow.
"""

import argparse
import html
import json
import multiprocessing
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

from catalora.catalog import load_prepared, prepare_catalogue
from catalora.catalog.gate import Gate
from catalora.catalog.keys import hash_text
from catalora.catalog.readers import read_rows
from catalora.catalog.rows import BadRows, Columns
from catalora.catalog.sources import Source
from catalora.config import DataConfig

TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ufffd]")
MISREAD = re.compile(r"â€[™œ\x9d“”¦]|Ã[\x80-\xbf]|Â[\x80-\xbf]")
SPACES = re.compile(r"\s+")
EDITION = re.compile(r"[-–—\s]*This text refers to (?:the|an?)[^.\n]{0,120}(?:edition|title)[^.\n]{0,20}\.?\s*$")
COPYRIGHT = re.compile(
    r"\s*(?:Copyright|©|\(c\))\s?(?:©|\(c\))?\s?\d{4}[^\n]{0,100}$|\s*All rights reserved\.?\s*$", re.IGNORECASE
)


def clean_plainly(text: str, is_content: bool) -> str:
    """The same rules as a short script would apply them."""
    text = TAG.sub(" ", html.unescape(text))
    text = MISREAD.sub(lambda match: match[0].encode("cp1252", "replace").decode("utf-8", "replace"), text)
    text = SPACES.sub(" ", UNWANTED.sub("", text)).strip()
    return COPYRIGHT.sub("", EDITION.sub("", text)).strip() if is_content else text


def run_plain_loop(path: Path) -> int:
    """Read and clean line by line, and drop what is of no use."""
    rows = 0
    with path.open(encoding="utf-8") as file:
        for line in file:
            rows += 1
            record = json.loads(line)
            title, content = clean_plainly(record["title"], False), clean_plainly(record["content"], True)
            if title and len(content) >= 12 and title.casefold() != content.casefold():
                record["title"], record["content"] = title, content
    return rows


def run_read_and_clean(path: Path) -> int:
    """The readers and the gate alone."""
    gate, rows = Gate(DataConfig().min_content_chars), 0
    for inspected in gate.inspect_all(read_rows(Source(path), Columns(), BadRows(0), DataConfig().max_row_bytes)):
        rows += inspected.index.height
    return rows


def run_prepare(path: Path, out: Path, similarity: float | None) -> int:
    """The whole step."""
    return prepare_catalogue([path], out, DataConfig(near_duplicate_similarity=similarity)).profile.rows_in


def measure(name: str, function: Callable[..., int], *arguments: object) -> float:
    """Run a step in a process of its own, print what it took, and return rows per second of wall time."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(sender, function, arguments))
    process.start()
    sender.close()
    rows, wall, processor, peak = receiver.recv()
    process.join()
    print(
        f"{name:<44}{rows / wall:>10,.0f} rows/s{wall:>8.1f} s wall{processor:>8.1f} s processor{peak:>8,.0f} MB peak",
        flush=True,
    )
    return float(rows / wall)


def _run(sender: object, function: Callable[..., int], arguments: tuple[object, ...]) -> None:
    started, processor = time.perf_counter(), time.process_time()
    rows = function(*arguments)
    # Linux counts kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    sender.send((rows, time.perf_counter() - started, time.process_time() - processor, peak))  # type: ignore[attr-defined]


def score(prepared: Path, truth_path: Path) -> None:
    """Print precision and recall against the generator's truth."""
    data = load_prepared(prepared)
    truth = pl.read_parquet(truth_path)
    removed = data.removed().select("line", found="reason")
    kept = data.table().with_columns(line=pl.col("uid").cast(pl.Int64) + 1)
    print(f"\n{'':<24}{'precision':>10}{'recall':>10}{'planted':>10}")
    reasons = truth.join(removed, on="line", how="left")
    for reason in truth["reason"].drop_nulls().unique().sort():
        _print_score(
            reason, (reasons["reason"] == reason).fill_null(False), (reasons["found"] == reason).fill_null(False)
        )
    rules = data.changed().filter(field="content").select("line", found="rules")
    usable = kept.select("line").join(truth, on="line").join(rules, on="line", how="left")
    for rule in sorted(set(truth["rules"].explode().drop_nulls())):
        _print_score(rule, usable["rules"].list.contains(rule), usable["found"].list.contains(rule).fill_null(False))
    hashes = pl.Series([hash_text(content) for content in kept["content"]], dtype=pl.UInt64)
    exact = kept.select("line").with_columns(hash=hashes).join(truth, on="line")
    print(f"descriptions exactly as planted: {(exact['hash'] == exact['clean_hash']).mean():.4%} of {exact.height:,}")
    _score_clusters(kept.join(truth.select("line", "cluster"), on="line"))


def _print_score(name: str, planted: pl.Series, found: pl.Series) -> None:
    both = int((planted & found).sum())
    precision, recall = both / max(1, int(found.sum())), both / max(1, int(planted.sum()))
    print(f"{name:<24}{precision:>10.4f}{recall:>10.4f}{int(planted.sum()):>10,}")


def _score_clusters(kept: pl.DataFrame) -> None:
    """Pairs in one cluster, planted and found; titles are random, so that groups are made by descriptions."""
    by_title = kept.with_columns(same_title=pl.len().over(pl.col("title").str.to_lowercase())).filter(same_title=1)
    both = _count_pairs(by_title, "cluster", "group")
    found, planted = _count_pairs(by_title, "group"), _count_pairs(by_title, "cluster")
    print(f"{'near-duplicate pairs':<24}{both / max(1, found):>10.4f}{both / max(1, planted):>10.4f}{planted:>10,}")
    for key in ("cluster", "group"):
        crossing = kept.group_by(key).agg(pl.col("split").n_unique()).filter(pl.col("split") > 1).height
        print(f"{'planted' if key == 'cluster' else 'found'} clusters across splits: {crossing:,}")


def _count_pairs(table: pl.DataFrame, *keys: str) -> int:
    sizes = table.group_by(keys).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


STEPS: dict[str, tuple[str, Callable[..., int]]] = {
    "plain": ("plain loop: read and clean", run_plain_loop),
    "clean": ("read and clean", run_read_and_clean),
    "exact": ("prepare without near-duplicates", partial(run_prepare, similarity=None)),
    "full": ("prepare", partial(run_prepare, similarity=DataConfig().near_duplicate_similarity)),
}


def main() -> None:
    """Run the steps one after another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--step", action="append", choices=STEPS, help="repeatable; all steps without it")
    parser.add_argument("--folder", type=Path, help="where prepared data lie while they are measured")
    given = parser.parse_args()
    speeds: dict[str, float] = {}
    for step in given.step or STEPS:
        name, run = STEPS[step]
        with tempfile.TemporaryDirectory(dir=given.folder or given.path.parent) as folder:
            out = Path(folder) / "data"
            speeds[step] = measure(name, run, given.path, *((out,) if step in {"exact", "full"} else ()))
            truth_file = given.path.with_suffix(".truth.parquet")
            if step == "full" and truth_file.exists():
                score(out, truth_file)
    if {"plain", "clean"} <= speeds.keys():
        print(f"read and clean: {speeds['clean'] / speeds['plain']:.1f} × the plain loop")


if __name__ == "__main__":
    main()
