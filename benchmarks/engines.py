"""The engines of `catalora describe` side by side: titles and tokens per second, and whether they answer the same.

    python benchmarks/engines.py RUN_FOLDER --titles 128 --turns 2
    python benchmarks/engines.py RUN_FOLDER --dtype float32 --only transformers ctranslate2

Generation alone, with the batches that `describe` makes of the run's own titles, in alternating turns. Beside each
speed stands how many answers are not those of transformers to the last token, and how much less likely than its best
token transformers finds the one where an answer parts: at most, and at the median. Between two batch sizes of
transformers itself the same is told, because bfloat16 decides near ties by how a batch is added up.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import polars as pl

from catalora import pipeline
from catalora.descriptions.describer import Describer
from catalora.engines.choice import Engine, list_gaps
from catalora.engines.kinds import EngineName
from catalora.errors import CataloraError
from catalora.generation.batch import Generated
from catalora.progress import ignore_progress
from catalora.run import RunFolder


def answer(engine: Engine, prompts: Sequence[list[int]], limit: int, size: int) -> list[Generated]:
    """In batches of neighbours, the longest first."""
    batches = [prompts[start : start + size] for start in range(0, len(prompts), size)]
    return [row for batch in batches for row in engine.generate(batch, limit)]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--titles", type=int, default=128)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--max-new-tokens", type=int, help="instead of the run's setting")
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], help="of transformers, instead of the run's")
    parser.add_argument("--only", nargs="*", default=[name for name in get_args(EngineName) if name != "vllm"])
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    run = RunFolder(options.run)
    with pipeline.open_session(run, dtype=options.dtype) as session, tempfile.TemporaryDirectory() as folder:
        describer = Describer(session, 0, grounded=False)
        limit = options.max_new_tokens or describer.max_new_tokens
        titles = pl.read_parquet(run.products)["title"].sample(options.titles, seed=options.seed)
        prompts = sorted(describer.encode_questions(titles.to_list()), key=len, reverse=True)
        engines = describer.list_engines(Path(folder), ignore_progress)
        opened: dict[str, Engine] = {}
        for name in options.only:
            started = time.perf_counter()
            try:
                opened[name] = engines.open(name)
            except (CataloraError, ModuleNotFoundError) as error:
                print(f"{name:18} left out: {error}")
                continue
            answer(opened[name], prompts[:8], 4, 8)
            print(f"{name:18} ready after {time.perf_counter() - started:.1f} s", flush=True)
        speeds: dict[str, list[float]] = {name: [] for name in opened}
        answers: dict[str, list[Generated]] = {}
        for _ in range(options.turns):
            for name, engine in opened.items():
                started = time.perf_counter()
                answers[name] = answer(engine, prompts, limit, options.batch_size)
                speeds[name].append(time.perf_counter() - started)
        reference = answers.get("transformers") or answer(describer.generator, prompts, limit, options.batch_size)
        answers["other batches"] = answer(describer.generator, prompts, limit, max(1, options.batch_size // 3))
        print(f"transformers computes in {describer.generator.model.dtype}, batches of {options.batch_size}")
        print(f"{'':18} {'titles/s':>9} {'tokens/s':>9} {'parted':>7} {'widest gap':>11} {'median gap':>11}")
        for name, found in answers.items():
            gaps = list_gaps(describer.generator, prompts, reference, found)
            speed = ""
            if name in speeds:
                seconds = statistics.median(speeds[name])
                tokens = sum(len(row.ids) for row in found)
                speed = f"{len(prompts) / seconds:9.2f} {tokens / seconds:9.0f}"
            widest, median = max(gaps, default=0), statistics.median(gaps or [0])
            print(f"{name:18} {speed:19} {len(gaps):7} {widest:11.3f} {median:11.3f}")


if __name__ == "__main__":
    main()
