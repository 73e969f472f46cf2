import threading
import time

from catalora.jobs import follow, read_events_since, read_log
from catalora.run import Event


def test_events_are_read_on_from_where_the_last_look_ended(run):
    run.append_event(Event("step", 1, {"loss": 2.5}))
    first, offset = read_events_since(run, 0)
    assert [event.step for event in first] == [1]
    assert read_events_since(run, offset) == ([], offset)
    run.append_event(Event("step", 2, {"ç": "ã\n"}))
    second, _ = read_events_since(run, offset)
    assert [(event.step, dict(event.facts)) for event in second] == [(2, {"ç": "ã\n"})]


def test_a_line_that_is_still_being_written_waits(run):
    run.append_event(Event("step", 1, {}))
    path = run.path / "events.jsonl"
    whole = path.read_bytes()
    with path.open("ab") as file:
        file.write(whole[:20])
    events, offset = read_events_since(run)
    assert ([event.step for event in events], offset) == ([1], len(whole))
    with path.open("ab") as file:
        file.write(whole[20:])
    assert [event.step for event in read_events_since(run, offset)[0]] == [1]


def test_no_events_yet(run):
    assert read_events_since(run) == ([], 0)


def test_a_position_beyond_the_end_starts_again(run):
    run.append_event(Event("step", 1, {}))
    events, offset = read_events_since(run, 10_000)
    assert ([event.step for event in events], offset) == ([1], (run.path / "events.jsonl").stat().st_size)


def test_a_damaged_line_becomes_a_warning_and_hides_no_other(run):
    run.append_event(Event("step", 1, {}))
    with (run.path / "events.jsonl").open("ab") as file:
        file.write(b"\x00\x00\xff garbage\n{}\n")
    run.append_event(Event("step", 2, {}))
    events, _ = read_events_since(run)
    assert [event.kind for event in events] == ["step", "warning", "warning", "step"]
    assert events[1].facts["code"] == "event-unreadable"


def test_following_a_run_that_nobody_works_on_tells_what_there_is_and_ends(run):
    run.append_event(Event("step", 1, {}))
    assert [event.step for event in follow(run)] == [1]


def test_following_ends_with_the_worker_and_misses_nothing(run, hold):
    holder = hold(run, "running")
    run.append_event(Event("start", 0, {}))

    def work():
        for step in (1, 2):
            time.sleep(0.1)
            run.append_event(Event("step", step, {}))
        holder.kill()
        holder.wait()

    worker = threading.Thread(target=work)
    worker.start()
    assert [event.step for event in follow(run)] == [0, 1, 2]
    worker.join()


def test_the_log_is_shown_from_its_end_in_whole_lines(run):
    assert read_log(run) == ""
    run.log.write_bytes("".join(f"line {number} ação\n" for number in range(100)).encode() + b"\xff\n")
    end = read_log(run, max_bytes=50)
    assert end.startswith("line 9")
    assert end.endswith("line 99 ação\n�\n")
