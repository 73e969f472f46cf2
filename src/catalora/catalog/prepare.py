"""From catalogue files to a prepared data set, in bounded memory.

    read and clean, batch by batch → spool on disk    texts, one Parquet file a batch
                                   → index in memory  a few numbers a row: keys, lengths, reason
    duplicates, near-duplicates, sample and split, on the index
    spool + index → products.parquet, removed.parquet, changed.parquet, profile.json

Everything is written into a hidden folder beside the target and takes the target's place at the very end.
"""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from catalora.catalog.gate import REMOVED_TEXT_CHARS, Gate
from catalora.catalog.near_duplicates import Signatures, compute_signatures, find_clusters, join_signatures
from catalora.catalog.prepared import (
    CHANGED,
    PRODUCT_SCHEMA,
    PRODUCTS,
    PROFILE,
    REMOVED,
    PreparedData,
    compute_file_sha256,
    compute_fingerprint,
    is_prepared,
)
from catalora.catalog.profile import Profile, SourceRecord, compute_lengths, count_splits
from catalora.catalog.readers import read_in_parts, read_rows
from catalora.catalog.replacement import replace_folder
from catalora.catalog.report import write_report
from catalora.catalog.rows import BadRows, Columns
from catalora.catalog.selection import count_removed, decide_rows
from catalora.catalog.sources import Source
from catalora.catalog.spool import Spool
from catalora.config import DataConfig
from catalora.errors import UsageError
from catalora.progress import Progress, ignore_progress

# Rows of a row group: readers hold several of them at once, and the default of 122,880 long texts takes gigabytes.
ROW_GROUP = 16_384


def prepare_catalogue(
    sources: Sequence[Path],
    out: Path,
    config: DataConfig,
    *,
    test_sources: Sequence[Path] = (),
    columns: Columns | None = None,
    progress: Progress = ignore_progress,
) -> PreparedData:
    """Read, clean, de-duplicate, sample and split catalogue files into a prepared data set.

    Args:
        sources: files in any of the formats that `readers` knows.
        out: folder to write; a prepared data set that is there is replaced when the new one is complete.
        config: sample size, seed, shares, limits.
        test_sources: files whose products are the test split; products of `sources` that are the same or nearly the
            same are removed, and `test_share` does not count.
        columns: names of the columns where guessing would fail.
        progress: told about the bytes read of each file (`read NAME`), the descriptions compared (`compare
            descriptions`) and the files written (`write`).

    Raises:
        UsageError: no source was given.
        ConfigError: `config.skip_rules` names an unknown rule.
        InputNotFoundError: a source does not exist.
        DataError: a source is damaged, has more unreadable rows than tolerated, or too few usable products.
        StorageError: `out` holds something else or cannot be written.
    """
    if not sources:
        raise UsageError("no catalogue file given", code="no-source", hint="Name at least one file.")
    opened = [(Source(Path(path)), False) for path in sources] + [(Source(Path(path)), True) for path in test_sources]
    gate = Gate(config.min_content_chars, config.skip_rules, config.languages)
    bad_rows = BadRows(config.max_bad_rows)
    with replace_folder(out, is_prepared) as folder:
        spool = Spool(folder / "spool", gate)
        # The test source comes first: of two equal descriptions the first is kept, and the test set shall stay whole.
        records = [
            _read_source(source, spool, config, columns or Columns(), bad_rows, from_test, progress)
            for source, from_test in sorted(opened, key=itemgetter(1), reverse=True)
        ]
        similarity = config.near_duplicate_similarity
        index = decide_rows(spool.index(), config, lambda rows: _find_clusters(spool, rows, similarity, progress))
        writers = ((_write_products, PRODUCTS), (_write_removed, REMOVED), (_write_changed, CHANGED))
        for step, (write, name) in enumerate(writers):
            progress("write", step, len(writers))
            write(spool, index, folder / name)
        profile = _build_profile(index, spool.changed, records, config, folder / PRODUCTS)
        text = json.dumps(profile.to_json(), ensure_ascii=False, indent=2)
        (folder / PROFILE).write_text(text + "\n", encoding="utf-8")
        write_report(folder, profile)
        shutil.rmtree(spool.folder)
        progress("write", len(writers), len(writers))
    return PreparedData(out, profile)


def _read_source(
    source: Source,
    spool: Spool,
    config: DataConfig,
    columns: Columns,
    bad_rows: BadRows,
    from_test_source: bool,
    progress: Progress,
) -> SourceRecord:
    stage = f"read {source.name}"
    batches = read_rows(source, columns, bad_rows, config.max_row_bytes)
    rows = spool.add(
        batches, source.place, from_test_source, lambda: progress(stage, source.position_bytes, source.size_bytes)
    )
    progress(stage, source.size_bytes, source.size_bytes)
    return SourceRecord(source.name, source.size_bytes, source.compute_sha256(), rows, from_test_source)


def _find_clusters(
    spool: Spool, rows: pl.Series, similarity: float | None, progress: Progress
) -> npt.NDArray[np.int64]:
    if similarity is None:
        return np.arange(rows.len())
    signatures: list[Signatures] = []
    done = 0
    for contents in spool.contents(rows):
        signatures.append(compute_signatures(contents))
        done += contents.len()
        progress("compare descriptions", done, rows.len())
    return find_clusters(join_signatures(signatures), similarity)


def _write_products(spool: Spool, index: pl.DataFrame, path: Path) -> None:
    texts = spool.texts().select("title", "content")
    decided = index.lazy().select("uid", "split", "group", "kept")
    kept = pl.concat([texts, decided], how="horizontal").filter("kept").select(*PRODUCT_SCHEMA)
    kept.sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True, row_group_size=ROW_GROUP)


def _write_removed(spool: Spool, index: pl.DataFrame, path: Path) -> None:
    duplicate_of = index["uid"].gather(index["kept_row"])
    decided = index.lazy().select(pl.col("reason").cast(pl.String), duplicate_of=duplicate_of)
    removed = pl.concat([spool.texts(), decided], how="horizontal").filter(pl.col("reason").is_not_null())
    removed.select(
        *("file", "line", "uid", "title"),
        pl.col("content").str.slice(0, REMOVED_TEXT_CHARS),
        "reason",
        detail=pl.coalesce("detail", pl.lit("same description as ") + pl.col("duplicate_of")),
    ).sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True, row_group_size=ROW_GROUP)


def _write_changed(spool: Spool, index: pl.DataFrame, path: Path) -> None:
    places = pl.concat(
        [spool.texts().select("file", "line"), index.lazy().select("row", "uid", "kept")], how="horizontal"
    )
    changed = spool.changes().join(places.filter("kept").drop("kept"), on="row", how="inner", maintain_order="left")
    changed = changed.select("file", "line", "uid", "field", "rules", "before", "after")
    changed.sink_parquet(path, compression="zstd", compression_level=1, maintain_order=True, row_group_size=ROW_GROUP)


def _build_profile(
    index: pl.DataFrame, changed: Counter[str], sources: list[SourceRecord], config: DataConfig, products: Path
) -> Profile:
    kept = index.filter("kept")
    removed = count_removed(index)
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
        settings=config.model_dump(mode="json"),
        sources=sources,
        fingerprint=compute_fingerprint(read_in_parts(products)),
        products_sha256=compute_file_sha256(products),
    )
