"""What changed between two versions of a text, word by word, short enough to look at."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

_WORDS = re.compile(r"\s+|\S+")
# Comparing costs the product of both lengths in words; where texts differ is found before, in the whole texts.
_COMPARED_CHARS = 3_000
_CONTEXT_CHARS = 60

Kind = Literal["same", "removed", "added", "seen", "omitted"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: `same` and `removed` make the text before, `same` and `added` the text after.

    `seen` is unchanged and worth a look; `omitted` stands for text that is left out, its own text is empty.
    """

    kind: Kind
    text: str


def compare_texts(before: str, after: str, max_chars: int = 400) -> list[Piece]:
    """List what stayed, went and came, around the places that differ.

    Args:
        before: a text of any length.
        after: what became of it.
        max_chars: how much to show of the two together, roughly; nothing is said about changes further on.

    Example:
        >>> [(piece.kind, piece.text) for piece in compare_texts("Kerr&#39;s cat.", "Kerr's cat.")]
        [('removed', 'Kerr&#39;s'), ('added', "Kerr's"), ('same', ' cat.')]
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = next((place for place, words in enumerate(zip(old, new, strict=False)) if words[0] != words[1]), None)
    if start is None:
        start = min(len(old), len(new))
    old_part, new_part = _take(old, start), _take(new, start)
    # Where the view ends, one text has more than the other although nothing differs there.
    is_cut = start + len(old_part) < len(old) or start + len(new_part) < len(new)
    steps = SequenceMatcher(None, old_part, new_part, autojunk=False).get_opcodes()
    if is_cut and len(steps) > 1 and steps[-1][0] != "equal":
        steps.pop()
    pieces = [Piece("same", "".join(old[:start]))]
    for tag, old_start, old_end, new_start, new_end in steps:
        gone, come = "".join(old_part[old_start:old_end]), "".join(new_part[new_start:new_end])
        pieces += [Piece("same", gone)] if tag == "equal" else [Piece("removed", gone), Piece("added", come)]
    if is_cut:
        pieces.append(Piece("omitted", ""))
    return list(_shorten([piece for piece in pieces if piece.text or piece.kind == "omitted"], max_chars))


def mark_words(text: str, parts: Sequence[str], max_chars: int = 400) -> list[Piece]:
    """Mark the words of a text that contain any of some parts.

    Example:
        >>> [(piece.kind, piece.text) for piece in mark_words("A lockOne handle", ["ockOne"])]
        [('same', 'A '), ('seen', 'lockOne'), ('same', ' handle')]
    """
    pieces: list[Piece] = []
    for is_seen, words in groupby(_WORDS.findall(text), lambda word: any(part in word for part in parts)):
        pieces.append(Piece("seen" if is_seen else "same", "".join(words)))
    return list(_shorten(pieces, max_chars))


def _take(words: list[str], start: int) -> list[str]:
    """Words from `start` on, as many as are compared; a single longer word is taken whole."""
    chars, end = 0, start
    while end < len(words) and chars < _COMPARED_CHARS:
        chars += len(words[end])
        end += 1
    return words[start:end]


def _shorten(pieces: list[Piece], max_chars: int) -> Iterator[Piece]:
    """Leave out unchanged text far from a change, cut very long changes, and stop after `max_chars`."""
    shown = 0
    for number, piece in enumerate(pieces):
        if shown >= max_chars:
            yield Piece("omitted", "")
            return
        text = piece.text
        if piece.kind == "same":
            head = 0 if number == 0 else _CONTEXT_CHARS
            tail = 0 if number == len(pieces) - 1 else _CONTEXT_CHARS
            if len(text) > head + tail + _CONTEXT_CHARS:
                # Cut at a space, where there is one.
                if head:
                    yield Piece("same", text[:head].rpartition(" ")[0] or text[:head])
                yield Piece("omitted", "")
                if tail:
                    yield Piece("same", text[-tail:].partition(" ")[2] or text[-tail:])
                shown += head + tail
                continue
        if len(text) > max_chars:
            yield Piece(piece.kind, text[:max_chars])
            yield Piece("omitted", "")
        else:
            yield piece
        shown += len(text)
