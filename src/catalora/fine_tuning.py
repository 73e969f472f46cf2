"""One training session of a run, from its written configuration to its saved adapter: `pipeline.train_run` calls it."""

from dataclasses import asdict

from catalora.devices import DeviceClaims, name_devices
from catalora.generation.answer import Answerer
from catalora.hardware import choose_device, keep_freed_memory
from catalora.machine import measure_peak_memory
from catalora.model.adapter import attach_lora, save_adapter
from catalora.model.loading import load_base
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate
from catalora.record import (
    load_config,
    publish_record,
    record_adapter,
    record_circumstances,
    record_packing,
    wants_references,
)
from catalora.references.run_index import open_run_index
from catalora.run import Event, RunFolder, Status
from catalora.training.rows import build_rows
from catalora.training.trainer import TrainingResult, train_adapter
from catalora.training.watch import build_watch


def fine_tune(
    run: RunFolder, claims: DeviceClaims, *, token: str | None = None, progress: Progress = ignore_progress
) -> TrainingResult:
    """Train a started run, whose lock the caller holds, and save its adapter.

    Args:
        run: with its configuration and products.
        claims: the devices that are this run's; the one that is found in the end is added.
        token: Hugging Face token for gated models.
        progress: told how far it is.

    Raises:
        RunStoppedError: stopped on request; resumable.
        TrainingError, StorageError, ModelUnavailableError: with place and next step.
    """
    config = load_config(run)
    template = PromptTemplate.for_training(grounded=config.data.grounded_share > 0)
    device = choose_device(config.model.device, config.model.dtype)
    if device.name == "cpu" and config.training.keep_memory:
        keep_freed_memory()
    claims.add(name_devices(device))
    if wants_references(run):
        open_run_index(run, progress=progress).close()
    progress("load model", 0, None)
    loaded = load_base(config.model, device, token=token)
    record_circumstances(run, loaded.identity, device, template)
    progress("tokenise", 0, None)
    train_rows, validation_rows = build_rows(run, config, template, loaded.tokenizer)
    record_packing(run, rows=len(train_rows), tokens=train_rows.tokens, efficiency=train_rows.efficiency)
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
        on_step=lambda step, total: progress("train", step, total),
    )
    save_adapter(model, run.adapter, template, publish_record(run))
    record_adapter(run)
    run.append_event(Event("end", result.steps, {**asdict(result), **measure_peak_memory(device.name)}))
    run.write_status(Status("finished", result.steps, result.steps, 0.0))
    return result
