"""What all books share: how a sort of book is put together, titles of stories, closing sentences."""

from collections.abc import Mapping, Sequence
from random import Random

from .grammar import article
from .names import TOWNS, invent_person, split_words
from .products import Pool, ProductType, Slot, Style

FORMATS = (
    "Paperback",
    "Hardcover",
    "Large Print",
    "Audio CD",
    "Mass Market Paperback",
    "Library Binding",
    "Audio Cassette",
    "Spiral-bound",
    "School Binding",
)
ADJECTIVES = split_words(
    "Salt Quiet Saffron Hidden Winter Borrowed Crooked Tin Marble Patient Sixth Distant Painted Lamplit Harvest "
    "Brass Autumn Forgotten Amber Restless Gentle Chalk Northern Linen Copper Unwritten Sleeping Cedar Drifting "
    "Ashen Woolen Juniper"
)
NOUNS = split_words(
    "Orchard Lantern River Garden Bridge Harbor Key Letter Daughter Mapmaker House Clock Island Mirror Sparrow "
    "Road Window Season Tide Kingdom Promise Witness Meadow Heir Crown Shore Violin Station Candle Gate Ferry "
    "Library Thief Compass"
)
PURPOSES = ("Two", "Winter", "the Taking", "Strangers", "Every Hour", "the Keeping")
PLACES_OF_STORY = split_words(
    "Hill Road|Mill Lane|the North Shore|Tanner Street|the Long Field|Kestrel Wood|Bell Tower|the Far Side",
    "|",
)


def invent_work(rng: Random) -> str:
    """The title of a story.

    >>> invent_work(Random(4)) != invent_work(Random(5))
    True
    """
    first, second = rng.sample(NOUNS, 2)
    adjective = rng.choice(ADJECTIVES)
    return rng.choice(
        (
            f"The {adjective} {first}",
            f"The {adjective} {first}",
            f"The {first} and the {second}",
            f"{article(first).capitalize()} {first} for {rng.choice(PURPOSES)}",
            f"The {first}'s {second}",
            f"The {first} at {rng.choice(TOWNS)}",
            f"The {first} on {rng.choice(PLACES_OF_STORY)}",
            f"{adjective} {first}",
            f"One {adjective} {first}" if first.endswith(("y", "f", "s")) else f"All the {adjective} {first}s",
        )
    )


CLOSINGS = (
    "{work} is [a story|a novel] about {theme} and {theme}.",
    "In {work}, {author} writes [with warmth and wit|with a sure hand|with great tenderness] about {theme}.",
    "[Readers|Fans] of {author} will not want to put this one down.",
    "{author} has written a_ {praise} novel of {theme}.",
    "{author} lives in {town}.",
    "{praise} and {praise}, this is {author} at [full strength|the top of the form].",
    "This edition runs to {pages}.",
    "First published in {year}, it [remains a favorite|has never gone out of print|is back at last].",
    "Includes a reading group guide. {pages}.",
    "A_ {praise} tale of {theme}, told in {pages}.",
    "{author} is also the author of {other}.",
)
MENTIONS = {
    "author": ("By {author}.", "Written by {author}.", "From the pen of {author}."),
    "work": (
        "{work} is not to be missed.",
        "{work} is a story to get lost in.",
        "So begins {work}.",
        "{work} keeps its secrets to the end.",
    ),
    "series": ("Part of the series {series}.", "From the series {series}."),
    "format": ("{format} edition.", "This is the {format} edition."),
    "pages": ("{pages}.",),
    "count": ("There are {count} in all.",),
    "mode": ("Made for travel by {mode}.",),
    "climate": ("Written with {climate} in mind.",),
    "audience": ("Written for {audience}.",),
    "ingredient": ("The subject is {ingredient}, plain and simple.",),
    "thing": ("Look out for the {thing}!",),
    "animal": ("{pet} is a_ {animal}.",),
    "place": ("The setting is {place}.",),
    "job": ("It is the life of a_ {job}, plainly told.",),
    "end": ("The account closes in {end}.",),
    "start": ("The account opens in {start}.",),
    "edition": ("This is the {edition}.",),
}
PHRASES = {
    "theme": (
        "loyalty",
        "forgiveness",
        "family secrets",
        "second chances",
        "friendship",
        "grief and hope",
        "courage",
        "memory",
        "the price of ambition",
        "home",
        "love and loss",
        "growing up",
    ),
    "praise": (
        "moving",
        "gripping",
        "tender",
        "richly told",
        "haunting",
        "wise",
        "unforgettable",
        "witty",
        "suspenseful",
    ),
}


def year(rng: Random) -> str:
    """A year of publication."""
    return str(rng.randrange(1948, 2013))


def pages(rng: Random) -> str:
    """A book's length, such as ``312 pages``."""
    return f"{rng.randrange(112, 560, 8)} pages"


def build_book(
    name: str,
    *slots: Sequence[str],
    facts: Mapping[str, Pool],
    titles: Sequence[str] = ("{work}", "{work}: A Novel", "{work}", "{work} ({series})", "{work} by {author}"),
    closings: Sequence[str] = CLOSINGS,
    phrases: Mapping[str, Sequence[str]] | None = None,
    weight: float = 1.0,
    cased: bool = False,
    ordered: bool = True,
) -> ProductType:
    """A sort of book: its ``slots`` are the opening and then the middle, in order."""
    opening, *middle = (Slot(tuple(patterns), 0.95) for patterns in slots)
    style = Style(opening, tuple(middle), Slot(tuple(closings), 0.9), MENTIONS, ordered)
    common: dict[str, Pool] = {
        "work": invent_work,
        "author": invent_person,
        "pages?": pages,
        "year?": year,
        "town?": TOWNS,
    }
    return ProductType(
        kind="books",
        name=name,
        titles=tuple(titles),
        facts=common | dict(facts),
        style=style,
        variants={"format": FORMATS},
        phrases=dict(PHRASES) | dict(phrases or {}),
        tails=" ({})",
        weight=weight,
        cased=cased,
    )
