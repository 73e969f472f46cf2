"""The pages, in the order in which they are needed, and how to get from one to another."""

from pathlib import Path

import streamlit as st

from catalora.app.texts import Texts

_FOLDER = Path(__file__).parent / "app_pages"
# File, which is also the address, and the icon beside its title.
PAGES = {
    "data": ":material/table_rows:",
    "tuning": ":material/model_training:",
    "compare": ":material/compare_arrows:",
    "references": ":material/manage_search:",
    "help": ":material/help:",
}


def list_pages(texts: Texts) -> list["st.Page"]:
    """All pages with their titles in the reader's language."""
    return [
        st.Page(
            _FOLDER / f"{name}.py",
            title=texts(f"{name}.title"),
            icon=icon,
            url_path=name,
            default=name == "data",
            help=texts(f"{name}.summary"),
        )
        for name, icon in PAGES.items()
    ]


def link_page(name: str, label: str) -> None:
    """A link to another page."""
    st.page_link(_FOLDER / f"{name}.py", label=label, icon=PAGES[name])
