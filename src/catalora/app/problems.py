"""Errors on a page: what happened and what to do, in the reader's language, as plain text."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from catalora.app.plain import reveal
from catalora.app.state import get_texts
from catalora.errors import CataloraError


def show_error(error: CataloraError) -> None:
    """An error that was raised on purpose."""
    show_failure(error.code, error.message, error.hint, error.facts)


def show_failure(code: str, message: str, hint: str, facts: Mapping[str, Any] | None = None) -> None:
    """The same for an error that was read from a folder; a translated one keeps the original's details below."""
    texts = get_texts()
    said, next_step = texts.explain_facts(code, message, hint, facts or {})
    # Paths and names in it may hold anything, and an alert's own text is Markdown.
    with st.container(border=True):
        st.error(texts("common.error_title"), icon=":material/error:")
        st.text(reveal(said))
        if next_step:
            st.text("→ " + reveal(next_step))
        if said != message:
            st.caption(texts("common.error_detail"))
            st.code(reveal(f"{message}\n[{code}]"), language=None, wrap_lines=True)


@contextmanager
def showing_errors() -> Iterator[None]:
    """Show what goes wrong inside instead of ending the page."""
    try:
        yield
    except CataloraError as error:
        show_error(error)
