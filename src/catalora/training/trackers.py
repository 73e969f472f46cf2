"""Experiment trackers that get a run's figures as well: TensorBoard, MLflow, Weights & Biases, Trackio.

transformers' own integrations do the work. What is added is one clear error before anything is written when a package
is missing, and a place for TensorBoard's files: the run's folder.
"""

import importlib.util
from collections.abc import Sequence
from typing import Any

from catalora.config import Tracker
from catalora.errors import UsageError
from catalora.run import RunFolder


def require_trackers(names: Sequence[Tracker]) -> None:
    """Refuse trackers whose package is not installed; each bears its package's name.

    Raises:
        UsageError: with all missing ones.
    """
    missing = [name for name in dict.fromkeys(names) if importlib.util.find_spec(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise UsageError(
            f"training.report_to names {', '.join(missing)}, which {verb} not installed",
            code="tracker-missing",
            hint=f"pip install {' '.join(missing)}, or leave out --report-to: the run folder holds the same figures.",
            missing=missing,
        )


def build_trackers(names: Sequence[Tracker], run: RunFolder) -> list[Any]:
    """The callback of each tracker from transformers, for its `Trainer`.

    TensorBoard writes into `tensorboard/` of the run, MLflow and Trackio where they are configured to; W&B needs an
    account. The run's name is the tracker's run name.
    """
    from transformers.integrations import get_reporting_integration_callbacks
    from transformers.integrations.integration_utils import TensorBoardCallback

    require_trackers(names)
    callbacks: list[Any] = []
    for name in dict.fromkeys(names):
        if name == "tensorboard":
            from torch.utils.tensorboard import SummaryWriter

            callbacks.append(TensorBoardCallback(SummaryWriter(str(run.path / "tensorboard"))))
        else:
            callbacks += get_reporting_integration_callbacks([name])
    return callbacks
