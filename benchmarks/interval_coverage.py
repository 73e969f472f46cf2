"""How often the 95 % interval of the bits-per-byte difference covers the long-run value, on the demo.

    python benchmarks/interval_coverage.py

A run of the bundled model is trained once on a small part of the bundled catalogue; all other products are held out,
and their difference is the long-run value. Then a test list is drawn from them again and again, as 50 preparations with
other seeds would, and for each the interval is computed exactly as `catalora evaluate` computes it. An honest 95 %
interval misses now and then: 45 to 49 of 50 have to cover. 50 splits leave the share itself uncertain by 3 points, so
the same is printed for 1,000.

Drawing 200 of a few thousand makes the lists a little more alike than endless ones would be; the last figure says how
much narrower the intervals could be for that.
"""

import argparse
import math
import sys
import tempfile
from pathlib import Path

import numpy as np

import catalora
from catalora import pipeline
from catalora.catalog import pick_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.evaluation.likelihood import Likelihoods, compute_likelihoods
from catalora.evaluation.lists import keep_fitting
from catalora.evaluation.scoring import ask_questions
from catalora.evaluation.uncertainty import Bootstrap, Ratio

SPLITS, MANY_SPLITS = 50, 1_000


def train_and_score(folder: Path, trained: int, epochs: int) -> tuple[Likelihoods, Likelihoods]:
    """Base and tuned likelihoods of all products that the run held out."""
    # Nearly half goes into the test split, and of the rest only `trained` products are used.
    catalora.prepare([SAMPLE_PATH], folder / "data", settings={"data.test_share": 0.49, "data.validation_share": 0.01})
    settings = {"data.max_samples": trained, "training.epochs": epochs, "training.max_validation_products": 16}
    run = catalora.train(
        folder / "data", preset="quick", settings=settings, runs_dir=folder, run="coverage", references=False
    )
    with pipeline.open_session(run, references=False) as session:
        held_out = keep_fitting([session.answerer], pick_products(session.products, "test"), session.config)
        questions = ask_questions(held_out, session.answerer.template, session.config.training.seed)
        base, tuned = (
            compute_likelihoods(session.answerer, held_out, questions, side, session.config)
            for side in ("base", "tuned")
        )
    return base, tuned


def count_covering(base: Likelihoods, tuned: Likelihoods, splits: int, size: int, resamples: int) -> tuple[int, float]:
    """How many intervals cover the difference over all products, and their mean width."""
    truth = Ratio.of(tuned.bits, tuned.bytes).value - Ratio.of(base.bits, base.bytes).value
    generator = np.random.default_rng(1)
    covered, widths = 0, []
    for split in range(splits):
        drawn = generator.choice(len(base.bits), size, replace=False)
        draws = Bootstrap(size, split, resamples)
        later, earlier = (Ratio.of(side.bits[drawn], side.bytes[drawn]) for side in (tuned, base))
        difference = draws.compare(later, earlier, "lower")
        assert difference is not None
        covered += difference.low <= truth <= difference.high
        widths.append(difference.high - difference.low)
    return covered, float(np.mean(widths))


def main() -> None:
    """Train, score once, and print the coverage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", type=int, default=1_000, help="training products")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--size", type=int, default=200, help="products in each test list")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base, tuned = train_and_score(Path(folder), arguments.trained, arguments.epochs)
    total = len(base.bits)
    truth = Ratio.of(tuned.bits, tuned.bytes).value - Ratio.of(base.bits, base.bytes).value
    print(f"{total} held-out products, long-run difference {truth:+.4f} bits per byte")
    covered, width = count_covering(base, tuned, SPLITS, arguments.size, 10_000)
    print(f"{covered} of {SPLITS} intervals cover it ({covered / SPLITS:.0%}), mean width {width:.4f}")
    many, _ = count_covering(base, tuned, MANY_SPLITS, arguments.size, 1_000)
    print(f"{many} of {MANY_SPLITS:,} with 1,000 resamples ({many / MANY_SPLITS:.1%})")
    print(f"finite population: intervals could be {1 - math.sqrt(1 - arguments.size / total):.1%} narrower")
    sys.exit(0 if 0.90 <= covered / SPLITS <= 0.99 else 1)


if __name__ == "__main__":
    main()
