"""The quick look: the base and the tuned model on held-out products. `evaluate.py` is the full measurement.

Four figures, each on the same products, prompts, weights and decoder:

    bits per byte     how many bits the model needs per UTF-8 byte of the true description, given the question; lower is
                      better, and it does not depend on the tokenizer (Gao et al., arXiv 2101.00027, section 3.1)
    stop rate         share of answers that the model ends itself within the token limit
    follow-up rate    share of answers that go on to invent a next question
    length            words per answer, beside those of the true descriptions
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from catalora.catalog import Product
from catalora.config import Config
from catalora.errors import DataError
from catalora.evaluation.fingerprints import check_sides
from catalora.evaluation.likelihood import compute_likelihoods
from catalora.evaluation.protocol import select_fitting
from catalora.evaluation.scoring import ask_questions
from catalora.generation.answer import SIDES, Answer, Answerer, Side
from catalora.progress import Progress, ignore_progress


@dataclass(frozen=True, slots=True)
class SideScores:
    """The figures of one side over all compared products, and the fingerprint of the weights that they are of."""

    logits_fingerprint: str
    bits_per_byte: float
    stop_rate: float
    follow_up_rate: float
    mean_words: float


@dataclass(frozen=True, slots=True)
class ProductComparison:
    """One product: both answers and what each side needed for the true description."""

    uid: str
    title: str
    question: str
    description: str
    bits_per_byte: dict[Side, float]
    answers: dict[Side, Answer]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The before/after of a run."""

    base: SideScores
    tuned: SideScores
    reference_words: float
    products: tuple[ProductComparison, ...]
    too_long: int
    seconds: float

    @property
    def bits_per_byte_change(self) -> float:
        """Relative change from base to tuned; -0.3 means 30 % fewer bits."""
        return self.tuned.bits_per_byte / self.base.bits_per_byte - 1

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "bits_per_byte_change": self.bits_per_byte_change}


def compare_sides(
    answerer: Answerer,
    products: Sequence[Product],
    config: Config,
    progress: Progress = ignore_progress,
) -> Comparison:
    """Score both sides on products that were held out of training.

    Each product is asked in one of the training forms, the forms in turn. Answers are generated in batches sorted by
    the length of the prompt; the order of the result is that of `products`. Products whose description does not fit
    into the model's context are left out and counted in `too_long`.

    Raises:
        DataError: there is no product to compare.
        EvaluationError: the adapter is off, or a side answers with the other's weights.
    """
    fingerprints = check_sides(answerer)
    wanted = len(products)
    products, questions = _choose_fitting(answerer, products, config)
    too_long = wanted - len(products)
    bits = {side: compute_bits_per_byte(answerer, products, questions, side, config) for side in SIDES}
    answers, seconds = _generate_all(answerer, questions, config, progress)
    compared = tuple(
        ProductComparison(
            uid=product.uid,
            title=product.title,
            question=question,
            description=product.content,
            bits_per_byte={side: bits[side][number] / _count_bytes(product) for side in SIDES},
            answers=answers[number],
        )
        for number, (product, question) in enumerate(zip(products, questions, strict=True))
    )
    total_bytes = sum(map(_count_bytes, products))
    scores = {side: _score(side, compared, sum(bits[side]) / total_bytes, fingerprints[side].digest) for side in SIDES}
    words = float(np.mean([len(product.content.split()) for product in products]))
    return Comparison(scores["base"], scores["tuned"], words, compared, too_long, seconds)


def _choose_fitting(answerer: Answerer, products: Sequence[Product], config: Config) -> tuple[list[Product], list[str]]:
    """The products that fit into the context with their question, and the questions."""
    questions = ask_questions(products, answerer.template, config.training.seed)
    fitting = select_fitting([answerer], products, questions, config.generation.max_new_tokens)
    if not fitting:
        raise DataError(
            f"none of {len(products)} held-out products can be compared: none fits {answerer.context_length} tokens",
            code="nothing-to-compare",
            hint="Prepare the data with a larger data.test_share.",
        )
    return [products[place] for place in fitting], [questions[place] for place in fitting]


def compute_bits_per_byte(
    answerer: Answerer, products: Sequence[Product], questions: Sequence[str], side: Side, config: Config
) -> list[float]:
    """Bits that one side needs for each description, `<eos>` not counted; divide by its bytes."""
    bits: list[float] = compute_likelihoods(answerer, products, questions, side, config).bits.tolist()
    return bits


def _generate_all(
    answerer: Answerer, questions: Sequence[str], config: Config, progress: Progress
) -> tuple[list[dict[Side, Answer]], float]:
    order = sorted(range(len(questions)), key=lambda number: len(questions[number]))
    answers: dict[int, dict[Side, Answer]] = {}
    seconds = 0.0
    for start in range(0, len(order), config.evaluation.batch_size):
        part = order[start : start + config.evaluation.batch_size]
        batch = answerer.answer([questions[number] for number in part], config.generation)
        answers.update(zip(part, batch.by_question, strict=True))
        seconds += batch.seconds
        progress("generate", len(answers), len(questions))
    return [answers[number] for number in range(len(questions))], seconds


def _score(
    side: Side, compared: Sequence[ProductComparison], bits_per_byte: float, logits_fingerprint: str
) -> SideScores:
    answers = [item.answers[side] for item in compared]
    return SideScores(
        logits_fingerprint=logits_fingerprint,
        bits_per_byte=bits_per_byte,
        stop_rate=float(np.mean([answer.stopped for answer in answers])),
        follow_up_rate=float(np.mean([answer.has_follow_up for answer in answers])),
        mean_words=float(np.mean([len(answer.text.split()) for answer in answers])),
    )


def _count_bytes(product: Product) -> int:
    return len(product.content.encode())
