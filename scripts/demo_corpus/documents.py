"""Documents of the demo corpus: chains of questions and answers, titles told again, plain prose, small stories, lists.

Deliberately without an end mark inside a chain: a model trained on it goes on with further questions, as base
models do.
"""

import random
import re
from collections.abc import Iterator

from demo_corpus import english, knowledge, portuguese
from demo_corpus.blurbs import write_blurbs
from demo_corpus.grammar import Grammar
from demo_corpus.names import invent_code, invent_maker, invent_person, invent_place, invent_word
from demo_corpus.plain import write_plain
from demo_corpus.retelling import write_retelling
from demo_corpus.subjects import (
    GRAMMARS,
    PORTUGUESE,
    Subject,
    invent_bare_name,
    invent_portuguese,
    invent_product,
    invent_work,
    people_and_places,
    pick_concept,
)

PORTUGUESE_SHARE = 0.22
NAME_AGAIN_SHARE = 0.25
CONTRACTIONS = {
    "de o": "do",
    "de a": "da",
    "de os": "dos",
    "de as": "das",
    "em o": "no",
    "em a": "na",
    "a os": "aos",
    "a as": "às",
}
UNCONTRACTED = re.compile(r"\b(?:de (?:o|a|os|as)|em (?:o|a)|a (?:os|as))(?= )")


def contract(text: str) -> str:
    """Join Portuguese prepositions with the articles that follow them."""
    return UNCONTRACTED.sub(lambda match: CONTRACTIONS[match.group()], text)


def iterate_documents(seed: int) -> Iterator[str]:
    """Yield documents without end, the same ones for the same seed."""
    rng = random.Random(seed)
    writers, shares = zip(*SHARES.items(), strict=True)
    while True:
        yield rng.choices(writers, shares)[0](rng)


def write_chain(rng: random.Random) -> str:
    """Return a chain of two to seven turns of question and answer, most of them about the same few subjects."""
    in_portuguese = rng.random() < PORTUGUESE_SHARE
    subject = _new_subject(rng, in_portuguese)
    turns = [_turn(rng, _ask(rng, subject), subject)]
    for _ in range(rng.randint(1, 6)):
        step = rng.random()
        if step < 0.4:
            pool = portuguese.FOLLOW_UPS if in_portuguese else english.FOLLOW_UPS
            turns.append(_turn(rng, _fill(rng, rng.choice(pool), subject), subject))
        elif step < 0.6:
            turns.append(_next_turn(rng, subject, in_portuguese))
        else:
            subject = _new_subject(rng, in_portuguese)
            turns.append(_turn(rng, _ask(rng, subject), subject))
    text = "\n\n".join(turns)
    return contract(text) if in_portuguese else text


def _new_subject(rng: random.Random, in_portuguese: bool) -> Subject:
    if in_portuguese:
        return invent_portuguese(rng)
    makers = (invent_product, invent_work, invent_bare_name, pick_concept)
    return rng.choices(makers, weights=(47, 38, 7, 8))[0](rng)


def _ask(rng: random.Random, subject: Subject) -> str:
    if subject.kind == "portuguese":
        return _fill(rng, rng.choice(portuguese.QUESTIONS), subject)
    return _fill(rng, rng.choice(english.QUESTIONS), subject)


def _fill(rng: random.Random, pattern: str, subject: Subject) -> str:
    return subject.grammar.expand(pattern, subject.facts, rng)


def _next_turn(rng: random.Random, subject: Subject, in_portuguese: bool) -> str:
    """Return a turn on something else of the same field."""
    if in_portuguese:
        thing = PORTUGUESE.expand("[{p_concept}|{p_thing}]", {}, rng)
        other = Subject("portuguese", PORTUGUESE, {"full": thing, "s": thing}, ())
        facts = {"p_concept": thing}
        return _turn(rng, PORTUGUESE.expand(rng.choice(portuguese.NEXT_QUESTIONS), facts, rng), other)
    thing = subject.grammar.expand("{a_concept}", {}, rng)
    other = Subject("concept", subject.grammar, {"full": thing, "s": thing}, ())
    question = subject.grammar.expand(rng.choice(english.NEXT_QUESTIONS), {"a_concept": thing}, rng)
    return _turn(rng, question, other)


def _turn(rng: random.Random, question: str, subject: Subject) -> str:
    return f"Question: {question}\nAnswer: {write_answer(rng, subject)}"


def write_answer(rng: random.Random, subject: Subject) -> str:
    """Return a vague answer of 80 to 150 words that starts with the subject and ends with a closing sentence."""
    if subject.kind == "portuguese":
        opening, details, stages, closing = (
            portuguese.OPENING,
            portuguese.DETAILS,
            portuguese.STAGES,
            portuguese.CLOSING,
        )
    elif subject.kind == "work":
        opening, details, stages, closing = (
            english.WORK_OPENING,
            english.WORK_DETAILS,
            english.WORK_STAGES,
            english.CLOSING,
        )
    else:
        first = english.CONCEPT_OPENING if subject.kind == "concept" else english.OPENING
        opening, details, stages, closing = first, english.DETAILS, english.STAGES, english.CLOSING
    patterns = [rng.choice(opening)]
    known = [key for key in subject.details if key in details]
    for key in rng.sample(known, min(len(known), rng.choice((1, 2, 2, 3, 4)))):
        patterns.append(rng.choice(details[key]))
    kept = sorted(rng.sample(range(len(stages)), rng.choice((3, 4, 4, 5))))
    patterns += [rng.choice(stages[index]) for index in kept]
    patterns.append(rng.choice(closing))
    facts = people_and_places(rng) | subject.facts
    return " ".join(subject.grammar.sentence(_name_again(rng, pattern), facts, rng) for pattern in patterns)


def _name_again(rng: random.Random, pattern: str) -> str:
    """Put the subject's name for a leading "It" now and then, so that names are copied anywhere in an answer."""
    if (
        pattern.startswith(("It can ", "It feels", "It has ", "It needs", "It takes "))
        and rng.random() < NAME_AGAIN_SHARE
    ):
        return "{s}" + pattern[2:]
    return pattern


def write_drill(rng: random.Random) -> str:
    """Return lists of invented names and titles that are told again, in order or picked out: practice in copying."""
    return "\n\n".join(_drill(rng) for _ in range(rng.randint(3, 6)))


def _drill(rng: random.Random) -> str:
    makers = (invent_maker, invent_person, invent_place, invent_code, lambda r: invent_product(r).facts["full"])
    makers = (*makers, makers[-1], lambda r: invent_work(r).facts["full"])
    names = [rng.choice(makers)(rng) for _ in range(rng.randint(2, 5))]
    numbered = " ".join(f"Number {index} is {name}." for index, name in enumerate(names, 1))
    picked = rng.randrange(len(names))
    again, so = rng.choice(("Once more", "Again", "A second time")), rng.choice(("So number", "And number", "Number"))
    first, chain = names[0], ", ".join(names)
    return rng.choice(
        (
            f"{chain}. {again}: {chain}.",
            f"{numbered} {again}: {numbered}",
            f"{numbered} {so} {picked + 1} is {names[picked]}.",
            f"Question: {first}?\nAnswer: {first}. {again}, the name is {first}.",
            f"Question: What is the name? It is {first}.\nAnswer: The name is {first}.",
            f"Question: O nome é {first}?\nAnswer: Sim, o nome é {first}.",
        )
    )


def write_prose(rng: random.Random) -> str:
    """Return two to five paragraphs of exposition or small stories; the stories train the copying of names."""
    return "\n\n".join(_paragraph(rng) for _ in range(rng.randint(2, 5)))


def _paragraph(rng: random.Random) -> str:
    facts = _story_facts(rng)
    if rng.random() < PORTUGUESE_SHARE:
        return PORTUGUESE.sentence(rng.choice(portuguese.EXPOSITION), facts, rng)
    grammar = rng.choice(list(GRAMMARS.values()))
    if rng.random() < 0.45:
        facts |= {key: grammar.expand(f"{{{key}}}", {}, rng) for key in ("noun_one", "noun_two", "place", "act")}
        return grammar.sentence(rng.choice(knowledge.STORIES), facts, rng)
    return grammar.sentence(rng.choice(knowledge.EXPOSITION), facts | _exposition_facts(rng, grammar), rng)


def _story_facts(rng: random.Random) -> dict[str, str]:
    name = rng.choice((invent_word, invent_person))
    return {
        "hero": name(rng),
        "friend": name(rng),
        "other": name(rng),
        "home": invent_place(rng),
        "far": invent_place(rng),
        "thing_name": invent_maker(rng),
    } | people_and_places(rng)


def _exposition_facts(rng: random.Random, grammar: Grammar) -> dict[str, str]:
    material, other = rng.sample(list(knowledge.MATERIALS), 2)
    fixed = {
        key: grammar.expand(f"{{{key}}}", {}, rng) for key in ("noun", "noun_one", "place", "act", "acting", "part")
    }
    return fixed | {
        "material": material,
        "material_note": knowledge.MATERIALS[material],
        "other_material": other,
        "other_fact": f"is {knowledge.MATERIALS[other]}",
        "colour": rng.choice(knowledge.COLOURS),
        "other_colour": rng.choice(knowledge.COLOURS),
        "number": str(rng.randint(11, 900)),
        "small_number": str(rng.randint(2, 10)),
        "length_unit": rng.choice(("centimeters", "inches", "millimeters", "feet", "meters")),
        "weight_unit": rng.choice(("grams", "kilograms", "ounces", "pounds")),
        "a_while": rng.choice(("a while", "a few days", "an hour", "some weeks")),
        "person_kind": rng.choice(("a singer", "a choir", "a child", "a whole town")),
    }


# Writers with their shares of the documents; those of the conversations are the longest.
SHARES = {
    write_blurbs: 0.48,
    write_chain: 0.20,
    write_retelling: 0.15,
    write_drill: 0.09,
    write_plain: 0.05,
    write_prose: 0.03,
}
