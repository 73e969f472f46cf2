"""The run folder: the only contract between the worker that trains and the front ends that look.

The worker writes, front ends read. Nothing else has to be alive for a run to go on.

    run.json        what was asked for and on what: config, versions, data fingerprint, device and reason (written once)
    status.json     where it is now (replaced whole)
    events.jsonl    what happened, one JSON object a line (append only)
    worker.log      what a detached worker, or several processes, printed
    cancel          made by whoever wants the run to save and stop
    products.parquet, profile.json (of the data set), checkpoints/, adapter/, references/, evaluation/, docs/
"""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import filelock
import psutil

from catalora.errors import InputNotFoundError, StorageError, UsageError

RUN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
# Windows refuses these as file names, with any extension.
RESERVED_NAMES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)

LOCK_FILE = ".lock"
# Whoever looks whether a run is locked holds its lock for an instant; a writer waits that long before it gives up.
LOCK_PATIENCE_SECONDS = 1.0
WINDOWS_REPLACE_ATTEMPTS = 20

State = Literal["pending", "running", "stopped", "finished", "failed", "crashed", "diverged"]


@dataclass(frozen=True, slots=True)
class Status:
    """Where a run is now.

    Attributes:
        state: as written by the worker; `crashed` is never written, but concluded from a `running` without a worker.
        step: optimiser steps done, over all sessions of the run.
        total_steps: optimiser steps in all; 0 until the rows are packed.
        eta_seconds: what is left of the training at its present speed.
        error: code, message and hint of what ended it.
        phase: stage of the work as its progress reports call it, such as `index` or `train`.
        phase_done: units of the phase that are done.
        phase_total: units of the phase, when known.
        pid: the process that wrote this.
        process_started: its start, in seconds since the epoch; tells it from a later process with the same pid.
        updated: when this was written, in seconds since the epoch: the worker's last sign of life.
    """

    state: State
    step: int = 0
    total_steps: int = 0
    eta_seconds: float | None = None
    error: dict[str, str] | None = None  # code, message, hint
    pid: int = field(default_factory=os.getpid)
    process_started: float = field(default_factory=lambda: psutil.Process().create_time())
    updated: float = field(default_factory=time.time)
    phase: str | None = None
    phase_done: int = 0
    phase_total: int | None = None

    @property
    def is_resumable(self) -> bool:
        """Whether going on leads anywhere; a diverged run would diverge again at the same step."""
        return self.state in {"stopped", "failed", "crashed"}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of `events.jsonl`."""

    kind: Literal["start", "step", "evaluation", "watch", "checkpoint", "sample", "warning", "error", "end"]
    step: int
    facts: Mapping[str, Any]
    time: float = field(default_factory=time.time)


class RunFolder:
    """Reading and writing one run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """The run's name, which is its folder's."""
        return self.path.name

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def adapter(self) -> Path:
        """Folder of the best adapter, complete or absent."""
        return self.path / "adapter"

    @property
    def references(self) -> Path:
        """Folder of the reference index."""
        return self.path / "references"

    @property
    def evaluation(self) -> Path:
        """Folder of evaluation results."""
        return self.path / "evaluation"

    @property
    def products(self) -> Path:
        """The products of this run with their splits: what it trains on, and what it may never see."""
        return self.path / "products.parquet"

    @property
    def profile(self) -> Path:
        """Copy of the data set's profile: what was found in the catalogue and done to it."""
        return self.path / "profile.json"

    @property
    def documents(self) -> Path:
        """Folder of the generated documents."""
        return self.path / "docs"

    @property
    def log(self) -> Path:
        """What a detached worker printed."""
        return self.path / "worker.log"

    @property
    def stop_file(self) -> Path:
        """Its presence asks the worker to save and stop."""
        return self.path / "cancel"

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write `run.json`."""
        write_json(self.path / "run.json", record)

    def read_record(self) -> dict[str, Any]:
        """Read `run.json`.

        Raises:
            InputNotFoundError: the folder is not a run.
        """
        try:
            record: dict[str, Any] = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputNotFoundError(
                f"{self.path}: not a run folder (run.json is missing or unreadable)",
                code="not-a-run",
                hint="`catalora runs` lists the runs that exist.",
            ) from error
        return record

    def write_evaluation(self, name: str, result: Mapping[str, Any]) -> None:
        """Keep what an evaluation found, as JSON in the folder of evaluations."""
        self.evaluation.mkdir(exist_ok=True)
        write_json(self.evaluation / name, result)

    def write_status(self, status: Status) -> None:
        """Replace `status.json`."""
        write_json(self.path / "status.json", asdict(status))

    def read_status(self) -> Status:
        """The current state; a run that says it is running while nobody works on it is `crashed`."""
        status = self._read_status_file()
        if status.state != "running" or self._is_worked_on(status):
            return status
        # It may have ended, and said so, between the two looks.
        again = self._read_status_file()
        return replace(again, state="crashed") if again == status else again

    def _read_status_file(self) -> Status:
        try:
            return Status(**json.loads((self.path / "status.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return Status(state="pending", pid=0, process_started=0.0, updated=0.0)

    def _is_worked_on(self, status: Status) -> bool:
        try:
            return self.is_locked()
        except OSError:  # somebody else's run, that we may not write to
            return is_process(status.pid, status.process_started)

    def is_locked(self) -> bool:
        """Whether a process works on this run.

        The system lets go of a lock when its holder ends, however it ends: it outlives neither a kill nor a reboot.

        Raises:
            OSError: the folder is not ours to lock.
        """
        path = self.path / LOCK_FILE
        if not path.exists():
            return False
        try:
            with filelock.FileLock(path, timeout=0):
                return False
        except filelock.Timeout:
            return True

    def append_event(self, event: Event) -> None:
        """Append one line to `events.jsonl`."""
        line = json.dumps(asdict(event), ensure_ascii=False, allow_nan=False) + "\n"
        with (self.path / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(line)

    def repair_events(self) -> None:
        """Cut off a last line that a killed writer left unfinished, so that the next one starts on its own."""
        path = self.path / "events.jsonl"
        if path.exists():
            whole = path.read_bytes()
            end = whole.rfind(b"\n") + 1
            if end < len(whole):
                os.truncate(path, end)

    def read_events(self) -> Iterator[Event]:
        """All complete events; an unfinished last line is left for later."""
        path = self.path / "events.jsonl"
        if not path.exists():
            return
        with path.open(encoding="utf-8") as file:
            for line in file:
                if not line.endswith("\n"):
                    return
                yield Event(**json.loads(line))

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the run as its only writer. A request to stop that was meant for an earlier one is withdrawn.

        Raises:
            StorageError: another process holds it.
        """
        if not self.is_locked():
            self.stop_file.unlink(missing_ok=True)
        try:
            with filelock.FileLock(self.path / LOCK_FILE, timeout=LOCK_PATIENCE_SECONDS):
                yield
        except filelock.Timeout as error:
            raise StorageError(
                f"run {self.name!r} is already being written by another process",
                code="run-locked",
                hint="Wait until it ends, or choose another --run name.",
            ) from error


def create_run(runs_dir: Path, name: str | None) -> RunFolder:
    """Make an empty run folder.

    Args:
        runs_dir: where runs live; created when missing.
        name: the run's name, or nothing for one made of the date and time.

    Raises:
        UsageError: the name is not allowed or taken.
        StorageError: the folder cannot be written.
    """
    name = check_run_name(name or time.strftime("run-%Y%m%d-%H%M%S"))
    path = runs_dir / name
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        path.mkdir()
    except FileExistsError:
        raise UsageError(
            f"run {name!r} exists already in {runs_dir}",
            code="run-exists",
            hint="Add --resume to go on with it, or choose another --run name.",
            run=name,
        ) from None
    except OSError as error:
        raise StorageError(
            f"{path}: cannot create the run folder ({error.strerror})",
            code="runs-not-writable",
            hint="Choose a writable folder with --runs-dir.",
        ) from error
    return RunFolder(path)


def open_run(runs_dir: Path, name: str) -> RunFolder:
    """An existing run.

    Raises:
        UsageError: the name is not allowed.
        InputNotFoundError: there is no such run.
    """
    run = RunFolder(runs_dir / check_run_name(name))
    if not (run.path / "run.json").is_file():
        raise InputNotFoundError(
            f"run {name!r} not found in {runs_dir}",
            code="run-not-found",
            hint="`catalora runs` lists the runs that exist; --runs-dir names another place.",
            run=name,
        )
    return run


def list_runs(runs_dir: Path) -> list[RunFolder]:
    """All runs in a folder, oldest first; other things in there are ignored."""
    if not runs_dir.is_dir():
        return []
    paths = [path for path in runs_dir.iterdir() if (path / "run.json").is_file()]
    return [RunFolder(path) for path in sorted(paths, key=lambda path: (path / "run.json").stat().st_mtime)]


def check_run_name(name: str) -> str:
    """Return the name when it can be a folder on every system.

    Raises:
        UsageError: it is a path, a reserved name, or has other characters than a–z, 0–9, dot, dash and underscore.
    """
    if not RUN_NAME.fullmatch(name) or name.endswith(".") or name.partition(".")[0] in RESERVED_NAMES:
        raise UsageError(
            f"--run {name!r} is not a name: expected 1–64 of a–z 0–9 . _ - starting with a letter or digit",
            code="bad-run-name",
            hint="Give a plain name such as 'amazon-3000'; the place goes into --runs-dir.",
            run=name,
        )
    return name


def flush_to_disk(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_json(path: Path, value: object) -> None:
    """Write a JSON file whole or not at all: temporary file, flush to disk, rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=2, allow_nan=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    _replace(temporary, path)


def _replace(temporary: Path, path: Path) -> None:
    for attempt in range(1, WINDOWS_REPLACE_ATTEMPTS + 1):
        try:
            temporary.replace(path)
            return
        except PermissionError:
            # Windows refuses while somebody reads the old file, which takes a moment.
            if os.name != "nt" or attempt == WINDOWS_REPLACE_ATTEMPTS:
                raise
            time.sleep(0.01 * attempt)


def is_process(pid: int, started: float) -> bool:
    """Whether the process that had this pid and start time (seconds since the epoch) still runs."""
    try:
        process = psutil.Process(pid)
        # A reused pid has another start time; the system's own account of it shifts by less than this. A zombie is
        # dead and only waits for its parent to take note.
        return bool(abs(process.create_time() - started) < 2 and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError):
        return False
