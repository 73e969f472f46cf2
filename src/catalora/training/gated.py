"""Gated MLPs with gate and activation as one autograd node: down(act(gate(x)) · up(x)).

Only gate and up are kept for the backward pass, which computes the activation anew; on the CPU a few rows at a time go
through all steps while they stay in the cache.
"""

import logging
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from catalora.training.cache import cache_parts

logger = logging.getLogger(__name__)

# transformers' activation classes → the function and its derivative's name for `gelu`.
GELUS = {"GELUTanh": "tanh", "PytorchGELUTanh": "tanh", "GELUActivation": "none", "GELU": "none"}
SILUS = {"SiLUActivation", "SiLU"}


@dataclass(frozen=True, slots=True)
class FusedMlp:
    """The forward of a gated MLP.

    Attributes:
        mlp: with gate_proj, up_proj and down_proj.
        kind: of the activation: `silu`, or how `gelu` is approximated.
    """

    mlp: nn.Module
    kind: str

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Shape (..., H) → the same."""
        mlp: Any = self.mlp
        hidden = _GatedActivation.apply(mlp.gate_proj(x), mlp.up_proj(x), self.kind)
        result: torch.Tensor = mlp.down_proj(hidden)
        return result


def find_gated_mlps(model: nn.Module) -> list[tuple[nn.Module, FusedMlp]]:
    """MLPs whose computation is the plain gated one, each with a forward that computes the same."""
    found = []
    for module in model.modules():
        if set(dict(module.named_children())) != {"gate_proj", "up_proj", "down_proj", "act_fn"}:
            continue
        name = type(module.act_fn).__name__
        kind = GELUS.get(name) or ("silu" if name in SILUS else None)
        if kind and _computes_the_same(module, fused := FusedMlp(module, kind)):
            found.append((module, fused))
    return found


@torch.no_grad()
def _computes_the_same(mlp: nn.Module, fused: FusedMlp) -> bool:
    """Whether the MLP has no step that ours lacks (a clamp, a factor, a dropout): tried on two rows."""
    weight: torch.Tensor = mlp.gate_proj.weight  # type: ignore[union-attr, assignment]
    was_training = mlp.training
    mlp.eval()
    rows = torch.linspace(-2, 2, 2 * weight.shape[1], device=weight.device, dtype=weight.dtype).view(1, 2, -1)
    expected, found = mlp(rows), fused(rows)
    mlp.train(was_training)
    same = torch.allclose(expected.float(), found.float(), rtol=0.02, atol=0.02 * float(expected.abs().max()))
    if not same:
        logger.info("%s is not a plain gated MLP; it computes as it is", type(mlp).__name__)
    return same


class _GatedActivation(torch.autograd.Function):
    """act(gate) · up, keeping only gate and up for the backward pass."""

    @staticmethod
    def forward(ctx: Any, gate: torch.Tensor, up: torch.Tensor, kind: str) -> torch.Tensor:
        """Both (..., width) → (..., width)."""
        ctx.save_for_backward(gate, up)
        ctx.kind = kind
        result = torch.empty_like(gate)
        for part in cache_parts(_rows(gate)):
            torch.mul(_activate(_rows(gate)[part], kind), _rows(up)[part], out=_rows(result)[part])
        return result

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        """Gradients of gate and up."""
        gate, up = ctx.saved_tensors
        d_gate, d_up = torch.empty_like(gate), torch.empty_like(up)
        grad = grad.contiguous()
        for part in cache_parts(_rows(gate)):
            gates, grads = _rows(gate)[part], _rows(grad)[part]
            torch.mul(grads, _activate(gates, ctx.kind), out=_rows(d_up)[part])
            _rows(d_gate)[part] = _derive(grads * _rows(up)[part], gates, ctx.kind)
        return d_gate, d_up, None


def _activate(gate: torch.Tensor, kind: str) -> torch.Tensor:
    return functional.silu(gate) if kind == "silu" else functional.gelu(gate, approximate=kind)


def _derive(grad: torch.Tensor, gate: torch.Tensor, kind: str) -> torch.Tensor:
    if kind == "silu":
        result: torch.Tensor = torch.ops.aten.silu_backward(grad, gate)
    else:
        result = torch.ops.aten.gelu_backward(grad, gate, approximate=kind)
    return result


def _rows(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.view(-1, tensor.shape[-1])
