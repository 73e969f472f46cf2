import subprocess
import sys

import pytest

from catalora.devices import claim_devices
from catalora.errors import InputNotFoundError, StorageError, TrainingError, UsageError
from catalora.jobs import launch, read_job, resume
from catalora.run import RunFolder


def test_a_run_that_is_worked_on_is_left_alone(run, hold):
    holder = hold(run, "running")
    assert launch(run).pid == holder.pid
    assert not run.log.exists()


@pytest.mark.parametrize("state", ["finished", "diverged"])
def test_what_cannot_go_on_is_not_started(make_run, state):
    error = {"code": "diverged", "message": "loss nan", "hint": "Lower the learning rate."}
    run = make_run(state=state, error=error if state == "diverged" else None)
    with pytest.raises(UsageError, match=f"is {state} and cannot go on") as caught:
        resume(run)
    assert caught.value.code == f"run-{state}"
    assert caught.value.hint
    assert not run.log.exists()


def test_what_is_no_run_is_not_started(tmp_path, run):
    (run.path / "run.json").unlink()
    for folder in (run, RunFolder(tmp_path / "nothing")):
        with pytest.raises(InputNotFoundError, match="not a run folder"):
            launch(folder)


def test_a_folder_that_cannot_be_written_is_an_error(run):
    (run.path / ".launch.lock").mkdir()
    with pytest.raises(StorageError, match="cannot be written") as caught:
        launch(run)
    assert caught.value.code == "run-not-writable"


def test_a_busy_device_is_refused_with_the_run_that_holds_it(make_run):
    holder, run = make_run("holder"), make_run("second")
    with claim_devices(holder, "auto"), pytest.raises(StorageError, match="run 'holder' trains on it") as caught:
        launch(run)
    assert caught.value.code == "device-busy"
    assert "catalora runs stop holder" in caught.value.hint
    assert read_job(run).state == "pending"
    assert not run.log.exists()


def test_a_worker_that_fails_at_once_is_an_error_with_its_words(run):
    # The record lacks what a configuration needs, and there are no products.
    run.write_record({**run.read_record(), "config": {"model": {"name": "demo", "device": "auto", "nonsense": 1}}})
    with pytest.raises(TrainingError) as caught:
        launch(run)
    assert caught.value.code == "worker-not-started"
    assert "nonsense" in caught.value.message + run.log.read_text()
    assert str(run.log) in caught.value.hint
    assert not read_job(run).active


def test_the_worker_imports_nothing_heavy_before_it_reports_in():
    code = "import sys, catalora.jobs, catalora.jobs.worker\n"
    code += "print(sorted({'torch', 'transformers', 'polars', 'chromadb'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
