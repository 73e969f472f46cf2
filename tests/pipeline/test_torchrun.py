"""Two processes on this machine: under torchrun and started by catalora, stopped, killed and gone on with."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from catalora import jobs, pipeline
from catalora.errors import RunStoppedError, TrainingError
from catalora.processes import read_asked_processes
from catalora.run import open_run
from catalora.training.checkpoints import list_checkpoints
from tests.pipeline.together import SETTINGS, assert_same_training, end_at, read_losses, request


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As many threads in all processes, so that sums have one order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="module")
def one(data, tmp_path_factory):
    """The run as one process trains it."""
    run = request(data, tmp_path_factory.mktemp("one"), "one")
    pipeline.train_run(run, share_device=True)
    return run


def test_the_rows_do_not_fill_the_last_step(one):
    start = next(event for event in one.read_events() if event.kind == "start")
    assert start.facts["rows"] % SETTINGS["training.batch_size"] == 1


def test_torchrun_trains_to_the_losses_of_one_process(one, data, tmp_path):
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    train = ["train", "--data", str(data), "--preset", "quick", *settings, "--run", "two", "--runs-dir", str(tmp_path)]
    options = ["--no-index", "--no-estimate", "--share-device", "--json"]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "--"]
    done = subprocess.run([*torchrun, "catalora", *train, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["steps"] == one.read_status().step  # one process speaks, and only once
    run = open_run(tmp_path, "two")
    assert_same_training(run, one)
    assert run.read_status().state == "finished"
    assert run.read_record()["processes"] == 2
    assert run.read_record()["packing"] == one.read_record()["packing"]
    assert len([event for event in run.read_events() if event.kind == "start"]) == 1


def kill_the_second_process(run, step, killed):
    while run.read_status().step < step:
        time.sleep(0.01)
    children = {int(child.environ().get("RANK", -1)): child for child in psutil.Process().children()}
    children[1].send_signal(signal.SIGKILL)
    killed.append(time.monotonic())


def test_a_run_of_one_process_goes_on_in_two_which_are_killed_and_stopped_and_go_on(one, data, tmp_path):
    run = request(data, tmp_path, "handed-on")
    with pytest.raises(RunStoppedError):
        pipeline.train_run(run, share_device=True, progress=end_at(run, 2))

    killed = []
    killer = threading.Thread(target=kill_the_second_process, args=(run, 4, killed))
    killer.start()
    with pytest.raises(TrainingError, match="lost one of its 2 processes") as caught:
        jobs.train_together(run, 2, share_device=True)
    assert time.monotonic() - killed[0] < 25  # nobody waited for the one that is gone
    killer.join()
    assert caught.value.code == "process-lost"
    assert run.read_status().state == "failed"
    assert not run.is_locked()

    # Enough is left to be stopped in, for the killed one had saved its fourth step at the latest.
    jobs.launch(run, share_device=True, processes=2)
    before = run.read_status().step
    while run.read_status().step <= before:
        time.sleep(0.01)
    jobs.stop(run)
    while (view := jobs.read_job(run)).active:
        time.sleep(0.05)
    assert view.state == "stopped"
    assert list_checkpoints(run.checkpoints)[-1].step == view.step < view.total_steps

    pipeline.train_run(run, share_device=True)
    assert_same_training(run, one)
    assert read_losses(run)
    warnings = [event.facts["message"] for event in run.read_events() if event.facts.get("code") == "processes"]
    assert [message.partition(" from here on")[0] for message in warnings] == [
        "trained by 2 processes",
        "trained by 1 processes",
    ]


def test_a_run_is_launched_with_as_many_processes_as_it_was_asked_for(data, tmp_path):
    assert read_asked_processes(request(data, tmp_path, "asked", processes=2)) == 2


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"WORLD_SIZE": "2"}, "RANK, MASTER_ADDR, MASTER_PORT is not set"),
        ({"WORLD_SIZE": "two"}, "expected the number of processes"),
    ],
)
def test_processes_that_cannot_meet_are_an_error_and_not_two_trainings(environment, message, data):
    train = [sys.executable, "-m", "catalora", "train", "--data", str(data)]
    done = subprocess.run(train, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert done.returncode == 2
    assert message in done.stderr
