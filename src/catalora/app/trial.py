"""What runs would take where no earlier run tells it: a short trial on this machine, when a reader asks for it.

The trial runs in processes of its own; the page only shows what it came to.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from catalora.app.plain import show_text
from catalora.app.state import get_token, get_worker, recall
from catalora.app.texts import Texts
from catalora.app.waiting import showing_stages
from catalora.catalog.prepared import PRODUCTS

TRIAL_SECONDS = 5.0
_ASKED = "trial"


def show_trial(texts: Texts, data: Path, preset: str, settings: Mapping[str, object]) -> None:
    """A button that tries a few batches, and the table of what came of it for these settings.

    Args:
        texts: the reader's words.
        data: the prepared data set.
        preset: name of the preset.
        settings: what differs from it, the model included.
    """
    written = (data / PRODUCTS).stat().st_mtime_ns
    key = ("estimate", str(data), written, preset, json.dumps(settings, sort_keys=True, default=str))
    if st.button(texts("tuning.trial"), icon=":material/timer:", key="trial-start", help=texts("tuning.trial_help")):
        st.session_state[_ASKED] = key
    if st.session_state.get(_ASKED) != key:
        return
    found = recall(key, lambda: _try(data, preset, settings))
    rows = [
        {
            texts("tuning.column_products"): texts.number(item["products"]),
            texts("tuning.column_steps"): texts.number(item["steps"]),
            texts("tuning.column_time"): texts.duration(item["seconds"]),
            texts("tuning.column_memory"): f"{texts.number(item['memory_bytes'] / 1e9, 1)} GB",
            texts("tuning.column_disk"): f"{texts.number(item['disk_bytes'] / 1e6)} MB",
        }
        for item in found["estimates"]
    ]
    st.dataframe(pl.DataFrame(rows), hide_index=True, alt=texts("tuning.trial_alt"), key="trial-table")
    show_text(texts("tuning.trial_device", device=found["device"]))


def _try(data: Path, preset: str, settings: Mapping[str, object]) -> dict[str, Any]:
    with showing_stages() as on_stage:
        return get_worker().call(
            "estimate",
            data=str(data),
            preset=preset,
            settings=dict(settings),
            seconds=TRIAL_SECONDS,
            token=get_token(),
            on_stage=on_stage,
        )
