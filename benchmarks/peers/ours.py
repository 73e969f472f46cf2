"""catalora's step with the preset `overnight`, through the very function that runs call."""

import argparse
import itertools
import json
import sys
import time
from pathlib import Path

from catalora.catalog import Product
from catalora.config import build_config
from catalora.hardware import choose_device, keep_freed_memory
from catalora.model.adapter import attach_lora
from catalora.model.loading import load_base
from catalora.prompts import PromptTemplate
from catalora.run import create_run
from catalora.training.packing import PackedRows
from catalora.training.rows import tokenise_epoch
from catalora.training.trainer import train_adapter
from peers.timing import measure_peaks, read_rows, wait_for


def main() -> None:
    """Train some steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--out")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--accumulation", type=int, default=1)
    arguments = parser.parse_args()
    keep_freed_memory()
    settings = {
        "model.name": arguments.model,
        "training.logging_steps": 1,
        "training.batch_size": arguments.batch,
        "training.gradient_accumulation_steps": arguments.accumulation,
    }
    config = build_config("overnight", settings)
    training = config.training
    rows_in_step = arguments.batch * arguments.accumulation
    loaded = load_base(config.model, choose_device(arguments.device))
    products = [Product(row["uid"], row["title"], row["content"]) for row in read_rows(arguments.rows)]
    examples = tokenise_epoch(
        products, PromptTemplate(), loaded.tokenizer, epoch=0, max_length=training.max_length, seed=training.seed
    )
    rows = PackedRows([examples], training.max_length, training.seed)
    rows.rows = rows.rows[: arguments.steps * rows_in_step]
    run = create_run(Path(arguments.out), None)
    ends: list[float] = []  # told at the start and after each step

    def note_end(*_: int) -> None:
        wait_for(arguments.device)
        ends.append(time.perf_counter())

    train_adapter(
        attach_lora(loaded.model, config.lora, training.seed),
        run=run,
        config=training,
        train_rows=rows,
        validation_rows=None,
        pad_token_id=loaded.tokenizer.pad_token_id,
        use_cpu=arguments.device == "cpu",
        on_step=note_end,
    )
    tokens = [len(rows[index]["input_ids"]) for index in range(len(rows))]
    result = {
        "seconds": [end - start for start, end in itertools.pairwise(ends)],
        "content_tokens": [sum(tokens[start : start + rows_in_step]) for start in range(0, len(rows), rows_in_step)],
        "losses": [event.facts["loss"] for event in run.read_events() if event.kind == "step"],
        **measure_peaks(arguments.device),
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
