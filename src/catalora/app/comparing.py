"""The parts of the comparison page: generating into two columns, and what stands under the answers."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import RerunException

from catalora.app.answers import GROUNDED, SIDES, Asked, ShownAnswer
from catalora.app.evidence import show_evidence
from catalora.app.plain import reveal, show_text
from catalora.app.preferences import CHOICES, count_choices, save_choice
from catalora.app.state import get_place, get_token, get_worker
from catalora.app.texts import Texts
from catalora.app.waiting import showing_stages
from catalora.config import Config
from catalora.run import RunFolder

# A page redrawn more often than this is slower, not smoother.
SECONDS_BETWEEN_UPDATES = 0.1


class Stream:
    """Text of both sides as it grows, written into their places now and then."""

    def __init__(self, slots: Mapping[str, DeltaGenerator]) -> None:
        self.slots = slots
        self.texts = dict.fromkeys(slots, "")
        self.last_token: dict[str, float] = {}
        self._drawn = 0.0

    def add(self, side: str, text: str) -> None:
        """Take new text of a side."""
        self.texts[side] += text
        self.last_token[side] = time.monotonic()
        if self.last_token[side] - self._drawn > SECONDS_BETWEEN_UPDATES:
            self._drawn = self.last_token[side]
            for name, slot in self.slots.items():
                slot.text(reveal(self.texts[name]))


def generate(run: RunFolder, entry: Asked, slots: Mapping[str, DeltaGenerator]) -> None:
    """Have the awaited sides answer, stream them into their places and keep them in the entry.

    Raises:
        CataloraError: what the worker says; answers that the entry holds already stay.
    """
    sides = entry.awaited
    try:
        _generate(run, entry, sides, slots)
    except RerunException:
        raise  # a click elsewhere: the page is drawn anew and goes on
    except BaseException:  # an error or the reader's own stop
        entry.let_go(sides)
        raise
    entry.let_go(sides)


def _generate(run: RunFolder, entry: Asked, sides: Sequence[str], slots: Mapping[str, DeltaGenerator]) -> None:
    stream = Stream({side: slots[side] for side in sides})
    started: list[float] = []
    with showing_stages() as show_stage:

        def on_stage(stage: str, done: int, total: int | None) -> None:
            if stage == "generate" and not started:
                started.append(time.monotonic())
            show_stage(stage, done, total)

        reply = get_worker().call(
            "ask",
            runs_dir=str(get_place().runs_dir),
            run=run.name,
            question=entry.question,
            sides=list(sides),
            token=get_token(),
            on_text=stream.add,
            on_stage=on_stage,
        )
    for side, answer in reply["answers"].items():
        seconds = stream.last_token[side] - started[0] if started and side in stream.last_token else reply["seconds"]
        entry.answers[side] = ShownAnswer(
            answer["text"], answer["tokens"], max(seconds, 1e-3), answer["stopped"], answer["has_follow_up"]
        )
        entry.evidence.pop(side, None)
        if side == "tuned":
            entry.influence = None
    entry.product, entry.references = reply["product"], reply["references"]
    if GROUNDED in sides:
        entry.record = reply["record"]


def lay_out_sides(texts: Texts, entry: Asked | None, asked: Sequence[str]) -> dict[str, DeltaGenerator]:
    """Places for the answers: the two sides beside each other, and the grounded answer as a third where there is one.

    Args:
        texts: the reader's words.
        entry: the question that is shown, when there is one.
        asked: sides that are about to answer.
    """
    slots = {}
    order = entry.order if entry else SIDES
    is_hidden = entry is not None and entry.is_hidden
    has_grounded = GROUNDED in asked or (entry is not None and GROUNDED in entry.answers)
    columns = st.columns(3 if has_grounded else 2, border=True)
    for column, side, letter in zip(columns, order, "AB", strict=False):
        with column:
            name = texts("compare.blind_side", letter=letter) if is_hidden else texts(f"compare.side_{side}")
            st.subheader(name)
            slots[side] = st.empty()
    if has_grounded:
        with columns[2]:
            st.subheader(texts("compare.side_grounded"))
            slots[GROUNDED] = st.empty()
    return slots


def show_answer(texts: Texts, run: RunFolder, entry: Asked | None, side: str, slot: DeltaGenerator) -> None:
    """One side's answer with how it came about and a fold for its evidence, or a word that there is none yet.

    What would tell the sides of a blind test apart is left out until the choice.
    """
    answer = entry.answers.get(side) if entry is not None else None
    with slot.container():
        if answer is None:
            st.caption(texts("compare.not_asked"))
            return
        show_text(answer.text or texts("compare.empty_answer"))
        if entry is not None and entry.is_hidden:
            return
        end = texts("compare.stopped" if answer.stopped else "compare.cut")
        speed = texts.number(answer.tokens / answer.seconds, 1)
        st.caption(texts("compare.facts", tokens=texts.number(answer.tokens), speed=speed, end=end))
        if answer.has_follow_up:
            st.caption(texts("compare.follow_up"))
        if entry is not None and side == GROUNDED:
            _show_record(texts, entry)
        if entry is not None and answer.text.strip():
            show_evidence(texts, run, entry, side, answer)


def _show_record(texts: Texts, entry: Asked) -> None:
    """Which record the grounded answer was made from."""
    if entry.record is None:
        st.text(texts("compare.no_record"))
        return
    status = texts("compare.trained_on" if entry.record["status"] == "trained on" else "compare.held_out")
    show_text(texts("compare.record") + f" {entry.record['title']} ({entry.record['uid']}), {status}")


def show_decoding(texts: Texts, config: Config, record: Mapping[str, Any]) -> None:
    """The settings that both sides share."""
    settings = config.generation
    how = (
        texts("compare.greedy")
        if settings.temperature == 0
        else texts(
            "compare.sampled",
            temperature=texts.number(settings.temperature, 2),
            top_p=texts.number(settings.top_p, 2),
            seed=str(settings.seed),
        )
    )
    device = record.get("device") or {}
    limit = texts.number(settings.max_new_tokens)
    where = f"{device.get('name', '?')}, {device.get('dtype', '?')}"
    st.caption(texts("compare.decoding", how=how, limit=limit, where=where))


def show_sources(texts: Texts, entry: Asked) -> None:
    """The asked product's status in the run, and the nearest training products."""
    st.subheader(texts("compare.references"))
    if entry.product is None:
        st.text(texts("compare.product_unknown"))
    else:
        status = texts("compare.trained_on" if entry.product["status"] == "trained on" else "compare.held_out")
        show_text(f"{entry.product['title']} ({entry.product['uid']}): {status}")
    show_references(texts, entry.references)


def show_references(texts: Texts, references: Sequence[Mapping[str, Any]]) -> None:
    """References as a table, with the sentence that says what they are not."""
    if not references:
        st.text(texts("references.none"))
        return
    rows = [
        {
            texts("references.rank"): reference["rank"],
            texts("references.uid"): reveal(reference["uid"]),
            texts("references.product"): reveal(reference["title"]),
            texts("references.score"): texts.number(reference["score"], 2),
            texts("references.status"): texts("compare.trained_on"),
            texts("references.match"): texts(f"references.match_{reference['match']}"),
        }
        for reference in references
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True, alt=texts("references.table_alt"))
    st.caption(texts("references.caution"))


def show_choice(texts: Texts, run: RunFolder, entry: Asked) -> None:
    """Ask which answer is better, before the sides are named."""
    st.text(texts("compare.blind_question"))
    left, right = entry.order
    options = {"left": left, "right": right, "tie": "tie"}
    with st.container(horizontal=True):
        for place, choice in options.items():
            if st.button(texts(f"compare.blind_{place}"), key=f"choose-{place}"):
                entry.choice = choice
                save_choice(run, entry.question, choice, left)
                st.rerun()


def show_score(texts: Texts, run: RunFolder) -> None:
    """How often each side was chosen."""
    counts = count_choices(run)
    with st.container(horizontal=True):
        for choice in (*SIDES, "tie"):
            assert choice in CHOICES
            st.metric(texts(f"compare.score_{choice}"), texts.number(counts[choice]), border=True, width=170)


def show_history(texts: Texts, entries: Sequence[Asked]) -> None:
    """Earlier questions with both answers."""
    rows = [
        {
            texts("compare.question"): reveal(entry.question),
            **{
                texts(f"compare.side_{side}"): reveal(entry.answers[side].text) if side in entry.answers else ""
                for side in SIDES
            },
        }
        for entry in entries
        if entry.answers and not entry.is_hidden
    ]
    if rows:
        st.dataframe(pl.DataFrame(rows), hide_index=True, alt=texts("compare.history_alt"), key="history")
