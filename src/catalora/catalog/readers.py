"""Reading catalogues: JSON Lines, JSON array, CSV and Parquet as batches of rows, lazily and in bounded memory.

A batch has the columns of `ROW_SCHEMA`. Rows are checked here, not cleaned: a row whose fields are missing or no text
is unreadable, while an empty text is readable and left to the cleaning.
"""

import codecs
import csv
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Protocol

import polars as pl

from catalora.catalog.json_lines import read_json_lines
from catalora.catalog.rows import (
    ROW_SCHEMA,
    BadRows,
    Columns,
    FoundColumns,
    Row,
    bad_row,
    build_batch,
    check_record,
    invalid_utf8,
)
from catalora.catalog.sources import Source
from catalora.errors import DataError

BATCH_ROWS = 20_000
DELIMITERS = ",;\t|"
_OBJECTS_MEET = re.compile(r"\}\s*,\s*(?=\{)")


class CsvReader(Protocol):
    """What `csv.reader` returns; the standard library does not name the type."""

    line_num: int

    def __next__(self) -> list[str]: ...

    def __iter__(self) -> Iterator[list[str]]: ...


def read_rows(source: Source, columns: Columns, bad_rows: BadRows, max_row_bytes: int) -> Iterator[pl.DataFrame]:
    """Read a source of any format, batch by batch.

    Raises:
        DataError: the file is damaged, lacks a column, or has more unreadable rows than tolerated.
    """
    if source.format == "json-lines":
        yield from read_json_lines(source, columns, bad_rows, max_row_bytes)
    elif source.format == "json-array":
        yield from read_json_array(source, columns, bad_rows, max_row_bytes)
    elif source.format == "csv":
        yield from read_csv(source, columns, bad_rows, max_row_bytes)
    else:
        yield from read_parquet(source, columns, bad_rows)


def read_csv(source: Source, columns: Columns, bad_rows: BadRows, max_row_bytes: int) -> Iterator[pl.DataFrame]:
    """Read delimited text whose first line names the columns; the delimiter is the one that the first line has most.

    A row's line is the one on which it starts, since a quoted text may span several.
    """
    # The limit is the process's and guards against an unclosed quote; texts may be longer than its default of 131,072.
    csv.field_size_limit(max(csv.field_size_limit(), max_row_bytes))
    undecoded: list[Row] = []
    lines = _read_text_lines(source, bad_rows, max_row_bytes, undecoded)
    header = next(lines, "")
    delimiter = max(DELIMITERS, key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    found = columns.find(names, source.place)
    rows = _check_csv_rows(csv.reader(lines, delimiter=delimiter, strict=True), names, found, source.place, bad_rows)
    while batch := list(islice(rows, BATCH_ROWS)):
        yield build_batch(sorted(batch + undecoded, key=itemgetter(0)))
        undecoded.clear()
    if undecoded:
        yield build_batch(undecoded)


def read_json_array(source: Source, columns: Columns, bad_rows: BadRows, max_row_bytes: int) -> Iterator[pl.DataFrame]:
    """Read one JSON array of objects, an element at a time.

    After broken syntax reading goes on where the next object seems to start. A file that ends without its bracket is
    damaged, however many bad rows are tolerated. A row's line is the one on which its element starts.
    """
    found: FoundColumns | None = None
    batch: list[Row] = []
    for line, value in _read_array_elements(source, max_row_bytes):
        if found is None and isinstance(value, dict):
            found = columns.find(value, f"{source.place}:{line}")
        if isinstance(value, DataError):
            batch.append((line, None, None, None, bad_rows.add(value)))
        else:
            batch.append(check_record(value, found, source.place, line, bad_rows))
        if len(batch) == BATCH_ROWS:
            yield build_batch(batch)
            batch = []
    if batch:
        yield build_batch(batch)


def read_parquet(source: Source, columns: Columns, bad_rows: BadRows) -> Iterator[pl.DataFrame]:
    """Read a Parquet file; a row's line is its number in the file."""
    try:
        schema = pl.scan_parquet(source.path).collect_schema()
        found = columns.find(schema.names(), source.place)
        names = found.names
        for name in names:
            _check_column_type(source.place, name, schema[name])
        line = 1
        for batch in read_in_parts(source.path, names):
            yield _check_parquet_batch(batch, found, source.place, line, bad_rows)
            line += batch.height
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"{source.place}: damaged Parquet file ({str(error).splitlines()[0]}), expected a complete one",
            code="damaged-parquet",
            hint="Write or download the file again.",
            file=source.place,
        ) from error


def read_in_parts(path: Path, names: Sequence[str] = ()) -> Iterator[pl.DataFrame]:
    """A Parquet file as tables of at most `BATCH_ROWS` rows, in order; the named columns as texts, or all as they are.

    Slices take less memory than Polars' own batches, which hold whole row groups ready.
    """
    table = pl.scan_parquet(path)
    rows = table.select(pl.len()).collect().item()
    if names:
        table = table.select(pl.col(names).cast(pl.String))
    for start in range(0, rows, BATCH_ROWS):
        yield table.slice(start, BATCH_ROWS).collect()


def _check_csv_rows(
    reader: CsvReader, names: Sequence[str], columns: FoundColumns, place: str, bad_rows: BadRows
) -> Iterator[Row]:
    while True:
        line = reader.line_num + 2  # the next line, after a header that this reader has not seen
        try:
            values = next(reader, None)
        except csv.Error as error:
            problem = f"not valid CSV ({error}), expected texts with quotes closed and doubled inside"
            yield line, None, None, None, bad_rows.add(bad_row(place, line, problem, "bad-csv"))
            continue
        if values is None:
            return
        if not values:
            continue
        if len(values) != len(names):
            problem = f"{len(values)} fields, expected {len(names)} as in the first line"
            yield line, None, None, None, bad_rows.add(bad_row(place, line, problem, "bad-csv"))
        else:
            yield check_record(dict(zip(names, values, strict=True)), columns, place, line, bad_rows)


def _read_text_lines(source: Source, bad_rows: BadRows, max_row_bytes: int, undecoded: list[Row]) -> Iterator[str]:
    for block in source.read_blocks(max_row_bytes):
        for number, offset, line in block.lines():
            try:
                yield line.decode("utf-8") + "\n"
            except UnicodeDecodeError as error:
                problem = bad_rows.add(invalid_utf8(source.place, number, offset, error))
                undecoded.append((number, None, None, None, problem))
                yield "\n"


def _read_array_elements(source: Source, max_row_bytes: int) -> Iterator[tuple[int, object]]:
    """Each element of an array with its line; in place of a broken one the error."""
    decoder = json.JSONDecoder()
    chunks = _read_text(source)
    text = next(chunks).lstrip()[1:]
    line, start = 1, 0
    while True:
        line, start = _skip_separators(text, line, start)
        if text.startswith("]", start):
            return
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            more = next(chunks, "") if len(text) - start <= max_row_bytes else ""
            if more:
                text, start = text[start:] + more, 0
                continue
            broken, following = _broken_array(source.place, line, error), _find_next_element(text, start)
            if following is None:
                raise broken from error
            value, end = broken, following
        yield line, value
        line += text.count("\n", start, end)
        start = end


def _find_next_element(text: str, start: int) -> int | None:
    """Where reading can go on behind a broken element: at the next object, or at the bracket that ends the file."""
    following = _OBJECTS_MEET.search(text, start)
    if following is not None:
        return following.end()
    end = len(text.rstrip()) - 1
    return end if end > start and text[end] == "]" else None


def _skip_separators(text: str, line: int, start: int) -> tuple[int, int]:
    while start < len(text) and text[start] in " \t\r\n,":
        line += text[start] == "\n"
        start += 1
    return line, start


def _read_text(source: Source) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    line, offset = 1, 0
    for chunk in source.read_chunks():
        try:
            yield decoder.decode(chunk)
        except UnicodeDecodeError as error:
            # The decoder puts up to three bytes kept from the last chunk in front of this one.
            kept = len(error.object) - len(chunk)
            line += chunk.count(b"\n", 0, max(0, error.start - kept))
            raise invalid_utf8(source.place, line, offset - kept, error) from error
        line += chunk.count(b"\n")
        offset += len(chunk)


def _broken_array(place: str, line: int, error: ValueError | RecursionError) -> DataError:
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return DataError(
        f"{place}:{line}: broken JSON in the element that starts here ({reason}), expected objects separated by commas",
        code="bad-json",
        hint="Correct the file, or tolerate and count unreadable rows with --max-bad-rows N.",
        file=place,
        line=line,
    )


def _check_column_type(place: str, name: str, kind: pl.DataType) -> None:
    if kind in (pl.String, pl.Null) or kind.is_integer() or isinstance(kind, pl.Categorical | pl.Enum):
        return
    raise DataError(
        f"{place}: column {name!r} holds {kind}, expected texts",
        code="column-type",
        hint=f"Store {name!r} as texts, or name another column.",
        file=place,
        column=name,
    )


def _check_parquet_batch(
    batch: pl.DataFrame, columns: FoundColumns, place: str, line: int, bad_rows: BadRows
) -> pl.DataFrame:
    names = columns.names
    lines = pl.int_range(line, line + batch.height, dtype=pl.Int64, eager=True).alias("line")
    if batch.select(pl.any_horizontal(pl.col(names).is_null().any())).item():
        records = zip(lines, batch.iter_rows(named=True), strict=True)
        return build_batch([check_record(record, columns, place, number, bad_rows) for number, record in records])
    uid = batch[columns.uid] if columns.uid else lines.cast(pl.String)
    return pl.DataFrame(
        {"line": lines, "uid": uid, "title": batch[columns.title], "content": batch[columns.content], "problem": None},
        schema=ROW_SCHEMA,
    )
