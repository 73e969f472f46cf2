"""What a page refresh of a long run costs the server: state, curves, newest events and log, without drawing.

    python benchmarks/refresh.py --points 100000

`cold` is the first look after the server's start, when the whole file must be parsed; `refresh` is every later one of
the same server, in any tab; `live` is one with ten new points since the last. Times are of one thread, in milliseconds.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from catalora import jobs
from catalora.run import RunFolder, Status, create_run

TARGET_MS = 150
RECORD = {
    "created": 0.0,
    "config": {"model": {"name": "demo", "device": "auto"}},
    "data": {"products": {"train": 3000}},
}


def append_points(run: RunFolder, first: int, count: int) -> None:
    """Log steps as the trainer does, with an evaluation and a checkpoint after each hundred."""
    with (run.path / "events.jsonl").open("a", encoding="utf-8") as file:
        for step in range(first, first + count):
            facts = {"loss": 2 + random.random(), "grad_norm": random.random(), "learning_rate": 2e-4, "epoch": 0.1}
            file.write(line("step", step, {**facts, "tokens_per_second": 1234.5}))
            if step % 100 == 0:
                file.write(line("evaluation", step, {"eval_loss": 2 + random.random(), "epoch": 0.1}))
                file.write(line("checkpoint", step, {}))


def line(kind: str, step: int, facts: dict[str, float]) -> str:
    """One event as it stands in the file."""
    return json.dumps({"kind": kind, "step": step, "facts": facts, "time": 1.7e9 + step}) + "\n"


def look(run: RunFolder) -> tuple[jobs.JobView, jobs.Series, str]:
    """Everything that the page of a run asks for."""
    return jobs.read_job(run), jobs.read_series(run, points=1000), jobs.read_log(run)


def measure(work: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def main() -> None:
    """Make a run with that many points, look at it, print the times, and fail when a refresh takes too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000, help="Logged training steps.")
    parser.add_argument("--runs", type=int, default=100, help="Other runs in the list.")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as name:
        runs_dir = Path(name)
        for number in range(arguments.runs + 1):
            run = create_run(runs_dir, f"run-{number}")
            run.write_record(RECORD)
            run.write_status(Status("stopped", arguments.points, arguments.points))
        append_points(run, 0, arguments.points)
        run.log.write_text("worker begins\n" * 1000)
        size = (run.path / "events.jsonl").stat().st_size / 1e6
        import polars  # noqa: F401 - a server has it loaded already

        cold = measure(lambda: look(run))
        refresh = [measure(lambda: look(run)) for _ in range(arguments.repeats)]
        live = []
        for number in range(arguments.repeats):
            append_points(run, arguments.points + 10 * number, 10)
            live.append(measure(lambda: look(run)))
        history = [measure(lambda: jobs.list_jobs(runs_dir)) for _ in range(arguments.repeats)]
        sent = sum(len(curve.steps) for curve in look(run)[1].curves.values())
    print(f"{arguments.points:,} logged points, {size:.1f} MB; {sent:,} points drawn in all curves")
    print(f"cold      {cold:7.1f} ms")
    for label, times in (("refresh", refresh), ("live", live), (f"list of {arguments.runs + 1} runs", history)):
        print(f"{label:<18} median {statistics.median(times):7.1f} ms, slowest {max(times):7.1f} ms")
    sys.exit(statistics.median(refresh) > TARGET_MS or statistics.median(live) > TARGET_MS)


if __name__ == "__main__":
    main()
