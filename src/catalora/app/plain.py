"""Text of products and models as text: nothing in it is obeyed, nothing in it is hidden.

Streamlit reads Markdown in most of its elements: links, images, formulas, directives. Text that is not the app's own
goes only through the functions here, or into table cells and select boxes, which are plain as well.
"""

import re

import streamlit as st

# Controls; marks that turn the direction of what follows; characters without width, except the joiners that emoji and
# Persian need; invisible tags.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def reveal(text: str) -> str:
    r"""Text in which every character that a browser would obey or hide is spelt out.

    Example:
        >>> reveal("cup\u202egnp.exe")
        'cup\\u202egnp.exe'
    """
    return _HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def show_text(text: str) -> None:
    """A text in the page's type, line breaks kept."""
    st.text(reveal(text))


def show_block(text: str, *, language: str | None = None, height: int | None = None) -> None:
    """A text in fixed width with a button that copies it."""
    st.code(reveal(text), language=language, wrap_lines=True, height=height or "content")


def show_note(text: str) -> None:
    """A side remark that may hold strangers' text."""
    with st.container(border=True):
        show_text(text)
