"""Tuned against grounded on held-out products: how many facts each invents.

`compare_grounded` is the quick look; `add_grounded` and `describe_grounding` are the same in a full evaluation.

Both answer with the same weights; the grounded side has the product's record in its prompt, as the retrieval finds it
from the question. A fact counts as invented when the product's own record does not have it, by the fact check of
`references/grounding.py`: with a wrong record in the prompt the grounded side does worse, and that is counted here.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace

from catalora.catalog import Product
from catalora.config import Config
from catalora.errors import DataError
from catalora.evaluation.protocol import check_decoders
from catalora.evaluation.results import Column, Grounding, Metric
from catalora.evaluation.scoring import ScoredColumn, ScoredList, generate_answers
from catalora.evaluation.uncertainty import Bootstrap, Ratio
from catalora.generation.answer import Answer, Answerer, Side
from catalora.progress import Progress, ignore_progress
from catalora.references.grounding import FactCheck, check_facts
from catalora.references.records import ProductRecord

GROUNDED_SIDES: tuple[Side, ...] = ("tuned", "grounded")
# The columns of an evaluation in which facts are held against the record.
CHECKED_COLUMNS: tuple[Column, ...] = ("tuned", "grounded")

FindRecord = Callable[[str], ProductRecord | None]


@dataclass(frozen=True, slots=True)
class FactRate:
    """The facts of one side's answers.

    Attributes:
        facts: facts of checked kinds in all answers.
        invented: those that the product's record does not have.
        contradicted: those of the invented ones for which it has another value.
    """

    facts: int
    invented: int
    contradicted: int

    @property
    def rate(self) -> float:
        """Share of the facts that are invented, 0 to 1; 0 without facts."""
        return self.invented / self.facts if self.facts else 0.0


@dataclass(frozen=True, slots=True)
class GroundingComparison:
    """Tuned and grounded answers to the same questions.

    Attributes:
        products: how many were asked and answered by both sides.
        found: of how many of all that were asked the retrieval found the own record.
        wrong: for how many it found another product's.
        none: for how many it found no record; both sides then have nothing to differ in, and they are left out.
        rates: by side.
    """

    products: int
    found: int
    wrong: int
    none: int
    rates: dict[Side, FactRate]

    @property
    def reduction(self) -> float | None:
        """By how much the rate falls from tuned to grounded, 0.8 for 80 %; nothing when tuned invents nothing."""
        before = self.rates["tuned"].rate
        return 1 - self.rates["grounded"].rate / before if before else None


def compare_grounded(
    answerer: Answerer,
    products: Sequence[Product],
    find_record: FindRecord,
    config: Config,
    ordinary_words: Container[str],
    progress: Progress = ignore_progress,
) -> GroundingComparison:
    """Ask both sides about products, in the training forms in turn, and check their facts.

    Args:
        answerer: the model.
        products: held-out ones.
        find_record: from a question to the record for the prompt.
        config: decoding and batch size.
        ordinary_words: see `extract_facts`.
        progress: told how far it is.

    Raises:
        DataError: no record was found for any of them.
    """
    template, seed = answerer.template, config.training.seed
    asked = [
        (product, question, find_record(question))
        for product in products
        for question in [template.render_question(product.title, template.question_form(product.uid, 0, seed))]
    ]
    known = [(product, question, record) for product, question, record in asked if record is not None]
    if not known:
        raise _no_record(len(products))
    checks: dict[Side, list[FactCheck]] = {side: [] for side in GROUNDED_SIDES}
    for start in range(0, len(known), config.evaluation.batch_size):
        part = known[start : start + config.evaluation.batch_size]
        records = [(record.title, record.content) for _, _, record in part]
        answers = answerer.answer(
            [question for _, question, _ in part], config.generation, GROUNDED_SIDES, records=records
        ).by_question
        for (product, _, _), by_side in zip(part, answers, strict=True):
            for side in GROUNDED_SIDES:
                checks[side].append(_check(by_side[side], product, ordinary_words))
        progress("grounded", start + len(part), len(known))
    found = sum(_is_own(record, product) for product, _, record in known)
    return GroundingComparison(
        products=len(known),
        found=found,
        wrong=len(known) - found,
        none=len(asked) - len(known),
        rates={side: _rate(checks[side]) for side in GROUNDED_SIDES},
    )


def _check(answer: Answer, product: Product, ordinary_words: Container[str]) -> FactCheck:
    return check_facts(answer.text, product.title, product.content, ordinary_words)


def _rate(checks: Sequence[FactCheck]) -> FactRate:
    contradicted = sum(check.count("contradicted") for check in checks)
    invented = contradicted + sum(check.count("unsupported") for check in checks)
    return FactRate(sum(len(check.facts) for check in checks), invented, contradicted)


def find_records(
    answerer: Answerer, questions: Sequence[str], find_record: FindRecord, config: Config
) -> list[ProductRecord | None]:
    """The record for each question, or nothing: none was found, or prompt and answer do not fit the model's context.

    Raises:
        DataError: there is none at all.
    """
    records = [find_record(question) for question in questions]
    asked = [(place, record) for place, record in enumerate(records) if record is not None]
    for (place, _), length in zip(asked, measure_prompts(answerer, questions, records), strict=True):
        if length + config.generation.max_new_tokens > answerer.context_length:
            records[place] = None
    if not any(records):
        raise _no_record(len(questions))
    return records


def measure_prompts(answerer: Answerer, questions: Sequence[str], records: Sequence[ProductRecord | None]) -> list[int]:
    """Tokens of the prompts with a record, for the questions that have one."""
    asked = [(question, record) for question, record in zip(questions, records, strict=True) if record is not None]
    prompts = answerer.template.encode_grounded_prompts(
        answerer.tokenizer,
        [question for question, _ in asked],
        [(record.title, record.content) for _, record in asked],
    )
    return [len(prompt) for prompt in prompts]


def add_grounded(
    answerer: Answerer,
    scored: ScoredList,
    records: Sequence[ProductRecord | None],
    config: Config,
    progress: Progress = ignore_progress,
) -> ScoredList:
    """A scored list with the grounded column beside the others; without a record it has the tuned answer.

    Raises:
        EvaluationError: it was decoded differently from the others.
    """
    asked = [(place, record) for place, record in enumerate(records) if record is not None]
    generated = generate_answers(
        answerer,
        [scored.questions[place] for place, _ in asked],
        ("grounded",),
        config,
        progress,
        "unseen grounded",
        [(record.title, record.content) for _, record in asked],
    )
    check_decoders({"tuned": scored.decoder, "grounded": generated.decoder})
    answers = list(scored.columns["tuned"].answers)
    for (place, _), answer in zip(asked, generated.answers["grounded"], strict=True):
        answers[place] = answer
    columns: dict[Column, ScoredColumn] = {**scored.columns, "grounded": ScoredColumn(None, tuple(answers))}
    return replace(scored, columns=columns, seconds=scored.seconds + generated.seconds)


def describe_grounding(
    scored: ScoredList,
    records: Sequence[ProductRecord | None],
    ordinary_words: Container[str],
    draws: Bootstrap,
) -> Grounding:
    """The share of invented facts in both columns, with intervals, and how well the records were found."""
    ratios = {}
    for column in CHECKED_COLUMNS:
        pairs = zip(scored.columns[column].answers, scored.products, strict=True)
        checks = [_check(answer, product, ordinary_words) for answer, product in pairs]
        invented = [len(check.facts) - check.count("supported") for check in checks]
        ratios[column] = Ratio.of(invented, [len(check.facts) for check in checks])
    estimates = {column: draws.estimate(ratio) for column, ratio in ratios.items()}
    change = draws.compare(ratios["grounded"], ratios["tuned"], "lower")
    known = [(record, product) for record, product in zip(records, scored.products, strict=True) if record is not None]
    found = sum(_is_own(record, product) for record, product in known)
    return Grounding(
        found=found,
        wrong=len(known) - found,
        none=len(records) - len(known),
        invented=Metric(
            "invented_facts",
            "lower",
            {column: estimate for column, estimate in estimates.items() if estimate is not None},
            {"grounded-tuned": change} if change is not None else {},
        ),
    )


def _is_own(record: ProductRecord, product: Product) -> bool:
    return record.uid == product.uid or record.title == product.title


def _no_record(products: int) -> DataError:
    return DataError(
        f"no record was found for any of {products} held-out products",
        code="nothing-to-compare",
        hint="Lower references.min_record_score, or do it without --grounded.",
    )
