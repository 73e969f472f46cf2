"""The gate that every batch passes: rows are cleaned, and those that are of no use get the reason why."""

import difflib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from catalora.catalog.cleaning import CONTENT_RULES, TITLE_RULES, Cleaned, clean_texts
from catalora.catalog.keys import compute_keys, normalise_texts
from catalora.catalog.languages import check_languages, find_other_languages
from catalora.catalog.profile import REASONS
from catalora.errors import ConfigError

# The texts of removed rows are kept for looking at, not for use.
REMOVED_TEXT_CHARS = 500

# A piece of a result page that was saved instead of the title.
SCRAPING_RESIDUE = r"(?i)^\s*<\w+\s+(?:class|id|style|href|data-[\w-]+)\s*="
# A text that says that there is none.
PLACEHOLDER = (
    r"(?i)^\W*(?:(?:product )?description|n\W?a|none|null|nan|tb[ad]|coming soon|em breve|lorem ipsum.*"
    r"|(?:no|sem) (?:product )?(?:description|descrição|details)(?: available| yet| disponível)?"
    r"|description (?:is )?(?:not |un)available|descrição (?:não disponível|indisponível))\W*$"
)
# Looked for on purpose and never repaired, by the fields in which they count: only a reader can say where glued words
# belong apart, and nobody which letter was lost inside a word.
SEEN_ONLY = {
    "glued-words": (("content",), r"\p{Ll}{3}[.!?)]?\p{Lu}\p{Ll}{2}"),
    "lost-letters": (("title", "content"), r"\x{fffd}"),
}

# Polars works without the interpreter's lock; the part that needs it is too large for a third worker to help.
_WORKERS = 2

OPTIONAL_REASONS = ("scraping-residue", "placeholder-content", "content-equals-title", "short-content")
Reason = pl.Enum(REASONS)


@dataclass(frozen=True, slots=True)
class Inspected:
    """One batch after the gate.

    Attributes:
        texts: line, uid, title, content (cleaned; of removed rows as read, cut), detail. Goes to disk.
        changes: row (within the batch), field, rules, before, after; for usable rows. Goes to disk.
        index: uid, reason, title_key, content_key, title_chars, content_chars. Stays in memory.
        changed: usable rows that each cleaning rule changed, and those with what is `SEEN_ONLY`.
    """

    texts: pl.DataFrame
    changes: pl.DataFrame
    index: pl.DataFrame
    changed: dict[str, int]


class Gate:
    """Cleans and judges rows.

    Args:
        min_content_chars: shorter descriptions are of no use.
        skip_rules: names of cleaning rules and of `OPTIONAL_REASONS` to leave out.
        languages: codes of the languages to keep; all of them when empty.

    Raises:
        ConfigError: `skip_rules` or `languages` names something else.
    """

    def __init__(self, min_content_chars: int, skip_rules: Sequence[str] = (), languages: Sequence[str] = ()) -> None:
        _check_names(skip_rules)
        check_languages(languages)
        self._languages = languages
        self._title_rules = [rule for rule in TITLE_RULES if rule.name not in skip_rules]
        self._content_rules = [rule for rule in CONTENT_RULES if rule.name not in skip_rules]
        self._reason = _find_reason(min_content_chars, skip_rules)

    def inspect_all(self, batches: Iterable[pl.DataFrame]) -> Iterator[Inspected]:
        """Clean batches in order, two at a time; at most three are in memory."""
        with ThreadPoolExecutor(_WORKERS) as workers:
            running: deque[Future[Inspected]] = deque()
            for batch in batches:
                running.append(workers.submit(self.inspect, batch))
                if len(running) > _WORKERS:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()

    def inspect(self, batch: pl.DataFrame) -> Inspected:
        """Clean one batch, as readers give it, and find the rows that are of no use."""
        raw = batch.select("line", "uid", pl.col("title", "content").fill_null(""), detail="problem")
        titles = clean_texts(raw["title"], self._title_rules)
        contents = clean_texts(raw["content"], self._content_rules)
        table = raw.with_columns(
            clean_title=titles.texts,
            clean_content=contents.texts,
            title_norm=normalise_texts(titles.texts),
            content_norm=normalise_texts(contents.texts),
        )
        table = self._judge_languages(table.with_columns(reason=self._reason))
        usable = table["reason"].is_null()
        changed = _count_changed(titles, contents, usable)
        changed |= (
            table.select(**{name: _see(*what) & usable for name, what in SEEN_ONLY.items()}).sum().row(0, named=True)
        )
        changes = [
            _list_changes("title", raw["title"], titles, usable),
            _list_changes("content", raw["content"], contents, usable),
        ]
        return Inspected(_choose_texts(table), pl.concat(changes), _build_index(table, usable), changed)

    def _judge_languages(self, table: pl.DataFrame) -> pl.DataFrame:
        if not self._languages:
            return table
        usable = table.select(pl.when(pl.col("reason").is_null()).then("clean_content")).to_series()
        found = find_other_languages(usable, self._languages)
        return table.with_columns(
            reason=pl.when(found.is_not_null()).then(pl.lit("other-language", dtype=Reason)).otherwise("reason"),
            detail=pl.coalesce("detail", pl.lit("language ") + found),
        )


def _check_names(names: Sequence[str]) -> None:
    known = [*(rule.name for rule in CONTENT_RULES), *OPTIONAL_REASONS]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ConfigError(
                f"data.skip_rules: {name!r} is no rule" + (f" (did you mean {near[0]!r}?)" if near else ""),
                code="unknown-rule",
                hint=f"Rules that can be left out: {', '.join(known)}.",
                rule=name,
            )


def _see(fields: Sequence[str], pattern: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(f"clean_{field}").str.contains(pattern) for field in fields)


def _find_reason(min_content_chars: int, skip_rules: Sequence[str]) -> pl.Expr:
    """The first reason that fits, or null for a usable row."""
    # The order is that of REASONS; duplicates are found later, over the whole catalogue.
    found = (
        ("unreadable-row", pl.col("detail").is_not_null()),
        ("scraping-residue", pl.col("title").str.contains(SCRAPING_RESIDUE)),
        ("empty-title", pl.col("title").str.strip_chars() == ""),
        ("empty-content", pl.col("content").str.strip_chars() == ""),
        ("only-boilerplate", (pl.col("clean_title") == "") | (pl.col("clean_content") == "")),
        ("placeholder-content", pl.col("clean_content").str.contains(PLACEHOLDER)),
        ("content-equals-title", pl.col("title_norm") == pl.col("content_norm")),
        ("short-content", pl.col("clean_content").str.len_chars() < min_content_chars),
    )
    fits = [pl.when(fits).then(pl.lit(name)) for name, fits in found if name not in skip_rules]
    return pl.coalesce(fits).cast(Reason)


def _choose_texts(table: pl.DataFrame) -> pl.DataFrame:
    usable = pl.col("reason").is_null()
    return table.select(
        "line",
        "uid",
        title=pl.when(usable).then("clean_title").otherwise(pl.col("title").str.slice(0, REMOVED_TEXT_CHARS)),
        content=pl.when(usable).then("clean_content").otherwise(pl.col("content").str.slice(0, REMOVED_TEXT_CHARS)),
        detail="detail",
    )


def _count_changed(titles: Cleaned, contents: Cleaned, usable: pl.Series) -> dict[str, int]:
    rows = set(usable.arg_true().to_list())
    return {
        rule: len(rows & (titles.changed_rows.get(rule, set()) | contents.changed_rows.get(rule, set())))
        for rule in {**titles.changed_rows, **contents.changed_rows}
    }


def _list_changes(field: str, raw: pl.Series, cleaned: Cleaned, usable: pl.Series) -> pl.DataFrame:
    rules_of: dict[int, str] = {}
    for rule, changed_rows in cleaned.changed_rows.items():
        for row in changed_rows:
            rules_of[row] = f"{rules_of[row]} {rule}" if row in rules_of else rule
    rows = pl.Series(sorted(rules_of), dtype=pl.UInt32)
    rows = rows.filter(usable.gather(rows))
    return pl.DataFrame(
        {
            "row": rows,
            "field": pl.Series([field], dtype=pl.String).new_from_index(0, rows.len()),
            # Polars splits texts far faster than it takes lists from Python.
            "rules": pl.Series([rules_of[row] for row in rows.to_list()], dtype=pl.String).str.split(" "),
            "before": raw.gather(rows),
            "after": cleaned.texts.gather(rows),
        }
    )


def _build_index(table: pl.DataFrame, usable: pl.Series) -> pl.DataFrame:
    rows = usable.arg_true()
    keys = compute_keys(table["title_norm"].gather(rows).to_list())
    title_keys = pl.Series([0], dtype=pl.UInt64).new_from_index(0, table.height).scatter(rows, keys)
    return table.select(
        pl.when(usable).then("uid").alias("uid"),
        "reason",
        title_keys.alias("title_key"),
        # Compared within this process only, so the faster hash will do.
        content_key=pl.col("content_norm").hash(),
        title_chars=pl.col("clean_title").str.len_chars(),
        content_chars=pl.col("clean_content").str.len_chars(),
    )
