"""LoRA layers as one autograd node each: the same arithmetic with fewer passes over memory.

A frozen linear layer with an adapter computes, for scale s = alpha / r,

    y  = x Wᵀ + s (x Aᵀ) Bᵀ
    dx = dy W + s (dy B) A        dA = s (dy B)ᵀ x        dB = s dyᵀ (x Aᵀ)

(Hu et al. 2021, arXiv 2106.09685). PEFT runs this as eight small operations per layer, each of which reads or writes a
whole activation. Here the adapter's part is added into the product itself, and layers that read the same input (query,
key and value; gate and up) share one x Aᵀ and add their input gradients into one buffer. That several projections of
one input are worth one node is known from Unsloth; how it is done here is not taken from there.

Layers find one another by being given the same tensor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch import nn
from torch.nn import functional

from catalora.training.dropout import draw_mask, read_mask
from catalora.training.rowwise import compute_rows

# Layers of one module that usually get the same tensor.
SHARED_INPUTS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


@dataclass
class Group:
    """Layers that are given the same tensor, and what the first of them has computed for the others."""

    layers: list[LoraLinear]
    given: torch.Tensor | None = None
    waiting: dict[int, torch.Tensor] = field(default_factory=dict)


@dataclass
class FusedLayer:
    """The forward of one layer: computes for its whole group, or takes what another layer of it left."""

    group: Group
    index: int
    original: Any

    def __call__(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Shape (..., in) → (..., out)."""
        layer = self.group.layers[self.index]
        if args or kwargs or not is_plain(layer):
            return self.original(x, *args, **kwargs)
        if x is not self.group.given or self.index not in self.group.waiting:
            layers = self.group.layers
            if self.group.given is None and all(map(is_plain, layers)):
                self.group.waiting = dict(enumerate(_apply_lora(x, layers)))
                self.group.given = x
            else:  # the same layer again, or another tensor than its siblings got
                self.group.given, self.group.waiting = None, {}
                return _apply_lora(x, [layer])[0]
        result = self.group.waiting.pop(self.index)
        if not self.group.waiting:
            self.group.given = None
        return result


def find_groups(model: nn.Module) -> list[Group]:
    """The adapted layers of a model, those together that usually get the same tensor."""
    groups: list[Group] = []
    for module in model.modules():
        children = {name: child for name, child in module.named_children() if isinstance(child, LoraLinear)}
        for names in SHARED_INPUTS:
            shared = [children.pop(name) for name in names if name in children]
            if shared:
                groups.append(Group(shared))
        groups += [Group([child]) for child in children.values()]
    return groups


def is_plain(layer: LoraLinear) -> bool:
    """Whether the layer is a frozen linear one with exactly one ordinary adapter."""
    names = [name for name in layer.active_adapters if name in layer.lora_A]
    base = layer.base_layer
    return (
        len(names) == 1
        and type(base) is nn.Linear
        and not base.weight.requires_grad
        and (base.bias is None or not base.bias.requires_grad)
        and not layer.disable_adapters
        and not layer.merged
        and names[0] not in layer.lora_variant
        and layer.lora_B[names[0]].bias is None
    )


def _apply_lora(x: torch.Tensor, layers: Sequence[LoraLinear]) -> tuple[torch.Tensor, ...]:
    """Outputs of layers that read the same input, shape (..., in) → each (..., out)."""
    # One mask for the layers of a group: each adapter still sees its input dropped with the same probability.
    adapters = [read_adapter(layer) for layer in layers]
    rate = adapters[0].rate
    kept = draw_mask(x.flatten(0, -2), rate) if rate else None
    weights = [weight for adapter in adapters for weight in (adapter.down, adapter.up)]
    bases = tuple(layer.base_layer for layer in layers)
    scales = tuple(adapter.scale for adapter in adapters)
    result: tuple[torch.Tensor, ...] = _LoraGroup.apply(x, kept, rate, bases, scales, *weights)
    return result


@dataclass(frozen=True, slots=True)
class Adapter:
    """What an adapted layer adds to its frozen one.

    Attributes:
        down: A, shape (r, in).
        up: B, shape (out, r).
        scale: s = alpha / r, and the factor of dropout.
        rate: of dropout at present; 0 outside of training.
    """

    down: torch.Tensor
    up: torch.Tensor
    scale: float
    rate: float


def read_adapter(layer: LoraLinear) -> Adapter:
    """The one active adapter of a layer for which `is_plain` holds."""
    (name,) = (name for name in layer.active_adapters if name in layer.lora_A)
    dropout = layer.lora_dropout[name]
    rate = dropout.p if isinstance(dropout, nn.Dropout) and layer.training else 0.0
    return Adapter(layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name] / (1 - rate), rate)


class _LoraGroup(torch.autograd.Function):
    """Linear layers of one input with their adapters."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        kept: torch.Tensor | None,
        rate: float,
        bases: tuple[nn.Linear, ...],
        scales: tuple[float, ...],
        *adapters: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        """Input (..., in); `kept` as of `draw_mask`; adapters A (r, in) and B (out, r) of each layer in turn."""
        dtype = bases[0].weight.dtype
        flat = x.reshape(-1, x.shape[-1]).to(dtype)
        with torch.autocast(x.device.type, enabled=False):
            downs = torch.cat([down.to(dtype) for down in adapters[::2]])
            ups = [(scale * up).to(dtype) for scale, up in zip(scales, adapters[1::2], strict=True)]
            inner = functional.linear(_drop_rows(flat, kept, rate), downs)
            outputs = [
                multiply_with_adapter(flat, base, inner[:, part], up).view(*x.shape[:-1], -1)
                for base, up, part in zip(bases, ups, _split(adapters), strict=True)
            ]
        ctx.save_for_backward(flat, kept, inner, downs, *ups)
        ctx.rate, ctx.bases, ctx.scales, ctx.shape, ctx.dtype = rate, bases, scales, x.shape, x.dtype
        ctx.parts, ctx.adapter_dtype = _split(adapters), adapters[0].dtype
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *grads: torch.Tensor | None) -> tuple[Any, ...]:
        """Gradients of the input and of every adapter weight."""
        flat, kept, inner, downs, *ups = ctx.saved_tensors
        d_inner = torch.zeros_like(inner)
        d_ups: list[torch.Tensor | None] = []
        d_flat: torch.Tensor | None = None
        for grad, base, scale, up, part in zip(grads, ctx.bases, ctx.scales, ups, ctx.parts, strict=True):
            if grad is None:  # this layer's output had no part in the loss
                d_ups.append(None)
                continue
            d_output = grad.reshape(-1, grad.shape[-1])
            d_inner[:, part] = d_output @ up
            d_ups.append(derive_up(inner[:, part], d_output, scale, ctx.adapter_dtype))
            if ctx.needs_input_grad[0]:
                d_flat = d_output @ base.weight if d_flat is None else d_flat.addmm_(d_output, base.weight)
        d_downs = (d_inner.T @ _drop_rows(flat, kept, ctx.rate)).to(ctx.adapter_dtype)
        if d_flat is not None:
            if kept is None:
                d_flat.addmm_(d_inner, downs)
            else:
                rows = (d_flat, d_inner @ downs, kept)
                (d_flat,) = compute_rows(_add_kept, rows, (ctx.rate,), into=(d_flat,))
        d_adapters = [
            gradient
            for part, d_up in zip(ctx.parts, d_ups, strict=True)
            for gradient in (None if d_up is None else d_downs[part], d_up)
        ]
        d_x = None if d_flat is None else d_flat.view(ctx.shape).to(ctx.dtype)
        return d_x, None, None, None, None, *d_adapters


def multiply_with_adapter(x: torch.Tensor, base: nn.Linear, inner: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """X Wᵀ + b + (x Aᵀ) (s B)ᵀ, all in one type: x (N, in), x Aᵀ (N, r), s B (out, r) → (N, out)."""
    if x.device.type == "cpu":
        return functional.linear(x, base.weight, base.bias).addmm_(inner, up.T)
    # A GPU adds what is there already within the large product, for nothing; after it, it would be a pass of its own.
    output = inner @ up.T if base.bias is None else torch.addmm(base.bias, inner, up.T)
    return output.addmm_(x, base.weight.T)


def derive_up(inner: torch.Tensor, d_output: torch.Tensor, scale: float, dtype: torch.dtype) -> torch.Tensor:
    """Gradient (out, r) of B in a type, from x Aᵀ (N, r) and the output's gradient (N, out)."""
    # The thin matrix on the left: 3.6 times as fast in float32 as the same product the other way round.
    return (inner.T @ d_output).T.to(dtype).mul_(scale)


def _drop_rows(rows: torch.Tensor, kept: torch.Tensor | None, rate: float) -> torch.Tensor:
    """Rows (N, in) without the elements that dropout takes."""
    return rows if kept is None else compute_rows(_drop, (rows, kept), (rate,))[0]


def _drop(rows: torch.Tensor, kept: torch.Tensor, rate: float) -> tuple[torch.Tensor]:
    return (rows * read_mask(kept, rows, rate),)


def _add_kept(total: torch.Tensor, addend: torch.Tensor, kept: torch.Tensor, rate: float) -> tuple[torch.Tensor]:
    return (torch.addcmul(total, addend, read_mask(kept, addend, rate)),)


def _split(adapters: Sequence[torch.Tensor]) -> list[slice]:
    """Where each layer's rank stands among the ranks of its group."""
    parts, start = [], 0
    for down in adapters[::2]:
        parts.append(slice(start, start + down.shape[0]))
        start += down.shape[0]
    return parts
