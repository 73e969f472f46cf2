"""Reading what a run did, from where the last look ended.

Positions are bytes of `events.jsonl`. The file only grows at its end, so a position stays valid for the life of a run;
a last line that is still being written is left for the next look.
"""

import json
import os
import time
from collections.abc import Iterator

from catalora.jobs.views import read_job
from catalora.run import Event, RunFolder

FOLLOW_SECONDS = 0.5


def read_events_since(run: RunFolder, offset: int = 0) -> tuple[list[Event], int]:
    """Events after a position, and the position to ask from next time.

    Args:
        run: the run.
        offset: byte position that an earlier call returned; 0 for the start. One beyond the end of the file, which is
            then another file than before, counts as 0.

    Example:
        >>> events, offset = read_events_since(run)  # doctest: +SKIP
        >>> newer, offset = read_events_since(run, offset)  # doctest: +SKIP
    """
    data, offset = read_new_lines(run, offset)
    return [parse_event(line) for line in data.splitlines() if line.strip()], offset + len(data)


def read_new_lines(run: RunFolder, offset: int) -> tuple[bytes, int]:
    """Whole lines of `events.jsonl` after a position, and the position that they begin at."""
    try:
        with (run.path / "events.jsonl").open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = offset if offset <= size else 0
            file.seek(start)
            data = file.read(size - start)
    except FileNotFoundError:
        return b"", 0
    return data[: data.rfind(b"\n") + 1], start


def parse_event(line: bytes) -> Event:
    """One line as an event; a line that is damaged becomes a warning that says so."""
    try:
        return Event(**json.loads(line))
    except (ValueError, TypeError):
        message = f"a line of events.jsonl is damaged and was passed over: {line[:80]!r}"
        return Event("warning", 0, {"code": "event-unreadable", "message": message}, time=0.0)


def follow(run: RunFolder, *, from_offset: int = 0) -> Iterator[Event]:
    """Events as they come, until nobody works on the run any more.

    Giving up the iterator changes nothing for the run.

    Args:
        run: the run.
        from_offset: byte position to begin at; 0 tells everything from the start.
    """
    offset = from_offset
    while True:
        # Looked at first: what was written before the end is then read after it.
        active = read_job(run).active
        events, offset = read_events_since(run, offset)
        yield from events
        if not active:
            return
        time.sleep(FOLLOW_SECONDS)


def read_log(run: RunFolder, *, max_bytes: int = 20_000) -> str:
    """The end of what the run's detached workers printed, from a whole line on; empty when there is nothing."""
    try:
        with run.log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - max_bytes)
            file.seek(start)
            data = file.read()
    except FileNotFoundError:
        return ""
    if start:
        data = data[data.find(b"\n") + 1 :]
    return data.decode("utf-8", errors="replace")
