"""Keys by which texts are compared and products ordered: the same on every machine and in every version."""

import hashlib
from collections.abc import Iterable

import polars as pl


def normalise_text(text: pl.Expr) -> pl.Expr:
    """A text as it counts for equality: case folded, composed, white space as single spaces.

    Texts that are equal under `str.casefold` are equal here too; a few more are, such as `ı` and `i`.
    """
    # Folding `ẞ`, `ß` and `SS` into one needs all three steps; Polars has no casefold.
    folded = text.str.to_lowercase().str.to_uppercase().str.to_lowercase()
    return folded.str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars(" ")


def compute_keys(texts: Iterable[str]) -> pl.Series:
    """A 64-bit key of each text; two of 1.4 million texts share one by chance once in ten million catalogues."""
    return pl.Series([hash_text(text) for text in texts], dtype=pl.UInt64)


def hash_text(text: str) -> int:
    """The first 8 bytes of a BLAKE2b hash as a number."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest())


def compute_order(uids: pl.Series, seed: int) -> pl.Series:
    """A number by which products are put into a random order that does not depend on which others there are."""
    return pl.Series([hash_text(f"{seed}:{uid}") for uid in uids], dtype=pl.UInt64)
