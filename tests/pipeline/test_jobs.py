"""Real workers on the bundled model: launched, stopped, killed, left alone, and what is left of a token."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from catalora import jobs, pipeline
from catalora.errors import StorageError, UsageError
from catalora.run import RunFolder, open_run
from tests.unit.jobs.conftest import wait_until

# Enough steps to be interrupted among them, and nothing that is not about jobs.
SETTINGS = {
    "data.max_samples": 8,
    "lora.dropout": 0.1,
    "training.epochs": 3,
    "training.batch_size": 1,
    "training.max_length": 128,
    "training.save_steps": 4,
    "training.logging_steps": 1,
    "training.max_validation_products": 4,
    "training.watch_products": 0,
    "model.dtype": "float32",
}
CANARY = "hf_CanaryInTheCoalMine0123456789abcd"
LAUNCH = """
import sys
from pathlib import Path
from catalora import jobs
from catalora.run import RunFolder, open_run
print(jobs.launch(open_run(Path(sys.argv[1]), sys.argv[2])).pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As many threads in the workers as in this process, so that sums have one order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="module")
def make(data, tmp_path_factory):
    """Make a pending run in a folder of its own."""

    def make_run(name, *, references=False, **settings):
        runs_dir = tmp_path_factory.mktemp("runs")
        changed = SETTINGS | {key.replace("__", "."): value for key, value in settings.items()}
        return pipeline.request_run(
            data, model="demo", preset="quick", settings=changed, runs_dir=runs_dir, run=name, references=references
        )

    return make_run


@pytest.fixture(autouse=True)
def no_worker_is_left(tmp_path_factory):
    yield
    for folder in tmp_path_factory.getbasetemp().glob("*runs*"):
        for view in jobs.list_jobs(folder):
            if view.active:
                jobs.kill(RunFolder(view.path))


def read_adapter(run):
    return (run.adapter / "adapter_model.safetensors").read_bytes()


def wait_for_end(run):
    wait_until(lambda: not jobs.read_job(run).active, 300)
    return jobs.read_job(run)


def wait_for_step(run, step):
    wait_until(lambda: jobs.read_job(run).step >= step or not jobs.read_job(run).active, 300)
    view = jobs.read_job(run)
    assert view.active, (view, jobs.read_log(run))


def count_workers(run):
    return jobs.read_log(run).count(" begins")


@pytest.fixture(scope="module")
def uninterrupted(make):
    """A job with references from launch to end, watched from outside, with a token handed over."""
    run = make("whole", references=True)
    assert jobs.read_job(run).state == "pending"
    phases, command_lines, told = [], set(), []
    jobs.launch(run, token=CANARY)
    follower = threading.Thread(target=lambda: told.extend(jobs.follow(run)))
    follower.start()
    while (view := jobs.read_job(run)).active:
        phases.append(view.phase)
        command_lines.update(read_command_lines())
        time.sleep(0.02)
    follower.join(30)
    return run, list(dict.fromkeys(phases)), command_lines, told


def read_command_lines():
    for process in psutil.process_iter():
        try:
            yield " ".join(process.cmdline())
        except psutil.Error:
            continue


def test_a_job_goes_through_its_phases_to_the_end(uninterrupted):
    run, phases, *_ = uninterrupted
    view = jobs.read_job(run)
    assert (view.state, view.resumable, view.pid, view.error) == ("finished", False, None, None), jobs.read_log(run)
    assert view.step == view.total_steps > 10
    assert phases[-1] == "train"
    assert {"embed", "load model"} & set(phases)
    assert (run.references / "CURRENT").exists()
    assert run.adapter.is_dir()
    series = jobs.read_series(run)
    assert series.curves["loss"].steps == list(range(1, view.total_steps + 1))
    assert len(series.curves["eval_loss"].steps) >= 3


def test_following_tells_every_step_once_and_ends_with_the_run(uninterrupted):
    run, *_, told = uninterrupted
    steps = jobs.read_job(run).total_steps
    assert [event.step for event in told if event.kind == "step"] == list(range(1, steps + 1))
    assert told[-1].kind == "end"


def test_a_token_is_nowhere_but_in_the_worker_s_environment(uninterrupted):
    run, _, command_lines, _ = uninterrupted
    assert any("catalora.jobs.worker" in line for line in command_lines)
    assert not any(CANARY in line for line in command_lines)
    state = Path(os.environ["CATALORA_STATE_DIR"])
    files = [path for folder in (run.path, state) for path in folder.rglob("*") if path.is_file()]
    assert run.log in files
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []


def test_a_finished_job_is_not_started_again(uninterrupted):
    with pytest.raises(UsageError, match="is finished and cannot go on"):
        jobs.launch(uninterrupted[0])


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize("how", ["stop", "SIGTERM", "SIGKILL"])
def test_an_interrupted_job_goes_on_to_the_same_bits(make, uninterrupted, how):
    run = make("interrupted")
    view = jobs.launch(run)
    wait_for_step(run, 6)
    if how == "stop":
        assert jobs.stop(run).state in {"stopping", "stopped"}
    else:
        os.kill(view.pid, signal.Signals[how])
    ended = wait_for_end(run)
    assert (ended.state, ended.resumable) == ("crashed" if how == "SIGKILL" else "stopped", True)
    assert ended.step < ended.total_steps
    assert not run.adapter.exists()
    jobs.resume(run)
    assert wait_for_end(run).state == "finished", jobs.read_log(run)
    assert count_workers(run) == 2
    assert read_adapter(run) == read_adapter(uninterrupted[0])
    assert not run.stop_file.exists()
    assert jobs.read_series(run).curves["loss"].steps == list(range(1, ended.total_steps + 1))


def test_a_stop_before_the_training_is_heard_and_the_run_goes_on_later(make):
    run = make("early", references=True)
    jobs.launch(run)
    jobs.stop(run)
    view = wait_for_end(run)
    assert (view.state, view.resumable) == ("stopped", True)
    assert view.step <= 1
    assert jobs.launch(run).active
    wait_for_step(run, 1)
    jobs.stop(run)
    wait_for_end(run)


def test_two_launches_at_once_from_two_processes_start_one_worker(make):
    run = make("double")
    command = [sys.executable, "-c", LAUNCH, str(run.path.parent), run.name]
    pair = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = {int(process.stdout.readline()) for process in pair}
    for process in pair:
        process.communicate()
    assert pids == {jobs.read_job(run).pid}
    assert count_workers(run) == 1
    jobs.kill(run)


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX")
def test_a_worker_outlives_the_process_group_that_started_it(make, uninterrupted):
    run = make("left-alone")
    command = [sys.executable, "-c", LAUNCH, str(run.path.parent), run.name]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    pid = int(parent.stdout.readline())
    os.killpg(parent.pid, signal.SIGKILL)
    parent.communicate()
    assert os.getsid(pid) == pid
    view = wait_for_end(open_run(run.path.parent, run.name))
    assert (view.state, view.step) == ("finished", view.total_steps)
    assert read_adapter(run) == read_adapter(uninterrupted[0])


def test_a_second_run_on_the_same_device_is_refused_until_the_first_has_ended(make):
    first, second = make("first"), make("second")
    jobs.launch(first)
    with pytest.raises(StorageError, match="run 'first' trains on it"):
        jobs.launch(second)
    with pytest.raises(StorageError, match="run 'first' trains on it"):
        make("third")
    assert jobs.read_job(second).state == "pending"
    with pytest.raises(UsageError, match="being worked on"):
        jobs.delete(first)
    jobs.kill(first)
    assert jobs.launch(second).active
    jobs.kill(second)
    jobs.delete(first)
    assert [view.name for view in jobs.list_jobs(first.path.parent)] == []


def catalora(*words, **more):
    command = [sys.executable, "-m", "catalora", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_a_detached_training_outlives_its_terminal_and_its_watcher(data, tmp_path_factory):
    settings = [
        part for key, value in (SETTINGS | {"training.epochs": 60}).items() for part in ("--set", f"{key}={value}")
    ]
    words = [
        "--data",
        data,
        "--model",
        "demo",
        "--preset",
        "quick",
        *settings,
        "--no-index",
        "--no-estimate",
        "--run",
        "night",
    ]
    runs_dir = tmp_path_factory.mktemp("runs")
    place = ["--runs-dir", runs_dir]
    started = catalora("train", *words, "--detach", *place, start_new_session=True)
    out, errors = started.communicate(timeout=120)
    assert started.returncode == 0, errors
    assert f"catalora runs follow night --runs-dir {runs_dir}" in out
    run = open_run(runs_dir, "night")
    # A shell that runs the tests in the background lets its children ignore Ctrl-C.
    watcher = catalora(
        "runs", "follow", "night", *place, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    assert "start" in "".join(watcher.stdout.readline() for _ in range(2))
    watcher.send_signal(signal.SIGINT)
    _, errors = watcher.communicate(timeout=60)
    assert "run 'night' goes on" in errors
    assert jobs.read_job(run).active
    stopped = catalora("runs", "stop", "night", "--wait", *place)
    assert "catalora runs resume night" in stopped.communicate(timeout=120)[0]
    assert jobs.read_job(run).state == "stopped"
    resumed = catalora("train", "--resume", "--detach", "--run", "night", *place)
    out, errors = resumed.communicate(timeout=120)
    assert f"in process {jobs.read_job(run).pid}" in out, errors
    jobs.kill(run)
