"""Generations: a derived folder that is replaced whole, under readers, whatever gets killed when.

    folder/
      .lock            held by the one process that builds
      CURRENT          names the generation in use (replaced whole)
      gen-<hash>/      never changed once CURRENT names it

A new generation is written beside the old one; only when it is finished does CURRENT name it. The one that it replaces
stays until the next build, because readers that hold it may open its files again at any time. Whatever a killed build
leaves is named by nobody and removed by the next build. This module does not know what is in a generation.
"""

import errno
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import filelock
import polars as pl
from pydantic import BaseModel, ValidationError

from catalora.errors import CataloraError, StorageError
from catalora.run import write_json

NAME = re.compile(r"gen-[0-9a-f]{16}")
Store = TypeVar("Store")
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class IndexUnavailableError(CataloraError):
    """There is no usable index of these products: `index-missing`, `index-stale` or `index-damaged`. Build it."""

    exit_code = 66


class Current(BaseModel):
    """The content of CURRENT."""

    generation: str


def read_current(folder: Path) -> Path | None:
    """The generation in use; nothing where CURRENT is missing or does not hold a name of ours."""
    try:
        name = Current.model_validate_json((folder / "CURRENT").read_bytes()).generation
    except (OSError, ValidationError):
        return None
    return folder / name if NAME.fullmatch(name) else None


@contextmanager
def replace_generation(folder: Path, size_bytes: int = 0) -> Iterator[Path]:
    """Make a new generation: an empty folder inside the block, the current one after it.

    When the block raises, the new folder is removed and the old generation stays current.

    Args:
        folder: where the generations are; created when missing.
        size_bytes: what the new one will take at most; refused at once when the disk has less.

    Raises:
        StorageError: `index-locked` while another process builds, `disk-full`, or `index-not-writable`.
    """
    with _storage_errors(folder), _lock(folder):
        replaced = read_current(folder)
        _remove_all_but(folder, replaced)
        _check_space(folder, size_bytes)
        path = folder / f"gen-{uuid.uuid4().hex[:16]}"
        try:
            path.mkdir()
            yield path
            write_json(folder / "CURRENT", Current(generation=path.name).model_dump())
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        _remove_all_but(folder, path, replaced)


@contextmanager
def continue_generation(folder: Path, key: str, size_bytes: int = 0) -> Iterator[Path]:
    """As `replace_generation`, for builds of hours: what a build of the same key left unfinished is gone on with.

    Args:
        folder: where the generations are; created when missing.
        key: 16 hexadecimal digits that say what the generation will hold.
        size_bytes: what is still to be written at most; refused at once when the disk has less.

    Raises:
        StorageError: as `replace_generation`.
    """
    with _storage_errors(folder), _lock(folder):
        replaced, path = read_current(folder), folder / f"gen-{key}"
        _remove_all_but(folder, replaced, path)
        _check_space(folder, size_bytes)
        path.mkdir(exist_ok=True)
        yield path
        write_json(folder / "CURRENT", Current(generation=path.name).model_dump())
        _remove_all_but(folder, path, replaced)


def _check_space(folder: Path, size_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size_bytes:
        raise StorageError(
            f"{folder}: the reference index takes up to {size_bytes / 1e6:,.0f} MB, {free / 1e6:,.0f} MB are free",
            code="disk-full",
            hint="Free some space, or choose a --runs-dir on another disk.",
            needed_bytes=size_bytes,
            free_bytes=free,
        )


def _remove_all_but(folder: Path, *kept: Path | None) -> None:
    for path in folder.glob("gen-*"):
        if path not in kept and NAME.fullmatch(path.name):
            # Windows keeps files that a reader has open; the next build tries again.
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(folder / ".lock", timeout=0):
            yield
    except filelock.Timeout as error:
        raise StorageError(
            f"{folder}: another process is building this index",
            code="index-locked",
            hint="Wait until it has finished, then try again.",
        ) from error


@contextmanager
def _storage_errors(folder: Path) -> Iterator[None]:
    """Translate what the system, SQLite and Chroma say when a folder takes no more."""
    try:
        yield
    except CataloraError:
        raise
    except Exception as error:
        number = error.errno if isinstance(error, OSError) else None
        text = str(error)
        if number in NO_SPACE or "disk is full" in text or "No space left" in text:
            raise StorageError(
                f"{folder}: the disk is full; the index that was there before is untouched",
                code="disk-full",
                hint="Free some space, or choose a --runs-dir on another disk.",
            ) from error
        if number is not None or "readonly database" in text or "unable to open database file" in text:
            raise StorageError(
                f"{folder}: cannot write the reference index ({text})",
                code="index-not-writable",
                hint="Check the folder's permissions, or choose another --runs-dir.",
            ) from error
        raise


def open_generation(
    folder: Path, load: Callable[[Path], Store], belongs: Callable[[Store], bool], *, what: str, hint: str
) -> Store:
    """Open the current generation if it is whole and belongs to what it is wanted for.

    Args:
        folder: where the generations live.
        load: opens one; a damaged one raises OSError, ValueError or Polars' own error.
        belongs: whether an opened one is of the wanted rows and of a format that is understood.
        what: what is stored, for the message, such as "the span index".
        hint: how to get a good one.

    Raises:
        IndexUnavailableError: `index-missing`, `index-damaged` or `index-stale`.
    """
    path = read_current(folder)
    kind, problem = "missing", "is not built yet"
    if path is not None:
        try:
            store = load(path)
        except (OSError, ValueError, pl.exceptions.PolarsError) as error:
            kind, problem = "damaged", f"is unusable ({str(error).splitlines()[0]})"
        else:
            if belongs(store):
                return store
            kind, problem = "stale", "belongs to another training, other products or another format"
    raise IndexUnavailableError(f"{folder}: {what} {problem}", code=f"index-{kind}", hint=hint)
