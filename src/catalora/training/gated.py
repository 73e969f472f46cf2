"""Gated MLPs with few activations kept: down(act(gate(x)) · up(x)).

Of the widest activations only gate and up are kept for the backward pass, which computes their product anew. Where the
layer behind is an adapted one, activation and layer are one node: the product is kept for neither.
"""

import logging
from dataclasses import dataclass
from typing import Any

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch import nn
from torch.nn import functional

from catalora.training.dropout import draw_mask, read_mask
from catalora.training.lora import derive_up, is_plain, multiply_with_adapter, read_adapter
from catalora.training.rowwise import compute_rows

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
        with_down: whether an adapted down_proj may be computed in one node with the activation.
    """

    mlp: nn.Module
    kind: str
    with_down: bool

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Shape (..., H) → the same."""
        mlp: Any = self.mlp
        gate, up = mlp.gate_proj(x), mlp.up_proj(x)
        down = mlp.down_proj
        # PEFT hands the adapters of each example to a layer through hooks, which only a call of the layer runs.
        hooked = down._forward_pre_hooks or down._forward_hooks or down._backward_hooks
        if self.with_down and isinstance(down, LoraLinear) and is_plain(down) and not hooked:
            return _apply_down(gate, up, self.kind, down)
        result: torch.Tensor = down(_GatedActivation.apply(gate, up, self.kind))
        return result


def find_gated_mlps(model: nn.Module, *, with_down: bool = True) -> list[tuple[nn.Module, FusedMlp]]:
    """MLPs whose computation is the plain gated one, each with a forward that computes the same."""
    found = []
    for module in model.modules():
        if set(dict(module.named_children())) != {"gate_proj", "up_proj", "down_proj", "act_fn"}:
            continue
        name = type(module.act_fn).__name__
        kind = GELUS.get(name) or ("silu" if name in SILUS else None)
        if kind and _computes_the_same(module, fused := FusedMlp(module, kind, with_down)):
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
        return compute_rows(_multiply, (_rows(gate), _rows(up)), (kind,))[0].view(gate.shape)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        """Gradients of gate and up."""
        gate, up = ctx.saved_tensors
        d_gate, d_up = compute_rows(_derive, (_rows(grad.contiguous()), _rows(gate), _rows(up)), (ctx.kind,))
        return d_gate.view(gate.shape), d_up.view(up.shape), None


def _apply_down(gate: torch.Tensor, up: torch.Tensor, kind: str, layer: LoraLinear) -> torch.Tensor:
    """down(act(gate) · up) of an adapted layer, both (..., width) → (..., H)."""
    adapter = read_adapter(layer)
    kept = draw_mask(_rows(gate), adapter.rate) if adapter.rate else None
    how = _Down(kind, adapter.rate, adapter.scale, layer.base_layer)
    result: torch.Tensor = _GatedDown.apply(gate, up, kept, how, adapter.down, adapter.up)
    return result


@dataclass(frozen=True, slots=True)
class _Down:
    """What `_GatedDown` computes with, beside tensors that have gradients."""

    kind: str
    rate: float
    scale: float
    base: nn.Linear


class _GatedDown(torch.autograd.Function):
    """Activation and adapted layer, keeping only gate, up and what is r wide."""

    @staticmethod
    def forward(
        ctx: Any,
        gate: torch.Tensor,
        up: torch.Tensor,
        kept: torch.Tensor | None,
        how: _Down,
        adapter_down: torch.Tensor,
        adapter_up: torch.Tensor,
    ) -> torch.Tensor:
        """Gate and up (..., width), `kept` as of `draw_mask`, A (r, width), B (H, r) → (..., H)."""
        dtype = how.base.weight.dtype
        with torch.autocast(gate.device.type, enabled=False):
            given = (_rows(gate), _rows(up))
            if kept is None:
                (hidden,) = compute_rows(_multiply, given, (how.kind,))
                dropped = hidden
            else:
                hidden, dropped = compute_rows(_multiply_and_drop, (*given, kept), (how.kind, how.rate))
            down, lift = adapter_down.to(dtype), (how.scale * adapter_up).to(dtype)
            inner = functional.linear(dropped, down)
            output = multiply_with_adapter(hidden, how.base, inner, lift)
        ctx.save_for_backward(gate, up, kept, inner, down, lift)
        ctx.how, ctx.adapter_dtype = how, adapter_down.dtype
        return output.view(*gate.shape[:-1], -1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[Any, ...]:
        """Gradients of gate, up and of the adapter."""
        gate, up, kept, inner, down, lift = ctx.saved_tensors
        how = ctx.how
        d_output = grad.reshape(-1, grad.shape[-1])
        d_inner = d_output @ lift
        d_adapter_up = derive_up(inner, d_output, how.scale, ctx.adapter_dtype)
        # The order as in `multiply_with_adapter`.
        given = (_rows(gate), _rows(up))
        through_adapter = d_inner @ down
        if kept is None:
            d_hidden = through_adapter.addmm_(d_output, how.base.weight)
            d_gate, d_up, dropped = compute_rows(_derive_and_multiply, (d_hidden, *given), (how.kind,))
        else:
            rows = (d_output @ how.base.weight, through_adapter, *given, kept)
            d_gate, d_up, dropped = compute_rows(_derive_and_drop, rows, (how.kind, how.rate))
        d_adapter_down = (d_inner.T @ dropped).to(ctx.adapter_dtype)
        return d_gate.view(gate.shape), d_up.view(up.shape), None, None, d_adapter_down, d_adapter_up


# What is computed of each row


def _multiply(gate: torch.Tensor, up: torch.Tensor, kind: str) -> tuple[torch.Tensor]:
    return (_activate(gate, kind) * up,)


def _multiply_and_drop(
    gate: torch.Tensor, up: torch.Tensor, kept: torch.Tensor, kind: str, rate: float
) -> tuple[torch.Tensor, torch.Tensor]:
    hidden = _activate(gate, kind) * up
    return hidden, hidden * read_mask(kept, hidden, rate)


def _derive(grad: torch.Tensor, gate: torch.Tensor, up: torch.Tensor, kind: str) -> tuple[torch.Tensor, torch.Tensor]:
    return _derive_and_multiply(grad, gate, up, kind)[:2]


def _derive_and_multiply(
    grad: torch.Tensor, gate: torch.Tensor, up: torch.Tensor, kind: str
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Gradients of gate and up, and their product as the forward pass had it."""
    activated = _activate(gate, kind)
    if kind == "silu":
        d_gate: torch.Tensor = torch.ops.aten.silu_backward(grad * up, gate)
    else:
        d_gate = torch.ops.aten.gelu_backward(grad * up, gate, approximate=kind)
    return d_gate, grad * activated, activated * up


def _derive_and_drop(
    grad: torch.Tensor,
    grad_if_kept: torch.Tensor,
    gate: torch.Tensor,
    up: torch.Tensor,
    kept: torch.Tensor,
    kind: str,
    rate: float,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    mask = read_mask(kept, gate, rate)
    d_gate, d_up, hidden = _derive_and_multiply(torch.addcmul(grad, grad_if_kept, mask), gate, up, kind)
    return d_gate, d_up, hidden * mask


def _activate(gate: torch.Tensor, kind: str) -> torch.Tensor:
    return functional.silu(gate) if kind == "silu" else functional.gelu(gate, approximate=kind)


def _rows(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.view(-1, tensor.shape[-1])
