"""From a short trial to a whole run: seconds, bytes of memory and bytes on disk for a number of products.

    steps    = epochs · rows / (batch size · accumulation),   rows = products · tokens per product / row length
    seconds  = start + index + computed tokens · token + batches · batch + steps · step
             + evaluations · (validation rows + watched answers)

Each factor is measured: tokens per product, and what is computed with them as padding, on the catalogue itself; seconds
and bytes in the trial (`probe.py`).
"""

import bisect
import math
from dataclasses import dataclass

from catalora.config import TrainingConfig
from catalora.estimate.probe import Measured

# Rows of the original's table of runs; the last line of ours is the whole data set.
SAMPLE_COUNTS = (500, 1_000, 3_000, 5_000, 10_000)
# fp32 weights and two moments of the optimiser.
CHECKPOINT_BYTES_PER_PARAMETER = 12
ADAPTER_BYTES_PER_PARAMETER = 4
# Vectors, their graph and the titles: see `catalora.references.generations.estimate_size_bytes`.
TEXT_BYTES_PER_PRODUCT = 700


@dataclass(frozen=True, slots=True)
class CatalogueCosts:
    """What of a catalogue decides the cost of a run.

    Attributes:
        available: training products that there are.
        validation: validation products.
        tokens_per_product: mean tokens of an example, after shortening to the row length.
        fill: share of a packed row that holds content, 0-1.
        computed: tokens that are computed for each token of content, at least 1: a batch is padded to its longest row.
        index_bytes_per_product: on disk; 0 without references.
    """

    available: int
    validation: int
    tokens_per_product: float
    fill: float
    computed: float
    index_bytes_per_product: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run on so many products takes.

    Attributes:
        products: training products.
        steps: optimiser steps.
        seconds: from the start to the finished adapter.
        memory_bytes: peak of the process, or of the GPU's memory when that is computed on.
        disk_bytes: of the run folder at its largest.
    """

    products: int
    steps: int
    seconds: float
    memory_bytes: int
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one run will take.

    Attributes:
        measured: the trial that it rests on.
        estimate: for the products that the run would use.
        trial_age_seconds: time since the trial; 0 when it was made for this run.
    """

    measured: Measured
    estimate: Estimate
    trial_age_seconds: float


def project(
    measured: Measured, catalogue: CatalogueCosts, training: TrainingConfig, products: int, *, references: bool = True
) -> Estimate:
    """Estimate a run on `products` training products.

    Example:
        One epoch over 1,000 products of 100 tokens fills 1,000 · 100 / (512 · 1.0) = 196 rows: 98 steps of 2 rows.
    """
    epoch_rows = _count_rows(products, catalogue, training.max_length)
    batches = math.ceil(epoch_rows * training.epochs / training.batch_size)
    steps = math.ceil(batches / training.gradient_accumulation_steps)
    epoch_tokens = products * catalogue.tokens_per_product
    computed = 1 / catalogue.fill if measured.full_rows else catalogue.computed
    seconds = epoch_tokens * training.epochs * computed * measured.token_seconds
    seconds += batches * measured.batch_seconds + steps * measured.step_seconds
    evaluations = math.ceil(steps / training.save_steps) if catalogue.validation else 0
    validated = min(catalogue.validation, training.max_validation_products) * catalogue.tokens_per_product
    watches = bool(catalogue.validation and training.watch_products)
    watched = training.watch_new_tokens * measured.generate_seconds if watches else 0.0
    seconds += evaluations * validated * measured.forward_token_seconds + (evaluations + 1) * watched
    seconds += measured.start_seconds + (2 * products * measured.embed_seconds if references else 0.0)
    return Estimate(
        products=products,
        steps=steps,
        seconds=seconds,
        memory_bytes=measured.batch_bytes,
        disk_bytes=_count_disk_bytes(measured, catalogue, training, products),
    )


def project_all(
    measured: Measured, catalogue: CatalogueCosts, training: TrainingConfig, *, references: bool = True
) -> list[Estimate]:
    """One line per sample count of the original's table that the catalogue has, and one for all products."""
    counts = [count for count in SAMPLE_COUNTS if count < catalogue.available]
    return [
        project(measured, catalogue, training, count, references=references) for count in (*counts, catalogue.available)
    ]


def fit_into(
    measured: Measured,
    catalogue: CatalogueCosts,
    training: TrainingConfig,
    seconds: float,
    *,
    most_epochs: int,
    least_products: int,
) -> tuple[int, int]:
    """Passes and products of the longest run that ends in time: all products where one pass over them fits.

    A product that was not seen yet teaches more than one that comes again, so there is a further pass only when the
    passes before it hold all products, and it then takes as many of them as it can.

    Args:
        measured: the trial.
        catalogue: what of the catalogue decides the cost.
        training: all but the epochs.
        seconds: from the start to the finished adapter.
        most_epochs: more are not made, however much time there is.
        least_products: fewer are not taken, however little time there is.

    Returns:
        Epochs, and the products of each.

    Example:
        Where all 4,000 products take 100 s a pass beside 10 s of starting, 160 s are two passes over 3,000 of them.
    """

    def ends(epochs: int, products: int) -> bool:
        trained = training.model_copy(update={"epochs": epochs})
        return project(measured, catalogue, trained, products).seconds <= seconds

    whole = max((epochs for epochs in range(1, most_epochs + 1) if ends(epochs, catalogue.available)), default=0)
    if whole == most_epochs or catalogue.available <= least_products:
        return max(1, whole), catalogue.available
    counts = range(least_products, catalogue.available)
    fitting = bisect.bisect_left(counts, True, key=lambda products: not ends(whole + 1, products))
    return whole + 1, counts[max(0, fitting - 1)]


def _count_rows(products: int, catalogue: CatalogueCosts, max_length: int) -> int:
    return math.ceil(products * catalogue.tokens_per_product / (max_length * catalogue.fill))


def _count_disk_bytes(measured: Measured, catalogue: CatalogueCosts, training: TrainingConfig, products: int) -> int:
    checkpoints = training.keep_checkpoints + 2  # the best one, and the one being written
    adapter = measured.trained_parameters * (checkpoints * CHECKPOINT_BYTES_PER_PARAMETER + ADAPTER_BYTES_PER_PARAMETER)
    return adapter + products * (TEXT_BYTES_PER_PRODUCT + catalogue.index_bytes_per_product)
