from types import SimpleNamespace

import pytest

from catalora.config import TrainingConfig, build_config
from catalora.errors import ConfigError
from catalora.training.selection import EarlyStopping, Score, build_early_stopping, list_scores

HISTORY = [
    {"step": 0, "watch_stop_rate": 0.0},
    {"step": 5, "loss": 3.0},
    {"step": 5, "eval_loss": 2.5, "eval_bits_per_byte": 1.0},
    {"step": 5, "watch_stop_rate": 0.5, "watch_follow_up_rate": 0.5},
    {"step": 7, "watch_stop_rate": 1.0},
    {"step": 10, "eval_loss": 2.4, "eval_bits_per_byte": 1.1},
    {"step": 10, "watch_stop_rate": 0.75, "watch_follow_up_rate": 0.0},
    {"step": 15, "eval_loss": 2.6, "eval_bits_per_byte": 0.9},
    {"step": 15, "watch_stop_rate": 0.75, "watch_follow_up_rate": 0.0},
]


@pytest.mark.parametrize(
    ("metric", "best"), [("validation_loss", 10), ("bits_per_byte", 15), ("stop_rate", 10), ("follow_up_rate", 10)]
)
def test_each_metric_chooses_its_own_best_step_and_ties_go_to_the_loss(metric, best):
    assert min(list_scores(HISTORY, metric)).step == best


def test_steps_that_have_no_checkpoint_are_no_candidates():
    assert [score.step for score in list_scores(HISTORY, "stop_rate")] == [5, 10, 15]


def test_equal_scores_keep_the_earlier_step():
    assert min(Score(1.0, 2.0, 10), Score(1.0, 2.0, 5)).step == 5


def stop_after(history, metric, patience):
    control = SimpleNamespace(should_save=False, should_training_stop=False)
    EarlyStopping(metric, patience).on_evaluate(None, SimpleNamespace(log_history=history), control)
    return control.should_training_stop


def test_early_stopping_counts_by_the_chosen_metric():
    assert stop_after(HISTORY, "validation_loss", 1)
    assert not stop_after(HISTORY, "validation_loss", 2)
    assert not stop_after(HISTORY, "bits_per_byte", 1)


def test_early_stopping_is_off_unless_asked_for():
    assert build_early_stopping(TrainingConfig()) == []
    assert len(build_early_stopping(TrainingConfig(early_stopping_patience=2))) == 1


def test_a_metric_of_the_watch_needs_the_watch():
    with pytest.raises(ConfigError, match="watch_products must not be 0"):
        build_config(None, {"training.best_metric": "stop_rate", "training.watch_products": 0})
