"""The sidebar: language, and the Hugging Face token."""

import streamlit as st

from catalora.app.problems import show_error
from catalora.app.state import ACCOUNT, LANGUAGE, TOKEN, get_texts
from catalora.app.texts import LANGUAGE_NAMES, LANGUAGES, choose_language
from catalora.errors import CataloraError

_FIELD = "hf_token_field"
_REFUSAL = "hf_token_refusal"


def show_sidebar() -> None:
    """Draw the sidebar; the same on every page."""
    with st.sidebar:
        _show_language()
        _show_token()


def _show_language() -> None:
    st.segmented_control(
        "Idioma / Language",
        LANGUAGES,
        default=choose_language(st.context.locale),
        format_func=lambda language: LANGUAGE_NAMES[language],
        key=LANGUAGE,
        required=True,
        bind="query-params",
    )


def _show_token() -> None:
    texts = get_texts()
    st.text_input(
        texts("common.token_label"),
        type="password",
        key=_FIELD,
        help=texts("common.token_help"),
        placeholder="hf_…",
        autocomplete="off",
        on_change=_check_token,
    )
    account, refusal = st.session_state.get(ACCOUNT), st.session_state.get(_REFUSAL)
    if refusal is not None:
        show_error(refusal)
    elif account is not None:
        st.caption(texts("common.token_valid"), help=texts("common.token_kept"))
        st.text(account)


def _check_token() -> None:
    """Ask the Hub whose token was entered; runs when the field has changed, before the page is drawn again."""
    from catalora.model import hub

    token = str(st.session_state[_FIELD]).strip()
    for key in (ACCOUNT, TOKEN, _REFUSAL):
        st.session_state.pop(key, None)
    if not token:
        return
    try:
        account = hub.check_token(token)
    except CataloraError as error:
        st.session_state[_REFUSAL] = error
        return
    st.session_state[TOKEN] = token
    st.session_state[ACCOUNT] = account.name + (f" ({account.role})" if account.role else "")
