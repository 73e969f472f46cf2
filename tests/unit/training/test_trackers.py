import pytest

from catalora.errors import UsageError
from catalora.training.trackers import require_trackers


def test_a_missing_tracker_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name in {"wandb", "mlflow"} else object())
    with pytest.raises(UsageError, match="wandb, mlflow, which are not installed") as caught:
        require_trackers(["wandb", "tensorboard", "mlflow", "wandb"])
    assert caught.value.code == "tracker-missing"
    assert caught.value.hint.startswith("pip install wandb mlflow")


def test_no_tracker_needs_no_package(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    require_trackers([])
