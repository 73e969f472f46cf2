"""A prepared data set on disk: products with their splits, what was removed, and the profile."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from catalora.catalog.product import Product, Split
from catalora.catalog.profile import Profile, read_profile
from catalora.errors import DataError, InputNotFoundError

PRODUCTS = "products.parquet"
REMOVED = "removed.parquet"
CHANGED = "changed.parquet"
PROFILE = "profile.json"
PRODUCT_SCHEMA = {"uid": pl.String, "title": pl.String, "content": pl.String, "split": pl.String, "group": pl.String}


class PreparedData:
    """The folder that `prepare_catalogue` writes."""

    def __init__(self, path: Path, profile: Profile) -> None:
        self.path = path
        self.profile = profile

    @property
    def fingerprint(self) -> str:
        """Changes when any kept product, its text, its split or their order changes."""
        return self.profile.fingerprint

    def table(self) -> pl.DataFrame:
        """All kept products: uid, title, content, split, group."""
        return read_products(self.path / PRODUCTS)

    def removed(self) -> pl.DataFrame:
        """All removed rows: file, line, uid, title, content, reason, detail."""
        return pl.read_parquet(self.path / REMOVED)

    def changed(self) -> pl.DataFrame:
        """The texts of kept products that cleaning changed: file, line, uid, field, rules, before, after."""
        return pl.read_parquet(self.path / CHANGED)

    def products(self, split: Split, limit: int | None = None) -> list[Product]:
        """The products of one split, in the catalogue's order, at most `limit` of them."""
        rows = self.table().lazy().filter(pl.col("split") == split).select("uid", "title", "content")
        return [Product(*row) for row in (rows if limit is None else rows.head(limit)).collect().iter_rows()]


def load_prepared(path: Path) -> PreparedData:
    """Open a prepared data set and check that its products are as they were written.

    Raises:
        InputNotFoundError: the folder does not exist or is no prepared data set.
        DataError: a file of it is damaged.
    """
    if not is_prepared(path):
        raise InputNotFoundError(
            f"{path}: not a prepared data set, expected a folder with {PRODUCTS} and {PROFILE}",
            code="not-prepared",
            hint=f"`catalora prepare SOURCE --out {path}` makes one.",
            path=str(path),
        )
    profile = read_profile(path / PROFILE)
    if compute_file_sha256(path / PRODUCTS) != profile.products_sha256:
        raise DataError(
            f"{path / PRODUCTS}: differs from what {PROFILE} says was written",
            code="damaged-data-set",
            hint="Run `catalora prepare` again.",
            file=str(path / PRODUCTS),
        )
    return PreparedData(path, profile)


def is_prepared(path: Path) -> bool:
    """Whether a folder looks like a prepared data set."""
    return (path / PROFILE).is_file() and (path / PRODUCTS).is_file()


def save_products(table: pl.DataFrame, path: Path) -> None:
    """Write products (uid, title, content, split, group) as Parquet."""
    table.select(*PRODUCT_SCHEMA).write_parquet(path, compression="zstd", compression_level=1)


def read_products(path: Path) -> pl.DataFrame:
    """Read products (uid, title, content, split, group).

    Raises:
        InputNotFoundError: there is no such file.
        DataError: it is damaged, or not a table of products.
    """
    if not path.is_file():
        raise InputNotFoundError(
            f"{path}: products not found",
            code="products-not-found",
            hint="Name a run folder or a prepared data set.",
            path=str(path),
        )
    try:
        table = pl.read_parquet(path, columns=list(PRODUCT_SCHEMA))
        return table.cast(pl.Schema(PRODUCT_SCHEMA))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(
            f"{path}: damaged products ({str(error).splitlines()[0]}), expected columns {', '.join(PRODUCT_SCHEMA)}",
            code="damaged-products",
            hint="Run `catalora prepare` again, or restore the file.",
            file=str(path),
        ) from error


def compute_fingerprint(batches: Iterable[pl.DataFrame]) -> str:
    """Hash of products in order: uid, title, content and split."""
    digest = hashlib.sha256()
    for batch in batches:
        # The lengths in front make sure that no two tables join to the same text.
        texts = [pl.col(name) for name in ("uid", "title", "content", "split")]
        sized = pl.concat_str([text.str.len_bytes().cast(pl.String) for text in texts] + texts, separator="\x00")
        digest.update(batch.select(sized.str.join("\x00")).item().encode("utf-8"))
    return digest.hexdigest()[:16]


def compute_file_sha256(path: Path) -> str:
    """Hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
