"""What all non-fiction shares: the voices, and how a sort of it is put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .books import build_book
from .products import Pool, ProductType

CLOSINGS = (
    "Includes {extra}.",
    "{pages}, with {extra}.",
    "{author} teaches in {town}.",
    "{author} lives and works in {town}.",
    "This {edition} adds {extra}.",
    "With {extra}, it is [easy to use|a book to keep close at hand].",
    "First published in {year}, now with {extra}.",
    "Illustrated throughout, with {extra}.",
    "A_ {quality} guide by {author}.",
    "The author has written widely on the subject.",
)
READERS = (
    "The writing is [clear|lively|warm] and never talks down.",
    "It is the kind of book that [soon falls open at favorite pages|gets passed from hand to hand].",
    "Anyone new to the subject will find it a_ {quality} place to start.",
    "Readers who know the field will find much that is new.",
    "The author writes with [humor|patience|authority] and a good eye for detail.",
    "A_ {quality} choice for [libraries|schools|clubs] and for reading at home.",
    "Sidebars and short boxed notes answer the questions most people ask.",
    "Nothing is taken for granted, and every step is explained.",
    "Keep it on the shelf and you will return to it often.",
)
STORYTELLING = (
    "The writing is [clear|lively|warm] and full of small surprises.",
    "It is the kind of book that gets passed from hand to hand.",
    "The author writes with [humor|patience|authority] and a good eye for detail.",
    "The chapters are short, and each could stand alone.",
    "Readers will feel that they have met these people.",
    "The story moves quickly and never loses its way.",
    "Few writers make the past feel so close.",
    "It is at once [sad and funny|learned and light|sharp and kind].",
)
STORY_CLOSINGS = (
    "Includes {extra}.",
    "{pages}, with {extra}.",
    "{author} lives in {town}.",
    "{author} still lives in {town}.",
    "This {edition} adds {extra}.",
    "First published in {year}, now with {extra}.",
    "It is a book to enjoy and to keep.",
)
STORY_EXTRAS = (
    "a full index",
    "old photographs",
    "fold-out maps",
    "a family tree",
    "a reading list",
    "a new afterword",
)
EXTRAS = (
    "a full index",
    "color photographs",
    "a glossary",
    "step-by-step drawings",
    "fold-out maps",
    "a list of suppliers",
    "blank pages for notes",
    "a reading list",
    "exercises with answers",
    "charts and tables",
)
QUALITIES = ("practical", "friendly", "thorough", "clear", "concise", "trusted", "useful", "beautifully illustrated")


@dataclass(frozen=True)
class Voice:
    """The sentences that books of one sort share.

    Attributes:
        readers: What a reader gets from the book; one more slot after those of the sort.
        closings: Last sentences.
        extras: Values of the attribute ``extra``.
    """

    readers: tuple[str, ...]
    closings: tuple[str, ...]
    extras: tuple[str, ...]


GUIDE = Voice(READERS, CLOSINGS, EXTRAS)
STORY = Voice(STORYTELLING, STORY_CLOSINGS, STORY_EXTRAS)
EDITIONS = ("revised edition", "second edition", "third edition", "updated edition")


def build_guide(
    name: str,
    *slots: Sequence[str],
    facts: Mapping[str, Pool],
    titles: Sequence[str],
    phrases: Mapping[str, Sequence[str]],
    weight: float = 1.0,
    voice: Voice = GUIDE,
) -> ProductType:
    """A sort of non-fiction: opening, middle slots in any order, and what the voice adds."""
    return build_book(
        name,
        *slots,
        voice.readers,
        facts={"extra": voice.extras, "edition?": EDITIONS, **facts},
        titles=titles,
        closings=voice.closings,
        phrases={"quality": QUALITIES, **phrases},
        weight=weight,
        cased=True,
        ordered=False,
    )
