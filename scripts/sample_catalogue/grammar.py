"""The pattern language of the catalogue: choices, facts, articles and agreement.

A pattern is a sentence with four kinds of marks::

    [big|small]     one of the alternatives, at random; alternatives may hold other marks
    {material}      a fact of the product, or a phrase of its type (each phrase is used once per text)
    {v:come}        a verb that agrees with the item: "comes" for a kettle, "come" for boots
    a_              "a" or "an", whichever the next word wants

It knows nothing of products: what the names stand for is handed in.
"""

import re
from collections.abc import Callable
from random import Random

CHOICE = re.compile(r"\[([^\[\]]*)\]")
PLACEHOLDER = re.compile(r"\{([a-z_:0-9]+)\}")
SENTENCE_START = re.compile(r"^[a-z]|[.?!] [a-z]")
ARTICLE = re.compile(r"\b([Aa])_ (\S+)")
AN_SOUND = re.compile(
    r"(?:[aeio]|u(?!ni|s[eu]|ti)|hour|honest|heir|8|11\b|18\b|11-|18-|LED|LCD|FM|HD|MP3|SD|RS|LR|LX|MX|NX)"
)
A_SOUND = re.compile(r"(?:one\b|once|one-|eu|uni|use|usu|USB|UV)", re.IGNORECASE)
SMALL_WORDS = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "x")
)


def choose_alternatives(pattern: str, rng: Random) -> str:
    """Replace each ``[a|b]`` by one alternative, innermost first.

    >>> choose_alternatives("a [red|red] door", Random(1))
    'a red door'
    """
    while (match := CHOICE.search(pattern)) is not None:
        picked = rng.choice(match.group(1).split("|"))
        pattern = pattern[: match.start()] + picked + pattern[match.end() :]
    return pattern


def list_placeholders(pattern: str) -> list[str]:
    """The names in braces, verbs left out."""
    return [name for name in PLACEHOLDER.findall(pattern) if not name.startswith("v:")]


def conjugate(verb: str, plural: bool) -> str:
    """The present tense of ``verb`` for "it" or "they".

    >>> conjugate("wash", plural=False), conjugate("be", plural=True)
    ('washes', 'are')
    """
    if verb == "be":
        return "are" if plural else "is"
    if plural:
        return verb
    if verb == "have":
        return "has"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")


def fill(pattern: str, lookup: Callable[[str], str], plural: bool, rng: Random) -> str:
    """Expand ``pattern`` until no mark is left, articles excepted."""
    text = choose_alternatives(pattern, rng)
    while (match := PLACEHOLDER.search(text)) is not None:
        name = match.group(1)
        value = conjugate(name[2:], plural) if name.startswith("v:") else lookup(name)
        text = choose_alternatives(text[: match.start()] + value + text[match.end() :], rng)
    return text


def article(word: str) -> str:
    """The article, "a" or "an", by the sound of ``word``.

    >>> article("hourly"), article("uniform"), article("8-inch")
    ('an', 'a', 'an')
    """
    bare = word.lstrip("\"'([")
    if A_SOUND.match(bare):
        return "a"
    return "an" if AN_SOUND.match(bare) or AN_SOUND.match(bare.lower()) else "a"


def finish_sentence(text: str) -> str:
    """Settle the articles and capitalise the first letter of each sentence."""

    def settle(match: re.Match[str]) -> str:
        chosen = article(match.group(2))
        return (chosen.capitalize() if match.group(1) == "A" else chosen) + " " + match.group(2)

    text = ARTICLE.sub(settle, text)
    return SENTENCE_START.sub(lambda match: match.group().upper(), text)


def title_case(text: str) -> str:
    """Capitalise as catalogue titles do; letters that are upper case already stay.

    >>> title_case("set of 4 oak-handled knives, 10-inch")
    'Set of 4 Oak-Handled Knives, 10-Inch'
    """
    words = text.split(" ")
    return " ".join(
        word if position and word in SMALL_WORDS else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
        for position, word in enumerate(words)
    )
