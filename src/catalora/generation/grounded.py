"""Grounded answers: the tuned model with the product's record in the prompt, and what to say when there is no record.

Tuning teaches how descriptions are written, not what is true of a product; the record tells that. The model may still
leave the record: `references/grounding.py` checks what came out.
"""

import re
from collections.abc import Sequence

from catalora.config import GenerationConfig
from catalora.generation.answer import Answer, Answerer, OnText, Side

UNKNOWN = {
    "en": "I do not know this product: it is not in this catalogue.",
    "pt": "Não conheço este produto: ele não está neste catálogo.",
}
_PORTUGUESE = re.compile(
    r"[ãõçáéíóúâêô]|\b(?:o|que|qual|quem|como|uma?|sobre|fale|diga|descreva|escreva|explique|você|voce|produto|esse|este)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:what|which|who|how|is|are|the|about|tell|me|describe|write|explain|give|can|could|please|of|for|product)\b",
    re.IGNORECASE,
)


def answer_sides(
    answerer: Answerer,
    question: str,
    config: GenerationConfig,
    sides: Sequence[Side],
    *,
    record: tuple[str, str] | None,
    decline_unknown: bool = False,
    on_text: OnText | None = None,
) -> tuple[dict[Side, Answer], float]:
    """Answers of all sides to one question, by side in the order asked, and the seconds that they took.

    Args:
        answerer: the model.
        question: as asked.
        config: decoding, the same for all sides.
        sides: which sides answer.
        record: title and description of the product that the question is about, or nothing when there is none.
        decline_unknown: without a record the grounded side declines; otherwise it answers from the plain prompt.
        on_text: called with (0, side, new text) while the answers grow.
    """
    if "grounded" not in sides or record is not None:
        answers = answerer.answer([question], config, sides, on_text, records=[record] if record else None)
        return answers.by_question[0], answers.seconds
    if not decline_unknown:
        return _answer_without_record(answerer, question, config, sides, on_text)
    # Before anything is generated: it is what the user waits for.
    declined = decline(question)
    if on_text:
        on_text(0, "grounded", declined.text)
    others = [side for side in sides if side != "grounded"]
    if not others:
        return {"grounded": declined}, 0.0
    answers = answerer.answer([question], config, others, on_text)
    return {side: declined if side == "grounded" else answers.by_question[0][side] for side in sides}, answers.seconds


def decline(question: str) -> Answer:
    """The answer about a product that is not in the catalogue, in the question's language; no model is asked."""
    language = "pt" if len(_PORTUGUESE.findall(question)) > len(_ENGLISH.findall(question)) else "en"
    return Answer("grounded", question, UNKNOWN[language], tokens=0, stopped=True, has_follow_up=False)


def _answer_without_record(
    answerer: Answerer, question: str, config: GenerationConfig, sides: Sequence[Side], on_text: OnText | None
) -> tuple[dict[Side, Answer], float]:
    """The grounded side as the tuned one: the same weights and, without a record, the same prompt."""
    asked: list[Side] = list(dict.fromkeys("tuned" if side == "grounded" else side for side in sides))

    def relay(number: int, side: Side, text: str) -> None:
        for name in sides:
            if on_text and side == ("tuned" if name == "grounded" else name):
                on_text(number, name, text)

    answers = answerer.answer([question], config, asked, relay if on_text else None)
    found = answers.by_question[0]
    tuned = found["tuned"]
    copy = Answer("grounded", question, tuned.text, tuned.tokens, tuned.stopped, tuned.has_follow_up)
    return {side: copy if side == "grounded" else found[side] for side in sides}, answers.seconds
