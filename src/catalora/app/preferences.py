"""Choices of the blind test, kept with the run: one JSON object a line in `evaluation/preferences.jsonl`."""

import json
import time
from collections import Counter
from typing import Literal, get_args

from catalora.errors import StorageError
from catalora.run import RunFolder

Choice = Literal["base", "tuned", "tie"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
FILE_NAME = "preferences.jsonl"


def save_choice(run: RunFolder, question: str, choice: str, left: str) -> None:
    """Add one choice.

    Args:
        run: the run that was asked.
        question: as asked.
        choice: the better side, or `tie`.
        left: the side that stood on the left, so that a preference for one place can be told.

    Raises:
        StorageError: it cannot be written.
    """
    line = json.dumps({"time": time.time(), "question": question, "choice": choice, "left": left}) + "\n"
    try:
        run.evaluation.mkdir(exist_ok=True)
        with (run.evaluation / FILE_NAME).open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        raise StorageError(
            f"{run.evaluation / FILE_NAME}: the choice cannot be written ({error.strerror})",
            code="target-not-writable",
            hint="Free some space, or make the folder writable.",
        ) from error


def count_choices(run: RunFolder) -> dict[Choice, int]:
    """How often each side was chosen, over everybody who ever chose; damaged lines are left out."""
    counts: Counter[str] = Counter()
    try:
        lines = (run.evaluation / FILE_NAME).read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        try:
            counts[json.loads(line)["choice"]] += 1
        except (ValueError, KeyError, TypeError):
            continue
    return {choice: counts[choice] for choice in CHOICES}
