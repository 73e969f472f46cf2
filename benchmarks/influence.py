"""Does influence find the example that holds a fact, and does it agree with training again without examples?

    python benchmarks/influence.py planted [--products 1200] [--facts 100]
    python benchmarks/influence.py agreement [--products 300] [--subsets 40] [--queries 40]

`planted`: each fact is one sentence put into one training description of a run of the bundled model and catalogue, a
pair of a name, a place and a year that stands nowhere else; the names' parts, places and years stand in others too.
After training the fact is put in other words, as a question with its answer that does not name the product. Printed is
how often its example comes first, and among the first five, of all training examples.

`agreement`: the linear datamodeling score (Park et al. 2023, arXiv 2303.14186, section 2). The run's configuration is
trained again on random halves of its products. For each answer of the run the log-likelihoods under the retrained
models are held against the sums of the scores of the examples that each was trained on; the score is Spearman's rank
correlation, mean over the answers. The interval resamples answers and retrainings (95 %, 2,000 times).

Beside it stand MiniLM's cosine and BM25 of question and answer with title and description, and the z-scores of
influence and BM25 added up, which catalora itself never does.
"""

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import catalora
from catalora import pipeline
from catalora.attribution import Attributor
from catalora.catalog import Product, read_products, save_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import build_config
from catalora.evaluation.likelihood import compute_likelihoods
from catalora.record import record_sibling
from catalora.references.embedding import Embedder
from catalora.references.titles import normalise_title
from catalora.run import RunFolder, create_run
from catalora.session import Session

FIRST = ["Alba", "Bruno", "Celso", "Dora", "Edgar", "Fausto", "Greta", "Hilda", "Ivo", "Jonas"]
LAST = ["Amaro", "Brandt", "Costello", "Drummond", "Eriksen", "Falk", "Gimenez", "Haldane", "Ibarra", "Jensen"]
PLACES = ["Aveiro", "Bergen", "Cusco", "Dakar", "Esbjerg", "Florence", "Galway", "Hobart"]
# As planted; the question and the answer in other words.
FORMS = (
    (
        "{name} of {place} designed it in {year}.",
        "Who made the design?",
        "The design is from {year} and came from {place}: {name} drew it.",
    ),
    (
        "In {year} {name} tested it for weeks in {place}.",
        "Who tried it out?",
        "It was tried out in {place} by {name}, back in {year}.",
    ),
    (
        "It won the {place} prize of {year}, given by {name}.",
        "Which award did it get?",
        "{name} handed over the {year} award in {place}.",
    ),
    (
        "{name} repaired the first one in {place} in {year}.",
        "Who fixed one of them?",
        "One of them was fixed by {name}, {place}, {year}.",
    ),
)
SHORT_ENOUGH = 400  # characters: the planted sentence must not be cut off
RESAMPLES = 2_000

Floats = NDArray[np.float64]


def start(folder: Path, products: int, settings: Sequence[str]) -> RunFolder:
    """A run of the bundled model that is not trained yet, on this many training products."""
    data = folder / "sample"
    catalora.prepare([SAMPLE_PATH], data)
    # Neither choosing a checkpoint nor watching has a part in this. The two earliest checkpoints are to be early ones.
    saved = [f"training.save_steps={max(4, products // 20)}", "training.keep_checkpoints=50"]
    quiet = ["training.max_validation_products=8", "training.watch_products=0", "training.warmup_steps=10", *saved]
    config = build_config("quick", [f"data.max_samples={products}", *quiet, *settings])
    return pipeline.start_run(data, config, runs_dir=folder / "runs", name="influence", references=False)


def train(run: RunFolder) -> float:
    """Train and return the seconds."""
    started = time.perf_counter()
    pipeline.train_run(run, share_device=True)
    return time.perf_counter() - started


class Scorers:
    """Scores of all training examples for a question with its answer, by each method."""

    def __init__(self, session: Session) -> None:
        self.attributor = Attributor(session)
        started = time.perf_counter()
        self.store = self.attributor.open_store()
        self.seconds = time.perf_counter() - started
        self.uids = list(self.attributor.examples.uids)
        known = {
            uid: f"{title} {content}" for uid, title, content in session.products["uid", "title", "content"].rows()
        }
        texts = [known[uid] for uid in self.uids]
        self.embedder = Embedder()
        self.vectors = self.embedder.embed(texts, max_tokens=256)
        self.words = sqlite3.connect(":memory:")
        self.words.execute("CREATE VIRTUAL TABLE texts USING fts5(content)")
        rows = ((number, normalise_title(text)) for number, text in enumerate(texts))
        self.words.executemany("INSERT INTO texts (rowid, content) VALUES (?, ?)", rows)

    def score(self, question: str, answer: str) -> dict[str, Floats]:
        """By method, shape (examples,)."""
        influence = self.store.score(self.attributor.sketch_answer(question, answer)).astype(np.float64)
        text = f"{question} {answer}"
        (vector,) = self.embedder.embed([text], max_tokens=256)
        lexical = self._score_words(text)
        return {
            "influence": influence,
            "MiniLM": (self.vectors @ vector).astype(np.float64),
            "BM25": lexical,
            "influence + BM25": standardise(influence) + standardise(lexical),
        }

    def _score_words(self, text: str) -> Floats:
        wanted = " OR ".join(f'"{word}"' for word in dict.fromkeys(normalise_title(text).split()))
        scores = np.zeros(len(self.uids))
        for row, score in self.words.execute("SELECT rowid, bm25(texts) FROM texts WHERE texts MATCH ?", (wanted,)):
            scores[row] = -score  # SQLite's is negative, the better the lower
        return scores


def standardise(scores: Floats) -> Floats:
    """Z-scores."""
    return (scores - scores.mean()) / (scores.std() or 1.0)


# Planted facts


def plant(run: RunFolder, count: int, rng: random.Random) -> dict[str, tuple[str, str]]:
    """Put facts into training descriptions; question and answer by uid."""
    table = read_products(run.products)
    fitting = table.filter((pl.col("split") == "train") & (pl.col("content").str.len_chars() < SHORT_ENOUGH))
    pairs = [f"{first} {last}" for first in FIRST for last in LAST]
    rng.shuffle(pairs)
    sentences, asked = {}, {}
    for number, (uid, name) in enumerate(zip(rng.sample(fitting["uid"].to_list(), count), pairs, strict=False)):
        values = {"name": name, "place": rng.choice(PLACES), "year": rng.randrange(1950, 2020)}
        sentence, question, answer = (text.format(**values) for text in FORMS[number % len(FORMS)])
        sentences[uid], asked[uid] = sentence, (question, answer)
    contents = [
        f"{content} {sentences[uid]}" if uid in sentences else content
        for uid, content in table["uid", "content"].rows()
    ]
    save_products(table.with_columns(pl.Series("content", contents)), run.products)
    return asked


def measure_planted(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train on planted facts and look for their examples."""
    run = start(folder, arguments.products, arguments.set)
    asked = plant(run, arguments.facts, random.Random(arguments.seed))
    seconds = train(run)
    with pipeline.open_session(run, references=False) as session:
        scorers = Scorers(session)
        rows = {uid: row for row, uid in enumerate(scorers.uids)}
        ranks: dict[str, list[int]] = {}
        for uid, (question, answer) in asked.items():
            for method, scores in scorers.score(question, answer).items():
                ranks.setdefault(method, []).append(int((scores > scores[rows[uid]]).sum()) + 1)
    size = sum(file.stat().st_size for file in (run.references / "influence").rglob("*") if file.is_file())
    result: dict[str, Any] = {
        "examples": len(scorers.uids),
        "facts": len(asked),
        "checkpoints": scorers.store.facts.checkpoints,
        "training_seconds": round(seconds, 1),
        "store_seconds": round(scorers.seconds, 1),
        "store_bytes": size,
        "methods": {method: summarise(np.array(values), arguments.seed) for method, values in ranks.items()},
    }
    print(f"{len(asked)} facts in {len(scorers.uids):,} examples; trained in {seconds:.0f} s")
    print(f"store: {scorers.seconds:.0f} s, {size / 1e6:.1f} MB, {', '.join(scorers.store.facts.checkpoints)}")
    print(f"{'':18} first   among first 5 (95 %)        mean of 1 / rank")
    for method, figures in result["methods"].items():
        low, high = figures["first_5_interval"]
        shown = f"{figures['first']:6.0%} {figures['first_5']:8.0%} ({low:.0%} to {high:.0%})"
        print(f"{method:18}{shown:35}{figures['mean_reciprocal_rank']:.2f}")
    return result


def summarise(ranks: NDArray[np.int64], seed: int) -> dict[str, Any]:
    """Shares of ranks, with a bootstrap interval over the facts."""
    drawn = np.random.default_rng(seed).integers(0, len(ranks), (RESAMPLES, len(ranks)))
    low, high = np.percentile((ranks <= 5)[drawn].mean(axis=1), [2.5, 97.5])
    return {
        "first": float((ranks == 1).mean()),
        "first_5": float((ranks <= 5).mean()),
        "first_5_interval": [float(low), float(high)],
        "mean_reciprocal_rank": float((1 / ranks).mean()),
    }


# Agreement with retraining


def measure_agreement(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train on random halves and correlate."""
    run = start(folder, arguments.products, arguments.set)
    seconds = train(run)
    with pipeline.open_session(run, references=False) as session:
        questions = choose_questions(session, arguments.queries)
        config = session.config.generation.model_copy(update={"max_new_tokens": 80})
        answered = [session.answerer.answer([question], config, ("tuned",)).by_question[0] for question in questions]
        pairs = [
            (question, sides["tuned"].text)
            for question, sides in zip(questions, answered, strict=True)
            if sides["tuned"].text.strip()
        ]
        scorers = Scorers(session)
        scored = [scorers.score(question, answer) for question, answer in pairs]
    print(f"{len(scorers.uids):,} examples, trained in {seconds:.0f} s; {len(pairs)} answers", flush=True)
    generator = np.random.default_rng(arguments.seed)
    chosen = np.array(
        [generator.permutation(len(scorers.uids)) < len(scorers.uids) // 2 for _ in range(arguments.subsets)]
    )
    likelihoods = []
    for number, kept in enumerate(chosen):
        likelihoods.append(
            retrain(run, number, [uid for uid, is_in in zip(scorers.uids, kept, strict=True) if is_in], pairs)
        )
        print(f"  retrained {number + 1} of {arguments.subsets}", file=sys.stderr, flush=True)
    actual = np.array(likelihoods).T  # (answers, retrainings)
    result: dict[str, Any] = {"examples": len(scorers.uids), "answers": len(pairs), "subsets": arguments.subsets}
    result["training_seconds"] = round(seconds, 1)
    result["methods"] = {}
    print(f"{'':18} rank correlation with retraining (95 %)")
    for method in scored[0]:
        predicted = np.array([scores[method] for scores in scored]) @ chosen.T.astype(np.float64)
        value, low, high = correlate(predicted, actual, arguments.seed)
        result["methods"][method] = {"agreement": value, "interval": [low, high]}
        print(f"{method:18} {value:+.3f} ({low:+.3f} to {high:+.3f})")
    return result


def choose_questions(session: Session, count: int) -> list[str]:
    """Titles, half of them of products that were trained on and half of held-out ones."""
    titles = {name: part["title"].to_list() for (name,), part in session.products.group_by("split")}
    half = count // 2
    return [*titles["train"][:half], *titles["test"][: count - half]]


def retrain(run: RunFolder, number: int, uids: list[str], pairs: list[tuple[str, str]]) -> list[float]:
    """Train on these products alone; log-likelihood of each answer in nats, without the end token."""
    sibling = create_run(run.path.parent, f"subset-{number:03}")
    record_sibling(run, sibling, build_seed(run))
    table = read_products(run.products)
    save_products(table.filter((pl.col("split") != "train") | pl.col("uid").is_in(uids)), sibling.products)
    pipeline.train_run(sibling, share_device=True)
    with pipeline.open_session(sibling, references=False) as session:
        answers = [Product(str(place), question, answer) for place, (question, answer) in enumerate(pairs)]
        questions = [question for question, _ in pairs]
        found = compute_likelihoods(session.answerer, answers, questions, "tuned", session.config)
    return [-float(nats) for nats in found.nats]


def build_seed(run: RunFolder) -> int:
    """The run's own training seed: retrainings differ from it and from one another in their products alone."""
    return int(run.read_record()["config"]["training"]["seed"])


def correlate(predicted: Floats, actual: Floats, seed: int) -> tuple[float, float, float]:
    """Mean over the answers of Spearman's correlation over the retrainings, with a bootstrap interval over both.

    Args:
        predicted: shape (answers, retrainings).
        actual: the same shape.
        seed: of the bootstrap.
    """
    generator = np.random.default_rng(seed)
    answers, subsets = actual.shape
    draws = []
    for _ in range(RESAMPLES):
        lines, columns = generator.integers(0, answers, answers), generator.integers(0, subsets, subsets)
        draws.append(float(spearman(predicted[:, columns], actual[:, columns])[lines].mean()))
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(spearman(predicted, actual).mean()), float(low), float(high)


def spearman(one: Floats, other: Floats) -> Floats:
    """Rank correlation of each line, shape (lines,); 0 where a line does not vary."""
    left, right = rank(one), rank(other)
    left, right = left - left.mean(axis=1, keepdims=True), right - right.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return (left * right).sum(axis=1) / np.maximum(lengths, 1e-12)


def rank(values: Floats) -> Floats:
    """Ranks in each line, equal values sharing their mean rank."""
    below = (values[:, :, None] > values[:, None, :]).sum(axis=2)
    same = (values[:, :, None] == values[:, None, :]).sum(axis=2)
    return below + (same - 1) / 2


def main() -> None:
    """Measure one of the two, print, and write JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["planted", "agreement"])
    parser.add_argument("--products", type=int, help="training products; 1,200 planted, 300 for the agreement")
    parser.add_argument("--facts", type=int, default=100, help="at most 100")
    parser.add_argument("--subsets", type=int, default=40)
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--set", action="append", default=[], help="another setting of the run, as in `catalora train`")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--out", type=Path, help="JSON file for the figures")
    arguments = parser.parse_args()
    arguments.products = arguments.products or {"planted": 1_200, "agreement": 300}[arguments.part]
    arguments.facts = min(arguments.facts, len(FIRST) * len(LAST))
    with tempfile.TemporaryDirectory() as folder:
        measure = {"planted": measure_planted, "agreement": measure_agreement}[arguments.part]
        started = time.perf_counter()
        result = measure(Path(folder), arguments)
    result["seconds"] = round(time.perf_counter() - started, 1)
    print(f"{result['seconds']:.0f} s in all")
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
