"""What looking at the model costs a training: seconds of all looks as a share of the whole.

    python benchmarks/watch_cost.py                    # trains the quick preset on the bundled catalogue, some minutes
    python benchmarks/watch_cost.py --run runs/amazon  # reads a finished run

A look's time is that from the event before it (the start, or the evaluation) to its own. With `watch_steps` set, looks
between evaluations follow a step's record, and the time of unrecorded steps would count as theirs: leave it empty here.
"""

import argparse
import tempfile
from itertools import pairwise
from pathlib import Path

import catalora
from catalora.catalog.sample import SAMPLE_PATH
from catalora.run import RunFolder


def measure(run: RunFolder) -> tuple[list[float], float]:
    """Seconds of each look, and of the training from its start to its end."""
    events = list(run.read_events())
    looks = [event.time - before.time for before, event in pairwise(events) if event.kind == "watch"]
    start = next(event for event in events if event.kind == "start")
    return looks, events[-1].time - start.time


def train(folder: Path) -> RunFolder:
    """The quick preset on the bundled catalogue, without the reference index."""
    catalora.prepare([SAMPLE_PATH], folder / "data")
    return catalora.train(folder / "data", preset="quick", runs_dir=folder / "runs", run="watched", references=False)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="a finished run folder, instead of training one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        run = RunFolder(arguments.run) if arguments.run else train(Path(name))
        looks, seconds = measure(run)
    print(f"{len(looks)} looks of {', '.join(f'{look:.2f}' for look in looks)} s in {seconds:.1f} s of training")
    print(f"share: {sum(looks) / seconds:.2%}")


if __name__ == "__main__":
    main()
