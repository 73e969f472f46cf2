"""Dataset Preview: prepare a catalogue, and look at what became of it."""

import streamlit as st

from catalora.app.dataset_views import show_lengths, show_model_view, show_overview, show_records, show_removed
from catalora.app.datasets import open_dataset
from catalora.app.navigation import link_page
from catalora.app.place import DEMO_DATA
from catalora.app.prepare_form import show_preparations, show_prepare_form, show_welcome
from catalora.app.preparing import list_preparations
from catalora.app.problems import showing_errors
from catalora.app.state import get_place, get_texts
from catalora.run import list_runs

VIEWS = {"records": show_records, "model": show_model_view, "lengths": show_lengths, "removed": show_removed}

texts, place = get_texts(), get_place()
names = place.list_datasets()
running = list_preparations(place)

if running:
    show_preparations(texts, place)
if not names and not running:
    show_welcome(texts, place)
with st.expander(texts("data.new_title"), icon=":material/add:", key="new_dataset"):
    show_prepare_form(texts, place)
if names:
    name = st.selectbox(texts("data.choose"), names, key="dataset", bind="query-params")
    with showing_errors():
        data = open_dataset(place.dataset(name))
        show_overview(texts, data)
        if not list_runs(place.runs_dir):
            with st.container(border=True):
                st.text(texts("data.next_demo" if name == DEMO_DATA else "data.next"))
                link_page("tuning", texts("data.next_link"))
        view = st.segmented_control(
            texts("data.view"),
            list(VIEWS),
            format_func=lambda view: texts(f"data.view_{view}"),
            default="records",
            required=True,
            key="dataset_view",
            label_visibility="collapsed",
        )
        VIEWS[view](texts, data)
