"""Does a product asked by a paraphrased question come first, and is nothing else ever called trained on?

    python benchmarks/retrieval.py                                the bundled catalogue
    python benchmarks/retrieval.py --data DIR [--catalogue 6000]  a folder made by `catalora prepare`

Questions are worded as in no template, in English and Portuguese. The title in them stands as it is, in lower case
without punctuation, or with one word in five left out. Asked are training products whose title no other one has; where
a shortened title fits several products equally well, any of them is right.

The second part asks 10,000 questions about everything: training products, held-out ones, ones of no catalogue, and
words at random. It counts references that are no training rows, and products called "trained on" without being so.
"""

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

import polars as pl

from catalora.catalog import prepare_catalogue, read_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import DataConfig, ReferencesConfig
from catalora.references.embedding import Embedder
from catalora.references.index import ReferenceIndex, build_index
from catalora.references.titles import normalise_title
from catalora.session import match_product

ENGLISH = (
    "I'd like to know more about {title}, please.",
    "Somebody mentioned {title} to me; what exactly is that?",
    "What should I know before I buy {title}?",
    "Is {title} any good, and what is it for?",
    "Could you sum up {title} for me?",
)
PORTUGUESE = (
    "Queria saber um pouco mais sobre {title}, por favor.",
    "Me falaram de {title}; o que é isso exatamente?",
    "O que eu preciso saber antes de comprar {title}?",
    "Vale a pena {title}? Para que serve?",
    "Você pode resumir {title} para mim?",
)
QUERIES = 10_000
Row = tuple[str, str, str]  # uid, title, content


def drop_words(title: str, rng: random.Random) -> str:
    """A title with one word in five left out."""
    words = title.split()
    kept = sorted(rng.sample(range(len(words)), max(1, round(0.8 * len(words)))))
    return " ".join(words[i] for i in kept)


def choose_products(rows: list[Row], count: int, rng: random.Random) -> list[Row]:
    """Products whose title no other product has."""
    names = Counter(normalise_title(title) for _, title, _ in rows)
    single = [row for row in rows if names[normalise_title(row[1])] == 1]
    return rng.sample(single, min(count, len(single)))


def measure_first(index: ReferenceIndex, rows: list[Row], asked: list[Row], rng: random.Random) -> None:
    """Print how often the own row comes first, by language and by how the title is written."""
    words = {uid: Counter(normalise_title(title).split()) for uid, title, _ in rows}
    print("the own row first, and among the first three")
    for language, forms in (("English", ENGLISH), ("Portuguese", PORTUGUESE)):
        for manner in ("as it is", "plain", "one word in five left out"):
            first = third = 0
            for number, (uid, title, _) in enumerate(asked):
                named = {"as it is": title, "plain": normalise_title(title)}.get(manner) or drop_words(title, rng)
                (found,) = index.search([forms[number % len(forms)].replace("{title}", named)], 3, -1.0)
                said = Counter(normalise_title(named).split())
                right = {uid} | {r.uid for r in found if manner.startswith("one") and said <= words[r.uid]}
                first += bool(found) and found[0].uid in right
                third += any(reference.uid in right for reference in found)
            shares = f"{first / len(asked):7.1%} {third / len(asked):7.1%}"
            print(f"  {language:11} {manner:28} {shares}  of {len(asked)}", flush=True)


def count_false_claims(index: ReferenceIndex, table: pl.DataFrame, outside: list[Row], rng: random.Random) -> None:
    """Print how many of 10,000 questions get a reference or a status that is not true."""
    trained = set(table.filter(pl.col("split") == "train")["uid"].to_list())
    rows: list[Row] = table.select("uid", "title", "content").rows()
    vocabulary = " ".join(title for _, title, _ in rows[:2000]).split()
    sources = [rows, [row for row in rows if row[0] not in trained] or rows, outside or rows]
    wrong_references = wrong_status = references = claimed = 0
    for number in range(QUERIES):
        form = rng.choice(ENGLISH + PORTUGUESE)
        if number % 4 == 3:
            named = " ".join(rng.choices(vocabulary, k=rng.randint(1, 8)))
        else:
            named = rng.choice(sources[number % 4])[1]
        question = form.replace("{title}", named)
        (found,) = index.search([question], 3, ReferencesConfig().min_score)
        product = match_product(table, question if number % 2 else named)
        references += len(found)
        wrong_references += sum(reference.uid not in trained for reference in found)
        claimed += product is not None and product.status == "trained on"
        wrong_status += product is not None and product.status == "trained on" and product.uid not in trained
    print(f"{QUERIES:,} questions: {references:,} references, {wrong_references} of them no training row;")
    print(f"  {claimed:,} products called trained on, {wrong_status} of them wrongly", flush=True)


def main() -> None:
    """Build an index of the training products, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder made by `catalora prepare`; the bundled catalogue when empty")
    parser.add_argument("--catalogue", type=int, default=6000, help="products of the index and of the splits beside it")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--skip-claims", action="store_true", help="leave out the 10,000 questions")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        data = arguments.data
        if data is None:
            data = Path(scratch) / "sample"
            prepare_catalogue([SAMPLE_PATH], data, DataConfig())
        table = read_products(data / "products.parquet").sample(fraction=1.0, shuffle=True, seed=arguments.seed)
        outside: list[Row] = table[arguments.catalogue :].select("uid", "title", "content").rows()
        table = table[: arguments.catalogue]
        trained = table.filter(pl.col("split") == "train")
        rows: list[Row] = trained.select("uid", "title", "content").rows()
        uids, titles, contents = (list(column) for column in zip(*rows, strict=True))
        folder = Path(scratch) / "references"
        with build_index(folder, uids, titles, contents, fingerprint="benchmark", embedder=Embedder()) as index:
            print(f"{len(rows):,} training products of {data.name}", flush=True)
            measure_first(index, rows, choose_products(rows, arguments.questions, rng), rng)
            if not arguments.skip_claims:
                count_false_claims(index, table, outside, rng)


if __name__ == "__main__":
    main()
