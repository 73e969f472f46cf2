"""From a product type to one product: its facts, its title and a description that takes the facts up.

A ``ProductType`` lists the values each attribute may have, the title shapes and the sentence patterns. ``draw_product``
picks facts and a title; ``describe`` writes sentences for them. Each fact keeps one spelling in title and description
(letter case apart), so that whether it stands in a text can be read off the text.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from . import grammar
from .names import FEMALE

Pool = Sequence[str] | Callable[[Random], str]

ECHO_CHANCE = 0.3
# The word or number goes on: "oaken", "1,500", "2.5".
CONTINUED_BEFORE = re.compile(r"[\w.]$|\d,$")
CONTINUED_AFTER = re.compile(r"\w|\.\d")
# Facts that a good text names more than once; every other fact is told in one sentence only.
REPEATABLE = frozenset({"brand", "line", "item", "work", "hero", "place", "artist", "author", "town", "group", "model"})


@dataclass(frozen=True)
class Slot:
    """One place in a description.

    Attributes:
        patterns: The sentences to choose from.
        chance: The probability that the place is filled.
        echo: A second sentence may follow from the same patterns.
    """

    patterns: tuple[str, ...]
    chance: float = 1.0
    echo: bool = True


@dataclass(frozen=True)
class Style:
    """How one kind of product is written about.

    Attributes:
        opening: First sentence.
        middle: Slots whose order varies.
        closing: Last sentence.
        mentions: By attribute, sentences that tell it when no other sentence has.
        ordered: The middle slots keep their order, as a plot does.
    """

    opening: Slot
    middle: tuple[Slot, ...]
    closing: Slot
    mentions: Mapping[str, tuple[str, ...]]
    ordered: bool = False


@dataclass(frozen=True)
class ProductType:
    """A sort of product.

    Attributes:
        kind: The shelf ("kitchen", "books" ...).
        name: The sort ("skillet", "mystery" ...), unique in the catalogue.
        titles: Title shapes; ``{fact}`` marks.
        facts: Values by attribute; a trailing ``?`` on the attribute's name makes it present in two products of three.
        variants: Attributes that tell variants of one product apart, appended to the title by ``tails``.
        phrases: Wording that is not a fact, by name.
        style: The sentences.
        tails: How the variants are appended to a title.
        plural: The item is spoken of as "they".
        weight: How many of its kind's products are of this sort, relatively.
        cased: Titles get capitals.
    """

    kind: str
    name: str
    titles: tuple[str, ...]
    facts: Mapping[str, Pool]
    style: Style
    variants: Mapping[str, Sequence[str]]
    phrases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tails: str = ", {}"
    plural: bool = False
    weight: float = 1.0
    cased: bool = True


@dataclass
class Product:
    """One product: ``facts`` by attribute, the ``title`` and the ``content``, both clean."""

    type: ProductType
    facts: dict[str, str]
    base_title: str
    title: str
    content: str = ""

    @property
    def kind(self) -> str:
        """The shelf it stands on."""
        return self.type.kind


def occurs(value: str, text: str) -> bool:
    """Whether ``value`` stands in ``text``: letter case aside, and not inside a longer word or number.

    >>> occurs("10-inch", "Skillet, 10-Inch"), occurs("10-inch", "Skillet, 110-Inch"), occurs("oak", "An oaken bowl")
    (True, False, False)
    """
    sought, text = value.lower(), text.lower().replace("\u2019", "'")
    start = text.find(sought)
    while start >= 0:
        before, after = text[:start][-2:], text[start + len(sought) :][:2]
        if not CONTINUED_BEFORE.search(before) and not CONTINUED_AFTER.match(after):
            return True
        start = text.find(sought, start + 1)
    return False


def draw_product(sort: ProductType, rng: Random) -> Product:
    """Facts and title of a new product; the description is still empty."""
    facts: dict[str, str] = {}
    for name, pool in sort.facts.items():
        if name.endswith("?") and rng.random() > 2 / 3:
            continue
        facts[name.rstrip("?")] = pool(rng) if callable(pool) else rng.choice(pool)
    shapes = [shape for shape in sort.titles if set(grammar.list_placeholders(shape)) <= facts.keys()]
    base = grammar.fill(rng.choice(shapes), facts.__getitem__, sort.plural, rng)
    base = grammar.finish_sentence(base)
    base = grammar.title_case(base) if sort.cased else base
    return Product(sort, facts, base, base)


def set_variant(product: Product, variant: Mapping[str, str]) -> Product:
    """The same product as a variant: ``variant`` joins its facts and its title."""
    tails = "".join(product.type.tails.format(grammar.title_case(value)) for value in variant.values())
    return Product(product.type, product.facts | dict(variant), product.base_title, product.base_title + tails)


def describe(product: Product, rng: Random, hidden: frozenset[str] = frozenset()) -> str:
    """Write a description of ``product`` that leaves the ``hidden`` facts out."""
    return _Writer(product, rng, hidden).write()


class _Writer:
    """State of one description: facts told so far, patterns spent, phrases left."""

    def __init__(self, product: Product, rng: Random, hidden: frozenset[str]) -> None:
        self.sort = product.type
        self.style = product.type.style
        self.rng = rng
        self.words = {name: value for name, value in product.facts.items() if name not in hidden} | _agreement(product)
        self.phrases = {name: self.draw_phrases(pool) for name, pool in product.type.phrases.items()}
        self.told: set[str] = set()
        self.spent: set[str] = set()
        self.wanted = {n for n, v in product.facts.items() if n not in hidden and occurs(v, product.title)}
        self.facts = {name for name in product.facts if name not in hidden}

    def draw_phrases(self, pool: Sequence[str]) -> list[str]:
        """The phrases whose facts may be told, shuffled."""
        known = [phrase for phrase in pool if set(grammar.list_placeholders(phrase)) <= self.words.keys()]
        return self.rng.sample(known, len(known))

    def write(self) -> str:
        """The sentences, joined by one space."""
        sentences = [self.sentence(self.style.opening.patterns)]
        slots = [slot for slot in self.style.middle for _ in range(self.draw_times(slot))]
        for slot in slots if self.style.ordered else self.rng.sample(slots, len(slots)):
            sentences.append(self.sentence(slot.patterns))
        closing = self.sentence(self.style.closing.patterns) if self.rng.random() < self.style.closing.chance else ""
        sentences.extend([*self.leftovers(), closing])
        return " ".join(sentence for sentence in sentences if sentence)

    def draw_times(self, slot: Slot) -> int:
        """How many sentences ``slot`` gives: none, one or two."""
        if self.rng.random() >= slot.chance:
            return 0
        return 2 if slot.echo and self.rng.random() < ECHO_CHANCE else 1

    def leftovers(self) -> list[str]:
        """Sentences for facts of the title that no sentence has told."""
        left = sorted(self.wanted - self.told)
        return [self.sentence(self.style.mentions[name]) for name in left if name in self.style.mentions]

    def sentence(self, patterns: Sequence[str]) -> str:
        """One sentence from a usable pattern, one that tells title facts rather than others; "" when none is usable."""
        usable = [pattern for pattern in patterns if pattern not in self.spent and self.is_usable(pattern)]
        if not usable:
            return ""
        weights = [(1 + 2 * len(self.untold(pattern))) ** 2 for pattern in usable]
        pattern = self.rng.choices(usable, weights)[0]
        self.spent.add(pattern)
        text = grammar.fill(pattern, self.look_up, self.sort.plural, self.rng)
        return grammar.finish_sentence(text)

    def untold(self, pattern: str) -> set[str]:
        """Title facts in ``pattern`` that still have to be told."""
        return set(grammar.list_placeholders(pattern)) & self.wanted - self.told

    def is_usable(self, pattern: str) -> bool:
        """Every mark can be filled, and no fact would be told twice."""
        for name, times in Counter(grammar.list_placeholders(pattern)).items():
            if name in self.words:
                if name in self.told and name not in REPEATABLE:
                    return False
            elif len(self.phrases.get(name, ())) < times:
                return False
        return True

    def look_up(self, name: str) -> str:
        """The words for the mark ``name``."""
        if name in self.words:
            if name in self.facts:
                self.told.add(name)
            return self.words[name]
        return self.phrases[name].pop()


def _agreement(product: Product) -> dict[str, str]:
    """Article, pronouns for the item, and pronouns and first name of the person a work is about."""
    words = {"an": "a_ ", "it": "it", "its": "its", "this": "this", "itself": "itself", "them": "it"}
    if product.type.plural:
        words = {"an": "", "it": "they", "its": "their", "this": "these", "itself": "themselves", "them": "them"}
    person = product.facts.get("hero") or product.facts.get("artist") or product.facts.get("author")
    if person:
        words["first"] = person.split()[0]
        pronouns = ("she", "her", "her") if words["first"] in FEMALE else ("he", "his", "him")
        words |= dict(zip(("she", "her", "him"), pronouns, strict=True))
    return words
