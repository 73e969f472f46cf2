"""Checkpoints that are whole or not there.

    checkpoints/step-000200/
        adapter_model.safetensors, optimizer.pt, scheduler.pt, rng_state.pth, trainer_state.json
        manifest.json: size and sha256 of each file; written last, inside a temporary folder

The folder gets its name by a rename after everything is on disk: a kill at any moment leaves the checkpoints before it
untouched. Resuming takes the newest one whose files equal its manifest; a damaged one is set aside and named.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catalora.errors import StorageError
from catalora.run import flush_to_disk, write_json

MANIFEST = "manifest.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
NAME = re.compile(r"step-(\d{6,})")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A complete checkpoint on disk."""

    path: Path
    step: int


def list_checkpoints(folder: Path) -> list[Checkpoint]:
    """All checkpoints, oldest first, not verified."""
    if not folder.is_dir():
        return []
    found = [(NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted((Checkpoint(path, int(match[1])) for match, path in found if match), key=lambda item: item.step)


@contextmanager
def write_checkpoint(folder: Path, step: int) -> Iterator[Path]:
    """Give a temporary folder to write into; on leaving, seal it with a manifest and give it its name.

    Raises:
        StorageError: the disk is full or not writable; the checkpoints before are untouched.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    _require_space(folder)
    temporary = folder / f".tmp-step-{step:06d}"
    temporary.mkdir()
    try:
        yield temporary
        _seal(temporary, step)
        target = folder / f"step-{step:06d}"
        if target.exists():  # written before an interruption, and now again with the same content
            shutil.rmtree(target)
        temporary.replace(target)
        flush_to_disk(folder)
    except (OSError, RuntimeError) as error:
        shutil.rmtree(temporary, ignore_errors=True)
        # torch reports a full disk as "inline_container … unexpected pos", a RuntimeError.
        if isinstance(error, RuntimeError) and "unexpected pos" not in str(error):
            raise
        free = shutil.disk_usage(folder).free
        raise StorageError(
            f"{folder}: checkpoint of step {step} could not be written ({free / 1e6:.0f} MB free): {error}",
            code="checkpoint-not-written",
            hint="Free some space, then resume: the checkpoints before this one are whole.",
        ) from error


def remove_leftovers(folder: Path) -> None:
    """Delete what an interrupted save left behind."""
    for path in folder.glob(".tmp-step-*"):
        shutil.rmtree(path)


def find_damage(checkpoint: Path) -> str | None:
    """What is wrong with a checkpoint in a few words, or nothing when each file equals its manifest."""
    try:
        files = json.loads((checkpoint / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"{MANIFEST} is missing or unreadable"
    for name, wanted in files.items():
        path = checkpoint / name
        if not path.is_file():
            return f"{name} is missing"
        if path.stat().st_size != wanted["size_bytes"]:
            return f"{name} has {path.stat().st_size} bytes instead of {wanted['size_bytes']}"
        if _hash(path) != wanted["sha256"]:
            return f"{name} was altered (its sha256 differs)"
    return None


def find_newest_whole(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """The newest checkpoint that equals its manifest.

    Damaged newer ones are renamed to `damaged-step-…`, so that nothing can pick them up later.

    Returns:
        The checkpoint, or nothing when there is none; and one line for each damaged one.
    """
    damaged: list[str] = []
    for checkpoint in reversed(list_checkpoints(folder)):
        damage = find_damage(checkpoint.path)
        if damage is None:
            return checkpoint, damaged
        damaged.append(f"{checkpoint.path.name}: {damage}")
        aside = folder / f"damaged-{checkpoint.path.name}"
        shutil.rmtree(aside, ignore_errors=True)
        checkpoint.path.replace(aside)
    return None, damaged


def remove_old_checkpoints(folder: Path, *, keep: int, best_step: int | None) -> None:
    """Delete all but the newest `keep` checkpoints and the best one."""
    for checkpoint in list_checkpoints(folder)[:-keep]:
        if checkpoint.step != best_step:
            # Renamed first: a kill in the middle of deleting must not leave a checkpoint with missing files.
            doomed = folder / f".tmp-{checkpoint.path.name}-old"
            shutil.rmtree(doomed, ignore_errors=True)
            checkpoint.path.replace(doomed)
            shutil.rmtree(doomed)


def _seal(folder: Path, step: int) -> None:
    files = {}
    for path in sorted(folder.iterdir()):
        flush_to_disk(path)
        files[path.name] = {"size_bytes": path.stat().st_size, "sha256": _hash(path)}
    write_json(folder / MANIFEST, {"step": step, "files": files})
    flush_to_disk(folder)


def _require_space(folder: Path) -> None:
    """Refuse to start a save that the disk cannot hold: twice the last checkpoint must be free."""
    known = list_checkpoints(folder)
    if not known:
        return
    needed = 2 * sum(path.stat().st_size for path in known[-1].path.iterdir())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StorageError(
            f"{folder}: a checkpoint needs {needed / 1e6:.0f} MB free, there are {free / 1e6:.0f} MB",
            code="disk-full",
            hint="Free some space, then resume: the checkpoints before this one are whole.",
        )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
