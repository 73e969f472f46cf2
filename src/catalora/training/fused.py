"""LoRA layers as one autograd node each, and all our nodes in their places: the same arithmetic with fewer passes.

A frozen linear layer with an adapter computes, for scale s = alpha / r,

    y  = x Wᵀ + s (x Aᵀ) Bᵀ
    dx = dy W + s (dy B) A        dA = s (dy B)ᵀ x        dB = s dyᵀ (x Aᵀ)

(Hu et al. 2021, arXiv 2106.09685). PEFT runs this as eight small operations per layer, each of which reads or writes a
whole activation. Here the adapter's part is added into the product itself, and layers that read the same input (query,
key and value; gate and up) share one x Aᵀ and add their input gradients into one buffer. That several projections of
one input are worth one node is known from Unsloth; how it is done here is not taken from there.

`fuse` changes how the modules of a PEFT model compute for as long as it is open, for every architecture alike: layers
find one another by being given the same tensor, and an MLP (`gated.py`) or a norm (`norms.py`) is fused only when it
computes what ours does.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch import nn
from torch.nn import functional

from catalora.config import TrainingConfig
from catalora.training.block_attention import attend_in_blocks
from catalora.training.dropout import draw_mask
from catalora.training.gated import find_gated_mlps
from catalora.training.norms import find_norms

# Layers of one module that usually get the same tensor.
SHARED_INPUTS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))


@contextmanager
def fuse(
    model: Any, *, lora: bool = True, activation: bool = True, norms: bool = True, attention: bool = True
) -> Iterator[Callable[[], None]]:
    """Let layers, gated MLPs, norms and attention of a PEFT model compute as nodes of ours while the context is open.

    Args:
        model: a PEFT model with one active LoRA adapter. Layers that are anything else (merged, DoRA, with a bias in
            the adapter, with named adapters per example) compute as PEFT does.
        lora: whether to fuse the adapted layers.
        activation: whether to fuse gate and activation of the MLPs.
        norms: whether to compute each root-mean-square norm as one node.
        attention: whether to attend block by block on the CPU.

    Yields:
        To be called when a forward pass broke off: drops what one layer has computed for others that never asked.
    """
    groups = _find_groups(model) if lora else []

    def forget() -> None:
        for group in groups:
            group.given, group.waiting = None, {}

    with ExitStack() as undo:
        if attention:
            undo.enter_context(attend_in_blocks(model.get_base_model()))
        for group in groups:
            for index, layer in enumerate(group.layers):
                undo.enter_context(_replaced_forward(layer, _FusedLayer(group, index, layer.forward)))
        if activation:
            for mlp, fused in find_gated_mlps(model):
                undo.enter_context(_replaced_forward(mlp, fused))
        if norms:
            for norm, fused_norm in find_norms(model):
                undo.enter_context(_replaced_forward(norm, fused_norm))
        yield forget


def fuse_as_configured(model: Any, config: TrainingConfig) -> AbstractContextManager[Callable[[], None]]:
    """`fuse` with the switches of a configuration."""
    return fuse(
        model,
        lora=config.fuse_lora,
        activation=config.fuse_activation,
        norms=config.fuse_norms,
        attention=config.block_attention,
    )


@contextmanager
def _replaced_forward(module: nn.Module, forward: Any) -> Iterator[None]:
    # An attribute of the instance goes before the method of its class.
    module.forward = forward
    try:
        yield
    finally:
        del module.forward


# Adapted linear layers


@dataclass
class _Group:
    """Layers that are given the same tensor, and what the first of them has computed for the others."""

    layers: list[LoraLinear]
    given: torch.Tensor | None = None
    waiting: dict[int, torch.Tensor] = field(default_factory=dict)


@dataclass
class _FusedLayer:
    """The forward of one layer: computes for its whole group, or takes what another layer of it left."""

    group: _Group
    index: int
    original: Any

    def __call__(self, x: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        layer = self.group.layers[self.index]
        if args or kwargs or not _is_plain(layer):
            return self.original(x, *args, **kwargs)
        if x is not self.group.given or self.index not in self.group.waiting:
            layers = self.group.layers
            if self.group.given is None and all(map(_is_plain, layers)):
                self.group.waiting = dict(enumerate(_apply_lora(x, layers)))
                self.group.given = x
            else:  # the same layer again, or another tensor than its siblings got
                self.group.given, self.group.waiting = None, {}
                return _apply_lora(x, [layer])[0]
        result = self.group.waiting.pop(self.index)
        if not self.group.waiting:
            self.group.given = None
        return result


def _find_groups(model: nn.Module) -> list[_Group]:
    groups: list[_Group] = []
    for module in model.modules():
        children = {name: child for name, child in module.named_children() if isinstance(child, LoraLinear)}
        for names in SHARED_INPUTS:
            shared = [children.pop(name) for name in names if name in children]
            if shared:
                groups.append(_Group(shared))
        groups += [_Group([child]) for child in children.values()]
    return groups


def _is_plain(layer: LoraLinear) -> bool:
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
    (name,) = (name for name in layers[0].active_adapters if name in layers[0].lora_A)
    dropout = layers[0].lora_dropout[name]
    rate = dropout.p if isinstance(dropout, nn.Dropout) and layers[0].training else 0.0
    # One mask for the layers of a group: each adapter still sees its input dropped with the same probability.
    kept = draw_mask(x, rate) if rate else None
    scales = tuple(layer.scaling[name] / (1 - rate) for layer in layers)
    adapters = [weight for layer in layers for weight in (layer.lora_A[name].weight, layer.lora_B[name].weight)]
    bases = tuple(layer.base_layer for layer in layers)
    result: tuple[torch.Tensor, ...] = _LoraGroup.apply(x, kept, bases, scales, *adapters)
    return result


class _LoraGroup(torch.autograd.Function):
    """Linear layers of one input with their adapters."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        kept: torch.Tensor | None,
        bases: tuple[nn.Linear, ...],
        scales: tuple[float, ...],
        *adapters: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        """Input (..., in); `kept` is a mask of its shape; adapters A (r, in) and B (out, r) of each layer in turn."""
        dtype = bases[0].weight.dtype
        flat = x.reshape(-1, x.shape[-1]).to(dtype)
        mask = None if kept is None else kept.reshape(flat.shape)
        with torch.autocast(x.device.type, enabled=False):
            downs = torch.cat([down.to(dtype) for down in adapters[::2]])
            inner = functional.linear(flat if mask is None else flat * mask, downs)
            outputs = []
            for base, scale, up, part in zip(bases, scales, adapters[1::2], _split(adapters), strict=True):
                output = functional.linear(flat, base.weight, base.bias)
                output.addmm_(inner[:, part], (scale * up).to(dtype).T)
                outputs.append(output.view(*x.shape[:-1], -1))
        ctx.save_for_backward(flat, mask, inner, *adapters)
        ctx.bases, ctx.scales, ctx.shape, ctx.dtype = bases, scales, x.shape, x.dtype
        ctx.set_materialize_grads(False)
        return tuple(outputs)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *grads: torch.Tensor | None) -> tuple[Any, ...]:
        """Gradients of the input and of every adapter weight."""
        flat, mask, inner, *adapters = ctx.saved_tensors
        dtype = flat.dtype
        downs = torch.cat([down.to(dtype) for down in adapters[::2]])
        d_inner = torch.zeros_like(inner)
        d_ups: list[torch.Tensor | None] = []
        d_flat: torch.Tensor | None = None
        for grad, base, scale, up, part in zip(
            grads, ctx.bases, ctx.scales, adapters[1::2], _split(adapters), strict=True
        ):
            if grad is None:  # this layer's output had no part in the loss
                d_ups.append(None)
                continue
            d_output = grad.reshape(-1, grad.shape[-1])
            d_inner[:, part] = d_output @ (scale * up).to(dtype)
            # The thin matrix on the left: 3.6 times as fast in float32 as the same product the other way round.
            d_ups.append((inner[:, part].T @ d_output).T.to(up.dtype).mul_(scale))
            if ctx.needs_input_grad[0]:
                d_flat = d_output @ base.weight if d_flat is None else d_flat.addmm_(d_output, base.weight)
        d_downs = (d_inner.T @ (flat if mask is None else flat * mask)).to(adapters[0].dtype)
        if d_flat is not None:
            d_flat = d_flat.addmm_(d_inner, downs) if mask is None else d_flat.addcmul_(d_inner @ downs, mask)
        d_adapters = [
            gradient
            for part, d_up in zip(_split(adapters), d_ups, strict=True)
            for gradient in (None if d_up is None else d_downs[part], d_up)
        ]
        d_x = None if d_flat is None else d_flat.view(ctx.shape).to(ctx.dtype)
        return d_x, None, None, None, *d_adapters


def _split(adapters: Sequence[torch.Tensor]) -> list[slice]:
    """Where each layer's rank stands among the ranks of its group."""
    parts, start = [], 0
    for down in adapters[::2]:
        parts.append(slice(start, start + down.shape[0]))
        start += down.shape[0]
    return parts
