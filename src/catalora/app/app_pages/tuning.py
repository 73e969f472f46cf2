"""Fine-tuning Process: start a run, watch it, stop it, go on with it."""

import polars as pl
import streamlit as st

from catalora import jobs
from catalora.app.live import show_run
from catalora.app.navigation import link_page
from catalora.app.plain import reveal
from catalora.app.problems import showing_errors
from catalora.app.start_form import STARTED, show_start_form
from catalora.app.state import get_place, get_texts
from catalora.run import open_run

RUN = "run"

texts, place = get_texts(), get_place()
datasets = place.list_datasets()
views = [view for view in jobs.list_jobs(place.runs_dir) if view.state != "broken"]
if STARTED in st.session_state:
    st.session_state[RUN] = st.session_state.pop(STARTED)

if not datasets:
    with st.container(border=True):
        st.text(texts("tuning.no_data"))
        link_page("data", texts("tuning.no_data_link"))
else:
    with st.expander(texts("tuning.new_title"), icon=":material/add:", expanded=not views, key="new_run"):
        show_start_form(texts, place, datasets)
if views:
    names = [view.name for view in views]
    left, right = st.columns(2)
    name = left.selectbox(texts("common.run"), names, key=RUN, bind="query-params")
    others = [other for other in names if other != name]
    beside = right.selectbox(
        texts("tuning.beside"), others, index=None, key="beside", placeholder=texts("tuning.beside_none")
    )
    with showing_errors():
        run = open_run(place.runs_dir, name)
        show_run(texts, run, open_run(place.runs_dir, beside) if beside else None)
        if run.adapter.is_dir():
            with st.container(border=True):
                st.text(texts("tuning.next"))
                link_page("compare", texts("tuning.next_link"))
    st.subheader(texts("tuning.history"))
    rows = [
        {
            texts("common.run"): view.name,
            texts("tuning.column_state"): texts(f"tuning.state_{view.state}"),
            texts("tuning.figure_step"): f"{texts.number(view.step)} / {texts.number(view.total_steps)}",
            texts("tuning.model"): reveal(view.model or ""),
            texts("tuning.column_products"): texts.number(view.products or 0),
            texts("tuning.column_created"): texts.moment(view.created) if view.created else "",
        }
        for view in views
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True, alt=texts("tuning.history_alt"), key="runs")
