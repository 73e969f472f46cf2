import json
import os

import psutil
import pytest

from catalora.jobs import JobError, list_jobs, read_job
from catalora.run import RunFolder, Status
from tests.unit.jobs.conftest import RECORD


def test_a_run_that_nobody_started_is_pending_and_startable(run):
    view = read_job(run)
    assert (view.state, view.active, view.resumable, view.startable) == ("pending", False, False, True)
    assert (view.model, view.products, view.created) == ("demo", 64, 1000.0)
    assert (view.started, view.heartbeat, view.pid) == (None, None, None)


def test_a_run_whose_lock_is_held_is_running(run, hold):
    holder = hold(run, "running")
    view = read_job(run)
    assert (view.state, view.active, view.pid) == ("running", True, holder.pid)
    assert (view.step, view.total_steps, view.eta_seconds) == (3, 9, 12.5)
    assert (view.phase, view.phase_done, view.phase_total) == ("train", 3, 9)
    assert view.started == pytest.approx(psutil.Process(holder.pid).create_time(), abs=2)


def test_a_worker_that_has_not_written_yet_is_running(run, hold):
    hold(run)
    assert read_job(run).state == "running"


def test_a_request_to_stop_reads_as_stopping_while_the_worker_lives(run, hold):
    holder = hold(run, "running")
    run.stop_file.touch()
    assert read_job(run).state == "stopping"
    holder.kill()
    holder.wait()
    assert read_job(run).state == "crashed"


def test_a_killed_worker_reads_as_crashed_and_resumable(run, hold):
    holder = hold(run, "running")
    holder.kill()
    holder.wait()
    view = read_job(run)
    assert (view.state, view.resumable, view.step, view.pid, view.eta_seconds) == ("crashed", True, 3, None, None)


def test_a_reused_pid_does_not_pass_for_the_worker(make_run):
    run = make_run(state="running", pid=os.getpid(), process_started=1.0)
    assert read_job(run).state == "crashed"
    (run.path / ".lock").touch()
    assert read_job(run).state == "crashed"


def test_a_worker_from_before_a_reboot_reads_as_crashed(make_run):
    # Another process has its pid since, and the lock file is still there, held by nobody.
    run = make_run(state="running", pid=1, process_started=psutil.boot_time() - 3600)
    (run.path / ".lock").touch()
    assert read_job(run).state == "crashed"


def test_where_a_lock_cannot_be_tried_pid_and_start_time_decide(make_run, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "not ours")

    monkeypatch.setattr(RunFolder, "is_locked", refuse)
    assert read_job(make_run("mine", "running")).state == "running"
    assert read_job(make_run("reused", "running", process_started=1.0)).state == "crashed"
    assert read_job(make_run("gone", "running", pid=2**22 + 1)).state == "crashed"


@pytest.mark.parametrize(
    ("state", "resumable"),
    [("stopped", True), ("failed", True), ("diverged", False), ("finished", False)],
)
def test_ended_runs_say_why_and_whether_they_go_on(make_run, state, resumable):
    facts = {"code": "disk-full", "message": "no space", "hint": "Free some."}
    view = read_job(make_run(state=state, step=4, total_steps=9, error=facts))
    assert (view.state, view.resumable, view.active, view.step) == (state, resumable, False, 4)
    assert view.error == JobError("disk-full", "no space", "Free some.")


@pytest.mark.parametrize("damage", ["missing", "not json", "other json", "list"])
def test_a_folder_without_a_readable_record_is_broken(run, damage):
    path = run.path / "run.json"
    contents = {"not json": "{", "other json": '{"a": 1}', "list": "[1]"}
    path.unlink() if damage == "missing" else path.write_text(contents[damage])
    view = read_job(run)
    assert (view.state, view.startable, view.error.code) == ("broken", False, "not-a-run")
    assert view.error.message


def test_a_damaged_status_hides_no_run(run):
    (run.path / "status.json").write_text("{")
    assert read_job(run).state == "pending"


def test_runs_are_listed_newest_first_with_the_broken_ones_last(make_run, tmp_path):
    for name, created in (("old", 1.0), ("new", 3.0), ("middle", 2.0)):
        make_run(name).write_record({**RECORD, "created": created})
    (make_run("bad").path / "run.json").write_text("{")
    runs_dir = tmp_path / "runs"
    (runs_dir / ".deleted-x").mkdir()
    (runs_dir / "notes.txt").touch()
    (runs_dir / "link").symlink_to(runs_dir / "old", target_is_directory=True)
    assert [view.name for view in list_jobs(runs_dir)] == ["new", "middle", "old", "bad"]
    assert list_jobs(tmp_path / "none") == []


def test_a_view_is_json(make_run):
    view = read_job(make_run(state="failed", error={"code": "x", "message": "y", "hint": "z"}))
    shown = json.loads(json.dumps(view.to_dict()))
    assert (shown["run"], shown["state"], shown["error"]["hint"]) == ("one", "failed", "z")


def test_looking_does_not_stop_a_worker_from_taking_the_lock(run):
    (run.path / ".lock").touch()
    for _ in range(50):
        read_job(run)
        with run.lock():
            assert run.is_locked()
    assert not run.is_locked()


def test_a_run_that_ends_between_two_looks_is_not_called_crashed(run, monkeypatch):
    run.write_status(Status("running", 8, 9))

    def end_now(self):
        run.write_status(Status("finished", 9, 9))
        return False

    monkeypatch.setattr(RunFolder, "is_locked", end_now)
    assert run.read_status().state == "finished"
