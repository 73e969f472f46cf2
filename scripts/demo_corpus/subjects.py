"""Subjects that questions are asked about: invented products, works, names, and plain concepts."""

import random
from dataclasses import dataclass

from demo_corpus import knowledge, portuguese, works
from demo_corpus.domains import GOODS, Domain
from demo_corpus.english import RULES
from demo_corpus.grammar import Grammar, plural
from demo_corpus.names import (
    SERIES,
    invent_code,
    invent_count,
    invent_maker,
    invent_person,
    invent_place,
    invent_size,
    invent_word,
)
from demo_corpus.plain import PLAIN

WIDE_SHARE = 0.6
KINDS_OF_WORK = {
    "book": ("book", "novel", "story", "volume", "title"),
    "record": ("record", "album", "collection of songs", "recording"),
    "film": ("film", "series", "movie", "documentary"),
    "game": ("game", "program", "adventure game"),
}


@dataclass(frozen=True)
class Subject:
    """What a conversation is about.

    Attributes:
        kind: "goods", "work", "concept" or "portuguese"; selects the patterns.
        grammar: rules of the subject's field.
        facts: slot fillers that stay the same for the whole conversation.
        details: names of the groups of detail sentences that the facts allow.
    """

    kind: str
    grammar: Grammar
    facts: dict[str, str]
    details: tuple[str, ...]


def _domain_rules(domain: Domain) -> dict[str, tuple[str, ...]]:
    return RULES | {
        "family": domain.family,
        "noun": domain.nouns,
        "noun_one": domain.nouns,
        "noun_two": domain.nouns,
        "nouns": tuple(map(plural, domain.nouns)),
        "material": domain.materials,
        "other_material": domain.materials,
        "place": domain.places,
        "act": domain.acts,
        "acting": domain.actings,
        "who": domain.people,
        "part": domain.parts,
        "word": domain.words,
        "colour": knowledge.COLOURS,
        "other_colour": knowledge.COLOURS,
        "work_kind": tuple(word for words in KINDS_OF_WORK.values() for word in words),
    }


GRAMMARS = {name: Grammar(_domain_rules(domain)) for name, domain in GOODS.items()}
PORTUGUESE = Grammar(portuguese.RULES)


def people_and_places(rng: random.Random) -> dict[str, str]:
    """Return invented names for the slots that tell of a person or a town."""
    return {"person": invent_person(rng), "town": invent_place(rng)}


def _named(rng: random.Random, full: str) -> dict[str, str]:
    article = "the " if rng.random() < 0.5 and not full.startswith(("The ", "A ", "An ")) else ""
    return {"full": full, "s": article + full}


def invent_product(rng: random.Random, field: str = "") -> Subject:
    """Return an invented product, of any field when that is empty.

    Its title joins some of maker, material, colour, size, count, code and feature.
    """
    field = field or rng.choice(list(GOODS))
    domain = GOODS[field]
    noun = rng.choice(domain.nouns)
    chances = {"brand": 0.75, "material": 0.4, "colour": 0.4, "size": 0.3, "count": 0.12, "code": 0.2, "feature": 0.2}
    values = {
        "brand": invent_maker(rng),
        "material": rng.choice(domain.materials),
        "colour": rng.choice(knowledge.COLOURS),
        "size": invent_size(rng),
        "count": invent_count(rng),
        "code": invent_code(rng),
        "feature": rng.choice(knowledge.FEATURES),
    }
    facts = {key: values[key] for key, chance in chances.items() if rng.random() < chance}
    title = _join_title(rng, noun, facts)
    if rng.random() < 0.06:
        title = title.lower()
        facts = {key: text.lower() for key, text in facts.items()}
    if "feature" in facts:
        facts["feature"] = facts["feature"].lower()
    details = (*facts, "noun")
    note = knowledge.MATERIALS.get(facts.get("material", ""))
    if note and rng.random() < 0.7:
        facts["material_fact"] = f"is {note}"
    facts |= _named(rng, title) | {"noun": noun, "nouns": plural(noun)}
    return Subject("goods", GRAMMARS[field], facts, details)


def _join_title(rng: random.Random, noun: str, facts: dict[str, str]) -> str:
    plain = rng.random() < 0.25
    case = str if plain else str.title
    before, after = [], []
    if "brand" in facts:
        (before if rng.random() < 0.85 else after).append(facts["brand"])
        if after:
            after = [f" by {facts['brand']}"]
    if rng.random() < 0.15:
        before.append(rng.choice(SERIES))
    if "code" in facts:
        before.append(facts["code"])
    if rng.random() < 0.25:
        before.append(case(rng.choice(knowledge.ADJECTIVES)))
    for key in rng.sample(("size", "colour", "material"), 3):
        if key not in facts:
            continue
        text = facts[key] if key == "size" else case(facts[key])
        if rng.random() < 0.6:
            before.append(text)
        else:
            after.append(rng.choice((", {}", ", {}", " - {}", " ({})", " in {}")).format(text))
    if "feature" in facts:
        after.insert(0, f" {rng.choice(('with', 'with', 'and'))} {case(facts['feature'])}")
    if "count" in facts:
        after.append(rng.choice((", {}", " ({})", " - {}")).format(facts["count"]))
    return " ".join([*before, case(noun)]) + "".join(after)


def invent_work(rng: random.Random) -> Subject:
    """Return an invented book, record, film or game with its title and perhaps author, hero, format or subject."""
    sort = rng.choice(("book", "book", "book", "record", "film", "game"))
    facts: dict[str, str] = {"work_kind": rng.choice(KINDS_OF_WORK[sort])}
    details: list[str] = []
    title = (_wide_title if rng.random() < WIDE_SHARE else _work_title)(rng, facts, details)
    if rng.random() < 0.45:
        title = rng.choice(works.FORMS[sort]).format(title)
    elif rng.random() < 0.2:
        facts["format"] = rng.choice(works.FORMATS)
        title = f"{title} [{facts['format']}]"
        details.append("format")
    if rng.random() < 0.25:
        facts["author"] = invent_person(rng)
        title = f"{title} by {facts['author']}"
        details.append("author")
    facts |= _named(rng, title)
    facts["nouns"] = plural(facts["work_kind"])
    return Subject("work", GRAMMARS[rng.choice(list(GOODS))], facts, tuple(details))


def _wide_title(rng: random.Random, facts: dict[str, str], details: list[str]) -> str:
    """Return a title over the whole lexicon; facts and details get the thing or the hero that it names."""
    names = {"hero": rng.choice((invent_word, invent_person))(rng), "place": invent_place(rng)}
    bound = names | {"number": str(rng.randint(2, 400)), "item": PLAIN.expand("{item}", {}, rng)}
    pattern = rng.choice(works.WIDE)
    if "{hero}" in pattern:
        facts["hero"] = bound["hero"]
        details.append("hero")
    elif "{item" in pattern:
        facts["thing"] = bound["item"]
        details.append("thing")
    return works.write_as_title(PLAIN.expand(pattern, bound, rng))


def _work_title(rng: random.Random, facts: dict[str, str], details: list[str]) -> str:
    noun, other, third = rng.sample(works.WORK_NOUNS, 3)
    adjective = rng.choice(works.WORK_ADJECTIVES)
    verb = rng.choice(works.WORK_VERBS).replace("_", " ")
    shape = rng.randrange(12)
    if shape < 7:
        facts["thing"] = noun.lower()
        details.append("thing")
        return rng.choice(
            (
                f"The {adjective} {noun}",
                f"{noun} of {other}",
                f"The {noun} in the {other}",
                f"{verb} the {noun}",
                f"The {noun} and the {other}",
                f"A {adjective} {noun}",
                f"{noun}, {other} and {third}",
                f"{adjective} {plural(noun)}",
                f"The {noun} {plural(other)}",
                f"{verb} {plural(noun)}",
            )
        )
    if shape < 10:
        facts["hero"] = rng.choice((invent_word, invent_person))(rng)
        details.append("hero")
        return rng.choice(
            (
                f"{facts['hero']}'s {noun}",
                f"{facts['hero']} and the {noun}",
                f"A {noun} for {facts['hero']}",
                f"The {adjective} {noun} of {facts['hero']}",
                f"{verb} {facts['hero']}",
                f"{facts['hero']}'s {plural(noun)}",
            )
        )
    facts["subject"] = rng.choice(works.SUBJECTS)
    details.append("subject")
    return rng.choice(
        (
            f"{facts['subject']} for Beginners",
            f"Introduction to {facts['subject']}",
            f"The {adjective} Book of {facts['subject']}",
            f"{facts['subject']} and {noun}",
            f"{verb} {facts['subject']}",
            f"A Guide to {facts['subject']}",
        )
    )


def invent_bare_name(rng: random.Random) -> Subject:
    """Return a subject of which only an invented name is known."""
    name = rng.choice((invent_maker, invent_word, invent_place, lambda r: f"{invent_word(r)} {invent_code(r)}"))(rng)
    if rng.random() < 0.3:
        name = f"{name} {invent_word(rng)}"
    facts: dict[str, str] = {"brand": name, "full": name, "s": name}
    facts["noun"] = rng.choice(("thing", "product", "object", "name"))
    facts["nouns"] = plural(facts["noun"])
    return Subject("goods", GRAMMARS[rng.choice(list(GOODS))], facts, ("brand",))


def pick_concept(rng: random.Random) -> Subject:
    """Return a plain concept such as "patience", a material, or an ordinary thing such as "a table lamp"."""
    field = rng.choice(list(GOODS))
    shape = rng.random()
    facts: dict[str, str] = {}
    details: tuple[str, ...] = ()
    if shape < 0.4:
        text = GRAMMARS[field].expand("{concept}", {}, rng)
    elif shape < 0.6:
        text = rng.choice(list(knowledge.MATERIALS))
        facts = {"material": text, "material_fact": f"is {knowledge.MATERIALS[text]}"}
        details = ("material",)
    elif shape < 0.75:
        text = rng.choice(GOODS[field].actings)
    else:
        noun = rng.choice(GOODS[field].nouns)
        text = Grammar({}).expand("{noun.a}", {"noun": noun}, rng)
        facts = {"noun": noun, "nouns": plural(noun)}
        details = ("noun",)
    return Subject("concept", GRAMMARS[field], facts | {"full": text, "s": text}, details)


def invent_portuguese(rng: random.Random) -> Subject:
    """Return a subject for a Portuguese conversation: an English-looking title, or a Portuguese noun phrase."""
    if rng.random() < 0.62:
        source = rng.choice((invent_product, invent_product, invent_work, invent_work, invent_bare_name))(rng)
        kept = {
            key: source.facts[key]
            for key in ("full", "brand", "size", "code", "count", "author", "hero")
            if key in source.facts
        }
        facts = kept | {"s": rng.choice(("", "", "o ", "a ")) + source.facts["full"]}
        return Subject("portuguese", PORTUGUESE, facts, tuple(key for key in portuguese.DETAILS if key in facts))
    article, _, noun = rng.choice(portuguese.THINGS).partition(" ")
    facts = {}
    phrase = noun
    if rng.random() < 0.5:
        facts["p_material"] = rng.choice(portuguese.MATERIALS)
        phrase += f" de {facts['p_material']}"
    if rng.random() < 0.35:
        facts["p_colour"] = rng.choice(portuguese.COLOURS)
        phrase += rng.choice((" na cor {}", " em {}", ", {}")).format(facts["p_colour"])
    if rng.random() < 0.25:
        facts["size"] = f"{rng.randint(2, 99)} {rng.choice(('cm', 'ml', 'kg', 'litros', 'mm', 'g', 'metros'))}"
        phrase += f" de {facts['size']}"
    if rng.random() < 0.7:
        facts["brand"] = invent_maker(rng)
        phrase += f" {facts['brand']}"
    facts["full"] = phrase
    facts["s"] = f"{article} {phrase}"
    return Subject("portuguese", PORTUGUESE, facts, tuple(key for key in portuguese.DETAILS if key in facts))
