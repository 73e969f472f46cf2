"""One batch that requests join and leave while it runs: what a server generates with.

Each lane has its own settings and its own random numbers. Newcomers are computed through their prompts in one pass of
their own and then put beside the others; a lane that has ended leaves with its part of the cache. All lanes of a batch
are of one side, so that the adapter is switched for all of them and never lane by lane.

    columns of the cache   . . . 1 1 1 1     the left is filled up where a lane is shorter than the longest
                           1 1 1 1 1 1 1     and cut off again when the longest has left
                           . . . . . 1 1
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import DynamicCache

from catalora.errors import UsageError
from catalora.generation.cache import make_cache

# Layers whose whole past is kept, so that lanes of different length can be put side by side.
JOINABLE_LAYERS = {"full_attention", "sliding_attention"}
# Prompts of one pass, in tokens with what fills them up: it bounds both memory and how long the others wait.
JOIN_TOKENS = 4_096


@dataclass(slots=True, eq=False)
class Lane:
    """One answer while it grows.

    Attributes:
        prompt: token ids, `<bos>` included.
        max_new_tokens: the answer is cut there.
        temperature: 0 is greedy.
        top_p: nucleus sampling, only above temperature 0.
        seed: of this lane's own random numbers.
        ids: tokens so far, the end token included.
        stopped: whether the model ended the answer.
        dropped: whether nobody wants the rest any more.
    """

    prompt: Sequence[int]
    max_new_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    ids: list[int] = field(default_factory=list)
    stopped: bool = False
    dropped: bool = False
    chance: torch.Generator | None = None

    @property
    def ended(self) -> bool:
        """Whether no token is to come any more."""
        return self.stopped or self.dropped or len(self.ids) >= self.max_new_tokens


class LaneBatch:
    """Lanes that go on together, one token each per step. Not for several threads.

    Args:
        model: a transformers model, or one wrapped by PEFT whose adapter is as this batch needs it.
        stop_ids: tokens that end an answer.
        pad_id: what shorter prompts are filled up with, on the left.

    Raises:
        UsageError: the model keeps a past that cannot be put side by side.
    """

    def __init__(self, model: Any, stop_ids: Sequence[int], pad_id: int) -> None:
        kinds = set(getattr(model.config.get_text_config(), "layer_types", None) or ()) - JOINABLE_LAYERS
        if kinds:
            raise UsageError(
                f"the base model has layers of kind {', '.join(sorted(kinds))}; expected full or sliding attention",
                code="lanes-unsupported",
                hint="Export the run and serve it with vLLM: see docs/serve.md.",
            )
        self._model = model
        self._device = next(model.parameters()).device
        self._stop_ids = frozenset(stop_ids)
        self._pad_id = pad_id
        self._last = torch.tensor([-1], device=self._device)
        self.lanes: list[Lane] = []
        # Of shape (lanes, columns): which columns of the cache a lane may see.
        self._mask = torch.zeros((0, 0), dtype=torch.long, device=self._device)
        self._cache = DynamicCache()

    def join(self, lanes: Sequence[Lane]) -> None:
        """Compute the prompts of new lanes, give each its first token, and put them beside the others."""
        waiting = sorted(lanes, key=lambda lane: len(lane.prompt))
        while waiting:
            # Of similar length together, the longest first.
            size = max(1, JOIN_TOKENS // len(waiting[-1].prompt))
            self._join(waiting[-size:])
            del waiting[-size:]

    @torch.inference_mode()
    def _join(self, lanes: list[Lane]) -> None:
        longest = max(len(lane.prompt) for lane in lanes)
        ids = torch.tensor([[self._pad_id] * (longest - len(lane.prompt)) + list(lane.prompt) for lane in lanes])
        mask = torch.tensor([[0] * (longest - len(lane.prompt)) + [1] * len(lane.prompt) for lane in lanes])
        mask = mask.to(self._device)
        cache = make_cache(self._model.config, windows=False)
        logits = self._forward(ids.to(self._device), mask, (mask.cumsum(1) - 1).clamp(min=0), cache)
        self._take(lanes, logits)
        if self.lanes:
            columns = max(self._mask.shape[1], longest)
            for own, new in zip(self._cache.layers, cache.layers, strict=True):
                own.keys = torch.cat([_fill_up(own.keys, columns), _fill_up(new.keys, columns)])
                own.values = torch.cat([_fill_up(own.values, columns), _fill_up(new.values, columns)])
            self._mask = torch.cat([_fill_up(self._mask, columns, dim=-1), _fill_up(mask, columns, dim=-1)])
        else:
            self._cache, self._mask = cache, mask
        self.lanes += lanes

    @torch.inference_mode()
    def step(self) -> None:
        """One more token for each lane that has not ended."""
        ids = torch.tensor([[lane.ids[-1]] for lane in self.lanes], device=self._device)
        self._mask = torch.cat([self._mask, self._mask.new_ones(len(self.lanes), 1)], dim=1)
        logits = self._forward(ids, self._mask, self._mask.sum(1, keepdim=True) - 1, self._cache)
        self._take(self.lanes, logits)

    @torch.inference_mode()
    def leave(self) -> None:
        """Let the lanes go that have ended, and with them the columns that no other lane sees."""
        staying = [place for place, lane in enumerate(self.lanes) if not lane.ended]
        if len(staying) == len(self.lanes):
            return
        if not staying:
            self.clear()
            return
        self.lanes = [self.lanes[place] for place in staying]
        rows = torch.tensor(staying, device=self._device)
        self._mask = self._mask[rows]
        first = int(self._mask.any(0).nonzero()[0])
        self._mask = self._mask[:, first:]
        for layer in self._cache.layers:
            # A copy of its own, so that what is cut off is really freed.
            layer.keys = layer.keys[rows, :, first:].contiguous()
            layer.values = layer.values[rows, :, first:].contiguous()

    def clear(self) -> None:
        """Let all lanes go."""
        self.lanes = []
        self._mask = self._mask.new_zeros((0, 0))
        self._cache = DynamicCache()

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, cache: Any) -> torch.Tensor:
        """Logits after the last column, shape (lanes, vocabulary), in float32."""
        output = self._model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            # By index and not by count: a slice of a longer row would have the head copied for every lane.
            logits_to_keep=self._last,
        )
        return output.logits[:, -1].float()

    def _take(self, lanes: Iterable[Lane], logits: torch.Tensor) -> None:
        best = logits.argmax(-1).tolist()
        for row, lane in enumerate(lanes):
            if lane.ended:
                continue
            token = best[row] if lane.temperature == 0 else draw_token(logits[row], lane)
            lane.ids.append(token)
            lane.stopped = token in self._stop_ids


def draw_token(logits: torch.Tensor, lane: Lane) -> int:
    """One token by the lane's temperature and nucleus, with its own random numbers.

    The noise belongs to the tokens and not to the places of a sorted list (Gumbel's trick, as the least of exponential
    waiting times), so that a rounding of the logits moves a choice only where two tokens were nearly level.

    Args:
        logits: shape (vocabulary,), float32.
        lane: its settings; its random numbers move on by one token.
    """
    if lane.chance is None:
        lane.chance = torch.Generator(device=logits.device).manual_seed(lane.seed)
    # The best token's logit is taken off first: however low the temperature, nothing overflows.
    probabilities = ((logits - logits.max()) / lane.temperature).softmax(-1)
    waiting = torch.empty_like(probabilities).exponential_(generator=lane.chance)
    if lane.top_p < 1:
        ordered, places = probabilities.sort(descending=True, stable=True)
        outside = places[ordered.cumsum(-1) - ordered >= lane.top_p]
        probabilities = probabilities.index_fill(0, outside, 0.0)
    return int((probabilities / waiting).argmax())


def _fill_up(part: torch.Tensor, columns: int, dim: int = -2) -> torch.Tensor:
    """The same with zeros on the left, up to so many columns."""
    missing = columns - part.shape[dim]
    if not missing:
        return part
    padding = (missing, 0) if dim == -1 else (0, 0, missing, 0)
    return torch.nn.functional.pad(part, padding)
