"""Random samples and the split into train, validation and test.

Products that share a title, or a description nearly, belong to one group, and a group goes into one split as a whole.
Which one is decided by a hash of the seed and the group alone, so that products added later do not move those that were
there.
"""

import polars as pl

from catalora.catalog.keys import compute_order, hash_text
from catalora.catalog.product import Product, Split
from catalora.errors import DataError

_HASH_RANGE = 2**64
_ALWAYS_SMALL = 10  # products
_LARGEST_PART_OF_SPLIT = 0.25


def number_groups(table: pl.DataFrame, keys: list[str]) -> pl.Series:
    """Number of the group of each row: rows that share a value in any of the key columns, directly or in a chain.

    Returns:
        For each row the smallest row number in its group.

    Example:
        >>> table = pl.DataFrame({"title": [1, 1, 2, 3], "content": [7, 8, 8, 9]})
        >>> number_groups(table, ["title", "content"]).to_list()
        [0, 0, 0, 3]
    """
    groups = table.select(*keys, group=pl.int_range(pl.len(), dtype=pl.UInt32))
    while True:
        # Each pass carries the smallest number one link further along a chain.
        before = groups["group"]
        for key in keys:
            groups = groups.with_columns(pl.col("group").min().over(key))
        if groups["group"].equals(before):
            return before


def split_groups(products: pl.DataFrame, seed: int, validation_share: float, test_share: float) -> pl.Series:
    """The split of each product, equal within a group.

    Args:
        products: `group_key`, a stable 64-bit key of each product's group; `group_size`, how many usable products the
            group has in the whole catalogue; `among`, how many usable products that catalogue has.
        seed: another seed gives another split.
        validation_share: expected share of groups, 0 to 0.5; the real share varies as with drawn lots.
        test_share: as `validation_share`.

    Returns:
        (N,) texts `train`, `validation` or `test`. With at least three groups, no split with a share above 0 is empty.
        Very large groups are always trained on: one of them would fill a held-out split alone.
    """
    lots = products.select("group_key", "group_size", "among").unique("group_key").sort("group_key")
    drawn = [hash_text(f"{seed}:{group}") for group in lots["group_key"]]
    lots = lots.with_columns(lot=pl.Series(drawn, dtype=pl.UInt64)).sort("lot")
    share = pl.col("lot").cast(pl.Float64) / _HASH_RANGE
    smallest = min((share for share in (validation_share, test_share) if share > 0), default=0.0)
    most = pl.max_horizontal(pl.lit(_ALWAYS_SMALL), pl.col("among") * smallest * _LARGEST_PART_OF_SPLIT)
    lots = lots.with_columns(
        split=pl.when(pl.col("group_size") > most)
        .then(pl.lit("train"))
        .when(share < test_share)
        .then(pl.lit("test"))
        .when(share < test_share + validation_share)
        .then(pl.lit("validation"))
        .otherwise(pl.lit("train"))
    )
    lots = _fill_empty_splits(lots, validation_share, test_share)
    return products.select("group_key").join(lots, on="group_key", how="left", maintain_order="left")["split"]


def select_products(table: pl.DataFrame, max_samples: int | None, seed: int) -> pl.DataFrame:
    """Keep a random sample of the training products, and all validation and test products.

    The sample is nested: with the same seed, the 500 products are among the 1,000. Rows keep their order.

    Args:
        table: products with at least `uid` and `split`.
        max_samples: training products at most; all when empty.
        seed: another seed draws another sample.

    Raises:
        DataError: there are no training products.
    """
    is_train = table["split"] == "train"
    if not is_train.any():
        raise DataError(
            "there are no training products",
            code="no-training-products",
            hint="Prepare a larger catalogue, or lower data.validation_share and data.test_share.",
        )
    if max_samples is None:
        return table
    order = compute_order(table.filter(is_train)["uid"], seed)
    sampled = is_train.arg_true().gather(order.arg_sort()[:max_samples])
    rows = pl.concat([sampled, (~is_train).arg_true()]).sort()
    return table[rows]


def pick_products(table: pl.DataFrame, split: Split, limit: int | None = None, seed: int = 0) -> list[Product]:
    """Products of a split: all in order, or the first `limit` in the random but fixed order of the seed."""
    rows = table.filter(pl.col("split") == split).select("uid", "title", "content")
    if limit is not None:
        rows = rows[compute_order(rows["uid"], seed).arg_sort()[:limit]]
    return [Product(*row) for row in rows.iter_rows()]


def _fill_empty_splits(lots: pl.DataFrame, validation_share: float, test_share: float) -> pl.DataFrame:
    """Give a split that drew nothing the next lot that training has, so that small catalogues can be evaluated."""
    if lots.height < 3:
        return lots
    for name, share in (("test", test_share), ("validation", validation_share)):
        trained = (lots["split"] == "train").arg_true()
        if share > 0 and not (lots["split"] == name).any() and trained.len() > 1:
            row = pl.int_range(lots.height, dtype=pl.UInt32, eager=True)
            lots = lots.with_columns(split=pl.when(row == trained[0]).then(pl.lit(name)).otherwise("split"))
    return lots
