"""Two workers on a Ray cluster of this machine: the same losses, one of them killed, and what is refused."""

import os
import signal
import threading
import time

import pytest

from catalora import pipeline
from catalora.errors import DataError, RunStoppedError
from catalora.scale.cluster import connected
from catalora.scale.train import train_on_ray
from tests.pipeline.together import assert_same_training, request

pytestmark = [
    # Ray's own: sockets and processes that it leaves to the garbage collector, and names it is leaving behind.
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
]


def kill_one_worker(run, step, killed):
    """End the worker that leads, by the pid in the run's status, once it has done a step."""
    while (status := run.read_status()).step < step:
        time.sleep(0.01)
    os.kill(status.pid, signal.SIGKILL)
    killed.append(status.pid)


def test_two_workers_train_to_the_losses_of_one_process_though_one_is_killed(cluster, data, tmp_path):
    one = request(data, tmp_path, "one")
    pipeline.train_run(one, share_device=True)

    run, killed = request(data, tmp_path, "ray", processes=2), []
    killer = threading.Thread(target=kill_one_worker, args=(run, 5, killed))
    killer.start()
    train_on_ray(run, processes=2, share_device=True)
    killer.join()
    status = run.read_status()
    assert (status.state, status.step) == ("finished", status.total_steps)
    assert status.pid not in {*killed, os.getpid()}
    assert run.read_record()["processes"] == 2
    starts = [event.step for event in run.read_events() if event.kind == "start"]
    assert starts == [0, 4]  # from the newest checkpoint, not from the beginning
    assert_same_training(run, one)


def test_a_stop_is_no_failure_that_ray_tries_again(cluster, data, tmp_path):
    run = request(data, tmp_path, "stopped", processes=2)
    with pytest.raises(RunStoppedError):
        train_on_ray(run, processes=2, share_device=True, progress=end_at_once(run))
    assert run.read_status().state == "stopped"
    assert not run.is_locked()


def end_at_once(run):
    def progress(stage, done, total):
        if stage != "start":
            run.stop_file.touch()

    return progress


def test_what_a_worker_raises_arrives_as_it_was(cluster):
    import ray

    @ray.remote
    def fail():
        raise DataError("a.csv:3: bad", code="bad-row", hint="Mend it.", line=3)

    with pytest.raises(DataError) as caught, connected(""):
        ray.get(fail.remote())
    assert (caught.value.code, caught.value.hint, caught.value.facts) == ("bad-row", "Mend it.", {"line": 3})
    assert ray.is_initialized()  # whoever connected, parts


def test_the_cluster_wants_a_token_and_sends_no_statistics(cluster):
    import ray

    assert os.environ["RAY_AUTH_MODE"] == "token"
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"

    @ray.remote
    def look():
        return os.environ.get("RAY_AUTH_MODE"), os.environ.get("RAY_USAGE_STATS_ENABLED")

    assert ray.get(look.remote()) == ("token", "0")
