"""Proof of which weights answered.

A comparison is worth nothing when the adapter was off, the sides were swapped, or the adapter was another run's, and
none of that shows in the texts. So it is checked, three times over:

    file      the adapter in memory is the file in the run's folder, and that is the one that the training wrote
    logits    on fixed prompts each side's log-probabilities, taken lane by lane, equal those taken with the adapter
              switched off and on (the two ways in which answers are generated); and the two sides differ
    answers   under greedy decoding each answer's tokens are its own side's first choices, more often than the other's
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from peft import get_peft_model_state_dict
from safetensors.torch import load_file

from catalora.catalog.prepared import compute_file_sha256
from catalora.errors import EvaluationError
from catalora.generation.answer import ADAPTER_NAMES, SIDES, Answer, Answerer, Side
from catalora.model.adapter import WEIGHTS_FILE

FIXED_QUESTIONS = ("What is a lamp?", "O que é uma chaleira de cobre?", "Describe Garden Gloves, Size 9.", "A novel")
# Log-probabilities kept of each prompt, evenly spread over the vocabulary.
WATCHED_TOKENS = 64
# A lane may differ from the same weights alone by rounding; the other side's weights are much farther away.
_LANE_TOLERANCE = 0.25
_ROUNDING = 1e-4  # nats, in float32
# Half precision rounds more: in bfloat16 two ways of computing the same weights were up to 8 times its step apart (0.06
# nats, 18 layers of Gemma-2B's shape).
_ROUNDING_STEPS = 16
CHECKED_ANSWERS = 8
# Below this share neither side can have written the tokens greedily: the text did not survive decoding, as with bytes
# that are no characters, and proves nothing.
_CONVINCING = 0.75
_HINT = "Open the run again and evaluate it; if this repeats, train again."


@dataclass(frozen=True, slots=True)
class LogitFingerprint:
    """Log-probabilities of the next token on the fixed prompts, in nats, shape (prompts, `WATCHED_TOKENS`)."""

    values: npt.NDArray[np.float32]

    @property
    def digest(self) -> str:
        """A short name of the values; small differences of machines change it, which `distance` tells apart."""
        return hashlib.sha256(np.round(self.values, 1).tobytes()).hexdigest()[:12]

    def distance(self, other: "LogitFingerprint") -> float:
        """Largest difference of a log-probability, in nats."""
        return float(np.abs(self.values - other.values).max())


def check_adapter_file(answerer: Answerer, folder: Path, recorded_sha256: str | None) -> str:
    """Refuse an adapter in memory or on disk that is not the one the run's training wrote.

    Args:
        answerer: holds the adapter.
        folder: the run's adapter folder.
        recorded_sha256: of the weights file as recorded after training; older runs have none.

    Returns:
        The file's sha256.

    Raises:
        EvaluationError: file or memory differ.
    """
    path = folder / WEIGHTS_FILE
    found = compute_file_sha256(path)
    if recorded_sha256 is not None and found != recorded_sha256:
        raise EvaluationError(
            f"{path}: sha256 is {found[:12]}…, the training wrote {recorded_sha256[:12]}…: another run's adapter?",
            code="foreign-adapter",
            hint="Restore the run's own adapter folder, or train again.",
        )
    saved = load_file(path)
    live = get_peft_model_state_dict(answerer.model, save_embedding_layers=False)
    if live.keys() != saved.keys() or any(not _is_same(live[name], saved[name]) for name in saved):
        raise EvaluationError(
            f"the adapter in memory is not the one in {folder}",
            code="foreign-adapter",
            hint=_HINT,
        )
    return found


def check_sides(answerer: Answerer) -> dict[Side, LogitFingerprint]:
    """Take each side's fingerprint as answers are generated, and refuse sides that are not what they are called.

    Raises:
        EvaluationError: the adapter changes nothing or no more than rounding does, or a side answers with the other's
            weights.
    """
    lanes = {side: _take_lane(answerer, side) for side in SIDES}
    alone = {side: _take_alone(answerer, side) for side in SIDES}
    apart = alone["base"].distance(alone["tuned"])
    if apart <= _ROUNDING:
        raise EvaluationError(
            "the tuned side answers exactly as the base does: the adapter is switched off or empty",
            code="adapter-inactive",
            hint=_HINT,
        )
    rounding = _bound_rounding(answerer)
    if apart <= rounding:
        raise EvaluationError(
            f"base and tuned differ by at most {apart:.2g} nats on the fixed prompts, and rounding alone may come to "
            f"{rounding:.2g}: which weights answer cannot be proved",
            code="sides-too-close",
            hint="This run has hardly learned anything: train it for more steps, or with a higher "
            "training.learning_rate.",
        )
    tolerance = max(_LANE_TOLERANCE * apart, rounding)
    for side in SIDES:
        other = _other(side)
        if lanes[side].distance(alone[side]) > tolerance:
            is_other = lanes[side].distance(alone[other]) <= tolerance
            weights = f"the {other} side's weights" if is_other else "weights that are neither side's"
            raise EvaluationError(f"the {side} side answers with {weights}", code="sides-swapped", hint=_HINT)
    return lanes


def check_active(answerer: Answerer, side: Side, fingerprints: Mapping[Side, LogitFingerprint]) -> None:
    """Refuse to go on where the weights that are active now, with no lane chosen, are not one side's.

    Args:
        answerer: the model, its adapter switched as it will be used.
        side: whose weights they are said to be.
        fingerprints: both sides', from `check_sides`.

    Raises:
        EvaluationError: they are nearer to the other side's.
    """
    active = _take(answerer, {})
    if active.distance(fingerprints[side]) >= active.distance(fingerprints[_other(side)]):
        raise EvaluationError(f"the {side} side would answer with other weights", code="sides-swapped", hint=_HINT)


def check_answers(
    answerer: Answerer, side: Side, answers: Sequence[Answer], records: Sequence[tuple[str, str]] | None = None
) -> tuple[float, float]:
    """Refuse greedy answers whose tokens are rather the other side's choices.

    Args:
        answerer: with the template that was asked with.
        side: whose answers they are said to be.
        answers: some of them; the first `CHECKED_ANSWERS` with any text are checked.
        records: title and description that stood in the prompt of each answer; none for plain prompts.

    Returns:
        Share of the tokens that are the first choice of the own and of the other weights; 1 and 1 without any text.

    Raises:
        EvaluationError: nearly all tokens are the other side's first choices, and fewer their own's.
    """
    places = [place for place, answer in enumerate(answers) if answer.text.strip()][:CHECKED_ANSWERS]
    if not places:
        return 1.0, 1.0
    checked, template = [answers[place] for place in places], answerer.template
    questions = [answer.question for answer in checked]
    if records is None:
        prompts = template.encode_prompts(answerer.tokenizer, questions)
    else:
        known = [records[place] for place in places]
        prompts = template.encode_grounded_prompts(answerer.tokenizer, questions, known)
    other = _other(side)
    own_share, other_share = (_share_first_choices(answerer, one, prompts, checked) for one in (side, other))
    if other_share > max(own_share, _CONVINCING):
        raise EvaluationError(
            f"the {side} side's answers are the {other} side's: {other_share:.0%} of their tokens are its first "
            f"choice, {own_share:.0%} their own side's",
            code="sides-swapped",
            hint=_HINT,
        )
    return own_share, other_share


def _other(side: Side) -> Side:
    return "tuned" if side == "base" else "base"


def _bound_rounding(answerer: Answerer) -> float:
    """How far two ways of computing with the same weights may lie apart, in nats."""
    precision = answerer.model.get_input_embeddings().weight.dtype
    return max(_ROUNDING, _ROUNDING_STEPS * torch.finfo(precision).eps)


def _is_same(first: torch.Tensor, second: torch.Tensor) -> bool:
    return first.shape == second.shape and torch.equal(first.cpu(), second.to(first.dtype).cpu())


def _take_lane(answerer: Answerer, side: Side) -> LogitFingerprint:
    """As `generate` does it for both sides at once: the adapter chosen by its name in a batch."""
    return _take(answerer, {"adapter_names": [ADAPTER_NAMES[side]]})


def _take_alone(answerer: Answerer, side: Side) -> LogitFingerprint:
    """As likelihoods are computed and one side's answers generated: the adapter switched off, or left on."""
    with answerer.model.disable_adapter() if side == "base" else nullcontext():
        return _take(answerer, {})


@torch.no_grad()
def _take(answerer: Answerer, lane: Mapping[str, Any]) -> LogitFingerprint:
    rows = []
    for ids in answerer.template.encode_prompts(answerer.tokenizer, FIXED_QUESTIONS):
        logits = answerer.model(input_ids=torch.tensor([ids], device=answerer.device), **lane).logits[0, -1]
        watched = torch.linspace(0, len(logits) - 1, WATCHED_TOKENS, device=logits.device).long()
        rows.append(logits.float().log_softmax(-1)[watched].cpu().numpy())
    return LogitFingerprint(np.stack(rows))


@torch.no_grad()
def _share_first_choices(
    answerer: Answerer, side: Side, prompts: Sequence[Sequence[int]], answers: Sequence[Answer]
) -> float:
    """Share of the answers' tokens that greedy decoding would take with these weights; one answer at a time."""
    template, tokenizer = answerer.template, answerer.tokenizer
    # Without the <eos> that is added: an answer may have been cut by the limit.
    texts = [ids[:-1] for ids in template.encode_completions(tokenizer, [answer.text for answer in answers])]
    first = total = 0
    with answerer.model.disable_adapter() if side == "base" else nullcontext():
        for prompt, text in zip(prompts, texts, strict=True):
            ids = torch.tensor([[*prompt, *text]], device=answerer.device)
            chosen = answerer.model(input_ids=ids, logits_to_keep=len(text) + 1).logits[0, :-1].argmax(-1)
            first += int((chosen == ids[0, len(prompt) :]).sum())
            total += len(text)
    return first / total
