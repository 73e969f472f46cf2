"""What each column makes of a list of products: the likelihood of the true descriptions, and the generated answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalora.catalog import Product
from catalora.config import Config, GenerationConfig
from catalora.evaluation.likelihood import Likelihoods, compute_likelihoods
from catalora.evaluation.protocol import check_decoders, check_prompts
from catalora.evaluation.results import Column
from catalora.generation.answer import Answer, Answerer, Side
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate

# The weights behind each column.
COLUMN_SIDES: dict[Column, Side] = {"base": "base", "prompted": "base", "tuned": "tuned", "grounded": "tuned"}


@dataclass(frozen=True, slots=True)
class ScoredColumn:
    """One column's likelihoods and answers, in the order of the products.

    The grounded column has no likelihoods: the description is part of its prompt.
    """

    likelihoods: Likelihoods | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class ScoredList:
    """A list of products in all columns.

    Attributes:
        products: the list.
        questions: as asked, same order.
        columns: by name.
        decoder: settings, the same for all columns.
        seconds: time of generation.
    """

    products: tuple[Product, ...]
    questions: tuple[str, ...]
    columns: dict[Column, ScoredColumn]
    decoder: dict[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True)
class Generated:
    """Answers of one or both sides to questions, in the order of the questions."""

    answers: dict[Side, tuple[Answer, ...]]
    decoder: dict[str, Any]
    seconds: float


def ask_questions(products: Sequence[Product], template: PromptTemplate, seed: int) -> list[str]:
    """Each product in one of the training forms, the forms in turn."""
    return [
        template.render_question(product.title, template.question_form(product.uid, 0, seed)) for product in products
    ]


def score_list(
    answerers: Mapping[Column, Answerer],
    products: Sequence[Product],
    questions: Sequence[str],
    config: Config,
    progress: Progress = ignore_progress,
    stage: str = "generate",
) -> ScoredList:
    """Score products in all columns that have an answerer; columns that share one are decoded alike.

    Raises:
        EvaluationError: a prompt holds its answer, or columns were decoded differently.
    """
    groups: dict[int, list[Column]] = {}
    for column, answerer in answerers.items():
        check_prompts(column, answerer, products, questions)
        groups.setdefault(id(answerer), []).append(column)
    columns: dict[Column, ScoredColumn] = {}
    decoders: dict[Column, dict[str, Any]] = {}
    seconds = 0.0
    for names in groups.values():
        answerer = answerers[names[0]]
        sides = [COLUMN_SIDES[name] for name in names]
        generated = generate_answers(answerer, questions, sides, config, progress, f"{stage} {'+'.join(names)}")
        seconds += generated.seconds
        for name, side in zip(names, sides, strict=True):
            progress(f"score {name}", 0, None)
            likelihoods = compute_likelihoods(answerer, products, questions, side, config)
            columns[name] = ScoredColumn(likelihoods, generated.answers[side])
            decoders[name] = generated.decoder
    check_decoders(decoders)
    ordered = {name: columns[name] for name in COLUMN_SIDES if name in columns}
    return ScoredList(tuple(products), tuple(questions), ordered, decoders[next(iter(ordered))], seconds)


def generate_answers(
    answerer: Answerer,
    questions: Sequence[str],
    sides: Sequence[Side],
    config: Config,
    progress: Progress = ignore_progress,
    stage: str = "generate",
    records: Sequence[tuple[str, str]] | None = None,
) -> Generated:
    """Greedy answers in batches sorted by the length of the question, so that little is padded.

    One side after the other: a tuned answer usually ends long before the base model's, whose batch it would wait in.
    A batch holds as many answers as `evaluation.batch_size` products have with both sides. The grounded side needs
    `records`: title and description for each question.
    """
    generation = make_greedy(config.generation)
    size = 2 * config.evaluation.batch_size
    order = sorted(range(len(questions)), key=lambda place: len(questions[place]))
    found: dict[Side, dict[int, Answer]] = {side: {} for side in sides}
    decoder: dict[str, Any] = {}
    seconds = 0.0
    for number, side in enumerate(sides):
        for start in range(0, len(order), size):
            part = order[start : start + size]
            progress(stage, number * len(order) + start, len(sides) * len(order))
            known = None if records is None else [records[place] for place in part]
            batch = answerer.answer([questions[place] for place in part], generation, [side], records=known)
            found[side].update((place, answers[side]) for place, answers in zip(part, batch.by_question, strict=True))
            seconds, decoder = seconds + batch.seconds, batch.decoder
    progress(stage, len(sides) * len(order), len(sides) * len(order))
    answers_in_order = {side: tuple(found[side][place] for place in range(len(questions))) for side in sides}
    return Generated(answers_in_order, decoder, seconds)


def make_greedy(generation: GenerationConfig) -> GenerationConfig:
    """The run's decoding with the most likely token each time: an evaluation draws nothing."""
    return generation.model_copy(update={"temperature": 0.0, "top_p": 1.0})
