"""The errors that catalora raises on purpose.

Each carries a stable `code` (the app looks its text up by it), one line that names the place, the value and what was
expected, a `hint` with the next step, and the facts as data. Anything else that escapes is a bug.
"""

import re
from typing import Any, ClassVar

# Anything that looks like a Hugging Face token.
TOKEN = re.compile(r"hf_[A-Za-z0-9]{20,}")


class CataloraError(Exception):
    """A problem that the user can do something about.

    Args:
        message: one line: where, what was found, what was expected.
        code: stable identifier in kebab-case, e.g. `"csv-column-missing"`.
        hint: the next step, as a sentence or a command.
        **facts: the values in the message, for front ends that word it in another language.

    Example:
        >>> error = DataError("trn.json:3: not JSON", code="bad-json", hint="Fix the line.", line=3)
        >>> error.exit_code, error.code, error.facts
        (65, 'bad-json', {'line': 3})
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, code: str, hint: str = "", **facts: object) -> None:
        message = hide_tokens(message)
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep everything on the way to another process."""
        return _restore, (type(self), self.message, self.code, self.hint, self.facts)


class UsageError(CataloraError):
    """The command or call does not make sense as written."""

    exit_code = 2


class DataError(CataloraError):
    """The content of a catalogue or data set is not usable."""

    exit_code = 65


class InputNotFoundError(CataloraError):
    """A file, folder or run that was named does not exist."""

    exit_code = 66


class ModelUnavailableError(CataloraError):
    """A model or the service that holds it refuses or cannot be reached."""

    exit_code = 69


class ClusterError(CataloraError):
    """A cluster refuses, cannot be reached, or failed at what it was given."""

    exit_code = 69


class StorageError(CataloraError):
    """Something cannot be written: no permission, no space, or another process holds it."""

    exit_code = 73


class RunStoppedError(CataloraError):
    """A run was stopped on request, has saved its state and can be resumed."""

    exit_code = 75


class TrainingError(CataloraError):
    """A run cannot go on: diverged, or its checkpoints do not fit it."""

    exit_code = 1


class EvaluationError(CataloraError):
    """A before/after comparison would not measure what it says: wrong weights, prompts, decoder or products."""

    exit_code = 1


class ConfigError(CataloraError):
    """A setting is unknown, of the wrong type or out of range."""

    exit_code = 78


def _restore(kind: type[CataloraError], message: str, code: str, hint: str, facts: dict[str, object]) -> CataloraError:
    return kind(message, code=code, hint=hint, **facts)


def hide_tokens(text: str) -> str:
    """The text with every Hugging Face token blotted out: third parties' messages end in logs and in run folders.

    Example:
        >>> hide_tokens("Bearer hf_" + "x" * 34)
        'Bearer hf_…'
    """
    return TOKEN.sub("hf_…", text)
