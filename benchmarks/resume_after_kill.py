"""Kill a demo run with SIGKILL at random moments, resume it, and compare the adapter bit by bit.

    python benchmarks/resume_after_kill.py --kills 30

One run goes through without interruption. Every other run is killed at a random moment between its first and its last
step (every second time while a checkpoint is being written), resumed, and must end in the same adapter file.
"""

import argparse
import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from catalora.catalog.sample import SAMPLE_PATH

SETTINGS = (
    "lora.dropout=0.1",
    "training.epochs=2",
    "training.batch_size=2",
    "training.save_steps=4",
    "training.max_validation_products=16",
    "training.watch_new_tokens=8",
)


def run_catalora(*arguments: str) -> subprocess.Popen[bytes]:
    """Start one command of the real command line."""
    return subprocess.Popen(
        [sys.executable, "-m", "catalora", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def start(data: Path, folder: Path, name: str, products: int) -> subprocess.Popen[bytes]:
    """Start a small demo run."""
    settings = [part for setting in (*SETTINGS, f"data.max_samples={products}") for part in ("--set", setting)]
    place = ("--runs-dir", str(folder / "runs"), "--run", name, "--no-index")
    return run_catalora("train", "--data", str(data), "--preset", "quick", "--no-estimate", *settings, *place)


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for success, or stop with what the command said."""
    _, errors = process.communicate()
    if process.returncode:
        sys.exit(errors.decode())


def hash_adapter(run: Path) -> str:
    """sha256 of the exported weights."""
    return hashlib.sha256((run / "adapter" / "adapter_model.safetensors").read_bytes()).hexdigest()


def kill_at_random(process: subprocess.Popen[bytes], run: Path, seconds: float, *, in_save: bool) -> str:
    """Kill after a random part of the training time, or in the next save after that; say where that was."""
    while process.poll() is None and not (run / "events.jsonl").exists():
        time.sleep(0.005)
    wait_until = time.monotonic() + random.uniform(0, seconds)
    while process.poll() is None and time.monotonic() < wait_until:
        time.sleep(0.001)
    deadline = time.monotonic() + seconds
    while in_save and process.poll() is None and time.monotonic() < deadline:
        if any((run / "checkpoints").glob(".tmp-step-*")):
            time.sleep(random.uniform(0, 0.02))
            break
    was_alive = process.poll() is None
    saving = [path.name for path in (run / "checkpoints").glob(".tmp-step-*")]
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not was_alive:
        return "had ended already"
    return f"during the save {saving[0]}" if saving else "between saves"


def main() -> None:
    """Run the trials, print one line each, and fail when one adapter differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--data", type=Path, help="Prepared data; the bundled catalogue is prepared when empty.")
    parser.add_argument("--products", type=int, default=120, help="Training products of each run.")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = arguments.data or folder / "data"
        if not arguments.data:
            finish(run_catalora("prepare", str(SAMPLE_PATH), "--out", str(data)))
        finish(start(data, folder, "whole", arguments.products))
        whole = folder / "runs" / "whole"
        events = [json.loads(line) for line in (whole / "events.jsonl").read_text(encoding="utf-8").splitlines()]
        seconds = events[-1]["time"] - next(event["time"] for event in events if event["kind"] == "start")
        wanted, equal, kills, trial = hash_adapter(whole), 0, 0, 0
        while kills < arguments.kills:
            trial += 1
            run = folder / "runs" / f"killed-{trial}"
            where = kill_at_random(
                start(data, folder, run.name, arguments.products), run, seconds, in_save=trial % 2 == 0
            )
            if where == "had ended already":
                continue
            kills += 1
            finish(run_catalora("train", "--resume", "--run", run.name, "--runs-dir", str(folder / "runs")))
            same = hash_adapter(run) == wanted
            equal += same
            print(f"kill {kills:2}  {where:<36} {'bit-equal' if same else 'DIFFERENT'}", flush=True)
    print(f"{equal} of {kills} resumed runs ended bit-equal to the uninterrupted one")
    sys.exit(equal != kills)


if __name__ == "__main__":
    main()
