"""Are an export's answers the run's own? Both are asked the same questions, greedily, and compared token by token.

After the first token that differs an answer is another one, so nearly everything behind it differs too: the share of
differing tokens counts how much of the text is not the same, not how many decisions were other ones.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from catalora.catalog import Product, pick_products, read_products
from catalora.config import GenerationConfig
from catalora.export.loss import Loss, Scorer, TrueTexts, compute_loss, read_true_texts
from catalora.export.plain import score_by_model
from catalora.export.source import ExportSource
from catalora.generation.answer import Answerer
from catalora.progress import Progress

BATCH_SIZE = 16

Decode = Callable[[Sequence[int]], str]


class Engine(Protocol):
    """An export, loaded by the program that it is for."""

    name: str  # with its version

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
        """Greedy answers to prompts of token ids, one list of ids each, the end token included where it came."""

    def tokenise(self, prompt: str) -> list[int]:
        """A whole prompt as text, by the tokenizer that the export holds; the start token first."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where an answer of the export leaves the run's.

    Attributes:
        question: as asked.
        token: number of the first token that differs, from 0.
        expected: the run's text from there on, the first words of it.
        found: the export's.
    """

    question: str
    token: int
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Check:
    """The comparison of an export with its run.

    Attributes:
        engine: the program that ran the export, with its version.
        reference: how the run's own answers were computed.
        questions: how many were asked.
        identical: answers with the same tokens to the end.
        prompts_alike: prompts that the export's own tokenizer reads as the run's does.
        tokens: of the longer answer of each pair, over all pairs.
        differing: tokens that are not the same at their place.
        first: the first answer that differs, or nothing.
        seconds: time in which the export answered.
        loss: how likely both find held-out descriptions; nothing where the program does not tell.
    """

    engine: str
    reference: str
    questions: int
    identical: int
    prompts_alike: int
    tokens: int
    differing: int
    first: Divergence | None
    seconds: float
    loss: Loss | None = None

    @property
    def differing_share(self) -> float:
        """Share of tokens that are not the same, 0 to 1."""
        return self.differing / self.tokens if self.tokens else 0.0


@dataclass(frozen=True, slots=True)
class Reference:
    """The run's own answers: what an export is held against."""

    questions: tuple[str, ...]
    texts: tuple[str, ...]
    prompts: tuple[tuple[int, ...], ...]
    answers: tuple[tuple[int, ...], ...]
    max_new_tokens: int
    computed: str
    texts_to_read: TrueTexts | None = None


def choose_questions(source: ExportSource, count: int) -> tuple[list[Product], list[str]]:
    """The same products and questions for every export of a run: held-out, in all forms of the training in turn."""
    table, config = read_products(source.run.products), source.config
    products = pick_products(table, "test", count, config.data.seed) or pick_products(
        table, "train", count, config.data.seed
    )
    return products, [source.template.render_question(product.title, form) for form, product in enumerate(products)]


def answer_by_run(source: ExportSource, count: int, progress: Progress) -> Reference:
    """Let the run itself answer: its base model with its adapter, as `catalora ask` does, but always greedily."""
    model, tokenizer = source.load_tuned()
    answerer = Answerer(model, tokenizer, source.template, source.device.name)
    products, questions = choose_questions(source, count)
    prompts = source.template.encode_prompts(tokenizer, questions)
    greedy = greedy_settings(source.config.generation)
    answers: list[list[int]] = []
    for start in range(0, len(prompts), BATCH_SIZE):
        progress("the run answers", start, len(prompts))
        batch = prompts[start : start + BATCH_SIZE]
        answers += answerer.generate(batch, greedy, ["tuned"] * len(batch))

    def score(ids: Sequence[int]) -> NDArray[np.float64]:
        return score_by_model(answerer.model, ids)

    progress("the run reads", 0, None)
    return Reference(
        questions=tuple(questions),
        texts=tuple(source.template.render_prompt(question) for question in questions),
        prompts=tuple(map(tuple, prompts)),
        answers=tuple(map(tuple, answers)),
        max_new_tokens=greedy.max_new_tokens,
        computed=f"base model with adapter, {source.device.dtype} on {source.device.name}",
        texts_to_read=read_true_texts(source, tokenizer, products, questions, score),
    )


def greedy_settings(config: GenerationConfig) -> GenerationConfig:
    """The run's decoding without chance, which alone can be compared token by token."""
    return config.model_copy(update={"temperature": 0.0})


def check_export(engine: Engine, reference: Reference, decode: Decode, progress: Progress) -> Check:
    """Ask the export what the run was asked."""
    started = time.monotonic()
    found: list[list[int]] = []
    for start in range(0, len(reference.prompts), BATCH_SIZE):
        progress("the export answers", start, len(reference.prompts))
        found += engine.generate(reference.prompts[start : start + BATCH_SIZE], reference.max_new_tokens)
    seconds = time.monotonic() - started
    alike = sum(
        tuple(engine.tokenise(text)) == ids for text, ids in zip(reference.texts, reference.prompts, strict=True)
    )
    check = compare_answers(reference, found, engine.name, decode, seconds, alike)
    if reference.texts_to_read is None or not isinstance(engine, Scorer):
        return check
    progress("the export reads", 0, None)
    return replace(check, loss=compute_loss(engine, reference.texts_to_read))


def compare_answers(
    reference: Reference,
    found: Sequence[Sequence[int]],
    engine: str,
    decode: Decode,
    seconds: float,
    prompts_alike: int,
) -> Check:
    """Compare token by token; an answer that ends early differs in all that it lacks."""
    identical = tokens = differing = 0
    first: Divergence | None = None
    for question, ours, theirs in zip(reference.questions, reference.answers, found, strict=True):
        longest = max(len(ours), len(theirs))
        different = [
            place for place in range(longest) if tuple(ours[place : place + 1]) != tuple(theirs[place : place + 1])
        ]
        tokens += longest
        differing += len(different)
        identical += not different
        if different and first is None:
            place = different[0]
            first = Divergence(
                question, place, decode(ours[place : place + 12]).strip(), decode(theirs[place : place + 12]).strip()
            )
    return Check(
        engine=engine,
        reference=reference.computed,
        questions=len(reference.questions),
        identical=identical,
        prompts_alike=prompts_alike,
        tokens=tokens,
        differing=differing,
        first=first,
        seconds=round(seconds, 3),
    )
