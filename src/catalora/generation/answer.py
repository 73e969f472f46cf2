"""Ask the base and the tuned model, as lanes of one batch over one copy of the weights.

Every question goes through the same prompt, the same decoder settings and the same forward passes on both sides; only
the adapter differs, lane by lane (PEFT's mixed-adapter batches). Where all lanes are of one side, it is switched for
the whole batch. A single answer is a batch of one.

    lane 0   base    question 0        lane 2   base    question 1
    lane 1   tuned   question 0        lane 3   tuned   question 1

A third lane can be grounded: the tuned model with the product's record in the prompt (see `prompts.py`).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import torch
from transformers import GenerationConfig as DecoderConfig
from transformers.generation.streamers import BaseStreamer

from catalora.config import GenerationConfig
from catalora.errors import DataError, UsageError
from catalora.generation.batch import BatchGenerator
from catalora.prompts import PromptTemplate

Side = Literal["base", "tuned", "grounded"]
# The two sides of the weights; the grounded one shares the tuned ones'.
SIDES: tuple[Side, ...] = ("base", "tuned")
BASE_ALONE = "__base__"  # PEFT's reserved name for no adapter
ADAPTER_NAMES: dict[Side, str] = {"base": BASE_ALONE, "tuned": "default", "grounded": "default"}

# What decides which token comes next, and when an answer ends.
DECODER_SETTINGS = (
    "max_new_tokens",
    "do_sample",
    "temperature",
    "top_p",
    "top_k",
    "num_beams",
    "repetition_penalty",
    "no_repeat_ngram_size",
    "eos_token_id",
)

OnText = Callable[[int, Side, str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side answered.

    Attributes:
        side: whose answer it is.
        question: as asked.
        text: the whole answer as decoded; nothing is cut off or repaired.
        tokens: generated tokens, `<eos>` included.
        stopped: whether the model ended the answer itself; otherwise the token limit did.
        has_follow_up: whether it went on to invent a next turn.
    """

    side: Side
    question: str
    text: str
    tokens: int
    stopped: bool
    has_follow_up: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of one batch.

    Attributes:
        by_question: in the order of the questions.
        seconds: time of the whole batch.
        decoder: the decoder settings, the same for all lanes.
    """

    by_question: tuple[dict[Side, Answer], ...]
    seconds: float
    decoder: dict[str, Any]


class Answerer:
    """Generates with one PEFT model. Not for several threads: the lanes are switched through the model's own state."""

    def __init__(self, model: Any, tokenizer: Any, template: PromptTemplate, device: str) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.template = template
        self.device = device
        self.stop_ids = _collect_stop_ids(model, tokenizer)
        self.context_length = int(getattr(model.config, "max_position_embeddings", None) or 8_192)
        self.pad_id = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else self.stop_ids[0]

    def answer(
        self,
        questions: Sequence[str],
        config: GenerationConfig,
        sides: Sequence[Side] = SIDES,
        on_text: OnText | None = None,
        records: Sequence[tuple[str, str]] | None = None,
    ) -> Answers:
        """Generate an answer of each side to each question, all in one batch.

        Args:
            questions: titles or questions.
            config: decoding, the same for all lanes.
            sides: which sides answer.
            on_text: called with (question number, side, new text) while the answers grow.
            records: title and description for each question; the grounded side needs them.

        Raises:
            UsageError: no question, an empty one, or no records for the grounded side.
            DataError: prompt and answer do not fit into the model's context.
        """
        if not questions or not all(question.strip() for question in questions):
            raise UsageError(
                "the question is empty: expected a product title or a question about one",
                code="empty-question",
                hint='For example: catalora ask RUN "What is Mog\'s Kittens?"',
            )
        lanes = [(number, side) for number in range(len(questions)) for side in sides]
        plain = self.template.encode_prompts(self.tokenizer, questions)
        grounded = self._encode_grounded(questions, records) if "grounded" in sides else plain
        prompts = [(grounded if side == "grounded" else plain)[number] for number, side in lanes]
        streamer = _LaneStreamer(self, lanes, on_text) if on_text else None
        decoder = self.build_decoder(config)
        started = time.monotonic()
        generated = self.generate(prompts, config, [side for _, side in lanes], streamer)
        seconds = time.monotonic() - started
        by_question: list[dict[Side, Answer]] = [{} for _ in questions]
        for (number, side), ids in zip(lanes, generated, strict=True):
            by_question[number][side] = self._read_answer(side, questions[number], ids)
        return Answers(tuple(by_question), seconds, {name: getattr(decoder, name) for name in DECODER_SETTINGS})

    def generate(
        self,
        prompts: Sequence[Sequence[int]],
        config: GenerationConfig,
        sides: Sequence[Side],
        streamer: BaseStreamer | None = None,
    ) -> list[list[int]]:
        """Token ids that follow each prompt, up to and with the token that ended the answer, all in one batch.

        Greedy lanes of one kind that nobody watches leave the batch as they end (see `batch.py`); all others go through
        transformers' own loop. Both choose the same tokens.

        Args:
            prompts: token ids, `<bos>` included.
            config: decoding, the same for all lanes.
            sides: which side answers each prompt.
            streamer: gets the tokens while they come.

        Raises:
            DataError: prompt and answer do not fit into the model's context.
        """
        self._require_room(prompts, config)
        if streamer is None and config.temperature == 0 and len({ADAPTER_NAMES[side] for side in sides}) == 1:
            generator = BatchGenerator(self.model, self.stop_ids, self.pad_id)
            with self.weights_of(sides):
                return [answer.ids for answer in generator.generate(prompts, config.max_new_tokens)]
        inputs = self._stack(prompts)
        torch.manual_seed(config.seed)
        with torch.no_grad(), self.weights_of(sides):
            output = self.model.generate(**inputs, generation_config=self.build_decoder(config), streamer=streamer)
        return [self.cut_at_end(ids) for ids in output[:, inputs["input_ids"].shape[1] :].tolist()]

    @contextmanager
    def weights_of(self, sides: Sequence[Side]) -> Iterator[None]:
        """Let each lane compute with its side's weights.

        Choosing an adapter for each lane costs about a quarter of a step, so lanes of one kind switch it for all.
        """
        names = [ADAPTER_NAMES[side] for side in sides]
        if len(set(names)) == 1:
            with self.model.disable_adapter() if names[0] == BASE_ALONE else nullcontext():
                yield
            return
        chosen = ExitStack()
        chosen.enter_context(self.model._enable_peft_forward_hooks(adapter_names=names))
        try:
            yield
        finally:
            # Left without the error: PEFT's own exit does not let go of the lanes when it is told of one.
            chosen.close()

    def cut_at_end(self, ids: list[int]) -> list[int]:
        """The tokens of one answer, without what a batch pads it with."""
        end = next((place + 1 for place, token in enumerate(ids) if token in self.stop_ids), None)
        return ids[:end]

    def _encode_grounded(self, questions: Sequence[str], records: Sequence[tuple[str, str]] | None) -> list[list[int]]:
        if records is None:
            raise UsageError(
                "a grounded answer needs a product record, none was given",
                code="no-record",
                hint="Ask about a product of this run's catalogue, by its title.",
            )
        return self.template.encode_grounded_prompts(self.tokenizer, questions, records)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of completion tokens, without special tokens and without the space after the prompt."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=True)
        return text.lstrip(" ")

    def _require_room(self, prompts: Sequence[Sequence[int]], config: GenerationConfig) -> None:
        """Refuse prompts that leave no room for the longest answer."""
        longest, limit = max(map(len, prompts)), self.context_length
        if longest + config.max_new_tokens > limit:
            raise DataError(
                f"a prompt of {longest} tokens and {config.max_new_tokens} new ones exceed the model's {limit}",
                code="context-too-long",
                hint="Ask a shorter question, or lower generation.max_new_tokens.",
            )

    def _stack(self, prompts: Sequence[Sequence[int]]) -> dict[str, torch.Tensor]:
        """Prompts padded on the left to shape (lanes, longest prompt)."""
        longest = max(map(len, prompts))
        ids = [[self.pad_id] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
        mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        return {
            "input_ids": torch.tensor(ids, device=self.device),
            "attention_mask": torch.tensor(mask, device=self.device),
        }

    def build_decoder(self, config: GenerationConfig) -> DecoderConfig:
        """The decoder settings as transformers knows them."""
        # Everything is named, so that no default that ships with a model can favour one comparison over another.
        greedy = config.temperature == 0
        return DecoderConfig(
            max_new_tokens=config.max_new_tokens,
            do_sample=not greedy,
            temperature=None if greedy else config.temperature,
            top_p=None if greedy else config.top_p,
            top_k=None if greedy else 0,
            num_beams=1,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            eos_token_id=self.stop_ids,
            pad_token_id=self.pad_id,
            bos_token_id=self.tokenizer.bos_token_id,
        )

    def _read_answer(self, side: Side, question: str, ids: list[int]) -> Answer:
        text = self.decode(ids)
        return Answer(
            side=side,
            question=question,
            text=text,
            tokens=len(ids),
            stopped=bool(ids) and ids[-1] in self.stop_ids,
            has_follow_up=self.template.cut_follow_up(text)[1],
        )


def _collect_stop_ids(model: Any, tokenizer: Any) -> list[int]:
    """The tokenizer's `<eos>`, which tuning teaches, and what the base model's own configuration names besides."""
    own = getattr(model.generation_config, "eos_token_id", None)
    named = own if isinstance(own, list) else [own]
    return list(dict.fromkeys(token for token in (tokenizer.eos_token_id, *named) if token is not None))


class _LaneStreamer(BaseStreamer):
    """Turns the tokens of all lanes into pieces of text per lane. transformers' own streamer takes one."""

    def __init__(self, answerer: Answerer, lanes: Sequence[tuple[int, Side]], on_text: OnText) -> None:
        self.answerer = answerer
        self.lanes = lanes
        self.on_text = on_text
        self.ids: list[list[int]] = [[] for _ in lanes]
        self.shown = ["" for _ in lanes]
        self.finished = [False for _ in lanes]
        self.prompt_seen = False

    def put(self, value: torch.Tensor) -> None:
        """Take the prompts first, shape (lanes, T), then one token per lane and call, shape (lanes,)."""
        if not self.prompt_seen:
            self.prompt_seen = True
            return
        for lane, token in enumerate(value.flatten().tolist()):
            if not self.finished[lane]:
                self.finished[lane] = token in self.answerer.stop_ids
                self.ids[lane].append(token)
                self._show(lane)

    def end(self) -> None:
        """Show what was held back; called once, after the last token."""
        for lane in range(len(self.lanes)):
            self._show(lane, whole=True)

    def _show(self, lane: int, *, whole: bool = False) -> None:
        text = self.answerer.decode(self.ids[lane])
        if text.endswith("\ufffd") and not whole:
            return  # in the middle of a character of several tokens
        new = text[len(self.shown[lane]) :]
        if new:
            self.shown[lane] = text
            number, side = self.lanes[lane]
            self.on_text(number, side, new)
