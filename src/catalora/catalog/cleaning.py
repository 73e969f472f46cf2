"""Cleaning of titles and descriptions, rule by rule, in a fixed order.

    lists → entities → tags → characters → lost characters → spacing → edition notes → copyright notices

Unescaping comes first: a pattern that drops `&#;` before it turns `Kerr&#8217;s` into `Kerr8217;s`. Spacing comes after
tags, which leave gaps, and before the notices, which are found by their words.

Each rule is a function from text to text. It never raises and never invents a character: it only removes, decodes what
was written as an entity or read in the wrong encoding, and turns white space into a space or a line break. A rule also
names its trigger, a pattern without which it changes nothing. Polars finds the few texts that a rule may concern, and
only those pass through Python, so that a whole catalogue and a single text are cleaned by the same code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from catalora.catalog.characters import drop_lost_characters, repair_characters
from catalora.catalog.lists import join_list_items
from catalora.catalog.markup import strip_tags, unescape_entities
from catalora.catalog.notices import drop_copyright_notices, drop_edition_notes

# One rule can uncover work for another (`&lt;b&gt;`); catalogues need two rounds, nonsense gets this many.
_MOST_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of cleaning.

    Attributes:
        name: how the profile counts it.
        apply: the step itself, for one text.
        trigger: Rust regular expression; a text in which it is not found is left unchanged by `apply`.
    """

    name: str
    apply: Callable[[str], str]
    trigger: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Cleaned texts, and which rows each rule changed (row numbers within the batch)."""

    texts: pl.Series
    changed_rows: dict[str, set[int]]


def repair_spacing(text: str) -> str:
    r"""Turn runs of white space into one space, runs with line breaks into one line break, and trim the ends.

    Example:
        >>> repair_spacing("  A  warm\u00a0 blanket. \n\n Washable. ")
        'A warm blanket.\nWashable.'
    """
    if "\n" not in text:
        return " ".join(text.split())
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def join_lines(text: str) -> str:
    r"""Put a title on one line.

    Example:
        >>> join_lines("Mug\n0.3 l")
        'Mug 0.3 l'
    """
    return " ".join(text.split())


_MARKUP_AND_CHARACTERS = (
    Rule("entities", unescape_entities, "[&;]"),
    Rule("tags", strip_tags, "<"),
    Rule(
        "characters",
        repair_characters,
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u{ad}\u{200b}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2060}\u{2066}-\u{2069}"
        r"\u{feff}\u{fffc}\u{fffe}\u{ffff}ÃÂâïð]",
    ),
    Rule("lost-characters", drop_lost_characters, r"\u{fffd}"),
)
_SPACE_TRIGGER = r"^\s|\s$|\s\s|[^\S \n]"

TITLE_RULES: tuple[Rule, ...] = (
    *_MARKUP_AND_CHARACTERS,
    Rule("spacing", join_lines, _SPACE_TRIGGER + r"|\n|[\x1c-\x1f]"),
)
CONTENT_RULES: tuple[Rule, ...] = (
    Rule("lists", join_list_items, r"""^\s*\[\s*['"]"""),
    *_MARKUP_AND_CHARACTERS,
    Rule("spacing", repair_spacing, _SPACE_TRIGGER + r"|[\x1c-\x1f]"),
    Rule("edition-notes", drop_edition_notes, "[Tt]his text refers to "),
    Rule(
        "copyright-notices",
        drop_copyright_notices,
        r"(?i)copyright|©|\(c\)|rights reserved|direitos reservados|title summary field",
    ),
)


def clean_title(title: str) -> str:
    """Clean one title.

    Example:
        >>> clean_title("Mog&#39;s  <b>Kittens</b>")
        "Mog's Kittens"
    """
    return str(clean_texts(pl.Series([title]), TITLE_RULES).texts[0])


def clean_content(content: str) -> str:
    """Clean one description.

    Example:
        >>> clean_content("Kerr&#8217;s cat.  --This text refers to theHardcoveredition.")
        'Kerr’s cat.'
    """
    return str(clean_texts(pl.Series([content]), CONTENT_RULES).texts[0])


def clean_texts(texts: pl.Series, rules: Sequence[Rule]) -> Cleaned:
    """Clean a column, in rounds until nothing changes; each text for itself, whatever the others are."""
    changed: dict[str, set[int]] = {rule.name: set() for rule in rules}
    texts = texts.clone()  # scattering changes a series in place
    pending = pl.int_range(texts.len(), dtype=pl.UInt32, eager=True)
    for _ in range(_MOST_ROUNDS):
        rows, cleaned = _clean_round(texts.gather(pending), pending, rules, changed)
        if rows.is_empty():
            break
        texts = texts.scatter(rows, cleaned)
        pending = rows
    return Cleaned(texts, changed)


def _clean_round(
    texts: pl.Series, rows: pl.Series, rules: Sequence[Rule], changed: dict[str, set[int]]
) -> tuple[pl.Series, pl.Series]:
    """Apply each rule once to the texts of these rows; returned are the rows that changed, and their texts."""
    # One query for all triggers: each costs far more to start than to run on a batch.
    triggers = {str(place): pl.col("text").str.contains(rule.trigger) for place, rule in enumerate(rules)}
    query = pl.DataFrame({"row": rows, "text": texts}).lazy().with_columns(**triggers)
    found = query.filter(pl.any_horizontal(*triggers)).collect()
    numbers, current = found["row"].to_list(), found["text"].to_list()
    moved: set[int] = set()
    for place, rule in enumerate(rules):
        # What an earlier rule uncovers for this one is seen in the next round.
        for index in found[str(place)].arg_true().to_list():
            after = rule.apply(current[index])
            if after != current[index]:
                current[index] = after
                moved.add(index)
                changed[rule.name].add(numbers[index])
    order = sorted(moved)
    return (
        pl.Series([numbers[index] for index in order], dtype=pl.UInt32),
        pl.Series([current[index] for index in order], dtype=pl.String),
    )
