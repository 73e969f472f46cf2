"""Tokens to text while they come: whole characters only, and never a part of a stop string."""

from collections.abc import Sequence
from typing import Any

BROKEN = "\ufffd"  # what an unfinished character decodes to
MAX_BROKEN_TOKENS = 8  # no character has more bytes than four; after these it is not unfinished but wrong


class Pieces:
    """The text of one answer in the pieces that its tokens add.

    A token is decoded with those in front of it, because many a tokenizer writes it otherwise at the start of a text.
    The pieces joined are the whole text.

    Args:
        tokenizer: a Hugging Face tokenizer.
        prompt: token ids in front of the answer.
    """

    def __init__(self, tokenizer: Any, prompt: Sequence[int]) -> None:
        self._tokenizer = tokenizer
        self._ids = list(prompt[-1:])
        self._before = 0  # from here on tokens are decoded
        self._told = len(self._ids)  # up to here their text is out

    def add(self, token: int) -> str:
        """The text that a token adds; empty in the middle of a character."""
        self._ids.append(token)
        return self._tell(whole=False)

    def finish(self) -> str:
        """What was held back."""
        return self._tell(whole=True)

    def _tell(self, *, whole: bool) -> str:
        known = self._decode(self._ids[self._before : self._told])
        text = self._decode(self._ids[self._before :])
        unfinished = text.endswith(BROKEN) and len(self._ids) - self._told < MAX_BROKEN_TOKENS
        if len(text) <= len(known) or (unfinished and not whole):
            return ""
        self._before, self._told = self._told, len(self._ids)
        return text[len(known) :]

    def _decode(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(ids, skip_special_tokens=True)) if ids else ""


class StopFinder:
    """Lets text through up to the first stop string, and holds back what may become one.

    Example:
        >>> finder = StopFinder(["END"])
        >>> finder.add("A pan. E"), finder.add("NjoyE"), finder.add("ND and more"), finder.found
        ('A pan. ', 'ENjoy', '', True)
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""
        self.found = False

    def add(self, text: str) -> str:
        """The part of the text so far that can be shown now."""
        if self.found or not text:
            return ""
        self._held += text
        places = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if places:
            self.found = True
            shown, self._held = self._held[: min(places)], ""
            return shown
        kept = max((_count_begun(self._held, stop) for stop in self._stops), default=0)
        shown, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return shown

    def finish(self) -> str:
        """What was held back, when no more text comes."""
        held, self._held = self._held, ""
        return held


def _count_begun(text: str, stop: str) -> int:
    """How many letters at the end of a text are the beginning of a stop string."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
