"""Keys and values of a batch, with room for the tokens that are to come.

transformers' own layer joins past and new states to a new tensor, so each token copies all that came before it. Here
a token is written behind them, and the past moves only when the room is full, or rows were taken out of the batch.

    room   p p p p n . . .     the next token is written at n; what attention is given is a view up to and with it
"""

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

# Tokens of room at a time. More would hold memory that short answers never use.
ROOM = 64


class RoomyLayer(DynamicLayer):
    """transformers' layer that keeps its whole past, in a tensor longer than that past."""

    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self._rooms: dict[str, torch.Tensor] = {}
        self._views: dict[str, torch.Tensor] = {}

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_args: Any, **_kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write new states of shape (rows, heads, new tokens, width) behind the past; returns all of them, as views."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        past = self.get_seq_length()
        self.keys = self._write("keys", self.keys, key_states, past)
        self.values = self._write("values", self.values, value_states, past)
        return self.keys, self.values

    def _write(self, name: str, own: torch.Tensor, states: torch.Tensor, past: int) -> torch.Tensor:
        rows, heads, new, width = states.shape
        room = self._rooms.get(name)
        # Whoever selects, repeats or cuts off puts another tensor into the place of the view.
        if room is None or own is not self._views[name] or past + new > room.shape[-2]:
            room = states.new_empty(rows, heads, past + new + ROOM, width)
            if past:
                room[:, :, :past] = own
        room[:, :, past : past + new] = states
        self._rooms[name], self._views[name] = room, room[:, :, : past + new]
        return self._views[name]


def make_cache(config: Any, *, windows: bool = True) -> DynamicCache:
    """An empty cache for a model of this configuration.

    Args:
        config: the model's.
        windows: whether layers with a sliding window keep no more than that, in transformers' own way. Without, they
            keep their whole past too, and the window is in the mask alone.
    """
    cache = DynamicCache(config=config)
    cache.layers = [layer if windows and type(layer) is not DynamicLayer else RoomyLayer() for layer in cache.layers]
    return cache
