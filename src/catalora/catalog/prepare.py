"""From catalogue files to a prepared data set, in bounded memory.

    read and clean, batch by batch → spool on disk    texts, one Parquet file a batch
                                   → index in memory  a few numbers a row: keys, lengths, reason
    duplicates, sample and split, on the index
    spool + index → products.parquet, removed.parquet, profile.json

Everything is written into a hidden folder beside the target and takes the target's place at the very end.
"""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from catalora.catalog.duplicates import mark_duplicates, number_repeated_uids
from catalora.catalog.gate import REMOVED_TEXT_CHARS, inspect_batch
from catalora.catalog.keys import compute_order
from catalora.catalog.prepared import (
    PRODUCT_SCHEMA,
    PRODUCTS,
    PROFILE,
    REMOVED,
    PreparedData,
    compute_file_sha256,
    compute_fingerprint,
    is_prepared,
)
from catalora.catalog.profile import REASONS, Profile, SourceRecord, compute_lengths, count_splits
from catalora.catalog.readers import read_rows
from catalora.catalog.replacement import replace_folder
from catalora.catalog.rows import BadRows, Columns
from catalora.catalog.sources import Source
from catalora.catalog.splitting import number_groups, split_groups
from catalora.config import DataConfig
from catalora.errors import DataError, UsageError
from catalora.progress import Progress, ignore_progress


def prepare_catalogue(
    sources: Sequence[Path],
    out: Path,
    config: DataConfig,
    *,
    columns: Columns | None = None,
    progress: Progress = ignore_progress,
) -> PreparedData:
    """Read, clean, de-duplicate, sample and split catalogue files into a prepared data set.

    Args:
        sources: files in any of the formats that `readers` knows.
        out: folder to write; a prepared data set that is there is replaced when the new one is complete.
        config: sample size, seed, shares, limits.
        columns: names of the columns where guessing would fail.
        progress: told about the bytes read (`read`) and the steps after that (`write`).

    Raises:
        UsageError: no source was given.
        InputNotFoundError: a source does not exist.
        DataError: a source is damaged, has more unreadable rows than tolerated, or too few usable products.
        StorageError: `out` holds something else or cannot be written.
    """
    if not sources:
        raise UsageError("no catalogue file given", code="no-source", hint="Name at least one file.")
    opened = [Source(Path(path)) for path in sources]
    with replace_folder(out, is_prepared) as folder:
        spool = Spool(folder / "spool")
        records = [_read_source(source, spool, config, columns or Columns(), progress) for source in opened]
        progress("write", 0, 4)
        index = _choose_products(spool.index(), config)
        progress("write", 1, 4)
        _write_products(spool, index, folder / PRODUCTS)
        progress("write", 2, 4)
        _write_removed(spool, index, folder / REMOVED)
        progress("write", 3, 4)
        profile = _build_profile(index, spool.changed, records, config, folder / PRODUCTS)
        text = json.dumps(profile.to_json(), ensure_ascii=False, indent=2)
        (folder / PROFILE).write_text(text + "\n", encoding="utf-8")
        shutil.rmtree(spool.folder)
    progress("write", 4, 4)
    return PreparedData(out, profile)


@dataclass(slots=True)
class Spool:
    """The texts of all rows on disk, and in memory an index of them in the same order."""

    folder: Path
    bad_rows: BadRows = field(default_factory=lambda: BadRows(0))
    changed: Counter[str] = field(default_factory=Counter)
    parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, batch: pl.DataFrame, place: str, min_content_chars: int) -> None:
        """Pass one batch through the gate and store it."""
        self.folder.mkdir(exist_ok=True)
        inspected = inspect_batch(batch, min_content_chars)
        texts = inspected.texts.select(pl.lit(place).alias("file"), pl.all())
        texts.write_parquet(self.folder / f"{len(self.parts):06}.parquet", compression="uncompressed", statistics=False)
        self.parts.append(inspected.index)
        self.changed.update(inspected.changed)

    def index(self) -> pl.DataFrame:
        """The index of all rows."""
        return pl.concat(self.parts)

    def texts(self) -> pl.LazyFrame:
        """The texts of all rows, in the order of the index."""
        return pl.scan_parquet(self.folder / "*.parquet")


def _read_source(
    source: Source, spool: Spool, config: DataConfig, columns: Columns, progress: Progress
) -> SourceRecord:
    rows = 0
    spool.bad_rows.limit = config.max_bad_rows
    for batch in read_rows(source, columns, spool.bad_rows, config.max_row_bytes):
        if batch.height:
            spool.add(batch, source.place, config.min_content_chars)
        rows += batch.height
        progress(f"read {source.path.name}", source.position_bytes, source.size_bytes)
    progress(f"read {source.path.name}", source.size_bytes, source.size_bytes)
    return SourceRecord(source.path.name, source.size_bytes, source.compute_sha256(), rows)


def _choose_products(index: pl.DataFrame, config: DataConfig) -> pl.DataFrame:
    """Decide about every row.

    Returns:
        The index with `kept`, and for kept rows a unique uid, `split` and `group`; in the order of the rows.
    """
    index = mark_duplicates(index)
    usable_rows = index["reason"].is_null().arg_true()
    _check_usable(index, usable_rows.len(), config)
    uids = number_repeated_uids(index["uid"].gather(usable_rows))
    index = index.with_columns(
        renamed=pl.Series([False])
        .new_from_index(0, index.height)
        .scatter(usable_rows, uids != index["uid"].gather(usable_rows)),
        uid=index["uid"].scatter(usable_rows, uids),
    )
    rows = usable_rows
    if config.max_samples is not None:
        rows = usable_rows.gather(compute_order(uids, config.seed).arg_sort()[: config.max_samples]).sort()
    kept = index[rows]
    groups = kept.select(
        pl.col("title_key").min().over(number_groups(kept, ["title_key", "content_key"]).alias("group"))
    )["title_key"]
    chosen = pl.DataFrame(
        {
            "row": rows,
            "split": split_groups(groups, config.seed, config.validation_share, config.test_share),
            "group": pl.Series([f"{group:016x}" for group in groups], dtype=pl.String),
            "kept": True,
        }
    )
    return index.join(chosen, on="row", how="left", maintain_order="left").with_columns(pl.col("kept").fill_null(False))


def _check_usable(index: pl.DataFrame, usable: int, config: DataConfig) -> None:
    if usable and (config.max_samples or 0) <= usable:
        return
    removed = ", ".join(f"{count:,} {reason}" for reason, count in _count_removed(index).items() if count)
    if not usable:
        raise DataError(
            f"none of the {index.height:,} rows is usable: {removed}",
            code="no-usable-product",
            hint="Look at the file, and name its columns if the wrong ones were guessed.",
            rows=index.height,
        )
    raise DataError(
        f"max_samples = {config.max_samples:,}, but only {usable:,} of {index.height:,} rows are usable"
        + (f" ({removed})" if removed else ""),
        code="too-few-products",
        hint=f"Use --max-samples {usable} or less, or leave it out to use all.",
        max_samples=config.max_samples,
        usable=usable,
    )


def _write_products(spool: Spool, index: pl.DataFrame, path: Path) -> None:
    texts = spool.texts().select("title", "content")
    decided = index.lazy().select("uid", "split", "group", "kept")
    kept = pl.concat([texts, decided], how="horizontal").filter("kept").select(*PRODUCT_SCHEMA)
    kept.sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True)


def _write_removed(spool: Spool, index: pl.DataFrame, path: Path) -> None:
    duplicate_of = index["uid"].gather(index["kept_row"])
    decided = index.lazy().select(pl.col("reason").cast(pl.String), duplicate_of=duplicate_of)
    removed = pl.concat([spool.texts(), decided], how="horizontal").filter(pl.col("reason").is_not_null())
    removed.select(
        *("file", "line", "uid", "title"),
        pl.col("content").str.slice(0, REMOVED_TEXT_CHARS),
        "reason",
        detail=pl.coalesce("detail", pl.lit("same description as ") + pl.col("duplicate_of")),
    ).sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True)


def _build_profile(
    index: pl.DataFrame, changed: Counter[str], sources: list[SourceRecord], config: DataConfig, products: Path
) -> Profile:
    kept = index.filter("kept")
    removed = _count_removed(index)
    batches = pl.scan_parquet(products).collect_batches(chunk_size=20_000, maintain_order=True)
    return Profile(
        rows_in=index.height,
        kept=kept.height,
        removed=removed,
        not_sampled=index.height - kept.height - sum(removed.values()),
        changed=dict(changed),
        renamed_uids=int(kept["renamed"].sum()),
        title_lengths=compute_lengths(kept["title_chars"]),
        content_lengths=compute_lengths(kept["content_chars"]),
        splits=count_splits(kept["split"]),
        groups=kept["group"].n_unique(),
        settings=config.model_dump(),
        sources=sources,
        fingerprint=compute_fingerprint(batches),
        products_sha256=compute_file_sha256(products),
    )


def _count_removed(index: pl.DataFrame) -> dict[str, int]:
    counts = dict(index["reason"].drop_nulls().cast(pl.String).value_counts().iter_rows())
    return {reason: counts.get(reason, 0) for reason in REASONS}
