"""The finished table as CSV, Parquet or JSON Lines, and beside it the rows that could not be described."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from catalora.descriptions.shards import Manifest, Parts
from catalora.errors import UsageError
from catalora.run import flush_to_disk

# What a spreadsheet would take for a formula.
_FORMULA = r"^[=+\-@\t\r]"


def find_format(out: Path) -> str:
    """Ending of the output, which tells its format.

    Raises:
        UsageError: it is none that can be written.
    """
    if out.suffix not in _SINKS:
        raise UsageError(
            f"{out}: expected a name that ends with {', '.join(_SINKS)}",
            code="describe-format",
            hint=f"For example -o {out.with_suffix('.csv')}",
        )
    return out.suffix


def name_removed(out: Path) -> Path:
    """The file of the rows that could not be described: `shop.csv` → `shop.removed.csv`."""
    return out.with_name(f"{out.stem}.removed{out.suffix}")


def write_output(parts: Parts, manifest: Manifest, out: Path) -> None:
    """Write both files whole or not at all, the described rows last; without removed rows there is no second file."""
    suffix = find_format(out)
    if parts.count_removed():
        _write(parts.scan_removed(), name_removed(out), suffix)
    _write(parts.scan_shards(manifest).drop("position"), out, suffix)


def _write(table: pl.LazyFrame, path: Path, suffix: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    _SINKS[suffix](table, temporary)
    flush_to_disk(temporary)
    temporary.replace(path)


def _sink_csv(table: pl.LazyFrame, path: Path) -> None:
    """Lists become `uid score; uid score`; a text that a spreadsheet would run as a formula gets an apostrophe."""
    columns = []
    for name, kind in table.collect_schema().items():
        if isinstance(kind, pl.List):
            entry = pl.format("{} {}", pl.element().struct["uid"], pl.element().struct["score"].round(3))
            columns.append(pl.col(name).list.eval(entry).list.join("; "))
        elif kind == pl.String:
            guarded = pl.format("'{}", pl.col(name))
            columns.append(pl.when(pl.col(name).str.contains(_FORMULA)).then(guarded).otherwise(name).alias(name))
    table.with_columns(columns).sink_csv(path)


_SINKS: dict[str, Callable[[pl.LazyFrame, Path], None]] = {
    ".csv": _sink_csv,
    ".parquet": lambda table, path: table.sink_parquet(path),
    ".jsonl": lambda table, path: table.sink_ndjson(path),
}
