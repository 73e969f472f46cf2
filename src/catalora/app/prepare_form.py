"""Beginning to prepare a catalogue, and watching it."""

from pathlib import Path

import streamlit as st

from catalora.app.place import DEMO_DATA, SUFFIXES, Place
from catalora.app.plain import reveal
from catalora.app.preparing import Preparation, dismiss, list_preparations, start_preparing
from catalora.app.problems import show_failure, showing_errors
from catalora.app.settings_form import show_settings
from catalora.app.texts import Texts
from catalora.catalog.sample import SAMPLE_PATH
from catalora.config import build_config

POLL_SECONDS = 1.0


def show_welcome(texts: Texts, place: Place) -> None:
    """What to do when there is nothing yet: the bundled catalogue in one click."""
    with st.container(border=True):
        st.subheader(texts("data.welcome_title"))
        st.text(texts("data.welcome_text"))
        if st.button(texts("data.welcome_button"), type="primary", icon=":material/play_arrow:", key="demo"):
            with showing_errors():
                start_preparing(place, DEMO_DATA, SAMPLE_PATH, {})
                st.rerun()


def show_prepare_form(texts: Texts, place: Place) -> None:
    """Choose or upload a catalogue, name the data set, change settings, start."""
    sources = place.list_sources()
    uploaded = st.file_uploader(
        texts("data.upload"),
        type=[suffix.lstrip(".") for suffix in SUFFIXES],
        key="upload",
        help=texts("data.upload_help"),
    )
    choice = st.selectbox(
        texts("data.source"),
        list(sources),
        format_func=lambda name: reveal(name) if name else texts("data.source_sample"),
        key="source",
        disabled=uploaded is not None,
        help=texts("data.source_help"),
    )
    name = st.text_input(texts("data.name"), value="", key="new_name", placeholder="amazon-3000", max_chars=64)
    with st.expander(texts("data.settings"), key="data_settings"):
        changed = show_settings(texts, ["data"], build_config(), key="prepare")
    if st.button(texts("data.prepare_button"), type="primary", key="prepare", disabled=not name.strip()):
        with showing_errors():
            place.dataset(name.strip())
            build_config(None, changed)
            source: Path = sources[choice]
            if uploaded is not None:
                source = place.save_upload(uploaded.name, uploaded.getvalue())
            start_preparing(place, name.strip(), source, changed)
            st.rerun()


@st.fragment(run_every=POLL_SECONDS)
def show_preparations(texts: Texts, place: Place) -> None:
    """Data sets in the making; when one is done the whole page is drawn again and shows it."""
    now = list_preparations(place)
    known = st.session_state.get("preparing", frozenset())
    running = frozenset(item.name for item in now if item.state == "running")
    st.session_state["preparing"] = running
    if known - running:
        st.session_state.pop("dataset", None)
        st.rerun()
    for item in now:
        if item.state == "running":
            _show_progress(texts, item)
        else:
            _show_failure(texts, place, item)


def _show_progress(texts: Texts, item: Preparation) -> None:
    share = min(1.0, item.done / item.total) if item.total else 0.0
    stage, count = texts.stage(item.stage or None), texts.percent(share)
    st.progress(share, text=texts("data.preparing", name=item.name, stage=stage, count=count))


def _show_failure(texts: Texts, place: Place, item: Preparation) -> None:
    assert item.error is not None
    st.text(texts("data.failed", name=item.name))
    show_failure(item.error["code"], item.error["message"], item.error["hint"], item.error["facts"])
    if st.button(texts("data.dismiss"), key=f"dismiss-{item.name}"):
        dismiss(place, item.name)
        st.rerun()
