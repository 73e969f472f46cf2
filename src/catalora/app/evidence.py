"""The evidence under an answer: gathered by the model worker when a reader opens it, and shown with what it means."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from pydantic import TypeAdapter

from catalora.app.answers import Asked, ShownAnswer
from catalora.app.plain import show_text
from catalora.app.problems import showing_errors
from catalora.app.state import get_place, get_token, get_worker
from catalora.app.texts import Texts
from catalora.app.waiting import showing_stages
from catalora.references.marks import Marks
from catalora.references.markup import STYLE, render_evidence
from catalora.references.wording import WORDS, Language
from catalora.run import RunFolder

_MARKS = TypeAdapter(Marks)
_LANGUAGES: dict[str, Language] = {"en": "en", "pt_BR": "pt"}


def show_evidence(texts: Texts, run: RunFolder, entry: Asked, side: str, answer: ShownAnswer) -> None:
    """A fold below an answer; its content is gathered when it is opened for the first time."""
    # With the time in the key, the fold of a new question is closed again: no answer waits for evidence.
    key = f"evidence-{side}-{entry.asked}"
    fold = st.expander(texts("compare.evidence"), icon=":material/search:", key=key, on_change="rerun")
    if not fold.open:
        return
    with fold, showing_errors():
        if side not in entry.evidence:
            entry.evidence[side] = _gather(run, entry.question, answer.text)
        _draw(texts, answer.text, entry.evidence[side])
        # The gradients are of the plain question and the tuned weights.
        if side == "tuned":
            _show_influence(texts, run, entry, answer.text)


def _gather(run: RunFolder, question: str, answer: str) -> dict[str, Any]:
    with showing_stages() as show_stage:
        return get_worker().call(
            "trace",
            runs_dir=str(get_place().runs_dir),
            run=run.name,
            question=question,
            answer=answer,
            token=get_token(),
            on_stage=show_stage,
        )


def _show_influence(texts: Texts, run: RunFolder, entry: Asked, answer: str) -> None:
    """The training examples that pulled the adapter towards the answer; computed when the reader asks for them."""
    if entry.influence is None:
        st.caption(texts("compare.influence_about"))
        if not st.button(texts("compare.influence"), icon=":material/model_training:", key=f"influence-{entry.asked}"):
            return
        with showing_stages() as show_stage:
            entry.influence = get_worker().call(
                "influence",
                runs_dir=str(get_place().runs_dir),
                run=run.name,
                question=entry.question,
                answer=answer,
                token=get_token(),
                on_stage=show_stage,
            )
    found, say = entry.influence, WORDS[_LANGUAGES[texts.language]]
    st.text(f"{say['influence']}: {say['influence_columns']}")
    for item in found["influences"]:
        figures = f"{texts.number(item['score'], 3)} · {texts.number(item['deviations'], 1)}"
        show_text(f"{item['rank']}. {figures}  {item['title']} ({item['uid']})")
    means = say["influence_means"].format(
        examples=texts.number(found["examples"]), checkpoints=", ".join(found["checkpoints"])
    )
    st.caption(f"{means} {say['influence_limits']}")


def _draw(texts: Texts, answer: str, evidence: Mapping[str, Any]) -> None:
    say = WORDS[_LANGUAGES[texts.language]]
    record = evidence["record"]
    show_text(
        f"{say['record']}: {record['title']} ({record['uid']}), {say[record['status']]}" if record else say["no_record"]
    )
    # Of our own making: every letter of a product or an answer in it is escaped.
    st.html(f"<style>{STYLE}</style>")
    st.html(render_evidence(answer, _MARKS.validate_python(evidence["marks"]), say, texts.number))
    _show_resembling(texts, say, evidence["resembling"])
    st.caption(texts("compare.evidence_legend"))


def _show_resembling(texts: Texts, say: Mapping[str, str], references: Sequence[Mapping[str, Any]]) -> None:
    st.text(f"{say['resembling']}: {say['resembling_means']}")
    if not references:
        st.text(say["none_near"])
    for reference in references:
        show_text(
            f"{reference['rank']}. {texts.number(reference['score'], 2)}  {reference['title']} ({reference['uid']})"
        )
