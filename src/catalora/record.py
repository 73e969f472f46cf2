"""What a run says about itself: `run.json`, written in two strokes, where its worker is, and how its training ended.

The first stroke, at the start, holds what was asked for and on which products; the second, when the model is loaded,
what it is trained on and with. Afterwards both are only compared with: a run never goes on with something else.
"""

import platform
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl

from catalora.catalog import PreparedData
from catalora.catalog.prepared import compute_file_sha256, compute_fingerprint
from catalora.config import Config
from catalora.errors import (
    CataloraError,
    ConfigError,
    DataError,
    InputNotFoundError,
    ModelUnavailableError,
    RunStoppedError,
    StorageError,
    TrainingError,
    UsageError,
    hide_tokens,
)
from catalora.machine import describe_machine
from catalora.progress import Progress
from catalora.prompts import PromptTemplate
from catalora.run import Event, RunFolder, State, Status, write_json

if TYPE_CHECKING:
    from catalora.hardware import Device
    from catalora.model.loading import ModelIdentity

# The status is flushed to the disk each time, which a fast step should not wait for.
REPORT_SECONDS = 1.0


def load_config(run: RunFolder) -> Config:
    """The configuration that a run was started with."""
    return Config.model_validate(run.read_record()["config"])


def wants_references(run: RunFolder) -> bool:
    """Whether a run was started to index its training products too."""
    return bool(run.read_record().get("references", False))


def record_start(
    run: RunFolder,
    config: Config,
    data: PreparedData,
    products: pl.DataFrame,
    *,
    references: bool,
    processes: int = 1,
) -> None:
    """Write what is asked for: configuration, products of the data set, whether to index them, how many processes.

    A preset's number of products is a limit: a smaller catalogue is used whole, and a warning says so.
    """
    counts = dict(products["split"].value_counts(sort=True).iter_rows())
    wanted = config.data.max_samples
    if wanted and wanted > counts["train"]:
        message = (
            f"up to {wanted:,} products were asked for; the data set has {counts['train']:,} training products, "
            "all are used"
        )
        run.append_event(Event("warning", 0, {"code": "fewer-products", "message": message}))
    run.write_status(Status("pending"))
    write_json(run.profile, data.profile.to_json())
    run.write_record(
        {
            "catalora": version("catalora"),
            "created": time.time(),
            "config": config.model_dump(mode="json"),
            "data": {
                "path": str(data.path.resolve()),
                "fingerprint": data.fingerprint,
                "run_fingerprint": compute_fingerprint([products]),
                "products": counts,
            },
            "references": references,
            "asked_processes": processes,
        }
    )


def record_circumstances(
    run: RunFolder, identity: "ModelIdentity", device: "Device", template: PromptTemplate, *, processes: int = 1
) -> None:
    """Write model, machine, versions and number of processes; others than at the start become a warning.

    Raises:
        TrainingError: the run was started with another model or template.
    """
    record = run.read_record()
    require_same_base(run, identity)
    if record.get("template", template.fingerprint) != template.fingerprint:
        raise TrainingError(
            f"run {run.name!r} was started with another prompt template ({record['template']})",
            code="resume-mismatch",
            hint="Start a new run, or resume with the catalora version that started this one.",
        )
    libraries = {name: version(name) for name in ("torch", "transformers", "peft")}
    known = record.setdefault("versions", {"python": platform.python_version(), **libraries})
    changed = [f"{name} {known[name]} → {found}" for name, found in libraries.items() if known[name] != found]
    if changed:
        message = f"library versions changed since the start: {', '.join(changed)}; the result may differ slightly"
        run.append_event(Event("warning", 0, {"code": "versions", "message": message}))
    before = record.get("processes", processes)
    if before != processes:
        message = (
            f"trained by {processes} processes from here on, by {before} before: the same rows per step, but sums have "
            "another order and dropout draws other masks"
        )
        run.append_event(Event("warning", 0, {"code": "processes", "message": message}))
    record["processes"] = processes
    record.setdefault("machine", asdict(describe_machine(device.name)))
    run.write_record({**record, "model": asdict(identity), "device": asdict(device), "template": template.fingerprint})


def record_packing(run: RunFolder, *, rows: int, tokens: int, efficiency: float) -> None:
    """Write into how many rows the products were packed, and how full these are (0-1).

    Raises:
        TrainingError: the run was started with other rows, so that going on would repeat or leave out products.
    """
    record = run.read_record()
    found = {"rows": rows, "tokens": tokens, "efficiency": round(efficiency, 4)}
    known = record.setdefault("packing", found)
    if known != found:
        raise TrainingError(
            f"run {run.name!r} was started on {known['rows']} rows of {known['tokens']} tokens, its products now make "
            f"{rows} of {tokens}",
            code="resume-mismatch",
            hint="Start a new run, or resume with the catalora version that started this one.",
        )
    run.write_record(record)


def record_adapter(run: RunFolder) -> None:
    """Write down which adapter the training ended with, so that an evaluation can tell another one from it."""
    from catalora.model.adapter import WEIGHTS_FILE

    run.write_record({**run.read_record(), "adapter_sha256": compute_file_sha256(run.adapter / WEIGHTS_FILE)})


def record_sibling(run: RunFolder, sibling: RunFolder, seed: int) -> None:
    """Make a run of the same configuration and products with another training seed; it is ready for `train_run`."""
    record, config = run.read_record(), load_config(run)
    config = config.model_copy(update={"training": config.training.model_copy(update={"seed": seed})})
    shutil.copyfile(run.products, sibling.products)
    sibling.write_status(Status("pending"))
    kept: dict[str, Any] = {name: record[name] for name in ("catalora", "data", "model", "template")}
    asked = {"created": time.time(), "config": config.model_dump(mode="json"), "references": False}
    sibling.write_record({**kept, **asked})


def require_same_base(run: RunFolder, identity: "ModelIdentity") -> None:
    """Refuse a base model whose weights are not those that the run was trained on.

    Raises:
        TrainingError: with both in its message.
    """
    recorded = run.read_record().get("model")
    if recorded is not None and recorded["weights_hash"] != identity.weights_hash:
        raise TrainingError(
            f"run {run.name!r} was trained on other weights of {recorded['name']!r} than those found now",
            code="base-changed",
            hint="Restore the base model's files, or start a new run.",
        )


def publish_record(run: RunFolder) -> dict[str, Any]:
    """The run's record as it may be handed on with the adapter: without paths of this machine."""
    record = run.read_record()
    model = {**record["config"]["model"], "name": record["model"]["name"]}
    data = {key: value for key, value in record["data"].items() if key != "path"}
    return {**record, "config": {**record["config"], "model": model}, "data": data}


def explain_outcome(
    run: RunFolder, exit_code: int = TrainingError.exit_code, *, since: float = 0.0
) -> CataloraError | None:
    """The error that ended a run in other processes, as its status tells it; nothing when it tells none.

    Args:
        run: the run.
        exit_code: of the process that wrote the status, where it is known.
        since: `updated` of a status that does not count any more.
    """
    status = run.read_status()
    if not status.error or status.state not in {"stopped", "failed", "diverged"} or status.updated <= since:
        return None
    kinds: tuple[type[CataloraError], ...] = (
        RunStoppedError, DataError, InputNotFoundError, ModelUnavailableError, StorageError, ConfigError, UsageError,
    )  # fmt: skip
    code = RunStoppedError.exit_code if status.state == "stopped" else exit_code
    kind = next((kind for kind in kinds if kind.exit_code == code), TrainingError)
    return kind(status.error["message"], code=status.error["code"], hint=status.error["hint"])


class StatusReporter:
    """Progress that also stands in the run's status, where front ends in other processes see it.

    Args:
        run: the run that is worked on; its lock is held.
        progress: told the same.
    """

    def __init__(self, run: RunFolder, progress: Progress) -> None:
        self._run = run
        self._progress = progress
        self._phase = ""
        self._written = 0.0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Pass the progress on, and write it down when the phase is new or the last time is a second ago.

        Raises:
            RunStoppedError: somebody asked the run to stop. In the phase `train` the trainer stops by itself, exactly.
        """
        self._progress(stage, done, total)
        if stage != "train" and self._run.stop_file.exists():
            raise RunStoppedError(
                f"run {self._run.name!r} was stopped before its training went on, nothing is lost",
                code="run-stopped",
                hint=f"Go on with `catalora train --resume --run {self._run.name}`.",
            )
        now = time.monotonic()
        if stage == self._phase and now - self._written < REPORT_SECONDS:
            return
        self._phase, self._written = stage, now
        before = self._run.read_status()
        step, steps = (done, total or 0) if stage == "train" else (before.step, before.total_steps)
        eta = before.eta_seconds if stage == "train" else None
        if eta is not None:  # the trainer's own estimate is renewed with each log, which can be minutes apart
            eta = max(0.0, eta - (time.time() - before.updated))
        self._run.write_status(Status("running", step, steps, eta, phase=stage, phase_done=done, phase_total=total))


@contextmanager
def recording_outcome(run: RunFolder, progress: Progress) -> Iterator[Progress]:
    """Say in the status that the run is worked on, and leave one behind whatever happens.

    Only a kill can't be recorded; it is recognised by the lock that nobody holds any more.

    Yields:
        The progress to report to while working.
    """
    run.repair_events()
    report = StatusReporter(run, progress)
    try:
        report("start", 0, None)
        yield report
    except CataloraError as error:
        states: dict[str, State] = {"run-stopped": "stopped", "diverged": "diverged"}
        _record_end(run, states.get(error.code, "failed"), error.code, error.message, error.hint)
        raise
    except BaseException as error:
        _record_end(run, "failed", type(error).__name__, str(error), "Resume the run; if it fails again, report it.")
        raise


def _record_end(run: RunFolder, state: State, code: str, message: str, hint: str) -> None:
    before = run.read_status()
    facts = {"code": code, "message": hide_tokens(message), "hint": hint}
    run.append_event(Event("end" if state == "stopped" else "error", before.step, facts))
    run.write_status(Status(state, before.step, before.total_steps, error=facts))
