"""A catalogue inside a zip archive, read where it lies: `raw.zip::trn.json.gz`, or `raw.zip` when there is no doubt."""

from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from catalora.errors import DataError, InputNotFoundError

SEPARATOR = "::"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_NAMES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
# AmazonTitles comes with a test file and a list of labels beside it.
_TRAINING_NAMES = ("trn.json", "trn.json.gz")
_SHOWN_NAMES = 10


def split_member(path: Path) -> tuple[Path, str | None]:
    """The archive that a path names, and the file in it.

    Example:
        >>> split_member(Path("raw.zip::trn.json.gz"))[1]
        'trn.json.gz'
    """
    name, separator, member = str(path).partition(SEPARATOR)
    return (path, None) if not separator or path.exists() else (Path(name), member)


def find_member(path: Path, wanted: str | None) -> ZipInfo:
    """The catalogue in a zip archive: the one that is wanted, the only one, or `trn.json`.

    Raises:
        InputNotFoundError: the wanted one is not there.
        DataError: the archive is damaged, its member cannot be read, or nothing says which one is meant.
    """
    try:
        with ZipFile(path) as archive:
            member = _choose_member(path, archive, wanted)
            archive.open(member).close()
    except BadZipFile as error:
        raise damaged_zip(str(path), str(error)) from error
    except (NotImplementedError, RuntimeError) as error:  # an unknown compression, or a password
        raise DataError(
            f"{path}{SEPARATOR}{wanted or member.filename}: cannot be read ({error})",
            code="unreadable-member",
            hint="Unpack it yourself and name the unpacked file.",
            file=str(path),
        ) from error
    return member


def open_member(path: Path, member: ZipInfo) -> IO[bytes]:
    """The unpacked bytes of a member, as a file."""
    with ZipFile(path) as archive:
        return archive.open(member)  # keeps the archive's file open until it is closed itself


def damaged_zip(place: str, problem: str) -> DataError:
    """The error for an archive that ends too early or whose checksums do not match."""
    return DataError(
        f"{place}: damaged zip archive ({problem}), expected a complete one",
        code="damaged-zip",
        hint="Download or copy the archive again; `unzip -t` tests it.",
        file=place,
    )


def _choose_member(path: Path, archive: ZipFile, wanted: str | None) -> ZipInfo:
    files = [info for info in archive.infolist() if not info.is_dir()]
    if wanted is not None:
        found = [info for info in files if info.filename == wanted] or [
            info for info in files if Path(info.filename).name == wanted
        ]
        if len(found) != 1:
            raise InputNotFoundError(
                f"{path}: has no single file {wanted!r}, but {_list_names(files)}",
                code="member-not-found",
                hint=f"Name one of them: {path}{SEPARATOR}NAME",
                file=str(path),
            )
        return found[0]
    catalogues = [info for info in files if info.filename.lower().removesuffix(".gz").endswith(_NAMES)]
    training = [info for info in catalogues if Path(info.filename).name.lower() in _TRAINING_NAMES]
    for fitting in (catalogues, training):
        if len(fitting) == 1:
            return fitting[0]
    raise DataError(
        f"{path}: {'several catalogues' if catalogues else 'no catalogue'} in the zip archive: {_list_names(files)}",
        code="member-not-named",
        hint=f"Name the file in it: {path}{SEPARATOR}NAME",
        file=str(path),
    )


def _list_names(files: list[ZipInfo]) -> str:
    names = ", ".join(repr(info.filename) for info in files[:_SHOWN_NAMES])
    more = f" and {len(files) - _SHOWN_NAMES} more" if len(files) > _SHOWN_NAMES else ""
    return f"{names}{more}" if names else "nothing"
