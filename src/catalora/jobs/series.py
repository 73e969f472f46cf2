"""The curves of a run, small enough to draw however long it is.

Each look parses only what was added to `events.jsonl` since the one before, in this process; the parsed points are
kept, and thinned out to a fixed number that keeps every spike. Steps that a resumed run did again replace those before.
"""

import io
import math
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from catalora.jobs.events import parse_event, read_new_lines
from catalora.run import Event, RunFolder

if TYPE_CHECKING:
    import polars as pl

# Kinds of events whose numbers are drawn, and facts that are numbers but no measures.
MEASURED_KINDS = frozenset({"evaluation", "watch"})
NOT_MEASURED = frozenset({"epoch", "answers"})
# How our writer begins the many lines that are parsed in bulk, and how the few that are looked at one by one.
STEP_LINE = b'{"kind": "step"'
OTHER_LINE = re.compile(rb'\n(\{"kind": "(?!step")[^\n]*)')
KEPT_RUNS = 16
KEPT_EVENTS = 200
# A table that grows by a few rows at each look is put together again now and then.
KEPT_CHUNKS = 64
HEAD_BYTES = 256


@dataclass(frozen=True, slots=True)
class Curve:
    """One measure over the steps, both lists of the same length, steps ascending."""

    steps: list[int]
    values: list[float]


@dataclass(frozen=True, slots=True)
class Series:
    """What there is to draw of a run.

    Attributes:
        curves: by name of the measure: `loss`, `learning_rate`, `grad_norm`, `tokens_per_second`, … of the training
            steps; `eval_loss`, `stop_rate` and other numbers of the evaluations. Loss is in nats per completion token.
        events: the newest events that are no steps (start, evaluation, checkpoint, sample, warning, error, end), at
            most 200 of each kind, in the order in which they happened.
        logged: training steps that were logged, before any were left out of the curves.
        offset: byte position for `read_events_since`.
    """

    curves: Mapping[str, Curve]
    events: tuple[Event, ...]
    logged: int
    offset: int


@dataclass
class _History:
    """All that was read of one run so far."""

    identity: tuple[int, bytes] | None = None
    offset: int = 0
    steps: "pl.DataFrame | None" = None
    evaluations: list[tuple[int, dict[str, float]]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    drawn: dict[int, Series] = field(default_factory=dict)  # by number of points; emptied when there is news


_histories: OrderedDict[str, _History] = OrderedDict()
_histories_lock = threading.Lock()


def read_series(run: RunFolder, points: int = 1000) -> Series:
    """Curves and remarkable events of a run.

    Args:
        run: the run.
        points: at most this many points a curve; at least 4. Of each stretch of steps its lowest and its highest value
            are kept, so a spike is never lost; the first and the last point always stay.
    """
    with _histories_lock:
        history = _recall(run)
        lines, start = read_new_lines(run, history.offset)
        if start != history.offset:  # shorter than before: not the file that we know
            history = _histories[str(run.path)] = _History(_identify(run))
        if lines:
            _absorb(history, b"\n" + lines)
            history.offset = start + len(lines)
            history.drawn.clear()
        if points not in history.drawn:
            history.drawn[points] = _draw(history, points)
        return history.drawn[points]


def thin_out_indices(values: npt.NDArray[np.float64], points: int) -> npt.NDArray[np.int64]:
    """Positions that stand for `values`, shape (n,): all when they are few, else the extremes of equal stretches.

    Example:
        >>> thin_out_indices(np.array([0.0, 0, 9, 0, 0, 0, 0, 0]), 4).tolist()
        [0, 1, 2, 7]
    """
    if len(values) <= points:
        return np.arange(len(values))
    inner = values[1:-1]
    width = math.ceil(len(inner) / max(1, (points - 2) // 2))
    stretches = np.pad(inner, (0, -len(inner) % width), mode="edge").reshape(-1, width)
    starts = 1 + width * np.arange(len(stretches))
    extremes = np.concatenate([starts + stretches.argmin(axis=1), starts + stretches.argmax(axis=1)])
    # A position in the padding stands for the value that was repeated there.
    return np.unique(np.concatenate([[0, len(values) - 1], np.minimum(extremes, len(inner))]))


def _recall(run: RunFolder) -> _History:
    """What this process knows of the run; nothing when its file was replaced by another."""
    key, identity = str(run.path), _identify(run)
    known = _histories.get(key)
    if known is None or known.identity != identity:
        known = _histories[key] = _History(identity)
    _histories.move_to_end(key)
    while len(_histories) > KEPT_RUNS:
        _histories.popitem(last=False)
    return known


def _identify(run: RunFolder) -> tuple[int, bytes] | None:
    """File and first line, which holds the time of the start: a new run of the same name has another."""
    path = run.path / "events.jsonl"
    try:
        with path.open("rb") as file:
            return path.stat().st_ino, file.readline(HEAD_BYTES)
    except OSError:
        return None


def _absorb(history: _History, lines: bytes) -> None:
    """Take new lines, each with its line break in front."""
    taken = others = 0
    for found in OTHER_LINE.finditer(lines):
        event = parse_event(found[1])
        others += 1
        if event.kind == "start":  # a resumed run goes on from here, and does again what came after
            _add_steps(history, lines[taken : found.end()], others)
            taken, others = found.end(), 0
            if history.steps is not None:
                history.steps = history.steps.filter(history.steps["step"] <= event.step)
            history.evaluations = [item for item in history.evaluations if item[0] <= event.step]
        elif event.kind in MEASURED_KINDS:
            history.evaluations.append((event.step, _pick_numbers(event)))
        history.events.append(event)
    _add_steps(history, lines[taken:], others)
    history.events = _keep_newest(history.events)


def _keep_newest(events: list[Event]) -> list[Event]:
    """Drop the oldest of a kind that has many, so that the many samples of a long run do not push out its start."""
    seen: Counter[str] = Counter()
    kept = []
    for event in reversed(events):
        seen[event.kind] += 1
        if seen[event.kind] <= KEPT_EVENTS:
            kept.append(event)
    return kept[::-1]


def _add_steps(history: _History, lines: bytes, others: int) -> None:
    """The steps among lines; `others` of these are known to be none and were taken already."""
    import polars as pl

    measures = dict.fromkeys(_name_measures(lines), pl.Float64)
    table = _parse_steps(lines, measures, others)
    if table is None:  # a bad line; find it, keep the others
        events = [parse_event(line) for line in OTHER_LINE.sub(b"", lines).splitlines() if line.strip()]
        history.events += [event for event in events if event.kind != "step"]
        rows = [{"step": event.step, **_pick_numbers(event)} for event in events if event.kind == "step"]
        table = pl.DataFrame(rows, schema={"step": pl.Int64, **measures})
    if table.is_empty():
        return
    history.steps = table if history.steps is None else pl.concat([history.steps, table], how="diagonal")
    if history.steps.n_chunks() > KEPT_CHUNKS:
        history.steps = history.steps.rechunk()


def _name_measures(lines: bytes) -> list[str]:
    """Names of the numbers in the first and in the last step."""
    places = {lines.find(STEP_LINE), lines.rfind(STEP_LINE)} - {-1}
    steps = [parse_event(lines[place : lines.find(b"\n", place)]) for place in places]
    return sorted({name for step in steps for name in _pick_numbers(step)})


def _parse_steps(lines: bytes, measures: "Mapping[str, type[pl.Float64]]", others: int) -> "pl.DataFrame | None":
    """A table of step and measures; nothing when more than the `others` are no steps of ours."""
    import polars as pl

    if not measures:
        return None
    schema: dict[str, Any] = {"kind": pl.String, "step": pl.Int64, "facts": pl.Struct(dict(measures))}
    try:
        read = pl.read_ndjson(io.BytesIO(lines), schema=schema)
    except pl.exceptions.PolarsError:
        return None
    table = read.filter(pl.col("kind") == "step").drop("kind").unnest("facts")
    return table if read.height - table.height == others else None


def _pick_numbers(event: Event) -> dict[str, float]:
    return {
        name: float(value)
        for name, value in event.facts.items()
        if isinstance(value, int | float) and name not in NOT_MEASURED
    }


def _draw(history: _History, points: int) -> Series:
    curves = _draw_steps(history.steps, points) | _draw_evaluations(history.evaluations, points)
    logged = history.steps.height if history.steps is not None else 0
    return Series(curves, tuple(history.events), logged, history.offset)


def _draw_steps(table: "pl.DataFrame | None", points: int) -> dict[str, Curve]:
    if table is None:
        return {}
    steps = table["step"].to_numpy()
    return {name: _thin_out(steps, table[name].to_numpy(), points) for name in table.columns if name != "step"}


def _draw_evaluations(evaluations: list[tuple[int, dict[str, float]]], points: int) -> dict[str, Curve]:
    curves = {}
    for name in dict.fromkeys(name for _, numbers in evaluations for name in numbers):
        measured = [(step, numbers[name]) for step, numbers in evaluations if name in numbers]
        steps, values = zip(*measured, strict=True)
        curves[name] = _thin_out(np.array(steps), np.array(values), points)
    return curves


def _thin_out(steps: npt.NDArray[np.int64], values: npt.NDArray[np.float64], points: int) -> Curve:
    known = ~np.isnan(values)
    steps, values = steps[known], values[known]
    kept = thin_out_indices(values, points)
    return Curve(steps[kept].tolist(), values[kept].tolist())
