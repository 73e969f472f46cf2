"""A small text grammar: sentence patterns with choices and slots, expanded by a seeded random generator.

Pattern language: ``[one|other]`` picks one branch (branches nest and may be empty), ``{slot}`` is replaced by a
fact of the subject or, when there is no such fact, by a random entry of the rule of that name. ``{slot.cap}``
capitalises, ``{slot.a}`` puts "a" or "an" in front, ``{slot.s}`` makes a regular English plural, and ``{slot.does}``,
``{slot.did}``, ``{slot.done}``, ``{slot.doing}`` are forms of a verb.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from demo_corpus.lexicon import inflect


@dataclass(frozen=True)
class Slot:
    """A place in a pattern that is filled from the facts or the rules."""

    name: str
    modifier: str


@dataclass(frozen=True)
class Choice:
    """Branches of which exactly one is taken."""

    branches: tuple["Sequence_", ...]


Sequence_ = tuple["str | Slot | Choice", ...]


def with_article(text: str) -> str:
    """Return the English noun phrase with "a" or "an" in front, judged by its first letter."""
    return ("an " if text[:1].lower() in "aeiou" else "a ") + text


def plural(noun: str) -> str:
    """Return the regular English plural of a noun or of the last word of a noun phrase."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun if noun.endswith("s") and not noun.endswith("ss") else noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if noun.endswith("shelf") or noun.endswith("knife"):
        return noun.rstrip("e")[:-1] + "ves"
    return noun + "s"


MODIFIERS = {
    "": str,
    "cap": lambda text: text[:1].upper() + text[1:],
    "low": str.lower,
    "title": str.title,
    "a": with_article,
    "s": plural,
    "does": lambda verb: inflect(verb, "s"),
    "did": lambda verb: inflect(verb, "ed"),
    "done": lambda verb: inflect(verb, "en"),
    "doing": lambda verb: inflect(verb, "ing"),
}


@cache
def parse(pattern: str) -> Sequence_:
    """Parse a pattern once; the same pattern is expanded many thousands of times."""
    nodes, end = _parse_until(pattern, 0, "")
    if end != len(pattern):
        raise ValueError(f"unbalanced brackets in pattern: {pattern!r}")
    return nodes


def _parse_until(pattern: str, start: int, stops: str) -> tuple[Sequence_, int]:
    nodes: list[str | Slot | Choice] = []
    literal = ""
    position = start
    while position < len(pattern) and pattern[position] not in stops:
        character = pattern[position]
        if character not in "[{":
            literal += character
            position += 1
            continue
        if literal:
            nodes.append(literal)
            literal = ""
        if character == "{":
            end = pattern.index("}", position)
            name, _, modifier = pattern[position + 1 : end].partition(".")
            nodes.append(Slot(name, modifier))
            position = end + 1
        else:
            choice, position = _parse_choice(pattern, position + 1)
            nodes.append(choice)
    if literal:
        nodes.append(literal)
    return tuple(nodes), position


def _parse_choice(pattern: str, position: int) -> tuple[Choice, int]:
    branches = []
    while True:
        branch, position = _parse_until(pattern, position, "|]")
        branches.append(branch)
        if position >= len(pattern):
            raise ValueError(f"a choice is not closed in pattern: {pattern!r}")
        position += 1
        if pattern[position - 1] == "]":
            return Choice(tuple(branches)), position


class Grammar:
    """Rules (name to alternatives) that patterns draw on."""

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self.rules = rules

    def expand(self, pattern: str, facts: Mapping[str, str], rng: random.Random) -> str:
        """Return the pattern with every choice made and every slot filled.

        Raises:
            KeyError: a slot is neither a fact nor a rule.
        """
        return self._render(parse(pattern), facts, rng, set())

    def sentence(self, pattern: str, facts: Mapping[str, str], rng: random.Random) -> str:
        """Like `expand`, with the first letter in upper case."""
        text = self.expand(pattern, facts, rng)
        return text[:1].upper() + text[1:]

    def _render(self, nodes: Sequence_, facts: Mapping[str, str], rng: random.Random, taken: set[str]) -> str:
        parts = []
        for node in nodes:
            if isinstance(node, str):
                parts.append(node)
            elif isinstance(node, Choice):
                parts.append(self._render(rng.choice(node.branches), facts, rng, taken))
            else:
                text = facts.get(node.name)
                if text is None:
                    text = self._render(parse(self._pick(node.name, rng, taken)), facts, rng, taken)
                parts.append(MODIFIERS[node.modifier](text))
        return "".join(parts)

    def _pick(self, name: str, rng: random.Random, taken: set[str]) -> str:
        """Return an alternative of the rule, if possible one that this text does not have yet."""
        for _ in range(4):
            chosen = rng.choice(self.rules[name])
            if chosen not in taken:
                break
        taken.add(chosen)
        return chosen
