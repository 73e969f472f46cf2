"""Every product type, by shelf, and how full each shelf is."""

from . import (
    clothing,
    electronics,
    garden,
    handbooks,
    home,
    kitchen,
    media,
    novels,
    office,
    short_forms,
    speculative,
    sports,
    tools,
    toys,
    true_stories,
)
from .products import ProductType

ALL_TYPES: tuple[ProductType, ...] = (
    novels.TYPES
    + speculative.TYPES
    + short_forms.TYPES
    + handbooks.TYPES
    + true_stories.TYPES
    + media.TYPES
    + kitchen.TYPES
    + home.TYPES
    + clothing.TYPES
    + electronics.TYPES
    + tools.TYPES
    + toys.TYPES
    + sports.TYPES
    + garden.TYPES
    + office.TYPES
)

# Share of each kind among all rows, in percent: books first, as in the real file.
SHARES = {
    "books": 48,
    "music": 8,
    "films": 6,
    "kitchen": 9,
    "clothing": 6,
    "electronics": 6,
    "tools": 5,
    "toys": 5,
    "sports": 3,
    "garden": 2,
    "office": 2,
}


def type_weights() -> list[float]:
    """For each of ``ALL_TYPES`` its share of all rows, in percent."""
    totals = {kind: sum(sort.weight for sort in ALL_TYPES if sort.kind == kind) for kind in SHARES}
    return [SHARES[sort.kind] * sort.weight / totals[sort.kind] for sort in ALL_TYPES]
