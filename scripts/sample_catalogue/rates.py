"""What the catalogue was meant to hold, beside what it does hold, counted in the finished files."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

Record = dict[str, Any]
Pairs = Sequence[tuple[Record, Record]]

ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-z]+);")
TAG = re.compile(r"<[a-z/][^>]*>")
TAIL = re.compile(r"This text refers to ")
NOTICE = re.compile(r"Copyright|\u00a9|&copy;|&#169;|&#xA9;")
RUN = re.compile(r"[^ ] {2,}[^ ]")


@dataclass(frozen=True)
class Rate:
    """One line of the table: shares from 0 to 1, counted over ``base`` rows."""

    name: str
    lowest: float
    highest: float
    planted: float
    base: int

    @property
    def is_met(self) -> bool:
        """Whether the planted share lies in the wanted range."""
        return self.lowest <= self.planted <= self.highest


def compute_rates(rows: Sequence[Record], truth: Sequence[Record]) -> list[Rate]:
    """The shares of the planted defects, most counted in the raw text itself; ``truth`` in the order of ``rows``."""
    written = [(row, fact) for row, fact in zip(rows, truth, strict=True) if row["content"]]
    filled = [(row, fact) for row, fact in written if row["title"]]
    usable = [(row, fact) for row, fact in filled if fact["usable"]]
    shared = Counter(fact["content"] for _, fact in usable)
    titles = Counter(row["title"] for row, _ in filled)
    everything = list(zip(rows, truth, strict=True))

    def share(name: str, low: float, high: float, pairs: Pairs, holds: Callable[[Record, Record], bool]) -> Rate:
        return Rate(name, low, high, sum(holds(row, fact) for row, fact in pairs) / len(pairs), len(pairs))

    def has(fact: Record, *names: str) -> bool:
        return any(defect["name"] in names for defect in fact["defects"])

    return [
        share("empty titles", 0.055, 0.057, everything, lambda row, fact: not row["title"]),
        share("empty contents", 0.331, 0.335, everything, lambda row, fact: not row["content"]),
        share("both filled", 0.616, 0.620, everything, lambda row, fact: bool(row["title"] and row["content"])),
        share("empty after unescaping", 0.0005, 0.003, everything, lambda row, fact: is_blank(row)),
        share("repeated titles", 0.025, 0.035, filled, lambda row, fact: has(fact, "repeated_title")),
        share("title seen more than once", 0.05, 0.07, filled, lambda row, fact: titles[row["title"]] > 1),
        share("shared descriptions", 0.17, 0.19, filled, lambda row, fact: shared[fact["content"]] > 1),
        share("entities in content", 0.16, 0.18, written, lambda row, fact: bool(ENTITY.search(row["content"]))),
        share("tags in content", 0.01, 0.02, written, lambda row, fact: bool(TAG.search(row["content"]))),
        share("glued words", 0.13, 0.17, written, lambda row, fact: has(fact, "glued_words", "glued_tail")),
        share("edition tails", 0.18, 0.24, written, lambda row, fact: bool(TAIL.search(row["content"]))),
        share("copyright notices", 0.12, 0.16, written, lambda row, fact: bool(NOTICE.search(row["content"]))),
        share("runs of spaces", 0.17, 0.19, written, lambda row, fact: bool(RUN.search(row["content"]))),
        share("content equals title", 0.0005, 0.004, filled, lambda row, fact: has(fact, "content_equals_title")),
        share("near-duplicates", 0.015, 0.025, filled, lambda row, fact: has(fact, "near_duplicate")),
        share("books", 0.43, 0.47, everything, lambda row, fact: fact["kind"] == "books"),
        share("books, first 1,000 rows", 0.74, 0.82, everything[:1000], lambda row, fact: fact["kind"] == "books"),
        share("empty contents, first 1,000 rows", 0.46, 0.54, everything[:1000], lambda row, fact: not row["content"]),
    ]


def is_blank(row: Record) -> bool:
    """Whether a field holds characters but nothing once unescaped."""
    return any(row[name] and not unescape(row[name]).strip() for name in ("title", "content"))


def render_rates(rates: Sequence[Rate]) -> str:
    """The table as text, one line a rate."""
    lines = [f"{'':34}{'wanted':>16}{'planted':>10}{'of rows':>9}"]
    for rate in rates:
        wanted = f"{rate.lowest:.2%}-{rate.highest:.2%}"
        mark = "" if rate.is_met else "  MISSED"
        lines.append(f"{rate.name:34}{wanted:>16}{rate.planted:>10.2%}{rate.base:>9,}{mark}")
    return "\n".join(lines)
