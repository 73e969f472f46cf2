"""Several processes of this machine that train one run together, each with its share of every step's rows.

Whoever starts them watches them: when one ends badly, the others are given a moment to notice by themselves, and are
ended. They print into the run's log; how the run fares stands in its folder, as always. Started by hand, or on several
machines, the same is done by torchrun.
"""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

import psutil

from catalora.errors import CataloraError, TrainingError
from catalora.jobs.events import read_log
from catalora.processes import noting_requests
from catalora.progress import Progress, ignore_progress
from catalora.run import RunFolder

LOCALHOST = "127.0.0.1"
# They talk over this machine's own interface, where nobody else listens.
LOOPBACK = {"linux": "lo", "darwin": "lo0"}
# A process whose partner is gone sees it at once on the processor, and never on a graphics card.
GRACE_SECONDS = 30.0
POLL_SECONDS = 0.1


def train_together(
    run: RunFolder, processes: int, *, share_device: bool = False, progress: Progress = ignore_progress
) -> None:
    """Train a run in several processes, and return when it is finished.

    SIGTERM and Ctrl-C stop all of them at the same step with their state saved; a second Ctrl-C ends them at once.

    Args:
        run: pending or resumable.
        processes: how many.
        share_device: train although another run trains on the same device.
        progress: told how far it is.

    Raises:
        RunStoppedError: stopped on request; resumable.
        CataloraError: what ended it.
    """
    from catalora.record import explain_outcome

    before = run.read_status().updated
    code = run_group(run, processes, share_device=share_device, progress=progress)
    if code:
        raise explain_outcome(run, code, since=before) or _explain_end(run, code)


def run_group(
    run: RunFolder, processes: int, *, share_device: bool = False, progress: Progress = ignore_progress
) -> int:
    """Start the processes of a run and wait for them.

    Returns:
        The exit code of the first one, which leads.
    """
    command = [sys.executable, "-P", "-m", "catalora.jobs.worker", str(run.path.parent.resolve()), run.name]
    command += ["--share-device"] if share_device else []
    shared = build_environment(processes)
    with run.log.open("ab") as log, noting_requests() as asked:
        group = [
            subprocess.Popen(  # noqa: S603 - no shell, and the only words from outside are a checked name and a path
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
                start_new_session=True,  # Ctrl-C is for the one who watches
            )
            for rank in range(processes)
        ]
        try:
            _watch(run, group, asked, progress)
        finally:
            for process in group:
                process.kill()
                process.wait()
    if asked.is_set():
        run.stop_file.unlink(missing_ok=True)
    code = group[0].returncode
    return code if code >= 0 else TrainingError.exit_code


def count_threads(processes: int) -> int:
    """Threads of each process, so that all together have one for each core."""
    usable = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count() or 1
    cores = min(usable, psutil.cpu_count(logical=False) or usable)
    return max(1, cores // processes)


def build_environment(processes: int) -> Mapping[str, str]:
    """Environment of several processes that meet on this machine, without the rank of each."""
    environment = {
        **os.environ,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONFAULTHANDLER": "1",
        "WORLD_SIZE": str(processes),
        "LOCAL_WORLD_SIZE": str(processes),
        "MASTER_ADDR": LOCALHOST,
        "MASTER_PORT": str(_find_port()),
    }
    environment.setdefault("OMP_NUM_THREADS", str(count_threads(processes)))
    if sys.platform in LOOPBACK:
        environment.setdefault("GLOO_SOCKET_IFNAME", LOOPBACK[sys.platform])
    return environment


def _watch(run: RunFolder, group: list["subprocess.Popen[bytes]"], asked: threading.Event, progress: Progress) -> None:
    deadline = None
    while any(process.poll() is None for process in group):
        if asked.is_set():
            run.stop_file.touch()  # again and again: a run that only begins takes older requests away
        status = run.read_status()
        if status.state == "running" and status.phase and status.pid == group[0].pid:
            progress(status.phase, status.phase_done, status.phase_total)
        if deadline is None and any(process.returncode for process in group):
            deadline = time.monotonic() + GRACE_SECONDS
        if deadline is not None and time.monotonic() > deadline:
            return
        time.sleep(POLL_SECONDS)


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _explain_end(run: RunFolder, code: int) -> CataloraError:
    lines = [line for line in read_log(run, max_bytes=2_000).splitlines() if line.strip() and " worker " not in line]
    last = f": {lines[-1].strip()}" if lines else ""
    return TrainingError(
        f"the processes of run {run.name!r} ended with exit code {code}{last}",
        code="process-lost",
        hint=f"Resume the run; the log is {run.log}.",
    )
