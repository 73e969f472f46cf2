"""One training per device: two on one graphics card or one processor run out of memory, or take twice as long each.

A training claims its device twice: at once under the name that was asked for (`auto` means the same device for all who
ask on one machine, and is known without torch), and then under the device that `auto` turned out to be. Claims are file
locks of this user on this machine, so they end with the process, however it ends.
"""

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import filelock

from catalora.errors import StorageError
from catalora.hardware import Device
from catalora.run import LOCK_PATIENCE_SECONDS, RunFolder, write_json

STATE_DIR_VARIABLE = "CATALORA_STATE_DIR"


class DeviceClaims:
    """The devices that a run holds; `claim_devices` makes it."""

    def __init__(self, run: RunFolder, held: ExitStack, *, share: bool) -> None:
        self._run = run
        self._held = held
        self._share = share
        self._names: set[str] = set()

    def add(self, names: Iterable[str]) -> None:
        """Claim more devices until the end of the claims.

        Raises:
            StorageError: another run holds one of them (`device-busy`), and sharing was not asked for.
        """
        for name in sorted(set(names) - self._names):
            try:
                lock = filelock.FileLock(_lock_path(name), timeout=0 if self._share else LOCK_PATIENCE_SECONDS)
                self._held.enter_context(lock)
            except filelock.Timeout:
                if self._share:
                    continue
                raise _explain_busy(name) from None
            self._names.add(name)
            write_json(_holder_path(name), {"run": self._run.name, "path": str(self._run.path.resolve())})


@contextmanager
def claim_devices(run: RunFolder, requested: str, *, share: bool = False) -> Iterator[DeviceClaims]:
    """Hold the device that a run asks for while it trains.

    Args:
        run: who claims it.
        requested: `model.device` as configured.
        share: train although another run holds the device.

    Raises:
        StorageError: another run holds it (`device-busy`).
    """
    with ExitStack() as held:
        claims = DeviceClaims(run, held, share=share)
        claims.add([name_request(requested)])
        yield claims


def require_free_device(requested: str) -> None:
    """Refuse a device that a run holds now; whether it is still free a moment later, only a claim can tell.

    Raises:
        StorageError: `device-busy`, with the run that holds it.
    """
    name = name_request(requested)
    try:
        with filelock.FileLock(_lock_path(name), timeout=0):
            return
    except filelock.Timeout:
        raise _explain_busy(name) from None


def name_request(requested: str) -> str:
    """Name of a claim on a device as asked for; what CUDA shows to this process is part of it."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None or requested in {"cpu", "mps"}:
        return requested
    return f"{requested}-{re.sub(r'[^A-Za-z0-9]+', '-', visible) or 'none'}"


def name_devices(device: Device) -> list[str]:
    """Names of the devices that a training really uses: all graphics cards that CUDA shows, or the one device."""
    if device.name != "cuda":
        return [device.name]
    import torch

    return [f"cuda-{torch.cuda.get_device_properties(index).uuid}" for index in range(torch.cuda.device_count())]


def _explain_busy(name: str) -> StorageError:
    try:
        holder = json.loads(_holder_path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        holder = {}
    run, path = holder.get("run", "another"), holder.get("path", "")
    return StorageError(
        f"device {name!r} is busy: run {run!r} trains on it ({path})",
        code="device-busy",
        hint=f"Wait until run {run!r} has ended, or stop it with `catalora runs stop {run}`, which saves its state.",
        device=name,
        run=run,
    )


def _lock_path(name: str) -> Path:
    return state_folder() / f"{platform.node()}-{name}.lock"


def _holder_path(name: str) -> Path:
    return state_folder() / f"{platform.node()}-{name}.json"


def state_folder(kind: str = "devices") -> Path:
    """A folder for what runs of this user on this machine share, made when missing.

    Raises:
        StorageError: it can't be made.
    """
    given = os.environ.get(STATE_DIR_VARIABLE)
    folder = (Path(given) if given else Path.home() / ".catalora") / kind
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: cannot be made ({error.strerror}); catalora notes there what its runs on this machine share",
            code="state-not-writable",
            hint=f"Name a writable folder in the environment variable {STATE_DIR_VARIABLE}.",
        ) from error
    return folder
