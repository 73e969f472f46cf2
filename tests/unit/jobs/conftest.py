import subprocess
import sys
import time

import pytest

from catalora.run import Status, create_run

RECORD = {
    "created": 1000.0,
    "config": {"model": {"name": "demo", "device": "auto"}},
    "data": {"products": {"train": 64, "test": 8}},
}
# Holds the lock of a run as a worker does, and says in the status whatever it is told.
HOLD = """
import sys, time
from pathlib import Path
from catalora.run import RunFolder, Status
run = RunFolder(Path(sys.argv[1]))
with run.lock():
    if sys.argv[2]:
        run.write_status(Status(sys.argv[2], 3, 9, 12.5, phase="train", phase_done=3, phase_total=9))
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def make_run(tmp_path):
    """Make a run folder with a record and a status."""

    def make(name="one", state="pending", **facts):
        run = create_run(tmp_path / "runs", name)
        run.write_record(RECORD)
        run.write_status(Status(state, **facts))
        return run

    return make


@pytest.fixture
def run(make_run):
    return make_run()


@pytest.fixture
def hold():
    """Start a process that holds a run: `hold(run, "running")`."""
    holders = []

    def start(run, state=""):
        command = [sys.executable, "-c", HOLD, str(run.path), state]
        holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        holders.append(holder)
        assert holder.stdout.readline() == "held\n"
        return holder

    yield start
    for holder in holders:
        holder.kill()
        holder.communicate()


def wait_until(condition, seconds=60.0):
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
