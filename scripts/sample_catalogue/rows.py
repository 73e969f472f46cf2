"""The rows of the catalogue before any defect: singles, families with one description, re-listings, near-duplicates.

The counts follow from the real file's shares (``PLAN``). Nothing is damaged here; ``defects`` does that.
"""

import itertools
import re
from dataclasses import dataclass, field
from random import Random

from .names import MAKERS
from .paraphrase import edit_words
from .products import Product, describe, draw_product, occurs, set_variant
from .shelves import ALL_TYPES, type_weights

Facts = dict[str, str]

MAX_SIMILARITY = 0.3
BLURBS = (
    "For three generations {brand} has made things that are meant to be used every day. Each piece is designed in a "
    "small workshop, tested by the people who built it, and packed by hand. Ask for {brand} by name wherever good "
    "tools and housewares are sold.",
    "At {brand}, good design means fewer parts, better materials and honest prices. The company began at a kitchen "
    "table and still answers every letter. Every {brand} product is checked twice before it leaves the building.",
)


@dataclass(frozen=True)
class Plan:
    """How many rows of each sort the catalogue holds; ``total`` rows in all."""

    total: int
    empty_title: int
    empty_content: int
    both_empty: int
    families: tuple[int, ...]
    blurb_families: tuple[int, ...]
    relisted: int
    near_duplicates: int
    same_as_title: int
    blank_contents: int
    blank_titles: int
    boilerplate: int

    @property
    def filled(self) -> int:
        """Rows whose title and content both hold characters."""
        return self.total - self.empty_title - self.empty_content + self.both_empty

    @property
    def singles(self) -> int:
        """Filled rows of none of the special sorts."""
        special = self.relisted + self.near_duplicates + self.same_as_title + self.blank_contents + self.blank_titles
        return self.filled - sum(self.families) - sum(self.blurb_families) - special - self.boilerplate


PLAN = Plan(
    total=7600,
    empty_title=426,
    empty_content=2531,
    both_empty=53,
    families=(14, 11, 9, 8, 7, 7, 6, 6, 6, *[5] * 12, *[4] * 25, *[3] * 60, *[2] * 193),
    blurb_families=(27, 18),
    relisted=136,
    near_duplicates=90,
    same_as_title=8,
    blank_contents=6,
    blank_titles=3,
    boilerplate=20,
)


@dataclass
class Row:
    """One clean row.

    Attributes:
        product: The product; its title and content are those of the row before anything is emptied.
        title: Clean title, "" where the row has none.
        content: Clean description, "" where the row has none.
        group: Rows with one number share one description; -1 for rows without.
        note: Which sort of row it is.
        source: For a near-duplicate, the row it was edited from.
        edited_share: For a near-duplicate, the share of words that differ.
    """

    product: Product
    title: str
    content: str
    group: int = -1
    note: str = "single"
    source: "Row | None" = None
    edited_share: float = 0.0
    facts: Facts = field(init=False)

    def __post_init__(self) -> None:
        told = self.product.facts.items()
        self.facts = {name: value for name, value in told if occurs(value, self.title) or occurs(value, self.content)}


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of three words in ``text``, lower-cased."""
    words = re.findall(r"[\w'-]+", text.lower())
    return frozenset(zip(words, words[1:], words[2:], strict=False))


class RowBuilder:
    """Draws rows one sort after the other and sees to it that titles and descriptions stay apart."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.weights = type_weights()
        self.titles: set[str] = set()
        self.seen: dict[str, list[frozenset[tuple[str, ...]]]] = {}
        self.groups = itertools.count()

    def build(self, plan: Plan) -> list[Row]:
        """All rows of ``plan``, sort by sort."""
        singles = [self.draw_single() for _ in range(plan.singles)]
        rows = list(singles)
        for size in plan.families:
            rows.extend(self.draw_family(size))
        for size, blurb in zip(plan.blurb_families, BLURBS, strict=True):
            rows.extend(self.draw_blurb_family(size, blurb))
        rows.extend(self.relist(row) for row in self.rng.sample(singles, plan.relisted))
        rows.extend(self.draw_near_duplicates(singles, plan.near_duplicates))
        rows.extend(self.draw_bare("title_only") for _ in range(plan.empty_content - plan.both_empty))
        rows.extend(self.draw_untitled("content_only") for _ in range(plan.empty_title - plan.both_empty))
        rows.extend(self.draw_empty() for _ in range(plan.both_empty))
        rows.extend(self.draw_bare("same_as_title") for _ in range(plan.same_as_title))
        rows.extend(self.draw_bare("blank_content") for _ in range(plan.blank_contents))
        rows.extend(self.draw_untitled("blank_title") for _ in range(plan.blank_titles))
        rows.extend(self.draw_bare("boilerplate", books_only=True) for _ in range(plan.boilerplate))
        return rows

    def draw_product(self, books_only: bool = False) -> Product:
        """A product with a title not used before; half of them are a variant."""
        for _ in range(200):
            sort = self.rng.choices(ALL_TYPES, self.weights)[0]
            if books_only and sort.kind != "books":
                continue
            product = draw_product(sort, self.rng)
            if self.rng.random() < 0.45:
                name, values = next(iter(sort.variants.items()))
                product = set_variant(product, {name: self.rng.choice(list(values))})
            if self.take_title(product.title):
                return product
        raise RuntimeError("no unused title left: the vocabulary is too small for the plan")

    def take_title(self, title: str) -> bool:
        """Whether ``title`` is new; it no longer is afterwards."""
        key = title.casefold()
        if key in self.titles:
            return False
        self.titles.add(key)
        return True

    def describe(self, product: Product, hidden: frozenset[str] = frozenset()) -> str:
        """A description that resembles no earlier one of the same sort."""
        earlier = self.seen.setdefault(product.type.name, [])
        text = typographic(describe(product, self.rng, hidden), self.rng)
        for _ in range(60):
            marks = shingles(text)
            if len(text) >= 120 and all(similarity(marks, other) < MAX_SIMILARITY for other in earlier):
                break
            text = typographic(describe(product, self.rng, hidden), self.rng)
        earlier.append(shingles(text))
        return text

    def draw_single(self) -> Row:
        """A product with a description of its own."""
        product = self.draw_product()
        return Row(product, product.title, self.describe(product), next(self.groups))

    def draw_family(self, size: int) -> list[Row]:
        """Variants of one product that share one description, which tells nothing that varies."""
        while True:
            product = draw_product(self.rng.choices(ALL_TYPES, self.weights)[0], self.rng)
            variants = pick_variants(product, size, self.rng)
            members = [set_variant(product, variant) for variant in variants]
            if members and all(self.take_title(member.title) for member in members):
                break
        content = self.describe(product, hidden=frozenset(variants[0]))
        group = next(self.groups)
        return [Row(member, member.title, content, group, "shared") for member in members]

    def draw_blurb_family(self, size: int, blurb: str) -> list[Row]:
        """Different products of one maker, all with the maker's blurb for a description."""
        brand, group = self.rng.choice(MAKERS), next(self.groups)
        rows: list[Row] = []
        while len(rows) < size:
            product = draw_product(self.rng.choices(ALL_TYPES, self.weights)[0], self.rng)
            if product.kind not in ("kitchen", "tools", "toys", "garden", "sports"):
                continue
            title = product.title.replace(product.facts["brand"], brand)
            product.facts["brand"] = brand
            if brand in title and self.take_title(title):
                rows.append(Row(product, title, blurb.format(brand=brand), group, "shared"))
        return rows

    def relist(self, row: Row) -> Row:
        """The same product once more, under the same title, described in other words."""
        return Row(row.product, row.title, self.describe(row.product), next(self.groups), "relisted")

    def draw_near_duplicates(self, singles: list[Row], count: int) -> list[Row]:
        """Variants of earlier products whose description is an edited copy."""
        rows: list[Row] = []
        for source in self.rng.sample(singles, len(singles)):
            product = source.product
            name, values = next(iter(product.type.variants.items()))
            if len(rows) == count:
                return rows
            if name in product.facts:
                continue
            variant = set_variant(product, {name: self.rng.choice(list(values))})
            edited = edit_words(source.content, list(product.facts.values()), self.rng)
            if edited is not None and self.take_title(variant.title):
                content, share = edited
                rows.append(Row(variant, variant.title, content, next(self.groups), "near_duplicate", source, share))
        raise RuntimeError(f"only {len(rows)} of {count} near-duplicates could be made")

    def draw_bare(self, note: str, books_only: bool = False) -> Row:
        """A product without a description."""
        product = self.draw_product(books_only)
        return Row(product, product.title, product.title if note == "same_as_title" else "", note=note)

    def draw_untitled(self, note: str) -> Row:
        """A description without a title."""
        product = self.draw_product()
        return Row(product, "", self.describe(product), next(self.groups), note)

    def draw_empty(self) -> Row:
        """A row with neither."""
        return Row(self.draw_product(), "", "", note="empty")


def similarity(left: frozenset[tuple[str, ...]], right: frozenset[tuple[str, ...]]) -> float:
    """Jaccard similarity, 0 to 1."""
    common = len(left & right)
    return common / (len(left) + len(right) - common or 1)


def typographic(text: str, rng: Random) -> str:
    """One text in eight gets curly apostrophes, as typesetters' copy has."""
    return text.replace("'", "\u2019") if rng.random() < 1 / 8 else text


def pick_variants(product: Product, size: int, rng: Random) -> list[Facts]:
    """``size`` different variants of ``product``; none when it has fewer or when a variant would change a told fact."""
    names, pools = zip(*product.type.variants.items(), strict=True)
    if len(pools[0]) >= size:
        return [{names[0]: value} for value in rng.sample(list(pools[0]), size)]
    combinations = list(itertools.product(*pools))
    if len(combinations) < size or len(pools) == 1:
        return []
    return [dict(zip(names, values, strict=True)) for values in rng.sample(combinations, size)]
