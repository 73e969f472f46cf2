"""Clicks that come while the page is still busy with the one before: none of them may be lost."""

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from catalora.app import comparing
from catalora.app.answers import Asked, list_asked
from catalora.app.question import BLIND, QUESTION, _ask


class Session(dict):
    """A session at whose first uses Streamlit says that the next click is waiting."""

    def __init__(self, *, interrupted_at):
        super().__init__({QUESTION: " What is a lamp? ", BLIND: False})
        self.uses, self.interrupted_at = 0, interrupted_at

    def _use(self):
        self.uses += 1
        if self.uses == self.interrupted_at:
            raise RerunException(RerunData())

    def __getitem__(self, key):
        self._use()
        return super().__getitem__(key)

    def setdefault(self, key, default):
        self._use()
        return super().setdefault(key, default)


@pytest.mark.parametrize("interrupted_at", [1, 2, 3])
def test_a_click_that_the_next_one_interrupts_counts_too(monkeypatch, interrupted_at):
    monkeypatch.setattr(st, "session_state", Session(interrupted_at=interrupted_at))
    with pytest.raises(RerunException):  # so that Streamlit goes on to the next click
        _ask("run", ("base",))
    _ask("run", ("tuned",))
    (entry,) = list_asked("run")
    assert (entry.question, entry.awaited) == ("What is a lamp?", ("base", "tuned"))


@pytest.mark.parametrize("end", [StopException(), RerunException(RerunData()), OSError("no"), None])
def test_a_side_asked_for_meanwhile_is_still_awaited(monkeypatch, end):
    entry = Asked("What is a lamp?", awaited=("base",))

    def answer(run, asked, sides, slots):
        asked.await_sides(("tuned",))  # the next click
        if end is not None:
            raise end

    monkeypatch.setattr(comparing, "_generate", answer)
    if end is None:
        comparing.generate(None, entry, {})
    else:
        with pytest.raises(type(end)):
            comparing.generate(None, entry, {})
    # Where the page is drawn anew it goes on with both.
    assert entry.awaited == (("base", "tuned") if isinstance(end, RerunException) else ("tuned",))
