"""Getting a public data set: what it is and whose, from a source that the user names, checked, catalogues taken out.

Nothing is contacted unless the user names it. An archive that was downloaded by hand is taken just as well.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from catalora.catalog.download import download_file, name_of_url
from catalora.catalog.download_services import fetch_from_drive, fetch_from_hub
from catalora.catalog.fetch_errors import wrong_size
from catalora.catalog.sources import GZIP_MAGIC
from catalora.errors import (
    DataError,
    InputNotFoundError,
    ModelUnavailableError,
    StorageError,
    UsageError,
)
from catalora.progress import Progress, ignore_progress

_CHUNK_BYTES = 1_048_576


@dataclass(frozen=True, slots=True)
class Archive:
    """A public data set.

    Attributes:
        file: name of the original archive.
        size_bytes: its size.
        page: where its makers offer it.
        about: what it is.
        terms: whose it is and what may be done with it.
        catalogues: names of the files in it that are of use, the one for training first.
    """

    file: str
    size_bytes: int
    page: str
    about: str
    terms: str
    catalogues: tuple[str, ...]


ARCHIVES = {
    "amazontitles": Archive(
        file="LF-Amazon-1.3M.raw.zip",
        size_bytes=889_969_656,
        page="http://manikvarma.org/downloads/XC/XMLRepository.html",
        about="AmazonTitles-1.3MM: titles and descriptions of 2.2 million products, as raw text.",
        terms="Its licence is unclear: the texts were written by shops, publishers and makers and belong to them. The"
        " archive is offered for research. catalora ships none of it; whether you may use it is yours to judge.",
        catalogues=("trn.json.gz", "tst.json.gz"),
    )
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is on disk now: the archive, and the catalogues for `prepare`."""

    archive: Path
    catalogues: tuple[Path, ...]


def describe_archive(archive: Archive, out: Path) -> str:
    """What it is, whose, and how to get it by hand."""
    return (
        f"{archive.about}\n{archive.terms}\n"
        f"Source: {archive.page} (there as {archive.file}, {archive.size_bytes:,} bytes)\n"
        f"By hand: download it in a browser into {out}/ and run this command again; it takes out what is needed."
    )


def fetch_archive(
    archive: Archive,
    out: Path,
    *,
    url: str | None = None,
    drive_id: str | None = None,
    hub_file: str | None = None,
    progress: Progress = ignore_progress,
) -> Fetched:
    """Get an archive from the named source, or take the one in `out`, check it, and take its catalogues out.

    Args:
        archive: which.
        out: folder for everything.
        url: where the archive, or a catalogue from it, lies.
        drive_id: id of the file on Google Drive.
        hub_file: `OWNER/NAME/FILE` of a data set on the Hugging Face Hub.
        progress: told about bytes (`download NAME`, `take out NAME`).

    Raises:
        UsageError: more than one source, or a source that cannot be one.
        InputNotFoundError: no source was named and the archive is not in `out`.
        ModelUnavailableError: the source cannot be reached or refuses; the hint says how to do it by hand.
        DataError: what came is not what it should be.
        StorageError: `out` cannot be written.
    """
    sources = [source for source in (url, drive_id, hub_file) if source is not None]
    if len(sources) > 1:
        raise UsageError("more than one source was named", code="several-sources", hint="Name one.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{out}: cannot be made ({error.strerror}), expected a folder",
            code="target-not-writable",
            hint="Choose another --out folder.",
        ) from error
    try:
        path = _bring(archive, out, url, drive_id, hub_file, progress)
    except ModelUnavailableError as error:
        by_hand = f"Or get {archive.file} ({archive.size_bytes:,} bytes) by hand from {archive.page} into {out}/"
        error.hint = f"{error.hint} {by_hand} and run `catalora fetch` again without a source."
        raise
    return Fetched(path, tuple(take_catalogues(path, out, archive.catalogues, progress)))


def take_catalogues(path: Path, out: Path, names: Sequence[str], progress: Progress = ignore_progress) -> list[Path]:
    """The catalogues in a zip archive, each checked against the archive's checksum; a gzip file is one itself.

    Only files with one of the names are taken, wherever they lie in the archive; their folders are left away.

    Raises:
        DataError: damaged, no archive, or without the first of the names.
    """
    with path.open("rb") as file:
        if file.read(2) == GZIP_MAGIC:
            return [path]
    if not is_zipfile(path):
        raise _damaged(path, "is neither a complete zip archive nor a gzip file")
    try:
        with ZipFile(path) as archive:
            members = {member.filename.rpartition("/")[2]: member for member in archive.infolist()}
            if names[0] not in members:
                raise _damaged(path, f"holds no {names[0]}")
            return [_take_out(archive, members[name], out / name, progress) for name in names if name in members]
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(path, f"is damaged or locked ({error})") from error


def _bring(
    archive: Archive, out: Path, url: str | None, drive_id: str | None, hub_file: str | None, progress: Progress
) -> Path:
    if hub_file is not None:
        return fetch_from_hub(hub_file, out, progress)
    target = out / (name_of_url(url) if url is not None else archive.file)
    expected_bytes = archive.size_bytes if target.name == archive.file else None
    if not target.exists():
        if url is not None:
            download_file(url, target, expected_bytes=expected_bytes, progress=progress)
        elif drive_id is not None:
            fetch_from_drive(drive_id, target, progress)
        else:
            raise InputNotFoundError(
                f"{target} is not there, and no source was named",
                code="archive-not-found",
                hint=f"Download it from {archive.page} into {out}/ and run this again, or name a source: --url,"
                " --drive-id or --from-hub.",
                path=str(target),
            )
    size = target.stat().st_size
    if expected_bytes is not None and size != expected_bytes:
        raise wrong_size(str(target), size, expected_bytes)
    return target


def _take_out(archive: ZipFile, member: ZipInfo, target: Path, progress: Progress) -> Path:
    if target.is_file() and target.stat().st_size == member.file_size and _compute_crc(target) == member.CRC:
        return target
    part = target.with_name(f"{target.name}.part")
    stage, done = f"take out {target.name}", 0
    try:
        with archive.open(member) as packed, part.open("wb") as file:
            # Reading to the end makes zipfile compare the checksum; it never gives more than `file_size` bytes.
            while chunk := packed.read(_CHUNK_BYTES):
                file.write(chunk)
                done += len(chunk)
                progress(stage, done, member.file_size)
        part.replace(target)
    except OSError as error:
        raise StorageError(
            f"{target}: cannot be written ({error.strerror}), {member.file_size:,} bytes are needed",
            code="download-not-writable",
            hint="Free some space, or choose another --out folder.",
            path=str(target),
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _compute_crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            crc = zlib.crc32(chunk, crc)
    return crc


def _damaged(path: Path, problem: str) -> DataError:
    return DataError(
        f"{path}: {problem}",
        code="damaged-archive",
        hint="Delete it and fetch it again.",
        path=str(path),
    )
