"""The loss of the completion tokens, without ever holding the logits of a whole batch, or of a whole token.

Gemma-2B has 256,000 output pieces: fp32 logits of 4,096 tokens would take 4.2 GB, twice with their gradient. So the
head is computed for labelled tokens only, one slice of the vocabulary after another, and its gradient is made in the
forward pass, while each slice's logits are still in the cache. The head's weight is frozen under LoRA, so only the
gradient of the hidden states is needed:

    loss_t = log Z_t - z_t[y_t],   Z_t = Σ_v exp z_t[v],   z_t = softcap(W h_t + b)
    d loss_t / d h_t = Σ_v exp(z_t[v]) / Z_t · W_v - W_(y_t)          (no soft cap)

Both sums over v grow slice by slice; they are kept relative to the largest logit so far and shrunk when a larger one
comes, as attention is computed in Dao et al. 2022 (arXiv 2205.14135, section 3.1) and the softmax in Milakov and
Gimelshein 2018 (arXiv 1805.02867). Each weight is read once for all tokens, and both products have the sizes at which
processors multiply fastest. Gemma 2's soft cap is z ← c·tanh(z / c) (arXiv 2408.00118, section 2).
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from catalora.training.block_attention import given_borders
from catalora.training.borders import Borders
from catalora.training.graphs import GraphedPass, record_pass
from catalora.training.packing import IGNORED
from catalora.training.rowwise import compute_rows

# Pieces of the vocabulary that are computed at once: enough for fast products, few enough that logits stay small.
VOCABULARY_SLICE = 16_384
# Tokens that are computed at once: bounds the memory of one slice's logits (64 MB in bf16).
TOKEN_SLICE = 2048
# A GPU multiplies larger matrices faster and launches fewer kernels: up to 512 MB.
GPU_FACTORS = {"vocabulary": 2, "tokens": 4}


@dataclass(frozen=True, slots=True)
class Head:
    """The output layer of a causal language model.

    Attributes:
        weight: shape (V, H).
        bias: shape (V,), or nothing.
        softcap: Gemma 2's cap on the logits, or nothing.
        scale: factor on the logits (1 for most models).
    """

    weight: torch.Tensor
    bias: torch.Tensor | None
    softcap: float | None
    scale: float

    def multiply(self, hidden: torch.Tensor, pieces: slice) -> torch.Tensor:
        """Hidden states (N, H) → products with some pieces of the vocabulary (N, pieces), in the weight's type."""
        bias = None if self.bias is None else self.bias[pieces]
        return nn.functional.linear(hidden, self.weight[pieces], bias)

    def finish(self, products: torch.Tensor) -> torch.Tensor:
        """Products → fp32 logits of the same shape."""
        logits = products.float()
        if self.scale != 1.0:
            logits = logits * self.scale
        if self.softcap is not None:
            logits = torch.tanh(logits / self.softcap) * self.softcap
        return logits

    def derive(self, logits: torch.Tensor) -> torch.Tensor | float:
        """Derivative of `finish` with respect to the products, where it has given `logits`."""
        if self.softcap is None:
            return self.scale
        return (1 - (logits / self.softcap) ** 2) * self.scale  # d tanh = 1 - tanh²


def read_head(model: Any) -> Head:
    """The head of a causal LM with the particulars that its configuration names."""
    layer = model.get_output_embeddings()
    config = model.config
    # Cohere multiplies by logit_scale, Granite divides by logits_scaling.
    scale = float(getattr(config, "logit_scale", None) or 1.0) / float(getattr(config, "logits_scaling", None) or 1.0)
    return Head(
        weight=layer.weight,
        bias=getattr(layer, "bias", None),
        softcap=getattr(config, "final_logit_softcapping", None),
        scale=scale,
    )


class _SummedCrossEntropy(torch.autograd.Function):
    """Cross entropy summed over tokens, with the gradient of the hidden states made in the forward pass."""

    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, targets: torch.Tensor, head: Head) -> torch.Tensor:
        """Hidden (N, H), targets (N,) → scalar."""
        gradient = torch.empty_like(hidden)
        loss = torch.zeros((), dtype=torch.float32, device=hidden.device)
        for part in _slice_tokens(hidden):
            slope = torch.zeros(hidden[part].shape, dtype=torch.float32, device=hidden.device)
            losses, chosen, total = _scan_vocabulary(hidden[part], targets[part], head, slope)
            loss += losses.sum()
            own = head.weight[targets[part]].float().mul_(head.derive(chosen[:, None]))
            gradient[part] = slope.div_(total[:, None]).sub_(own).to(gradient.dtype)
        ctx.save_for_backward(gradient)
        return loss

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        """Scale the gradient made in the forward pass."""
        (gradient,) = ctx.saved_tensors
        return gradient * grads[0], None, None


def _scan_vocabulary(
    hidden: torch.Tensor, targets: torch.Tensor, head: Head, slope: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Hidden (N, H), targets (N,) → each token's loss, its target's logit and Σ exp(logit - largest), fp32 (N,) each.

    `slope`, zeros of fp32 (N, H), becomes Σ exp(logit - largest) · d logit / d hidden.
    """
    top = torch.full((len(hidden),), float("-inf"), device=hidden.device)
    total, chosen = torch.zeros_like(top), torch.zeros_like(top)
    size = VOCABULARY_SLICE * (1 if hidden.device.type == "cpu" else GPU_FACTORS["vocabulary"])
    for pieces in _slices(head.weight.shape[0], size):
        products = head.multiply(hidden, pieces)
        places = targets - pieces.start
        inside = (places >= 0) & (places < products.shape[1])
        found = products.gather(1, places.clamp(0, products.shape[1] - 1)[:, None])[:, 0]
        chosen = torch.where(inside, head.finish(found), chosen)
        higher = torch.maximum(top, head.finish(products.amax(1)))
        shrink, top = torch.exp(top - higher), higher
        total *= shrink
        sums = torch.empty_like(top)
        rows = (products, top)
        products, sums = compute_rows(_exponentiate, rows, (head,), computed_in=torch.float32, into=(products, sums))
        total += sums
        if slope is not None:
            slope *= shrink[:, None]
            slope += products @ head.weight[pieces]
    return top + total.log() - chosen, chosen, total


def _exponentiate(products: torch.Tensor, top: torch.Tensor, head: Head) -> tuple[torch.Tensor, torch.Tensor]:
    """Products (N, pieces) → exp(logit - top) · d logit / d product, and sums of exp(logit - top), fp32 (N,)."""
    logits = head.finish(products)
    derivative = head.derive(logits)
    weights = (logits - top[:, None]).exp_()
    # Most heads' logits are the products themselves; a pass over memory less.
    plain = isinstance(derivative, float) and derivative == 1.0
    return (weights if plain else weights * derivative).to(products.dtype), weights.sum(1)


def _slice_tokens(hidden: torch.Tensor) -> list[slice]:
    return _slices(len(hidden), TOKEN_SLICE * (1 if hidden.device.type == "cpu" else GPU_FACTORS["tokens"]))


def _slices(length: int, size: int) -> list[slice]:
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]


def compute_token_losses(hidden: torch.Tensor, targets: torch.Tensor, head: Head) -> torch.Tensor:
    """Cross entropy of each token in nats, without gradient: hidden (N, H), targets (N,) → fp32 (N,)."""
    losses = torch.empty(len(hidden), dtype=torch.float32, device=hidden.device)
    for part in _slice_tokens(hidden):
        losses[part], _, _ = _scan_vocabulary(hidden[part], targets[part], head)
    return losses


def select_labelled(
    hidden: torch.Tensor, labels: torch.Tensor, learned: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Hidden states that predict a label, and the labels.

    Args:
        hidden: shape (B, T, H).
        labels: shape (B, T), `IGNORED` where nothing is learned. The label at t is predicted from the state at t - 1;
            a row's first position is never a label because it is a prompt's.
        learned: places of these states where they are known, shape (N,); see `describe_batch`.

    Returns:
        Shapes (N, H) and (N,).
    """
    if learned is not None:
        return hidden.flatten(0, 1).index_select(0, learned), labels.flatten()[learned + 1]
    targets = labels[:, 1:]
    wanted = targets != IGNORED
    return hidden[:, :-1][wanted], targets[wanted]


class CompletionLoss(nn.Module):
    """A LoRA model with its loss: packed batch in, summed cross entropy of the completion tokens out.

    The trainer trains this module, so that data-parallel wrappers see one ordinary `forward`.

    Args:
        model: a PEFT model.
        autocast: compute in bf16 where the base is bf16 and the adapter fp32.
        graphs: on an NVIDIA GPU, record the decoder's passes and launch each as a whole (`graphs.py`); the weights'
            gradients are then added in place, of which wrappers for several processes know nothing.
    """

    def __init__(self, model: nn.Module, *, autocast: bool = True, graphs: bool = False) -> None:
        super().__init__()
        self.model = model
        self.autocast = autocast
        self.graphs = graphs
        self._graph: GraphedPass | None = None
        self._shape: torch.Size | None = None

    @property
    def causal_lm(self) -> Any:
        """The transformers model inside the PEFT wrapper."""
        get_base = getattr(self.model, "get_base_model", None)
        return get_base() if get_base else self.model

    def drop_graph(self) -> None:
        """Give back the memory that a recorded pass holds."""
        self._graph = self._shape = None

    def _learn_hidden(
        self, input_ids: torch.Tensor, position_ids: torch.Tensor, starts: torch.Tensor | None
    ) -> torch.Tensor:
        """`_compute_hidden` for training: by a graph from the second batch of a shape on, where that is possible."""
        if starts is None or not (self.graphs and self.training and torch.is_grad_enabled()):
            return self._compute_hidden(input_ids, position_ids)
        inputs = (input_ids, position_ids, starts)
        if self._graph is not None and self._graph.fits(inputs):
            return self._graph(*inputs)
        if self._shape != input_ids.shape:
            self._shape = input_ids.shape
            return self._compute_between(*inputs)
        self._graph = None  # its memory is free for the next one
        self._graph = record_pass(self._compute_between, inputs, [w for w in self.parameters() if w.requires_grad])
        self.graphs = self._graph is not None
        return self._learn_hidden(*inputs)

    def _compute_between(
        self, input_ids: torch.Tensor, position_ids: torch.Tensor, starts: torch.Tensor
    ) -> torch.Tensor:
        """`_compute_hidden` with known borders of the examples, so that the GPU is asked for nothing."""
        with given_borders(Borders(starts, input_ids.shape[1])):
            return self._compute_hidden(input_ids, position_ids)

    def _compute_hidden(self, input_ids: torch.Tensor, position_ids: torch.Tensor) -> torch.Tensor:
        decoder = self.causal_lm.get_decoder()
        # The adapters are fp32. Without autocast PEFT copies every activation to fp32 and multiplies there, which makes
        # a step on a bf16 base 1.5 times as long.
        half = self.autocast and self.causal_lm.dtype == torch.bfloat16
        with torch.autocast(input_ids.device.type, torch.bfloat16, enabled=half, cache_enabled=not self.graphs):
            # No attention mask: its absence lets transformers read the packed blocks from the position ids.
            output = decoder(input_ids=input_ids, position_ids=position_ids, use_cache=False)
        return output.last_hidden_state

    def forward(
        self,
        input_ids: torch.Tensor,
        position_ids: torch.Tensor,
        labels: torch.Tensor,
        *,
        starts: torch.Tensor | None = None,
        learned: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Tokens, positions and labels (B, T), and the rest as `describe_batch` gives it; returns a scalar in nats."""
        hidden, targets = select_labelled(self._learn_hidden(input_ids, position_ids, starts), labels, learned)
        return _SummedCrossEntropy.apply(hidden, targets, read_head(self.causal_lm))

    @torch.no_grad()
    def compute_token_losses(
        self, input_ids: torch.Tensor, position_ids: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        """Loss of each label in nats, shape (B, T), 0 where there is none. The loss of the label at t stands at t."""
        hidden, targets = select_labelled(self._compute_hidden(input_ids, position_ids), labels)
        losses = torch.zeros(labels.shape, dtype=torch.float32, device=labels.device)
        losses[:, 1:][labels[:, 1:] != IGNORED] = compute_token_losses(hidden, targets, read_head(self.causal_lm))
        return losses
