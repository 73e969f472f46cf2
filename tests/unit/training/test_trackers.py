import pytest
from transformers import TrainerCallback

from catalora.errors import UsageError
from catalora.run import create_run
from catalora.training.trackers import _guard, require_trackers


def test_a_missing_tracker_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name in {"wandb", "mlflow"} else object())
    with pytest.raises(UsageError, match="wandb, mlflow, which are not installed") as caught:
        require_trackers(["wandb", "tensorboard", "mlflow", "wandb"])
    assert caught.value.code == "tracker-missing"
    assert caught.value.hint.startswith("pip install wandb mlflow")


def test_no_tracker_needs_no_package(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    require_trackers([])


class Tracker(TrainerCallback):
    """A tracker whose server is away at some events."""

    def __init__(self, away):
        self.away, self.got = away, []

    def answer(self, event):
        if event in self.away:
            raise ConnectionError("no answer from the server\nat all")
        self.got.append(event)

    def on_train_begin(self, args, state, control, **_):
        self.answer("begin")

    def on_log(self, args, state, control, **_):
        self.answer("log")


class State:
    global_step = 7


def test_a_tracker_that_does_not_start_is_an_error_of_one_line(tmp_path):
    tracker = _guard(Tracker({"begin"}), "mlflow", create_run(tmp_path, "r"))
    with pytest.raises(UsageError, match=r"training.report_to: mlflow: no answer from the server$") as caught:
        tracker.on_train_begin(None, State, None)
    assert "--resume --run r" in caught.value.hint


def test_a_tracker_that_fails_later_is_a_warning_and_is_left_alone(tmp_path):
    run, away = create_run(tmp_path, "r"), set()
    tracker = _guard(Tracker(away), "mlflow", run)
    tracker.on_train_begin(None, State, None)
    away.add("log")
    tracker.on_log(None, State, None, logs={})
    away.clear()
    tracker.on_log(None, State, None, logs={})
    assert tracker.got == ["begin"]
    (event,) = [event for event in run.read_events() if event.kind == "warning"]
    assert (event.step, event.facts["code"]) == (7, "tracker-failed")
    assert event.facts["message"].startswith("mlflow: no answer from the server;")
