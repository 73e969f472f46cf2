"""The checkable facts of a text: numbers with units, sizes, colours, materials, dates, names, model numbers.

    "The Fathom hose from Dunmore & Pike is 50 feet long, in forest green."
         ^^^^^^ name     ^^^^^^^^^^^^^ name  ^^^^^^^ number   ^^^^^^^^^^^^ colour

A fact is a piece of the text with a kind and a normal form; whether it is true is decided in `grounding.py`. English
and Portuguese, rules and word lists only: no model, so the same text always gives the same facts. What the rules do not
know, such as "keeps coffee hot" or "award-winning", is no fact here and stays unchecked.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from catalora.references.fact_words import (
    COLOURS,
    COLOURS_IN_CONTEXT,
    GARMENT_SIZES,
    MATERIALS,
    MONTHS,
    NAME_LINKS,
    NOT_NAMES,
    SHADES,
    TREATMENTS,
)
from catalora.references.quantities import Quantity, find_quantities

FactKind = Literal["number", "size", "colour", "material", "date", "name", "model"]


def _spell(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


_YEAR = r"1\d{3}|20\d{2}"
_MONTH = _spell({month for month in MONTHS if len(month) > 3})
_SHORT_MONTH = _spell({month for month in MONTHS if len(month) == 3})
_DATES = (
    re.compile(
        rf"\b(?P<m>{_MONTH}|{_SHORT_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>{_YEAR})\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:º)?(?: de)? (?P<m>{_MONTH}|{_SHORT_MONTH})\.?(?: de)?,? (?P<y>{_YEAR})\b", re.IGNORECASE
    ),
    re.compile(rf"\b(?P<m>{_MONTH}|{_SHORT_MONTH})(?: de)?,? (?P<y>{_YEAR})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<y>{_YEAR})-(?P<m>\d{{2}})-(?P<d>\d{{2}})\b"),
    re.compile(
        rf"(?:\b(?:in|from|since|by|until|till|to|between|and|circa|around|after|before|year|of|em|desde|até|ano|a|e|de|"
        rf"copyright|©)\s|[(–-]|,\s)(?P<y>{_YEAR})(?P<s>s)?(?![\w%]|[.,]\d|-[a-z])",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![\w.,/$-])(?P<y>{_YEAR})(?P<s>s)?(?=\s*(?:to|-|–|and|a|e)\s*(?:{_YEAR})\b)", re.IGNORECASE),
)
# "The '90s", "the 90s", "anos 90": which century follows from the digits.
_DECADE = re.compile(
    r"(?:(?<!\w)['’](?P<a>\d0)|(?<=\bthe )(?P<b>\d0))['’]?s\b"
    r"|(?<=\banos )(?P<c>\d0)(?=\s*(?:[.,;:!?)]|$| e | d[aeo]s? ))",
    re.IGNORECASE,
)
_MODEL = re.compile(r"(?<![\w@/.-])(?=[\w/.-]*\d)(?=[\w/.-]*[A-Za-z])[A-Za-z0-9]+(?:[-/.][A-Za-z0-9]+)*(?![\w-])")
_MODEL_NAMED = re.compile(
    r"\b(?:model|modelo|item|part|ref|sku|isbn)\b\.?\s*(?:number|no\.?|nº|#)?\s*[:#]?\s*(\d{3,}[\w-]*)", re.IGNORECASE
)
# "1st", "1920s", "3d", "10-inch": letters and digits, but no model.
_NO_MODEL = re.compile(r"\d+(?:st|nd|rd|th|s|d|k|x|[ªº])|\d[\d.,/]*-[a-z]+(?:-[a-z]+)*|[a-z]+-\d", re.IGNORECASE)

_SURE_COLOUR = _spell(COLOURS)
_ANY_COLOUR = _spell(COLOURS | COLOURS_IN_CONTEXT)
_SHADE = _spell(SHADES)
_COLOUR = re.compile(
    rf"(?<![\w'])(?:(?P<before>{_SHADE})[ -])?(?P<colour>{_SURE_COLOUR})(?:[ -](?P<after>{_SHADE}))?(?![\w'])",
    re.IGNORECASE,
)
# "In gold" is as often about the metal.
_METALS_AND_FOODS = (
    "gold|silver|bronze|copper|chocolate|wine|sand|clear|natural|ouro|prata|cobre|vinho|areia|limão|creme"
)
_COLOUR_SIGNS = (
    r"(?:colou?rs?|finish|cor|cores|acabamento)(?:\s+(?:is|are|é|em))?[\s:]+"
    r"|(?:finished|shown|available|comes?|dyed|painted)\s+in\s+|na cor\s+"
    rf"|(?:in|em)\s+(?!{_METALS_AND_FOODS})"
)
_COLOUR_CONTEXT = re.compile(
    rf"\b(?:{_COLOUR_SIGNS})(?:(?P<before>{_SHADE})[ -])?(?P<colour>{_ANY_COLOUR})(?![\w'-])"
    r"(?!\s+(?:of|box|paper|wood|steel|de)\b)"
    rf"|(?<![\w'])(?:(?P<before2>{_SHADE})[ -])?(?P<colour2>{_ANY_COLOUR})[ -](?:colou?red|colou?r|toned|finish)\b",
    re.IGNORECASE,
)
# "Powder-coated", "waxed", "organic": what is done to a material.
_TREATMENT = rf"(?:{_spell(TREATMENTS)}|[a-z]+-[a-z]+|[a-z]{{3,}}ed)"
_MATERIAL = re.compile(rf"(?<![\w'])(?P<how>(?:{_TREATMENT} )*)(?P<what>{_spell(MATERIALS)})(?![\w'])", re.IGNORECASE)
_SIZE = re.compile(
    rf"\b(?:sizes?|tamanhos?)(?:\s+(?:is|are|é))?[\s:]+(?P<a>(?:{_spell(GARMENT_SIZES)}|\d{{1,2}}(?:\.5)?))\b(?![.,-]\w|\s*x)"
    rf"|\b(?P<b>{_spell({size for size in GARMENT_SIZES if len(size) > 2})})[ -]sized?\b"
    rf"|\b(?P<c>men|women|boys|girls|kids|children)['’]s?\s+sizes\b",
    re.IGNORECASE,
)
# Letters may come with their accents as characters of their own.
_LETTERS = r"(?:[^\W_][\u0300-\u036f]*)+"
_WORD = re.compile(rf"{_LETTERS}(?:['’\-&.]{_LETTERS})*(?:['’](?=\s|$))?|&")
_SENTENCE_END = re.compile(r"[.!?:;…\"”)\n•|–—]\s*[\"“(]?$")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a text says and that a record can confirm.

    Attributes:
        kind: which sort of fact.
        text: as it stands in the text.
        start: its first character in the text.
        end: one past its last character; `text == whole[start:end]`.
        key: what is compared, the same for all spellings of one fact: a canonical English word, a date, a model without
            hyphens. For numbers see `quantity`.
        quantity: for numbers and measured sizes, what is measured or counted, in base units.
    """

    kind: FactKind
    text: str
    start: int
    end: int
    key: str
    quantity: Quantity | None = None


def extract_facts(text: str, ordinary_words: Container[str] | None = None) -> list[Fact]:
    """The facts of a text in order; none overlaps another.

    Args:
        text: an answer or a description.
        ordinary_words: words, in lower case, that need not be names, e.g. a run's `SpanIndex`. With it, a capital word
            at the start of a sentence belongs to a name unless it is one of these; without it, when another follows.

    Example:
        >>> [(fact.kind, fact.text, fact.key) for fact in extract_facts("A 12-inch pan in navy blue, model HT-260.")]
        [('number', '12-inch', 'length 0.3048'), ('colour', 'navy blue', 'navy'), ('model', 'HT-260', 'HT260')]
    """
    facts: list[Fact] = []
    numbers = list(_find_numbers(text))
    finders: tuple[Callable[[str], Iterator[Fact]], ...] = (
        _find_named_models,
        _find_dates,
        lambda _text: (fact for fact in numbers if fact.quantity and fact.quantity.about != "count"),
        _find_sizes,
        lambda _text: iter(numbers),
        _find_models,
        lambda text: _find_names(text, ordinary_words),
        _find_colours,
        _find_materials,
    )
    for find in finders:
        for fact in find(text):
            if all(fact.end <= other.start or other.end <= fact.start for other in facts):
                facts.append(fact)
    return sorted(facts, key=lambda fact: fact.start)


def fold(text: str) -> str:
    """Lower case without accents, for comparing words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace("’", "'")
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def list_words(text: str) -> list[str]:
    """The words and numbers of a text, folded.

    Example:
        >>> list_words("Dunmore & Pike's Café")
        ['dunmore', 'pike', 's', 'cafe']
    """
    return re.findall(r"[^\W_]+", fold(text))


def normalise_model(text: str) -> str:
    """A model number without the signs that are written or not.

    Example:
        >>> normalise_model("wm-3431 hs")
        'WM3431HS'
    """
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _find_dates(text: str) -> Iterator[Fact]:
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            month = (parts.get("m") or "").lower()
            number = MONTHS.get(month) or (int(month) if month.isdigit() else None)
            key = parts["y"] + ("s" if parts.get("s") else "")
            key += f"-{number:02}" if number else ""
            key += f"-{int(parts['d']):02}" if parts.get("d") else ""
            # The words in front of a lone year only show that it is one.
            start = found.start() if number else found.start("y")
            yield Fact("date", text[start : found.end()], start, found.end(), key)
    for found in _DECADE.finditer(text):
        decade = str(found[str(found.lastgroup)])
        century = "20" if decade < "30" else "19"
        yield Fact("date", found[0], found.start(), found.end(), f"{century}{decade}s")


def _find_sizes(text: str) -> Iterator[Fact]:
    for found in _SIZE.finditer(text):
        group = str(found.lastgroup)
        yield Fact("size", found[group], found.start(group), found.end(group), fold(found[group]))


def _find_numbers(text: str) -> Iterator[Fact]:
    for quantity in find_quantities(text):
        values = " x ".join(f"{value:.6g}" for value in quantity.values)
        kind: FactKind = "size" if quantity.about == "length" and len(quantity.values) > 1 else "number"
        said = text[quantity.start : quantity.end]
        model = _MODEL.match(text, quantity.start)
        if quantity.about != "count" or model is None or _NO_MODEL.fullmatch(model[0]):
            yield Fact(kind, said, quantity.start, quantity.end, f"{quantity.about} {values}", quantity)


def _find_named_models(text: str) -> Iterator[Fact]:
    for found in _MODEL_NAMED.finditer(text):
        yield Fact("model", found[1], found.start(1), found.end(1), normalise_model(found[1]))


def _find_models(text: str) -> Iterator[Fact]:
    for found in _MODEL.finditer(text):
        # "1.Artículo" has its letter behind the match.
        if not _NO_MODEL.fullmatch(found[0]) and re.search("[A-Za-z]", found[0]) and re.search(r"\d", found[0]):
            yield Fact("model", found[0], found.start(), found.end(), normalise_model(found[0]))


def _find_colours(text: str) -> Iterator[Fact]:
    for pattern, suffixes in ((_COLOUR_CONTEXT, ("", "2")), (_COLOUR, ("",))):
        for found in pattern.finditer(text):
            suffix = next(s for s in suffixes if found[f"colour{s}"])
            shade = found[f"before{suffix}"] or (found["after"] if pattern is _COLOUR else None)
            word = fold_colour(found[f"colour{suffix}"])
            start = found.start(f"before{suffix}") if found[f"before{suffix}"] else found.start(f"colour{suffix}")
            end = found.end("after") if pattern is _COLOUR and found["after"] else found.end(f"colour{suffix}")
            yield Fact("colour", text[start:end], start, end, name_colour(word, shade))


def fold_colour(word: str) -> str:
    """The English name of a basic colour."""
    word = word.lower()
    return COLOURS.get(word) or COLOURS_IN_CONTEXT[word]


def name_colour(colour: str, shade: str | None) -> str:
    """Colour with its shade; navy and navy blue are one.

    Example:
        >>> name_colour("blue", "navy"), name_colour("blue", "marinho"), name_colour("red", "brick")
        ('navy', 'navy', 'brick red')
    """
    shade = {"marinho": "navy", "claro": "light", "clara": "light", "escuro": "dark", "escura": "dark"}.get(
        (shade or "").lower(), (shade or "").lower()
    )
    if shade == "navy":
        return "navy"
    return f"{shade} {colour}".strip()


def _find_materials(text: str) -> Iterator[Fact]:
    for found in _MATERIAL.finditer(text):
        how = " ".join(found["how"].lower().split())
        key = f"{how} {MATERIALS[found['what'].lower()]}".strip()
        yield Fact("material", found[0], found.start(), found.end(), key)


def _find_names(text: str, ordinary_words: Container[str] | None) -> Iterator[Fact]:
    """Runs of capital words, joined by `of`, `de`, `&` and the like: people, brands, places, works."""
    words = list(_WORD.finditer(text))
    place = 0
    while place < len(words):
        end = _end_of_run(text, words, place)
        start = _start_of_name(text, words, place, end, ordinary_words)
        if start < end:
            first, last = words[start].start(), words[end - 1].end()
            said = re.sub(r"['’]s?$", "", text[first:last])
            yield Fact("name", said, first, first + len(said), " ".join(list_words(said)))
        place = max(end, place + 1)


def _end_of_run(text: str, words: list[re.Match[str]], place: int) -> int:
    """Index after the last capital word of the run that starts here; `place` itself when none does."""
    end, look = place, place
    while look < len(words):
        gap = text[words[look - 1].end() : words[look].start()] if look > place else ""
        # "Richard P. Martin" goes on after the dot.
        if gap.strip(" ." if len(words[look - 1][0]) == 1 else " ") or (
            look > place and re.search(r"['’]s?$", words[look - 1][0])
        ):
            break
        if _is_capital(words[look][0]) or (look > place and words[look][0].isupper() and len(words[look][0]) == 1):
            end = look + 1
        elif look == place or words[look][0].lower() not in NAME_LINKS or look - end >= 2:
            break
        look += 1
    return end


def _start_of_name(
    text: str, words: list[re.Match[str]], start: int, end: int, ordinary_words: Container[str] | None
) -> int:
    """Index of the first word of a run that belongs to the name; `end` when none does.

    "The Fathom hose", "Recorded in Northwyke", "With Bluetooth": what has its capital from the sentence is left out.
    """
    if start < end and (start == 0 or _SENTENCE_END.search(text[: words[start].start()].rstrip(" "))):
        first = words[start][0].lower()
        is_lone = start + 1 == end or not _is_capital(words[start + 1][0])
        is_ordinary = is_lone if ordinary_words is None else first in ordinary_words
        if first not in NOT_NAMES and is_ordinary:
            start += 1
    left_out = NOT_NAMES | NAME_LINKS
    while start < end and (words[start][0].lower() in left_out or not _is_capital(words[start][0])):
        start += 1
    return start


def _is_capital(word: str) -> bool:
    return word[0].isupper() and len(word) > 1 and not any(character.isdigit() for character in word)
