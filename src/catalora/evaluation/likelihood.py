"""How likely the true descriptions are under one side's weights: the primary measure of what tuning changed.

Nothing is generated: the model reads the prompt and the true description in packed rows, as in training, and says at
each token how likely it was. `<eos>` is left out, because the base model was never taught to stop: counting it would
make every gain look larger.
"""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from catalora.catalog import Product
from catalora.config import Config
from catalora.generation.answer import Answerer, Side
from catalora.training.loss import CompletionLoss
from catalora.training.packing import IGNORED, Examples, PackedRows, iterate_batches, tokenise_products


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Of each product, in the order asked.

    Attributes:
        nats: negative log-likelihood of the description, shape (N,).
        tokens: its tokens, shape (N,).
        bytes: its UTF-8 bytes, shape (N,).
    """

    nats: npt.NDArray[np.float64]
    tokens: npt.NDArray[np.float64]
    bytes: npt.NDArray[np.float64]

    @property
    def bits(self) -> npt.NDArray[np.float64]:
        """Negative log-likelihood in bits; by bytes it does not depend on the tokenizer (arXiv 2101.00027, 3.1)."""
        return self.nats / math.log(2)


def compute_likelihoods(
    answerer: Answerer, products: Sequence[Product], questions: Sequence[str], side: Side, config: Config
) -> Likelihoods:
    """Negative log-likelihood of each description under one side, given its question.

    Raises:
        DataError: no product fits into the model's context.
    """
    examples = tokenise_products(
        products, answerer.template, answerer.tokenizer, questions=questions, max_length=answerer.context_length
    )
    rows = PackedRows([examples], max(config.training.max_length, int(examples.lengths.max())), seed=0)
    module = CompletionLoss(answerer.model).eval()
    nats = np.zeros(len(examples))
    start = 0
    with answerer.model.disable_adapter() if side == "base" else nullcontext():
        for batch in iterate_batches(rows, config.training.batch_size, answerer.pad_id):
            moved = {key: value.to(answerer.device) for key, value in batch.items()}
            losses = module.compute_token_losses(**moved)
            without_end = losses.masked_fill(_is_last_of_example(moved["labels"]), 0.0).double().cpu()
            _add_up(without_end, rows.rows[start : start + len(losses)], examples, nats)
            start += len(losses)
    by_uid = dict(zip(examples.uids, nats, strict=True))
    described = dict(zip(examples.uids, examples.lengths - examples.prompt_lengths - 1, strict=True))
    return Likelihoods(
        nats=np.array([by_uid[product.uid] for product in products]),
        tokens=np.array([described[product.uid] for product in products], dtype=np.float64),
        bytes=np.array([len(product.content.encode()) for product in products], dtype=np.float64),
    )


def _add_up(
    losses: torch.Tensor, rows: Sequence[tuple[int, list[int]]], examples: Examples, nats: npt.NDArray[np.float64]
) -> None:
    """Add token losses of packed rows, shape (B, T), to those of their examples."""
    for place, (_, row) in enumerate(rows):
        ends = np.cumsum([examples.lengths[index] for index in row])
        for index, end in zip(row, ends, strict=True):
            beginning = end - examples.lengths[index]
            nats[index] = float(losses[place, beginning:end].sum())


def _is_last_of_example(labels: torch.Tensor) -> torch.Tensor:
    """Where a label is followed by none: the `<eos>` of each example. Shape (B, T)."""
    following = torch.full_like(labels, IGNORED)
    following[:, :-1] = labels[:, 1:]
    return (labels != IGNORED) & (following == IGNORED)
