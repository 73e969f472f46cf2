"""Our nodes in the places of a model's own: the same arithmetic with fewer passes over memory.

`fuse` changes how the modules of a PEFT model compute for as long as it is open, for every architecture alike: adapted
layers (`lora.py`) find one another by being given the same tensor, and an MLP (`gated.py`) or a norm (`norms.py`) is
fused only when it computes what ours does.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from torch import nn

from catalora.config import TrainingConfig
from catalora.training.block_attention import attend_in_blocks
from catalora.training.gated import find_gated_mlps
from catalora.training.lora import FusedLayer, find_groups
from catalora.training.norms import find_norms
from catalora.training.rotary import rotate_in_one_pass
from catalora.training.rowwise import compile_rows


@contextmanager
def fuse(
    model: Any,
    *,
    lora: bool = True,
    activation: bool = True,
    norms: bool = True,
    attention: bool = True,
    rotary: bool = True,
    compiled: bool = True,
) -> Iterator[Callable[[], None]]:
    """Let layers, gated MLPs, norms and attention of a PEFT model compute as nodes of ours while the context is open.

    Args:
        model: a PEFT model with one active LoRA adapter. Layers that are anything else (merged, DoRA, with a bias in
            the adapter, with named adapters per example) compute as PEFT does.
        lora: whether to fuse the adapted layers.
        activation: whether to fuse gate and activation of the MLPs.
        norms: whether to compute each root-mean-square norm as one node.
        attention: whether to attend block by block.
        rotary: whether to rotate queries and keys in one pass.
        compiled: whether the parts of these nodes that go row by row are compiled on a GPU.

    Yields:
        To be called when a forward pass broke off: drops what one layer has computed for others that never asked.
    """
    groups = find_groups(model) if lora else []

    def forget() -> None:
        for group in groups:
            group.given, group.waiting = None, {}

    with ExitStack() as undo:
        if rotary:
            undo.enter_context(rotate_in_one_pass(model))
        if attention:
            undo.enter_context(attend_in_blocks(model.get_base_model()))
        for group in groups:
            for index, layer in enumerate(group.layers):
                undo.enter_context(_replaced_forward(layer, FusedLayer(group, index, layer.forward)))
        if activation:
            for mlp, fused in find_gated_mlps(model, with_down=lora):
                undo.enter_context(_replaced_forward(mlp, fused))
        if norms:
            for norm, fused_norm in find_norms(model):
                undo.enter_context(_replaced_forward(norm, fused_norm))
        # Last, so that trying out whether a node computes the same compiles nothing.
        undo.enter_context(compile_rows(compiled, next(model.parameters()).device))
        yield forget


def fuse_as_configured(model: Any, config: TrainingConfig) -> AbstractContextManager[Callable[[], None]]:
    """`fuse` with the switches of a configuration."""
    return fuse(
        model,
        lora=config.fuse_lora,
        activation=config.fuse_activation,
        norms=config.fuse_norms,
        attention=config.block_attention,
        rotary=config.fuse_rotary,
        compiled=config.compile_kernels,
    )


@contextmanager
def _replaced_forward(module: nn.Module, forward: Any) -> Iterator[None]:
    # An attribute of the instance goes before the method of its class.
    module.forward = forward
    try:
        yield
    finally:
        del module.forward
