"""Reading JSON Lines: whole blocks with Polars where that is provably the same, line by line elsewhere.

Polars parses many times faster than `json`, but forgives what must not pass: it turns numbers and lists into texts and
half surrogate pairs into other characters, and does not say which line is broken. A block is therefore parsed by Polars
only when counting bytes proves that every line holds each wanted key exactly once, with a text behind it. Any other
block is read line by line, which also finds the place of each error.
"""

import io
import json
import re
from collections.abc import Iterator, Mapping

import polars as pl

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
from catalora.catalog.sources import LineBlock, Source
from catalora.errors import DataError

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
# Each part has a cost of its own; from here on the whole block is read faster line by line.
_MOST_PARTS = 200


def read_json_lines(source: Source, columns: Columns, bad_rows: BadRows, max_row_bytes: int) -> Iterator[pl.DataFrame]:
    """Read one JSON object a line; blank lines are skipped.

    Raises:
        DataError: a line is no JSON object with texts, more often than tolerated; or a column is missing.
    """
    found: FoundColumns | None = None
    for block in source.read_blocks(max_row_bytes):
        if found is None:
            names = _read_names(block)
            found = columns.find(names, source.place) if names else None
        batches = [_read_part(part, found, source.place, bad_rows) for part in split_at_surrogates(block)]
        yield pl.concat(batches)


def split_at_surrogates(block: LineBlock) -> list[LineBlock]:
    """Cut lines that write a character as a surrogate pair out of a block, when they are few.

    Returns:
        The block in parts, in order: only the parts of one such line cannot be parsed by Polars.
    """
    data, parts, line, done = block.data, list[LineBlock](), block.first_line, 0
    for match in _SURROGATE.finditer(data):
        if match.start() < done:
            continue
        start = data.rfind(b"\n", done, match.start()) + 1 or done
        end = data.find(b"\n", match.start()) + 1 or len(data)
        for piece in (data[done:start], data[start:end]):
            if piece:
                parts.append(LineBlock(piece, line, block.offset + done))
                line += piece.count(b"\n")
                done += len(piece)
        if len(parts) > _MOST_PARTS:
            return [block]
    if done < len(data):
        parts.append(LineBlock(data[done:], line, block.offset + done))
    return parts


def parse_block(block: LineBlock, columns: FoundColumns) -> pl.DataFrame | None:
    """Parse a block with Polars, or return nothing when that might differ from reading it line by line."""
    data = block.data
    names = columns.names
    rows = data.count(b"\n") + (not data.endswith(b"\n"))
    if _SURROGATE.search(data) or not all(_holds_one_text_a_line(data, name, rows) for name in names):
        return None
    try:
        table = pl.read_ndjson(io.BytesIO(data), schema=dict.fromkeys(names, pl.String))
    except pl.exceptions.PolarsError:
        return None
    # A blank line would shift the numbers; a null is a key that only stood inside another object.
    if table.height != rows or any(table[name].null_count() for name in names):
        return None
    lines = pl.int_range(block.first_line, block.first_line + rows, dtype=pl.Int64, eager=True)
    return pl.DataFrame(
        {
            "line": lines,
            "uid": lines.cast(pl.String) if columns.uid is None else table[columns.uid],
            "title": table[columns.title],
            "content": table[columns.content],
            "problem": pl.Series([None], dtype=pl.String).new_from_index(0, rows),
        },
        schema=ROW_SCHEMA,
    )


def _read_part(block: LineBlock, columns: FoundColumns | None, place: str, bad_rows: BadRows) -> pl.DataFrame:
    batch = None if columns is None else parse_block(block, columns)
    return read_block_by_line(block, columns, place, bad_rows) if batch is None else batch


def read_block_by_line(block: LineBlock, columns: FoundColumns | None, place: str, bad_rows: BadRows) -> pl.DataFrame:
    """Parse each line with `json`; unreadable ones become rows with a problem."""
    rows: list[Row] = []
    for number, offset, line in block.lines():
        if not line.strip():
            continue
        record = _parse_line(line, place, number, offset)
        if isinstance(record, DataError):
            rows.append((number, None, None, None, bad_rows.add(record)))
        else:
            rows.append(check_record(record, columns, place, number, bad_rows))
    return build_batch(rows)


def _parse_line(line: bytes, place: str, number: int, offset: int) -> object:
    """The value on a line, or the error that makes it unreadable."""
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return invalid_utf8(place, number, offset, error)
    except json.JSONDecodeError as error:
        problem = f"broken JSON at column {error.colno} ({error.msg}), expected one object a line"
        return bad_row(place, number, problem, "bad-json", column=error.colno)
    except (ValueError, RecursionError) as error:
        problem = f"broken JSON ({error}), expected one object a line"
        return bad_row(place, number, problem, "bad-json", column=1)


def _holds_one_text_a_line(data: bytes, name: str, rows: int) -> bool:
    """Whether each line has the key once, directly followed by a text; a quote inside a text is always escaped."""
    key = json.dumps(name, ensure_ascii=False).encode() + b":"
    if data.count(key) != rows:
        return False
    spaced = data.count(key + b' "')
    return spaced == rows or spaced + data.count(key + b'"') == rows


def _read_names(block: LineBlock) -> list[str]:
    """The keys of the first lines that are objects, in order of appearance."""
    names: dict[str, None] = {}
    for seen, (_, _, line) in enumerate(block.lines()):
        if seen == 100:
            break
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, Mapping):
            names.update(dict.fromkeys(record))
    return list(names)
