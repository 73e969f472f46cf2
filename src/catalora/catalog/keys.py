"""Keys by which texts are compared and products ordered: the same on every machine and in every version."""

import hashlib
from collections.abc import Callable, Iterable

import polars as pl


def normalise_texts(texts: pl.Series) -> pl.Series:
    r"""Texts as they count for equality: case folded, composed, white space as single spaces.

    Texts that are equal under `str.casefold` are equal here too; a few more are, such as `ı` and `i`.

    Example:
        >>> normalise_texts(pl.Series(["Straße  der\nNacht", "STRASSE DER NACHT"])).to_list()
        ['strasse der nacht', 'strasse der nacht']
    """
    # Both steps are slow and few texts need them.
    lower = texts.str.to_lowercase()
    folded = _change(lower, lower.str.len_bytes() != lower.str.len_chars(), _fold)
    return _change(folded, folded.str.contains(r"^\s|\s$|\s\s|[^\S ]"), _collapse_spaces)


def compute_keys(texts: Iterable[str]) -> pl.Series:
    """A 64-bit key of each text; two of 1.4 million texts share one by chance once in ten million catalogues."""
    return pl.Series([hash_text(text) for text in texts], dtype=pl.UInt64)


def _change(texts: pl.Series, where: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    rows = where.arg_true()
    return texts.scatter(rows, change(texts.gather(rows))) if rows.len() else texts


def _fold(texts: pl.Series) -> pl.Series:
    # Folding `ẞ`, `ß` and `SS` into one needs lower, upper and lower case in turn; Polars has no casefold.
    return texts.str.to_uppercase().str.to_lowercase().str.normalize("NFC")


def _collapse_spaces(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(r"\s+", " ").str.strip_chars(" ")


def hash_text(text: str) -> int:
    """The first 8 bytes of a BLAKE2b hash as a number."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=8).digest())


def compute_order(uids: pl.Series, seed: int) -> pl.Series:
    """A number by which products are put into a random order that does not depend on which others there are."""
    return pl.Series([hash_text(f"{seed}:{uid}") for uid in uids.to_list()], dtype=pl.UInt64)
