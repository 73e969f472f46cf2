import json
import os
import subprocess
import sys

import pytest

from catalora.errors import InputNotFoundError, StorageError, UsageError
from catalora.run import Event, RunFolder, Status, check_run_name, create_run, list_runs, open_run


@pytest.fixture
def run(tmp_path):
    folder = create_run(tmp_path / "runs", "one")
    folder.write_record({"created": 0.0})
    return folder


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc", "a/b", "a\\b", "", ".hidden", "UPPER", "ção", "con", "nul.txt", "x" * 65, "a.", "-x", "a b"],
)
def test_a_name_that_is_a_path_or_not_portable_is_refused(name):
    with pytest.raises(UsageError, match="is not a name"):
        check_run_name(name)


@pytest.mark.parametrize("name", ["amazon-3000", "a", "2026.11.23_b"])
def test_plain_names_are_taken(name):
    assert check_run_name(name) == name


def test_a_taken_name_says_how_to_go_on(run):
    with pytest.raises(UsageError, match="exists already") as caught:
        create_run(run.path.parent, "one")
    assert "--resume" in caught.value.hint


def test_an_unknown_run_is_an_error(tmp_path):
    with pytest.raises(InputNotFoundError, match="run 'nope' not found"):
        open_run(tmp_path, "nope")


def test_a_folder_for_runs_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot create the run folder"):
        create_run(tmp_path / "file" / "runs", "x")


def test_status_and_events_come_back_as_written(run):
    run.write_status(Status("finished", 3, 4, 1.5))
    assert run.read_status() == Status("finished", 3, 4, 1.5, updated=run.read_status().updated)
    events = [Event("step", 1, {"loss": 2.5}), Event("end", 2, {"ç": "ã"})]
    for event in events:
        run.append_event(event)
    assert list(run.read_events()) == events


def test_an_unfinished_last_event_is_left_out_and_cut_off_by_the_next_writer(run):
    run.append_event(Event("step", 1, {}))
    with (run.path / "events.jsonl").open("a") as file:
        file.write('{"kind": "st')
    assert [event.step for event in run.read_events()] == [1]
    run.repair_events()
    run.append_event(Event("step", 2, {}))
    assert [event.step for event in run.read_events()] == [1, 2]


def test_not_a_number_never_reaches_the_events(run):
    with pytest.raises(ValueError, match="Out of range"):
        run.append_event(Event("step", 1, {"loss": float("nan")}))


def test_a_running_state_whose_process_is_gone_reads_as_crashed(run):
    code = "import sys\nfrom pathlib import Path\nfrom catalora.run import RunFolder, Status\n"
    code += "RunFolder(Path(sys.argv[1])).write_status(Status('running', 5, 9))"
    subprocess.run([sys.executable, "-c", code, str(run.path)], check=True)
    status = run.read_status()
    assert (status.state, status.step, status.is_resumable) == ("crashed", 5, True)


def test_a_reused_pid_does_not_pass_for_the_worker(run):
    run.write_status(Status("running", 1, 2, pid=os.getpid(), process_started=1.0))
    assert run.read_status().state == "crashed"
    with run.lock():
        run.write_status(Status("running", 1, 2))
        assert run.read_status().state == "running"


def test_a_request_to_stop_an_earlier_worker_is_withdrawn_by_the_next(run):
    run.stop_file.touch()
    with run.lock():
        assert not run.stop_file.exists()
        run.stop_file.touch()
        with pytest.raises(StorageError, match="already being written"), RunFolder(run.path).lock():
            pass
        assert run.stop_file.exists()


def test_a_second_writer_is_refused(run):
    code = "import sys\nfrom pathlib import Path\nfrom catalora.run import RunFolder\n"
    code += "with RunFolder(Path(sys.argv[1])).lock(): pass"
    with run.lock():
        command = [sys.executable, "-c", code, str(run.path)]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "already being written" in second.stderr
    with run.lock():
        pass
    assert StorageError.exit_code == 73


def test_runs_are_listed_oldest_first_and_other_folders_ignored(tmp_path):
    for number, name in enumerate(("b", "a")):
        run = create_run(tmp_path, name)
        run.write_record({})
        os.utime(run.path / "run.json", (number, number))
    (tmp_path / "notes").mkdir()
    assert [run.name for run in list_runs(tmp_path)] == ["b", "a"]
    assert list_runs(tmp_path / "none") == []


def test_a_damaged_record_is_an_error_and_not_a_traceback(run):
    (run.path / "run.json").write_text("{")
    with pytest.raises(InputNotFoundError, match="not a run folder"):
        RunFolder(run.path).read_record()


def test_json_files_are_replaced_whole(run):
    run.write_record({"a": 1})
    with pytest.raises(TypeError):
        run.write_record({"a": object()})
    assert json.loads((run.path / "run.json").read_text()) == {"a": 1}
