"""Damage rows the way the real file is damaged, and write down what was done to each.

The clean text can be won back: unescape, strip tags (a block tag is a space, an inline tag is nothing), repair
spacing, cut the edition tail, then the copyright notice. Only glued words need a guess; the joined pieces are named in
the truth.
"""

import re
from dataclasses import dataclass, field
from random import Random

from .rows import Row

REVIEW_HOUSES = (
    "Ledgerline Reviews, Inc.",
    "Harbor Page Guild",
    "Plainview Book Report",
    "Tidewater Media Group",
    "Inkerby Press, LLC",
)
NOTICES = (
    "Copyright {year} {house}",
    "Copyright {year} {house}",
    "Copyright (c) {year} {house}",
    "Copyright \u00a9 {year} {house} All rights reserved.",
    "\u00a9 {year} {house}",
    "Copyright \u00a9 {house} All rights reserved.",
)
TAILS = (
    "--This text refers to the {format} edition.",
    "--This text refers to the {format} edition.",
    "--This text refers to the {format} edition.",
    "This text refers to the {format} edition.",
    "--This text refers to an out of print or unavailable edition of this title.",
    "--This text refers to an alternate {format} edition.",
)
GLUED_TAILS = ("--This text refers to the{format}edition.", "This text refers to the{format}edition.")
ENTITIES = {
    "&": ("&amp;", "&amp;", "&#38;", "&#x26;"),
    "'": ("&#39;", "&apos;", "&#x27;"),
    '"': ("&quot;", "&#34;", "&#x22;"),
    "\u2019": ("&#8217;", "&rsquo;", "&#x2019;"),
    "\u00a9": ("&copy;", "&#169;", "&#xA9;"),
    "\u00e9": ("&eacute;", "&#233;", "&#xE9;"),
}
SPACES = ("&nbsp;", "&#160;", "&#xa0;")
BOUNDARY = re.compile(r"(?<=[a-z][.?!]) (?=[A-Z])")


@dataclass(frozen=True)
class Shares:
    """How often each defect is planted; a share of the contents that hold text."""

    entities: float = 0.17
    tags: float = 0.015
    glued_body: float = 0.08
    tails: float = 0.21
    glued_tails: float = 0.36
    notices: float = 0.14
    spaces: float = 0.18
    title_entities: float = 0.02
    title_spaces: float = 0.01


@dataclass(frozen=True)
class Defect:
    """One thing wrong with a row: its name, the field it is in, and the text that shows it."""

    name: str
    field: str
    detail: str = ""


@dataclass
class DamagedRow:
    """A row as the file shows it, with the list of what was done to it."""

    row: Row
    title: str
    content: str
    defects: list[Defect] = field(default_factory=list)

    def note(self, name: str, where: str = "content", detail: str = "") -> None:
        """Write a defect down."""
        self.defects.append(Defect(name, where, detail))


def damage_rows(rows: list[Row], shares: Shares, rng: Random) -> list[DamagedRow]:
    """Plant every defect at its share; exact counts, random places."""
    damaged = [DamagedRow(row, row.title, row.content) for row in rows]
    for item in damaged:
        mark_emptiness(item, rng)
    written = [item for item in damaged if item.row.group >= 0]
    count = len(written)
    glue_bodies(written, round(shares.glued_body * count), rng)
    for item in rng.sample([item for item in written if not has(item, "glued_words")], round(shares.tags * count)):
        add_tags(item, rng)
    works = [item for item in written if item.row.product.kind in ("books", "music", "films")]
    for item in rng.sample(works, round(shares.notices * count)):
        add_notice(item, rng)
    for item in rng.sample(works, round(shares.tails * count)):
        add_tail(item, rng, shares.glued_tails)
    for item in pick_for_entities(written, round(shares.entities * count), rng):
        escape_content(item, rng)
    for item in rng.sample(written, round(shares.spaces * count)):
        widen_spaces(item, rng)
    damage_titles([item for item in damaged if item.row.title], shares, rng)
    return damaged


def has(item: DamagedRow, name: str) -> bool:
    """Whether a defect of that name was planted."""
    return any(defect.name == name for defect in item.defects)


def mark_emptiness(item: DamagedRow, rng: Random) -> None:
    """Name what is missing, and write the blanks and the boilerplate that stand for nothing."""
    note = item.row.note
    if note in ("title_only", "empty"):
        item.note("empty_content")
    if note in ("content_only", "empty"):
        item.note("empty_title", "title")
    if note == "blank_content":
        item.content = rng.choice((*SPACES, "&nbsp; &nbsp;", " &#160; "))
        item.note("blank_after_unescaping", "content", item.content)
    if note == "blank_title":
        item.title = rng.choice(SPACES)
        item.note("blank_after_unescaping", "title", item.title)
    if note == "same_as_title":
        item.note("content_equals_title")
    if note == "boilerplate":
        item.content = rng.choice(TAILS + GLUED_TAILS * 3).format(format=pick_format(item, rng))
        item.note("boilerplate_only", "content", item.content)
    if note == "relisted":
        item.note("repeated_title", "title")
    if note == "shared":
        item.note("shared_description")
    if note == "near_duplicate":
        item.note("near_duplicate")


def glue_bodies(items: list[DamagedRow], count: int, rng: Random) -> None:
    """Glue words in ``count`` contents; rows of one description are glued alike, so that they stay equal."""
    groups: dict[int, list[DamagedRow]] = {}
    for item in items:
        groups.setdefault(item.row.group, []).append(item)
    for group in rng.sample(sorted(groups), len(groups)):
        members = groups[group]
        if count < len(members):
            continue
        glued = glue_words(members[0].content, members[0].row.facts.get("work", ""), rng)
        if glued is None:
            continue
        for member in members:
            member.content = glued[0]
            member.note("glued_words", "content", glued[1])
        count -= len(members)
        if not count:
            return


def glue_words(text: str, work: str, rng: Random) -> tuple[str, str] | None:
    """Drop the space between two sentences, or around the title of a work whose italics were stripped.

    Returns:
        The glued text and the glued piece, or None where there is nothing to glue.
    """
    around = re.search(rf"([a-z]+) ({re.escape(work)})(?: ([a-z]+))?", text) if work else None
    if around is not None and rng.random() < 0.6:
        piece = "".join(part for part in around.groups() if part)
        return text[: around.start()] + piece + text[around.end() :], piece
    boundaries = [match.start() for match in BOUNDARY.finditer(text)]
    if not boundaries:
        return None
    at = rng.choice(boundaries)
    start = text.rfind(" ", 0, at) + 1
    end = text.find(" ", at + 1)
    glued = text[:at] + text[at + 1 :]
    return glued, glued[start : end - 1 if end > 0 else len(glued)]


def add_tags(item: DamagedRow, rng: Random) -> None:
    """Leave some HTML in: breaks or paragraphs between sentences, or a first sentence in bold."""
    parts = BOUNDARY.split(item.content)
    form = rng.randrange(4)
    if form == 0 or len(parts) == 1:
        item.content = "<p>" + "</p><p>".join(parts) + "</p>"
    elif form == 1:
        item.content = rng.choice(("<br />", "<br>", " <br/> ")).join(parts)
    else:
        tag = rng.choice(("b", "i", "strong", "em"))
        item.content = f"<{tag}>{parts[0]}</{tag}> " + " ".join(parts[1:])
    item.note("tags", "content", item.content[:3])


def add_notice(item: DamagedRow, rng: Random) -> None:
    """Append a copyright notice of an invented review house."""
    notice = rng.choice(NOTICES).format(year=rng.randrange(1986, 2013), house=rng.choice(REVIEW_HOUSES))
    item.content += " " + notice
    item.note("copyright_notice", "content", notice)


def add_tail(item: DamagedRow, rng: Random, glued_share: float) -> None:
    """Append an edition tail, sometimes with the glue that its lost markup left."""
    glued = rng.random() < glued_share
    tail = rng.choice(GLUED_TAILS if glued else TAILS).format(format=pick_format(item, rng))
    item.content += rng.choice((" ", "", " ") if tail.startswith("--") else (" ",)) + tail
    item.note("edition_tail", "content", tail)
    if glued:
        item.note("glued_tail", "content", tail)


def pick_format(item: DamagedRow, rng: Random) -> str:
    """The name of some edition of the work: not always the row's own, as in the real file."""
    return rng.choice(list(item.row.product.type.variants["format"]))


def pick_for_entities(items: list[DamagedRow], count: int, rng: Random) -> list[DamagedRow]:
    """``count`` contents, those that hold a character worth escaping first."""
    shuffled = rng.sample(items, len(items))
    shuffled.sort(key=lambda item: not any(character in item.content for character in ENTITIES))
    return shuffled[:count]


def escape_content(item: DamagedRow, rng: Random) -> None:
    """Write special characters as entities, now named, now decimal, now hexadecimal; some spaces become hard."""
    item.content = escape(item.content, rng)
    if "&" not in item.content or rng.random() < 0.1:
        item.content = replace_one_space(item.content, rng.choice(SPACES), rng)
    item.note("entities")


def escape(text: str, rng: Random) -> str:
    """Every character of ``ENTITIES`` in ``text`` as one of its entities."""
    return "".join(rng.choice(ENTITIES[character]) if character in ENTITIES else character for character in text)


def replace_one_space(text: str, by: str, rng: Random) -> str:
    """``text`` with one space, outside of tags, replaced."""
    spaces = [match.start() for match in re.finditer(r"(?<=[\w,.]) (?=\w)", text)]
    if not spaces:
        return text
    at = rng.choice(spaces)
    return text[:at] + by + text[at + 1 :]


def widen_spaces(item: DamagedRow, rng: Random) -> None:
    """Turn some spaces into runs."""
    for _ in range(rng.randint(1, 3)):
        item.content = replace_one_space(item.content, " " * rng.choice((2, 2, 2, 3, 4, 8)), rng)
    item.note("space_runs")


def damage_titles(items: list[DamagedRow], shares: Shares, rng: Random) -> None:
    """Entities and runs of spaces in a few titles."""
    special = [item for item in items if any(character in item.title for character in ENTITIES)]
    for item in rng.sample(special, round(shares.title_entities * len(items))):
        item.title = escape(item.title, rng)
        item.note("entities", "title")
    for item in rng.sample([item for item in items if " " in item.title], round(shares.title_spaces * len(items))):
        item.title = item.title.replace(" ", "  ", 1)
        item.note("space_runs", "title")
