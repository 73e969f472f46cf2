"""Many greedy answers at once, for whole catalogues: one batch that shrinks as its answers end.

transformers' own `generate` keeps every row of a batch until the longest answer is done, and half of a catalogue's
answers are less than half as long. Here a row that has ended leaves the batch, and with it its part of the cache. Each
token's probability is read on the way, because the model has just computed it.

    prompts of similar length → one pass over all of them → one token a row and pass → rows that ended leave

What all prompts of a batch begin with, such as an instruction with examples, is computed once for all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil
import torch
from transformers import DynamicCache

from catalora.generation.cache import make_cache

# Rows leave together once this share of the batch has ended: each time the cache of the others is copied.
LEAVING_SHARE = 0.125
MAX_BATCH_SIZE = 128
# Of the memory that is free now; the rest is for what else happens on the machine while this runs for hours.
MEMORY_SHARE = 0.25
FLOAT32_BYTES = 4
# A shared beginning of fewer tokens costs more as a pass of its own than it saves.
SHARED_TOKENS = 32


@dataclass(slots=True)
class Generated:
    """The answer to one prompt, while it grows and when it is done.

    Attributes:
        ids: its tokens, the end token included.
        log_probability: sum over its tokens, in nats.
        stopped: whether the model ended it; otherwise the token limit did.
    """

    ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    stopped: bool = False

    @property
    def mean_log_probability(self) -> float:
        """How sure the model was of its tokens on average, in nats per token; 0 is certain."""
        return self.log_probability / len(self.ids) if self.ids else 0.0


class BatchGenerator:
    """Generates with one causal language model.

    Args:
        model: a transformers model.
        stop_ids: tokens that end an answer.
        pad_id: what shorter prompts are filled up with, on the left.
    """

    def __init__(self, model: Any, stop_ids: Sequence[int], pad_id: int) -> None:
        self.model = model.eval()
        self._device = next(model.parameters()).device
        self._stop_ids = torch.tensor(list(stop_ids), device=self._device)
        self._pad_id = pad_id

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[Generated]:
        """Greedy answers to prompts of token ids, in their order.

        When the device's memory does not hold them all, they are answered in halves.
        """
        try:
            with torch.inference_mode():
                return self._generate(prompts, max_new_tokens)
        except torch.OutOfMemoryError:
            if len(prompts) == 1:
                raise
        middle = len(prompts) // 2
        return [*self.generate(prompts[:middle], max_new_tokens), *self.generate(prompts[middle:], max_new_tokens)]

    @torch.inference_mode()
    def compute_gaps(self, prefixes: Sequence[Sequence[int]], tokens: Sequence[int]) -> list[float]:
        """How much less likely than the best token each given one is after its prefix, in nats; 0 for the best itself.

        Args:
            prefixes: token ids; one row after the other, because near ties depend on how a batch is added up.
            tokens: one for each.
        """
        gaps = []
        for prefix, token in zip(prefixes, tokens, strict=True):
            ids = torch.tensor([list(prefix)], device=self._device)
            logits = self.model(input_ids=ids, use_cache=False, logits_to_keep=1).logits[0, -1].float()
            gaps.append(float(logits.max() - logits[token]))
        return gaps

    def choose_batch_size(self, prompt_tokens: int, max_new_tokens: int) -> int:
        """How many rows fit into the memory that is free now, at most `MAX_BATCH_SIZE`."""
        if self._device.type == "cuda":
            free, _ = torch.cuda.mem_get_info(self._device)
        else:
            free = psutil.virtual_memory().available
        row = estimate_row_bytes(self.model, prompt_tokens, max_new_tokens)
        return max(1, min(MAX_BATCH_SIZE, int(MEMORY_SHARE * free / row)))

    def _generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[Generated]:
        answers = [Generated() for _ in prompts]
        rows = list(answers)  # those that are still in the batch, in its order
        shared = self._count_shared(prompts)
        cache = self._read_shared(prompts[0][:shared], len(prompts))
        ids, mask = self._pad([prompt[shared:] for prompt in prompts])
        mask = torch.cat([mask.new_ones(len(rows), shared), mask], dim=1)
        positions = (mask.cumsum(1) - 1).clamp(min=0)[:, shared:]
        ended = torch.zeros(len(rows), dtype=torch.bool, device=self._device)
        for step in range(max_new_tokens):
            logits = self.model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            ).logits[:, -1]
            best, tokens = logits.float().max(-1)
            log_probabilities = best - logits.float().logsumexp(-1)
            _take_tokens(rows, tokens.tolist(), log_probabilities.tolist(), ended.tolist())
            now_ended = torch.isin(tokens, self._stop_ids)
            for row, stopped in zip(rows, now_ended.tolist(), strict=True):
                row.stopped = row.stopped or stopped
            ended = ended | now_ended
            if ended.all() or step + 1 == max_new_tokens:
                break
            positions = positions[:, -1:] + 1
            if int(ended.sum()) >= LEAVING_SHARE * len(rows):
                staying = (~ended).nonzero().flatten()
                rows = [rows[place] for place in staying.tolist()]
                cache.batch_select_indices(staying)
                tokens, mask, positions, ended = (part[staying] for part in (tokens, mask, positions, ended))
            ids, mask = tokens[:, None], torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
        return answers

    def _count_shared(self, prompts: Sequence[Sequence[int]]) -> int:
        """Tokens that all prompts begin with, at least one of each left over; 0 where sharing is not worth it."""
        kinds = set(getattr(self.model.config.get_text_config(), "layer_types", None) or ())
        # The fillers stand between the beginning and the rest, where a sliding window would count them.
        if len(prompts) < 2 or kinds - {"full_attention"}:
            return 0
        # Without the last token of the shortest, so that each prompt has one to go on with.
        columns = list(zip(*prompts, strict=False))[:-1]
        shared = next((place for place, tokens in enumerate(columns) if len(set(tokens)) > 1), len(columns))
        return shared if shared >= SHARED_TOKENS else 0

    def _read_shared(self, ids: Sequence[int], rows: int) -> DynamicCache:
        """The cache of so many rows after their shared beginning; empty without one."""
        cache = make_cache(self.model.config)
        if ids:
            self.model(
                input_ids=torch.tensor([list(ids)], device=self._device),
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            cache.batch_repeat_interleave(rows)
        return cache

    def _pad(self, prompts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and mask of shape (prompts, longest), padded on the left."""
        longest = max(map(len, prompts))
        ids = [[self._pad_id] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
        mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        return torch.tensor(ids, device=self._device), torch.tensor(mask, device=self._device)


def _take_tokens(
    rows: Sequence[Generated], tokens: Sequence[int], log_probabilities: Sequence[float], ended: Sequence[bool]
) -> None:
    for row, token, log_probability, done in zip(rows, tokens, log_probabilities, ended, strict=True):
        if not done:
            row.ids.append(token)
            row.log_probability += log_probability


def estimate_row_bytes(model: Any, prompt_tokens: int, max_new_tokens: int) -> int:
    """Most memory that one row of a batch takes: its cache, twice while it grows, and its part of the widest layers."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    element = next(model.parameters()).element_size()
    cache = 2 * config.num_hidden_layers * heads * width * (prompt_tokens + max_new_tokens) * element
    # In the first pass a layer holds input, output and MLP for the whole prompt; the head only for its last token.
    layer = prompt_tokens * (4 * config.hidden_size + 3 * config.intermediate_size) * element
    return int(2 * cache + layer + 3 * FLOAT32_BYTES * config.vocab_size)
