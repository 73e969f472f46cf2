import json
import math
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.jobs import read_series
from catalora.jobs.series import thin_out_indices
from catalora.run import Event


def append_steps(run, steps, **more):
    lines = [{"kind": "step", "step": n, "facts": {"loss": 1 / (n + 1), **more}, "time": float(n)} for n in steps]
    with (run.path / "events.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def test_a_short_run_is_drawn_whole(run):
    append_steps(run, range(5), learning_rate=1e-4)
    series = read_series(run)
    assert series.curves["loss"].steps == [0, 1, 2, 3, 4]
    assert series.curves["loss"].values == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
    assert series.curves["learning_rate"].values == [1e-4] * 5
    assert (series.logged, series.offset) == (5, (run.path / "events.jsonl").stat().st_size)


def test_a_run_without_events_has_no_curves(run):
    series = read_series(run)
    assert (dict(series.curves), series.events, series.logged) == ({}, (), 0)


def test_a_long_run_keeps_its_spikes_and_its_ends(run):
    append_steps(run, range(20_000))
    append_steps(run, [20_000], loss=99.0)
    append_steps(run, range(20_001, 40_000))
    curve = read_series(run, points=200).curves["loss"]
    assert len(curve.steps) <= 200
    assert (20_000, 99.0) in zip(curve.steps, curve.values, strict=True)
    assert (curve.steps[0], curve.steps[-1]) == (0, 39_999)
    assert curve.steps == sorted(curve.steps)


def test_each_look_adds_what_is_new(run):
    append_steps(run, range(3))
    read_series(run)
    append_steps(run, [3], grad_norm=0.5)
    run.append_event(Event("evaluation", 3, {"eval_loss": 2.0, "epoch": 1.0}))
    series = read_series(run)
    assert series.curves["loss"].steps == [0, 1, 2, 3]
    assert series.curves["grad_norm"].steps == [3]
    assert series.curves["eval_loss"].values == [2.0]
    assert set(series.curves) == {"loss", "grad_norm", "eval_loss"}
    assert [event.kind for event in series.events] == ["evaluation"]


def test_steps_done_again_after_a_crash_replace_those_before(run):
    append_steps(run, range(1, 9), grad_norm=1.0)
    run.append_event(Event("evaluation", 8, {"eval_loss": 5.0}))
    run.append_event(Event("start", 4, {"total_steps": 10}))
    append_steps(run, range(5, 11), grad_norm=2.0)
    series = read_series(run)
    assert series.curves["loss"].steps == list(range(1, 11))
    assert series.curves["grad_norm"].values == [1.0] * 4 + [2.0] * 6
    assert "eval_loss" not in series.curves


def test_a_new_run_of_the_same_name_is_not_drawn_onto_the_old_one(run, make_run):
    append_steps(run, range(50))
    assert read_series(run).logged == 50
    shutil.rmtree(run.path)
    again = make_run()
    append_steps(again, range(100, 103))
    assert read_series(again).curves["loss"].steps == [100, 101, 102]


def test_a_damaged_line_costs_itself_alone(run):
    append_steps(run, range(3))
    with (run.path / "events.jsonl").open("ab") as file:
        file.write(b'{"kind": "step", "step": 3, "fac\n\x00\x00\n')
    append_steps(run, [4])
    series = read_series(run)
    assert series.curves["loss"].steps == [0, 1, 2, 4]
    assert [event.facts["code"] for event in series.events] == ["event-unreadable"] * 2


def test_of_each_kind_of_event_the_newest_200_are_kept(run):
    run.append_event(Event("start", 0, {}))
    for step in range(220):
        run.append_event(Event("sample", step, {}))
    events = read_series(run).events
    assert [event.kind for event in events] == ["start"] + ["sample"] * 200
    assert [event.step for event in events[1:]] == list(range(20, 220))
    run.append_event(Event("sample", 220, {}))
    assert [event.step for event in read_series(run).events[1:]] == list(range(21, 221))


def test_many_small_looks_draw_what_one_look_draws(run, make_run):
    other = make_run("other")
    for step in range(200):
        append_steps(run, [step])
        read_series(run)
    append_steps(other, range(200))
    assert read_series(run).curves == read_series(other).curves


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400),
    st.integers(4, 50),
)
def test_thinning_keeps_the_extremes_the_ends_and_the_order(values, points):
    array = np.array(values)
    kept = thin_out_indices(array, points)
    assert len(kept) <= max(points, 4)
    assert len(set(kept.tolist())) == len(kept)
    assert kept.tolist() == sorted(kept.tolist())
    assert (kept[0], kept[-1]) == (0, len(values) - 1)
    assert math.isclose(array[kept].max(), array.max())
    assert math.isclose(array[kept].min(), array.min())
