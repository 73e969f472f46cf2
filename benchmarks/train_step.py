"""Seconds of one training step on the bundled model, with and without autocast, in alternating runs.

    python benchmarks/train_step.py [--steps 15]

Without autocast PEFT copies every activation of a bf16 base to fp32 for its fp32 adapters. The losses of both ways are
printed too: they must agree within the precision of bf16.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from catalora import pipeline
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import build_config
from catalora.hardware import choose_device
from catalora.model.adapter import attach_lora
from catalora.model.loading import load_base
from catalora.prompts import PromptTemplate
from catalora.training.loss import CompletionLoss
from catalora.training.packing import IGNORED, collate_rows
from catalora.training.rows import build_rows


def main() -> None:
    """Print median seconds and loss per way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=15)
    steps = parser.parse_args().steps
    config = build_config("quick", {"data.max_samples": 200, "training.epochs": 1})
    device = choose_device()
    print(device.reason)
    loaded = load_base(config.model, device)
    with tempfile.TemporaryDirectory() as folder:
        pipeline.prepare([SAMPLE_PATH], Path(folder) / "data")
        run = pipeline.start_run(Path(folder) / "data", config, runs_dir=folder, name="step")
        rows, _ = build_rows(run, config, PromptTemplate(), loaded.tokenizer)
    model = attach_lora(loaded.model, config.lora, seed=1)
    batch = collate_rows([rows[index] for index in range(config.training.batch_size)], loaded.tokenizer.pad_token_id)
    batch = {key: value.to(device.name) for key, value in batch.items()}
    labelled = int((batch["labels"] != IGNORED).sum())
    ways = {"autocast": CompletionLoss(model).train(), "PEFT's casts": CompletionLoss(model, autocast=False).train()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    losses: dict[str, float] = {}
    for _ in range(steps + 1):
        for name, module in ways.items():
            started = time.perf_counter()
            loss = module(**batch) / labelled
            loss.backward()
            losses[name] = loss.item()
            seconds[name].append(time.perf_counter() - started)
    print(f"{'':<14}{'seconds':>9}{'tokens/s':>10}{'loss':>9}")
    for name, times in seconds.items():
        median = statistics.median(times[1:])  # the first one warms up
        print(f"{name:<14}{median:>9.3f}{batch['input_ids'].numel() / median:>10,.0f}{losses[name]:>9.4f}")


if __name__ == "__main__":
    main()
