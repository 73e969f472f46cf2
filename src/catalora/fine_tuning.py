"""One training session of a run, from its written configuration to its saved adapter: `pipeline.train_run` calls it.

With several processes each goes through it; `lead` is what the first one does while the others wait, `each` what may
fail in any of them.
"""

from dataclasses import asdict
from typing import Any

from catalora.devices import DeviceClaims, name_devices
from catalora.generation.answer import Answerer
from catalora.hardware import DeviceName, choose_device, keep_freed_memory
from catalora.machine import measure_peak_memory
from catalora.model.adapter import attach_lora, save_adapter
from catalora.model.loading import load_base
from catalora.processes import Processes, explaining_loss
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate
from catalora.record import (
    load_config,
    publish_record,
    record_adapter,
    record_circumstances,
    record_packing,
    require_same_base,
    wants_references,
)
from catalora.references.run_index import open_run_index
from catalora.run import Event, RunFolder, Status
from catalora.training.rows import build_rows
from catalora.training.trainer import TrainingResult, train_adapter
from catalora.training.watch import build_watch


def fine_tune(
    run: RunFolder,
    claims: DeviceClaims | None,
    processes: Processes,
    *,
    token: str | None = None,
    progress: Progress = ignore_progress,
) -> TrainingResult:
    """Train a started run, whose lock the caller holds, and save its adapter.

    Args:
        run: with its configuration and products.
        claims: the devices that are this run's; the one that is found in the end is added. None but for the process
            that leads.
        processes: those that train it together.
        token: Hugging Face token for gated models.
        progress: told how far it is.

    Raises:
        RunStoppedError: stopped on request; resumable.
        TrainingError, StorageError, ModelUnavailableError: with place and next step.
    """
    with explaining_loss(run, processes):
        return _fine_tune(processes.follow(run), claims, processes, token, progress)


def _fine_tune(
    run: RunFolder, claims: DeviceClaims | None, processes: Processes, token: str | None, progress: Progress
) -> TrainingResult:
    config = load_config(run)
    template = PromptTemplate.for_training(grounded=config.data.grounded_share > 0)
    device = processes.each(lambda: choose_device(config.model.device, config.model.dtype))
    if device.name == "cpu" and config.training.keep_memory:
        keep_freed_memory()
    processes.lead(lambda: claims.add(name_devices(device)) if claims else None)
    if wants_references(run):
        processes.lead(lambda: open_run_index(run, progress=progress).close())
    processes.lead(lambda: progress("load model", 0, None))
    loaded = processes.each(lambda: load_base(config.model, device, token=token))
    processes.lead(lambda: record_circumstances(run, loaded.identity, device, template, processes=processes.count))
    processes.each(lambda: require_same_base(run, loaded.identity))
    processes.lead(lambda: progress("tokenise", 0, None))
    train_rows, validation_rows = processes.each(lambda: build_rows(run, config, template, loaded.tokenizer))
    rows, tokens, efficiency = len(train_rows), train_rows.tokens, train_rows.efficiency
    processes.lead(lambda: record_packing(run, rows=rows, tokens=tokens, efficiency=efficiency))
    model = attach_lora(loaded.model, config.lora, config.training.seed)
    watch = build_watch(run, config, Answerer(model, loaded.tokenizer, template, device.name))
    result = train_adapter(
        model,
        run=run,
        config=config.training,
        train_rows=train_rows,
        validation_rows=validation_rows,
        pad_token_id=loaded.tokenizer.pad_token_id or 0,
        use_cpu=device.name == "cpu",
        watch=watch,
        processes=processes,
        on_step=lambda step, total: progress("train", step, total),
    )
    processes.lead(lambda: _finish(run, model, template, result, device.name))
    return result


def _finish(run: RunFolder, model: Any, template: PromptTemplate, result: TrainingResult, device: DeviceName) -> None:
    save_adapter(model, run.adapter, template, publish_record(run))
    record_adapter(run)
    run.append_event(Event("end", result.steps, {**asdict(result), **measure_peak_memory(device)}))
    run.write_status(Status("finished", result.steps, result.steps, 0.0))
