"""Experiment trackers that get a run's figures as well: TensorBoard, MLflow, Weights & Biases, Trackio.

transformers' own integrations do the work. What is added is one clear error before anything is written when a package
is missing, another when a tracker refuses to start, a warning instead of a lost training when it fails later, and a
place for TensorBoard's files: the run's folder.
"""

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

from catalora.config import Tracker
from catalora.errors import UsageError
from catalora.run import Event, RunFolder


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

            found = [TensorBoardCallback(SummaryWriter(str(run.path / "tensorboard")))]
        else:
            found = [kind() for kind in get_reporting_integration_callbacks([name])]
        callbacks += [_guard(callback, name, run) for callback in found]
    return callbacks


def _guard(callback: Any, name: Tracker, run: RunFolder) -> Any:
    """The callback, whose failures do not end a training that has begun: a tracker's server may go away for hours."""
    failed = False

    def guard_event(event: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(args: Any, state: Any, control: Any, **facts: Any) -> Any:
            nonlocal failed
            if failed:
                return None
            try:
                return method(args, state, control, **facts)
            # Each tracker has errors of its own, down to those of the network.
            except Exception as error:
                line = f"{name}: {str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__}"
                if event == "on_train_begin":
                    raise UsageError(
                        f"training.report_to: {line}",
                        code="tracker-refused",
                        hint=f"Set up {name} as it says and go on with `catalora train --resume --run {run.name}`, or "
                        "train without --report-to: the run folder holds the same figures.",
                        tracker=name,
                        run=run.name,
                    ) from error
                failed = True
                message = f"{line}; it gets no more figures of this training, the run folder has them all"
                run.append_event(Event("warning", state.global_step, {"code": "tracker-failed", "message": message}))
                return None

        return call

    for event in (found for found in dir(callback) if found.startswith("on_")):
        setattr(callback, event, guard_event(event, getattr(callback, event)))
    return callback
