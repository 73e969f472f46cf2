"""A source file as bytes: opened with or without gzip, recognised by what is in it, cut into whole lines.

Memory stays bounded whatever the file holds: a line is refused above `max_row_bytes`, and a gzip file that unpacks to
an implausible size is refused while it streams. What a line means is the readers' business.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from catalora.errors import DataError, InputNotFoundError

Format = Literal["json-lines", "json-array", "csv", "parquet"]

BLOCK_BYTES = 4_000_000
# Product texts shrink to about a third; 100 to 1 is far beyond any catalogue and far below what a bomb needs.
MAX_GZIP_RATIO = 100
RATIO_CHECKED_FROM_BYTES = 20_000_000

GZIP_MAGIC = b"\x1f\x8b"
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
FORMATS_EXPECTED = "JSON Lines, a JSON array, CSV or Parquet, the first three also as .gz"


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
    """One file of a catalogue.

    Raises:
        InputNotFoundError: there is no such file, or it is a folder.
        DataError: it is empty, or no format that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = str(path)
        self.size_bytes = self._check_exists()
        self.position_bytes = 0  # how far into the packed file reading has come
        with path.open("rb") as file:
            self.is_gzip = file.read(2) == GZIP_MAGIC
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
            return "parquet"
        name = self.path.name.lower().removesuffix(".gz")
        if start.startswith(UTF16_BOMS):
            raise self._not_readable("UTF-16 text", "Save it again as UTF-8.")
        if start.startswith(b"PK\x03\x04"):
            raise self._not_readable("a zip archive", "Unpack it first and name the file inside.")
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
            DataError: damaged gzip, or a gzip bomb.
        """
        self.position_bytes = 0
        size = size or BLOCK_BYTES
        with self.path.open("rb") as packed:
            if not self.is_gzip:
                while chunk := packed.read(size):
                    self.position_bytes += len(chunk)
                    yield chunk
                return
            yield from self._unpack(packed, size)

    def _unpack(self, packed: BinaryIO, size: int) -> Iterator[bytes]:
        unpacked_bytes = 0
        with gzip.GzipFile(fileobj=packed) as file:
            while True:
                try:
                    chunk = file.read(size)
                except EOFError as error:
                    raise self._damaged_gzip("ends too early", unpacked_bytes) from error
                except (gzip.BadGzipFile, zlib.error) as error:
                    what = "checksum does not match" if "CRC" in str(error) else f"damaged: {error}"
                    raise self._damaged_gzip(what, unpacked_bytes) from error
                if not chunk:
                    return
                unpacked_bytes += len(chunk)
                self.position_bytes = packed.tell()
                if unpacked_bytes > RATIO_CHECKED_FROM_BYTES + MAX_GZIP_RATIO * self.position_bytes:
                    raise self._gzip_bomb(unpacked_bytes)
                yield chunk

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

    def _gzip_bomb(self, unpacked_bytes: int) -> DataError:
        return DataError(
            f"{self.place}: {self.position_bytes:,} bytes unpack to more than {unpacked_bytes:,},"
            f" expected at most {MAX_GZIP_RATIO} to 1 for product texts",
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
