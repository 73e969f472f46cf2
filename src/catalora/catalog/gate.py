"""The gate that every batch passes: rows are cleaned, and those that are of no use get the reason why."""

from dataclasses import dataclass

import polars as pl

from catalora.catalog.cleaning import CONTENT_RULES, TITLE_RULES, clean_texts
from catalora.catalog.keys import compute_keys, normalise_texts
from catalora.catalog.profile import REASONS

# The texts of removed rows are kept for looking at, not for use.
REMOVED_TEXT_CHARS = 500

# A piece of a result page that was saved instead of the title.
SCRAPING_RESIDUE = r"(?i)^\s*<\w+\s+(?:class|id|style|href|data-[\w-]+)\s*="

Reason = pl.Enum(REASONS)


@dataclass(frozen=True, slots=True)
class Inspected:
    """One batch after the gate.

    Attributes:
        texts: line, uid, title, content (cleaned; of removed rows as read, cut), detail. Goes to disk.
        index: uid, reason, title_key, content_key, title_chars, content_chars. Stays in memory.
        changed: rows that each cleaning rule changed.
    """

    texts: pl.DataFrame
    index: pl.DataFrame
    changed: dict[str, int]


def inspect_batch(batch: pl.DataFrame, min_content_chars: int) -> Inspected:
    """Clean one batch and find the rows that are of no use.

    Args:
        batch: rows as readers give them.
        min_content_chars: shorter descriptions are of no use.
    """
    raw = batch.select("line", "uid", pl.col("title", "content").fill_null(""), detail="problem")
    titles = clean_texts(raw["title"], TITLE_RULES)
    contents = clean_texts(raw["content"], CONTENT_RULES)
    table = raw.with_columns(
        clean_title=titles.texts,
        clean_content=contents.texts,
        title_norm=normalise_texts(titles.texts),
        content_norm=normalise_texts(contents.texts),
    )
    table = table.with_columns(reason=_find_reason(min_content_chars))
    usable = pl.col("reason").is_null()
    texts = table.select(
        "line",
        "uid",
        title=pl.when(usable).then("clean_title").otherwise(pl.col("title").str.slice(0, REMOVED_TEXT_CHARS)),
        content=pl.when(usable).then("clean_content").otherwise(pl.col("content").str.slice(0, REMOVED_TEXT_CHARS)),
        detail="detail",
    )
    changed = {
        rule: len(titles.changed_rows.get(rule, set()) | contents.changed_rows.get(rule, set()))
        for rule in contents.changed_rows
    }
    return Inspected(texts, _build_index(table, usable), changed)


def _find_reason(min_content_chars: int) -> pl.Expr:
    """The first reason that fits, or null for a usable row."""
    # The order is that of REASONS; duplicates are found later, over the whole catalogue.
    found = (
        ("unreadable-row", pl.col("detail").is_not_null()),
        ("scraping-residue", pl.col("title").str.contains(SCRAPING_RESIDUE)),
        ("empty-title", pl.col("title").str.strip_chars() == ""),
        ("empty-content", pl.col("content").str.strip_chars() == ""),
        ("only-boilerplate", (pl.col("clean_title") == "") | (pl.col("clean_content") == "")),
        ("content-equals-title", pl.col("title_norm") == pl.col("content_norm")),
        ("short-content", pl.col("clean_content").str.len_chars() < min_content_chars),
    )
    return pl.coalesce([pl.when(fits).then(pl.lit(name)) for name, fits in found]).cast(Reason)


def _build_index(table: pl.DataFrame, usable: pl.Expr) -> pl.DataFrame:
    keyed = table.filter(usable).select(title_key=compute_keys(table.filter(usable)["title_norm"]))
    rows = table.select(usable.alias("usable"))["usable"].arg_true()
    title_keys = pl.Series([0], dtype=pl.UInt64).new_from_index(0, table.height).scatter(rows, keyed["title_key"])
    return table.select(
        pl.when(usable).then("uid").alias("uid"),
        "reason",
        title_keys.alias("title_key"),
        # Compared within this process only, so the faster hash will do.
        content_key=pl.col("content_norm").hash(),
        title_chars=pl.col("clean_title").str.len_chars(),
        content_chars=pl.col("clean_content").str.len_chars(),
    )
