"""Deciding about every row of a catalogue by its index: duplicates, overlaps, sample, split."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from catalora.catalog.duplicates import mark_duplicates, number_repeated_uids
from catalora.catalog.keys import compute_order
from catalora.catalog.profile import REASONS
from catalora.catalog.splitting import number_groups, split_groups
from catalora.config import DataConfig
from catalora.errors import DataError

# Finds near-duplicates among rows given by number; for each row the smallest position of its cluster.
FindClusters = Callable[[pl.Series], npt.NDArray[np.int64]]


def decide_rows(index: pl.DataFrame, config: DataConfig, find_clusters: FindClusters) -> pl.DataFrame:
    """Decide which rows are kept, and in which split.

    Groups are made of all usable rows before any are drawn, so that a product has the same split in every sample.

    Args:
        index: one row per row read, as `gate` makes it, with `from_test_source`.
        config: sample size, seed, shares, copies.
        find_clusters: called once with the usable rows.

    Returns:
        The index in the same order with final `reason` and `uid`, and `row`, `kept_row` (of a duplicate), `renamed`,
        `kept`, `split` and `group` (null where not kept).

    Raises:
        DataError: nothing is usable, or less than `max_samples`.
    """
    index = _name_uids(mark_duplicates(index.with_row_index("row"), config.max_copies))
    usable = index.filter(pl.col("reason").is_null())
    _check_usable(index, usable, None)
    usable = usable.with_columns(cluster=pl.Series(find_clusters(usable["row"])))
    usable = usable.with_columns(number=number_groups(usable, ["title_key", "content_key", "cluster"]))
    overlaps = _find_overlaps(usable)
    reason = pl.lit("in-test-source", dtype=index.schema["reason"])
    index = index.with_columns(reason=pl.when(pl.col("row").is_in(overlaps.implode())).then(reason).otherwise("reason"))
    usable = usable.filter(~pl.col("row").is_in(overlaps.implode()))
    _check_usable(index, usable, config.max_samples)
    chosen = _split(_draw(usable, config), config)
    columns = chosen.select("row", "split", pl.lit(True).alias("kept"), group=_name_groups(chosen["group_key"]))
    return index.join(columns, on="row", how="left", maintain_order="left").with_columns(
        pl.col("kept").fill_null(False)
    )


def count_removed(index: pl.DataFrame) -> dict[str, int]:
    """Removed rows by reason, all reasons named."""
    counts = dict(index["reason"].drop_nulls().cast(pl.String).value_counts().iter_rows())
    return {reason: counts.get(reason, 0) for reason in REASONS}


def _name_uids(index: pl.DataFrame) -> pl.DataFrame:
    rows = index["reason"].is_null().arg_true()
    before = index["uid"].gather(rows)
    uids = number_repeated_uids(before)
    renamed = pl.Series([False]).new_from_index(0, index.height).scatter(rows, uids != before)
    return index.with_columns(uid=index["uid"].scatter(rows, uids), renamed=renamed)


def _find_overlaps(usable: pl.DataFrame) -> pl.Series:
    """Rows that could be trained on and share their group with a row of the test source."""
    is_tested = pl.col("from_test_source").any().over("number")
    return usable.filter(is_tested & ~pl.col("from_test_source"))["row"]


def _draw(usable: pl.DataFrame, config: DataConfig) -> pl.DataFrame:
    """Add the group key and draw `max_samples` rows, and at most as many of the test source."""
    usable = usable.with_columns(
        group_key=pl.col("title_key").min().over("number"),
        group_size=pl.len().over("number"),
        among=pl.lit(usable.height),
    )
    if config.max_samples is None:
        return usable
    ordered = usable.with_columns(order=compute_order(usable["uid"], config.seed)).sort("order")
    parts = [ordered.filter(pl.col("from_test_source") == test).head(config.max_samples) for test in (False, True)]
    return pl.concat(parts).sort("row")


def _split(chosen: pl.DataFrame, config: DataConfig) -> pl.DataFrame:
    has_test_source = bool(chosen["from_test_source"].any())
    test_share = 0.0 if has_test_source else config.test_share
    drawn = chosen.filter(~pl.col("from_test_source"))
    splits = split_groups(drawn, config.seed, config.validation_share, test_share)
    with_split = drawn.with_columns(split=splits)
    given = chosen.filter("from_test_source").with_columns(split=pl.lit("test"))
    return pl.concat([with_split, given]).sort("row")


def _name_groups(keys: pl.Series) -> pl.Series:
    return pl.Series([f"{key:016x}" for key in keys], dtype=pl.String)


def _check_usable(index: pl.DataFrame, usable: pl.DataFrame, max_samples: int | None) -> None:
    count = int((~usable["from_test_source"]).sum())
    if count and (max_samples or 0) <= count:
        return
    rows = int((~index["from_test_source"]).sum())
    removed = ", ".join(f"{number:,} {reason}" for reason, number in count_removed(index).items() if number)
    if not count:
        raise DataError(
            f"none of the {rows:,} rows is usable: {removed}",
            code="no-usable-product",
            hint="Look at the file, and name its columns if the wrong ones were guessed.",
            rows=rows,
        )
    raise DataError(
        f"max_samples = {max_samples:,}, but only {count:,} of {rows:,} rows are usable"
        + (f" ({removed})" if removed else ""),
        code="too-few-products",
        hint=f"Use --max-samples {count} or less, or leave it out to use all.",
        max_samples=max_samples,
        usable=count,
    )
