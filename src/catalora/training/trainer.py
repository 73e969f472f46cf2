"""The training loop: transformers' `Trainer`, with what measurement showed wrong in it replaced.

Kept: optimiser, schedule, accumulation, clipping, data parallelism, exact resume. Replaced: the loss (completion
tokens only, normalised over the tokens of the whole optimiser step), evaluation (packed), checkpoints (whole or not
there), the stop on request (at the end of a step), and not-a-number, which by default is logged as 0.0 and trained on.
"""

import json
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import numpy as np
import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file
from transformers import PrinterCallback, TrainerCallback, TrainingArguments, set_seed

from catalora.config import TrainingConfig
from catalora.errors import RunStoppedError, UsageError
from catalora.processes import ALONE, Processes, share_batch
from catalora.run import Event, RunFolder
from catalora.training.borders import describe_batch
from catalora.training.checkpoints import ADAPTER_WEIGHTS, find_newest_whole, remove_old_checkpoints, write_checkpoint
from catalora.training.fused import fuse_as_configured
from catalora.training.loss import CompletionLoss
from catalora.training.memory import ThriftyTrainer
from catalora.training.packing import IGNORED, FilledRows, PackedRows, collate_rows, find_ends, iterate_batches
from catalora.training.recorder import Recorder, explain_divergence
from catalora.training.selection import build_early_stopping, list_scores
from catalora.training.trackers import build_trackers
from catalora.training.watch import TaskWatch

STATE = "trainer_state.json"
RANDOM_STATES = "rng_state*.pth"  # one a process


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a finished training came to.

    Attributes:
        steps: optimiser steps in all, over all sessions of the run.
        best_step: step of the adapter that is kept; the model holds its weights.
        best_validation_loss: its loss per completion token in nats, or nothing without validation products.
        seconds: duration of this session.
        tokens_per_second: content tokens per second of training in this session, prompts included; evaluating and
            saving are not counted.
    """

    steps: int
    best_step: int
    best_validation_loss: float | None
    seconds: float
    tokens_per_second: float


def train_adapter(  # noqa: PLR0913 - what a training is made of
    model: Any,
    *,
    run: RunFolder,
    config: TrainingConfig,
    train_rows: PackedRows,
    validation_rows: PackedRows | None,
    pad_token_id: int,
    use_cpu: bool,
    watch: TaskWatch | None = None,
    processes: Processes = ALONE,
    on_step: Callable[[int, int], None] = lambda step, total: None,
) -> TrainingResult:
    """Train the adapter of a PEFT model, from the newest whole checkpoint when there is one.

    On return the model of the process that leads holds the best weights: those that `training.best_metric` says, or
    the last ones when nothing was evaluated.

    Args:
        model: a PEFT model whose adapter alone is trainable.
        run: where checkpoints, status and events go.
        config: the optimisation.
        train_rows: rows of all epochs in order; each is used once.
        validation_rows: rows that choose the best checkpoint.
        pad_token_id: fills the tails of short rows.
        use_cpu: keep the work on the CPU although there is an accelerator.
        watch: asks the model in training about a few products.
        processes: those that train it together; each computes its share of a step's rows.
        on_step: called with (step, total steps).

    Raises:
        RunStoppedError: stopped on request (SIGTERM, Ctrl-C or a `cancel` file); the state is saved.
        TrainingError: loss or weights are no longer numbers; no such adapter is saved.
        StorageError: a checkpoint could not be written.
    """
    started = time.monotonic()
    recorder = Recorder(run, train_rows, config, on_step)
    stopper = _Stopper(run.stop_file, processes)
    loss = CompletionLoss(model, graphs=records_step(config, processes, use_cpu=use_cpu))
    trainer = AdapterTrainer(
        loss,
        validation_rows=validation_rows,
        pad_token_id=pad_token_id,
        use_cpu=use_cpu,
        recorder=recorder,
        processes=processes,
        # In this order: the watch measures what early stopping may decide by.
        callbacks=[
            *(build_trackers(config.report_to, run) if processes.leads else []),
            *([watch] if watch else []),
            stopper,
            *build_early_stopping(config),
        ],
    )
    if watch:
        watch.attach(trainer.log, recorder.pausing, processes)
    resume_from = processes.lead(lambda: _choose_resume_point(run))
    with stopper.listening(), fuse_as_configured(model, config) as forget:

        def forget_failed_pass() -> None:
            forget()
            loss.drop_graph()

        trainer.forget_failed_pass = forget_failed_pass
        try:
            trainer.train(resume_from_checkpoint=str(run.checkpoints / resume_from) if resume_from else None)
        finally:
            loss.drop_graph()
    if processes.any(stopper.was_asked) and trainer.state.global_step < trainer.state.max_steps:
        raise RunStoppedError(
            f"run {run.name!r} stopped at step {trainer.state.global_step} of {trainer.state.max_steps}, all saved",
            code="run-stopped",
            hint=f"Go on with `catalora train --resume --run {run.name}`.",
            step=trainer.state.global_step,
        )
    best_step, best_loss = trainer.find_best()
    if processes.leads:
        load_adapter_weights(model, run.checkpoints / f"step-{best_step:06d}")
    seconds = time.monotonic() - started
    return TrainingResult(
        steps=trainer.state.global_step,
        best_step=best_step,
        best_validation_loss=best_loss,
        seconds=seconds,
        tokens_per_second=recorder.tokens_per_second,
    )


def records_step(config: TrainingConfig, processes: Processes, *, use_cpu: bool) -> bool:
    """Whether the step is recorded: on one GPU, for wrappers of several processes watch each gradient being made."""
    return config.cuda_graphs and not use_cpu and torch.cuda.is_available() and processes.count == 1


class AdapterTrainer(ThriftyTrainer):
    """`Trainer` for `CompletionLoss` over packed rows."""

    def __init__(
        self,
        model: CompletionLoss,
        *,
        validation_rows: PackedRows | None,
        pad_token_id: int,
        use_cpu: bool,
        recorder: Recorder,
        callbacks: list[TrainerCallback],
        processes: Processes = ALONE,
    ) -> None:
        rows, config = recorder.rows, recorder.config
        self.run = recorder.run
        self.processes = processes
        share = share_batch(config, processes.count)
        self.recorder = recorder
        self.config = config
        self.rows_at_once = share.batch_size
        # A recorded step has one shape.
        self.width = rows.max_length if model.graphs else None
        self.validation_rows = validation_rows
        self.control: Any
        self.pad_token_id = pad_token_id
        super().__init__(
            model=model,
            args=_build_arguments(self.run.path, share, use_cpu=use_cpu, evaluate=validation_rows is not None),
            train_dataset=rows if processes.count == 1 else FilledRows(rows, share.batch_size * processes.count),
            eval_dataset=validation_rows,
            data_collator=self._collate,
            callbacks=[recorder, *callbacks],
        )
        self.remove_callback(PrinterCallback)
        # Our loss is divided by the labelled tokens of the whole optimiser step, not by the number of batches.
        self.model_accepts_loss_kwargs = True
        self.loss_is_scaled_for_ga = True
        self._require_processes()
        if not processes.leads:  # the leader draws as a process alone would, the others not the same
            set_seed(_mix_seed(config.seed, 0, processes.rank))

    def _collate(self, rows: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        batch = collate_rows(rows, self.pad_token_id, self.width)
        return describe_batch(batch) if self.width else batch

    def _require_processes(self) -> None:
        """Refuse to train alone what several processes were asked for: each would train all of it."""
        found = self.accelerator.num_processes
        if found != self.processes.count:
            raise UsageError(
                f"{self.processes.count} processes train run {self.run.name!r}, but the training library sees {found}",
                code="processes-not-started",
                hint="Start them with `catalora train --processes N` or torchrun; unset ACCELERATE_* variables.",
            )

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW, with a higher rate for the B matrices when `training.b_rate_ratio` asks for it.

        B starts at zero and is the thinner factor of the product; with one rate for both it learns too slowly. Source:
        LoRA+, Hayou et al. 2024 (arXiv 2402.12354).
        """
        ratio = self.config.b_rate_ratio
        if ratio == 1:
            result: torch.optim.Optimizer = super().create_optimizer(model)
            return result
        weights = [(name, weight) for name, weight in self.model.named_parameters() if weight.requires_grad]
        rates = {False: self.args.learning_rate, True: self.args.learning_rate * ratio}
        groups = [
            {"params": [weight for name, weight in weights if ("lora_B" in name) is is_b], "lr": rate}
            for is_b, rate in rates.items()
        ]
        build, settings = self.get_optimizer_cls_and_kwargs(self.args, self.model)
        optimizer: torch.optim.Optimizer = build(groups, **settings)
        self.optimizer: Any = optimizer
        return optimizer

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Summed loss of the batch over the labelled tokens of the optimiser step."""
        total = model(**inputs)
        tokens = num_items_in_batch if num_items_in_batch is not None else (inputs["labels"] != IGNORED).sum()
        # Data parallelism averages gradients over processes; the tokens were summed over them.
        return total / tokens * self.accelerator.num_processes

    def evaluate(self, *_args: Any, **_kwargs: Any) -> dict[str, float]:
        """Validation loss per completion token in nats, and bits per byte of the descriptions without `<eos>`."""
        rows = self.validation_rows
        assert rows is not None
        module = self.accelerator.unwrap_model(self.model)
        module.eval()
        with self.recorder.pausing():
            loss, described = self.compute_within_memory(lambda: self._score(module, rows), self.state.global_step)
        module.train()
        metrics = {"eval_loss": loss, "eval_bits_per_byte": described / math.log(2) / rows.description_bytes}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _score(self, module: CompletionLoss, rows: PackedRows) -> tuple[float, float]:
        """Mean loss per label, and the loss of all descriptions without their `<eos>`, in nats."""
        total, described, tokens = 0.0, 0.0, 0.0
        for number, batch in enumerate(iterate_batches(rows, self.rows_at_once, self.pad_token_id)):
            if number % self.processes.count != self.processes.rank:
                continue
            moved = {key: value.to(self.args.device) for key, value in batch.items()}
            losses = module.compute_token_losses(**moved).cpu().double()  # MPS has no double precision
            total += float(losses.sum())
            described += float(losses.masked_fill(find_ends(batch["labels"]), 0.0).sum())
            tokens += int((batch["labels"] != IGNORED).sum())
        total, described, tokens = self.processes.add(total, described, tokens)
        return total / tokens, described

    def find_best(self) -> tuple[int, float | None]:
        """Step and loss of the best evaluated checkpoint so far, or the newest step when there is no evaluation."""
        scores = list_scores(self.state.log_history, self.config.best_metric)
        if not scores:
            return self.state.global_step, None
        best = min(scores)
        return best.step, best.loss

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        step = self.state.global_step
        adapter = get_peft_model_state_dict(self.accelerator.unwrap_model(model).model)
        _require_numbers(adapter, self.run, step)
        with self.recorder.pausing():
            states = self.processes.gather(self._pack_random_state())
            self.processes.lead(lambda: self._write_checkpoint(step, adapter, states))

    def _write_checkpoint(self, step: int, adapter: Mapping[str, torch.Tensor], states: list[dict[str, bytes]]) -> None:
        with write_checkpoint(self.run.checkpoints, step) as folder:
            save_file({name: tensor.contiguous().cpu() for name, tensor in adapter.items()}, folder / ADAPTER_WEIGHTS)
            self._save_optimizer_and_scheduler(str(folder))
            for name, content in (item for state in states for item in state.items()):
                (folder / name).write_bytes(content)
            self.state.save_to_json(str(folder / STATE))
        self.run.append_event(Event("checkpoint", step, {}))
        remove_old_checkpoints(self.run.checkpoints, keep=self.config.keep_checkpoints, best_step=self.find_best()[0])

    def _pack_random_state(self) -> dict[str, bytes]:
        """The random state of this process as the library writes it: name and content of the file."""
        with TemporaryDirectory() as folder:
            self._save_rng_state(folder)
            return {path.name: path.read_bytes() for path in Path(folder).iterdir()}

    def _load_rng_state(self, checkpoint: str | None) -> None:
        """Go on drawing where the checkpoint was; with another number of processes, somewhere new."""
        if checkpoint is not None and len(list(Path(checkpoint).glob(RANDOM_STATES))) != self.processes.count:
            set_seed(_mix_seed(self.config.seed, self.state.global_step, self.processes.rank))
            return
        super()._load_rng_state(checkpoint)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        folder = Path(resume_from_checkpoint)
        load_adapter_weights(self.model.model, folder)
        self.resume_rows_at_once(int(json.loads((folder / STATE).read_text(encoding="utf-8"))["global_step"]))


def load_adapter_weights(model: Any, checkpoint: Path) -> None:
    """Copy the adapter of a checkpoint into a PEFT model."""
    set_peft_model_state_dict(model, load_file(checkpoint / ADAPTER_WEIGHTS))


def _mix_seed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def _build_arguments(folder: Path, config: TrainingConfig, *, use_cpu: bool, evaluate: bool) -> TrainingArguments:
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=1,  # the rows of all epochs stand one after another in the data set
        per_device_train_batch_size=config.batch_size,
        gradient_accumulation_steps=config.gradient_accumulation_steps,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.schedule,
        warmup_steps=config.warmup_steps,
        weight_decay=config.weight_decay,
        max_grad_norm=config.max_grad_norm,
        train_sampling_strategy="sequential",
        logging_strategy="steps",
        logging_steps=config.logging_steps,
        logging_nan_inf_filter=False,  # otherwise a diverged run logs a loss of 0.0
        save_strategy="steps",
        save_steps=config.save_steps,
        eval_strategy="steps" if evaluate else "no",
        eval_steps=config.save_steps if evaluate else None,
        seed=config.seed,
        use_cpu=use_cpu,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to=[],  # see `build_trackers`
        run_name=folder.name,
        project="catalora",
        dataloader_pin_memory=not use_cpu and torch.cuda.is_available(),
        ddp_find_unused_parameters=False,  # each step uses the whole adapter
    )
    # One process, one device: the library would spread a batch over all cards that it sees, and multiply it by them.
    arguments._n_gpu = min(arguments.n_gpu, 1)
    return arguments


def _choose_resume_point(run: RunFolder) -> str | None:
    """Name of the newest whole checkpoint."""
    checkpoint, damaged = find_newest_whole(run.checkpoints)
    for line in damaged:
        way_on = f"going on from {checkpoint.path.name}" if checkpoint else "starting again from step 0"
        run.append_event(Event("warning", checkpoint.step if checkpoint else 0, {"message": f"{line}; {way_on}"}))
    return checkpoint.path.name if checkpoint else None


def _require_numbers(adapter: Mapping[str, torch.Tensor], run: RunFolder, step: int) -> None:
    if not all(bool(tensor.isfinite().all()) for tensor in adapter.values()):
        raise explain_divergence(run, step, "the adapter's weights are not finite")


class _Stopper(TrainerCallback):
    """Saves and stops at the end of the step in which it is asked to.

    transformers' own stop saves inside a step, where random state has already moved on, and is not exact.
    """

    def __init__(self, stop_file: Path, processes: Processes) -> None:
        self.stop_file = stop_file
        self.processes = processes
        self._asked = threading.Event()

    @property
    def was_asked(self) -> bool:
        """Whether somebody asked."""
        return self._asked.is_set()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """React to SIGTERM and Ctrl-C; a second Ctrl-C interrupts at once. The stop file is taken away in the end."""
        # Only the main thread may handle signals; elsewhere the file still works.
        signals = (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()
        before = {number: signal.signal(number, self._ask) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            if self.processes.leads:
                self.stop_file.unlink(missing_ok=True)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.was_asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._asked.set()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.processes.any(self.was_asked or (self.processes.leads and self.stop_file.exists())):
            self._asked.set()
            control.should_save = True
            control.should_training_stop = True
