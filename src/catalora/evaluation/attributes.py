"""Attributes of an answer (numbers with units, sizes, dates, models, names, colours, materials) against its product.

Precision asks how much of what an answer states is supported by the product's title or description; recall, how many
of the title's attributes the answer keeps. `references/facts.py` finds the attributes, and
`benchmarks/attribute_detector.py` holds that against a catalogue whose attributes are known. What is supported may
still be told of the wrong thing, and what the rules do not read is not counted.
"""

from dataclasses import dataclass

from catalora.references.facts import Fact, extract_facts, list_words
from catalora.references.quantities import agree

# A title's shorter words are articles and prepositions in either language.
_SHORTEST_TITLE_WORD = 4


@dataclass(frozen=True, slots=True)
class AttributeCounts:
    """How an answer's attributes stand to a product.

    Attributes:
        stated: different attributes in the answer.
        supported: of these, how many the title or the description supports.
        wanted: attributes in the title: its numbers, models and dates, and its longer words one by one, because titles
            capitalise everything and names cannot be told from other words there.
        kept: of these, how many stand in the answer.
    """

    stated: int
    supported: int
    wanted: int
    kept: int


class Source:
    """A text that attributes are held against, read once; `facts` are its own, each once however often it is stated."""

    def __init__(self, text: str) -> None:
        self.facts = {(fact.kind, fact.key): fact for fact in extract_facts(text)}
        self._quantities = [fact.quantity for fact in self.facts.values() if fact.quantity is not None]
        self._words = f" {' '.join(list_words(text))} "

    def supports(self, fact: Fact) -> bool:
        """Whether the text states the same: an agreeing quantity, the same normal form, or the very words."""
        if fact.quantity is not None:
            return any(agree(fact.quantity, quantity) for quantity in self._quantities)
        return (fact.kind, fact.key) in self.facts or f" {' '.join(list_words(fact.text))} " in self._words

    def holds_word(self, word: str) -> bool:
        """Whether the folded word stands in the text."""
        return f" {word} " in self._words


class ProductAttributes:
    """What a product's title asks for and what its title and description support, read once for all its answers."""

    def __init__(self, title: str, description: str) -> None:
        self._source = Source(f"{title}\n{description}")
        self._numbers = {(fact.kind, fact.key): fact for fact in extract_facts(title) if _is_definite(fact)}
        inside = {word for fact in self._numbers.values() for word in list_words(fact.text)}
        self._words = {word for word in list_words(title) if len(word) >= _SHORTEST_TITLE_WORD} - inside

    def count(self, answer: str) -> AttributeCounts:
        """Hold an answer against the product; each attribute counts once, however often it is stated.

        Example:
            >>> ProductAttributes("Foxhollow Pan, 12-Inch", "A pan.").count("The Foxhollow pan is 14 inches wide.")
            AttributeCounts(stated=2, supported=1, wanted=2, kept=1)
        """
        answered = Source(answer)
        return AttributeCounts(
            stated=len(answered.facts),
            supported=sum(map(self._source.supports, answered.facts.values())),
            wanted=len(self._numbers) + len(self._words),
            kept=sum(map(answered.supports, self._numbers.values())) + sum(map(answered.holds_word, self._words)),
        )


def _is_definite(fact: Fact) -> bool:
    return fact.quantity is not None or fact.kind in {"model", "date"}
