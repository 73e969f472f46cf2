"""Is a product of the catalogue found by its record, and one of no catalogue said to be unknown?

    python benchmarks/declines.py                                  the bundled catalogue and newly drawn products
    python benchmarks/declines.py --data DIR [--catalogue 6000]    a prepared folder; unknown are rows left out of it

"New" are the unknown products whose words do not all stand in one known title. The others cannot be told from a known
title with words left out: "Soil Science" beside "Soil Science (Paperback)".

Questions are those of `retrieval.py`. Declined are questions for which `RecordFinder.find` gives nothing. A product
whose title differs from a known one only by its edition or colour is unknown here too, and the hardest to tell.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from retrieval import ENGLISH, PORTUGUESE, drop_words
from sample_catalogue.products import draw_product
from sample_catalogue.shelves import ALL_TYPES, type_weights

from catalora.catalog import prepare_catalogue, read_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import DataConfig, ReferencesConfig
from catalora.references.records import RecordFinder, open_records
from catalora.references.titles import QUESTION_WORDS, normalise_title

THRESHOLDS = (0.5, 0.6, ReferencesConfig().min_record_score, 0.8)


def draw_unknown(count: int, rng: random.Random) -> list[str]:
    """Titles of new products by the bundled catalogue's generator."""
    return [draw_product(sort, rng).title for sort in rng.choices(ALL_TYPES, type_weights(), k=count)]


def ask(finder: RecordFinder, titles: list[str], forms: tuple[str, ...]) -> list[tuple[str, float]]:
    """Title and score of the record found for each title asked for; "" and 0 where there is none."""
    found = [finder.find(forms[i % len(forms)].replace("{title}", title), 0.0) for i, title in enumerate(titles)]
    return [(record.title, record.score) if record else ("", 0.0) for record in found]


def measure(
    finder: RecordFinder, catalogue: list[str], known: list[str], unknown: list[str], rng: random.Random
) -> None:
    """Print, by language and threshold, what is declined and what is taken for another product."""
    print("  language    threshold  whole title one word in 5 unknown     new      wrong record")
    print("                          declined    left out     declined    declined    found")
    titles = [set(normalise_title(title).split()) - QUESTION_WORDS for title in catalogue]
    is_new = [
        not any(set(normalise_title(title).split()) - QUESTION_WORDS <= own for own in titles) for title in unknown
    ]
    short = [drop_words(title, rng) for title in known]
    for language, forms in (("English", ENGLISH), ("Portuguese", PORTUGUESE)):
        whole, partial, outside = (ask(finder, titles, forms) for titles in (known, short, unknown))
        for threshold in THRESHOLDS:
            new = [row for row, is_one in zip(outside, is_new, strict=True) if is_one]
            declined = [
                sum(score < threshold for _, score in rows) / len(rows) for rows in (whole, partial, outside, new)
            ]
            wrong = sum(
                score >= threshold and normalise_title(title) != normalise_title(asked)
                for (title, score), asked in zip(whole, known, strict=True)
            )
            shares = "".join(f"{share:12.1%}" for share in (*declined, wrong / len(known)))
            print(f"  {language:11} {threshold:9.2f}{shares}", flush=True)


def main() -> None:
    """Index titles, ask for known and unknown products, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder made by `catalora prepare`; the bundled catalogue when empty")
    parser.add_argument("--catalogue", type=int, default=6000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=21)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        data = arguments.data
        if data is None:
            data = Path(scratch) / "sample"
            prepare_catalogue([SAMPLE_PATH], data, DataConfig())
        table = read_products(data / "products.parquet").sample(fraction=1.0, shuffle=True, seed=arguments.seed)
        outside = table[arguments.catalogue :]["title"].to_list() or draw_unknown(2 * arguments.questions, rng)
        table = table[: arguments.catalogue]
        names = {normalise_title(title) for title in table["title"]}
        unknown = [title for title in outside if normalise_title(title) not in names][: arguments.questions]
        known: list[str] = table["title"].sample(min(arguments.questions, len(table)), seed=arguments.seed).to_list()
        finder = open_records(Path(scratch) / "records", pl.DataFrame(table), fingerprint="benchmark")
        print(f"{len(table):,} products; {len(known)} known and {len(unknown)} unknown ones asked for")
        measure(finder, table["title"].to_list(), known, unknown, rng)
        finder.close()


if __name__ == "__main__":
    main()
