"""Writing a folder whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from catalora.errors import StorageError


@contextmanager
def replace_folder(target: Path, is_replaceable: Callable[[Path], bool]) -> Iterator[Path]:
    """Give a new hidden folder beside `target`, which takes its place when the block ends without an error.

    Whatever happens inside the block, a folder that was there before is complete until then. What an earlier process
    left behind when it was killed is removed.

    Args:
        target: where the folder shall be.
        is_replaceable: whether an existing folder that is not empty may be replaced.

    Raises:
        StorageError: the target holds something else, or cannot be written.
    """
    check_replaceable(target, is_replaceable)
    new = target.parent / f".{target.name}.{os.getpid()}.preparing"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(target)
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
    except OSError as error:
        raise _not_writable(target, error) from error
    try:
        yield new
        _swap(new, target)
    except OSError as error:
        raise _not_writable(target, error) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def check_replaceable(target: Path, is_replaceable: Callable[[Path], bool]) -> None:
    """Refuse a target that holds something else.

    Raises:
        StorageError: the target is a file, or a folder with other things in it.
    """
    if not target.exists() or (target.is_dir() and (not any(target.iterdir()) or is_replaceable(target))):
        return
    what = "holds other files" if target.is_dir() else "is a file"
    raise StorageError(
        f"{target}: {what}, expected a new or empty folder or a prepared data set",
        code="target-occupied",
        hint="Choose another --out folder.",
        path=str(target),
    )


def _swap(new: Path, target: Path) -> None:
    old = target.parent / f".{target.name}.{os.getpid()}.replaced"
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _remove_left_behind(target: Path) -> None:
    for path in target.parent.glob(f".{target.name}.*"):
        pid, _, state = path.name.removeprefix(f".{target.name}.").partition(".")
        if not pid.isdigit() or psutil.pid_exists(int(pid)):
            continue
        if state == "replaced" and not target.exists():
            path.rename(target)  # killed between the two renames: the old data set is the newest complete one
        elif state in {"preparing", "replaced"}:
            shutil.rmtree(path, ignore_errors=True)


def _not_writable(target: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{target}: cannot be written ({error.strerror or error})",
        code="target-not-writable",
        hint="Choose a writable --out folder on a disk with enough space.",
        path=str(target),
    )
