"""The texts of a catalogue on disk and an index of them in memory, while it is being prepared."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl

from catalora.catalog.gate import Gate, Inspected


class Spool:
    """Takes batches through the gate and stores what came of them, in the order of reading.

    Args:
        folder: a new folder for the texts; it grows to about the size of the catalogue.
        gate: cleans and judges the rows.
    """

    def __init__(self, folder: Path, gate: Gate) -> None:
        self.folder = folder
        self.changed: Counter[str] = Counter()
        self._gate = gate
        self._parts: list[pl.DataFrame] = []
        self._rows = 0
        for name in ("texts", "changes"):
            (folder / name).mkdir(parents=True)

    def add(
        self, batches: Iterable[pl.DataFrame], place: str, from_test_source: bool, after_batch: Callable[[], None]
    ) -> int:
        """Store the batches of a source and return how many rows it had."""
        before = self._rows
        for inspected in self._gate.inspect_all(batch for batch in batches if batch.height):
            self._store(inspected, place, from_test_source)
            after_batch()
        return self._rows - before

    def _store(self, inspected: Inspected, place: str, from_test_source: bool) -> None:
        texts = inspected.texts.select(pl.lit(place).alias("file"), pl.all())
        changes = inspected.changes.with_columns(row=pl.col("row") + self._rows)
        name = f"{len(self._parts):06}.parquet"
        # Compressing would cost more time than writing, and the files are gone in a minute.
        texts.write_parquet(self.folder / "texts" / name, compression="uncompressed", statistics=False)
        changes.write_parquet(self.folder / "changes" / name, compression="uncompressed", statistics=False)
        self._parts.append(inspected.index.with_columns(from_test_source=pl.lit(from_test_source)))
        self.changed.update(inspected.changed)
        self._rows += inspected.index.height

    def index(self) -> pl.DataFrame:
        """The index of all rows."""
        return pl.concat(self._parts, rechunk=True)

    def texts(self) -> pl.LazyFrame:
        """file, line, uid, title, content, detail of all rows, in the order of the index."""
        return pl.scan_parquet(self.folder / "texts" / "*.parquet")

    def changes(self) -> pl.LazyFrame:
        """row, field, rules, before, after of all changed texts."""
        return pl.scan_parquet(self.folder / "changes" / "*.parquet")

    def contents(self, rows: pl.Series) -> Iterator[pl.Series]:
        """The descriptions of some rows, batch by batch.

        Args:
            rows: row numbers in ascending order.
        """
        start = 0
        for part, path in zip(self._parts, sorted((self.folder / "texts").iterdir()), strict=True):
            end = start + part.height
            wanted = rows.filter((rows >= start) & (rows < end)) - start
            if wanted.len():
                yield pl.read_parquet(path, columns=["content"])["content"].gather(wanted)
            start = end
