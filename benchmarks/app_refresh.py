"""What one refresh of the fine-tuning page costs the server, for a run with many logged steps.

    python benchmarks/app_refresh.py --points 100000

Prints the first look (all events are read), and the median and the slowest of the looks after it. The page runs as in
the server, with all its elements made; sending them to a browser is not counted.
"""

import argparse
import json
import math
import os
import statistics
import tempfile
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from catalora import pipeline
from catalora.app.place import DATA_DIR, RUNS_DIR
from catalora.app.server import SCRIPT
from catalora.catalog.sample import SAMPLE_PATH
from catalora.run import Status


def main() -> None:
    """Make a run folder with so many points, and look at it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        make_run(base, arguments.points)
        os.environ |= {DATA_DIR: str(base / "data"), RUNS_DIR: str(base / "runs")}
        page = AppTest.from_file(str(SCRIPT), default_timeout=120).run()
        page.switch_page("app_pages/tuning.py")
        walls, works = zip(*(time_look(page) for _ in range(arguments.looks + 1)), strict=True)
    print(f"{arguments.points:,} points: first look {walls[0] * 1000:.0f} ms")
    print(f"after it: median {statistics.median(walls[1:]) * 1000:.0f} ms, slowest {max(walls[1:]) * 1000:.0f} ms")
    print(f"processor time: median {statistics.median(works[1:]) * 1000:.0f} ms, on a busy machine the fairer figure")


def make_run(base: Path, points: int) -> None:
    """A stopped run with a loss at every step."""
    pipeline.prepare([SAMPLE_PATH], base / "data" / "demo", settings={"data.max_samples": 100})
    run = pipeline.request_run(base / "data" / "demo", preset="quick", runs_dir=base / "runs", run="long")
    with (run.path / "events.jsonl").open("a", encoding="utf-8") as file:
        for step in range(1, points + 1):
            facts = {"loss": 1 + math.exp(-step / points * 4), "learning_rate": 1e-4, "tokens_per_second": 900.0}
            file.write(json.dumps({"kind": "step", "step": step, "facts": facts, "time": time.time()}) + "\n")
    run.write_status(Status("stopped", points, points))


def time_look(page: AppTest) -> tuple[float, float]:
    """Seconds that one run of the page takes: passed, and worked."""
    started, worked = time.perf_counter(), time.process_time()
    page.run()
    assert not page.exception, page.exception
    return time.perf_counter() - started, time.process_time() - worked


if __name__ == "__main__":
    main()
