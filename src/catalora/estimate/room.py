"""Whether a run fits into memory and disk, and the change that would make it fit.

    peak(rows, length, rank, precision) = fixed + rows · length · per token

The trial gives both parts for the settings asked for. Frozen weights and activations halve with half the bytes per
number; what belongs to the adapter (weights, gradients and the optimiser's two moments, all fp32) goes with its rank.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from catalora.config import Config
from catalora.errors import TrainingError
from catalora.estimate.probe import FIRST_TOKENS, Measured
from catalora.estimate.projection import Estimate
from catalora.machine import measure_free_memory

# What must stay free for the system and other programs.
MEMORY_TO_LEAVE = 0.05
# fp32 weight, its gradient, and two moments of the optimiser.
ADAPTER_BYTES_PER_PARAMETER = 16
SHORTEST_ROW, ROW_STEP = 128, 64
SMALLEST_RANK = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """The settings that decide the memory of a step."""

    rows: int
    length: int
    rank: int
    dtype: str


def require_room(estimate: Estimate, measured: Measured, config: Config, folder: Path) -> None:
    """Refuse a run that can't fit, and name the change that would fit.

    Raises:
        TrainingError: memory (`memory-too-small`) or disk (`disk-too-small`) does not suffice.
    """
    # On the processor the trial's process has ended: what it needed is free again if it is free now.
    limit = int(measure_free_memory(measured.device) * (1 - MEMORY_TO_LEAVE))
    if estimate.memory_bytes > limit:
        raise TrainingError(
            f"the run needs {_gigabytes(estimate.memory_bytes)} of memory at its peak, {_gigabytes(limit)} are free on "
            f"{measured.device}",
            code="memory-too-small",
            hint=suggest_smaller(measured, config, limit),
            needed=_gigabytes(estimate.memory_bytes),
            free=_gigabytes(limit),
        )
    free = shutil.disk_usage(_nearest_existing(folder)).free
    if estimate.disk_bytes > free:
        raise TrainingError(
            f"the run folder grows to {_gigabytes(estimate.disk_bytes)}, {_gigabytes(free)} are free in {folder}",
            code="disk-too-small",
            hint="Free some space, or put the runs on another disk with --runs-dir.",
            needed=_gigabytes(estimate.disk_bytes),
            free=_gigabytes(free),
        )


def suggest_smaller(measured: Measured, config: Config, limit: int) -> str:
    """The gentlest change with which the peak stays under `limit` bytes, as a command's options."""
    asked = _asked_shape(measured, config)
    for shape in _list_smaller(asked, config):
        if predict_memory(measured, config, shape) <= limit:
            options = " ".join(f"--set {name}={value}" for name, value in _list_changes(asked, shape, config))
            peak = _gigabytes(predict_memory(measured, config, shape))
            return f"Use {options}: that takes {peak}{_describe_price(asked, shape)}."
    least = predict_memory(measured, config, Shape(1, SHORTEST_ROW, SMALLEST_RANK, "bfloat16"))
    return f"Use a smaller model, or a machine with more memory: even the smallest settings take {_gigabytes(least)}."


def predict_memory(measured: Measured, config: Config, shape: Shape) -> int:
    """Peak in bytes of a run with other settings than those that were tried."""
    thinner = 0.5 if (measured.dtype, shape.dtype) == ("float32", "bfloat16") else 1.0
    spared = measured.frozen_bytes * (1 - thinner)
    spared += ADAPTER_BYTES_PER_PARAMETER * measured.trained_parameters * (1 - shape.rank / config.lora.r)
    per_token = measured.token_bytes * thinner
    # `base_bytes` was the peak of a first small batch.
    return int(measured.base_bytes - spared + per_token * (shape.rows * shape.length - FIRST_TOKENS))


def _asked_shape(measured: Measured, config: Config) -> Shape:
    length = min(config.training.max_length, measured.context_tokens)
    return Shape(config.training.batch_size, length, config.lora.r, measured.dtype)


def _list_smaller(asked: Shape, config: Config) -> Iterator[Shape]:
    """Smaller settings, those first that change the least of what is learned."""
    rows_per_step = asked.rows * config.training.gradient_accumulation_steps
    fewer = [rows for rows in range(asked.rows, 0, -1) if rows_per_step % rows == 0]
    yield from (replace(asked, rows=rows) for rows in fewer[1:])
    dtypes = list(dict.fromkeys((asked.dtype, "bfloat16")))
    yield from (replace(asked, rows=rows, dtype=dtype) for dtype in dtypes[1:] for rows in fewer)
    ranks = [asked.rank]
    while ranks[-1] // 2 >= SMALLEST_RANK:
        ranks.append(ranks[-1] // 2)
    lengths = range((asked.length - 1) // ROW_STEP * ROW_STEP, SHORTEST_ROW - 1, -ROW_STEP)
    for rank in ranks:
        for dtype in dtypes:
            if rank != asked.rank:
                yield Shape(1, asked.length, rank, dtype)
            yield from (Shape(1, length, rank, dtype) for length in lengths)


def _list_changes(asked: Shape, shape: Shape, config: Config) -> Iterator[tuple[str, object]]:
    if shape.rows != asked.rows:
        accumulation = config.training.gradient_accumulation_steps * asked.rows // shape.rows
        yield "training.batch_size", shape.rows
        yield "training.gradient_accumulation_steps", accumulation
    if shape.dtype != asked.dtype:
        yield "model.dtype", shape.dtype
    if shape.length != asked.length:
        yield "training.max_length", shape.length
    if shape.rank != asked.rank:
        yield "lora.r", shape.rank


def _describe_price(asked: Shape, shape: Shape) -> str:
    if shape.length != asked.length:
        return ", and longer descriptions are cut after a whole sentence"
    if shape.rank != asked.rank:
        return ", with an adapter that holds less"
    if shape.dtype != asked.dtype:
        return ", with rounder weights"
    return " and learns the same, in smaller batches"


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder.resolve(), *folder.resolve().parents) if place.exists())
