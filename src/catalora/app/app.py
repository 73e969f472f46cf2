"""The entry that Streamlit runs for every reader and every click: navigation, sidebar, the chosen page."""

from pathlib import Path

import streamlit as st

from catalora.app.navigation import list_pages
from catalora.app.problems import show_error
from catalora.app.sidebar import show_sidebar
from catalora.app.state import get_texts
from catalora.errors import CataloraError

# A file of our own: Streamlit would fetch any other kind of icon from a server outside.
icon = str(Path(__file__).parent / "icon.png")
# Wide enough for the longest title of a page.
st.set_page_config(page_title="catalora", page_icon=icon, layout="wide", initial_sidebar_state=330)
texts = get_texts()
page = st.navigation(list_pages(texts))
show_sidebar()
st.title(page.title)
try:
    page.run()
except CataloraError as error:
    show_error(error)
