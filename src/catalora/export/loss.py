"""What an export's other roundings cost: how likely it finds true descriptions that the run never saw, beside the run.

Which token wins depends on near ties, so counting equal answers makes every small change look large. The likelihood of
given texts does not: it is what the tuning lowered, and what a quantised export gives some of back. `<eos>` is left
out, as in `catalora evaluate`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from catalora.catalog import Product
from catalora.export.source import ExportSource
from catalora.training.packing import tokenise_products

# Of one sequence of token ids, shape (T,): the log-probability of each token but the first, in nats, shape (T - 1,).
Score = Callable[[Sequence[int]], NDArray[np.float64]]


@runtime_checkable
class Scorer(Protocol):
    """An export whose program tells how likely it finds a text; not all do."""

    def score(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """Log-probability of each token but the first, given those before it: (T,) to (T - 1,), in nats."""


@dataclass(frozen=True, slots=True)
class TrueTexts:
    """Prompts with the descriptions that the catalogue itself has for them.

    Attributes:
        prompts: token ids.
        completions: token ids, the end token left out.
        size_bytes: UTF-8 bytes of all descriptions.
        run_nats: negative log-likelihood of all of them by the run itself.
    """

    prompts: tuple[tuple[int, ...], ...]
    completions: tuple[tuple[int, ...], ...]
    size_bytes: int
    run_nats: float

    @property
    def tokens(self) -> int:
        """Of all descriptions."""
        return sum(map(len, self.completions))


@dataclass(frozen=True, slots=True)
class Loss:
    """How likely run and export find the same held-out descriptions.

    Attributes:
        descriptions: how many.
        tokens: of theirs.
        run_nats_per_token: mean negative log-likelihood by the run.
        export_nats_per_token: the same by the export.
        run_bits_per_byte: the same in bits per byte of text, which does not depend on the tokenizer.
        export_bits_per_byte: the same by the export.
    """

    descriptions: int
    tokens: int
    run_nats_per_token: float
    export_nats_per_token: float
    run_bits_per_byte: float
    export_bits_per_byte: float

    @property
    def change(self) -> float:
        """Share by which the export's loss is above the run's; below 0 where it happens to be lower."""
        return self.export_nats_per_token / self.run_nats_per_token - 1


def read_true_texts(
    source: ExportSource, tokenizer: object, products: Sequence[Product], questions: Sequence[str], score: Score
) -> TrueTexts:
    """The descriptions of held-out products, cut as in training, and their likelihood by the run.

    Args:
        source: what is exported.
        tokenizer: of the run.
        products: whose descriptions.
        questions: the question of each.
        score: by the run's own model.
    """
    examples = tokenise_products(
        products,
        source.template,
        tokenizer,  # type: ignore[arg-type]  # the library's own type says less than the protocol
        questions=questions,
        max_length=source.config.training.max_length,
    )
    rows = [examples.ids[start:end].tolist() for start, end in pairwise(examples.offsets)]
    prompts = [tuple(row[:length]) for row, length in zip(rows, examples.prompt_lengths, strict=True)]
    completions = [tuple(row[length:-1]) for row, length in zip(rows, examples.prompt_lengths, strict=True)]
    nats = _add_up(score, prompts, completions)
    return TrueTexts(tuple(prompts), tuple(completions), examples.description_bytes, nats)


def compute_loss(scorer: Scorer, texts: TrueTexts) -> Loss:
    """Let an export read what the run has read."""
    nats = _add_up(scorer.score, texts.prompts, texts.completions)
    bits = math.log(2) * texts.size_bytes
    return Loss(
        descriptions=len(texts.prompts),
        tokens=texts.tokens,
        run_nats_per_token=texts.run_nats / texts.tokens,
        export_nats_per_token=nats / texts.tokens,
        run_bits_per_byte=texts.run_nats / bits,
        export_bits_per_byte=nats / bits,
    )


def _add_up(score: Score, prompts: Sequence[Sequence[int]], completions: Sequence[Sequence[int]]) -> float:
    """Negative log-likelihood of all completions; one text at a time, as its logits over a vocabulary are large."""
    pairs = zip(prompts, completions, strict=True)
    return -sum(float(score([*prompt, *completion])[len(prompt) - 1 :].sum()) for prompt, completion in pairs)


def pick_log_probabilities(logits: NDArray[np.float32], ids: Sequence[int]) -> NDArray[np.float64]:
    """What logits of shape (T, vocabulary) say of the tokens that follow, shape (T - 1,), in nats."""
    before = logits[:-1].astype(np.float32)
    highest = before.max(-1)
    sums = np.exp(before - highest[:, None]).sum(-1, dtype=np.float64)
    found = np.take_along_axis(before, np.asarray(ids[1:])[:, None], axis=1)[:, 0].astype(np.float64)
    picked: NDArray[np.float64] = found - highest - np.log(sums)
    return picked
