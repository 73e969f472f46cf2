"""From a short trial to a whole run: seconds, bytes of memory and bytes on disk for a number of products.

    steps    = epochs · rows / (batch size · accumulation),   rows = products · tokens per product / row length
    seconds  = start + index + steps · step + evaluations · (validation rows + watched answers)

Each factor is measured: tokens per product on the catalogue itself, seconds and bytes in the trial (`probe.py`).
"""

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from catalora.config import TrainingConfig
from catalora.errors import TrainingError
from catalora.estimate.probe import Measured

# Rows of the original's table of runs; the last line of ours is the whole data set.
SAMPLE_COUNTS = (500, 1_000, 3_000, 5_000, 10_000)
# fp32 weights and two moments of the optimiser.
CHECKPOINT_BYTES_PER_PARAMETER = 12
ADAPTER_BYTES_PER_PARAMETER = 4
# Vectors, their graph and the titles: see `catalora.references.generations.estimate_size_bytes`.
TEXT_BYTES_PER_PRODUCT = 700
# What must stay free for the system and other programs.
MEMORY_TO_LEAVE = 0.05


@dataclass(frozen=True, slots=True)
class CatalogueCosts:
    """What of a catalogue decides the cost of a run.

    Attributes:
        available: training products that there are.
        validation: validation products.
        tokens_per_product: mean tokens of an example, after shortening to the row length.
        fill: share of a packed row that holds content, 0-1.
        index_bytes_per_product: on disk; 0 without references.
    """

    available: int
    validation: int
    tokens_per_product: float
    fill: float
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
    # A batch costs its tokens; the optimiser's part comes once in a step.
    seconds = epoch_tokens * training.epochs * measured.token_seconds + steps * measured.step_seconds
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


def _count_rows(products: int, catalogue: CatalogueCosts, max_length: int) -> int:
    return math.ceil(products * catalogue.tokens_per_product / (max_length * catalogue.fill))


def _count_disk_bytes(measured: Measured, catalogue: CatalogueCosts, training: TrainingConfig, products: int) -> int:
    checkpoints = training.keep_checkpoints + 2  # the best one, and the one being written
    adapter = measured.trained_parameters * (checkpoints * CHECKPOINT_BYTES_PER_PARAMETER + ADAPTER_BYTES_PER_PARAMETER)
    return adapter + products * (TEXT_BYTES_PER_PRODUCT + catalogue.index_bytes_per_product)


def require_room(estimate: Estimate, measured: Measured, training: TrainingConfig, folder: Path) -> None:
    """Refuse a run that can't fit, and name the change that would fit.

    Raises:
        TrainingError: memory or disk do not suffice.
    """
    if measured.device == "cpu":
        # The trial's process has ended: what it needed is free again if it is free now.
        limit = int(psutil.virtual_memory().available * (1 - MEMORY_TO_LEAVE))
    else:
        import torch

        limit = int(torch.cuda.mem_get_info()[1] * (1 - MEMORY_TO_LEAVE)) if measured.device == "cuda" else 2**63
    if estimate.memory_bytes > limit:
        raise TrainingError(
            f"the run needs {_gigabytes(estimate.memory_bytes)} of memory at its peak, {_gigabytes(limit)} are free on "
            f"{measured.device}",
            code="memory-too-small",
            hint=suggest_smaller(measured, training, limit),
        )
    free = shutil.disk_usage(_nearest_existing(folder)).free
    if estimate.disk_bytes > free:
        raise TrainingError(
            f"the run folder grows to {_gigabytes(estimate.disk_bytes)}, {_gigabytes(free)} are free in {folder}",
            code="disk-too-small",
            hint="Free some space, or put the runs on another disk with --runs-dir.",
        )


def suggest_smaller(measured: Measured, training: TrainingConfig, limit: int) -> str:
    """The gentlest change with which the peak stays under `limit` bytes."""
    if measured.token_bytes > 0:
        tokens = measured.batch_tokens - (measured.batch_bytes - limit) / measured.token_bytes
        rows = int(tokens // training.max_length)
        if rows >= 1:
            accumulation = math.ceil(training.batch_size * training.gradient_accumulation_steps / rows)
            return (
                f"Use --set training.batch_size={rows} --set training.gradient_accumulation_steps={accumulation}: the "
                "same products per step in smaller batches."
            )
        if tokens >= 128:
            length = int(tokens // 64 * 64)
            return (
                f"Use --set training.batch_size=1 --set training.max_length={length}; longer descriptions are cut "
                "after a whole sentence."
            )
    return "Use a smaller model, or a machine with more memory."


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder.resolve(), *folder.resolve().parents) if place.exists())
