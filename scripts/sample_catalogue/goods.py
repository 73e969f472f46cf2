"""What all household goods share: how a type is put together, its titles, colors and common sentences."""

from collections.abc import Mapping, Sequence

from .names import LINES, MAKERS, split_words
from .products import Pool, ProductType, Style

TITLES = (
    "{brand} {line} {material} {item}, {size}",
    "{brand} {size} {material} {item}",
    "{brand} {line} {size} {item}, {material}",
    "{brand} {line} {item}, {size}, {material}",
)
COLORS = split_words("slate|ivory|navy|forest green|charcoal|brick red|mustard|black|sand|sky blue|plum|cream", "|")
WARRANTIES = ("1-year", "2-year", "3-year", "5-year", "10-year")

MENTIONS: Mapping[str, tuple[str, ...]] = {
    "brand": ("From {brand}.", "Part of the {brand} range."),
    "line": ("Part of the {line} line.", "From the {line} range."),
    "material": ("Made of {material}.", "The material is {material}.", "Crafted from {material}."),
    "size": ("The size is {size}.", "Size: {size}."),
    "color": ("Shown in {color}.", "The color is {color}.", "Finished in {color}."),
    "model": ("The model number is {model}.", "Look for model {model}."),
    "group": ("Comes in {group} sizes.", "Sold in {group} sizes."),
    "capacity": ("It holds {capacity}.", "The capacity is {capacity}."),
    "fit": ("The fit is {fit}.", "Cut for a_ {fit} fit."),
    "handle": ("The handle is {handle}.",),
    "pack": ("Sold as a_ {pack}.", "Comes as a_ {pack}."),
}


def build_goods(  # noqa: PLR0913 - a type of goods is one row of a wide table
    kind: str,
    name: str,
    *,
    style: Style,
    common: Mapping[str, Pool],
    items: Sequence[str],
    facts: Mapping[str, Pool],
    features: Sequence[str],
    uses: Sequence[str],
    benefits: Sequence[str],
    adjectives: Sequence[str],
    variants: Mapping[str, Sequence[str]] | None = None,
    phrases: Mapping[str, Sequence[str]] | None = None,
    titles: Sequence[str] = TITLES,
    brands: Sequence[str] = MAKERS,
    plural: bool = False,
    weight: float = 1.0,
) -> ProductType:
    """A type of goods; the first half of ``features`` gives the fact ``feature``, the second half ``feature2``."""
    half = len(features) // 2
    return ProductType(
        kind=kind,
        name=name,
        titles=tuple(titles),
        facts={"brand": brands, "line": LINES, "item": items, "feature": features[:half], "feature2?": features[half:]}
        | dict(common)
        | dict(facts),
        style=style,
        variants=variants or {"color": COLORS},
        phrases={"use": uses, "benefit": benefits, "adj": adjectives} | dict(phrases or {}),
        plural=plural,
        weight=weight,
    )


def number_range(first: int, last: int, step: int, unit: str) -> tuple[str, ...]:
    """Values such as ``8-inch`` or ``12 ounces``: ``unit`` holds ``{}`` where the number goes.

    >>> number_range(8, 12, 2, "{}-inch")
    ('8-inch', '10-inch', '12-inch')
    """
    return tuple(unit.format(number) for number in range(first, last + 1, step))


def tenths(first: int, last: int, step: int, unit: str) -> tuple[str, ...]:
    """Values with one decimal, counted in tenths: ``tenths(12, 15, 3, "{} pounds")`` is 1.2 and 1.5 pounds."""
    return tuple(unit.format(number / 10) for number in range(first, last + 1, step) if number % 10)
