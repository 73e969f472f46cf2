"""Titles told again in other words: practice in finding maker, thing and details in a name, and in copying them.

Every sentence takes its facts from the title above it and puts them in another order and, for ordinary words, in lower
case. The paragraphs stand under labels of their own and never answer a question.
"""

import random

from demo_corpus.grammar import plural
from demo_corpus.lexicon import ADJECTIVES, NOUNS
from demo_corpus.names import invent_code, invent_maker, invent_size
from demo_corpus.plain import PLAIN, RULES
from demo_corpus.subjects import GRAMMARS, Subject, invent_product, invent_work

LABELS = (
    ("Name", "Note"),
    ("Title", "Text"),
    ("Item", "Remark"),
    ("Read", "Retell"),
    ("Label", "Meaning"),
    ("Entry", "Comment"),
    ("Nome", "Note"),
)
SECRET_SHARE = 0.35

GOODS = {
    "brand": (
        "{brand} makes this {noun}.",
        "{brand} stands behind the {noun}.",
        "The maker is {brand}, and the thing is {noun.a}.",
        "It is {noun.a} by {brand}.",
        "This {noun} bears the name of {brand}.",
        "Whoever asks {brand} for {noun.a} gets this one.",
        "{brand} has built {noun.a} that {hold.does} {item.s}.",
        "Here {brand} has {noun.a} for {role.s} who {act}.",
        "For {role.s} in the {spot}, {brand} thought of {noun.a}.",
        "Of all {nouns}, the one from {brand} is the {adj_thing} one.",
        "In {adj_thing.a} {item} from {brand} lies {noun.a}.",
        "Those who like {brand} will know the {noun}.",
        "A {noun} of the {brand} kind {happen.does} {adv}.",
        "The people at {brand} call it {noun.a}, nothing more.",
        "Not every {noun} is from {brand}, but this one is.",
    ),
    "material": (
        "It consists of {material}.",
        "The {noun} is all {material}.",
        "Its {part} is {material} and its {part} is not.",
        "{material.cap} makes the {noun} {adj_thing}.",
        "Somebody chose {material} for the {noun}.",
        "Whether {material} is right for {noun.a} is for {role.s} to say.",
        "{nouns.cap} of {material} are {adj_thing} and {adj_thing}.",
    ),
    "colour": (
        "Its color is {colour}.",
        "The {noun} is {colour}.",
        "One sees {noun.a} in {colour}.",
        "{colour.cap} is the color of the {part}, too.",
        "In {colour} it looks {adj_thing}.",
        "A {colour} {noun} is easy to find in the {spot}.",
    ),
    "size": (
        "The size is {size}.",
        "The {noun} comes at {size}.",
        "As to its size, {size} is what the name says.",
        "{size} is enough for {some} {item.s}.",
        "A {noun} of {size} {happen.does} {adv}.",
        "With {size}, the {noun} suits the {spot}.",
    ),
    "count": (
        "There is a number in it: {count}.",
        "One buys the {nouns} as {count}.",
        "{count} is how they are sold.",
        "The {noun} is counted: {count}.",
    ),
    "code": (
        "Its number is {code}.",
        "{code} is the sign of this {noun}.",
        "The {code} is {noun.a}.",
        "Look for {code} on the {part}.",
        "Some {role.s} order the {noun} as {code}.",
        "The {noun} called {code} {hold.does} {stuff}.",
        "On {code} one finds {part.a} and {part.a}.",
    ),
    "feature": (
        "It has {feature}.",
        "The {noun} comes with {feature}.",
        "What makes it {adj_thing} is {feature}.",
        "Thanks to {feature}, it {happen.does} {adv}.",
    ),
    "brand code": (
        "{brand} calls it the {code}.",
        "The {code} by {brand} is {noun.a}.",
        "{brand} gave the {noun} the number {code}.",
        "With the {code}, {brand} has {noun.a} for {role.s}.",
        "The {brand} {code} {hold.does} what {role.s} {do_thing}.",
    ),
    "brand material": (
        "{brand} works with {material} here.",
        "The {material} {noun} from {brand} is {adj_thing}.",
        "{brand} took {material} and made {noun.a}.",
        "From {material}, {brand} builds {adj_thing.a} {noun}.",
    ),
    "brand colour": (
        "{brand} has it in {colour}.",
        "The {colour} {noun} is from {brand}.",
        "{colour.cap} is what {brand} chose for the {noun}.",
    ),
    "brand size": (
        "{brand} makes it at {size}.",
        "The {size} {noun} is the work of {brand}.",
        "By {brand}: {noun.a}, {size}.",
    ),
    "colour material": (
        "The {noun} is {colour} {material}.",
        "Both its color, {colour}, and its {material} are {adj_thing}.",
    ),
    "noun": (
        "This is {noun.a}.",
        "A {noun} is {family.a}.",
        "People have {noun.a} to {act_}.",
        "With the {noun} one can {act_}.",
        "The {noun} belongs in {a_place}.",
        "Its {part_} is {word}, as on most {nouns}.",
        "{who.cap} use {nouns} to {act_}.",
        "This {noun} is {word} and {adj_thing}.",
    ),
}
WORKS = {
    "hero": (
        "{hero} is in the title.",
        "It is about {hero}.",
        "{hero} {do_person.does} {role.a} in it.",
        "What {hero} {do_thing.does} is {item.a}.",
        "{hero} and {role.a} {act} {time}.",
        "At the end {hero} {act.does}, and the {role} {act.does}.",
        "For {hero}, the {spot} is {adj_spot}.",
        "When {hero} {go.does} to the {spot}, the {role} {act.does}.",
    ),
    "author": (
        "{author} wrote it.",
        "The name of the author is {author}.",
        "This {work_kind} is by {author}.",
        "{author} {tell.does} {idea} here.",
        "Only {author} can {tell} {idea} like this.",
        "Readers of {author} know {idea} and {idea}.",
        "With {idea}, {author} {tell.does} the {role}.",
    ),
    "thing": (
        "There is {thing.a} in the title.",
        "The {thing} {happen.does}, as {thing.s} do.",
        "It has to do with {thing.a}.",
        "A {role} {do_thing.does} the {thing} in it.",
    ),
    "subject": (
        "It teaches {subject}.",
        "{subject} is what it is about.",
        "Whoever likes {subject} may read it.",
        "The {work_kind} explains {subject} {adv}.",
        "Some {role.s} learn {subject} with it.",
    ),
    "format": (
        "It comes as {format}.",
        "{format} is its form.",
        "The {work_kind} is sold as {format}.",
    ),
    "name": (
        "{name} is {adj_idea} and {adj_idea}.",
        "The {work_kind} is called {name}.",
        "{name} is {opus.a}.",
        "In {name} there is {idea} and {idea}.",
        "{name} {tell.does} the {idea} of {role.a}.",
        "People who know {name} speak of {idea}.",
        "Nobody forgets {name}.",
        "There is {spot.a} in {name}, and {role.a} in the {spot}.",
        "{name} ends with {idea}, as {opus.s} do.",
    ),
}


def write_retelling(rng: random.Random) -> str:
    """Return three to six titles, each with a paragraph that tells its facts again."""
    heading, body = rng.choice(LABELS)
    return "\n\n".join(_retell(rng, heading, body) for _ in range(rng.randint(3, 6)))


def _retell(rng: random.Random, heading: str, body: str) -> str:
    subject = (invent_product if rng.random() < 0.55 else invent_work)(rng)
    title = subject.facts["full"]
    if subject.kind == "goods" and rng.random() < SECRET_SHARE:
        subject = _rename(rng)
        title = subject.facts["full"]
    facts = _bind(rng, subject)
    groups = WORKS if subject.kind == "work" else GOODS
    usable = [key for key in groups if all(part in facts for part in key.split())]
    # The last group tells of the thing or the work itself, and is always there.
    chosen = [*rng.sample(usable, min(len(usable), rng.randint(2, 5))), usable[-1]]
    sentences = [PLAIN.sentence(rng.choice(groups[key]), facts, rng) for key in dict.fromkeys(chosen)]
    rng.shuffle(sentences)
    return f"{heading}: {title}\n{body}: {' '.join(sentences)}"


def _bind(rng: random.Random, subject: Subject) -> dict[str, str]:
    """Return the facts of the title and the words of its field under names that the plain rules don't use."""
    facts = {key: text for key, text in subject.facts.items() if key not in ("s", "material_fact")}
    for key in ("material", "colour"):
        if key in facts:
            facts[key] = facts[key].lower()
    drawn = {"act_": "act", "part_": "part", "family": "family", "a_place": "a_place", "who": "who", "word": "word"}
    facts |= {name: subject.grammar.expand(f"{{{rule}}}", {}, rng) for name, rule in drawn.items()}
    if subject.kind == "work":
        facts["name"] = facts["full"].partition(" by ")[0].partition(" [")[0].partition(" (")[0]
    return facts


def _rename(rng: random.Random) -> Subject:
    """Return a product whose thing is any noun of the lexicon with an adjective or a second noun before it."""
    noun = rng.choice(NOUNS["item"])
    if rng.random() < 0.6:
        first = rng.choice((rng.choice(ADJECTIVES["thing"]), rng.choice(NOUNS["item"]), rng.choice(NOUNS["spot"])))
        noun = f"{first} {noun}"
    values = {
        "brand": invent_maker(rng),
        "code": invent_code(rng),
        "size": invent_size(rng),
        "material": rng.choice(NOUNS["stuff"]),
        "colour": rng.choice(RULES["colour"]),
        "feature": f"{rng.choice(ADJECTIVES['thing'])} {plural(rng.choice(NOUNS['part']))}",
    }
    kept = {key: values[key] for key in values if rng.random() < (0.8 if key == "brand" else 0.4)}
    before = [kept[key] for key in rng.sample(("code", "size"), 2) if key in kept]
    before += [kept["material"].title()] if "material" in kept else []
    title = " ".join([*([kept["brand"]] if "brand" in kept else []), *before, noun.title()])
    title += f" with {kept['feature'].title()}" if "feature" in kept else ""
    title += rng.choice((", {}", " ({})", " - {}")).format(kept["colour"].title()) if "colour" in kept else ""
    facts = kept | {"full": title, "noun": noun, "nouns": plural(noun)}
    return Subject("goods", rng.choice(list(GRAMMARS.values())), facts, ())
