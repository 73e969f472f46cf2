"""The gradient of every single example's loss with respect to the adapter, many examples in one pass.

Training adds the gradients of a batch up; influence needs them apart. For a layer with weight W the gradient of one
example is a sum over its own tokens only, because packed examples do not see each other:

    dW_e = Σ over tokens t of e of  dy_t x_tᵀ        x_t: what the layer read, dy_t: slope of the loss at its output

So one forward and one backward pass give the x and dy of all examples, and each example's part is one small product.
This is exact, not an approximation; the same idea stands in Goodfellow 2015 (arXiv 1510.01799).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from catalora.errors import UsageError
from catalora.training.loss import CompletionLoss
from catalora.training.packing import IGNORED, PackedRows, collate_rows

# Told the name of an adapter weight and its gradients, shape (examples, *weight), fp32.
TakeGradient = Callable[[str, torch.Tensor], None]


@dataclass(frozen=True, slots=True)
class ExampleBatch:
    """Packed rows as tensors, and where their examples stand.

    Attributes:
        tensors: `input_ids`, `labels` and `position_ids`, shape (B, T).
        places: of each example its beginning and end in the batch written as one row of B · T tokens.
        examples: the example's number in its `Examples`, in the order of `places`.
    """

    tensors: dict[str, torch.Tensor]
    places: tuple[tuple[int, int], ...]
    examples: tuple[int, ...]


def build_example_batch(prompt: Sequence[int], completion: Sequence[int]) -> ExampleBatch:
    """A batch of one example from token ids; its loss is that of the completion."""
    ids = torch.tensor([[*prompt, *completion]])
    labels = ids.clone()
    labels[:, : len(prompt)] = IGNORED
    tensors = {"input_ids": ids, "labels": labels, "position_ids": torch.arange(ids.shape[1])[None]}
    return ExampleBatch(tensors, ((0, ids.shape[1]),), (0,))


def iterate_example_batches(
    rows: PackedRows, batch_size: int, pad_token_id: int, *, skip: int = 0
) -> Iterator[ExampleBatch]:
    """The rows of one epoch in batches, the first `skip` left out, in an order that depends on the rows alone."""
    (lengths,) = (epoch.lengths for epoch in rows.epochs)
    for first in range(skip * batch_size, len(rows), batch_size):
        numbers = range(first, min(first + batch_size, len(rows)))
        tensors = collate_rows([rows[number] for number in numbers], pad_token_id)
        width = tensors["input_ids"].shape[1]
        places: list[tuple[int, int]] = []
        examples: list[int] = []
        for line, number in enumerate(numbers):
            start = line * width
            for example in rows.rows[number][1]:
                end = start + int(lengths[example])
                places.append((start, end))
                examples.append(example)
                start = end
        yield ExampleBatch(tensors, tuple(places), tuple(examples))


def compute_example_gradients(model: Any, batch: ExampleBatch, take: TakeGradient) -> None:
    """Hand over the gradient of each example's summed completion loss, one adapter weight after another.

    Args:
        model: a PEFT model with plain LoRA on linear layers, in evaluation mode, not inside `fuse`.
        batch: packed examples.
        take: called once for each adapter weight; what it does not keep is gone.

    Raises:
        UsageError: the adapter has other weights than the two matrices of each layer.
    """
    layers = list_adapter_layers(model)
    device = next(model.parameters()).device
    moved = {name: tensor.to(device) for name, tensor in batch.tensors.items()}
    with torch.enable_grad(), _watching(model, layers, batch.places, take) as embedded:
        loss = CompletionLoss(model)(**moved)
        # Towards the embedding only: every layer's output lies on the way, and no weight's own gradient is added up.
        torch.autograd.grad(loss, embedded)


def list_adapter_layers(model: Any) -> dict[str, nn.Linear]:
    """The two matrices of each adapted layer as modules, by the name of their weight, in the model's order.

    Raises:
        UsageError: there are adapter weights that are something else, as with DoRA or adapted embeddings.
    """
    layers = {
        f"{name}.weight": module
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and (".lora_A." in name or ".lora_B." in name)
    }
    others = sorted(name for name, _ in model.named_parameters() if "lora_" in name and name not in layers)
    if others or not layers:
        raise UsageError(
            f"influence needs plain LoRA on linear layers; this adapter has {others[0] if others else 'none'}",
            code="adapter-not-plain",
            hint="Train with linear target modules, without DoRA and without bias.",
        )
    return layers


@contextmanager
def _watching(
    model: Any, layers: dict[str, nn.Linear], places: Sequence[tuple[int, int]], take: TakeGradient
) -> Iterator[list[torch.Tensor]]:
    """Hooks that hand gradients over during the backward pass; gives the embedded tokens, filled in the forward one."""
    embedded: list[torch.Tensor] = []

    def start(_module: nn.Module, _inputs: Any, output: torch.Tensor) -> None:
        embedded.append(output.requires_grad_())

    def watch(name: str) -> Callable[[nn.Module, Any, torch.Tensor], None]:
        def remember(_module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            read = inputs[0].detach()
            output.register_hook(lambda slope: take(name, _sum_by_example(slope, read, places)))

        return remember

    with ExitStack() as undo:
        undo.callback(model.get_base_model().get_input_embeddings().register_forward_hook(start).remove)
        for name, layer in layers.items():
            undo.callback(layer.register_forward_hook(watch(name)).remove)
        yield embedded


def _sum_by_example(slope: torch.Tensor, read: torch.Tensor, places: Sequence[tuple[int, int]]) -> torch.Tensor:
    """Slopes (B, T, out) and inputs (B, T, in) → gradients (examples, out, in)."""
    slopes, inputs = slope.reshape(-1, slope.shape[-1]).float(), read.reshape(-1, read.shape[-1]).float()
    with torch.autocast(slopes.device.type, enabled=False):
        return torch.stack([slopes[start:end].T @ inputs[start:end] for start, end in places])
