"""The question and the buttons above the answers."""

from dataclasses import dataclass

import streamlit as st

from catalora.app.answers import GROUNDED, SIDES
from catalora.app.plain import reveal
from catalora.app.runs import list_examples
from catalora.app.texts import Texts
from catalora.config import Config
from catalora.run import RunFolder

QUESTION, EXAMPLE, BLIND = "question", "example", "blind"
MAX_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Click:
    """What was clicked: a question for these sides; no sides when nothing was."""

    question: str
    sides: tuple[str, ...]
    blind: bool


def ask_question(texts: Texts, run: RunFolder, config: Config) -> Click:
    """Draw question, examples and buttons."""
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
    blind = st.toggle(texts("compare.blind"), key=BLIND, help=texts("compare.blind_help"))
    nothing = not question.strip()
    with st.container(horizontal=True):
        both = st.button(
            texts("compare.both"), type="primary", icon=":material/compare_arrows:", key="ask-both", disabled=nothing
        )
        if blind:
            return Click(question.strip(), SIDES if both else (), blind=True)
        base = st.button(texts("compare.base"), key="ask-base", disabled=nothing)
        tuned = st.button(texts("compare.tuned"), key="ask-tuned", disabled=nothing)
        grounded = st.button(
            texts("compare.grounded"), key="ask-grounded", disabled=nothing, help=texts("compare.grounded_help")
        )
    clicked: dict[tuple[str, ...], bool] = {SIDES: both, ("base",): base, ("tuned",): tuned, (GROUNDED,): grounded}
    # Clicks that follow each other closely arrive together.
    asked = [side for sides, was_clicked in clicked.items() if was_clicked for side in sides]
    return Click(question.strip(), tuple(dict.fromkeys(asked)), blind=False)
