"""Every product type, by shelf, and how full each shelf is."""

from . import clothing, electronics, fiction, home, kitchen, media, nonfiction, office, outdoors, tools, toys
from .products import ProductType

ALL_TYPES: tuple[ProductType, ...] = (
    fiction.TYPES
    + nonfiction.TYPES
    + media.TYPES
    + kitchen.TYPES
    + home.TYPES
    + clothing.TYPES
    + electronics.TYPES
    + tools.TYPES
    + toys.TYPES
    + outdoors.TYPES
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
