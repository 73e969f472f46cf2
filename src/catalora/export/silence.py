"""Keeping libraries from printing: what a command prints on stdout is its result, and may be read as JSON."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def printing_nothing() -> Iterator[None]:
    """Let what is printed on stdout meanwhile go nowhere; errors still come as exceptions."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield
