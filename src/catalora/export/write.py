"""Exporting a run: the files, their papers, and the comparison with the run's own answers.

The folder appears whole or not at all: everything is made beside it under another name, which ends as its own.
"""

import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import psutil

from catalora.documents.model_card import ExportFormat
from catalora.errors import StorageError, UsageError
from catalora.export.check import Check, answer_by_run, check_export
from catalora.export.papers import REPORT, describe_export, write_papers
from catalora.export.source import ExportSource, open_source
from catalora.export.writers import Writer, find_writer
from catalora.progress import Progress, ignore_progress
from catalora.run import RunFolder, flush_to_disk, write_json


@dataclass(frozen=True, slots=True)
class Export:
    """A written export.

    Attributes:
        folder: where it is.
        format: of the export.
        precision: of its weights.
        size_bytes: of all its files.
        check: the comparison with the run; nothing when it was left out.
        seconds: time of it all.
    """

    folder: Path
    format: ExportFormat
    precision: str
    size_bytes: int
    check: Check | None
    seconds: float


def export_run(
    run: RunFolder,
    kind: ExportFormat,
    out: Path,
    *,
    precision: str | None = None,
    questions: int = 40,
    language: str = "en",
    token: str | None = None,
    progress: Progress = ignore_progress,
) -> Export:
    """Write a finished run in a format, load it again by the program that it is for, and compare the answers.

    Args:
        run: a finished run.
        kind: the format.
        out: a folder that does not exist yet; its parent is made.
        precision: of the weights; the format's default when empty.
        questions: how many questions are compared; 0 leaves the comparison out.
        language: of the model card.
        token: Hugging Face token for gated models.
        progress: told how far it is.

    Raises:
        UsageError: the folder exists, the run is not finished, or the format has no such precision.
        ModuleNotFoundError: the format's library, or for the comparison its program, is not installed.
        StorageError: no space, or no permission to write.
        ModelUnavailableError: the base model is not there, or its family cannot be written in this format.
    """
    started = time.monotonic()
    writer = find_writer(kind)
    precision = _choose_precision(writer, kind, precision)
    if questions:
        import_module(writer.engine)  # before the work, not after it
    _refuse_existing(out)
    source = open_source(run, token=token)
    check: Check | None = None
    with _made_beside(out, writer.bytes_per_parameter * source.parameters) as (folder, scratch):
        reference = answer_by_run(source, questions, progress) if questions else None
        gc.collect()  # models hold themselves in circles; the next one needs their memory
        progress("write", 0, None)
        writer.write(source, folder, scratch, precision)
        write_papers(source, folder, writer.artefact, language)
        gc.collect()
        if reference:
            decode = _load_decoder(source)
            check = check_export(writer.load(folder, source), reference, decode, progress)
        seconds = time.monotonic() - started
        write_json(folder / REPORT, describe_export(source, folder, kind, precision, check, seconds))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Export(out, kind, precision, size, check, seconds)


def _choose_precision(writer: Writer, kind: ExportFormat, wanted: str | None) -> str:
    if wanted is None:
        return writer.precisions[0]
    if wanted not in writer.precisions:
        raise UsageError(
            f"--precision {wanted}: format {kind} is written as {', '.join(writer.precisions)}",
            code="bad-precision",
            hint=f"Leave it out for {writer.precisions[0]}.",
        )
    return wanted


def _refuse_existing(out: Path) -> None:
    if out.exists():
        raise UsageError(
            f"{out} exists already; an export never writes into or over anything",
            code="export-exists",
            hint="Name another folder with --out, or remove that one.",
        )


@contextmanager
def _made_beside(out: Path, needed_bytes: float) -> Iterator[tuple[Path, Path]]:
    """A folder under another name that becomes `out` at the end, and a scratch folder that is gone then."""
    temporary = out.parent / f".{out.name}.{os.getpid()}.tmp"
    _remove_leftovers(out)
    folder, scratch = temporary / "export", temporary / "scratch"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(out.parent).free
        if free < needed_bytes:
            raise StorageError(
                f"{out.parent}: the export needs up to {needed_bytes / 1e9:.1f} GB, {free / 1e9:.1f} GB are free",
                code="export-no-space",
                hint="Free some space, or name a folder on another disk with --out.",
            )
        for path in (folder, scratch):
            path.mkdir(parents=True)
        yield folder, scratch
        for path in (*folder.rglob("*"), folder):
            flush_to_disk(path)
        _refuse_existing(out)
        folder.rename(out)
    except OSError as error:
        raise StorageError(
            f"{out}: the export cannot be written ({error.strerror or error})",
            code="export-not-writable",
            hint="Free some space or choose a writable place; nothing was left behind.",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _remove_leftovers(out: Path) -> None:
    """Remove what killed exports to the same place left; a folder whose process still lives is left to it."""
    for path in out.parent.glob(f".{out.name}.*.tmp"):
        process = path.suffixes[-2].removeprefix(".") if len(path.suffixes) > 1 else ""
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _load_decoder(source: ExportSource) -> "Callable[..., str]":
    from catalora.model.loading import load_tokenizer

    tokenizer = load_tokenizer(source.config.model, token=source.token)
    return lambda ids: str(tokenizer.decode(list(ids), skip_special_tokens=True))
