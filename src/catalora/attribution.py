"""Which training examples moved a run's adapter towards an answer: where checkpoints, gradients and store meet.

    checkpoints of the run ─ weights, second moments ┐
    training examples ─ gradient of each, sketched ──┴→ references/influence/   once per run, hours for large ones
    answer ─ its gradient at the same checkpoints, sketched ─→ cosine with each row ─→ the highest scores

Examples are those of the first epoch: each product in the question form that it had there.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from catalora.catalog import pick_products
from catalora.catalog.prepared import compute_file_sha256, compute_fingerprint
from catalora.errors import DataError, InputNotFoundError
from catalora.progress import Progress, ignore_progress
from catalora.references.generations import IndexUnavailableError
from catalora.references.influence import FORMAT, Influence, InfluenceStore, build_influence, open_influence
from catalora.references.sketch import Sketch
from catalora.session import Session
from catalora.training.checkpoints import ADAPTER_WEIGHTS, Checkpoint, find_damage, list_checkpoints
from catalora.training.example_gradients import (
    ExampleBatch,
    build_example_batch,
    compute_example_gradients,
    iterate_example_batches,
    list_adapter_layers,
)
from catalora.training.moments import OPTIMIZER, load_second_moments
from catalora.training.packing import Examples, PackedRows
from catalora.training.rows import tokenise_epoch
from catalora.training.trainer import load_adapter_weights

# Adam's own, which keeps weights that hardly ever had a gradient from dividing by next to nothing.
EPSILON = 1e-8

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Attribution:
    """The training examples that pulled most towards an answer.

    Attributes:
        question: what the answer answers.
        answer: its text.
        examples: how many training examples were compared.
        checkpoints: at which checkpoints, by name.
        influences: highest score first.
    """

    question: str
    answer: str
    examples: int
    checkpoints: tuple[str, ...]
    influences: tuple[Influence, ...]


class Attributor:
    """Gradients of one run's examples and answers. Not for several threads: it changes the session's weights meanwhile.

    Raises:
        InputNotFoundError: the run has no whole checkpoint any more.
        UsageError: the adapter is not plain LoRA.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.model: Any = session.answerer.model
        self.checkpoints = choose_checkpoints(session)
        self.shapes = [(name, layer.weight.shape) for name, layer in list_adapter_layers(self.model).items()]
        sizes = {name: shape.numel() for name, shape in self.shapes}
        self.sketch = Sketch(sizes, device=session.answerer.device)

    @cached_property
    def examples(self) -> Examples:
        """The run's training examples, as the first epoch had them."""
        config, answerer = self.session.config, self.session.answerer
        return tokenise_epoch(
            pick_products(self.session.products, "train"),
            answerer.template,
            answerer.tokenizer,
            epoch=0,
            max_length=config.training.max_length,
            seed=config.training.seed,
            grounded_share=config.data.grounded_share,
        )

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with anything that decides a gradient or its sketch."""
        config = self.session.config
        parts = (
            FORMAT,
            self.sketch.fingerprint,
            compute_fingerprint([self.session.products]),
            self.session.answerer.template.fingerprint,
            [config.training.max_length, config.training.seed, config.data.grounded_share],
            [
                compute_file_sha256(point.path / name)
                for point in self.checkpoints
                for name in (ADAPTER_WEIGHTS, OPTIMIZER)
            ],
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def attribute(self, question: str, answer: str, count: int, progress: Progress = ignore_progress) -> Attribution:
        """The training examples with the highest scores for an answer.

        Raises:
            DataError: the answer is empty or too long.
        """
        sketches = self.sketch_answer(question, answer)
        store = self.open_store(progress)
        ranked = store.rank(store.score(sketches), count)
        return Attribution(question, answer, store.facts.rows, store.facts.checkpoints, tuple(ranked))

    def open_store(self, progress: Progress = ignore_progress) -> InfluenceStore:
        """The gradients of the run's training examples; computed when they are missing or do not fit, which takes long.

        Args:
            progress: told of the stage `influence`, in examples times checkpoints.
        """
        store = self.find_store()
        if store is not None:
            return store
        titles = dict(self.session.products.select("uid", "title").iter_rows())
        return build_influence(
            self.session.run.references / "influence",
            self.examples.uids,
            [titles[uid] for uid in self.examples.uids],
            [(point.path.name, partial(self._read_sketches, point)) for point in self.checkpoints],
            dimensions=self.sketch.dimensions,
            fingerprint=self.fingerprint,
            progress=progress,
        )

    def find_store(self) -> InfluenceStore | None:
        """The gradients of the run's training examples, if they are there and fit; nothing is computed."""
        try:
            return open_influence(self.session.run.references / "influence", fingerprint=self.fingerprint)
        except IndexUnavailableError:
            return None

    def sketch_answer(self, question: str, answer: str) -> list[Floats]:
        """The sketched gradient of an answer's loss at each checkpoint, shape (dimensions,) each.

        The end token is left out: every training example has one, so that it tells none from another.

        Raises:
            DataError: the answer is empty or does not fit into the model's context.
        """
        answerer = self.session.answerer
        (prompt,) = answerer.template.encode_prompts(answerer.tokenizer, [question])
        (completion,) = answerer.template.encode_completions(answerer.tokenizer, [answer])
        words = completion[:-1]
        if not answer.strip() or len(prompt) + len(words) > answerer.context_length:
            raise DataError(
                f"an answer of {len(words)} tokens to a prompt of {len(prompt)}: expected at least a word, and at most "
                f"{answerer.context_length} tokens in all",
                code="answer-not-fitting",
                hint="Give a shorter answer that is not empty.",
            )
        batch = build_example_batch(prompt, words)
        return [self._sketch_at(point, [batch])[0] for point in self.checkpoints]

    def _sketch_at(self, point: Checkpoint, batches: Sequence[ExampleBatch]) -> list[Floats]:
        with _weights_of(self.model, point):
            divisors = self._read_divisors(point)
            return [sketch for batch in batches for sketch in self._sketch_batch(batch, divisors)]

    def _read_sketches(self, point: Checkpoint, done: int) -> Iterator[tuple[Sequence[int], Floats]]:
        """Rows and sketches of batch after batch, the first `done` of them left out."""
        config = self.session.config.training
        rows = PackedRows([self.examples], config.max_length, config.seed)
        with _weights_of(self.model, point):
            divisors = self._read_divisors(point)
            for batch in iterate_example_batches(rows, config.batch_size, self.session.answerer.pad_id, skip=done):
                yield batch.examples, self._sketch_batch(batch, divisors)

    def _sketch_batch(self, batch: ExampleBatch, divisors: dict[str, torch.Tensor]) -> Floats:
        total = torch.zeros(len(batch.examples), self.sketch.dimensions, device=self.session.answerer.device)

        def take(name: str, gradients: torch.Tensor) -> None:
            total.add_(self.sketch.fold(name, gradients, divisors[name]))

        compute_example_gradients(self.model, batch, take)
        return total.cpu().numpy()

    def _read_divisors(self, point: Checkpoint) -> dict[str, torch.Tensor]:
        ratio, device = self.session.config.training.b_rate_ratio, self.session.answerer.device
        moments = load_second_moments(point.path, self.shapes, ratio)
        return {name: (moment.sqrt() + EPSILON).to(device) for name, moment in moments.items()}


def choose_checkpoints(session: Session) -> list[Checkpoint]:
    """The two earliest whole checkpoints that the run still has, or the only one: early ones tell most.

    Raises:
        InputNotFoundError: there is none.
    """
    run = session.run
    whole = [point for point in list_checkpoints(run.checkpoints) if find_damage(point.path) is None]
    if not whole:
        raise InputNotFoundError(
            f"run {run.name!r} has no whole checkpoint any more; influence needs its weights and optimiser state",
            code="no-checkpoints",
            hint="Restore the folder `checkpoints` of the run, or train again.",
        )
    return whole[:2]


@contextmanager
def _weights_of(model: Any, point: Checkpoint) -> Iterator[None]:
    """Put the adapter of a checkpoint into the model, and the one that was there back again."""
    before = [(layer.weight, layer.weight.detach().clone()) for layer in list_adapter_layers(model).values()]
    load_adapter_weights(model, point.path)
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, value in before:
                weight.copy_(value)
