"""What a run looks like from outside: its state as a person would say it, told from files and locks alone.

Looking never changes a run. A folder that cannot be read is shown as `broken`, so that one bad folder hides no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from catalora.errors import CataloraError
from catalora.run import RunFolder, Status, is_process

JobState = Literal["pending", "running", "stopping", "stopped", "finished", "failed", "crashed", "diverged", "broken"]
# States in which a process works on the run.
ACTIVE: frozenset[JobState] = frozenset({"running", "stopping"})


@dataclass(frozen=True, slots=True)
class JobError:
    """What ended a run: a stable code, one line, and the next step."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class JobView:
    """One run as front ends show it.

    Attributes:
        name: the run's name.
        path: its folder.
        state: `pending` was never worked on; `stopping` was asked to stop and is saving; `crashed` was running when its
            process vanished; `broken` is a folder whose record cannot be read.
        resumable: whether `resume` has something to do. A diverged run is not: it would diverge again at the same step.
        step: optimiser steps done, over all sessions of the run.
        total_steps: optimiser steps in all; 0 until the rows are packed.
        eta_seconds: what is left of the training at its present speed, while it runs.
        phase: stage of the work (`index`, `train`, …) while it runs; as the progress reports call it.
        phase_done: units of the phase that are done; for `train` these are steps.
        phase_total: units of the phase, when known.
        pid: the process that works on it, when one does.
        created: when the run was made, in seconds since the epoch.
        started: when the process that worked on it last was started, or nothing when none was.
        heartbeat: the worker's last sign of life, in seconds since the epoch.
        model: name of the base model.
        products: training products.
        error: what ended it, when it did not simply finish.
    """

    name: str
    path: Path
    state: JobState
    resumable: bool = False
    step: int = 0
    total_steps: int = 0
    eta_seconds: float | None = None
    phase: str | None = None
    phase_done: int = 0
    phase_total: int | None = None
    pid: int | None = None
    created: float | None = None
    started: float | None = None
    heartbeat: float | None = None
    model: str | None = None
    products: int | None = None
    error: JobError | None = None

    @property
    def active(self) -> bool:
        """Whether a process works on it now."""
        return self.state in ACTIVE

    @property
    def startable(self) -> bool:
        """Whether `launch` has something to do: never started, or resumable."""
        return self.state == "pending" or self.resumable

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON values, the name as `run`."""
        error = {name: getattr(self.error, name) for name in JobError.__slots__} if self.error else None
        fields = {name: getattr(self, name) for name in self.__slots__ if name != "name"}
        return {"run": self.name, **fields, "path": str(self.path), "error": error}


def read_job(run: RunFolder) -> JobView:
    """How a run stands now.

    Never raises: a folder without a readable record is `broken`, and `error` says why.
    """
    try:
        changed = (run.path / "run.json").stat()
        facts = _read_facts(run.path, changed.st_mtime_ns, changed.st_size)
    except OSError:
        message = f"{run.path}: not a run folder (run.json is missing)"
        return JobView(run.name, run.path, "broken", error=JobError("not-a-run", message))
    except CataloraError as error:
        return JobView(run.name, run.path, "broken", error=JobError(error.code, error.message, error.hint))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{run.path}: run.json lacks what a run of this version records ({type(error).__name__}: {error})"
        return JobView(run.name, run.path, "broken", error=JobError("not-a-run", message))
    return _describe(run, run.read_status(), facts)


def list_jobs(runs_dir: Path) -> list[JobView]:
    """All runs of a folder, the newest first; broken ones last, never an exception.

    Hidden folders, files and links are no runs and are left out.
    """
    try:
        paths = [path for path in runs_dir.iterdir() if not path.name.startswith(".") and not path.is_symlink()]
        views = [read_job(RunFolder(path)) for path in paths if path.is_dir()]
    except OSError:
        return []
    return sorted(views, key=lambda view: (view.created or 0.0, view.name), reverse=True)


@lru_cache(maxsize=4096)
def _read_facts(path: Path, _mtime_ns: int, _size: int) -> Mapping[str, Any]:
    """What `run.json` says for the list; read again only when the file was replaced."""
    record = RunFolder(path).read_record()
    return {
        "created": float(record["created"]),
        "model": str(record["config"]["model"]["name"]),
        "products": int(record["data"]["products"].get("train", 0)),
    }


def _describe(run: RunFolder, status: Status, facts: Mapping[str, Any]) -> JobView:
    state = _name_state(run, status)
    works = state in ACTIVE
    # Before a worker has written anything, the status is that of the process which made the folder.
    was_started = status.state != "pending" or works
    return JobView(
        run.name,
        run.path,
        state,
        resumable=not works and status.is_resumable,
        step=status.step,
        total_steps=status.total_steps,
        eta_seconds=status.eta_seconds if works else None,
        phase=status.phase if works else None,
        phase_done=status.phase_done if works else 0,
        phase_total=status.phase_total if works else None,
        pid=status.pid if works and is_process(status.pid, status.process_started) else None,
        started=status.process_started if was_started else None,
        heartbeat=status.updated if was_started else None,
        error=_read_error(status) if not works else None,
        **facts,
    )


def _read_error(status: Status) -> JobError | None:
    if not status.error:
        return None
    return JobError(*(str(status.error.get(name, "")) for name in ("code", "message", "hint")))


def _name_state(run: RunFolder, status: Status) -> JobState:
    if status.state == "pending" and _is_locked(run):
        return "running"  # the worker has the lock and has not written yet
    if status.state == "running" and run.stop_file.exists():
        return "stopping"
    return status.state


def _is_locked(run: RunFolder) -> bool:
    try:
        return run.is_locked()
    except OSError:
        return False
