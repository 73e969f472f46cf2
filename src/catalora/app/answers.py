"""Questions asked in this session and what each side answered; nothing of it is shared with other readers."""

import random
import time
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

SIDES = ("base", "tuned")
# The tuned model with the product's record in the prompt: a third column on request, since it is asked something else.
GROUNDED = "grounded"
_KEY = "asked"
KEPT_QUESTIONS = 50


@dataclass(slots=True)
class ShownAnswer:
    """An answer of one side.

    Attributes:
        text: whole, as generated.
        tokens: generated tokens.
        seconds: from the start of generation to this side's last token.
        stopped: whether the model ended it; otherwise the token limit did.
        has_follow_up: whether it went on to invent a next turn.
    """

    text: str
    tokens: int
    seconds: float
    stopped: bool
    has_follow_up: bool


@dataclass(slots=True)
class Asked:
    """One question with the answers that were asked for so far.

    Attributes:
        question: as asked.
        answers: by side.
        product: uid, title and status of the product that it names, or nothing.
        references: the nearest training products.
        record: uid, title and status of the record that the grounded answer was made from, or nothing.
        evidence: what the worker found for answers whose evidence was asked for, by side.
        influence: the training examples that pulled most towards the tuned answer, once they were asked for.
        blind: whether the sides are hidden until a choice is made.
        order: the sides from left to right; shuffled when blind.
        choice: the better side, `tie`, or nothing before the choice.
        awaited: sides asked for that have not answered yet; a click elsewhere interrupts them, and the next drawing
            of the page goes on with them.
        asked: when, in seconds since the epoch.
    """

    question: str
    answers: dict[str, ShownAnswer] = field(default_factory=dict)
    product: dict[str, str] | None = None
    references: list[dict[str, Any]] = field(default_factory=list)
    record: dict[str, str] | None = None
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    influence: dict[str, Any] | None = None
    blind: bool = False
    order: tuple[str, ...] = SIDES
    choice: str | None = None
    awaited: tuple[str, ...] = ()
    asked: float = field(default_factory=time.time)

    @property
    def is_hidden(self) -> bool:
        """Whether the reader may not know yet which side is which."""
        return self.blind and self.choice is None

    def await_sides(self, sides: tuple[str, ...]) -> None:
        """Ask for sides, beside those that were asked for already and were interrupted."""
        self.awaited += tuple(side for side in sides if side not in self.awaited)

    def let_go(self, sides: tuple[str, ...]) -> None:
        """Wait no more for these sides; others may have been asked for meanwhile."""
        self.awaited = tuple(side for side in self.awaited if side not in sides)


def list_asked(run: str) -> list[Asked]:
    """Questions asked about a run in this session, the newest first."""
    asked: dict[str, list[Asked]] = st.session_state.setdefault(_KEY, {})
    return asked.setdefault(run, [])


def begin(run: str, question: str, *, blind: bool) -> Asked:
    """The entry of a question: the newest one when it is the same question, a new one otherwise."""
    entries = list_asked(run)
    if entries and entries[0].question == question and not blind and not entries[0].blind:
        return entries[0]
    # Which side stands left is nobody's to predict in a blind test.
    order = tuple(random.SystemRandom().sample(SIDES, 2)) if blind else SIDES
    entry = Asked(question, blind=blind, order=order)
    entries.insert(0, entry)
    del entries[KEPT_QUESTIONS:]
    return entry


def forget(run: str) -> None:
    """Clear the history of a run."""
    list_asked(run).clear()
