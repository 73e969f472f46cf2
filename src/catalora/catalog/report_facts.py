"""What the report of a data set shows beside the profile: examples, groups and distributions of lengths.

Tables are scanned, not loaded: a few columns are read to choose rows, and texts are fetched for the chosen ones alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from catalora.catalog.gate import SEEN_ONLY
from catalora.catalog.prepared import CHANGED, PRODUCTS, REMOVED
from catalora.catalog.profile import Profile
from catalora.catalog.readers import read_in_parts

EXAMPLES = 5
LARGEST_GROUPS = 10
TITLES_OF_A_GROUP = 6
# How `removed.parquet` names the product that was kept in place of a duplicate.
_DUPLICATE_OF = "same description as "
_SHOWN_CHARS = 2_000  # of a text that is fetched to be looked at
# More candidates than are shown, since some say the same.
_CANDIDATES = 20
_LOOKED_AT = 2_000  # descriptions in which to look for what leaves no trace elsewhere

TITLE_EDGES = tuple(range(0, 151, 10))
# Descriptions spread over four powers of ten, so each step is twice as wide as the one before.
CONTENT_EDGES = (0, 25, 50, 100, 200, 400, 800, 1_600, 3_200, 6_400)


@dataclass(frozen=True, slots=True)
class Change:
    """A text before and after cleaning; for a rule that only looks they are equal, and `seen` are the places."""

    file: str
    line: int | None
    uid: str
    field: str
    rules: tuple[str, ...]
    before: str
    after: str
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A row that is in no split."""

    file: str
    line: int
    uid: str | None
    title: str
    content: str
    detail: str
    repeats: str | None = None  # uid of the product that says the same and was kept


@dataclass(frozen=True, slots=True)
class Group:
    """Products or rows that say the same, or nearly; `titles` are some of them, `content` is one of their texts."""

    size: int
    titles: tuple[str, ...]
    has_more_titles: bool
    content: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Texts by length in characters: `counts[i]` are those from `edges[i]` to below the next edge, or any longer."""

    edges: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Examples by rule and by reason, the largest groups, and lengths."""

    changes: dict[str, list[Change]]
    removed: dict[str, list[RemovedRow]]
    duplicates: list[Group]
    groups: list[Group]
    title_lengths: Histogram
    content_lengths: Histogram


def collect_facts(folder: Path, profile: Profile) -> ReportFacts:
    """Choose what to show of a prepared data set; the same folder gives the same choice.

    Args:
        folder: holds `products.parquet`, `removed.parquet` and `changed.parquet`.
        profile: names the rules and reasons that occurred.
    """
    products, removed, changed = (_Table(folder / name) for name in (PRODUCTS, REMOVED, CHANGED))
    lengths = products.rows.select(pl.col("title", "content").str.len_chars()).collect(engine="streaming")
    rules = [rule for rule, count in profile.changed.items() if count and rule not in SEEN_ONLY]
    changed_rows = {rule: _draw_changes(changed, rule) for rule in rules}
    removed_rows = {reason: _draw_removed(removed, reason) for reason, count in profile.removed.items() if count}
    duplicates = _find_duplicates(removed, products)
    groups = _largest(products.rows.select("row", "group"), "group", at_least=2)
    # Each table's texts are read once, for all that was chosen.
    texts_of_changes = changed.fetch(changed_rows)
    texts_of_removed = removed.fetch(removed_rows | dict(duplicates.select("uid", "row").iter_rows()))
    kept_rows = dict(duplicates.select("uid", "kept_row").iter_rows())
    texts_of_products = products.fetch(kept_rows | dict(groups.select("group", "row").iter_rows()))
    changes = {rule: _list_changes(texts_of_changes[rule]) for rule in changed_rows}
    for name in SEEN_ONLY:
        if profile.changed.get(name):
            changes[name] = _find_seen(products, profile.kept, name)
    return ReportFacts(
        changes=changes,
        removed={reason: _list_removed(texts_of_removed[reason]) for reason in removed_rows},
        # `max_samples` may have left out the product that the others repeat; then only they are named.
        duplicates=[
            _build_group(size + 1, pl.concat([texts_of_products[uid], texts_of_removed[uid]], how="diagonal"))
            for uid, size in duplicates.select("uid", "size").iter_rows()
        ],
        groups=[
            _build_group(size, texts_of_products[group]) for group, size in groups.select("group", "size").iter_rows()
        ],
        title_lengths=count_lengths(lengths["title"], TITLE_EDGES),
        content_lengths=count_lengths(lengths["content"], CONTENT_EDGES),
    )


def count_lengths(lengths: pl.Series, edges: Sequence[int]) -> Histogram:
    """Count lengths by step.

    Example:
        >>> count_lengths(pl.Series([0, 9, 10, 500]), (0, 10, 20))
        Histogram(edges=(0, 10, 20), counts=(2, 1, 1))
    """
    bounds = [*edges, float("inf")]
    counts = (int(((lengths >= low) & (lengths < high)).sum()) for low, high in pairwise(bounds))
    return Histogram(tuple(edges), tuple(counts))


class _Table:
    """A Parquet file of which some rows are chosen by a few columns, and then read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = pl.scan_parquet(path).with_row_index("row")

    def parts(self) -> Iterator[pl.DataFrame]:
        """The whole table in parts, for what needs its texts: all of them would not fit into memory."""
        start = 0
        for part in read_in_parts(self.path):
            yield part.with_row_index("row", offset=start)
            start += part.height

    def fetch(self, rows: dict[str, list[int]]) -> dict[str, pl.DataFrame]:
        """The rows of each key, in the order given."""
        keys = pl.DataFrame(
            [(key, row) for key, numbers in rows.items() for row in numbers],
            schema={"key": pl.String, "row": pl.UInt32},
            orient="row",
        )
        wanted = pl.col("row").is_in(keys["row"].unique().implode())
        found = pl.concat([part.filter(wanted) for part in self.parts()] or [self.rows.head(0).collect()])
        joined = keys.join(found, on="row", how="left", maintain_order="left")
        return {key: joined.filter(key=key) for key in rows}


def _draw_changes(changed: _Table, rule: str) -> list[int]:
    """Changes by one rule, those first in which it acted alone and its effect is plain to see."""
    acted = changed.rows.select("row", "rules").filter(pl.col("rules").list.contains(rule))
    return _draw(acted.select("row", late=pl.col("rules").list.len() > 1))


def _draw_removed(removed: _Table, reason: str) -> list[int]:
    return _draw(removed.rows.filter(reason=reason).select("row", late=pl.lit(False)))


def _draw(rows: pl.LazyFrame) -> list[int]:
    """Some row numbers spread over the whole table, those that are not `late` before the others."""
    drawn = rows.with_columns(order=_scatter()).sort("late", "order").head(_CANDIDATES).collect(engine="streaming")
    return drawn["row"].to_list()


def _scatter() -> pl.Expr:
    """A number below 2³² that puts rows into an order in which neighbours are far apart, the same each time."""
    return pl.col("row").cast(pl.UInt64) * 2_654_435_761 % 2**32


def _find_duplicates(removed: _Table, products: _Table) -> pl.DataFrame:
    """The descriptions that were repeated most: uid of the product kept, size, row of removed, kept_row of products."""
    uid = pl.col("detail").str.strip_prefix(_DUPLICATE_OF)
    duplicates = removed.rows.filter(reason="duplicate-content").select("row", uid=uid)
    largest = _largest(duplicates, "uid", at_least=1)
    kept = products.rows.select("uid", "row").join(largest.lazy().select("uid"), on="uid", how="semi")
    kept_rows = kept.group_by("uid").agg(kept_row="row").collect(engine="streaming")
    joined = largest.join(kept_rows, on="uid", how="left", maintain_order="left")
    return joined.with_columns(pl.col("kept_row").fill_null([]))


def _largest(table: pl.LazyFrame, key: str, at_least: int) -> pl.DataFrame:
    """Key, size and the first rows of the largest groups, the largest first."""
    sizes = table.group_by(key).agg(size=pl.len(), first=pl.col("row").min()).filter(pl.col("size") >= at_least)
    largest = sizes.sort("size", "first", descending=[True, False]).head(LARGEST_GROUPS).collect(engine="streaming")
    members = table.join(largest.lazy().select(key), on=key, how="semi").collect(engine="streaming")
    rows = members.group_by(key).agg(pl.col("row").sort().head(_CANDIDATES))
    return largest.join(rows, on=key, how="left", maintain_order="left").select(key, "size", "row")


def _find_seen(products: _Table, kept: int, name: str) -> list[Change]:
    """Descriptions with what is only seen, out of a sample of all; out of the first ones where it is rare."""
    _, pattern = SEEN_ONLY[name]
    found = _find_first(products, _scatter() * kept < 2**32 * _LOOKED_AT, pattern)
    if found.height < EXAMPLES:
        found = _find_first(products, pl.lit(True), pattern)
    return [
        Change("", None, uid, "content", (name,), content, content, tuple(seen))
        for uid, content, seen in found.iter_rows()
    ]


def _find_first(products: _Table, chosen: pl.Expr, pattern: str) -> pl.DataFrame:
    """The first descriptions of the chosen rows that match, with all that matches in each."""
    seen = pl.col("content").str.extract_all(pattern).alias("seen")
    found: list[pl.DataFrame] = []
    for part in products.parts():
        hits = part.filter(chosen & pl.col("content").str.contains(pattern))
        found.append(hits.select("uid", "content", seen))
        if sum(table.height for table in found) >= EXAMPLES:
            break
    return pl.concat(found).head(EXAMPLES)


def _list_changes(texts: pl.DataFrame) -> list[Change]:
    different = texts.unique("before", keep="first", maintain_order=True).head(EXAMPLES)
    columns = different.select("file", "line", "uid", "field", "rules", "before", "after")
    return [
        Change(_name(file), line, uid, field, tuple(rules), before, after)
        for file, line, uid, field, rules, before, after in columns.iter_rows()
    ]


def _list_removed(texts: pl.DataFrame) -> list[RemovedRow]:
    different = texts.unique(["title", "content"], keep="first", maintain_order=True).head(EXAMPLES)
    columns = different.select("file", "line", "uid", pl.col("title", "content", "detail").fill_null(""))
    rows = []
    for file, line, uid, title, content, found in columns.iter_rows():
        repeats = found.removeprefix(_DUPLICATE_OF) if found.startswith(_DUPLICATE_OF) else None
        # What is wrong with an unreadable row starts with its place.
        detail = "" if repeats else found.removeprefix(f"{file}:{line}: ")
        rows.append(RemovedRow(_name(file), line, uid, title, content, detail, repeats))
    return rows


def _build_group(size: int, texts: pl.DataFrame) -> Group:
    titles = tuple(dict.fromkeys(title for title in texts["title"] if title))
    has_more = len(titles) > TITLES_OF_A_GROUP or size > texts.height
    return Group(size, titles[:TITLES_OF_A_GROUP], has_more, texts["content"][0][:_SHOWN_CHARS])


def _name(file: str) -> str:
    # The folders above may say more about the user than about the data.
    return file.replace("\\", "/").rpartition("/")[2]
