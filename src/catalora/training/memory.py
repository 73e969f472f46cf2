"""When memory runs out in the middle of training: the same step again, with fewer rows at once.

The loss of a batch is a sum over its tokens, divided by the tokens of the whole optimiser step. So a batch may be
computed in parts of a few rows, whose gradients add up to the batch's. Halving the parts doubles the accumulation and
changes the result only as far as sums in another order do (and dropout draws other masks). Rows are cut after their
last label, so that a part is what a run with a smaller `training.batch_size` would have computed.

What this can't help against: the system ending the process, which Linux does when main memory is overcommitted, and
memory that runs out on one of several devices that train together, which would wait for one another.
"""

import gc
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from transformers import Trainer

from catalora.errors import TrainingError
from catalora.run import Event, RunFolder
from catalora.training.borders import describe_batch
from catalora.training.packing import IGNORED

logger = logging.getLogger(__name__)

MEMORY_RAN_OUT = "memory-ran-out"
# CUDA and MPS; torch's allocator for the processor on Linux and macOS; the same on Windows.
PHRASES = ("out of memory", "can't allocate memory", "not enough memory")

Batch = Mapping[str, torch.Tensor]
T = TypeVar("T")


class ThriftyTrainer(Trainer):
    """`Trainer` that computes a step again with half the rows at once when memory runs out.

    Attributes:
        run: where it says so.
        rows_at_once: rows of a batch that are computed together, forwards and backwards.
        width: tokens of each row that is computed; as many as it has when empty.
        forget_failed_pass: called after a pass that broke off; see `catalora.training.fused.fuse`.
    """

    run: RunFolder
    rows_at_once: int
    width: int | None = None
    forget_failed_pass: Callable[[], None] = staticmethod(lambda: None)
    _batches: list[Any]
    _done: int
    _random_state: list[torch.Tensor]

    def get_batch_samples(
        self, epoch_iterator: Any, num_batches: int, device: torch.device
    ) -> tuple[list[Any], torch.Tensor | int | None]:
        """The batches of the next optimiser step, kept for computing them again."""
        self._batches, tokens = super().get_batch_samples(epoch_iterator, num_batches, device)
        self._done = 0
        return self._batches, tokens

    def training_step(
        self, model: Any, inputs: Any, num_items_in_batch: torch.Tensor | int | None = None
    ) -> torch.Tensor:
        """Forwards and backwards over one batch; when memory runs out, over all batches of the optimiser step so far.

        Raises:
            TrainingError: not even one row at once fits into memory (`out-of-memory`).
        """
        if not self._done:
            self._random_state = _get_random_state(self.args.device)
        self._done += 1
        rows_before = self.rows_at_once

        def compute() -> torch.Tensor:
            if self.rows_at_once == rows_before:
                return self._compute_in_parts(model, inputs, num_items_in_batch)
            # What the failed pass and the batches before it have added up is dropped.
            model.zero_grad()
            _set_random_state(self.args.device, self._random_state)
            return [self._compute_in_parts(model, batch, num_items_in_batch) for batch in self._batches[: self._done]][
                -1
            ]

        return self.compute_within_memory(compute, self.state.global_step + 1)

    def compute_within_memory(self, compute: Callable[[], T], step: int) -> T:
        """Call `compute`, again with half of `rows_at_once` after each time that memory ran out.

        Args:
            compute: reads `rows_at_once` anew each time, and begins from the start.
            step: the optimiser step that it belongs to.

        Raises:
            TrainingError: it is one row at once already, or several devices train together.
        """
        while True:
            try:
                return compute()
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if self.rows_at_once == 1 or self.accelerator.num_processes > 1:
                    raise self._explain(error, step) from error
            # Only here, outside of the handler, nothing holds the tensors of the failed pass any more.
            self._halve_rows(step)

    def resume_rows_at_once(self, step: int) -> None:
        """Go on with as few rows at once as the run had come to by a step."""
        for event in self.run.read_events():
            if event.kind == "warning" and event.facts.get("code") == MEMORY_RAN_OUT and event.step <= step:
                self.rows_at_once = min(self.rows_at_once, int(event.facts["rows"]))

    def _compute_in_parts(self, model: Any, batch: Any, tokens: torch.Tensor | int | None) -> torch.Tensor:
        parts = split_batch(batch, self.rows_at_once, self.width)
        return torch.stack([super(ThriftyTrainer, self).training_step(model, part, tokens) for part in parts]).sum()

    def _halve_rows(self, step: int) -> None:
        self.rows_at_once = (self.rows_at_once + 1) // 2
        self.forget_failed_pass()
        gc.collect()
        if self.args.device.type != "cpu":
            torch.get_device_module(self.args.device).empty_cache()
        batch_size = self.args.per_device_train_batch_size
        accumulation = self.args.gradient_accumulation_steps * -(-batch_size // self.rows_at_once)
        message = (
            f"memory ran out at step {step}, which is repeated: from here on {self.rows_at_once} of {batch_size} rows "
            f"are computed at once, with {accumulation} accumulation steps; products per step and loss stay the same"
        )
        facts = {"code": MEMORY_RAN_OUT, "message": message, "rows": self.rows_at_once, "accumulation": accumulation}
        self.run.append_event(Event("warning", step, {**facts, "failed_step": step}))
        logger.warning(message)

    def _explain(self, error: BaseException, step: int) -> TrainingError:
        several = self.accelerator.num_processes > 1
        rows = f"{self.rows_at_once} rows each on several devices" if several else "one row at once"
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return TrainingError(
            f"memory ran out at step {step} of run {self.run.name!r} with {rows}: {reason}",
            code="out-of-memory",
            hint="Start a new run with a smaller training.batch_size."
            if several
            else "Start a new run with a smaller training.max_length, or resume when more memory is free.",
            step=step,
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out: of a GPU, of an Apple GPU, or of the computer.

    Example:
        >>> is_out_of_memory(RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."))
        True
        >>> is_out_of_memory(RuntimeError("shapes cannot be multiplied"))
        False
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(phrase in str(error) for phrase in PHRASES)


def split_batch(batch: Batch, rows: int, width: int | None = None) -> list[Batch]:
    """Parts of a batch of at most `rows` rows; all together have its labels.

    Args:
        batch: `input_ids`, `labels` and `position_ids`, shape (B, T); see `catalora.training.packing.collate_rows`.
        rows: of a part. A part is cut after its last label, for what follows is padding.
        width: keep so many tokens of each row instead, and describe each part (`describe_batch`).
    """
    labels = batch["labels"]
    if rows >= len(labels):
        return [batch]
    parts: list[Batch] = []
    for start in range(0, len(labels), rows):
        learned = (labels[start : start + rows] != IGNORED).any(dim=0).nonzero()
        end = width or (int(learned.max()) + 1 if len(learned) else 1)  # rows of nothing fill up the last step
        part = {name: batch[name][start : start + rows, :end] for name in ("input_ids", "labels", "position_ids")}
        parts.append(describe_batch(part) if width else part)
    return parts


def _get_random_state(device: torch.device) -> list[torch.Tensor]:
    """Random state of the processor, and of the accelerator when there is one."""
    states = [torch.get_rng_state()]
    return states if device.type == "cpu" else [*states, torch.get_device_module(device).get_rng_state()]


def _set_random_state(device: torch.device, states: list[torch.Tensor]) -> None:
    torch.set_rng_state(states[0])
    if device.type != "cpu":
        torch.get_device_module(device).set_rng_state(states[1])
