"""Plain prose over the whole lexicon: its sentences are grammatical and often odd, and use each word in its place."""

import random

from demo_corpus.grammar import Grammar
from demo_corpus.knowledge import COLOURS
from demo_corpus.lexicon import ADJECTIVES, ADVERBS, NOUNS, TIMES, VERBS
from demo_corpus.names import invent_maker, invent_person, invent_place, invent_word

RULES = (
    NOUNS
    | VERBS
    | {f"adj_{name}": words for name, words in ADJECTIVES.items()}
    | {"adv": ADVERBS, "time": TIMES, "colour": COLOURS}
    | {
        "unit": ("inches", "centimeters", "feet", "pounds", "ounces", "grams", "liters", "quarts", "minutes", "watts"),
        "some": ("some", "many", "most", "few", "several", "all", "two", "three", "a dozen", "hundreds of", "no"),
        "some_one": ("someone", "anyone", "nobody", "everybody", "each of them", "one of them"),
        "prep": (
            "under",
            "inside",
            "outside",
            "along",
            "above",
            "around",
            "across",
            "behind",
            "beneath",
            "beside",
            "beyond",
            "near",
            "toward",
            "within",
            "upon",
            "among",
            "against",
            "throughout",
            "below",
            "onto",
            "past",
            "over",
            "close to",
            "far from",
            "next to",
            "ahead of",
            "instead of",
            "in front of",
            "on top of",
            "away from",
        ),
        "thing_": ("anything", "everything", "something", "nothing", "the rest", "the whole", "more", "less", "a lot"),
        "linking": ("and", "but", "so", "while", "because", "although", "until", "before", "after", "as", "when"),
    }
)
PLAIN = Grammar(RULES)

PEOPLE = (
    "The {adj_person} {role} {do_thing.did} {item.a} {adv}.",
    "{hero} {do_thing.did} the {adj_thing} {item} {time}.",
    "{time.cap}, {hero} {go.did} to the {adj_spot} {spot}, and {he} {act.did} there.",
    "{hero} wants to {do_thing} {his} {item}, but the {role} {say.does} that it is too {adj_thing}.",
    "{some.cap} {role.s} {do_person} {role.a} without {adj_idea} {idea}.",
    "There was a {role} who {do_person.did} every {role} in the {spot}.",
    "{he.cap} {act.did}, {linking} {hero} {act.did} {adv}.",
    "{hero} has {do_thing.done} {his} {item}, and now {he} {act.does}.",
    '"{do_thing.cap} the {item}!" {say.did} the {role}.',
    '"Have you {do_thing.done} my {item}?" asked the {adj_person} {role}.',
    "{hero} is {role.a} from {town}, and {his} {role} is {adj_person}.",
    "Together they {do_thing} the {item} and {do_thing} the {food}.",
    "The {role.s} of {town} are {adj_person} and {adj_person}, and {he} {do_person.does} them.",
    "{hero} {say.did} that {idea} is {adj_idea}, {linking} {some_one} {do_person.did} {him}.",
    "Without {his} {role}, {hero} could never {do_thing} the {adj_thing} {item}.",
    "{he.cap} must {do_person} the {role} before {he} can {act}.",
    "What {he} {say.does} about {idea} and {idea} will {do_person} the {role}.",
    "As {he} {go.did} through the {spot}, {he} {do_thing.did} {some} {item.s}.",
    "{hero} and the {role} {act.did} {adv}; the {animal} {act.did} too.",
    "Her {role} {do_person.did} her, {linking} his {role} {do_person.did} him.",
    "They were {do_person.doing} each other, and {hero} was {act.doing}.",
    "The {role} whose {item} was {do_thing.done} {act.did} {time}.",
    "{town} is {spot.a} where {role.s} {act} and {animal.s} {act}.",
    "I {say} that you {act}, and we {go} to the {spot} {time}.",
    "{he.cap} {do_thing.did} {thing_} {prep} the {spot}, and {hero} {act.did} {prep} the {item}.",
    "You will be {adj_person}, I am sure, if you {do_thing} {thing_} {time}.",
    "Everything that {hero} {do_thing.does} is {adj_thing}; let us {do_thing} {thing_} ourselves.",
    "Kids and boys and girls alike {act} {prep} the {spot}; my {role} never did.",
    "He himself {do_thing.did} it, she herself {act.did}, and the {role} kept {act.doing}.",
    "She {do_thing.did} it for me; he {do_thing.did} it for us.",
)
THINGS = (
    "The {item} is {adj_thing}, and its {part} is {adj_thing}.",
    "This {adj_thing} {item} {hold.does} the {item} and {happen.does} {adv}.",
    "{some.cap} {item.s} with {adj_thing} {part.s} {hold} {food} {adv}.",
    "The {part} of the {item} {happen.does} when it is {do_thing.done}.",
    "Its {part} {hold.does} the {part}, so that nothing {happen.does}.",
    "It comes with {part.a} and {some} {part.s} of {stuff}.",
    "{stuff.cap} {happen.does}, {linking} {stuff} {happen.does} {adv}.",
    "It weighs {number} {unit}, and {some} {item.s} weigh more than {number} {unit}.",
    "{some.cap} {item.s} are made of {stuff}, others of {colour} {stuff}.",
    "The {colour} {item} is {adj_thing}; the {colour} one is {adj_thing}.",
    "The {maker} {item} {hold.does} {number} {item.s} and {number} {part.s}.",
    "Put the {item} into the {item}, then {do_thing} it with {item.a}.",
    "Do not {do_thing} the {part} while the {item} {happen.does}.",
    "With its {part} and {part}, the {item} {hold.does} the {idea} of {role.s}.",
    "The {item} was {do_thing.done} in {town} and {do_thing.done} by {adj_person} {role.s}.",
    "You can {do_thing} it {adv}, and you can {do_thing} the {part} {time}.",
    "Some {item.s} of this {idea} are {adj_thing}, {adj_thing} and never {adj_thing}.",
    "If the {part} {happen.does}, {do_thing} the {item} and {do_thing} the {part}.",
    "The {adj_idea} {item} {hold.does} {adj_idea} {idea} for {some} {role.s}.",
    "The {stuff} {part} stays {adj_thing} even when the {item} {happen.does}.",
    "{maker} {item.s} are known for their {adj_thing} {part.s} and their {idea}.",
    "{thing_.cap} {prep} the {part} {happen.does} {adv}, and {thing_} {prep} it is {adj_thing}.",
    "The {item} sits {prep} the {item} and hangs {prep} the {item}.",
    "Included are {item.a}, {item.a} and {number} {part.s}; the {item} is not included.",
    "Since it {happen.does} {adv}, it needs no {item} {prep} its {part}.",
    "Just {do_thing} it, {do_thing} the {part}, and it is ready: {adj_thing}, {adj_thing} and quite {adj_thing}.",
    "Which {item} {happen.does} faster, the {adj_thing} one or the less {adj_thing} one?",
    "It is {number} {unit} long and {number} {unit} wide, without the {part}.",
)
WORKS = (
    "The {opus} {tell.does} {adj_idea} {idea} and the {idea} of {role.a}.",
    "In this {adj_idea} {opus}, {hero} {tell.does} the {spot} of {town}.",
    "{hero} wrote {opus.a} about {idea}, and {some} {role.s} {do_thing.did} it.",
    "The {adj_idea} {opus} {tell.does} {role.s} who {act} and {role.s} who {act}.",
    "Its {idea} is {adj_idea}, its {idea} {adj_idea}, and its {opus} {adj_idea}.",
    "The {idea} of the {opus} is {adj_idea}, {linking} its {idea} {tell.does} {him}.",
    "The second {opus} has {number} {part.s} and {number} {idea.s}.",
    "There is {idea} in each {opus}, and {idea} in the {adj_idea} {idea}.",
    "Even so, {idea} {tell.does} {thing_} {prep} {idea}, and yet the {idea} is {adj_idea}.",
    "Neither its {idea} nor its {idea} should {happen} during the {adj_idea} {idea}; both {act}.",
    "Your {idea} and our {idea} were {adj_idea}, had been {adj_idea}, and would be {adj_idea} again.",
    "All rights of the {opus} belong to {hero}; a copy costs {number} coins and is not sold {prep} {town}.",
    "These {idea.s} and those {idea.s} {tell} the {idea.s} of {adj_person} {role.s} and their {spot.s}.",
    "{act.doing} and {do_thing.doing} are {idea.s} that {adj_person} {role.s} {say}.",
    "There have been {number} {opus.s} like it, none of them {adj_idea} enough.",
    "Between {idea} and {idea}, {role.a} {say.does} what {idea} means.",
    "{idea.cap} is {adj_idea}; {idea} is {adj_idea}, but {idea} is neither.",
    "It is {adj_idea} to {do_person} {role.a} and {adj_idea} to {do_thing} {item.a}.",
    "Some {role} of {idea} and a {role} of {idea} {tell} the {adj_idea} {idea}.",
)
OUTSIDE = (
    "{some.cap} {animal.s} {act} in the {adj_spot} {spot}, and {animal.a} {act.does} near {town}.",
    "The {animal} {go.did} into the {spot} and {do_thing.did} the {food}.",
    "The {spot} is {adj_spot}, and the {spot} behind it is {adj_spot}.",
    "From the {spot} one sees the {spot}, the {spot} and {some} {spot.s}.",
    "{food.cap} and {food} go well with {food}; {role.s} like {food}.",
    "{town} has {some} {spot.s}, {spot.a} and {adj_spot} {spot.s}.",
    "{time.cap}, the {animal.s} {act}, and the {spot} is {adj_spot}.",
    "{some.cap} {food.s}, {some} {food.s} and {adj_thing} {food.s} stood {prep} the {spot}.",
    "She {do_thing.did} {food} and {food}, he {do_thing.did} {food} with {food}.",
    "To reach the {spot}, {go} along the {spot} and {go} past the {adj_spot} {spot}.",
)
GROUPS = (PEOPLE, THINGS, WORKS, OUTSIDE)
SHARES = (0.3, 0.38, 0.2, 0.12)


def write_plain(rng: random.Random) -> str:
    """Return two to five paragraphs of three to seven sentences each."""
    return "\n\n".join(_paragraph(rng) for _ in range(rng.randint(2, 5)))


def _paragraph(rng: random.Random) -> str:
    group = rng.choices(GROUPS, SHARES)[0]
    he, his, him = rng.choice((("he", "his", "him"), ("she", "her", "her")))
    bound = {"he": he, "his": his, "him": him, "hero": rng.choice((invent_word, invent_person))(rng)}
    bound |= {"town": invent_place(rng), "maker": invent_maker(rng)}
    # A paragraph is about something: a few of its words come back.
    bound |= {name: rng.choice(RULES[name]) for name in rng.sample(("role", "item", "part", "spot", "opus", "idea"), 2)}
    sentences = []
    for pattern in rng.sample(group, rng.randint(3, min(7, len(group)))):
        number = rng.choice((str(rng.randint(2, 400)), f"{rng.randint(1, 20)}.{rng.randint(1, 9)}"))
        sentences.append(PLAIN.sentence(pattern, bound | {"number": number}, rng))
    return " ".join(sentences)
