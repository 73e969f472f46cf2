"""How well the attribute detector agrees with the planted attributes of the bundled catalogue.

    python benchmarks/attribute_detector.py

The truth says of each invented product which facts its description states, word for word. Those of a kind that the
detector reads are numbers (the value holds a digit), names (it holds a capital), colours and materials.

    recall      planted facts in a description that were found: each number, and each capital word of a name
    precision   found attributes that are part of a planted fact or of the title

The last line tells how many attributes of a description are supported by its own record and by another product's of the
same type: the first has to be 1, the second is what chance gives.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from catalora.catalog.sample import TRUTH_PATH
from catalora.evaluation.attributes import Source
from catalora.references.facts import Fact, extract_facts, list_words

KINDS = ("number", "name", "colour", "material")
# The first word of a work's name, and what names a binding or a disc with a capital of its own in the truth alone.
ARTICLES = {"the", "an"}
NOT_READ = {"format"}


@dataclass
class Agreement:
    """Counts over all descriptions, by kind, and the most frequent misses."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    stated: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def read_products() -> Iterator[dict]:
    """The usable products of the truth, one for each description."""
    seen = set()
    with gzip.open(TRUTH_PATH, "rt", encoding="utf-8") as file:
        for line in file:
            product = json.loads(line)
            if product["usable"] and product["description_id"] not in seen:
                seen.add(product["description_id"])
                yield product


def measure() -> tuple[Agreement, float, float]:
    """Agreement over all descriptions, and support by the own record and by another of the same type."""
    agreement = Agreement()
    previous: dict[str, str] = {}
    own, other, compared = 0, 0, 0
    for product in read_products():
        stated = extract_facts(product["content"])
        count_recall(product, stated, agreement)
        count_precision(product, stated, agreement)
        record = f"{product['title']}\n{product['content']}"
        if product["type"] in previous:
            compared += len(stated)
            own += sum(map(Source(record).supports, stated))
            other += sum(map(Source(previous[product["type"]]).supports, stated))
        previous[product["type"]] = record
    return agreement, own / compared, other / compared


def count_recall(product: dict, stated: list[Fact], agreement: Agreement) -> None:
    """Count the planted facts of one description, and which of them were found."""
    places = [(fact.start, fact.end) for fact in stated]
    for fact in product["facts"]:
        kind = classify(fact["name"], fact["value"])
        if kind is None or not fact["in_description"]:
            continue
        agreement.planted[kind] += 1
        pattern = r"\d+" if kind == "number" else r"[A-Z][^\W_]+" if kind == "name" else r"\w+"
        said = re.search(rf"(?<!\w){re.escape(fact['value'])}", product["content"].replace("’", "'"), re.IGNORECASE)
        begin = said.start() if said else 0
        parts = [
            (begin + part.start(), begin + part.end())
            for part in re.finditer(pattern, fact["value"])
            if part[0].lower() not in ARTICLES
        ]
        # A colour or material counts when its noun was found: "weathered gray" by "gray".
        parts = parts[-1:] if kind in {"colour", "material"} else parts
        if all(any(start <= low and high <= end for start, end in places) for low, high in parts):
            agreement.found[kind] += 1
        else:
            agreement.missed[f"{fact['name']}: {fact['value']}"] += 1


def count_precision(product: dict, stated: list[Fact], agreement: Agreement) -> None:
    """Count the attributes found in one description, and which of them are planted."""
    planted = Source("\n".join([product["title"], *(fact["value"] for fact in product["facts"])]))
    for fact in stated:
        kind = fact.kind if fact.kind in KINDS else "number"
        agreement.stated[kind] += 1
        if planted.supports(fact) or all(map(planted.holds_word, list_words(fact.text))):
            agreement.right[kind] += 1
        else:
            agreement.wrong[f"{fact.kind}: {fact.text}"] += 1


def classify(name: str, value: str) -> str | None:
    """Which kind of attribute a planted fact is, or nothing for one that the detector does not read."""
    if any(char.isdigit() for char in value):
        return "number"
    if name in {"color", "material"}:
        return "colour" if name == "color" else "material"
    return "name" if any(char.isupper() for char in value) and name not in NOT_READ else None


def main() -> None:
    """Print the agreement; the exit code says whether both figures reach 0.95."""
    agreement, own, other = measure()
    print(f"{'kind':<10}{'planted':>8}{'recall':>8}{'stated':>8}{'precision':>11}")
    for kind in (*KINDS, "all"):
        planted, found, stated, right = (
            counts.total() if kind == "all" else counts[kind]
            for counts in (agreement.planted, agreement.found, agreement.stated, agreement.right)
        )
        print(f"{kind:<10}{planted:>8}{found / planted:>8.3f}{stated:>8}{right / stated:>11.3f}")
    print("most often missed: ", ", ".join(f"{text} ({count})" for text, count in agreement.missed.most_common(10)))
    print("most often wrong:  ", ", ".join(f"{text} ({count})" for text, count in agreement.wrong.most_common(10)))
    print(f"supported by the own record {own:.3f}, by another product's of the same type {other:.3f}")
    recall = agreement.found.total() / agreement.planted.total()
    precision = agreement.right.total() / agreement.stated.total()
    raise SystemExit(0 if min(recall, precision) >= 0.95 else 1)


if __name__ == "__main__":
    main()
