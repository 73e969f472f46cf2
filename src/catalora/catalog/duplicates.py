"""Products that say the same."""

import polars as pl


def mark_duplicates(index: pl.DataFrame) -> pl.DataFrame:
    """Give all but the first usable row of each description the reason `duplicate-content`.

    Args:
        index: rows with `reason` and `content_key`.

    Returns:
        The index with `row`, its number, and `kept_row`: for a duplicate the row that was kept, otherwise null.
    """
    usable = pl.col("reason").is_null()
    first = pl.when(usable).then("row").min().over("content_key")
    is_duplicate = usable & (first != pl.col("row"))
    return index.with_row_index("row").with_columns(
        reason=pl.when(is_duplicate)
        .then(pl.lit("duplicate-content", dtype=index.schema["reason"]))
        .otherwise("reason"),
        kept_row=pl.when(is_duplicate).then(first),
    )


def number_repeated_uids(uids: pl.Series) -> pl.Series:
    """Put `#2`, `#3` … behind a uid that occurred before, so that each uid names one product.

    Example:
        >>> number_repeated_uids(pl.Series(["a", "b", "a", "a#2"])).to_list()
        ['a', 'b', 'a#2', 'a#2#2']
    """
    table = pl.DataFrame({"uid": uids})
    while table["uid"].is_duplicated().any():
        occurrence = pl.int_range(1, pl.len() + 1).over("uid")
        again = pl.col("uid") + "#" + occurrence.cast(pl.String)
        table = table.with_columns(uid=pl.when(occurrence > 1).then(again).otherwise("uid"))
    return table["uid"]
