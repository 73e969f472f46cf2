"""From scored products to figures: each metric of each product, and what they come to with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from catalora.evaluation.attributes import ProductAttributes
from catalora.evaluation.copying import CopiedRun, find_copied_runs
from catalora.evaluation.likelihood import Likelihoods
from catalora.evaluation.metrics import (
    METRICS,
    choose_rivals,
    compute_chrf,
    compute_reciprocal_ranks,
    compute_repetition,
    compute_rouge_l,
    compute_similarity_gains,
    split_words,
)
from catalora.evaluation.results import Column, ColumnAnswer, Difference, Metric, ProductResult
from catalora.evaluation.scoring import COLUMN_SIDES, ScoredList
from catalora.evaluation.uncertainty import Bootstrap, Ratio, compare_lists
from catalora.generation.answer import Answer

if TYPE_CHECKING:
    from catalora.references.embedding import Embedder

# Differences that are reported, where both columns are there: the later one less the earlier one.
PAIRS = [(later, earlier) for earlier, later in combinations(COLUMN_SIDES, 2)]


@dataclass(frozen=True, slots=True)
class Measured:
    """A list of products with all metrics.

    Attributes:
        scored: what was measured.
        ratios: by metric and column.
        copies: the longest copied run of each answer, by column.
    """

    scored: ScoredList
    ratios: dict[str, dict[Column, Ratio]]
    copies: dict[Column, list[CopiedRun]]


def measure_list(scored: ScoredList, training: Sequence[str], embedder: "Embedder", seed: int) -> Measured:
    """All metrics of all answers.

    Args:
        scored: products with their likelihoods and answers.
        training: descriptions in which copies are looked for.
        embedder: turns texts into vectors.
        seed: of the rivals in the similarity gain.
    """
    products = scored.products
    vectors = embedder.embed([p.title for p in products] + [p.content for p in products])
    titles, descriptions = vectors[: len(products)], vectors[len(products) :]
    rivals = choose_rivals(titles, seed) if len(products) > 1 else None
    attributes = [ProductAttributes(product.title, product.content) for product in products]
    ratios: dict[str, dict[Column, Ratio]] = {name: {} for name in METRICS}
    copies: dict[Column, list[CopiedRun]] = {}
    for column, part in scored.columns.items():
        texts = [answer.text for answer in part.answers]
        copies[column] = find_copied_runs(texts, training)
        found = {
            **({} if part.likelihoods is None else _measure_likelihood(part.likelihoods)),
            **_measure_form(part.answers, scored),
            **_measure_overlap(texts, scored),
            **_measure_attributes(texts, attributes),
            "copied_share": Ratio.of([run.share for run in copies[column]]),
        }
        if rivals is not None:
            found |= _measure_meaning(embedder.embed(texts), descriptions, rivals)
        for name, ratio in found.items():
            ratios[name][column] = ratio
    return Measured(scored, {name: columns for name, columns in ratios.items() if columns}, copies)


def summarise(measured: Measured, draws: Bootstrap) -> tuple[Metric, ...]:
    """Each metric with the interval of each column and of each difference, in the order of `METRICS`."""
    metrics = []
    for name, columns in measured.ratios.items():
        estimates = {column: draws.estimate(ratio) for column, ratio in columns.items()}
        differences = {
            f"{later}-{earlier}": draws.compare(columns[later], columns[earlier], METRICS[name])
            for later, earlier in PAIRS
            if later in columns and earlier in columns
        }
        metrics.append(
            Metric(
                name,
                METRICS[name],
                {column: estimate for column, estimate in estimates.items() if estimate is not None},
                {pair: difference for pair, difference in differences.items() if difference is not None},
            )
        )
    return tuple(metrics)


def compare_seen(
    seen: Measured, seen_draws: Bootstrap, unseen: Measured, unseen_draws: Bootstrap
) -> dict[str, Difference]:
    """By metric: the tuned column on seen products less the same on unseen ones."""
    gaps: dict[str, Difference] = {}
    for name, columns in seen.ratios.items():
        if "tuned" in columns and "tuned" in unseen.ratios.get(name, {}):
            gap = compare_lists(columns["tuned"], seen_draws, unseen.ratios[name]["tuned"], unseen_draws, METRICS[name])
            if gap is not None:
                gaps[name] = gap
    return gaps


def list_products(measured: Measured, *, seen: bool) -> list[ProductResult]:
    """Each product with its answers and their metrics."""
    scored = measured.scored
    bits = measured.ratios["bits_per_byte"]
    gains = _divide(bits["base"]) - _divide(bits["tuned"])
    values = {name: {column: _divide(ratio) for column, ratio in r.items()} for name, r in measured.ratios.items()}
    return [
        ProductResult(
            uid=product.uid,
            title=product.title,
            question=scored.questions[place],
            description=product.content,
            seen=seen,
            gain=float(gains[place]),
            answers={
                column: _describe_answer(part.answers[place], column, place, values, measured.copies[column][place])
                for column, part in scored.columns.items()
            },
        )
        for place, product in enumerate(scored.products)
    ]


def _describe_answer(
    answer: Answer,
    column: Column,
    place: int,
    values: Mapping[str, Mapping[Column, npt.NDArray[np.float64]]],
    copied: CopiedRun,
) -> ColumnAnswer:
    found = {name: columns[column][place] for name, columns in values.items() if column in columns}
    return ColumnAnswer(
        text=answer.text,
        tokens=answer.tokens,
        stopped=answer.stopped,
        has_follow_up=answer.has_follow_up,
        metrics={name: None if np.isnan(value) else float(value) for name, value in found.items()},
        copied=copied.text,
    )


def _divide(ratio: Ratio) -> npt.NDArray[np.float64]:
    """Each product's own value; NaN where it has none."""
    values = np.full(len(ratio.numerators), np.nan)
    np.divide(ratio.numerators, ratio.denominators, out=values, where=ratio.denominators > 0)
    return values


def _measure_likelihood(likelihoods: Likelihoods) -> dict[str, Ratio]:
    return {
        "bits_per_byte": Ratio.of(likelihoods.bits, likelihoods.bytes),
        "nll_per_token": Ratio.of(likelihoods.nats, likelihoods.tokens),
    }


def _measure_form(answers: Sequence[Answer], scored: ScoredList) -> dict[str, Ratio]:
    said = [len(split_words(answer.text)) for answer in answers]
    true = [len(split_words(product.content)) for product in scored.products]
    return {
        "stop_rate": Ratio.of([answer.stopped for answer in answers]),
        "follow_up_rate": Ratio.of([answer.has_follow_up for answer in answers]),
        "length_ratio": Ratio.of(said, true),
        "repetition": Ratio.of([compute_repetition(answer.text) for answer in answers]),
    }


def _measure_overlap(texts: Sequence[str], scored: ScoredList) -> dict[str, Ratio]:
    pairs = [(text, product.content) for text, product in zip(texts, scored.products, strict=True)]
    return {
        "rouge_l": Ratio.of([compute_rouge_l(*pair) for pair in pairs]),
        "chrf": Ratio.of([compute_chrf(*pair) for pair in pairs]),
    }


def _measure_meaning(
    answers: npt.NDArray[np.float32], descriptions: npt.NDArray[np.float32], rivals: npt.NDArray[np.int64]
) -> dict[str, Ratio]:
    return {
        "similarity_gain": Ratio.of(compute_similarity_gains(answers, descriptions, rivals)),
        "retrieval": Ratio.of(compute_reciprocal_ranks(answers, descriptions)),
    }


def _measure_attributes(texts: Sequence[str], attributes: Sequence[ProductAttributes]) -> dict[str, Ratio]:
    counts = [product.count(text) for text, product in zip(texts, attributes, strict=True)]
    return {
        "attribute_precision": Ratio.of([c.supported for c in counts], [c.stated for c in counts]),
        "attribute_recall": Ratio.of([c.kept for c in counts], [c.wanted for c in counts]),
    }
