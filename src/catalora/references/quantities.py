"""Numbers in a text with what they measure or count: `12 in`, `12"` and `12 polegadas` are one quantity.

    "a 12-inch pan, 2.5 lbs"         length 0.3048 · mass 1133.98
    "30 x 58-inch towel"             length (0.762, 1.4732)
    "125 recipes for ages 6 to 12"   count 125 (recipe) · age (6, 12)

Dates, model numbers and words are found in `facts.py`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import inf, isclose

from catalora.references.fact_words import NOT_NAMES, NUMBER_WORDS, ORDERED_NOUNS, ORDINALS, UNITS

# Two measures agree when they differ by less: texts round when they change units (2.5 lb, 1.1 kg).
SAME_UNIT_TOLERANCE = 1e-6
OTHER_UNIT_TOLERANCE = 0.05

_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125}
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?"
_AMOUNT = rf"(?:\d+[ -])?\d+/\d+|(?:{_DIGITS})[½¼¾⅓⅔⅛]?|[½¼¾⅓⅔⅛]"


def _spell(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LETTER_UNITS = _spell([unit for unit in UNITS if unit[0].isalpha()])
_SIGN_UNITS = _spell([unit for unit in UNITS if not unit[0].isalpha()])
_ABBREVIATIONS = "in|ins|ft|lb|lbs|oz|yd|hr|hrs|min|mins|sec|gal|qt|pt|pol"
_UNIT = rf"(?:[ -]?(?:(?:{_ABBREVIATIONS})\.|(?:{_LETTER_UNITS})(?![\w']))|[ ]?(?:{_SIGN_UNITS}))"
# Not the tail of a word, a model number or another number.
_NUMBER_START = r"(?<![\w.,/$])(?<!\w-)"
# "12 in the box" is no length, "3 a day" no current.
_NO_UNIT = re.compile(r"[ ](?:a|in (?:the|a|an|this|each|its|one|all|total|every|stock|[A-Z\d])\b.*)", re.DOTALL)

_OPENING_QUOTE = re.compile(r'(?<!\S)"')
_CLOSING_QUOTE = re.compile(r'(?<=[^\s\d])"')

_DIMENSIONS = re.compile(
    rf"{_NUMBER_START}({_AMOUNT})({_UNIT})?((?:\s*(?:x|×|by|por)\s*(?:{_AMOUNT})(?:{_UNIT})?)+)", re.IGNORECASE
)
_MEASURE = re.compile(rf"{_NUMBER_START}({_AMOUNT})({_UNIT})", re.IGNORECASE)
_SPELT_MEASURE = re.compile(rf"\b({_spell(list(NUMBER_WORDS))})([ -](?:{_LETTER_UNITS}))(?!\w)", re.IGNORECASE)
_SPELT_COUNT = re.compile(rf"\b({_spell(list(NUMBER_WORDS))})(?: (?=\w+s\b)|-)([^\W\d]+)", re.IGNORECASE)
_MONEY = re.compile(rf"(?:US\$|R\$|\$|€|£)\s?({_DIGITS})")
_PERIOD = re.compile(
    r"\b(?:ages?|aged|idades?)(?:\s+de)?\s+(\d{1,2})(?:\s*(?:to|-|–|a|and|e)\s*(\d{1,2}))?"
    r"(?:\s+(?:and|or) (?:up|older))?"
    r"|\b(?:a partir de|acima de)\s+(\d{1,2})\s+anos\b",
    re.IGNORECASE,
)
_PACK = re.compile(r"\b(?:set|pack|box|case|lot|kit|conjunto|pacote|caixa)\s+(?:of|de|com)\s+(\d+)\b", re.IGNORECASE)
_PIECES = re.compile(r"(?<![\w.,])(\d[\d,]*)[ -]?(?:pieces?|pcs?|pc|packs?|count|ct|peças?|unidades?)\b", re.IGNORECASE)
_ORDERED = re.compile(
    rf"\b({_spell(list(ORDINALS))}|\d+(?:st|nd|rd|th|ª|º))\s+(?:{'|'.join(ORDERED_NOUNS.split())})\b"
    r"|\b(?:book|volume|vol\.|part|season|disc|livro|parte|temporada)\s+(\d{1,3})\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"{_NUMBER_START}({_DIGITS})(?:\s*(?:to|-|–)\s*({_DIGITS}))?(?![\w/%°])((?:[ -][a-zà-ÿ]+){{0,3}})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number, or several that belong together, with its place in the text.

    Attributes:
        start: first character.
        end: one past the last character.
        about: a dimension (`length`), `age`, `pack`, `order`, or `count`.
        values: in the dimension's base unit, one per number, in the order of the text.
        unit: factor of the unit in the text; 1 where there is none.
        nouns: for a count, up to three words that follow the number, in the singular.
    """

    start: int
    end: int
    about: str
    values: tuple[float, ...]
    unit: float = 1.0
    nouns: tuple[str, ...] = ()


def find_quantities(text: str) -> list[Quantity]:
    """All quantities of a text in order, none overlapping another.

    Example:
        >>> [(q.about, q.values) for q in find_quantities("12 recipes on 2 x 3 ft paper, 1/2 lb")]
        [('count', (12.0,)), ('length', (0.6096, 0.9144)), ('mass', (226.796185,))]
    """
    taken: list[Quantity] = []
    for find in (
        _find_periods,
        _find_packs,
        _find_ordered,
        _find_dimensions,
        _find_measures,
        _find_counts,
        _find_spelt_counts,
    ):
        for quantity in find(text):
            if all(quantity.end <= other.start or other.end <= quantity.start for other in taken):
                taken.append(quantity)
    return sorted(taken, key=lambda quantity: quantity.start)


def agree(said: Quantity, recorded: Quantity) -> bool:
    """Whether what is said follows from what is recorded: the same sort of thing, and all its numbers."""
    if said.about != recorded.about or (said.nouns and recorded.nouns and not {*said.nouns} & {*recorded.nouns}):
        return False
    tolerance = SAME_UNIT_TOLERANCE if said.unit == recorded.unit else OTHER_UNIT_TOLERANCE
    left = list(recorded.values)
    for value in said.values:
        found = next((other for other in left if isclose(value, other, rel_tol=tolerance)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def is_rival(said: Quantity, recorded: Quantity) -> bool:
    """Whether both measure or count the same sort of thing, so that different numbers are at odds."""
    return said.about == recorded.about and (said.about != "count" or bool({*said.nouns} & {*recorded.nouns}))


def read_amount(text: str) -> float:
    """A number as people write it.

    Example:
        >>> [read_amount(text) for text in ("1,500", "2,5", "1 1/2", "5-1/2", "2½")]
        [1500.0, 2.5, 1.5, 5.5, 2.5]
    """
    text = text.strip().lower()
    if text in NUMBER_WORDS:
        return NUMBER_WORDS[text]
    if text[-1] in _FRACTIONS:
        return (read_amount(text[:-1]) if text[:-1] else 0.0) + _FRACTIONS[text[-1]]
    if "/" in text:
        whole, _, fraction = text.rpartition(" " if " " in text else "-")
        upper, _, lower = fraction.partition("/")
        return (float(whole) if whole else 0.0) + (float(upper) / float(lower) if float(lower) else 0.0)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))


def _read_unit(text: str | None) -> tuple[str, float] | None:
    spelling = (text or "").strip(" -").lower()
    return UNITS.get(spelling) or UNITS.get(spelling.rstrip("."))


def _find_periods(text: str) -> Iterator[Quantity]:
    for found in _PERIOD.finditer(text):
        first, last, from_age = found.groups()
        # "4 and up" has no end, and is not what "4 to 6" says.
        values = tuple(float(age) for age in (first or from_age, last) if age)
        is_open = from_age or re.search(r"up|older", found[0], re.IGNORECASE)
        yield Quantity(found.start(), found.end(), "age", (*values, inf) if is_open else values)


def _find_packs(text: str) -> Iterator[Quantity]:
    for pattern in (_PACK, _PIECES):
        for found in pattern.finditer(text):
            yield Quantity(found.start(), found.end(), "pack", (read_amount(found[1]),))


def _find_ordered(text: str) -> Iterator[Quantity]:
    for found in _ORDERED.finditer(text):
        rank = (found[1] or found[2]).lower()
        value = ORDINALS[rank] if rank in ORDINALS else float(re.sub(r"\D", "", rank))
        yield Quantity(found.start(), found.end(), "order", (value,))


def _find_dimensions(text: str) -> Iterator[Quantity]:
    """`A x B x C unit`; a unit behind the last number holds for all that have none of their own."""
    for found in _DIMENSIONS.finditer(text):
        parts = re.findall(rf"({_AMOUNT})({_UNIT})?", found[0], re.IGNORECASE)
        units = [_read_unit(unit) for _, unit in parts]
        last = next((unit for unit in reversed(units) if unit), None)
        if last is None:
            yield Quantity(found.start(), found.end(), "length", tuple(read_amount(amount) for amount, _ in parts))
            continue
        factors = [(unit or last)[1] for unit in units]
        values = tuple(read_amount(amount) * factor for (amount, _), factor in zip(parts, factors, strict=True))
        yield Quantity(found.start(), found.end(), last[0], values, last[1])


def _find_measures(text: str) -> Iterator[Quantity]:
    for pattern in (_MEASURE, _SPELT_MEASURE):
        for found in pattern.finditer(text):
            unit = _read_unit(found[2])
            if unit is not None and not _is_no_unit(text, found.end(1), found[2]):
                value = read_amount(found[1]) * unit[1]
                yield Quantity(found.start(), found.end(), unit[0], (value,), unit[1])
    for found in _MONEY.finditer(text):
        yield Quantity(found.start(), found.end(), "money", (read_amount(found[1]),))


def _is_no_unit(text: str, number_end: int, unit: str) -> bool:
    """Whether what looks like a unit is a preposition or a closing quotation mark."""
    if unit == '"':
        opened, closed = len(_OPENING_QUOTE.findall(text[:number_end])), len(_CLOSING_QUOTE.findall(text[:number_end]))
        return opened > closed
    return _NO_UNIT.match(text, number_end) is not None


def _find_spelt_counts(text: str) -> Iterator[Quantity]:
    """Finds "two sisters" and "a two-speed gearbox", not "the two find" or "half of it"."""
    for found in _SPELT_COUNT.finditer(text):
        if found[1].lower() != "half" and found[2].lower() not in NOT_NAMES:
            nouns = (_singular(found[2]),)
            yield Quantity(found.start(), found.end(), "count", (read_amount(found[1]),), nouns=nouns)


def _find_counts(text: str) -> Iterator[Quantity]:
    for found in _COUNT.finditer(text):
        values = tuple(read_amount(group) for group in found.groups()[:2] if group)
        words = list(takewhile(lambda word: word.lower() not in NOT_NAMES, re.findall(r"[^\W\d]+", found[3])))
        # The span takes in the first word only: "36 projects"; the others help to tell what is counted.
        end = found.end(3) - len(found[3]) + 1 + len(words[0]) if words else found.start(3)
        yield Quantity(found.start(), end, "count", values, nouns=tuple(map(_singular, words)))


def _singular(word: str) -> str:
    word = word.lower()
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
