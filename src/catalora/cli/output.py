"""What commands print: results on stdout, progress on stderr, JSON when asked."""

import json
import re
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from catalora.progress import Progress as ProgressCallback

# Everything that a terminal could take for a command; product and model texts are strangers' texts.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
WIDTH = 100
SECONDS_BETWEEN_LINES = 15
SECONDS_BETWEEN_READS = 1

TimeLeft = Callable[[], float | None]

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
runs_dir_option = click.option(
    "--runs-dir", default="runs", show_default=True, envvar="CATALORA_RUNS_DIR", help="Folder of the runs."
)


def clean(text: str) -> str:
    """Text without control characters, safe to print."""
    return CONTROL.sub("", text)


def print_json(value: Any) -> None:
    """One JSON document on stdout; control characters inside texts stand as escapes, so the values are unchanged."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    click.echo(CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def print_text(text: str, indent: str = "  ") -> None:
    """A longer text, wrapped and indented, its line breaks kept."""
    for line in clean(text).splitlines() or [""]:
        click.echo(textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=indent) or "")


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """Columns aligned; numbers and short texts only."""
    table = [header, *rows]
    widths = [max(len(clean(row[column])) for row in table) for column in range(len(header))]
    for number, row in enumerate(table):
        cells = [clean(cell).ljust(width) for cell, width in zip(row, widths, strict=True)]
        line = "  ".join(cells).rstrip()
        click.secho(line, bold=number == 0)


def say(message: str) -> None:
    """A remark about what is going on: stderr, so that it never mixes with results."""
    click.echo(clean(message), err=True)


def describe_duration(seconds: float) -> str:
    """A time as people say it.

    Example:
        >>> describe_duration(42), describe_duration(600), describe_duration(4000)
        ('42 s', '10 min', '1 h 7 min')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@contextmanager
def show_progress(read_time_left: TimeLeft = lambda: None) -> Iterator[ProgressCallback]:
    """A bar for each stage on a terminal; a line now and then elsewhere.

    Args:
        read_time_left: seconds until the training is done, where somebody knows better than the pace of the bar: a
            resumed training has its earlier pace, and evaluates now and then.
    """
    if not sys.stderr.isatty():
        yield _LinePerStage(read_time_left)
        return
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, _TimeLeftColumn(), console=Console(stderr=True)) as bars:
        yield _Bars(bars, read_time_left)


class _TimeLeftColumn(TimeRemainingColumn):
    """What the task itself says is left, else what its pace says."""

    def render(self, task: Task) -> Text:
        left = task.fields.get("left")
        return super().render(task) if left is None else Text(describe_duration(left), style="progress.remaining")


class _LinePerStage:
    """A line when a stage begins, and one now and then while it lasts: for logs."""

    def __init__(self, read_time_left: TimeLeft) -> None:
        self.read_time_left = read_time_left
        self.stage = ""
        self.last_line = 0.0

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if stage == self.stage and now - self.last_line < SECONDS_BETWEEN_LINES:
            return
        self.stage, self.last_line = stage, now
        left = self.read_time_left() if stage == "train" else None
        counted = f" {done:,} of {total:,}" if total and done else ""
        say(f"{stage} …{counted}" + (f", about {describe_duration(left)} left" if left else ""))


class _Bars:
    def __init__(self, bars: Progress, read_time_left: TimeLeft) -> None:
        self.bars = bars
        self.read_time_left = read_time_left
        self.last_read = 0.0
        self.tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if stage not in self.tasks:
            self._close_open_ended()
            self.tasks[stage] = self.bars.add_task(stage, total=total)
        self.bars.update(self.tasks[stage], completed=done, total=total)
        if stage == "train" and time.monotonic() - self.last_read >= SECONDS_BETWEEN_READS:
            self.last_read = time.monotonic()
            self.bars.update(self.tasks[stage], left=self.read_time_left())

    def _close_open_ended(self) -> None:
        """A stage that could not say how long it takes is over when the next one begins."""
        for task in self.bars.tasks:
            if task.total is None:
                self.bars.update(task.id, completed=1, total=1)
