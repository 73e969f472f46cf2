"""Fact check: is what an answer says about a product in the product's record?

Each fact of the answer (see `facts.py`) is held against title and description:

    supported      the record says the same: `12 in`, `12"` and `12 inches` are the same
    contradicted   the record has exactly one other value for the same sort of thing: one weight, one colour, one year
    unsupported    the record is silent, or has several values and none is this one

The record is the measure here, not the world: an unsupported fact may be true. Names are never contradicted, since a
record that names one person may leave out another. What is not a checkable fact is neither confirmed nor denied.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from catalora.references.fact_words import COLOURS, COLOURS_IN_CONTEXT, MATERIALS, NAME_LINKS, SHADES
from catalora.references.facts import Fact, extract_facts, fold_colour, list_words, name_colour, normalise_model
from catalora.references.quantities import Quantity, agree, find_quantities, is_rival

Verdict = Literal["supported", "contradicted", "unsupported"]
VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "unsupported")


@dataclass(frozen=True, slots=True)
class CheckedFact:
    """A fact of an answer with what the record says to it.

    Attributes:
        fact: the fact, with its place in the answer.
        verdict: supported, contradicted or unsupported.
        evidence: the record's words that agree or are at odds; empty when it is silent.
        in_title: whether the title alone supports it; whoever asks by the title has said it already.
    """

    fact: Fact
    verdict: Verdict
    evidence: str = ""
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class FactCheck:
    """All facts of an answer, in its order."""

    facts: tuple[CheckedFact, ...]

    def count(self, verdict: Verdict) -> int:
        """How many facts got this verdict."""
        return sum(checked.verdict == verdict for checked in self.facts)

    @property
    def supported_share(self) -> float | None:
        """Share of facts that the record says too, 0 to 1; nothing when there are no facts."""
        return self.count("supported") / len(self.facts) if self.facts else None


class Record:
    """A product's title and description, read once for many answers."""

    def __init__(self, title: str, content: str) -> None:
        self.text = f"{title}\n{content}"
        self.facts = [*extract_facts(title), *extract_facts(content)]
        # Not those of `facts` alone: there "1992" may be a date, and a title's number part of a name.
        self.quantities = find_quantities(self.text)
        words = list_words(self.text)
        self.words = {*words, *(word[:-1] for word in words if word.endswith("s"))}
        self.models = _list_models(self.text)
        self.colours = _list_colours(self.text)
        self.materials = {MATERIALS[found[0].lower()]: found[0] for found in _MATERIAL.finditer(self.text)}

    def check(self, fact: Fact) -> CheckedFact:
        """Hold one fact against the record."""
        evidence = self._find_support(fact)
        if evidence is not None:
            return CheckedFact(fact, "supported", evidence)
        rivals = self._list_rivals(fact)
        if len({rival.key for rival in rivals}) == 1:
            return CheckedFact(fact, "contradicted", rivals[0].text)
        return CheckedFact(fact, "unsupported")

    def _find_support(self, fact: Fact) -> str | None:
        """The record's words that say the same, or nothing."""
        if fact.quantity is not None:
            found = next((q for q in self.quantities if agree(fact.quantity, q)), None)
            return None if found is None else self._quote(found)
        if fact.kind == "colour":
            return self._find_colour(fact.key)
        if fact.kind == "material":
            return self._find_material(fact.key)
        if fact.kind == "date":
            return self._find_date(fact.key)
        if fact.kind == "model":
            return self.models.get(fact.key)
        words = [word for word in list_words(fact.text) if word not in NAME_LINKS]
        known = words and all(word in self.words or word.removesuffix("s") in self.words for word in words)
        return fact.text if known else None

    def _find_colour(self, key: str) -> str | None:
        shade, _, base = key.rpartition(" ")
        for name, said in self.colours.items():
            if name == key or (not shade and name.rpartition(" ")[2] == base):
                return said
        return None

    def _find_material(self, key: str) -> str | None:
        name = next(name for name in _BY_LENGTH if key == name or key.endswith(f" {name}"))
        treatments = list_words(key.removesuffix(name))
        if not all(word in self.words for word in treatments):
            return None
        return next(
            (said for found, said in self.materials.items() if found == name or found.endswith(f" {name}")), None
        )

    def _find_date(self, key: str) -> str | None:
        """A recorded date that has all parts of this one: a year follows from a day, not the other way round."""
        for fact in self.facts:
            if fact.kind == "date" and (fact.key == key or fact.key.startswith(f"{key}-")):
                return fact.text
        return key if re.search(rf"(?<!\d){re.escape(key)}(?!\d)", self.text) else None

    def _list_rivals(self, fact: Fact) -> list[Fact]:
        """Facts of the record about the same sort of thing."""
        if fact.kind == "name":
            return []
        if fact.quantity is None:
            return [other for other in self.facts if other.kind == fact.kind and other.quantity is None]
        rivals = [quantity for quantity in self.quantities if is_rival(fact.quantity, quantity)]
        return [Fact("number", self._quote(q), q.start, q.end, str(q.values), q) for q in rivals]

    def _quote(self, quantity: Quantity) -> str:
        return self.text[quantity.start : quantity.end]


def check_facts(answer: str, title: str, content: str, ordinary_words: Container[str] | None = None) -> FactCheck:
    """Hold all facts of an answer against a product's record.

    Args:
        answer: of any side: base, tuned or grounded.
        title: of the product.
        content: its description.
        ordinary_words: see `extract_facts`.

    Example:
        >>> check = check_facts("A 10-inch pan in navy.", "Pan, 10 in", "Comes in red.")
        >>> [(checked.fact.text, checked.verdict, checked.evidence) for checked in check.facts]
        [('10-inch', 'supported', '10 in'), ('navy', 'contradicted', 'red')]
    """
    record, heading = Record(title, content), Record(title, "")
    checked = [record.check(fact) for fact in extract_facts(answer, ordinary_words)]
    return FactCheck(tuple(replace(item, in_title=heading.check(item.fact).verdict == "supported") for item in checked))


def _spell(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_BY_LENGTH = sorted({*MATERIALS.values()}, key=lambda name: -len(name))
_MATERIAL = re.compile(rf"(?<![\w'])(?:{_spell(list(MATERIALS))})(?![\w'])", re.IGNORECASE)
_COLOUR = re.compile(
    rf"(?<![\w'])(?:(?P<before>{_spell(list(SHADES))})[ -])?(?P<colour>{_spell([*COLOURS, *COLOURS_IN_CONTEXT])})"
    rf"(?:[ -](?P<after>{_spell(list(SHADES))}))?(?![\w'])",
    re.IGNORECASE,
)


def _list_colours(text: str) -> dict[str, str]:
    """Every word that can be a colour, by its name: what an answer may call a colour of this record."""
    found = list(_COLOUR.finditer(text))
    return {name_colour(fold_colour(f["colour"]), f["before"] or f["after"]): f[0] for f in found}


def _list_models(text: str) -> dict[str, str]:
    """Words, and neighbours written together, as model numbers: `HT 260` answers to `HT-260`."""
    tokens = re.findall(r"[A-Za-z0-9][A-Za-z0-9/.-]*", text)
    pairs = [f"{left} {right}" for left, right in pairwise(tokens)]
    return {normalise_model(piece): piece for piece in (*pairs, *tokens)}
