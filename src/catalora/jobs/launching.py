"""Starting a run's worker: a process that outlives the page, terminal or server that started it.

It gets a session of its own (on Windows: no console and a process group of its own), no standard input, a log file for
what it prints, and the token by environment. After that nobody holds a pipe, a socket or a handle to it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import filelock

from catalora.devices import require_free_device
from catalora.errors import InputNotFoundError, StorageError, TrainingError, UsageError
from catalora.jobs.events import read_log
from catalora.jobs.views import JobView, read_job
from catalora.processes import read_asked_processes
from catalora.run import RunFolder, Status

# A machine that is busy with other things can take minutes to load the libraries; a worker that dies is seen at once.
LAUNCH_SECONDS = 300.0
POLL_SECONDS = 0.02
LAUNCH_LOCK = ".launch.lock"


def launch(
    run: RunFolder, *, token: str | None = None, share_device: bool = False, processes: int | None = None
) -> JobView:
    """Start a worker for a run that is pending or resumable; where one works already, that one is left alone.

    Returns when the worker holds the run and its device, or has failed. Called twice at once, from any two processes,
    it starts one worker, and both calls return a view of it.

    Args:
        run: a run that `pipeline.request_run` or `pipeline.start_run` made.
        token: Hugging Face token for gated models. It is handed over in the worker's environment, never in its
            arguments, and never written. Without it the worker looks in the usual places.
        share_device: train although another run trains on the same device.
        processes: how many of this machine train it together; as many as it was started with when empty.

    Raises:
        UsageError: the run is finished (`run-finished`) or diverged (`run-diverged`).
        InputNotFoundError: the folder is no run (`not-a-run`).
        StorageError: another run trains on the device (`device-busy`), or the folder cannot be written.
        TrainingError: the worker ended at once, with the code and message that it left; or with `worker-not-started`.
    """
    with _one_launch(run):
        view = read_job(run)
        if view.active:
            return view
        _require_startable(view)
        if not share_device:
            require_free_device(str(run.read_record()["config"]["model"]["device"]))
        before = run.read_status()
        worker = _spawn(run, token, share_device, processes or read_asked_processes(run))
        _wait_until_it_works(run, worker, before)
        return read_job(run)


def resume(
    run: RunFolder, *, token: str | None = None, share_device: bool = False, processes: int | None = None
) -> JobView:
    """Go on with a stopped, failed or crashed run from its newest whole checkpoint; the same as `launch`."""
    return launch(run, token=token, share_device=share_device, processes=processes)


@contextmanager
def _one_launch(run: RunFolder) -> Iterator[None]:
    """Let the second of two launches wait until it can see the first one's worker."""
    if not run.path.is_dir():
        raise InputNotFoundError(
            f"{run.path}: not a run folder", code="not-a-run", hint="`catalora runs` lists the runs that exist."
        )
    lock = filelock.FileLock(run.path / LAUNCH_LOCK, timeout=LAUNCH_SECONDS)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise StorageError(
            f"run {run.name!r} is being started by another process, which has not ended for {LAUNCH_SECONDS:.0f} s",
            code="already-starting",
            hint=f"Look at {run.log}, then try again.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"{run.path}: cannot be written ({error.strerror})",
            code="run-not-writable",
            hint="Check the permissions of the run's folder.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _require_startable(view: JobView) -> None:
    if view.startable:
        return
    if view.state == "broken":
        message = view.error.message if view.error else f"{view.path}: not a run folder"
        raise InputNotFoundError(message, code="not-a-run", hint="`catalora runs` lists the runs that exist.")
    hint = view.error.hint if view.error else "Start a new run to train with other settings."
    raise UsageError(
        f"run {view.name!r} is {view.state} and cannot go on", code=f"run-{view.state}", hint=hint, run=view.name
    )


def _spawn(run: RunFolder, token: str | None, share_device: bool, processes: int) -> subprocess.Popen[bytes]:
    # -P: a file in the current folder that is named like a library must not be imported in its place.
    command = [sys.executable, "-P", "-m", "catalora.jobs.worker", str(run.path.parent.resolve()), run.name]
    command += ["--share-device"] if share_device else []
    command += ["--processes", str(processes)] if processes > 1 else []
    environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONFAULTHANDLER": "1"}
    if token:
        environment["HF_TOKEN"] = token
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        with run.log.open("ab") as log:
            worker = subprocess.Popen(  # noqa: S603 - no shell, and the only words from outside are a checked name and a path
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, **detached
            )
    except OSError as error:
        raise StorageError(
            f"{run.log}: the worker could not be started ({error.strerror})",
            code="worker-not-started",
            hint="Check the permissions and the free space of the run's folder.",
        ) from error
    # Takes note of its end, so that a server that lives on does not keep the dead process in the system's table.
    threading.Thread(target=worker.wait, daemon=True).start()
    return worker


def _wait_until_it_works(run: RunFolder, worker: subprocess.Popen[bytes], before: Status) -> None:
    deadline = time.monotonic() + LAUNCH_SECONDS
    while time.monotonic() < deadline:
        ended = worker.returncode is not None
        status = run.read_status()
        if status.updated != before.updated and (status.state, status.phase) != ("running", "start"):
            _raise_if_failed(status)
            return
        if ended and run.is_locked():
            return  # somebody trains it in a terminal, and was faster
        if ended:
            raise _explain_end(run, f"ended at once with exit code {worker.returncode}")
        time.sleep(POLL_SECONDS)
    worker.kill()
    raise _explain_end(run, f"did not begin its work within {LAUNCH_SECONDS:.0f} s and was ended")


def _raise_if_failed(status: Status) -> None:
    if status.state in {"failed", "diverged"} and status.error:
        raise TrainingError(status.error["message"], code=status.error["code"], hint=status.error["hint"])


def _explain_end(run: RunFolder, what: str) -> TrainingError:
    lines = read_log(run, max_bytes=2_000).strip().splitlines()
    last = f": {lines[-2 if len(lines) > 1 else -1]}" if lines else ""
    return TrainingError(
        f"the worker of run {run.name!r} {what}{last}", code="worker-not-started", hint=f"Its log is {run.log}."
    )
