"""Drawings of the evaluation's report as inline SVG: intervals, loss curves. Each has a text alternative."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from catalora.catalog.report_markup import render_text

_WIDTH = 480
_ROW, _MARGIN = 22, 8
_CURVE_WIDTH, _CURVE_HEIGHT, _CURVE_LEFT, _CURVE_BOTTOM, _CURVE_TOP = 900, 260, 44, 26, 12
_TICKS = 4
_MOST_DOTS = 60  # more would hide the line


@dataclass(frozen=True, slots=True)
class Whisker:
    """A value with its interval, as one row of a drawing; `look` is a CSS class."""

    value: float
    low: float
    high: float
    look: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (step, value) of one line; `look` is a CSS class."""

    name: str
    points: tuple[tuple[float, float], ...]
    look: str


def render_interval(whisker: Whisker, axis: tuple[float, float], label: str, *, marked: float | None = None) -> str:
    """A value and its interval on an axis that it may share with others.

    Args:
        whisker: what to draw.
        axis: both ends.
        label: what it shows, for readers of the page aloud.
        marked: a value with a line of its own, as 0 for differences.
    """
    low, high = axis
    span = (high - low) or 1.0

    def place(value: float) -> float:
        return _MARGIN + (value - low) / span * (_WIDTH - 2 * _MARGIN)

    zero = "" if marked is None else f'<path class="mark" d="M{place(marked):.1f} 0V{_ROW}"/>'
    middle = _ROW / 2
    return (
        f'<svg class="intervals {whisker.look}" viewBox="0 0 {_WIDTH} {_ROW}" role="img" aria-label="{escape(label)}">'
        f'{zero}<path d="M{place(whisker.low):.1f} {middle}H{place(whisker.high):.1f}"/>'
        f'<circle cx="{place(whisker.value):.1f}" cy="{middle}" r="5"/></svg>'
    )


def render_curves(curves: Sequence[Curve], label: str, step_name: str) -> str:
    """Lines over steps with axes; empty when no curve has a point.

    Args:
        curves: what to draw.
        label: what it shows, for readers of the page aloud.
        step_name: name of the horizontal axis.
    """
    curves = [curve for curve in curves if curve.points]
    points = [point for curve in curves for point in curve.points]
    if not points:
        return ""
    last = max(step for step, _ in points) or 1.0
    low, high = min(value for _, value in points), max(value for _, value in points)
    span = (high - low) or 1.0
    floor = _CURVE_HEIGHT - _CURVE_BOTTOM

    def x(step: float) -> float:
        return _CURVE_LEFT + step / last * (_CURVE_WIDTH - _CURVE_LEFT - _MARGIN)

    def y(value: float) -> float:
        return floor - (value - low) / span * (floor - _CURVE_TOP)

    html = f'<line x1="{_CURVE_LEFT}" x2="{_CURVE_WIDTH}" y1="{floor}" y2="{floor}"/>'
    for tick in range(_TICKS):
        value = low + span * tick / (_TICKS - 1)
        html += f'<text x="{_CURVE_LEFT - 6}" y="{y(value) + 5:.1f}" text-anchor="end">{value:.2f}</text>'
    html += f'<text x="{_CURVE_LEFT}" y="{floor + 19}">0</text>'
    last_step = f"{render_text(step_name)} {math.floor(last)}"
    html += f'<text x="{_CURVE_WIDTH}" y="{floor + 19}" text-anchor="end">{last_step}</text>'
    for curve in curves:
        path = " ".join(f"{x(step):.1f},{y(value):.1f}" for step, value in curve.points)
        html += f'<polyline class="{curve.look}" points="{path}"/>'
        dots = curve.points if len(curve.points) <= _MOST_DOTS else ()
        html += "".join(
            f'<circle class="{curve.look}" cx="{x(step):.1f}" cy="{y(value):.1f}" r="3"/>' for step, value in dots
        )
    legend = "".join(f'<span class="key {curve.look}">{render_text(curve.name)}</span>' for curve in curves)
    box = f'viewBox="0 0 {_CURVE_WIDTH} {_CURVE_HEIGHT}" role="img" aria-label="{escape(label)}"'
    return f'<svg class="chart curves" {box}>{html}</svg><p class="soft">{legend}</p>'
