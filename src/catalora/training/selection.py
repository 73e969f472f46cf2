"""Which checkpoint is the best, and when nothing better is to be expected.

Everything is read from the trainer's log history, which each checkpoint carries: a resumed run decides as an
uninterrupted one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transformers import TrainerCallback

from catalora.config import BestMetric, TrainingConfig

VALIDATION_LOSS = "eval_loss"
# Where each metric stands in the log history, and the sign that makes less of it better.
METRICS: dict[BestMetric, tuple[str, int]] = {
    "validation_loss": (VALIDATION_LOSS, 1),
    "bits_per_byte": ("eval_bits_per_byte", 1),
    "stop_rate": ("watch_stop_rate", -1),
    "follow_up_rate": ("watch_follow_up_rate", 1),
}


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """One evaluated step; the smallest is the best: by the metric, then by the validation loss, then the earliest.

    Attributes:
        cost: the metric, its sign changed where more is better.
        loss: validation loss in nats per completion token.
        step: optimiser step.
    """

    cost: float
    loss: float
    step: int


def list_scores(history: Sequence[Mapping[str, Any]], metric: BestMetric) -> list[Score]:
    """The evaluated steps in order; those whose metric was not measured are left out.

    Args:
        history: the trainer's log: entries with `step` and what was logged at it, in any number per step.
        metric: what the score is.

    Example:
        >>> list_scores([{"step": 5, "eval_loss": 2.0}, {"step": 5, "watch_stop_rate": 0.5}], "stop_rate")
        [Score(cost=-0.5, loss=2.0, step=5)]
    """
    key, sign = METRICS[metric]
    by_step: dict[int, dict[str, Any]] = {}
    for entry in history:
        by_step.setdefault(entry["step"], {}).update(entry)
    return [
        Score(sign * facts[key], facts[VALIDATION_LOSS], step)
        for step, facts in sorted(by_step.items())
        if VALIDATION_LOSS in facts and key in facts
    ]


class EarlyStopping(TrainerCallback):
    """Stops after `patience` evaluations that were not better than the best one before them."""

    def __init__(self, metric: BestMetric, patience: int) -> None:
        self.metric = metric
        self.patience = patience

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Decide as the interrupted run would have: it may have ended between the last evaluation and the stop."""
        self.on_evaluate(args, state, control)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Count, and ask the trainer to save and stop."""
        costs = [score.cost for score in list_scores(state.log_history, self.metric)]
        since_best = len(costs) - 1 - costs.index(min(costs)) if costs else 0
        if since_best >= self.patience:
            control.should_save = True
            control.should_training_stop = True


def build_early_stopping(config: TrainingConfig) -> list[TrainerCallback]:
    """The callback, or none when the run shall go to its end."""
    if config.early_stopping_patience is None:
        return []
    return [EarlyStopping(config.best_metric, config.early_stopping_patience)]
