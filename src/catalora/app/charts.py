"""Charts as Vega-Lite specifications, with a text alternative that says what they show.

Colours come from the theme; lines are told apart by dashes as well. Numbers are written for the reader's language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from catalora.app.texts import Texts

# Enough to read a curve, and little enough to redraw every two seconds.
HEIGHT = 300


def show_curves(
    texts: Texts, lines: Mapping[str, tuple[Sequence[int], Sequence[float]]], *, y_title: str, alt: str
) -> None:
    """Values over optimiser steps.

    Args:
        texts: the reader's words.
        lines: by name, steps and values of the same length.
        y_title: what the values are.
        alt: the chart in a sentence.
    """
    tables = [
        pl.DataFrame({"step": steps, "value": values, "line": [name] * len(steps)})
        for name, (steps, values) in lines.items()
        if steps
    ]
    if not tables:
        return
    names = list(lines)
    hover: dict[str, Any] = {
        "x": {
            "field": "step",
            "type": "quantitative",
            "title": texts("tuning.axis_step"),
            "axis": {"format": ",d", "tickMinStep": 1},
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": y_title,
            "scale": {"zero": False},
            "axis": {"format": ",.3~f"},
        },
        "color": {"field": "line", "type": "nominal", "title": None, "sort": names},
        "tooltip": [
            {"field": "line", "type": "nominal", "title": " "},
            {"field": "step", "type": "quantitative", "title": texts("tuning.axis_step"), "format": ",d"},
            {"field": "value", "type": "quantitative", "title": y_title, "format": ",.4f"},
        ],
    }
    _draw(
        texts,
        pl.concat(tables, how="vertical_relaxed"),
        {
            "mark": {"type": "line", "point": {"size": 18}, "tooltip": True},
            "encoding": {**hover, "strokeDash": {"field": "line", "type": "nominal", "sort": names}},
            # One below the other where a phone's width does not hold them side by side.
            "config": {"legend": {"orient": "top", "labelLimit": 320, "columns": {"expr": "width < 420 ? 1 : 4"}}},
        },
        alt,
    )


def show_bars(texts: Texts, counts: Mapping[str, float], *, x_title: str, y_title: str, alt: str) -> None:
    """Counts of ordered groups as columns."""
    axis = {"labelAngle": -35, "labelLimit": 160}
    _draw(
        texts,
        pl.DataFrame({"group": list(counts), "count": list(counts.values())}),
        {
            "mark": {"type": "bar", "tooltip": True},
            "encoding": {
                "x": {"field": "group", "type": "nominal", "sort": None, "title": x_title, "axis": axis},
                "y": {"field": "count", "type": "quantitative", "title": y_title, "axis": {"format": ",d"}},
                "tooltip": [
                    {"field": "group", "type": "nominal", "title": x_title},
                    {"field": "count", "type": "quantitative", "title": y_title, "format": ",d"},
                ],
            },
        },
        alt,
    )


def _draw(texts: Texts, table: pl.DataFrame, spec: dict[str, Any], alt: str) -> None:
    config = {**spec.pop("config", {}), "locale": texts.chart_locale()}
    st.vega_lite_chart(table, {**spec, "height": HEIGHT, "config": config}, alt=alt)
