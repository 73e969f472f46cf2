"""Two processes share their errors, and a stopped training of two goes on to the same bits, dropout and all."""

import os
import subprocess
import sys
from pathlib import Path

from catalora.jobs.group import build_environment
from catalora.run import create_run

ROOT = Path(__file__).parents[2]


def test_two_processes_share_errors_and_resume_exactly(tmp_path):
    for name in ("whole", "stopped"):
        create_run(tmp_path, name)
    environment = build_environment(2)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    group = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.invariants.ranks", str(tmp_path)],
            env={**environment, "RANK": rank, "LOCAL_RANK": rank, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in "01"
    ]
    said = [process.communicate()[0] for process in group]
    assert [process.returncode for process in group] == [0, 0], "\n".join(said)
    assert all("all held" in text for text in said)
