"""Preparing a catalogue in a process of its own, so that neither a click nor a closed tab ends it.

    DATA_DIR/.preparing/NAME/request.json     what is asked for, written by the page
    DATA_DIR/.preparing/NAME/progress.json    how far it is, replaced whole by the process
    DATA_DIR/.preparing/NAME/log.txt          what a library printed

The process is this module: `python -m catalora.app.preparing FOLDER`.
"""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import filelock
import psutil

from catalora.app.place import Place
from catalora.errors import CataloraError, StorageError
from catalora.run import write_json

FOLDER = ".preparing"
SECONDS_BETWEEN_WRITES = 0.3

State = Literal["running", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class Preparation:
    """One data set in the making, or how making it ended.

    Attributes:
        name: of the data set.
        state: `failed` also when its process has vanished.
        stage: of `prepare`, as it reports it.
        done: units of the stage that are finished.
        total: of how many, when known.
        error: code, message, hint and facts when it failed.
        pid: of the process.
        process_started: when that process began, because process ids are used again.
    """

    name: str
    state: State
    stage: str = ""
    done: int = 0
    total: int | None = None
    error: dict[str, Any] | None = None
    pid: int = field(default_factory=os.getpid)
    process_started: float = field(default_factory=lambda: psutil.Process().create_time())


def start_preparing(place: Place, name: str, source: Path, settings: Mapping[str, object]) -> None:
    """Begin to prepare a data set.

    Args:
        place: the app's folders.
        name: of the data set.
        source: one of `place.list_sources()`.
        settings: `data.*` settings.

    Raises:
        UsageError: the name could be a path.
        StorageError: it is being prepared already, exists, or cannot be written.
    """
    out = place.dataset(name)
    folder = place.data_dir / FOLDER / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be created ({error.strerror})",
            code="target-not-writable",
            hint="Free some space, or start the app with another --data-dir.",
        ) from error
    with filelock.FileLock(folder / ".lock"):
        now = read_preparation(place, name)
        if out.exists() or (now is not None and now.state == "running"):
            raise StorageError(
                f"the data set {name!r} exists already or is being prepared",
                code="target-occupied",
                hint="Give another name.",
                path=name,
            )
        (folder / "progress.json").unlink(missing_ok=True)
        request = {"name": name, "source": str(source.resolve()), "out": str(out.resolve()), "settings": dict(settings)}
        write_json(folder / "request.json", request)
        process = _launch(folder)
        # Waited for, or it would stay in the list of processes as a zombie; it goes on when this process ends.
        threading.Thread(target=process.wait, daemon=True).start()
        started = psutil.Process(process.pid).create_time()
        _write(folder, Preparation(name, "running", pid=process.pid, process_started=started))


def read_preparation(place: Place, name: str) -> Preparation | None:
    """How far a data set is, or nothing when none of this name was ever begun."""
    try:
        values = json.loads((place.data_dir / FOLDER / name / "progress.json").read_text(encoding="utf-8"))
        read = Preparation(**values)
    except (OSError, ValueError, TypeError):
        return None
    if read.state == "running" and not _is_alive(read):
        lost = {"code": "prepare-lost", "message": "its process ended without a word", "hint": "Prepare it again."}
        return Preparation(**{**asdict(read), "state": "failed", "error": {**lost, "facts": {}}})
    return read


def list_preparations(place: Place) -> list[Preparation]:
    """Data sets being prepared, and those whose preparation failed and was not dismissed."""
    folder = place.data_dir / FOLDER
    if not folder.is_dir():
        return []
    read = [read_preparation(place, path.name) for path in sorted(folder.iterdir()) if path.is_dir()]
    return [item for item in read if item is not None and item.state != "finished"]


def dismiss(place: Place, name: str) -> None:
    """Forget a preparation that failed."""
    place.dataset(name)
    shutil.rmtree(place.data_dir / FOLDER / name, ignore_errors=True)


def _launch(folder: Path) -> "subprocess.Popen[bytes]":
    options: dict[str, Any] = {"start_new_session": True}
    if os.name == "nt":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}  # type: ignore[attr-defined]
    with (folder / "log.txt").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own program; the folder is one that we made
            [sys.executable, "-m", "catalora.app.preparing", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **options,
        )


def _is_alive(preparation: Preparation) -> bool:
    try:
        process = psutil.Process(preparation.pid)
        same: bool = abs(process.create_time() - preparation.process_started) < 2
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _write(folder: Path, preparation: Preparation) -> None:
    write_json(folder / "progress.json", asdict(preparation))


def main(folder: Path) -> None:
    """Prepare what `request.json` asks for, and leave how it ended in `progress.json`."""
    from catalora import pipeline

    with filelock.FileLock(folder / ".lock"):
        pass  # whoever started this has written its first word by now
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    name = request["name"]
    last = 0.0

    def progress(stage: str, done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last > SECONDS_BETWEEN_WRITES:
            last = time.monotonic()
            _write(folder, Preparation(name, "running", stage, done, total))

    try:
        pipeline.prepare([request["source"]], request["out"], settings=request["settings"], progress=progress)
    except CataloraError as error:
        facts = json.loads(json.dumps(error.facts, default=str))
        said = {"code": error.code, "message": error.message, "hint": error.hint, "facts": facts}
        _write(folder, Preparation(name, "failed", error=said))
    except BaseException as error:
        said = {"code": type(error).__name__, "message": str(error), "hint": f"See {folder / 'log.txt'}."}
        _write(folder, Preparation(name, "failed", error={**said, "facts": {}}))
        raise
    else:
        _write(folder, Preparation(name, "finished"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
