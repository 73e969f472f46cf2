"""Stopping, killing and deleting runs.

`stop` asks, and the worker saves and ends by itself; `kill` ends a worker that no longer listens; `delete` removes the
folder of a run that nobody works on, and nothing but a run's folder.
"""

import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path

import psutil

from catalora.errors import InputNotFoundError, StorageError, UsageError
from catalora.jobs.views import JobView, read_job
from catalora.run import RunFolder, check_run_name, is_process

KILL_SECONDS = 10.0


def stop(run: RunFolder) -> JobView:
    """Ask a running worker to save its state and end; it does so at the end of its step, and can be resumed.

    Returns at once, usually with the state `stopping`; asking again does no harm.

    Raises:
        UsageError: nobody works on the run (`not-running`).
        StorageError: its folder cannot be written.
    """
    _require_running(read_job(run))
    try:
        run.stop_file.touch()
    except OSError as error:
        raise StorageError(
            f"{run.stop_file}: cannot be made ({error.strerror})",
            code="run-not-writable",
            hint="Check the permissions of the run's folder.",
        ) from error
    return read_job(run)


def kill(run: RunFolder) -> JobView:
    """End a worker at once, without saving, for when `stop` has no effect; the run reads as crashed and can be resumed.

    Raises:
        UsageError: nobody works on the run (`not-running`).
        StorageError: its process is not one that we may end (`worker-out-of-reach`).
    """
    view = read_job(run)
    _require_running(view)
    status = run.read_status()
    try:
        process = psutil.Process(status.pid)
        # The pid may belong to another process by now, or to one of another machine that shares the folder.
        if not is_process(status.pid, status.process_started):
            raise psutil.NoSuchProcess(status.pid)
        for item in (*process.children(recursive=True), process):
            with suppress(psutil.NoSuchProcess):
                item.kill()
        psutil.wait_procs([process], timeout=KILL_SECONDS)
    except psutil.Error as error:
        raise StorageError(
            f"process {status.pid} of run {run.name!r} cannot be ended from here ({type(error).__name__})",
            code="worker-out-of-reach",
            hint="End it on the machine and as the user that started it.",
        ) from error
    deadline = time.monotonic() + KILL_SECONDS
    while run.is_locked() and time.monotonic() < deadline:
        time.sleep(0.05)
    return read_job(run)


def delete(run: RunFolder) -> None:
    """Remove a run's folder with everything in it; links in it are removed, not followed.

    Raises:
        UsageError: a worker is on it (`run-locked`), or its name is none.
        InputNotFoundError: the path is no run folder, or only a link to one.
        StorageError: it cannot be removed; what is left of it no longer counts as a run.
    """
    _require_run_folder(run)
    if read_job(run).active:
        raise UsageError(
            f"run {run.name!r} is being worked on and cannot be deleted",
            code="run-locked",
            hint=f"Stop it first: `catalora runs stop {run.name}`.",
            run=run.name,
        )
    try:
        with run.lock():
            # Without its record it is no run any more, so that no worker can begin after the lock is let go. The lock
            # cannot be kept to the end: Windows moves no folder in which a file is open.
            (run.path / "run.json").rename(run.path / ".deleted-run.json")
        doomed = run.path.with_name(f".deleted-{run.name}-{uuid.uuid4().hex[:8]}")
        run.path.rename(doomed)
        shutil.rmtree(doomed)
    except OSError as error:
        raise StorageError(
            f"{run.path}: could not be removed whole ({error})",
            code="run-not-deleted",
            hint="Close programs that have its files open, then remove the rest by hand.",
        ) from error


def _require_running(view: JobView) -> None:
    if not view.active:
        raise UsageError(
            f"run {view.name!r} is not running: it is {view.state}",
            code="not-running",
            hint=f"Start it with `catalora runs resume {view.name}`."
            if view.startable
            else "There is nothing to stop.",
            run=view.name,
        )


def _require_run_folder(run: RunFolder) -> None:
    check_run_name(run.name)
    if ".." in run.path.parts or _is_link(run.path) or not _looks_like_run(run.path):
        raise InputNotFoundError(
            f"{run.path}: not a run folder, so it is not deleted (expected a folder with run.json and status.json)",
            code="not-a-run",
            hint="`catalora runs` lists the runs that exist.",
        )


def _is_link(path: Path) -> bool:
    return path.is_symlink() or path.is_junction() if hasattr(path, "is_junction") else path.is_symlink()


def _looks_like_run(path: Path) -> bool:
    return all((path / name).is_file() and not (path / name).is_symlink() for name in ("run.json", "status.json"))
