"""How much better a model looks when equal and nearly equal products may cross from training into the test.

    python benchmarks/split_optimism.py [CATALOGUE ...] --products 3000 --epochs 2

The bundled model is tuned twice on the same products, once with the split that `prepare` makes (groups of equal and
nearly equal products stay together) and once with a random split of the rows, everything else equal. Printed are the
bits per byte of the held-out descriptions, before and after, and what share of the held-out products has a relative
among the training products. Repeated descriptions are kept here (`data.max_copies`), as they are in the raw file.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from catalora import pipeline
from catalora.catalog.prepared import save_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import build_config

MAX_COPIES = 20


def split_randomly(table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The same products with the same number in each split, drawn row by row."""
    order = np.random.default_rng(seed).permutation(table.height)
    return table.with_columns(split=table["split"].gather(order))


def measure(data: Path, products: pl.DataFrame, settings: dict[str, object], folder: Path) -> tuple[float, float, int]:
    """Tune on these products; held-out bits per byte before and after, and the number of products compared."""
    run = pipeline.start_run(data, build_config("quick", settings), runs_dir=folder)
    save_products(products, run.products)
    pipeline.train_run(run)
    with pipeline.open_session(run, references=False) as session:
        comparison = pipeline.compare(session)
    return comparison.base.bits_per_byte, comparison.tuned.bits_per_byte, len(comparison.products)


def count_related(table: pl.DataFrame) -> float:
    """Share of the test products whose group has a training product too."""
    trained = table.filter(pl.col("split") == "train")["group"].unique()
    return float(table.filter(pl.col("split") == "test")["group"].is_in(trained.implode()).cast(pl.Float64).mean() or 0)


def main() -> None:
    """Print one line per way of splitting."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", type=Path, default=[SAMPLE_PATH])
    parser.add_argument("--products", type=int, default=3_000)
    parser.add_argument("--compared", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=17)
    given = parser.parse_args()
    settings = {"training.epochs": given.epochs, "evaluation.products": given.compared, "data.max_samples": None}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared = pipeline.prepare(
            given.sources,
            folder / "data",
            settings={"data.max_samples": given.products, "data.max_copies": MAX_COPIES, "data.seed": given.seed},
        )
        grouped = prepared.table()
        print(f"{'split':<10}{'related':>9}{'compared':>10}{'before':>9}{'after':>9}   bits per byte")
        for way, table in (("grouped", grouped), ("random", split_randomly(grouped, given.seed))):
            before, after, compared = measure(prepared.path, table, settings, folder / way)
            print(f"{way:<10}{count_related(table):>9.1%}{compared:>10}{before:>9.3f}{after:>9.3f}", flush=True)


if __name__ == "__main__":
    main()
