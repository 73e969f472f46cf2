"""Questions worded as in training against questions that tuning never saw, in both languages, on the same products."""

from collections.abc import Sequence

import numpy as np

from catalora.catalog import Product
from catalora.config import Config
from catalora.evaluation.likelihood import Likelihoods, compute_likelihoods
from catalora.evaluation.results import Difference, QuestionForm, Robustness
from catalora.evaluation.scoring import ask_questions, generate_answers
from catalora.evaluation.uncertainty import Bootstrap, Ratio
from catalora.generation.answer import SIDES, Answerer, Side
from catalora.progress import Progress, ignore_progress

# Products asked in every held-out form, and those among them that the tuned side also answers.
ASKED, ANSWERED = 40, 12


def measure_robustness(
    answerer: Answerer, products: Sequence[Product], config: Config, progress: Progress = ignore_progress
) -> Robustness | None:
    """Ask unseen products in each form that the template keeps for this; nothing when it keeps none.

    The training forms are measured as one, each product in the form that is its turn.
    """
    forms = answerer.template.held_out_questions
    if not forms:
        return None
    asked = list(products[:ASKED])
    questions = [ask_questions(asked, answerer.template, config.training.seed)]
    questions += [[form.replace("{title}", product.title) for product in asked] for form in forms]
    scored = []
    for place, part in enumerate(questions):
        progress("question forms", place, len(questions))
        scored.append({side: compute_likelihoods(answerer, asked, part, side, config) for side in SIDES})
    stop_rates = _measure_stop_rates(answerer, [part[:ANSWERED] for part in questions], config, progress)
    return Robustness(
        forms=tuple(
            QuestionForm(
                form=form,
                trained=place == 0,
                bits_per_byte={side: _ratio(scored[place][side]).value for side in SIDES},
                stop_rate=stop_rates[place],
                answered=min(ANSWERED, len(asked)),
            )
            for place, form in enumerate(("", *forms))
        ),
        asked=len(asked),
        loss=_compare_forms([part["tuned"] for part in scored], config.data.seed),
    )


def _compare_forms(tuned: Sequence[Likelihoods], seed: int) -> Difference:
    trained, held_out = _ratio(tuned[0]), tuned[1:]
    bits = np.mean([part.bits for part in held_out], axis=0)
    difference = Bootstrap(len(bits), seed).compare(Ratio.of(bits, held_out[0].bytes), trained, "lower")
    assert difference is not None
    return difference


def _ratio(likelihoods: Likelihoods) -> Ratio:
    return Ratio.of(likelihoods.bits, likelihoods.bytes)


def _measure_stop_rates(
    answerer: Answerer, questions: Sequence[Sequence[str]], config: Config, progress: Progress
) -> list[float]:
    """Share of tuned answers that end by themselves, for each list of questions."""
    flat = [question for part in questions for question in part]
    side: Side = "tuned"
    answers = generate_answers(answerer, flat, [side], config, progress, "answer forms").answers[side]
    stopped = np.array([answer.stopped for answer in answers], dtype=float).reshape(len(questions), -1)
    return [float(rate) for rate in stopped.mean(axis=1)]
