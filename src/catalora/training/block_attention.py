"""Attention over packed rows, block by block: what lies outside of an example's own block is never computed.

On the CPU the library's kernel takes a mask over the whole row and computes every product in it; a row of three
examples costs three times what its blocks need, and small heads spend most of the time outside of the products. Here
each block is one small attention

    P = softmax(scale · Q Kᵀ + causal mask),   O = P V
    dV = Pᵀ dO,   dS = P ∘ (dO Vᵀ - rowsum(dO ∘ O)),   dQ = scale · dS K,   dK = scale · dSᵀ Q

(Dao et al. 2022, arXiv 2205.14135, appendix B.2), with the query heads that share a key head in one product.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

NAME = "catalora_blocks"
FALLBACK = "sdpa"
# The probabilities of a block are kept for the backward pass; of longer blocks they would be too many.
LONGEST_BLOCK = 1024

Block = tuple[int, int, int]  # row, first token, token after the last


@contextmanager
def attend_in_blocks(model: Any) -> Iterator[None]:
    """Let a transformers model attend block by block on the CPU while the context is open.

    Where blocks can't be used (another device, a soft cap, a window shorter than a block, attention dropout, no
    position ids, generation with a cache) the library's own kernel computes.
    """
    before = model.config._attn_implementation
    if next(model.parameters()).device.type != "cpu" or before != FALLBACK:
        yield
        return
    ALL_ATTENTION_FUNCTIONS.register(NAME, _attend)
    ALL_MASK_ATTENTION_FUNCTIONS.register(NAME, ALL_MASK_ATTENTION_FUNCTIONS[FALLBACK])
    model.set_attn_implementation(NAME)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """The interface of transformers: query (B, H, T, D), key and value (B, K, T, D) → (B, T, H, D)."""
    positions = kwargs.get("position_ids")
    blocks = None
    if positions is not None and positions.shape == (query.shape[0], query.shape[2]) and key.shape[2] == query.shape[2]:
        blocks = find_blocks(positions)
    longest = max((end - start for _, start, end in blocks), default=0) if blocks else 0
    window = kwargs.get("sliding_window") or longest
    if blocks is None or dropout or kwargs.get("softcap") or longest > min(window, LONGEST_BLOCK):
        result: tuple[torch.Tensor, None] = ALL_ATTENTION_FUNCTIONS[FALLBACK](
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, **kwargs
        )
        return result
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    return _BlockAttention.apply(query, key, value, blocks, scale), None


def find_blocks(position_ids: torch.Tensor) -> list[Block]:
    """The examples of packed rows, recognised by positions that start again, shape (B, T).

    Example:
        >>> find_blocks(torch.tensor([[0, 1, 2, 0, 1], [0, 1, 2, 3, 4]]))
        [(0, 0, 3), (0, 3, 5), (1, 0, 5)]
    """
    blocks = []
    for row, positions in enumerate(position_ids.tolist()):
        starts = [index for index, position in enumerate(positions) if index == 0 or position == 0]
        ends = [*starts[1:], len(positions)]
        blocks += [(row, start, end) for start, end in zip(starts, ends, strict=True)]
    return blocks


class _BlockAttention(torch.autograd.Function):
    """Causal attention inside each block."""

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, blocks: list[Block], scale: float
    ) -> torch.Tensor:
        """Query (B, H, T, D), key and value (B, K, T, D) → (B, T, H, D)."""
        batch, heads, tokens, width = query.shape
        output = query.new_empty(batch, tokens, heads, width)
        kept = []
        with torch.autocast(query.device.type, enabled=False):
            for row, start, end in blocks:
                queries, keys, values = _cut(query, key, value, row, start, end)
                scores = (queries @ keys.transpose(1, 2)).float().mul_(scale)
                # Every key head has the scores of its group of query heads one below the other.
                grouped = scores.view(-1, end - start, end - start)
                grouped += _build_causal_mask(end - start)
                shares = torch.softmax(scores, dim=-1).to(query.dtype)
                kept.append(shares)
                output[row, start:end] = (shares @ values).view(heads, end - start, width).transpose(0, 1)
        ctx.save_for_backward(query, key, value, output, *kept)
        ctx.blocks, ctx.scale = blocks, scale
        return output

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None]:
        """Gradients of query, key and value."""
        query, key, value, output, *kept = ctx.saved_tensors
        d_query, d_key, d_value = map(torch.empty_like, (query, key, value))
        heads, key_heads = query.shape[1], key.shape[1]
        for (row, start, end), shares in zip(ctx.blocks, kept, strict=True):
            queries, keys, values = _cut(query, key, value, row, start, end)
            given = grad[row, start:end].transpose(0, 1).reshape(key_heads, -1, grad.shape[-1])
            made = output[row, start:end].transpose(0, 1).reshape(given.shape)
            d_value[row, :, start:end] = shares.transpose(1, 2) @ given
            slopes = (given @ values.transpose(1, 2)).float()
            slopes -= (given.float() * made.float()).sum(-1, keepdim=True)
            d_scores = slopes.mul_(shares).mul_(ctx.scale).to(query.dtype)
            d_query[row, :, start:end] = (d_scores @ keys).view(heads, end - start, -1)
            d_key[row, :, start:end] = d_scores.transpose(1, 2) @ queries
        return d_query, d_key, d_value, None, None


def _cut(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, row: int, start: int, end: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """One block: queries (K, H/K · n, D), keys and values (K, n, D)."""
    keys, values = key[row, :, start:end], value[row, :, start:end]
    return query[row, :, start:end].reshape(key.shape[1], -1, query.shape[-1]), keys, values


def _build_causal_mask(length: int) -> torch.Tensor:
    return torch.full((length, length), float("-inf")).triu_(1)
