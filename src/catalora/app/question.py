"""The question and the buttons above the answers."""

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException

from catalora.app.answers import GROUNDED, SIDES, begin
from catalora.app.plain import reveal
from catalora.app.runs import list_examples
from catalora.app.texts import Texts
from catalora.config import Config
from catalora.run import RunFolder

QUESTION, EXAMPLE, BLIND = "question", "example", "blind"
MAX_CHARS = 1_000


def ask_question(texts: Texts, run: RunFolder, config: Config) -> bool:
    """Draw question, examples and buttons, and say whether the sides are to be hidden.

    A click is written down in the entry of its question before anything is drawn: the next click may interrupt the
    drawing at any place, and it must not be lost there.
    """
    examples = list_examples(run, config.data.seed)

    def describe(number: int) -> str:
        split, title = examples[number]
        return f"{texts(f'compare.example_{split}')}: {reveal(title)}"

    def take_example() -> None:
        number = st.session_state[EXAMPLE]
        if number is not None:
            st.session_state[QUESTION] = texts("compare.example_question").replace("TITLE", examples[number][1])

    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with right:
        st.selectbox(
            texts("compare.examples"),
            range(len(examples)),
            index=None,
            format_func=describe,
            key=EXAMPLE,
            on_change=take_example,
            placeholder=texts("compare.examples_choose"),
        )
    with left:
        question = st.text_input(
            texts("compare.question_label"),
            key=QUESTION,
            max_chars=MAX_CHARS,
            placeholder=texts("compare.question_placeholder"),
        )
    nothing = not question.strip()
    is_blind = st.toggle(texts("compare.blind"), key=BLIND, help=texts("compare.blind_help"))
    with st.container(horizontal=True):
        st.button(
            texts("compare.both"),
            type="primary",
            icon=":material/compare_arrows:",
            key="ask-both",
            disabled=nothing,
            on_click=_ask,
            args=(run.name, SIDES),
        )
        if not is_blind:
            for side in (*SIDES, GROUNDED):
                st.button(
                    texts(f"compare.{side}"),
                    key=f"ask-{side}",
                    disabled=nothing,
                    help=texts("compare.grounded_help") if side == GROUNDED else None,
                    on_click=_ask,
                    args=(run.name, (side,)),
                )
    return is_blind


def _ask(run: str, sides: tuple[str, ...]) -> None:
    try:
        _write_down(run, sides)
    except RerunException:
        # The next click is there already, and Streamlit says so at whatever touches the session. This one counts too.
        _write_down(run, sides)
        raise


def _write_down(run: str, sides: tuple[str, ...]) -> None:
    question = st.session_state[QUESTION].strip()
    if question:
        begin(run, question, blind=st.session_state[BLIND]).await_sides(sides)
