"""How well the fact check finds what a record does not say: precision and recall on facts whose truth is known.

    python benchmarks/fact_check.py [--products 1000]

The bundled catalogue's truth names the facts of each row. Two ways to make answers with wrong facts:

    planted      the true description, one checkable fact in three replaced by another product's value
    retold       a new text about the same product with a third of its facts changed, by the catalogue's own generator:
                 other sentences, other order, and true facts that the record leaves out

A wrong fact counts as found when a fact of the answer that overlaps it is not "supported". Precision counts the facts
flagged as not supported. Right are those that overlap a fact that the record does not tell (or a part of such a name),
and numbers, colours and materials of the generator's own phrases ("survives drops onto concrete") that do not stand in
the record. Ordinary words come from an index of the catalogue's descriptions, as in a run.
"""

import argparse
import gzip
import json
import random
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from sample_catalogue.products import describe, draw_product, occurs, set_variant
from sample_catalogue.shelves import ALL_TYPES, type_weights

from catalora.catalog.sample import SAMPLE_PATH
from catalora.references.grounding import check_facts
from catalora.references.spans import SpanIndex, build_spans

# The truth's attributes that tell a fact of a kind that is checked; "a hanging loop" or "dishwasher safe" are none.
KINDS = {
    "name": "brand line author hero friend place town artist guest star director partner label ensemble work realm "
    "relic region world ship lane award series pet other",
    "material": "material handle",
    "colour": "color",
    "date": "year past start end",
    "model": "model",
    "number": "size weight count spec minutes pages tracks pieces length dimensions packed capacity battery wattage "
    "ages age players thickness heel depth warranty pack nth",
}
KIND_OF = {name: kind for kind, names in KINDS.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Case:
    """An answer, the record it is held against, and the values that only the answer has, by attribute."""

    answer: str
    title: str
    content: str
    wrong: tuple[tuple[str, str], ...]


def is_checkable(name: str, value: str) -> bool:
    """Whether the fact has a kind that is checked: sizes such as "compact" and specs such as "deep bass" have not."""
    kind = KIND_OF.get(name)
    if kind == "number":
        return bool(re.search(r"\d", value)) or name in {"nth", "thickness"}
    return kind is not None


def find_places(value: str, text: str) -> list[tuple[int, int]]:
    """Where a value stands in a text, letter case aside, not inside longer words."""
    pattern = rf"(?<![\w.]){re.escape(value.lower())}(?!\w)"
    return [found.span() for found in re.finditer(pattern, text.lower().replace("\u2019", "'"))]


def read_truth() -> list[dict[str, object]]:
    """Usable rows of the bundled catalogue with their facts."""
    with gzip.open(SAMPLE_PATH.with_name("truth.jsonl.gz"), "rt", encoding="utf-8") as file:
        return [row for row in map(json.loads, file) if row["usable"] and row["near_duplicate_of"] is None]


def plant(count: int, rng: random.Random) -> Iterator[Case]:
    """True descriptions with facts replaced."""
    rows = read_truth()
    pools: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        for fact in row["facts"]:
            pools[row["type"], fact["name"]].add(fact["value"])
    for row in rng.sample(rows, count):
        record = f"{row['title']}\n{row['content']}"
        answer, wrong = row["content"], []
        for fact in row["facts"]:
            if not (fact["in_description"] and is_checkable(fact["name"], fact["value"])) or rng.random() > 1 / 3:
                continue
            others = [value for value in sorted(pools[row["type"], fact["name"]]) if not occurs(value, record)]
            others = [value for value in others if is_checkable(fact["name"], value)]
            if others and not any(occurs(fact["value"], value) for _, value in wrong):
                value = rng.choice(others)
                for start, end in reversed(find_places(fact["value"], answer)):
                    answer = answer[:start] + value + answer[end:]
                wrong.append((fact["name"], value))
        yield Case(answer, row["title"], row["content"], tuple(item for item in wrong if occurs(item[1], answer)))


def retell(count: int, rng: random.Random) -> Iterator[Case]:
    """New texts about products whose facts were changed in part."""
    weights = type_weights()
    for _ in range(count):
        sort = rng.choices(ALL_TYPES, weights)[0]
        product = draw_product(sort, rng)
        if sort.variants:
            product = set_variant(product, {name: rng.choice(list(pool)) for name, pool in sort.variants.items()})
        content = describe(product, rng)
        other = draw_product(sort, rng).facts
        facts = {
            name: other.get(name, value) if rng.random() < 1 / 3 else value for name, value in product.facts.items()
        }
        answer = describe(replace(product, facts=facts), rng)
        record = f"{product.title}\n{content}"
        wrong = [(name, value) for name, value in facts.items() if occurs(value, answer) and not occurs(value, record)]
        yield Case(answer, product.title, content, tuple(wrong))


def measure(cases: list[Case], ordinary_words: SpanIndex, show: int) -> None:
    """Print recall by kind, precision, and how many wrong facts were told to be contradicted."""
    found, wanted, verdicts = defaultdict(int), defaultdict(int), defaultdict(int)
    flagged = right = phrases = shown = 0
    for case in cases:
        facts = check_facts(case.answer, case.title, case.content, ordinary_words).facts
        bad = [fact for fact in facts if fact.verdict != "supported"]
        record = f"{case.title}\n{case.content}"
        places = {name: find_places(value, case.answer) for name, value in case.wrong}
        parts = [part for _, value in case.wrong for part in value.split() if part[0].isupper()]
        places["parts of names"] = [place for part in parts for place in find_places(part, case.answer)]
        flagged += len(bad)
        for checked in bad:
            start, end = checked.fact.start, checked.fact.end
            hit = any(a < end and start < b for spans in places.values() for a, b in spans)
            is_phrase = checked.fact.kind != "name" and not occurs(checked.fact.text, record)
            phrases += not hit and is_phrase
            hit = hit or is_phrase
            right += hit
            verdicts[checked.verdict] += hit
            if not hit and shown < show:
                shown += 1
                around = case.answer[max(0, start - 40) : end + 30]
                print(f"    flagged in error: {checked.fact.kind} {checked.fact.text!r} in …{around!r}, {case.title!r}")
        for name, value in case.wrong:
            if is_checkable(name, value):
                hit = any(a < c.fact.end and c.fact.start < b for c in bad for a, b in places[name])
                wanted[KIND_OF[name]] += 1
                found[KIND_OF[name]] += hit
                if not hit and shown < show:
                    shown += 1
                    print(f"    missed: {name} {value!r} in {case.answer!r}")
                    print(f"        record {case.title!r} {case.content!r}")
    for kind in KINDS:
        print(f"  recall {kind:9} {found[kind]:5} of {wanted[kind]:5}  {found[kind] / max(1, wanted[kind]):.3f}")
    total, hits = sum(wanted.values()), sum(found.values())
    print(f"  recall    {hits} of {total} = {hits / total:.3f}; precision {right} of {flagged} = {right / flagged:.3f}")
    print(f"  {phrases} of the right ones stand in phrases that are no facts of the truth")
    print(f"  of the right ones: {verdicts['unsupported']} unsupported, {verdicts['contradicted']} contradicted")


def main() -> None:
    """Measure both ways and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--show", type=int, default=0, help="print this many errors")
    arguments = parser.parse_args()
    texts = [str(row["content"]) for row in read_truth()]
    with tempfile.TemporaryDirectory() as scratch:
        index = build_spans(Path(scratch), [""] * len(texts), texts, fingerprint="benchmark")
        for name, make in (("planted", plant), ("retold", retell)):
            print(f"{name}: {arguments.products} answers")
            measure(list(make(arguments.products, random.Random(arguments.seed))), index, arguments.show)


if __name__ == "__main__":
    main()
