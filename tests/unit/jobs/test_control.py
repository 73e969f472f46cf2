import os
from pathlib import Path

import psutil
import pytest

from catalora.errors import InputNotFoundError, StorageError, UsageError
from catalora.jobs import delete, kill, read_job, stop
from catalora.run import RunFolder, Status


def test_stop_asks_the_worker_and_says_so(run, hold):
    hold(run, "running")
    assert stop(run).state == "stopping"
    assert run.stop_file.exists()
    assert stop(run).state == "stopping"


@pytest.mark.parametrize("act", [stop, kill])
@pytest.mark.parametrize("state", ["pending", "finished", "stopped"])
def test_what_nobody_works_on_cannot_be_stopped(make_run, act, state):
    run = make_run(state=state)
    with pytest.raises(UsageError, match=f"not running: it is {state}"):
        act(run)
    assert not run.stop_file.exists()


def test_kill_ends_a_worker_that_does_not_listen(run, hold):
    holder = hold(run, "running")
    view = kill(run)
    assert (view.state, view.resumable) == ("crashed", True)
    assert not psutil.pid_exists(holder.pid)


def test_kill_never_touches_another_process_that_has_the_pid(run, hold):
    holder = hold(run, "running")
    # This process has the pid now, but it began at another time than the worker.
    run.write_status(Status("running", 3, 9, pid=os.getpid(), process_started=psutil.Process().create_time() - 60))
    with pytest.raises(StorageError, match="cannot be ended from here"):
        kill(run)
    assert holder.poll() is None


def test_delete_removes_a_run_and_nothing_beside_it(make_run, tmp_path):
    run, other = make_run("one", "finished"), make_run("other", "finished")
    (run.path / "adapter").mkdir()
    (run.path / "adapter" / "weights").write_text("x")
    delete(run)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["other"]
    assert read_job(other).state == "finished"


def test_a_running_run_is_not_deleted(run, hold):
    hold(run, "running")
    with pytest.raises(UsageError, match="being worked on"):
        delete(run)
    assert (run.path / "run.json").exists()


def test_links_inside_a_run_are_not_followed(run, tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    (run.path / "link").symlink_to(precious, target_is_directory=True)
    (run.path / "file-link").symlink_to(precious / "file")
    delete(run)
    assert not run.path.exists()
    assert (precious / "file").read_text() == "x"


def test_a_link_to_a_run_is_not_deleted(make_run, tmp_path):
    outside = make_run("real")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "link").symlink_to(outside.path, target_is_directory=True)
    with pytest.raises(InputNotFoundError, match="not a run folder"):
        delete(RunFolder(elsewhere / "link"))
    assert read_job(outside).state == "pending"


def test_folders_that_are_no_runs_are_not_deleted(tmp_path, run):
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "run.json").write_text("{}")
    for path in (plain, tmp_path / "missing", run.path / ".." / "one"):
        with pytest.raises(InputNotFoundError, match="not a run folder"):
            delete(RunFolder(path))
    assert plain.exists()
    assert run.path.exists()


@pytest.mark.parametrize("name", ["..", ".", "../one", ""])
def test_names_that_lead_out_of_the_folder_are_refused(run, name):
    with pytest.raises((UsageError, InputNotFoundError)):
        delete(RunFolder(Path(f"{run.path.parent}/{name}")))
    assert run.path.exists()


def test_a_run_whose_record_is_damaged_can_be_deleted(run):
    (run.path / "run.json").write_text("{")
    delete(run)
    assert not run.path.exists()
