"""The detached process that trains one run: `python -m catalora.jobs.worker RUNS_DIR NAME [--share-device]`.

With `--processes N` it starts and watches so many others, and they train. Started by `launch`, never by hand. It says
how it fares in the run folder alone; what it prints goes into `worker.log`.
The Hugging Face token, if any, comes in the environment variable HF_TOKEN and goes nowhere else.
"""

import argparse
import io
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import TextIO

from catalora.ending import end_without_search
from catalora.errors import CataloraError, RunStoppedError, hide_tokens
from catalora.processes import leave_processes
from catalora.run import RunFolder, open_run


def main(arguments: list[str] | None = None) -> int:
    """Train the run; the exit code is that of the command line for the same outcome."""
    parser = argparse.ArgumentParser(prog="catalora.jobs.worker", description=__doc__)
    parser.add_argument("runs_dir", type=Path)
    parser.add_argument("name")
    parser.add_argument("--share-device", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    end_without_search()
    sys.stdout, sys.stderr = TokenFilter(sys.stdout), TokenFilter(sys.stderr)
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} worker {os.getpid()} begins", file=sys.stderr)  # noqa: T201
    if options.processes > 1:
        from catalora.jobs.group import run_group

        run = open_run(options.runs_dir, options.name)
        code = run_group(run, options.processes, share_device=options.share_device)
    else:
        code = _train(options.runs_dir, options.name, share_device=options.share_device)
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} worker {os.getpid()} ends with {code}", file=sys.stderr)  # noqa: T201
    return code


def _train(runs_dir: Path, name: str, *, share_device: bool) -> int:
    try:
        run = open_run(runs_dir, name)
        _stop_on_sigterm(run)
        from catalora.pipeline import train_run

        train_run(run, share_device=share_device)
        leave_processes()
    except CataloraError as error:
        if os.environ.get("RANK", "0") == "0":  # the others fail with the same one
            print(f"{error.code}: {error.message}\n  {error.hint}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _stop_on_sigterm(run: RunFolder) -> None:
    """Take SIGTERM, which a shutdown sends, for a request to stop; while it trains the trainer listens itself."""

    def ask(number: int, frame: FrameType | None) -> None:
        if not run.is_locked():  # not at work yet: there is nothing to save, and nobody to read a request
            sys.exit(RunStoppedError.exit_code)
        run.stop_file.touch()

    signal.signal(signal.SIGTERM, ask)


class TokenFilter(io.TextIOBase):
    """A text stream that writes line by line and blots out whatever looks like a token."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rest = ""

    encoding = "utf-8"
    errors = "replace"

    def fileno(self) -> int:
        """The file behind it, for libraries that ask."""
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Take a text; whole lines are passed on at once."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._stream.write(hide_tokens(line) + "\n")
        self._stream.flush()
        return len(text)

    def flush(self) -> None:
        """Pass on an unfinished line as well."""
        self._stream.write(hide_tokens(self._rest))
        self._rest = ""
        self._stream.flush()


if __name__ == "__main__":
    sys.exit(main())
