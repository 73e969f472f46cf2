"""Products that say the same, and products with the same uid."""

import polars as pl


def mark_duplicates(index: pl.DataFrame, max_copies: int) -> pl.DataFrame:
    """Give rows that repeat an earlier one the reason `duplicate-content`.

    A row repeats an earlier usable one when description and title are equal, or when `max_copies` rows with its
    description came before.

    Args:
        index: rows with `row`, `reason`, `title_key` and `content_key`.
        max_copies: rows to keep of each description.

    Returns:
        The index with `kept_row`: for a duplicate the first row with that description, otherwise null.
    """
    usable = pl.col("reason").is_null()
    copies = index.lazy().filter(usable).select("row", "title_key", "content_key")
    copies = copies.with_columns(kept_row=pl.col("row").first().over("content_key"))
    is_same = pl.col("row") != pl.col("row").first().over("title_key", "content_key")
    is_beyond = (~is_same).cast(pl.UInt32).cum_sum().over("content_key") > max_copies
    duplicates = copies.filter(is_same | is_beyond).select("row", "kept_row").collect()
    marked = index.join(duplicates, on="row", how="left", maintain_order="left")
    reason = pl.lit("duplicate-content", dtype=index.schema["reason"])
    return marked.with_columns(reason=pl.when(pl.col("kept_row").is_not_null()).then(reason).otherwise("reason"))


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
