"""How often the readings of the meter are right, and the closeness from which a sentence retells another.

    python benchmarks/meter.py [--products 300]

Sentences whose reading is known, from the bundled catalogue's own generator, each held against its product's record:

    copied      a sentence of the record; the record is among the training texts
    retold      a sentence of a new text about the same product, all its facts in the record, not word for word there
    invented    the same with facts that the record does not have
    other       a sentence about another sort of product that states no fact

Sentences of the last three sorts that stand word for word in another description are left out: they are copied.
The first table is the calibration: for each threshold the share of "retold" and of "other" sentences that are as close.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from fact_check import is_checkable, read_truth
from sample_catalogue.products import Product, describe, draw_product, occurs
from sample_catalogue.shelves import ALL_TYPES, type_weights

from catalora.references.embedding import Embedder
from catalora.references.facts import extract_facts
from catalora.references.grounding import check_facts
from catalora.references.meter import COPIED_SHARE, READINGS, measure_closeness, read_meter, split_sentences
from catalora.references.spans import build_spans

Case = tuple[str, str, Product]  # true reading, sentence, product with the record


def cut(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in split_sentences(text)]


def make_cases(count: int, rng: random.Random) -> list[Case]:
    """Up to one sentence of each sort for each product."""
    cases: list[Case] = []
    weights = type_weights()
    for _ in range(count):
        sort = rng.choices(ALL_TYPES, weights)[0]
        product = draw_product(sort, rng)
        product.content = describe(product, rng)
        record = f"{product.title}\n{product.content}"
        cases.append(("copied", rng.choice([s for s in cut(product.content) if len(s.split()) >= 6] or [""]), product))
        facts = {name: value for name, value in product.facts.items() if is_checkable(name, value)}
        other = Product(sort, draw_product(sort, rng).facts, product.base_title, product.title)
        wrong = {name: value for name, value in other.facts.items() if is_checkable(name, value)}
        for reading, source, told in (("retold", product, facts), ("invented", other, wrong)):
            for sentence in cut(describe(source, rng)):
                values = [value for value in told.values() if occurs(value, sentence)]
                known = [occurs(value, record) for value in values]
                fits = values and (all(known) if reading == "retold" else not any(known))
                if fits and sentence not in product.content:
                    cases.append((reading, sentence, product))
                    break
        stranger = draw_product(rng.choice([s for s in ALL_TYPES if s.kind != sort.kind]), rng)
        plain = [sentence for sentence in cut(describe(stranger, rng)) if not extract_facts(sentence)]
        if plain:
            cases.append(("other", rng.choice(plain), product))
    return [case for case in cases if case[1]]


def print_thresholds(cases: list[Case], embedder: Embedder) -> None:
    """Shares of retold and of other sentences at least as close as each threshold."""
    close = {"retold": [], "other": []}
    for reading, sentence, product in cases:
        if reading in close:
            close[reading] += measure_closeness([sentence], product.content, embedder)
    print("closeness   retold   other   balanced accuracy")
    for threshold in [step / 100 for step in range(30, 90, 5)]:
        retold, other = (sum(v >= threshold for v in values) / len(values) for values in close.values())
        print(f"  {threshold:.2f}     {retold:6.1%}  {other:6.1%}   {(retold + 1 - other) / 2:.3f}")


def main() -> None:
    """Calibrate, then read all sentences and print what they were taken for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    cases = make_cases(arguments.products, random.Random(arguments.seed))
    embedder = Embedder()
    texts = [product.content for _, _, product in cases] + [str(row["content"]) for row in read_truth()]
    read: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        spans = build_spans(Path(scratch), [""] * len(texts), texts, fingerprint="benchmark")
        cases = [c for c in cases if c[0] == "copied" or spans.find_copies(c[1]).share < COPIED_SHARE]
        print_thresholds(cases, embedder)
        for truth, sentence, product in cases:
            check = check_facts(sentence, product.title, product.content, spans)
            meter = read_meter(sentence, spans.find_copies(sentence), check, product.content, embedder)
            read[truth, max(meter.shares, key=lambda name: meter.shares[name])] += 1
    print(f"\n{'true':10}" + "".join(f"{name:>10}" for name in READINGS) + "     right")
    for truth in READINGS:
        row = [read[truth, name] for name in READINGS]
        share = read[truth, truth] / max(1, sum(row))
        print(f"{truth:10}" + "".join(f"{number:10}" for number in row) + f"  {share:8.1%}")


if __name__ == "__main__":
    main()
