"""Compare Before/After Fine-tuning: one question, both models, side by side."""

import streamlit as st

from catalora.app.answers import SIDES, forget, list_asked
from catalora.app.comparing import (
    generate,
    lay_out_sides,
    show_answer,
    show_choice,
    show_decoding,
    show_history,
    show_score,
    show_sources,
)
from catalora.app.problems import showing_errors
from catalora.app.question import ask_question
from catalora.app.runs import choose_tuned_run
from catalora.app.state import get_place, get_texts
from catalora.record import load_config

texts, place = get_texts(), get_place()
run = choose_tuned_run(texts, place)
if run is None:
    st.stop()
config = load_config(run)
is_blind = ask_question(texts, run, config)
entries = list_asked(run.name)
entry = next(iter(entries), None)
awaited = entry.awaited if entry is not None else ()
waiting = st.container()
slots = lay_out_sides(texts, entry, awaited)
for side, slot in slots.items():
    if side not in awaited:
        show_answer(texts, run, entry, side, slot)
show_decoding(texts, config, run.read_record())
if entry is not None and awaited:
    with waiting, showing_errors():
        generate(run, entry, slots)
    for side in awaited:
        show_answer(texts, run, entry, side, slots[side])
if entry is not None and entry.is_hidden and set(SIDES) <= entry.answers.keys():
    with showing_errors():
        show_choice(texts, run, entry)
elif entry is not None and entry.answers:
    show_sources(texts, entry)
if is_blind:
    st.subheader(texts("compare.score_title"))
    show_score(texts, run)
if len(entries) > 1:
    st.subheader(texts("compare.history"))
    show_history(texts, entries[1:])
    if st.button(texts("compare.forget"), key="forget"):
        forget(run.name)
        st.rerun()
