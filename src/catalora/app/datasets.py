"""Reading prepared data sets for a page: a few rows at a time, whatever their size."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import streamlit as st

from catalora.app.plain import reveal
from catalora.catalog import PreparedData, load_prepared
from catalora.catalog.differences import Piece, compare_texts, shorten_pieces
from catalora.catalog.prepared import CHANGED, PRODUCTS, REMOVED

# What a table on a page shows at most; a search narrows it down.
SHOWN_ROWS = 200
EXCERPT_CHARS = 300
COMPARED_CHARS = 20_000  # and of one text


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A title or description as read and as cleaned."""

    before: str
    after: str
    rules: tuple[str, ...]

    @property
    def pieces(self) -> list[Piece]:
        """What stayed, went and came."""
        return shorten_pieces(compare_texts(self.before, self.after), COMPARED_CHARS)


@dataclass(frozen=True, slots=True)
class Record:
    """One product with its texts before and after cleaning."""

    uid: str
    split: str
    place: str | None
    title: FieldChange
    content: FieldChange


def open_dataset(path: Path) -> PreparedData:
    """A prepared data set, checked once for as long as its files stay as they are.

    Raises:
        InputNotFoundError, DataError: as `load_prepared`.
    """
    try:
        written = (path / PRODUCTS).stat().st_mtime_ns
    except OSError:
        written = 0
    return _open(path, written)


@st.cache_resource(max_entries=8, show_spinner=False)
def _open(path: Path, _written: int) -> PreparedData:
    return load_prepared(path)


def find_products(data: PreparedData, split: str | None, words: str) -> pl.DataFrame:
    """The first products of a split whose title or uid contains some words: uid, title, split, content."""
    rows = pl.scan_parquet(data.path / PRODUCTS)
    if split is not None:
        rows = rows.filter(pl.col("split") == split)
    if words.strip():
        wanted = words.strip().lower()
        title = pl.col("title").str.to_lowercase().str.contains(wanted, literal=True)
        rows = rows.filter(title | (pl.col("uid") == words.strip()))
    return rows.select("uid", "title", "split", "content").head(SHOWN_ROWS).collect()


def read_record(data: PreparedData, uid: str) -> Record | None:
    """One product with what cleaning did to it, or nothing when there is no such uid."""
    found = pl.scan_parquet(data.path / PRODUCTS).filter(pl.col("uid") == uid).head(1).collect()
    if found.is_empty():
        return None
    title, content, split = found.select("title", "content", "split").row(0)
    changed = pl.scan_parquet(data.path / CHANGED).filter(pl.col("uid") == uid).collect()
    place = f"{Path(changed['file'][0]).name}:{changed['line'][0]}" if changed.height else None
    return Record(uid, split, place, _read_change(changed, "title", title), _read_change(changed, "content", content))


def find_removed(data: PreparedData, reason: str) -> pl.DataFrame:
    """The first rows that were removed for a reason: uid, title, content, place, detail."""
    excerpts = [pl.col(name).str.slice(0, EXCERPT_CHARS) for name in ("uid", "title", "content")]
    # The folder is the server's business.
    file = pl.col("file").str.split("/").list.last()
    place = pl.format("{}:{}", file, "line").alias("place")
    rows = pl.scan_parquet(data.path / REMOVED).filter(pl.col("reason") == reason)
    return rows.select(*excerpts, place, "detail").head(SHOWN_ROWS).collect()


def reveal_table(table: pl.DataFrame) -> pl.DataFrame:
    """A table whose texts show what they would hide; a text that is missing is empty."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(pl.col(name).fill_null("").map_elements(reveal, return_dtype=pl.String) for name in texts)


def write_difference(change: FieldChange) -> str:
    """A change in the form of `diff`: a line per piece, with `-` for what went and `+` for what came."""
    signs = {"removed": "- ", "added": "+ "}
    lines: list[str] = []
    for piece in change.pieces:
        text = "[…]" if piece.kind == "omitted" else reveal(piece.text)
        lines += [signs.get(piece.kind, "  ") + line for line in text.splitlines() or [""]]
    return "\n".join(lines)


def _read_change(changed: pl.DataFrame, field: str, cleaned: str) -> FieldChange:
    rows = changed.filter(pl.col("field") == field)
    if rows.is_empty():
        return FieldChange(cleaned, cleaned, ())
    rules, before = rows.select("rules", "before").row(0)
    return FieldChange(before, cleaned, tuple(rules))
