"""References: search the training products of a run."""

import polars as pl
import streamlit as st

from catalora.app.comparing import show_references
from catalora.app.plain import reveal, show_block, show_text
from catalora.app.problems import showing_errors
from catalora.app.runs import choose_tuned_run, read_run_products
from catalora.app.state import get_place, get_texts, get_worker
from catalora.app.waiting import showing_stages
from catalora.record import load_config
from catalora.session import match_product

MAX_CHARS = 1_000

texts, place = get_texts(), get_place()
run = choose_tuned_run(texts, place)
if run is None:
    st.stop()
config = load_config(run)
left, middle, right = st.columns([4, 1, 1], vertical_alignment="bottom")
words = left.text_input(
    texts("references.query"), key="query", max_chars=MAX_CHARS, placeholder=texts("compare.question_placeholder")
)
count = middle.number_input(texts("references.count"), 1, 50, max(1, config.references.count), key="count")
score = right.number_input(texts("references.min_score"), -1.0, 1.0, config.references.min_score, 0.05, key="min_score")
if words.strip():
    with showing_errors():
        products = read_run_products(run)
        named = match_product(products, words)
        if named is None:
            st.text(texts("compare.product_unknown"))
        else:
            status = texts("compare.trained_on" if named.status == "trained on" else "compare.held_out")
            show_text(f"{named.title} ({named.uid}): {status}")
        with showing_stages() as on_stage:
            found = get_worker().call(
                "search",
                runs_dir=str(place.runs_dir),
                run=run.name,
                question=words,
                count=int(count),
                min_score=float(score),
                on_stage=on_stage,
            )["references"]
        show_references(texts, found)
        for reference in found:
            row = products.filter(pl.col("uid") == reference["uid"]).row(0, named=True)
            with st.container(border=True):
                show_text(f"{reference['rank']}. {reveal(row['title'])}")
                show_block(row["content"])
else:
    st.text(texts("references.lead"))
