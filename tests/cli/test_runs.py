"""`catalora runs` on folders that stand for runs; real workers are in tests/pipeline/test_jobs.py."""

import json
import signal
import subprocess
import sys
import time

import pytest

from catalora.run import Event
from tests.unit.jobs.conftest import hold, make_run, run  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture
def place(tmp_path):
    return ["--runs-dir", tmp_path / "runs"]


def test_runs_alone_lists(catalora, place, make_run):  # noqa: F811
    make_run("two", "failed", step=4, total_steps=9)
    for words in ([], ["list"]):
        shown = catalora("runs", *words, *place)
        assert shown.code == 0
        assert shown.err == ""
        assert {"one", "two"} <= set(shown.out.split())
    views = {view["run"]: view for view in catalora("runs", "--json", *place).json}
    assert (views["two"]["state"], views["two"]["step"], views["two"]["resumable"]) == ("failed", 4, True)


def test_a_working_run_is_listed_with_its_time_left(catalora, place, run, hold):  # noqa: F811
    hold(run, "running")
    line = catalora("runs", *place).out.splitlines()[1]
    assert line.split()[:6] == ["one", "running", "3/9", "12", "s", "demo"]


def test_a_broken_folder_hides_no_other(catalora, place, make_run):  # noqa: F811
    (make_run("bad").path / "run.json").write_text("{")
    shown = catalora("runs", *place)
    assert "broken" in shown.out
    assert "one" in shown.out


def test_show_names_the_error_the_settings_and_the_warnings(catalora, place, make_run):  # noqa: F811
    failed = make_run("failed", "failed", error={"code": "disk-full", "message": "no space", "hint": "Free some."})
    failed.append_event(Event("evaluation", 3, {"eval_loss": 2.25}))
    failed.append_event(Event("warning", 3, {"message": "a note \x1b[31m"}))
    shown = catalora("runs", "show", "failed", *place)
    assert "no space\n  → Free some." in shown.out
    assert "model.name" in shown.out
    assert "2.2500" in shown.out
    assert "note: a note [31m" in shown.out
    document = catalora("runs", "show", "failed", "--json", *place).json
    assert document["job"]["error"]["code"] == "disk-full"
    assert document["curves"]["eval_loss"] == {"steps": [3], "values": [2.25]}
    assert [event["kind"] for event in document["events"]] == ["evaluation", "warning"]


@pytest.mark.parametrize(
    ("state", "code"), [("finished", 0), ("stopped", 75), ("failed", 1), ("crashed", 1), ("pending", 1)]
)
def test_follow_tells_what_there_is_and_how_it_ended(catalora, place, make_run, state, code):  # noqa: F811
    ended = make_run("ended", "running" if state == "crashed" else state)
    ended.append_event(Event("step", 1, {"loss": 2.5, "tokens_per_second": 100.0}))
    shown = catalora("runs", "follow", "ended", *place)
    assert shown.code == code
    assert "loss 2.5" in shown.out
    assert f"run 'ended' is {state}" in shown.err
    lines = catalora("runs", "follow", "ended", "--json", *place).out.splitlines()
    assert [json.loads(line)["facts"]["loss"] for line in lines] == [2.5]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_ends_the_watching_and_not_the_run(place, run, hold):  # noqa: F811
    holder = hold(run, "running")
    run.append_event(Event("step", 1, {"loss": 2.5}))
    command = [sys.executable, "-m", "catalora", "runs", "follow", "one", *map(str, place)]
    watcher = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert "loss 2.5" in watcher.stdout.readline()
    time.sleep(0.2)
    watcher.send_signal(signal.SIGINT)
    _, errors = watcher.communicate(timeout=60)
    assert watcher.returncode == 130
    assert "run 'one' goes on" in errors
    assert holder.poll() is None
    assert not run.stop_file.exists()


def test_stop_asks_and_kill_ends(catalora, place, run, hold):  # noqa: F811
    holder = hold(run, "running")
    assert catalora("runs", "stop", "one", *place).out.startswith("one: stopping at step 3 of 9")
    assert run.stop_file.exists()
    assert holder.poll() is None
    ended = catalora("runs", "stop", "one", "--kill", "--wait", *place)
    assert "one: crashed at step 3 of 9" in ended.out
    assert "catalora runs resume one --runs-dir" in ended.out


def test_what_does_not_run_cannot_be_stopped(catalora, place):
    shown = catalora("runs", "stop", "one", *place)
    assert shown.code == 2
    assert "not running: it is pending" in shown.err
    assert "catalora runs resume one" in shown.err


def test_resuming_what_works_already_says_where_it_is(catalora, place, run, hold):  # noqa: F811
    holder = hold(run, "running")
    shown = catalora("runs", "resume", "one", *place)
    assert f"one: running in process {holder.pid}" in shown.out
    assert "catalora runs follow one --runs-dir" in shown.out
    assert catalora("runs", "resume", "one", "--json", *place).json["pid"] == holder.pid


def test_delete_needs_a_yes(catalora, place, run):  # noqa: F811
    refused = catalora("runs", "delete", "one", *place)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert run.path.exists()
    deleted = catalora("runs", "delete", "one", "--yes", "--json", *place)
    assert deleted.json == {"deleted": ["one"]}
    assert not run.path.exists()


def test_delete_checks_all_names_before_it_deletes_one(catalora, place, run):  # noqa: F811
    assert catalora("runs", "delete", "one", "nope", "--yes", *place).code == 66
    assert catalora("runs", "delete", "one", "../runs", "--yes", *place).code == 2
    assert run.path.exists()


@pytest.mark.parametrize("words", [["show", "nope"], ["follow", "nope"], ["stop", "nope"], ["resume", "nope"]])
def test_an_unknown_run_is_named(catalora, place, words):
    shown = catalora("runs", *words, *place)
    assert shown.code == 66
    assert "run 'nope' not found" in shown.err


def test_an_unknown_word_is_not_taken_for_a_run(catalora, place):
    shown = catalora("runs", "one", *place)
    assert shown.code == 2
    assert "No such command" in shown.err


def test_training_in_a_terminal_claims_the_device_too(catalora, tmp_path, run):  # noqa: F811
    from catalora.devices import claim_devices

    with claim_devices(run, "auto"):
        shown = catalora("train", "--data", tmp_path / "data", "--model", "demo", "--detach", "--runs-dir", tmp_path)
    assert shown.code == 73
    assert "run 'one' trains on it" in shown.err
