"""Rotary positions of queries and keys as one autograd node: one pass over memory each way.

For the halves x1, x2 of a head and the angles' cosines c and sines s (Su et al. 2021, arXiv 2104.09864, section 3.4.2,
in the order of halves that transformers uses)

    y1 = x1 c1 - x2 s1,  y2 = x2 c2 + x1 s2          dx1 = dy1 c1 + dy2 s2,  dx2 = dy2 c2 - dy1 s1

The libraries write each of some ten steps to memory. Their function of a family is replaced where it computes this.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from catalora.training.rowwise import compute_rows

logger = logging.getLogger(__name__)

FUNCTION = "apply_rotary_pos_emb"


@contextmanager
def rotate_in_one_pass(model: nn.Module) -> Iterator[None]:
    """Let the attention layers of a transformers model rotate by our node while the context is open."""
    places = {type(module).__module__ for module in model.modules() if hasattr(module, "q_proj")}
    replaced = []
    for place in (sys.modules[name] for name in sorted(places)):
        original = getattr(place, FUNCTION, None)
        if original is not None and _computes_the_same(original):
            setattr(place, FUNCTION, rotate)
            replaced.append((place, original))
    try:
        yield
    finally:
        for place, original in replaced:
            setattr(place, FUNCTION, original)


def rotate(
    query: torch.Tensor, key: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, *_: Any, **__: Any
) -> tuple[torch.Tensor, torch.Tensor]:
    """Query (B, H, T, D), key (B, K, T, D), cosines and sines (B or 1, T, D) → query and key, rotated."""
    result: tuple[torch.Tensor, torch.Tensor] = _Rotation.apply(query, key, cos, sin)
    return result


@torch.no_grad()
def _computes_the_same(function: Any) -> bool:
    generator = torch.Generator().manual_seed(0)
    query, key = (torch.randn(2, heads, 3, 8, generator=generator) for heads in (4, 2))
    cos, sin = (torch.randn(2, 3, 8, generator=generator) for _ in range(2))
    try:
        expected = function(query, key, cos, sin)
    except (TypeError, ValueError, RuntimeError):  # of another shape
        return False
    return all(map(torch.allclose, rotate(query, key, cos, sin), expected))


class _Rotation(torch.autograd.Function):
    """Both rotations, keeping only cosines and sines."""

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """See `rotate`."""
        batch, _, length, _ = query.shape
        angles = [part.expand(batch, length, -1).reshape(batch * length, 1, -1) for part in (cos, sin)]
        ctx.save_for_backward(*angles)
        return _turn((query, key), *angles)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Gradients of query and key: turned by the angles' opposites, whose halves change places."""
        cos, sin = ctx.saved_tensors
        return *_turn(grads, cos, -torch.cat(sin.chunk(2, -1)[::-1], -1)), None, None


def _turn(parts: tuple[torch.Tensor, ...], cos: torch.Tensor, sin: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Each part (B, heads, T, D) turned by angles (B · T, 1, D); its tokens stand as the projection wrote them."""
    rows = tuple(part.transpose(1, 2).reshape(-1, part.shape[1], part.shape[3]) for part in parts)
    turned = compute_rows(_turn_rows, (*rows, cos, sin))
    return tuple(
        result.view(part.shape[0], part.shape[2], part.shape[1], -1).transpose(1, 2)
        for result, part in zip(turned, parts, strict=True)
    )


def _turn_rows(
    query: torch.Tensor, key: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    """Queries (N, H, D) and keys (N, K, D), cosines and sines (N, 1, D) → queries and keys."""
    (cos1, cos2), (sin1, sin2) = cos.chunk(2, -1), sin.chunk(2, -1)
    turned = []
    for part in (query, key):
        first, second = part.chunk(2, -1)
        turned.append(torch.cat([first * cos1 - second * sin1, second * cos2 + first * sin2], -1).to(part.dtype))
    return tuple(turned)
