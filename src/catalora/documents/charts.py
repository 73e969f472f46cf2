"""Drawings as SVG: curves over the steps of a training, and differences with their intervals.

Each can stand in a page, in a file of its own and on paper; colours differ in lightness too, for printing in grey.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 34, 46
ROW_HEIGHT, LABEL_WIDTH = 30, 250
FONT = "Libertinus Serif, Segoe UI, sans-serif"
SOFT, LINE, DARK = "#57606a", "#d8dee4", "#1b1f24"
Kind = Literal["better", "worse", "unclear"]
KIND_COLOURS: dict[Kind, str] = {"better": "#0f766e", "worse": "#c2410c", "unclear": SOFT}
MARKERS_UP_TO = 40  # points; more would run together

FormatNumber = Callable[[float, int], str]


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line through (step, value) points."""

    name: str
    points: Sequence[tuple[int, float]]
    colour: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference with its interval; it is better or worse only when the interval leaves 0 out."""

    name: str
    value: float
    low: float
    high: float
    kind: Kind


def draw_curves(
    curves: Sequence[Curve],
    *,
    x_label: str,
    y_label: str,
    number: FormatNumber,
    mark: tuple[int, str] | None = None,
    y_range: tuple[float, float] | None = None,
) -> str:
    """Curves over steps, with a legend.

    Args:
        curves: at least one of them with a point.
        x_label: name of the horizontal axis.
        y_label: name of the vertical axis, with its unit.
        number: writes a number with so many decimals.
        mark: a step to point out, and what it is.
        y_range: ends of the vertical axis; those of the values when empty.
    """
    points = [point for curve in curves for point in curve.points]
    x_ticks = choose_ticks(0, max(step for step, _ in points), whole=True)
    low, high = y_range or (min(value for _, value in points), max(value for _, value in points))
    y_ticks = choose_ticks(low, high)
    place_x, place_y = _scale(x_ticks, LEFT, WIDTH - RIGHT), _scale(y_ticks, HEIGHT - BOTTOM, TOP)
    parts = [_draw_axes(x_ticks, y_ticks, place_x, place_y, number)]
    if mark:
        x = place_x(mark[0])
        side, shift = ("end", -5) if x > WIDTH / 2 else ("start", 5)
        parts.append(_line(x, TOP, x, HEIGHT - BOTTOM, DARK, "4 3") + _text(x + shift, TOP + 12, mark[1], side, DARK))
    for curve in curves:
        at = " ".join(f"{place_x(step):.1f},{place_y(value):.1f}" for step, value in curve.points)
        dash = ' stroke-dasharray="6 4"' if curve.dashed else ""
        parts.append(f'<polyline points="{at}" fill="none" stroke="{curve.colour}" stroke-width="2"{dash}/>')
        if len(curve.points) <= MARKERS_UP_TO:
            parts += [
                f'<circle cx="{place_x(step):.1f}" cy="{place_y(value):.1f}" r="3" fill="{curve.colour}"/>'
                for step, value in curve.points
            ]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label, "middle", SOFT))
    parts.append(_draw_legend(curves, y_label))
    return _wrap("".join(parts), HEIGHT, f"{y_label}: {', '.join(curve.name for curve in curves)}")


def draw_intervals(intervals: Sequence[Interval], *, label: str, number: FormatNumber) -> str:
    """One row for each difference: a line from end to end of its interval, a dot at the value; hollow when unclear.

    Args:
        intervals: at least one.
        label: what the axis counts.
        number: writes a number with so many decimals.
    """
    low = min(0.0, *(item.low for item in intervals))
    high = max(0.0, *(item.high for item in intervals))
    ticks = choose_ticks(low, high)
    height = TOP + ROW_HEIGHT * len(intervals) + BOTTOM
    place = _scale(ticks, LABEL_WIDTH, WIDTH - RIGHT - 14)
    parts = [_line(place(tick), TOP - 6, place(tick), height - BOTTOM, DARK if tick == 0 else LINE) for tick in ticks]
    decimals = _count_decimals(ticks)
    parts += [_text(place(tick), height - BOTTOM + 17, number(tick, decimals), "middle", SOFT) for tick in ticks]
    for row, item in enumerate(intervals):
        y = TOP + ROW_HEIGHT * (row + 0.5)
        colour = KIND_COLOURS[item.kind]
        parts.append(_text(LABEL_WIDTH - 14, y + 4, item.name, "end", DARK))
        parts.append(_line(place(item.low), y, place(item.high), y, colour, width=2.5))
        fill = "#ffffff" if item.kind == "unclear" else colour
        parts.append(f'<circle cx="{place(item.value):.1f}" cy="{y}" r="5" fill="{fill}" stroke="{colour}"/>')
    parts.append(_text((LABEL_WIDTH + WIDTH - RIGHT) / 2, height - 8, label, "middle", SOFT))
    return _wrap("".join(parts), height, label)


def choose_ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Round numbers, four to eight of them, the first not above `low` and the last not below `high`.

    Example:
        >>> choose_ticks(0, 430, whole=True)
        [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]
    """
    span = (high - low) or max(abs(high), 1.0)
    rough = span / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 10) for place in range(first, max(last, first + 1) + 1)]


def _count_decimals(ticks: Sequence[float]) -> int:
    step = ticks[1] - ticks[0]
    return next(places for places in range(7) if abs(round(step, places) - step) < step / 1000)


def _scale(ticks: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (end - start)


def _draw_axes(
    x_ticks: Sequence[float],
    y_ticks: Sequence[float],
    place_x: Callable[[float], float],
    place_y: Callable[[float], float],
    number: FormatNumber,
) -> str:
    decimals = _count_decimals(y_ticks)
    across = "".join(
        _line(LEFT, place_y(tick), WIDTH - RIGHT, place_y(tick), LINE)
        + _text(LEFT - 8, place_y(tick) + 4, number(tick, decimals), "end", SOFT)
        for tick in y_ticks
    )
    below = "".join(_text(place_x(tick), HEIGHT - BOTTOM + 17, number(tick, 0), "middle", SOFT) for tick in x_ticks)
    return across + below


def _draw_legend(curves: Sequence[Curve], y_label: str) -> str:
    html = _text(8, 16, y_label, "start", SOFT)
    x = float(WIDTH - RIGHT)
    for curve in reversed(curves):
        x -= 7.0 * len(curve.name)  # wide enough for the fonts of pages and of paper
        html += _text(x, 16, curve.name, "start", DARK)
        html += _line(x - 30, 12, x - 8, 12, curve.colour, "6 4" if curve.dashed else "", width=2.5)
        x -= 48
    return html


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "", width: float = 1) -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"{dashes}/>'
    )


def _text(x: float, y: float, text: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="13">{escape(text)}</text>'


def _wrap(content: str, height: float, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label="{escape(label)}" font-family="{FONT}">'
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>{content}</svg>\n'
    )
