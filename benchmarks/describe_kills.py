"""Kill `catalora describe` again and again at random moments: is every row there once, and the same?

    python benchmarks/describe_kills.py RUN_FOLDER --input titles.jsonl.gz --titles 1500 --kills 20

The titles are described once without a kill, then into another file by a process that is killed (SIGKILL, which no
program can answer) after a random time, from its first moment on, and started again. A job that ends before its kill
is begun anew into another file, until all kills are done. Prints how many came at which stage and how the rows
compare; exits with 1 when a row is missing, there twice, or not the same.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polars as pl

# A kill may come any time from the start to somewhat more than this share of the work further on, so that a job lasts
# for about as many kills as are wanted.
SHARE = 0.08


def start(run: Path, titles: Path, out: Path, batch_size: int, *options: str) -> subprocess.Popen[bytes]:
    """`catalora describe` as a user starts it."""
    command = [sys.executable, "-m", "catalora", "describe", run.name, str(titles), "-o", str(out)]
    command += ["--runs-dir", str(run.parent), "--batch-size", str(batch_size), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def describe_once(run: Path, titles: Path, out: Path, batch_size: int) -> tuple[float, float]:
    """Without a kill; returns the seconds until the first answer could begin, and those of the answering."""
    began = time.monotonic()
    process = start(run, titles, out, batch_size, "--json")
    printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"describe ended with {process.returncode}")
    work = json.loads(printed)["seconds"]
    return time.monotonic() - began - work, work


def find_stage(parts: Path) -> str:
    """Where a job was when it was killed."""
    if not parts.exists():
        return "before the job began"
    if not (parts / "manifest.json").exists():
        return "before its manifest"
    return "at its shards"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--input", type=Path, help="JSON Lines with titles; the run's own products when empty")
    parser.add_argument("--titles", type=int, default=1_500)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    table = pl.read_ndjson(options.input) if options.input else pl.read_parquet(options.run / "products.parquet")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        titles = folder / "titles.jsonl"
        table = table.select("uid", "title").unique("title", maintain_order=True)
        table.sample(min(options.titles, table.height), seed=options.seed, shuffle=True).write_ndjson(titles)
        setup, work = describe_once(options.run, titles, folder / "whole.parquet", options.batch_size)
        print(f"without a kill: {setup:.1f} s until the first shard, {work:.1f} s for all", flush=True)
        whole = pl.read_parquet(folder / "whole.parquet")
        stages: Counter[str] = Counter()
        finished: list[Path] = []
        out = folder / "killed-1.parquet"
        starts = 0
        while stages.total() < options.kills or out.with_name(f"{out.name}.parts").exists() or not finished:
            process = start(options.run, titles, out, options.batch_size)
            starts += 1
            enough = stages.total() >= options.kills
            parts, killed = out.with_name(f"{out.name}.parts"), False
            try:
                process.wait(None if enough else chance.uniform(0, setup + SHARE * work))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed = True
            whole_there = out.exists() and not parts.exists()
            if killed:
                stages["after its end" if whole_there else find_stage(parts)] += 1
            if killed and not whole_there:
                continue
            if process.returncode and not killed:
                raise SystemExit(f"describe ended with {process.returncode}")
            finished.append(out)
            out = folder / f"killed-{len(finished) + 1}.parquet"
        print(f"{starts} starts, {stages.total()} kills: {', '.join(f'{n} {stage}' for stage, n in stages.items())}")
        report(whole, finished)


def report(whole: pl.DataFrame, finished: list[Path]) -> None:
    """Compare the tables of the killed jobs with the one without a kill."""
    failed = False
    for path in finished:
        found = pl.read_parquet(path)
        once = found["uid"].n_unique() == found.height == whole.height
        in_order = found["uid"].equals(whole["uid"])
        same = sum(a == b for a, b in zip(found.rows(), whole.rows(), strict=False))
        print(f"{path.name}: {found.height:,} of {whole.height:,} rows, each once: {once}, in order: {in_order}")
        print(f"{'':{len(path.name)}}  {same:,} are the same in all columns")
        failed = failed or not (once and in_order and same == whole.height)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
