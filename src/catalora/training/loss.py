"""The loss of the completion tokens, without ever holding the logits of a whole batch.

Gemma-2B has 256,000 output pieces: fp32 logits of 4,096 tokens would take 4.2 GB, twice with their gradient. So the
head is computed for labelled tokens only, in chunks, and its gradient is made in the forward pass, while each chunk's
logits are still there. The head's weight is frozen under LoRA, so only the gradient of the hidden states is needed:

    loss_t = logsumexp(z_t) - z_t[y_t],   z_t = softcap(W h_t + b),   d loss_t / d h_t = Wᵀ (softmax(z_t) - onehot(y_t))

The same idea stands in Liger-Kernel's and torchtune's chunked cross entropy; Gemma 2's soft cap is z ← c·tanh(z / c)
(arXiv 2408.00118, section 2).
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from catalora.training.packing import IGNORED

# Logits of one chunk in bytes: fits caches and allocators well, and is a small part of any base model.
CHUNK_BYTES = 128 * 2**20


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

    def compute_logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """Hidden states (N, H) → fp32 logits (N, V)."""
        logits = nn.functional.linear(hidden, self.weight, self.bias).float()
        if self.scale != 1.0:
            logits *= self.scale
        if self.softcap is not None:
            logits = torch.tanh(logits / self.softcap) * self.softcap
        return logits


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
        parts = _split_rows(len(hidden), head)
        # One memory for all chunks: new one costs as much time as the softmax, for the system fills it with zeros first.
        shape = (parts[0].stop if parts else 0, head.weight.shape[0])
        shares = torch.empty(shape, dtype=torch.float32, device=hidden.device)
        rounded = torch.empty(shape, dtype=head.weight.dtype, device=hidden.device)
        for part in parts:
            logits = head.compute_logits(hidden[part])
            chosen = logits.gather(1, targets[part, None])
            slope = torch.softmax(logits, dim=1, out=shares[: len(logits)])
            # log Z from the largest share, which is at least 1 / V: one pass where logsumexp would take five.
            top, place = logits.max(dim=1, keepdim=True)
            normaliser = top - slope.gather(1, place).log()
            loss += (normaliser - chosen).sum()
            slope.scatter_add_(1, targets[part, None], torch.full_like(chosen, -1.0))
            if head.softcap is not None:
                slope *= 1 - (logits / head.softcap) ** 2  # d tanh = 1 - tanh²
            if head.scale != 1.0:
                slope *= head.scale
            gradient[part] = (rounded[: len(logits)].copy_(slope) @ head.weight).to(gradient.dtype)
        ctx.save_for_backward(gradient)
        return loss

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        """Scale the gradient made in the forward pass."""
        (gradient,) = ctx.saved_tensors
        return gradient * grads[0], None, None


def _split_rows(rows: int, head: Head) -> list[slice]:
    size = max(1, CHUNK_BYTES // (4 * head.weight.shape[0]))
    return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]


def compute_token_losses(hidden: torch.Tensor, targets: torch.Tensor, head: Head) -> torch.Tensor:
    """Cross entropy of each token in nats, without gradient: hidden (N, H), targets (N,) → fp32 (N,)."""
    losses = torch.empty(len(hidden), dtype=torch.float32, device=hidden.device)
    for part in _split_rows(len(hidden), head):
        losses[part] = nn.functional.cross_entropy(head.compute_logits(hidden[part]), targets[part], reduction="none")
    return losses


def select_labelled(hidden: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Hidden states that predict a label, and the labels.

    Args:
        hidden: shape (B, T, H).
        labels: shape (B, T), `IGNORED` where nothing is learned. The label at t is predicted from the state at t - 1;
            a row's first position is never a label because it is a prompt's.

    Returns:
        Shapes (N, H) and (N,).
    """
    targets = labels[:, 1:]
    wanted = targets != IGNORED
    return hidden[:, :-1][wanted], targets[wanted]


class CompletionLoss(nn.Module):
    """A LoRA model with its loss: packed batch in, summed cross entropy of the completion tokens out.

    The trainer trains this module, so that data-parallel wrappers see one ordinary `forward`.
    """

    def __init__(self, model: nn.Module, *, autocast: bool = True) -> None:
        super().__init__()
        self.model = model
        self.autocast = autocast

    @property
    def causal_lm(self) -> Any:
        """The transformers model inside the PEFT wrapper."""
        get_base = getattr(self.model, "get_base_model", None)
        return get_base() if get_base else self.model

    def _compute_hidden(self, input_ids: torch.Tensor, position_ids: torch.Tensor) -> torch.Tensor:
        decoder = self.causal_lm.get_decoder()
        # The adapters are fp32. Without autocast PEFT copies every activation to fp32 and multiplies there, which makes
        # a step on a bf16 base 1.5 times as long.
        half = self.autocast and self.causal_lm.dtype == torch.bfloat16
        with torch.autocast(input_ids.device.type, torch.bfloat16, enabled=half):
            # No attention mask: its absence lets transformers read the packed blocks from the position ids.
            output = decoder(input_ids=input_ids, position_ids=position_ids, use_cache=False)
        return output.last_hidden_state

    def forward(self, input_ids: torch.Tensor, position_ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """All arguments have shape (B, T); returns a scalar in nats."""
        hidden, targets = select_labelled(self._compute_hidden(input_ids, position_ids), labels)
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
