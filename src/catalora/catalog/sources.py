"""A source file as bytes: plain, gzip'd or inside a zip archive, recognised by what is in it, cut into whole lines.

Memory stays bounded whatever the file holds: a line is refused above `max_row_bytes`, and a packed file that unpacks to
an implausible size is refused while it streams. What a line means is the readers' business.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from zipfile import BadZipFile

from catalora.catalog.archives import SEPARATOR, ZIP_MAGICS, damaged_zip, find_member, open_member, split_member
from catalora.errors import DataError, InputNotFoundError

Format = Literal["json-lines", "json-array", "csv", "parquet"]

BLOCK_BYTES = 16_000_000
# Product texts shrink to about a third; 100 to 1 is far beyond any catalogue and far below what a bomb needs.
MAX_PACKED_RATIO = 100
RATIO_CHECKED_FROM_BYTES = 20_000_000

GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
FORMATS_EXPECTED = "JSON Lines, a JSON array, CSV or Parquet, the first three also as .gz or in a zip archive"


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Some whole lines of a source.

    Attributes:
        data: the bytes, ending with a newline (except perhaps in the last block).
        first_line: number of the first line, from 1.
        offset: where `data` starts in the unpacked file, in bytes.
    """

    data: bytes
    first_line: int
    offset: int

    def lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Each line with its number and its place in the unpacked file, without its newline."""
        offset = self.offset
        for number, line in enumerate(self.data.removesuffix(b"\n").split(b"\n"), start=self.first_line):
            yield number, offset, line
            offset += len(line) + 1


class Source:
    """One file of a catalogue, or one in a zip archive (`archive.zip::member`).

    Attributes:
        path: the file on disk.
        name: how the profile names it.
        place: how messages name it.
        size_bytes: packed size of what is read.
        position_bytes: how far into the packed bytes reading has come.

    Raises:
        InputNotFoundError: there is no such file or member, or it is a folder.
        DataError: it is empty, or no format that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path, wanted = split_member(path)
        self.name, self.place = self.path.name, str(self.path)
        self.size_bytes = self._check_exists()
        self.position_bytes = 0
        self._member = None
        with self.path.open("rb") as file:
            is_zip = file.read(4) in ZIP_MAGICS
        if is_zip:
            self._member = find_member(self.path, wanted)
            self.name, self.place = (f"{name}{SEPARATOR}{self._member.filename}" for name in (self.name, self.place))
            # What the archive says about a member is not more than the archive itself can hold.
            self.size_bytes = min(self._member.compress_size, self.size_bytes)
        elif wanted is not None:
            raise self._not_readable("no zip archive", f"Name the file without {SEPARATOR}{wanted}.")
        self.is_gzip = False
        with self._open() as file:
            self.is_gzip = self._read(file, 2, 0) == GZIP_MAGIC
        self.format = self._recognise()

    def read_blocks(self, max_row_bytes: int) -> Iterator[LineBlock]:
        """The file as blocks of whole lines, the byte order mark left out.

        Raises:
            DataError: damaged gzip, gzip bomb, or a line longer than `max_row_bytes`.
        """
        rest, line, offset = b"", 1, 0
        for number, read in enumerate(self.read_chunks()):
            chunk = read
            if number == 0 and read.startswith(UTF8_BOM):
                chunk, offset = read[len(UTF8_BOM) :], len(UTF8_BOM)
            end = chunk.rfind(b"\n") + 1
            if end:
                block = LineBlock(rest + chunk[:end], line, offset)
                self._check_line_lengths(block, max_row_bytes)
                yield block
                line += block.data.count(b"\n")
                offset += len(block.data)
                rest = chunk[end:]
            else:
                rest += chunk
            if len(rest) > max_row_bytes:
                raise self._line_too_long(line, max_row_bytes)
        if rest:
            yield LineBlock(rest, line, offset)

    def compute_sha256(self) -> str:
        """Hash of the file as it lies on disk."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _check_exists(self) -> int:
        if self.path.is_dir():
            raise InputNotFoundError(
                f"{self.place}: is a folder, expected a file ({FORMATS_EXPECTED})",
                code="source-is-folder",
                hint=f"Name the files in it, for example {self.place}/*.jsonl.gz",
                file=self.place,
            )
        try:
            size = self.path.stat().st_size
            with self.path.open("rb"):
                pass
        except OSError as error:
            raise InputNotFoundError(
                f"{self.place}: cannot be read ({error.strerror}), expected a file ({FORMATS_EXPECTED})",
                code="source-not-found",
                hint="Check the path and its permissions; a relative path starts from the current folder.",
                file=self.place,
            ) from error
        if size == 0:
            raise self._empty()
        return size

    def _recognise(self) -> Format:
        # Leading blank lines say nothing about the format.
        start = next((chunk for chunk in self.read_chunks(65_536) if chunk.removeprefix(UTF8_BOM).strip()), b"")
        if start.startswith(b"PAR1"):
            if self._is_packed:
                raise self._not_readable("a packed Parquet file", "Unpack it first; Parquet is compressed by itself.")
            return "parquet"
        name = self.name.lower().removesuffix(".gz")
        if start.startswith(UTF16_BOMS):
            raise self._not_readable("UTF-16 text", "Save it again as UTF-8.")
        if start.startswith(ZIP_MAGICS):
            raise self._not_readable("a packed zip archive", "Unpack the outer archive first.")
        text = start.removeprefix(UTF8_BOM).lstrip()
        if not text:
            raise self._empty()
        if name.endswith((".csv", ".tsv")) and not text.startswith(b"{"):
            return "csv"
        if text.startswith(b"["):
            return "json-array"
        if text.startswith(b"{") or name.endswith((".jsonl", ".json", ".ndjson")):
            return "json-lines"
        if b"\x00" in start:
            raise self._not_readable("binary data", "Convert it to one of these formats.")
        return "csv"

    def read_chunks(self, size: int | None = None) -> Iterator[bytes]:
        """The unpacked bytes of the file in pieces of at most `size`, or `BLOCK_BYTES`.

        Raises:
            DataError: damaged gzip or zip, or a bomb.
        """
        self.position_bytes = 0
        # A position in an unpacked member, as one in its packed bytes.
        share = self.size_bytes / max(1, self._member.file_size) if self._member else 1.0
        with self._open() as packed:
            file = gzip.GzipFile(fileobj=packed) if self.is_gzip else packed
            unpacked_bytes = 0
            while chunk := self._read(file, size or BLOCK_BYTES, unpacked_bytes):
                unpacked_bytes += len(chunk)
                self.position_bytes = int(packed.tell() * share)
                most = RATIO_CHECKED_FROM_BYTES + MAX_PACKED_RATIO * self.position_bytes
                if self._is_packed and unpacked_bytes > most:
                    raise self._bomb(unpacked_bytes)
                yield chunk

    @property
    def _is_packed(self) -> bool:
        return self.is_gzip or self._member is not None

    def _open(self) -> IO[bytes]:
        return self.path.open("rb") if self._member is None else open_member(self.path, self._member)

    def _read(self, file: gzip.GzipFile | IO[bytes], size: int, unpacked_bytes: int) -> bytes:
        try:
            return file.read(size)
        except BadZipFile as error:
            raise damaged_zip(self.place, str(error)) from error
        except EOFError as error:
            raise self._damaged_gzip("ends too early", unpacked_bytes) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            if not self.is_gzip:
                raise damaged_zip(self.place, str(error)) from error
            what = "checksum does not match" if "CRC" in str(error) else f"damaged: {error}"
            raise self._damaged_gzip(what, unpacked_bytes) from error

    def _check_line_lengths(self, block: LineBlock, max_row_bytes: int) -> None:
        # Only a block that is itself longer than a row may be can hold such a row.
        if len(block.data) <= max_row_bytes:
            return
        start, line = 0, block.first_line
        while start < len(block.data):
            # Jumping to the last newline within reach skips nearly all lines.
            end = block.data.rfind(b"\n", start, start + max_row_bytes + 1)
            if end < 0:
                raise self._line_too_long(line + block.data.count(b"\n", 0, start), max_row_bytes)
            start = end + 1

    def _line_too_long(self, line: int, max_row_bytes: int) -> DataError:
        return DataError(
            f"{self.place}:{line}: the line is longer than {max_row_bytes:,} bytes, expected one product a line",
            code="row-too-long",
            hint="Check that the file has line ends; a larger limit is --set data.max_row_bytes=N.",
            file=self.place,
            line=line,
            max_row_bytes=max_row_bytes,
        )

    def _damaged_gzip(self, what: str, unpacked_bytes: int) -> DataError:
        return DataError(
            f"{self.place}: gzip data {what} after byte {self.position_bytes:,} of {self.size_bytes:,}"
            f" ({unpacked_bytes:,} bytes unpacked), expected a complete file",
            code="damaged-gzip",
            hint=f"Download or copy the file again; `gzip -t {self.place}` tests it.",
            file=self.place,
            byte=self.position_bytes,
        )

    def _bomb(self, unpacked_bytes: int) -> DataError:
        return DataError(
            f"{self.place}: {self.position_bytes:,} bytes unpack to more than {unpacked_bytes:,},"
            f" expected at most {MAX_PACKED_RATIO} to 1 for product texts",
            code="gzip-bomb",
            hint="If you trust the file, unpack it yourself and name the unpacked file.",
            file=self.place,
        )

    def _not_readable(self, found: str, hint: str) -> DataError:
        return DataError(
            f"{self.place}: is {found}, expected {FORMATS_EXPECTED}",
            code="unknown-format",
            hint=hint,
            file=self.place,
        )

    def _empty(self) -> DataError:
        return DataError(
            f"{self.place}: is empty, expected at least one product",
            code="empty-file",
            hint="Check that the file was downloaded or written completely.",
            file=self.place,
        )
