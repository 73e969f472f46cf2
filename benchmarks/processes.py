"""How fast one process with all cores, and several with their share, train the bundled model; alternating.

    python benchmarks/processes.py --processes 2 --products 600 --rounds 2

Prints tokens per second of training, without what evaluating and saving take, and whether the losses are the same.
"""

import argparse
import os
import tempfile
from pathlib import Path

from catalora import jobs, pipeline
from catalora.catalog.sample import SAMPLE_PATH
from catalora.run import RunFolder

SETTINGS = {
    "training.epochs": 1,
    "training.logging_steps": 5,
    "training.save_steps": 10_000,
    "training.watch_products": 0,
    "training.max_validation_products": 1,
}


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--products", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    os.environ.pop("OMP_NUM_THREADS", None)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        pipeline.prepare([SAMPLE_PATH], data)
        for number in range(options.rounds):
            runs = [train(data, options.products, f"{count}-{number}", count) for count in (1, options.processes)]
            first, second = (dict(read_losses(run)) for run in runs)
            print(f"  largest difference of a loss: {max(abs(first[step] - second[step]) for step in first):.1e}")


def train(data: Path, products: int, name: str, processes: int) -> RunFolder:
    """Train a run in processes of its own, also when it is one, and print how fast it was."""
    settings = SETTINGS | {"data.max_samples": products}
    run = pipeline.request_run(
        data, preset="quick", settings=settings, runs_dir=data.parent / "runs", run=name, references=False
    )
    jobs.train_together(run, processes)
    end = next(event for event in run.read_events() if event.kind == "end")
    facts = end.facts
    print(f"{processes} processes: {facts['steps']} steps, {facts['tokens_per_second']:,.0f} tokens/s, "
          f"{facts['seconds']:.1f} s", flush=True)  # fmt: skip
    return run


def read_losses(run: RunFolder) -> list[tuple[int, float]]:
    """Step and loss of what was logged."""
    return [(event.step, float(event.facts["loss"])) for event in run.read_events() if event.kind == "step"]


if __name__ == "__main__":
    main()
