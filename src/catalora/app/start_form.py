"""What to tune, on what, with which settings, and the start."""

import threading

import streamlit as st

from catalora import jobs, pipeline
from catalora.app.datasets import open_dataset
from catalora.app.estimate import estimate_seconds
from catalora.app.place import DEMO_DATA, Place
from catalora.app.plain import show_text
from catalora.app.problems import showing_errors
from catalora.app.settings_form import show_settings
from catalora.app.state import get_token
from catalora.app.texts import Texts
from catalora.app.trial import show_trial
from catalora.config import Config, build_config, read_presets
from catalora.errors import CataloraError

MODELS = ("demo", "google/gemma-2b")
DEMO_PRESET, REAL_PRESET = "quick", "overnight"
SECTIONS = ("lora", "training", "model", "generation", "references", "evaluation", "data")
# Settings that have a widget of their own, or that were decided when the data set was prepared.
OWN = ("model.name", "training.epochs", "training.batch_size", "data.max_samples")
PREPARED = tuple(
    f"data.{name}" for name in type(build_config().data).model_fields if name not in {"max_samples", "seed"}
)
STARTED = "started_run"


def show_start_form(texts: Texts, place: Place, datasets: list[str]) -> None:
    """Draw the form; a click on start makes the run, hands it to a process of its own and shows it."""
    left, middle, right = st.columns(3)
    with left:
        data = st.selectbox(texts("data.choose"), datasets, key="train_data")
    with middle:
        start = 0 if data == DEMO_DATA else 1
        model = st.selectbox(
            texts("tuning.model"),
            MODELS,
            index=start,
            key=f"model-{start}",
            accept_new_options=True,
            help=texts("tuning.model_help"),
        )
    with right:
        presets = list(read_presets())
        preset = st.selectbox(
            texts("tuning.preset"),
            presets,
            index=presets.index(DEMO_PRESET if model == "demo" else REAL_PRESET),
            key=f"preset-{model}",
            help=texts("tuning.preset_help"),
        )
    st.caption(texts(f"tuning.preset_{preset}") if texts.find(f"tuning.preset_{preset}") else "")
    config = build_config(preset, {"model.name": str(model)})
    changed = _show_main_settings(texts, config, preset)
    with st.expander(texts("tuning.more_settings"), key="run_settings"):
        changed |= show_settings(texts, SECTIONS, config, without=(*OWN, *PREPARED), key=f"run-{preset}")
    name = st.text_input(texts("tuning.name"), key="run_name", max_chars=64, placeholder=texts("tuning.name_empty"))
    with showing_errors():
        wanted = build_config(preset, {**changed, "model.name": str(model)})
        _show_estimate(texts, place, wanted, data, preset, {**changed, "model.name": str(model)})
        busy = next((view for view in jobs.list_jobs(place.runs_dir) if view.active), None)
        if busy is not None:
            st.text(texts("tuning.busy", name=busy.name))
        label, icon = texts("tuning.start"), ":material/play_arrow:"
        if st.button(label, type="primary", icon=icon, key="start", disabled=busy is not None):
            overrides = {**changed, "model.name": str(model)}
            with st.spinner(texts("tuning.starting")):
                run = _start(place, data, preset, overrides, name.strip() or None)
            st.session_state[STARTED] = run
            st.rerun()


def _show_main_settings(texts: Texts, config: Config, preset: str) -> dict[str, object]:
    changed: dict[str, object] = {}
    starts: dict[str, int | None] = {
        "data.max_samples": config.data.max_samples,
        "training.epochs": config.training.epochs,
        "training.batch_size": config.training.batch_size,
    }
    for column, (name, start) in zip(st.columns(3), starts.items(), strict=True):
        with column:
            value = st.number_input(
                texts(f"tuning.{name.partition('.')[2]}"),
                min_value=1,
                value=start,
                step=1,
                key=f"{name}-{preset}",
                help=texts.describe_setting(name, ""),
                placeholder=texts("tuning.all"),
            )
        if value != start:
            changed[name] = value
    return changed


def _show_estimate(
    texts: Texts, place: Place, config: Config, data: str, preset: str, overrides: dict[str, object]
) -> None:
    products = open_dataset(place.dataset(data)).profile.splits["train"]
    used = min(config.data.max_samples or products, products)
    show_text(texts("tuning.amount", used=texts.number(used), available=texts.number(products)))
    estimate = estimate_seconds(place, config, products)
    if estimate is None:
        st.caption(texts("tuning.no_estimate"))
        show_trial(texts, place.dataset(data), preset, overrides)
    else:
        duration = texts.duration(estimate.seconds)
        st.caption(texts("tuning.estimate", duration=duration, run=estimate.source))


@st.cache_resource(show_spinner=False)
def _start_lock() -> threading.Lock:
    return threading.Lock()


def _start(place: Place, data: str, preset: str, overrides: dict[str, object], name: str | None) -> str:
    """Make the run and launch it; of two clicks at once the second is refused, because the device is taken."""
    with _start_lock():
        run = pipeline.request_run(
            place.dataset(data),
            preset=preset,
            settings=overrides,
            runs_dir=place.runs_dir,
            run=name,
            token=get_token(),
        )
        try:
            jobs.launch(run, token=get_token())
        except CataloraError as error:
            if error.code == "device-busy":  # taken since it was checked; nothing was started
                jobs.delete(run)
            raise
    return run.name
