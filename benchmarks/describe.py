"""Titles per second of `catalora describe` against the loop that most people write, in alternating turns.

    python benchmarks/describe.py RUN_FOLDER --input titles.jsonl.gz --titles 512 --alone 24 --turns 3

Four ways over titles drawn at random from the input (the run's own products when empty):

    one at a time     base model and adapter by transformers and PEFT, one `generate` per title
    the same, merged  without PEFT
    batches           the generation of `catalora describe` alone
    describe          all of it: generation, references, record, checked facts

The loops get fewer titles (`--alone`), because they are slow; each turn takes other ones. CPU seconds stand beside wall
seconds, because a shared machine distorts the latter.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from catalora import pipeline
from catalora.catalog.rows import Columns
from catalora.descriptions.describer import Describer
from catalora.descriptions.input import read_titles
from catalora.export.source import open_source
from catalora.model.adapter import merge_adapter
from catalora.progress import ignore_progress
from catalora.run import RunFolder


def answer_alone(model: Any, prompts: Sequence[Sequence[int]], limit: int, stop_ids: Sequence[int], pad_id: int) -> int:
    """One `generate` per prompt; returns how many tokens came."""
    tokens = 0
    for prompt in prompts:
        ids = torch.tensor([list(prompt)])
        with torch.no_grad():
            output = model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=limit,
                do_sample=False,
                eos_token_id=list(stop_ids),
                pad_token_id=pad_id,
            )
        tokens += output.shape[1] - ids.shape[1]
    return tokens


def answer_in_batches(describer: Describer, prompts: list[list[int]], limit: int, size: int) -> int:
    """The prompts by length, the longest first; returns how many tokens came."""
    prompts = sorted(prompts, key=len, reverse=True)
    batches = [prompts[start : start + size] for start in range(0, len(prompts), size)]
    return sum(len(answer.ids) for batch in batches for answer in describer.generator.generate(batch, limit))


def describe_all(describer: Describer, rows: pl.DataFrame, size: int) -> int:
    """All columns of `catalora describe`; returns how many tokens came."""
    rows = rows.sort("tokens", descending=True)
    shards = [describer.describe(rows.slice(start, size)) for start in range(0, rows.height, size)]
    return int(pl.concat(shards)["tokens"].sum())


def measure(work: Callable[[], int], count: int) -> tuple[float, float, float]:
    """Titles and tokens per second by the clock, and titles per second of processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    tokens = work()
    seconds, busy = time.perf_counter() - wall, time.process_time() - processor
    return count / seconds, tokens / seconds, count / busy


def main() -> None:
    """Measure and print a table, the last line the speed of `describe` over that of the loop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--input", type=Path)
    parser.add_argument("--titles", type=int, default=512)
    parser.add_argument("--alone", type=int, default=24)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    run = RunFolder(options.run)
    source = open_source(run)
    base = AutoModelForCausalLM.from_pretrained(source.base, dtype=source.device.torch_dtype, local_files_only=True)
    with_adapter = PeftModel.from_pretrained(base, str(run.adapter)).eval()
    merged = merge_adapter(source.load_tuned()[0], source.device.torch_dtype).eval()
    session = pipeline.open_session(run)
    describer = Describer(session, session.config.references.count, grounded=False)
    rows, _ = read_titles(
        options.input or run.products,
        Columns(titles_only=True),
        describer.count_tokens,
        describer.max_prompt_tokens,
        describer.max_row_bytes,
        ignore_progress,
    )
    limit, stop_ids, pad_id = describer.max_new_tokens, session.answerer.stop_ids, session.answerer.pad_id
    size = options.batch_size or describer.generator.choose_batch_size(max(rows["tokens"].to_list()), limit)
    chance = random.Random(options.seed)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(options.turns):
        many = rows[sorted(chance.sample(range(rows.height), min(options.titles, rows.height)))]
        few = many.sample(min(options.alone, many.height), seed=options.seed)
        prompts, few_prompts = (
            session.answerer.template.encode_prompts(session.answerer.tokenizer, part["question"].to_list())
            for part in (many, few)
        )
        ways: dict[str, tuple[Callable[[], int], int]] = {
            "one at a time": (lambda p=few_prompts: answer_alone(with_adapter, p, limit, stop_ids, pad_id), few.height),
            "the same, merged": (lambda p=few_prompts: answer_alone(merged, p, limit, stop_ids, pad_id), few.height),
            "batches": (lambda p=prompts: answer_in_batches(describer, p, limit, size), many.height),
            "describe": (lambda r=many: describe_all(describer, r, size), many.height),
        }
        for name, (work, count) in ways.items():
            found.setdefault(name, []).append(measure(work, count))
    print(f"{rows.height:,} titles to draw from, batches of {size}, at most {limit} tokens, {source.device.reason}")
    print(f"{'':18} {'titles/s':>9} {'tokens/s':>9} {'titles/CPU s':>13}   (medians of {options.turns} turns)")
    medians = {
        name: [statistics.median(column) for column in zip(*turns, strict=True)] for name, turns in found.items()
    }
    for name, (titles, tokens, busy) in medians.items():
        print(f"{name:18} {titles:9.2f} {tokens:9.0f} {busy:13.2f}")
    ratio = medians["describe"][0] / medians["one at a time"][0]
    print(f"describe is {ratio:.1f} times the loop")
    session.close()


if __name__ == "__main__":
    main()
