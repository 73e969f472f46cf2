"""How long steps tell their caller how far they are, without printing."""

from typing import Protocol


class Progress(Protocol):
    """Called now and then by a long step; the command line draws a bar from it, a test collects it."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Report that `done` units of `stage` are finished, of `total` when that is known."""


def ignore_progress(stage: str, done: int, total: int | None) -> None:
    """The default: nobody is listening."""
