"""The forward pass of MiniLM (a BERT encoder without its pooler), written out in about sixty torch calls.

One question is so short that what the calls cost counts as much as what they compute, and transformers' BertModel makes
many more of them: measured by `benchmarks/index_speed.py embedding`. The order of operations is that of Devlin et al.
2019 (arXiv:1810.04805): each layer normalises after it adds.
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

HEADS = 12
EPSILON = 1e-12


class Affine(NamedTuple):
    """Weight and bias of a linear layer, `(out, in)` and `(out,)`, or of a normalisation, `(width,)` both."""

    weight: Tensor
    bias: Tensor


class Layer(NamedTuple):
    """One encoder layer; query, key and value are made in one product of three times the width."""

    attend: Affine
    join: Affine
    join_norm: Affine
    widen: Affine
    narrow: Affine
    narrow_norm: Affine


class TokenEmbedding:
    """Words and their places, added up and not yet normalised. Arguments as of `MiniLM`."""

    def __init__(self, weights: Mapping[str, Tensor], dtype: torch.dtype, device: torch.device) -> None:
        self._words = weights["embeddings.word_embeddings.weight"].to(device, dtype)
        # Every token is of the first kind: the second is for pairs of texts, which MiniLM is never given.
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self._positions = (weights["embeddings.position_embeddings.weight"] + kind).to(device, dtype)

    def __call__(self, ids: Tensor) -> Tensor:
        """Token ids `(batch, length)` to `(batch, length, width)`."""
        return functional.embedding(ids, self._words) + self._positions[: ids.shape[1]]


class MiniLM:
    """Token states of all-MiniLM-L6-v2.

    Args:
        weights: the published file's tensors, by its names; the pooler's are not used.
        layers: how many encoder layers they hold.
        dtype: what to compute in.
        device: where to compute.

    Raises:
        KeyError: a tensor is missing.
    """

    def __init__(self, weights: Mapping[str, Tensor], layers: int, dtype: torch.dtype, device: torch.device) -> None:
        self._embed = TokenEmbedding(weights, dtype, device)
        self._layers = []
        pick = partial(_pick, weights, dtype=dtype, device=device)
        self._norm = pick("embeddings.LayerNorm")
        for name in (f"encoder.layer.{i}" for i in range(layers)):
            parts = [pick(f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
            self._layers.append(
                Layer(
                    attend=Affine(torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])),
                    join=pick(f"{name}.attention.output.dense"),
                    join_norm=pick(f"{name}.attention.output.LayerNorm"),
                    widen=pick(f"{name}.intermediate.dense"),
                    narrow=pick(f"{name}.output.dense"),
                    narrow_norm=pick(f"{name}.output.LayerNorm"),
                )
            )

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """States of the last layer, `(batch, length, width)`.

        Args:
            ids: token ids, `(batch, length)`.
            mask: 1 at tokens and 0 at padding, `(batch, length)`; states at padding mean nothing.
        """
        batch, length = ids.shape
        states = _normalise(self._embed(ids), self._norm)
        # Without padding attention needs no mask, and runs faster without one.
        visible = None if bool(mask.all()) else mask.bool()[:, None, None, :]
        for layer in self._layers:
            heads = functional.linear(states, *layer.attend).view(batch, length, 3, HEADS, -1)
            query, key, value = heads.permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=visible)
            joined = functional.linear(mixed.transpose(1, 2).reshape(batch, length, -1), *layer.join)
            states = _normalise(states + joined, layer.join_norm)
            wide = functional.gelu(functional.linear(states, *layer.widen))
            states = _normalise(states + functional.linear(wide, *layer.narrow), layer.narrow_norm)
        return states


def _pick(weights: Mapping[str, Tensor], name: str, dtype: torch.dtype, device: torch.device) -> Affine:
    return Affine(weights[f"{name}.weight"].to(device, dtype), weights[f"{name}.bias"].to(device, dtype))


def _normalise(states: Tensor, norm: Affine) -> Tensor:
    return functional.layer_norm(states, norm.weight.shape, norm.weight, norm.bias, EPSILON)
