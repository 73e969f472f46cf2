"""What belongs to one reader (language, token, answers) and what all readers share (the model worker)."""

import atexit
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

from catalora.app.place import Place
from catalora.app.texts import LANGUAGES, Texts, choose_language
from catalora.app.worker import ModelWorker

# Keys of the session state. The token lives here and nowhere else.
LANGUAGE, TOKEN, ACCOUNT = "lang", "hf_token", "hf_account"
KEPT_RESULTS = 64


def get_texts() -> Texts:
    """The words of the reader's language."""
    chosen = st.session_state.get(LANGUAGE) or st.query_params.get(LANGUAGE)
    language = next((known for known in LANGUAGES if known == chosen), choose_language(st.context.locale))
    return Texts(language, st.context.timezone)


def get_place() -> Place:
    """The app's folders."""
    return Place.from_environment()


def get_token() -> str | None:
    """The Hugging Face token of this reader, when one was given and the Hub accepted it."""
    return st.session_state.get(TOKEN) if st.session_state.get(ACCOUNT) else None


@st.cache_resource(show_spinner=False)
def get_worker() -> ModelWorker:
    """The one model worker of this server."""
    worker = ModelWorker()
    atexit.register(worker.close)
    return worker


def recall(key: Hashable, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was computed for a key before, by any reader, or now.

    Streamlit's own caches do not take functions that draw, and these show how far they are.
    """
    kept = _get_kept()
    if key not in kept:
        kept[key] = compute()
        while len(kept) > KEPT_RESULTS:
            kept.popitem(last=False)
    return kept[key]


@st.cache_resource(show_spinner=False)
def _get_kept() -> OrderedDict[Hashable, dict[str, Any]]:
    return OrderedDict()
