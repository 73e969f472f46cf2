"""One run as it goes: state, figures, curves, samples, log; read from its folder and nowhere else."""

from collections.abc import Sequence

import streamlit as st

from catalora import jobs
from catalora.app.charts import show_curves
from catalora.app.plain import show_block, show_text
from catalora.app.problems import show_failure, showing_errors
from catalora.app.state import get_token
from catalora.app.texts import Texts
from catalora.jobs import JobView, Series
from catalora.run import Event, RunFolder

POLL_SECONDS = 2.0
CHART_POINTS = 1000
LOG_BYTES = 8_000
SAMPLES_SHOWN = 3
STATE_ICONS = {
    "pending": ":material/schedule:",
    "running": ":material/play_circle:",
    "stopping": ":material/hourglass_top:",
    "stopped": ":material/pause_circle:",
    "finished": ":material/check_circle:",
    "failed": ":material/error:",
    "crashed": ":material/heart_broken:",
    "diverged": ":material/trending_up:",
    "broken": ":material/broken_image:",
}


def show_run(texts: Texts, run: RunFolder, other: RunFolder | None) -> None:
    """Draw a run, again and again while a process works on it."""
    view = jobs.read_job(run)
    _show_buttons(texts, run, view)
    every = POLL_SECONDS if view.active else None
    st.fragment(_show_live, run_every=every)(texts, run, other, view.state)


def _show_buttons(texts: Texts, run: RunFolder, view: JobView) -> None:
    with st.container(horizontal=True), showing_errors():
        if view.active:
            stopping = view.state == "stopping"
            if st.button(texts("tuning.stop"), icon=":material/stop:", key="stop", disabled=stopping):
                jobs.stop(run)
                st.rerun()
        elif view.startable:
            label = texts("tuning.resume" if view.resumable else "tuning.launch")
            if st.button(label, type="primary", icon=":material/play_arrow:", key="resume"):
                with st.spinner(texts("tuning.starting")):
                    jobs.resume(run, token=get_token())
                st.rerun()
        if not view.active:
            with st.popover(texts("tuning.delete"), icon=":material/delete:"):
                st.text(texts("tuning.delete_question"))
                if st.button(texts("tuning.delete_yes"), key="delete"):
                    jobs.delete(run)
                    st.rerun()


def _show_live(texts: Texts, run: RunFolder, other: RunFolder | None, state: str) -> None:
    """The part that is drawn every two seconds; when the state changes, the buttons above change with it."""
    view = jobs.read_job(run)
    if view.state != state:
        st.rerun()
    series = jobs.read_series(run, CHART_POINTS)
    st.subheader(texts(f"tuning.state_{view.state}"))
    st.caption(texts(f"tuning.state_{view.state}_help"))
    # A stop on request is recorded like an error, with the way on; the reader asked for it and has a button for that.
    if view.error is not None and view.state != "stopped":
        show_failure(view.error.code, view.error.message, view.error.hint)
    if view.active:
        _show_progress(texts, view)
    _show_figures(texts, view, series)
    lines = _name_curves(texts, run.name, series)
    if other is not None:
        lines |= _name_curves(texts, other.name, jobs.read_series(other, CHART_POINTS))
    show_curves(texts, lines, y_title=texts("tuning.axis_loss"), alt=_describe_curves(texts, series))
    _show_samples(texts, series.events)
    _show_warnings(texts, series.events)
    with st.expander(texts("tuning.log"), key=f"log-{run.name}"):
        show_block(jobs.read_log(run, max_bytes=LOG_BYTES) or texts("tuning.log_empty"), height=260)


def _show_progress(texts: Texts, view: JobView) -> None:
    done, total = (
        (view.step, view.total_steps) if view.phase in {None, "train"} else (view.phase_done, view.phase_total)
    )
    count = f"{texts.number(done)} / {texts.number(total)}" if total else ""
    st.progress(min(1.0, done / total) if total else 0.0, text=f"{texts.stage(view.phase)} {count}")


def _show_figures(texts: Texts, view: JobView, series: Series) -> None:
    figures = {"step": f"{texts.number(view.step)} / {texts.number(view.total_steps)}"}
    if view.eta_seconds is not None:
        figures["eta"] = texts.duration(view.eta_seconds)
    for name, digits in (("tokens_per_second", 0), ("loss", 3), ("eval_loss", 3)):
        curve = series.curves.get(name)
        if curve is not None and curve.values:
            figures[name] = texts.number(curve.values[-1], digits)
    with st.container(horizontal=True):
        for name, value in figures.items():
            help_text = texts(f"tuning.figure_{name}_help")
            # "1,111 / 1,111" would be cut in the width of the others.
            width = 224 if name == "step" else 170
            st.metric(texts(f"tuning.figure_{name}"), value, help=help_text, border=True, width=width)


def _name_curves(texts: Texts, run: str, series: Series) -> dict[str, tuple[Sequence[int], Sequence[float]]]:
    return {
        f"{run} · {texts(f'tuning.figure_{name}')}": (series.curves[name].steps, series.curves[name].values)
        for name in ("loss", "eval_loss")
        if name in series.curves
    }


def _describe_curves(texts: Texts, series: Series) -> str:
    curve = series.curves.get("loss")
    if curve is None or not curve.values:
        return texts("tuning.chart_empty")
    first, last = texts.number(curve.values[0], 2), texts.number(curve.values[-1], 2)
    return texts("tuning.chart_alt", first=first, last=last, step=texts.number(curve.steps[-1]))


def _show_samples(texts: Texts, events: Sequence[Event]) -> None:
    """What the model answered first and what it answers now, for a few held-out products."""
    by_product: dict[str, list[Event]] = {}
    for event in events:
        if event.kind == "sample":
            by_product.setdefault(str(event.facts.get("uid")), []).append(event)
    if by_product:
        st.subheader(texts("tuning.samples"))
    for samples in list(by_product.values())[:SAMPLES_SHOWN]:
        with st.container(border=True):
            show_text(str(samples[-1].facts["question"]))
            ends = samples if len(samples) == 1 else (samples[0], samples[-1])
            for column, event in zip(st.columns(len(ends)), ends, strict=True):
                with column:
                    st.caption(texts("tuning.sample_step", step=texts.number(event.step)))
                    show_text(str(event.facts["text"]))


def _show_warnings(texts: Texts, events: Sequence[Event]) -> None:
    warnings = [event for event in events if event.kind == "warning" and "message" in event.facts]
    if warnings:
        st.subheader(texts("tuning.notes"))
    for event in warnings[-10:]:
        message = str(event.facts["message"])
        said, _ = texts.explain_facts(str(event.facts.get("code", "")), message, "", event.facts)
        show_text(said)
