"""Choosing a run on a page, and what can be read of it without a model."""

from typing import Literal

import polars as pl
import streamlit as st

from catalora import jobs
from catalora.app.navigation import link_page
from catalora.app.place import Place
from catalora.app.texts import Texts
from catalora.catalog import read_products
from catalora.catalog.keys import compute_order
from catalora.run import RunFolder, open_run

RUN = "tuned"
EXAMPLES_PER_SPLIT = 5


def choose_tuned_run(texts: Texts, place: Place) -> RunFolder | None:
    """A run that has an adapter, the newest first; a word on what to do when there is none."""
    names = [view.name for view in jobs.list_jobs(place.runs_dir) if RunFolder(view.path).adapter.is_dir()]
    if not names:
        with st.container(border=True):
            st.text(texts("compare.no_runs"))
            link_page("tuning", texts("data.next_link"))
        return None
    name = st.selectbox(texts("common.run"), names, key=RUN, bind="query-params")
    return open_run(place.runs_dir, name)


def read_run_products(run: RunFolder) -> pl.DataFrame:
    """Products of a run, read once for as long as the file stays."""
    return _read_products(str(run.path), run.products.stat().st_mtime_ns)


@st.cache_resource(max_entries=4, show_spinner=False)
def _read_products(path: str, _written: int) -> pl.DataFrame:
    from pathlib import Path

    return read_products(RunFolder(Path(path)).products)


def list_examples(run: RunFolder, seed: int) -> list[tuple[Literal["train", "test"], str]]:
    """Some titles to ask about: of products that were trained on, and of held-out ones."""
    table = read_run_products(run)
    examples: list[tuple[Literal["train", "test"], str]] = []
    splits: tuple[Literal["test", "train"], ...] = ("test", "train")
    for split in splits:
        titles = table.filter(pl.col("split") == split).select("uid", "title")
        drawn = titles[compute_order(titles["uid"], seed).arg_sort()[:EXAMPLES_PER_SPLIT]]
        examples += [(split, title) for title in drawn["title"]]
    return examples
