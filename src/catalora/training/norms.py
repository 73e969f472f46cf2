"""Root-mean-square norms as one autograd node: the same arithmetic in one pass over memory each way.

    y = g ∘ x / rms(x),   rms(x) = sqrt(mean(x²) + ε)
    dx = (g ∘ dy - x · mean(g ∘ dy ∘ x) / rms(x)²) / rms(x)

(Zhang and Sennrich 2019, arXiv 1910.07467.) The libraries' layers write each of some eight steps to memory in fp32, and
their backward passes as many again. Here the CPU goes through a few rows at a time, whose steps stay in the cache, and
only x and 1 / rms(x) are kept. The gain g is frozen under LoRA; families store it in different ways (Gemma as g - 1),
so it is asked of the layer itself, and a layer that computes anything else stays as it is.
"""

import logging
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from catalora.training.rowwise import compute_rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FusedNorm:
    """The forward of one norm.

    Attributes:
        gain: g in fp32, shape (H,).
        epsilon: ε.
    """

    gain: torch.Tensor
    epsilon: float

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Shape (..., H) → the same, in the same type."""
        result: torch.Tensor = _RmsNorm.apply(x, self.gain, self.epsilon)
        return result


def find_norms(model: nn.Module) -> list[tuple[nn.Module, FusedNorm]]:
    """The frozen root-mean-square norms of a model, each with a forward that computes the same."""
    found = []
    for module in model.modules():
        weight, epsilon = getattr(module, "weight", None), getattr(module, "eps", None)
        if epsilon is None:
            epsilon = getattr(module, "variance_epsilon", None)
        if "RMSNorm" not in type(module).__name__ or weight is None or weight.requires_grad or epsilon is None:
            continue
        fused = FusedNorm(_read_gain(module, float(epsilon)), float(epsilon))
        if _computes_the_same(module, fused):
            found.append((module, fused))
    return found


@torch.no_grad()
def _read_gain(norm: Any, epsilon: float) -> torch.Tensor:
    """What a norm makes of ones, whose root mean square is 1: its gain."""
    gain: torch.Tensor = norm(torch.ones(norm.weight.shape, device=norm.weight.device)) * (1 + epsilon) ** 0.5
    return gain


@torch.no_grad()
def _computes_the_same(norm: Any, fused: FusedNorm) -> bool:
    """Whether the layer is a plain norm: tried on a large row and on one so small that ε counts."""
    steps = torch.linspace(-1, 1, len(fused.gain), device=fused.gain.device)
    rows = torch.stack([3 * steps.flip(0) + 1, fused.epsilon**0.5 * steps])
    expected, result = norm(rows), fused(rows)
    same = torch.allclose(expected.float(), result.float(), rtol=1e-3, atol=1e-3 * float(expected.abs().max()))
    if not same:
        logger.info("%s is not a plain norm; it computes as it is", type(norm).__name__)
    return same


class _RmsNorm(torch.autograd.Function):
    """The norm of every row, keeping the input and one number of each row."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, gain: torch.Tensor, epsilon: float) -> torch.Tensor:
        """Input (..., H), gain fp32 (H,) → (..., H)."""
        rows = x.reshape(-1, x.shape[-1])
        result, scales = compute_rows(_normalise, (rows,), (gain, epsilon), computed_in=torch.float32)
        ctx.save_for_backward(rows, scales, gain)
        return result.view(x.shape)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        """Gradient of the input."""
        rows, scales, gain = ctx.saved_tensors
        given = (grad.reshape(rows.shape), rows, scales)
        (result,) = compute_rows(_derive, given, (gain,), computed_in=torch.float32)
        return result.view(grad.shape), None, None


def _normalise(rows: torch.Tensor, gain: torch.Tensor, epsilon: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows (N, H) → their norms, and 1 / rms of each in fp32 (N, 1)."""
    values = rows.float()
    scales = torch.rsqrt(values.square().mean(-1, keepdim=True) + epsilon)
    return (values * scales).mul_(gain).to(rows.dtype), scales


def _derive(grads: torch.Tensor, rows: torch.Tensor, scales: torch.Tensor, gain: torch.Tensor) -> tuple[torch.Tensor]:
    """Gradient (N, H) of the rows."""
    values = rows * scales  # x / rms(x)
    slopes = grads * gain
    slopes -= values.mul_((slopes * values).mean(-1, keepdim=True))
    return (slopes.mul_(scales).to(rows.dtype),)
