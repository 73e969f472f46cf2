"""How a catalogue fits a model: token lengths, and what each `max_length` would cut, pad or pack.

Every figure comes from the functions that training itself calls, `tokenise_epoch` and `pack_examples`, on the
questions of the first epoch. Nothing here changes a setting; it measures, and recommends one length with its reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from catalora.catalog import Product
from catalora.errors import DataError
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate
from catalora.training.packing import MIN_COMPLETION_TOKENS, Examples, pack_examples
from catalora.training.rows import tokenise_epoch

CANDIDATES = (128, 256, 384, 512, 768, 1024, 2048)
# Lengths of catalogues spread over two orders of magnitude: narrow bins where most products are.
BIN_STARTS = (0, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)
# Examples in a batch of the random batches that packing is compared with.
RANDOM_BATCH = 8
# Share of the products that a recommended length may cut or leave out.
TOLERATED_SHARE = 0.02
# Products measured at most; the share that a length cuts is then known to half a percent.
MEASURED_PRODUCTS = 5_000
# Longer than any text; tokenised with this limit nothing is cut.
UNLIMITED = 1 << 40

Lengths = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Lengths in tokens."""

    mean: float
    p5: int
    p25: int
    p50: int
    p75: int
    p90: int
    p95: int
    p99: int
    max: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Examples of `start` tokens up to `end`, not included; the last bin has no end."""

    start: int
    end: int | None
    count: int


@dataclass(frozen=True, slots=True)
class LengthFit:
    """What one `max_length` does to the measured products.

    Attributes:
        max_length: tokens of a row.
        shortened: products whose description is cut after a whole sentence.
        left_out: products whose question alone leaves no room for a description.
        lost_share: description tokens lost by both, 0-1 of all.
        padding_fixed: share of padding when each example fills a row of `max_length` alone, 0-1.
        padding_random: the same for batches of `RANDOM_BATCH` examples in random order, padded to their longest.
        padding_packed: the same for packed rows.
        rows: packed rows of one epoch.
    """

    max_length: int
    shortened: int
    left_out: int
    lost_share: float
    padding_fixed: float
    padding_random: float
    padding_packed: float
    rows: int

    @property
    def not_whole(self) -> int:
        """Products that are shortened or left out."""
        return self.shortened + self.left_out


@dataclass(frozen=True, slots=True)
class CatalogueFit:
    """How training products fit a model.

    Attributes:
        products: training products measured.
        available: training products that there are.
        examples: tokens of whole examples, from `<bos>` to `<eos>`.
        prompts: tokens of their prompts, which are not learned.
        completions: tokens of their descriptions with `<eos>`, which are learned.
        histogram: examples by length.
        lengths: one entry per candidate, ascending.
        context: most tokens that the tokenizer declares for its model, where it declares any.
        recommended: one of the candidates.
        reason: why, as a sentence.
    """

    products: int
    available: int
    examples: Quantiles
    prompts: Quantiles
    completions: Quantiles
    histogram: tuple[Bin, ...]
    lengths: tuple[LengthFit, ...]
    context: int | None
    recommended: int
    reason: str


def measure_lengths(
    products: Sequence[Product],
    template: PromptTemplate,
    tokenizer: Any,
    *,
    available: int,
    seed: int,
    candidates: Sequence[int] = CANDIDATES,
    progress: Progress = ignore_progress,
) -> CatalogueFit:
    """Measure how training products fit a model with this tokenizer.

    Args:
        products: all training products, or a random draw of them.
        template: renders prompt and completion.
        tokenizer: a Hugging Face tokenizer.
        available: how many training products there are.
        seed: of question forms and packing, as in training.
        candidates: values of `max_length` to try.
        progress: told how many candidates are done.

    Raises:
        DataError: there is no product.
    """
    whole = tokenise_as_trained(products, template, tokenizer, max_length=UNLIMITED, seed=seed)
    if whole is None:
        raise DataError(
            "there are no training products to measure",
            code="no-training-products",
            hint="Prepare a larger catalogue, or lower data.validation_share and data.test_share.",
        )
    fits: list[LengthFit] = []
    candidates = sorted(set(candidates))
    for done, max_length in enumerate(candidates):
        progress("measure lengths", done, len(candidates))
        fits.append(_measure_length(whole, products, template, tokenizer, max_length, seed))
    progress("measure lengths", len(candidates), len(candidates))
    context = _find_context(tokenizer)
    recommended, reason = recommend_length(fits, len(products), context)
    return CatalogueFit(
        products=len(products),
        available=available,
        examples=compute_quantiles(whole.lengths),
        prompts=compute_quantiles(whole.prompt_lengths),
        completions=compute_quantiles(whole.lengths - whole.prompt_lengths),
        histogram=count_lengths(whole.lengths),
        lengths=tuple(fits),
        context=context,
        recommended=recommended,
        reason=reason,
    )


def tokenise_as_trained(
    products: Sequence[Product], template: PromptTemplate, tokenizer: Any, *, max_length: int, seed: int
) -> Examples | None:
    """Tokenise products as the first epoch of training does; nothing when none of them fits."""
    try:
        return tokenise_epoch(products, template, tokenizer, epoch=0, max_length=max_length, seed=seed)
    except DataError as error:
        if error.code != "nothing-fits":
            raise
        return None


def recommend_length(fits: Sequence[LengthFit], products: int, context: int | None) -> tuple[int, str]:
    """The shortest length that leaves nearly all products whole, and why, as a sentence.

    Products count, not tokens: in real catalogues a few endless texts hold most of the tokens that a limit cuts, and a
    model that is to write descriptions loses little with their ends. Shorter rows need less memory, and packing keeps
    them full.
    """
    usable = [fit for fit in fits if context is None or fit.max_length <= context] or list(fits[:1])
    enough = next((fit for fit in usable if fit.not_whole <= TOLERATED_SHARE * products), None)
    if enough is None:
        return usable[-1].max_length, (
            f"{usable[-1].max_length} is the longest tried that the model takes, and still "
            f"{_describe_cut(usable[-1], products)}."
        )
    shorter = [fit for fit in usable if fit.max_length < enough.max_length]
    if not shorter:
        return enough.max_length, f"{enough.max_length} is the shortest tried, and {_describe_cut(enough, products)}."
    return enough.max_length, (
        f"{enough.max_length} is the shortest tried that keeps {1 - TOLERATED_SHARE:.0%} of the products whole: "
        f"{_describe_cut(enough, products)}; with {shorter[-1].max_length}, {_describe_cut(shorter[-1], products)}."
    )


def _describe_cut(fit: LengthFit, products: int) -> str:
    if not fit.not_whole:
        return "nothing is cut"
    return f"{fit.not_whole / products:.2%} of the products and {fit.lost_share:.1%} of the description tokens are cut"


def compute_quantiles(lengths: npt.NDArray[Any]) -> Quantiles:
    """Summarise lengths, shape (examples,); each quantile is the length of a real example."""
    shares = (5, 25, 50, 75, 90, 95, 99, 100)
    values = [int(value) for value in np.percentile(lengths, shares, method="nearest")]
    return Quantiles(round(float(lengths.mean()), 1), *values)


def count_lengths(lengths: npt.NDArray[Any]) -> tuple[Bin, ...]:
    """Histogram of lengths, shape (examples,); empty bins at both ends are left out.

    Example:
        >>> count_lengths(np.array([3, 16, 20]))
        (Bin(start=0, end=16, count=1), Bin(start=16, end=32, count=2))
    """
    counts, _ = np.histogram(lengths, bins=[*BIN_STARTS, np.inf])
    ends = [*BIN_STARTS[1:], None]
    used = np.flatnonzero(counts)
    return tuple(Bin(BIN_STARTS[i], ends[i], int(counts[i])) for i in range(used[0], used[-1] + 1))


def _measure_length(
    whole: Examples, products: Sequence[Product], template: PromptTemplate, tokenizer: Any, max_length: int, seed: int
) -> LengthFit:
    # Only these can come out different from the whole ones; tokenising all again would give the same, slower.
    concerned = (whole.lengths > max_length) | (whole.prompt_lengths > max_length - MIN_COMPLETION_TOKENS)
    affected = [products[index] for index in np.flatnonzero(concerned).tolist()]
    cut = tokenise_as_trained(affected, template, tokenizer, max_length=max_length, seed=seed) if affected else None
    lengths = whole.lengths[~concerned]
    kept_tokens = int(lengths.sum() - whole.prompt_lengths[~concerned].sum())
    if cut is not None:
        lengths = np.concatenate([lengths, cut.lengths])
        kept_tokens += int(cut.lengths.sum() - cut.prompt_lengths.sum())
    all_tokens = int(whole.lengths.sum() - whole.prompt_lengths.sum())
    rows = len(pack_examples(lengths, max_length, seed))
    return LengthFit(
        max_length=max_length,
        shortened=cut.shortened if cut is not None else 0,
        left_out=len(products) - len(lengths),
        lost_share=1 - kept_tokens / all_tokens,
        padding_fixed=_padding_share(lengths, len(lengths) * max_length),
        padding_random=_padding_share(lengths, _random_batch_room(lengths, seed)),
        padding_packed=_padding_share(lengths, rows * max_length),
        rows=rows,
    )


def _padding_share(lengths: Lengths, room: int) -> float:
    return 1 - int(lengths.sum()) / room if room else 0.0


def _random_batch_room(lengths: Lengths, seed: int) -> int:
    """Tokens that random batches would compute, each padded to its longest example."""
    shuffled = np.random.default_rng(seed).permutation(lengths)
    batches = [shuffled[start : start + RANDOM_BATCH] for start in range(0, len(shuffled), RANDOM_BATCH)]
    return sum(len(batch) * int(batch.max()) for batch in batches)


def _find_context(tokenizer: Any) -> int | None:
    # Tokenizers without a limit declare an absurdly large one.
    declared = getattr(tokenizer, "model_max_length", None)
    return int(declared) if declared is not None and declared < UNLIMITED else None
