"""Adam's second moments of a checkpoint, by the names of the adapter's weights."""

from collections.abc import Sequence
from pathlib import Path

import torch

from catalora.errors import TrainingError

OPTIMIZER = "optimizer.pt"


def load_second_moments(
    checkpoint: Path, weights: Sequence[tuple[str, torch.Size]], b_rate_ratio: float
) -> dict[str, torch.Tensor]:
    """The running mean of each weight's squared gradient, corrected for its start at zero, on the CPU.

    Args:
        checkpoint: a whole checkpoint of ours.
        weights: names and shapes of the adapter's weights, in the model's order.
        b_rate_ratio: the setting of the training; with another than 1 all A stand before all B.

    Raises:
        TrainingError: the optimiser's state does not fit these weights.
    """
    if b_rate_ratio != 1:
        weights = sorted(weights, key=lambda item: "lora_B" in item[0])
    state = torch.load(checkpoint / OPTIMIZER, map_location="cpu", weights_only=True)
    _, decay = state["param_groups"][0]["betas"]
    numbers = [number for group in state["param_groups"] for number in group["params"]]
    found = [state["state"].get(number, {}) for number in numbers]
    if [shape for _, shape in weights] != [getattr(item.get("exp_avg_sq"), "shape", None) for item in found]:
        raise TrainingError(
            f"{checkpoint.name}: the optimiser's state does not fit the adapter",
            code="optimizer-misfit",
            hint="Train the run again; its checkpoints come from another version.",
        )
    return {
        name: item["exp_avg_sq"].float() / (1 - decay ** float(item["step"]))
        for (name, _), item in zip(weights, found, strict=True)
    }
