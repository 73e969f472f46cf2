"""Pages of invented shops: titles with the texts that sell them, each kind of product in the words of its kind.

What they teach is what a large base model knows of shops: which words belong to which kind of product, that a text
names what its title names, and that it says a thing once. A page keeps to a few patterns of its own, as a shop does.
They never answer a question, and share no run of eight words with the bundled catalogue.
"""

import random
from dataclasses import dataclass

from demo_corpus.domains import GOODS
from demo_corpus.goods_blurbs import GOODS_CLOSINGS, GOODS_PARTS, SPECIFICATIONS
from demo_corpus.grammar import Grammar
from demo_corpus.knowledge import FEATURES
from demo_corpus.names import invent_maker, invent_person, invent_place, invent_word
from demo_corpus.plain import RULES
from demo_corpus.subjects import GRAMMARS, invent_product
from demo_corpus.works import write_as_title
from demo_corpus.works_blurbs import WORK_RULES, WORKS, Work

LAYOUTS = (
    "{title}\n{text}",
    "{title}\n\n{text}",
    "* {title}: {text}",
    "{title} - {text}",
    "Article: {title}\nText: {text}",
)
FORMS = [
    " (Paperback)",
    " (Hardcover)",
    " [Audio CD]",
    " (Large Print)",
    " (Mass Market Paperback)",
    " (Library Binding)",
    " (Spiral-bound)",
    " (Audio Cassette)",
    " [DVD]",
    " (Vinyl)",
    " (Second Edition)",
    " [Kindle Edition]",
    " (School Edition)",
    " [MP3]",
    " (Audiobook)",
]
FORM_NOTES = (
    "Format: {form}.",
    "Comes as {form}.",
    "Sold here as {form}.",
    "{form}, new.",
    "The {form} has the same contents as the others.",
    "In {form}.",
)


@dataclass(frozen=True)
class House:
    """How one shop writes: a layout, and the patterns that it uses of each group."""

    layout: str
    patterns: dict[tuple[str, ...], tuple[str, ...]]


def _join_rules(field: str) -> dict[str, tuple[str, ...]]:
    kept = ("family", "material", "place", "act", "acting", "who", "part", "word", "nouns", "colour")
    rules = {name: tuple(words) for name, words in RULES.items()} | WORK_RULES
    return rules | {name: GRAMMARS[field].rules[name] for name in kept} | {"feature_": tuple(map(str.lower, FEATURES))}


BLURBS = {field: Grammar(_join_rules(field)) for field in GOODS}
WORK_GRAMMAR = Grammar({name: tuple(words) for name, words in RULES.items()} | WORK_RULES)


def write_blurbs(rng: random.Random) -> str:
    """Return a page of three to seven products with their texts; on half of the pages all are of one kind."""
    house = House(rng.choice(LAYOUTS), {})
    kinds = [*(("goods", field) for field in GOODS), *(("work", name) for name in WORKS)]
    weights = [1 / len(GOODS)] * len(GOODS) + [1 / len(WORKS)] * len(WORKS)
    same = rng.random() < 0.5
    first = rng.choices(kinds, weights)[0]
    entries = []
    for _ in range(rng.randint(3, 7)):
        sort, name = first if same else rng.choices(kinds, weights)[0]
        entries.append(_describe_goods(rng, name, house) if sort == "goods" else _describe_work(rng, name, house))
    return "\n\n".join(entries)


def _choose(rng: random.Random, house: House, key: tuple[str, ...], patterns: tuple[str, ...]) -> str:
    """Return one of the few patterns of a group that the house uses."""
    if key not in house.patterns:
        house.patterns[key] = tuple(rng.sample(patterns, min(len(patterns), rng.randint(1, 4))))
    return rng.choice(house.patterns[key])


def _describe_goods(rng: random.Random, field: str, house: House) -> str:
    subject = invent_product(rng, field)
    facts = {key: text for key, text in subject.facts.items() if key not in ("s", "material_fact")}
    facts |= {key: facts[key].lower() for key in ("material", "colour") if key in facts}
    facts.setdefault("brand", invent_maker(rng))
    if facts["brand"] not in facts["full"]:
        facts["full"] = f"{facts['brand']} {facts['full']}"
    usable = [key for key in GOODS_PARTS if all(part in facts for part in key.split())]
    openings = [key for key in usable if key.startswith("brand")]
    # The more a key asks for, the better it tells this product from others.
    first = rng.choices(openings, [1 + key.count(" ") for key in openings])[0]
    rest = [key for key in usable if key != first and not (key.startswith("brand") and key != "brand code")]
    chosen = [first, *rng.sample(rest, min(len(rest), rng.randint(2, 4)))]
    patterns = [_choose(rng, house, ("goods", key), GOODS_PARTS[key]) for key in chosen]
    if field in SPECIFICATIONS and rng.random() < 0.7:
        patterns.append(_choose(rng, house, ("specification", field), SPECIFICATIONS[field]))
    if rng.random() < 0.6:
        patterns.append(_choose(rng, house, ("goods", "close"), GOODS_CLOSINGS))
    text = _tell(rng, BLURBS[field], patterns, facts | {"number": str(rng.randint(2, 60)), "town": invent_place(rng)})
    return house.layout.format(title=facts["full"], text=text)


def _describe_work(rng: random.Random, name: str, house: House) -> str:
    work: Work = WORKS[name]
    he, his, him = rng.choice((("he", "his", "him"), ("she", "her", "her")))
    hero = invent_person(rng)
    facts = {
        "he": he,
        "his": his,
        "him": him,
        "hero": hero,
        "first": hero.partition(" ")[0],
        "friend": invent_person(rng),
        "author": invent_person(rng),
        "group": rng.choice((invent_maker, invent_word, invent_person, invent_person))(rng),
        "label": invent_maker(rng),
        "town": invent_place(rng),
        "land": invent_place(rng),
        "year": str(rng.randint(1780, 2012)),
        "number": str(rng.choice((rng.randint(3, 40), 5 * rng.randint(5, 80)))),
        "pages": str(rng.randint(90, 700)),
    }
    facts |= {slot: WORK_GRAMMAR.expand(f"{{{rule}}}", {}, rng) for slot, rule in work.bound.items()}
    title = write_as_title(WORK_GRAMMAR.expand(rng.choice(work.titles), facts, rng))
    facts["name"] = title
    if rng.random() < 0.3 and name != "concert":
        title += f" by {facts['author']}"
    form = rng.choice(FORMS) if rng.random() < 0.35 else ""
    middle = rng.sample(work.middles, min(len(work.middles), rng.randint(1, 4)))
    kept = [pattern for pattern in middle if _is_used(rng, house, (name, pattern))]
    patterns = [_choose(rng, house, (name, "open"), work.openings), *(kept or middle[:1])]
    if form:
        facts["form"] = form.strip(" ()[]")
        patterns.append(_choose(rng, house, ("form",), FORM_NOTES))
    if rng.random() < 0.7:
        patterns.append(_choose(rng, house, (name, "close"), work.closings))
    return house.layout.format(title=title + form, text=_tell(rng, WORK_GRAMMAR, patterns, facts))


def _is_used(rng: random.Random, house: House, key: tuple[str, ...]) -> bool:
    if key not in house.patterns:
        house.patterns[key] = ("used",) if rng.random() < 0.6 else ("left",)
    return house.patterns[key] == ("used",)


def _tell(rng: random.Random, grammar: Grammar, patterns: list[str], facts: dict[str, str]) -> str:
    return " ".join(grammar.sentence(pattern, facts, rng) for pattern in dict.fromkeys(patterns))
