"""What there is to see of a prepared data set."""

from typing import Any

import polars as pl
import streamlit as st

from catalora.app.charts import show_bars
from catalora.app.datasets import FieldChange, find_products, find_removed, read_record, reveal_table, write_difference
from catalora.app.plain import reveal, show_block, show_text
from catalora.app.state import get_token, get_worker, recall
from catalora.app.texts import Texts
from catalora.app.waiting import showing_stages
from catalora.catalog import PreparedData
from catalora.catalog.prepared import PRODUCTS
from catalora.catalog.product import SPLITS
from catalora.catalog.report_texts import Wording
from catalora.config import build_config

MODELS = ("demo", "google/gemma-2b")
TOKENS_SHOWN = 400
ALL = "all"


def show_overview(texts: Texts, data: PreparedData) -> None:
    """How many rows came in, and what became of them."""
    profile = data.profile
    removed = sum(profile.removed.values())
    figures = {
        "rows_in": profile.rows_in,
        "removed": removed,
        "not_sampled": profile.not_sampled,
        "train": profile.splits["train"],
        "validation": profile.splits["validation"],
        "test": profile.splits["test"],
    }
    if not profile.not_sampled:
        del figures["not_sampled"]
    with st.container(horizontal=True):
        for name, count in figures.items():
            help_text = texts(f"data.figure_{name}_help")
            st.metric(texts(f"data.figure_{name}"), texts.number(count), help=help_text, border=True, width=140)


def show_records(texts: Texts, data: PreparedData) -> None:
    """The products, and one of them as read and as cleaned."""
    products = _choose_products(texts, data)
    if products.is_empty():
        st.text(texts("data.no_match"))
        return
    shown = products.with_columns(pl.col("split").replace({name: texts(f"data.figure_{name}") for name in SPLITS}))
    headings = {name: texts(f"data.column_{name}") for name in shown.columns}
    st.dataframe(
        reveal_table(shown.rename(headings)), hide_index=True, height=240, alt=texts("data.table_alt"), key="products"
    )
    uid = _choose_uid(texts, products)
    record = read_record(data, uid)
    if record is None:
        return
    st.subheader(texts("data.record_title"))
    if record.place:
        show_text(texts("data.record_place") + " " + record.place)
    rules = dict.fromkeys((*record.title.rules, *record.content.rules))
    if not rules:
        st.text(texts("data.record_unchanged"))
    left, right = st.columns(2)
    with left:
        st.text(texts("data.record_raw"))
        show_block(record.title.before)
        show_block(record.content.before)
    with right:
        st.text(texts("data.record_cleaned"))
        show_block(record.title.after)
        show_block(record.content.after)
    if rules:
        _show_changes(texts, (record.title, record.content), list(rules))


def _show_changes(texts: Texts, changes: tuple[FieldChange, ...], rules: list[str]) -> None:
    st.text(texts("data.record_marks"))
    for change in changes:
        if change.rules:
            st.code(write_difference(change), language="diff", wrap_lines=True)
    for rule in rules:
        st.caption(f"{rule}: {_wording(texts).explain('rule', rule)}")


def show_model_view(texts: Texts, data: PreparedData) -> None:
    """The exact prompt and tokens of one product, with what carries loss."""
    uid = _choose_uid(texts, _choose_products(texts, data))
    model, length = _choose_model(texts)
    if uid is None:
        return
    view = _ask_worker("preview", data, model, length, uid=uid)
    st.text(texts("data.model_prompt"))
    show_block(view["prompt"])
    if view["outcome"] == "left out":
        st.text(texts("data.model_left_out", length=texts.number(length)))
        return
    learned = "".join(token["text"] for token in view["tokens"] if token["learned"])
    st.text(texts("data.model_completion"))
    show_block(learned)
    counts = {"prompt": texts.number(view["prompt_tokens"]), "learned": texts.number(view["learned_tokens"])}
    st.text(texts("data.model_counts", **counts))
    if view["outcome"] == "shortened":
        st.text(texts("data.model_shortened", whole=texts.number(view["whole_tokens"]), length=texts.number(length)))
    st.dataframe(
        _lay_out_tokens(texts, view["tokens"]), hide_index=True, height=360, alt=texts("data.tokens_alt"), key="tokens"
    )


def show_lengths(texts: Texts, data: PreparedData) -> None:
    """How long the examples are, and what each row length would cut and pad."""
    model, length = _choose_model(texts)
    fit = _ask_worker("measure", data, model, length)
    ranges = {
        f"{part['start']}–{part['end'] - 1}" if part["end"] else f"{part['start']}+": part["count"]
        for part in fit["histogram"]
    }
    middle, most = texts.number(fit["examples"]["p50"]), texts.number(fit["examples"]["p95"])
    said = texts("data.lengths_alt", products=texts.number(fit["products"]), middle=middle, most=most)
    st.text(said)
    show_bars(texts, ranges, x_title=texts("data.axis_tokens"), y_title=texts("data.axis_products"), alt=said)
    rows = [
        {
            texts("data.fit_length"): texts.number(one["max_length"]),
            texts("data.fit_shortened"): texts.number(one["shortened"]),
            texts("data.fit_left_out"): texts.number(one["left_out"]),
            texts("data.fit_lost"): texts.percent(one["lost_share"], 1),
            texts("data.fit_fixed"): texts.percent(one["padding_fixed"]),
            texts("data.fit_packed"): texts.percent(one["padding_packed"]),
        }
        for one in fit["lengths"]
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True, alt=texts("data.fit_alt"), key="fits")
    best = next(one for one in fit["lengths"] if one["max_length"] == fit["recommended"])
    cut = texts.percent((best["shortened"] + best["left_out"]) / fit["products"], 1)
    st.text(texts("data.fit_recommended", length=texts.number(fit["recommended"]), cut=cut))


def show_removed(texts: Texts, data: PreparedData) -> None:
    """What was removed and why, what was changed, and the report to take away."""
    wording = _wording(texts)
    counts = {reason: count for reason, count in data.profile.removed.items() if count}
    if not counts:
        st.text(texts("data.nothing_removed"))
    else:
        reason = st.selectbox(
            texts("data.reason"),
            list(counts),
            format_func=lambda name: f"{wording.explain('reason', name).rstrip('.')} ({texts.number(counts[name])})",
            key="reason",
        )
        rows = find_removed(data, reason)
        headings = {name: texts(f"data.column_{name}") for name in rows.columns}
        st.dataframe(
            reveal_table(rows.rename(headings)),
            hide_index=True,
            height=300,
            alt=texts("data.removed_alt"),
            key="removed",
        )
    changed = {rule: count for rule, count in data.profile.changed.items() if count}
    st.text(texts("data.changed"))
    table = {
        texts("data.column_rule"): [wording.explain("rule", rule) or rule for rule in changed],
        texts("data.column_rows"): [texts.number(count) for count in changed.values()],
    }
    st.dataframe(pl.DataFrame(table), hide_index=True, alt=texts("data.changed_alt"), key="changed")
    report = data.path / "report.html"
    if report.is_file():
        st.download_button(
            texts("data.report"),
            report.read_bytes(),
            f"{data.path.name}-report.html",
            "text/html",
            icon=":material/download:",
            on_click="ignore",
            key="report",
        )


def _choose_products(texts: Texts, data: PreparedData) -> pl.DataFrame:
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        split = st.segmented_control(
            texts("data.split"),
            (ALL, *SPLITS),
            default=ALL,
            required=True,
            format_func=lambda name: texts("data.split_all" if name == ALL else f"data.figure_{name}"),
            key="split",
        )
    with right:
        words = st.text_input(texts("data.search"), key="words", placeholder=texts("data.search_example"))
    return find_products(data, None if split == ALL else split, words)


def _choose_uid(texts: Texts, products: pl.DataFrame) -> Any:
    titles = dict(products.select("uid", "title").iter_rows())
    return st.selectbox(
        texts("data.product"),
        list(titles),
        format_func=lambda uid: f"{reveal(uid)} · {reveal(titles.get(uid, ''))[:90]}",
        key="uid",
        placeholder=texts("data.no_match"),
    )


def _choose_model(texts: Texts) -> tuple[str, int]:
    left, right = st.columns(2)
    with left:
        model = st.selectbox(
            texts("data.tokenizer"), MODELS, key="tokenizer", accept_new_options=True, help=texts("data.tokenizer_help")
        )
    with right:
        start = build_config("quick").training.max_length
        length = st.number_input(texts("data.max_length"), min_value=32, value=start, step=32, key="max_length")
    return str(model), int(length)


def _lay_out_tokens(texts: Texts, tokens: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        {
            texts("data.token_number"): number,
            texts("data.token_text"): reveal(token["text"]).replace("\n", "\\n") or "…",
            texts("data.token_learned"): token["learned"],
            texts("data.token_id"): token["id"],
        }
        for number, token in enumerate(tokens[:TOKENS_SHOWN], start=1)
    ]
    return pl.DataFrame(rows)


def _wording(texts: Texts) -> Wording:
    return Wording("pt-BR" if texts.language == "pt_BR" else "en")


def _ask_worker(do: str, data: PreparedData, model: str, length: int, **values: Any) -> dict[str, Any]:
    """Have the worker look at the data set, once for the same question; it is another when the data set is remade."""
    written = (data.path / PRODUCTS).stat().st_mtime_ns
    token, settings = get_token(), {"training.max_length": length}

    def compute() -> dict[str, Any]:
        with showing_stages() as on_stage:
            return get_worker().call(
                do, data=str(data.path), model=model, settings=settings, token=token, on_stage=on_stage, **values
            )

    return recall((do, data.path, written, model, length, *values.values()), compute)
