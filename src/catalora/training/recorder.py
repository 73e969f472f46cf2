"""What a training says about itself while it runs: status, events, speed and the time that is left.

It also refuses to go on with numbers that are none.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from transformers import TrainerCallback

from catalora.config import TrainingConfig
from catalora.errors import TrainingError
from catalora.run import Event, RunFolder, Status
from catalora.training.checkpoints import find_newest_whole
from catalora.training.packing import PackedRows

Mark = tuple[int, float]  # step, and the moment in seconds at which it was done


class Recorder(TrainerCallback):
    """Writes status and events of a training.

    Args:
        run: where they go.
        rows: what is trained on.
        config: the optimisation.
        on_step: called with (step, total steps) at the start and after each step.
    """

    def __init__(
        self, run: RunFolder, rows: PackedRows, config: TrainingConfig, on_step: Callable[[int, int], None]
    ) -> None:
        self.run = run
        self.rows = rows
        self.config = config
        self.on_step = on_step
        rows_per_step = config.batch_size * config.gradient_accumulation_steps
        self.tokens_per_step = rows.tokens / max(1, math.ceil(len(rows) / rows_per_step))
        self.started = 0.0
        self.first_step = 0
        self.paused = 0.0  # seconds spent evaluating and saving, which are not training speed
        self.tokens_per_second = 0.0
        self.earlier_pace: float | None = None
        self.marks: list[Mark] = []

    @contextmanager
    def pausing(self) -> Iterator[None]:
        """Keep the time of what is done inside out of the training speed."""
        started = time.monotonic()
        yield
        self.paused += time.monotonic() - started

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Say what is trained, and how long it will take where an earlier process of the run knew."""
        self.started, self.first_step = time.monotonic(), state.global_step
        self.earlier_pace = read_earlier_pace(self.run)
        trained = sum(weight.numel() for weight in kwargs["model"].parameters() if weight.requires_grad)
        facts = {
            "total_steps": state.max_steps,
            "rows": len(self.rows),
            "tokens": self.rows.tokens,
            "efficiency": round(self.rows.efficiency, 4),
            "trained_parameters": trained,
        }
        self.run.append_event(Event("start", state.global_step, facts))
        self._write_status(state, self.earlier_pace)
        self.on_step(state.global_step, state.max_steps)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Note when the first step of this process begins."""
        if not self.marks:
            self.marks.append((state.global_step, time.monotonic()))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Pass the step on."""
        self.on_step(state.global_step, state.max_steps)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
        """Write loss and speed.

        Raises:
            TrainingError: the loss or the gradient is no number.
        """
        if "loss" not in logs:
            return
        if not all(math.isfinite(logs[key]) for key in ("loss", "grad_norm") if key in logs):
            raise explain_divergence(
                self.run, state.global_step, f"loss {logs['loss']}, gradient norm {logs.get('grad_norm')}"
            )
        done, now = state.global_step - self.first_step, time.monotonic()
        self.tokens_per_second = done * self.tokens_per_step / (now - self.started - self.paused)
        shown = ("loss", "grad_norm", "learning_rate", "epoch")
        facts: dict[str, float] = {key: logs[key] for key in shown if key in logs}
        facts["tokens_per_second"] = round(self.tokens_per_second, 1)
        self.run.append_event(Event("step", state.global_step, facts))
        self.marks = [*self.marks[:2], (state.global_step, now)]
        only_first = len(self.marks) < 3 and self.earlier_pace is not None
        self._write_status(state, self.earlier_pace if only_first else compute_pace(self.marks))

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any) -> None:
        """Write what an evaluation came to.

        Raises:
            TrainingError: the validation loss is no number.
        """
        if not math.isfinite(metrics["eval_loss"]):
            raise explain_divergence(self.run, state.global_step, f"validation loss {metrics['eval_loss']}")
        self.run.append_event(Event("evaluation", state.global_step, dict(metrics)))

    def _write_status(self, state: Any, pace: float | None) -> None:
        step, steps = state.global_step, state.max_steps
        eta = None if pace is None else (steps - step) * pace
        self.run.write_status(Status("running", step, steps, eta, phase="train", phase_done=step, phase_total=steps))


def compute_pace(marks: Sequence[Mark]) -> float | None:
    """Seconds per step of one process, evaluating and saving included; nothing before its first log.

    Its first stretch counts only as long as it is the only one: the first step is slower, and with few steps to a log
    that shows.

    Args:
        marks: the first step's begin, and the steps that were logged.

    Example:
        >>> compute_pace([(100, 0.0), (110, 30.0)]), compute_pace([(100, 0.0), (110, 30.0), (130, 50.0)])
        (3.0, 1.0)
    """
    if len(marks) < 2:
        return None
    (first, then), (last, now) = marks[0] if len(marks) == 2 else marks[1], marks[-1]
    return (now - then) / (last - first) if last > first else None


def read_earlier_pace(run: RunFolder) -> float | None:
    """Seconds per step of the newest process that logged steps of this run; nothing when there was none."""
    pace: float | None = None
    marks: list[Mark] = []
    for event in run.read_events():
        if event.kind == "start":
            marks = [(event.step, event.time)]
        elif event.kind == "step" and marks:
            marks = [*marks[:2], (event.step, event.time)]
            pace = compute_pace(marks) or pace
    return pace


def explain_divergence(run: RunFolder, step: int, what: str) -> TrainingError:
    """The error of a training whose numbers are none any more."""
    checkpoint, _ = find_newest_whole(run.checkpoints)
    last = f"the last good checkpoint is {checkpoint.path.name}" if checkpoint else "there is no checkpoint before it"
    return TrainingError(
        f"run {run.name!r} diverged at step {step}: {what}; {last}",
        code="diverged",
        hint="Train again with a lower training.learning_rate, or more training.warmup_steps.",
        step=step,
    )
