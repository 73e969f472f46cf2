"""Which engine answers a catalogue: measured on this machine with some of its own titles, before the work begins.

transformers is the reference. Another engine is taken only where it is clearly faster and answers as the reference does
up to near ties, since a difference in rounding decides which of two nearly equal tokens wins:

    the same tokens                                              passes
    parts at a token that the reference finds nearly as likely   passes, and is counted
    parts at another token                                       does not pass, however fast

Engines with weights of 8 or 4 bits are never measured here: they answer otherwise, so they are taken by name alone.
"""

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from math import inf, isfinite
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from catalora.errors import CataloraError
from catalora.generation.batch import BatchGenerator, Generated
from catalora.progress import Progress

# Below this a gain is not worth rows that another machine, choosing otherwise, would word otherwise.
CLEARLY_FASTER = 1.5
# By how much less likely a token may be than the reference's best, in nats: two steps of bfloat16 at logits of 8 to 16.
# Weights of 8 bits went to twice that, an engine in float32 to nothing at all; see `docs/experiments.md`.
NEAR_TIE_NATS = 0.125
# A job that takes less is over before another engine is converted, loaded and measured.
WORTH_SECONDS = 300.0
# Each engine answers for about so long; a slow machine gets shorter answers instead of a long measurement.
SAMPLE_SECONDS = 5.0
FIRST_TOKENS = 8
TURNS = 2


class Engine(Protocol):
    """What answers in the place of `BatchGenerator`."""

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[Generated]:
        """Greedy answers to prompts of token ids, in their order."""


class Measured(BaseModel):
    """What was seen of one engine.

    Attributes:
        engine: its name.
        tokens_per_second: of the sample, the best of its turns; nothing where it did not answer.
        parted: answers of the sample that are not the reference's to the last token.
        widest_gap_nats: most that a parting token was less likely to the reference than its own; nothing where one
            answer only goes on longer.
        verdict: why it was taken or not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    tokens_per_second: float | None = None
    parted: int | None = None
    widest_gap_nats: float | None = None
    verdict: str


class EngineChoice(BaseModel):
    """The engine of a job; it stands in the manifest, so that a job goes on with what it was begun with.

    Attributes:
        engine: its name.
        reason: why.
        measured: all that were tried.
        sample: how many titles each answered; 0 where nothing was measured.
        loss: of an engine with smaller weights: how likely it finds held-out descriptions, beside the run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    reason: str
    measured: tuple[Measured, ...] = ()
    sample: int = 0
    loss: dict[str, float] | None = None


class Candidate(Protocol):
    """An engine that could be taken."""

    @property
    def name(self) -> str:
        """Of the engine."""

    def refuse(self) -> str:
        """Why it is not tried on this machine; empty when it is."""

    def open(self) -> Engine:
        """Load it."""


def choose_engine(
    reference: BatchGenerator,
    candidates: Iterable[Candidate],
    sample: Sequence[Sequence[int]],
    titles: int,
    max_new_tokens: int,
    progress: Progress,
    *,
    worth_seconds: float = WORTH_SECONDS,
) -> EngineChoice:
    """Measure and choose; the engines are let go of again.

    Args:
        reference: transformers with the merged model.
        candidates: engines that are installed.
        sample: prompts of some titles of the job, of all lengths.
        titles: how many the job has.
        max_new_tokens: of the job.
        progress: told which engine is measured.
        worth_seconds: a shorter job is answered by the reference without measuring.
    """
    others = list(candidates)
    if not others:
        return EngineChoice(engine="transformers", reason="no other engine is installed for this device")
    progress("measure transformers", 0, None)
    _, elapsed = _answer(reference, sample, FIRST_TOKENS)
    # The prompts are in it, so it is rather too much.
    whole = elapsed * max_new_tokens / FIRST_TOKENS * titles / len(sample)
    if whole < worth_seconds:
        reason = f"transformers takes less than {whole:.0f} s for all; measuring others would not pay"
        return EngineChoice(engine="transformers", reason=reason, sample=len(sample))
    limit = max(FIRST_TOKENS, min(max_new_tokens, int(FIRST_TOKENS * SAMPLE_SECONDS / elapsed)))
    expected, seconds = _answer(reference, sample, limit)
    own = Measured(
        engine="transformers",
        tokens_per_second=_count(expected) / seconds,
        parted=0,
        widest_gap_nats=0.0,
        verdict="the reference",
    )
    measured = [own]
    for candidate in others:
        progress(f"measure {candidate.name}", 0, None)
        measured.append(_measure(candidate, reference, sample, limit, expected))
        gc.collect()
    return _decide(measured, len(sample), limit)


def _measure(
    candidate: Candidate,
    reference: BatchGenerator,
    sample: Sequence[Sequence[int]],
    limit: int,
    expected: Sequence[Generated],
) -> Measured:
    """Speed in alternating turns with the reference, and where the answers part."""
    if reason := candidate.refuse():
        return Measured(engine=candidate.name, verdict=f"not tried: {reason}")
    try:
        engine = candidate.open()
    except CataloraError as error:
        return Measured(engine=candidate.name, verdict=f"not tried: {error.message}")
    try:
        engine.generate(sample, FIRST_TOKENS)
        ratios, speeds, found = [], [], expected
        for _ in range(TURNS):
            _, own = _answer(reference, sample, limit)
            found, seconds = _answer(engine, sample, limit)
            speeds.append(_count(found) / seconds)
            ratios.append(speeds[-1] * own / _count(expected))
    except CataloraError as error:
        return Measured(engine=candidate.name, verdict=f"failed: {error.message}")
    finally:
        close_engine(engine)
    gaps = list_gaps(reference, sample, expected, found)
    gap = max(gaps, default=0.0)
    ratio = sorted(ratios)[len(ratios) // 2 - 1] if len(ratios) > 1 else ratios[0]
    return Measured(
        engine=candidate.name,
        tokens_per_second=max(speeds),
        parted=len(gaps),
        widest_gap_nats=gap if isfinite(gap) else None,
        verdict=_judge(ratio, gap),
    )


def _judge(ratio: float, gap: float) -> str:
    if not isfinite(gap):
        return "its answers are others: one ends where the reference's goes on, or the other way round"
    if gap > NEAR_TIE_NATS:
        return f"its answers are others: one parts at a token that is {gap:.2f} nats less likely"
    if ratio < CLEARLY_FASTER:
        return f"{ratio:.2f} times the speed of transformers; taken from {CLEARLY_FASTER:g}"
    return f"passed: {ratio:.2f} times the speed of transformers"


def list_gaps(
    reference: BatchGenerator,
    sample: Sequence[Sequence[int]],
    expected: Sequence[Generated],
    found: Sequence[Generated],
) -> list[float]:
    """How much less likely the reference finds the first other token of each answer that is not its own, in nats.

    Infinite where one answer goes on and the other has ended, so that there is no other token.
    """
    prefixes: list[Sequence[int]] = []
    tokens: list[int] = []
    without_token = 0
    for prompt, ours, theirs in zip(sample, expected, found, strict=True):
        if ours.ids == theirs.ids:
            continue
        pairs = enumerate(zip(ours.ids, theirs.ids, strict=False))
        place = next((place for place, (own, other) in pairs if own != other), None)
        if place is None:
            without_token += 1
        else:
            prefixes.append([*prompt, *ours.ids[:place]])
            tokens.append(theirs.ids[place])
    return [*reference.compute_gaps(prefixes, tokens), *[inf] * without_token]


def _decide(measured: Sequence[Measured], sample: int, limit: int) -> EngineChoice:
    own, *others = measured
    passed = [one for one in others if one.verdict.startswith("passed")]
    best = max(passed, key=lambda one: one.tokens_per_second or 0.0, default=own)
    figures = f"{best.tokens_per_second:.0f} tokens/s with {sample} titles of up to {limit} tokens"
    if best is own:
        why = "; ".join(f"{one.engine}: {one.verdict}" for one in others)
        return EngineChoice(engine=own.engine, reason=f"{figures}; {why}", measured=tuple(measured), sample=sample)
    reason = f"{figures}, {best.verdict.removeprefix('passed: ')}"
    return EngineChoice(engine=best.engine, reason=reason, measured=tuple(measured), sample=sample)


def _answer(engine: Engine, sample: Sequence[Sequence[int]], limit: int) -> tuple[list[Generated], float]:
    started = time.perf_counter()
    found = engine.generate(sample, limit)
    return found, time.perf_counter() - started


def _count(answers: Sequence[Generated]) -> int:
    return sum(len(answer.ids) for answer in answers)


def close_engine(engine: Any) -> None:
    """Let an engine go that holds a process; the others go with their last reference."""
    close: Callable[[], None] | None = getattr(engine, "close", None)
    if close is not None:
        with suppress(OSError):
            close()
