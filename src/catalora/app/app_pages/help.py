"""Help: the path, the words, the commands that do the same."""

import polars as pl
import streamlit as st

from catalora.app.state import get_place, get_texts
from catalora.config import describe_settings

SECTIONS = ("path", "compare", "references", "limits", "private", "commands")

texts, place = get_texts(), get_place()
for section in SECTIONS:
    st.subheader(texts(f"help.{section}_title"))
    st.markdown(texts(f"help.{section}_text"))
st.subheader(texts("help.folders_title"))
st.code(f"{place.data_dir.resolve()}\n{place.runs_dir.resolve()}", language=None)
with st.expander(texts("help.settings_title")):
    rows = [
        {
            texts("help.setting"): name,
            texts("help.default"): "" if default is None else str(default),
            texts("help.meaning"): texts.describe_setting(name, description),
        }
        for name, (_, default, description) in describe_settings().items()
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True, alt=texts("help.settings_title"))
