"""How long an evaluation will take, measured on a few tokens before it starts.

Nearly all of the time goes into decoding, a step for each new token of a whole batch, and reading prompts and true
descriptions. Both are timed on the real model with a few lanes and with more, and drawn out to the whole work. Answers
that end before the limit make it shorter, so this is about the most that it can take.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from catalora.config import GenerationConfig
from catalora.evaluation.scoring import make_greedy
from catalora.generation.answer import Answerer, Side

_FEW_LANES, _MORE_LANES = 2, 16
_FEW_STEPS, _MORE_STEPS = 1, 4


@dataclass(frozen=True, slots=True)
class Workload:
    """What is to be done.

    Attributes:
        questions: to be answered in one go.
        lanes: answers to each question.
        prompt_tokens: of all these prompts.
        read_tokens: prompts and descriptions that are read without generating, by all columns together.
    """

    questions: int
    lanes: int
    prompt_tokens: int
    read_tokens: int


@dataclass(frozen=True, slots=True)
class _Speed:
    step_seconds: float  # of a decoding step without any lane
    lane_seconds: float  # more for each lane
    token_seconds: float  # of reading one token

    def predict(self, work: Workload, batch_size: int, max_new_tokens: int) -> float:
        batches = math.ceil(work.questions * work.lanes / (2 * batch_size))
        steps = batches * max_new_tokens * self.step_seconds
        lanes = work.questions * work.lanes * max_new_tokens * self.lane_seconds
        return steps + lanes + (work.prompt_tokens * work.lanes + work.read_tokens) * self.token_seconds


def estimate_seconds(
    answerer: Answerer,
    questions: Sequence[str],
    workloads: Sequence[Workload],
    generation: GenerationConfig,
    batch_size: int,
) -> float:
    """Seconds that the workloads will take at most, by timing a few tokens now.

    Args:
        answerer: the model.
        questions: some of the questions, to time with; at least one.
        workloads: what is to be done.
        generation: decoding; its token limit is what an answer takes at most.
        batch_size: questions per batch of both sides.
    """
    speed = _measure_speed(answerer, questions, generation)
    return sum(speed.predict(work, batch_size, generation.max_new_tokens) for work in workloads)


def _measure_speed(answerer: Answerer, questions: Sequence[str], generation: GenerationConfig) -> _Speed:
    asked = [questions[place % len(questions)] for place in range(_MORE_LANES)]
    tokens = sum(map(len, answerer.template.encode_prompts(answerer.tokenizer, asked[_FEW_LANES:])))
    _time(answerer, asked[:_FEW_LANES], _FEW_STEPS, generation)  # the first call pays for starting up
    few = [_time(answerer, asked[:_FEW_LANES], steps, generation) for steps in (_FEW_STEPS, _MORE_STEPS)]
    more = [_time(answerer, asked, steps, generation) for steps in (_FEW_STEPS, _MORE_STEPS)]
    few_step, more_step = ((late - early) / (_MORE_STEPS - _FEW_STEPS) for early, late in (few, more))
    lane = max(0.0, more_step - few_step) / (_MORE_LANES - _FEW_LANES)
    return _Speed(
        step_seconds=max(0.0, few_step - _FEW_LANES * lane),
        lane_seconds=lane,
        token_seconds=max(0.0, more[0] - few[0]) / tokens,
    )


def _time(answerer: Answerer, questions: Sequence[str], steps: int, generation: GenerationConfig) -> float:
    # The base goes on until the limit; the tuned side's lanes would end at once where it has learned to stop.
    sides: tuple[Side, ...] = ("base",)
    limited = make_greedy(generation).model_copy(update={"max_new_tokens": steps})
    started = time.perf_counter()
    answerer.answer(questions, limited, sides)
    return time.perf_counter() - started
