"""What a page says while the model worker works on its request."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from catalora.app.state import get_texts
from catalora.app.worker.client import OnStage


@contextmanager
def showing_stages() -> Iterator[OnStage]:
    """A line with the present stage and the time, gone when the work is done."""
    texts, slot, started = get_texts(), st.empty(), time.monotonic()

    def show(stage: str, done: int, total: int | None) -> None:
        count = f" {texts.number(done)} / {texts.number(total)}" if total else ""
        slot.text(f"{texts.stage(stage)}{count} · {texts.duration(round(time.monotonic() - started))}")

    try:
        yield show
    finally:
        slot.empty()
