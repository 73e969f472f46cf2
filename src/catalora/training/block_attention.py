"""Attention over packed rows, block by block: what lies outside of an example's own block is never computed.

On the CPU the library's kernel takes a mask over the whole row and computes every product in it; a row of three
examples costs three times what its blocks need, and small heads spend most of the time outside of the products. Here
each block is one small attention

    P = softmax(scale · Q Kᵀ + causal mask),   O = P V
    dV = Pᵀ dO,   dS = P ∘ (dP - rowsum(dP ∘ P)) with dP = dO Vᵀ,   dQ = scale · dS K,   dK = scale · dSᵀ Q

(Dao et al. 2022, arXiv 2205.14135, appendix B.2), with the query heads that share a key head in one product. Blocks of
similar length are filled up to the longest of them and computed at once: what is filled up weighs nothing, in the
result as in the gradients, and many small products cost more than fewer larger ones.

On NVIDIA GPUs the FlashAttention kernel that comes with torch takes the borders of the blocks as they are.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from catalora.training.borders import Borders, find_borders

NAME = "catalora_blocks"
FALLBACK = "sdpa"
# The probabilities of a block are kept for the backward pass; of longer blocks they would be too many.
LONGEST_BLOCK = 1024
# Blocks that are at least this share of a group's longest one are computed with it.
SHORTEST_SHARE = 0.5
# The widest heads that FlashAttention's kernels take.
FLASH_WIDTH = 256

Block = tuple[int, int, int]  # row, first token, token after the last


@contextmanager
def attend_in_blocks(model: Any) -> Iterator[None]:
    """Let a transformers model attend block by block while the context is open: on the CPU, and on NVIDIA GPUs.

    Where blocks can't be used (another device, a soft cap, a window shorter than a block, attention dropout, no
    position ids, generation with a cache) the library's own kernel computes.
    """
    before = model.config._attn_implementation
    device = next(model.parameters()).device.type
    if device not in ("cpu", "cuda") or before != FALLBACK:
        yield
        return
    ALL_ATTENTION_FUNCTIONS.register(NAME, _Attention(_attend_in_groups if device == "cpu" else _attend_by_flash))
    ALL_MASK_ATTENTION_FUNCTIONS.register(NAME, LaterMask)
    model.set_attn_implementation(NAME)
    try:
        yield
    finally:
        model.set_attn_implementation(before)


_given: ContextVar[Borders | None] = ContextVar("borders", default=None)


@contextmanager
def given_borders(borders: Borders) -> Iterator[None]:
    """Let attention on a GPU take these borders while the context is open, instead of reading them from positions."""
    token = _given.set(borders)
    try:
        yield
    finally:
        _given.reset(token)


class LaterMask:
    """The library's mask over whole rows, made when a layer asks for it, which few do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._make = cache(lambda: ALL_MASK_ATTENTION_FUNCTIONS[FALLBACK](*args, **kwargs))

    def make(self) -> torch.Tensor | None:
        """The mask; nothing where the kernel needs none."""
        return self._make()


class _Attention:
    """The attention of every layer; the layers of one pass are given the same positions, which are read once."""

    def __init__(self, attend: Callable[..., torch.Tensor | None]) -> None:
        self.attend = attend
        self.positions: torch.Tensor | None = None
        self.layout: Layout | Borders | None = None

    def __call__(
        self,
        module: torch.nn.Module,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attention_mask: torch.Tensor | LaterMask | None,
        dropout: float = 0.0,
        scaling: float | None = None,
        **kwargs: Any,
    ) -> tuple[torch.Tensor, None]:
        """The interface of transformers: query (B, H, T, D), key and value (B, K, T, D) → (B, T, H, D)."""
        positions = kwargs.get("position_ids")
        layout = None
        if (
            positions is not None
            and positions.shape == (query.shape[0], query.shape[2])
            and key.shape[2] == query.shape[2]
        ):
            layout = self._read(positions)
        window = kwargs.get("sliding_window") or sys.maxsize
        if layout is not None and not dropout and not kwargs.get("softcap") and layout.longest <= window:
            scale = query.shape[-1] ** -0.5 if scaling is None else scaling
            output = self.attend(query, key, value, layout, scale)
            if output is not None:
                return output, None
        mask = attention_mask.make() if isinstance(attention_mask, LaterMask) else attention_mask
        result: tuple[torch.Tensor, None] = ALL_ATTENTION_FUNCTIONS[FALLBACK](
            module, query, key, value, mask, dropout=dropout, scaling=scaling, **kwargs
        )
        return result

    def _read(self, positions: torch.Tensor) -> "Layout | Borders":
        if positions.device.type != "cpu" and (given := _given.get()) is not None:
            return given
        if self.layout is None or self.positions is not positions:
            self.positions = positions
            self.layout = lay_out(positions) if positions.device.type == "cpu" else find_borders(positions)
        return self.layout


# On GPUs


def _attend_by_flash(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, borders: Borders, scale: float
) -> torch.Tensor | None:
    """By the FlashAttention kernel that torch brings, which knows borders; nothing where it can't."""
    width = query.shape[-1]
    if query.dtype not in (torch.bfloat16, torch.float16) or width > FLASH_WIDTH or width % 8:
        return None
    if torch.version.hip is not None or torch.cuda.get_device_capability(query.device) < (8, 0):
        return None
    flat = (part.transpose(1, 2).flatten(0, 1) for part in (query, key, value))
    both = (borders.starts, borders.starts, borders.longest, borders.longest)
    output = torch.ops.aten._flash_attention_forward(*flat, *both, 0.0, True, False, scale=scale)[0]
    return output.view(query.shape[0], query.shape[2], query.shape[1], -1)


# On the CPU


def _attend_in_groups(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: "Layout", scale: float
) -> torch.Tensor | None:
    if layout.longest > LONGEST_BLOCK:
        return None
    result: torch.Tensor = _BlockAttention.apply(query, key, value, layout, scale)
    return result


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


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks of similar length that are computed at once, filled up to the longest of them.

    Attributes:
        tokens: shape (N, L), where each token of the N blocks stands among the B · T of the rows. A shorter block is
            filled up with its first token.
        filling: shape (N · L, 1), true where a block is filled up; None when none is.
        mask: shape (L, L), minus infinity where a key comes after the query.
    """

    tokens: torch.Tensor
    filling: torch.Tensor | None
    mask: torch.Tensor


@dataclass(frozen=True, slots=True)
class Layout:
    """How the examples of packed rows are taken apart and put together again.

    Attributes:
        groups: the blocks by length.
        places: shape (B · T), where each token stands in the groups' filled blocks, one group after another.
        longest: tokens of the longest block.
    """

    groups: list[Group]
    places: torch.Tensor
    longest: int


def lay_out(position_ids: torch.Tensor) -> Layout:
    """Sort the blocks of packed rows into groups of similar length, positions of shape (B, T).

    Example:
        >>> layout = lay_out(torch.tensor([[0, 1, 2, 0, 1, 0, 0]]))
        >>> [group.tokens.tolist() for group in layout.groups]  # "3 3 4 0 1" would be filled up more than it holds
        [[[0, 1, 2], [3, 4, 3]], [[5], [6]]]
        >>> layout.places.tolist()
        [0, 1, 2, 3, 4, 6, 7]
    """
    width = position_ids.shape[1]
    blocks = sorted(find_blocks(position_ids), key=lambda block: block[1] - block[2])
    groups, places, filled = [], torch.empty(position_ids.numel(), dtype=torch.long), 0
    while blocks:
        longest = blocks[0][2] - blocks[0][1]
        count = next((n for n, (_, start, end) in enumerate(blocks) if end - start < SHORTEST_SHARE * longest), None)
        members, blocks = blocks[:count], blocks[count:] if count else []
        starts = torch.tensor([row * width + start for row, start, _ in members])[:, None]
        lengths = torch.tensor([end - start for _, start, end in members])[:, None]
        steps = torch.arange(longest)
        inside = steps < lengths
        tokens = starts + steps * inside
        places[tokens[inside]] = filled + inside.flatten().nonzero().flatten()
        filled += tokens.numel()
        mask = torch.full((longest, longest), float("-inf")).triu_(1)
        groups.append(Group(tokens, None if inside.all() else ~inside.view(-1, 1), mask))
    return Layout(groups, places, max(group.tokens.shape[1] for group in groups))


class _BlockAttention(torch.autograd.Function):
    """Causal attention inside each block."""

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, layout: Layout, scale: float
    ) -> torch.Tensor:
        """Query (B, H, T, D), key and value (B, K, T, D) → (B, T, H, D)."""
        key_heads = key.shape[1]
        flat = [(_flatten(part), part.shape[-1]) for part in (query, key, value)]
        outputs, kept = [], []
        with torch.autocast(query.device.type, enabled=False):
            for group in layout.groups:
                queries, keys, values = (_take(part, group, key_heads, width) for part, width in flat)
                scores = (queries @ keys.transpose(1, 2)).mul_(scale)
                # Each query's heads stand one below the other.
                by_query = scores.view(scores.shape[0], *group.mask.shape[:1], -1, group.mask.shape[1])
                by_query += group.mask[:, None].to(scores.dtype)
                shares = torch.softmax(scores, dim=-1)
                outputs.append(_untake(shares @ values, group, key_heads))
                kept += [queries, keys, values, shares]
        ctx.save_for_backward(*kept)
        ctx.layout, ctx.scale, ctx.shapes = layout, scale, (query.shape, key.shape, value.shape)
        return _put(outputs, layout).view(query.shape[0], query.shape[2], query.shape[1], -1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None]:
        """Gradients of query, key and value."""
        kept = iter(ctx.saved_tensors)
        key_heads, width = ctx.shapes[2][1], ctx.shapes[2][3]
        flat = grad.reshape(-1, grad.shape[2] * grad.shape[3])
        found: tuple[list[torch.Tensor], ...] = ([], [], [])
        for group in ctx.layout.groups:
            queries, keys, values, shares = (next(kept) for _ in range(4))
            given = _take(flat, group, key_heads, width, fill=0)
            d_value = shares.transpose(1, 2) @ given
            slopes = given @ values.transpose(1, 2)
            d_scores = torch.ops.aten._softmax_backward_data(slopes, shares, -1, shares.dtype).mul_(ctx.scale)
            parts = (d_scores @ keys, d_scores.transpose(1, 2) @ queries, d_value)
            for results, part in zip(found, parts, strict=True):
                results.append(_untake(part, group, key_heads))
        d_query, d_key, d_value = (
            _put(results, ctx.layout).view(shape[0], shape[2], shape[1], shape[3]).transpose(1, 2)
            for results, shape in zip(found, ctx.shapes, strict=True)
        )
        return d_query, d_key, d_value, None, None


def _flatten(part: torch.Tensor) -> torch.Tensor:
    """Shape (B, heads, T, D) → (B · T, heads · D)."""
    return part.transpose(1, 2).reshape(part.shape[0] * part.shape[2], -1)


def _take(flat: torch.Tensor, group: Group, key_heads: int, width: int, fill: float | None = None) -> torch.Tensor:
    """A group's tokens from (B · T, heads · D): (N · K, L · heads / K, D), a token's heads one below the other."""
    taken = flat.index_select(0, group.tokens.view(-1))
    if fill is not None and group.filling is not None:
        taken.masked_fill_(group.filling, fill)
    blocks, length = group.tokens.shape
    if key_heads == 1:
        return taken.view(blocks, -1, width)
    return taken.view(blocks, length, key_heads, -1, width).transpose(1, 2).reshape(blocks * key_heads, -1, width)


def _untake(part: torch.Tensor, group: Group, key_heads: int) -> torch.Tensor:
    """The way back: (N · K, L · heads / K, D) → (N · L, heads · D)."""
    blocks, length = group.tokens.shape
    if key_heads > 1:
        part = part.view(blocks, key_heads, length, -1, part.shape[-1]).transpose(1, 2)
    return part.reshape(blocks * length, -1)


def _put(parts: list[torch.Tensor], layout: Layout) -> torch.Tensor:
    """All groups' tokens at their places: (B · T, heads · D)."""
    return (parts[0] if len(parts) == 1 else torch.cat(parts)).index_select(0, layout.places)
