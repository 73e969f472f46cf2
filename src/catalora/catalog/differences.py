"""What changed between two versions of a text, word by word, whole or short enough to look at."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

# A word with the white space in front of it, so that a change of spacing is a change too.
_WORD = re.compile(r"\s*\S+|\s+\Z")
_WORDS = re.compile(r"\s+|\S+")
# Comparing costs the product of both lengths; window by window, any text takes time in proportion to its length.
_WINDOW_WORDS = 400
_CONTEXT_CHARS = 60

Kind = Literal["same", "removed", "added", "seen", "omitted"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: `same` and `removed` make the text before, `same` and `added` the text after.

    `seen` is unchanged and worth a look; `omitted` stands for text that is left out, its own text is empty.
    """

    kind: Kind
    text: str


def compare_texts(before: str, after: str) -> tuple[Piece, ...]:
    """What stayed, went and came, of texts of any length; nothing is left out.

    Example:
        >>> [(piece.kind, piece.text) for piece in compare_texts("A  warm mug", "A warm mug")]
        [('same', 'A'), ('removed', '  warm'), ('added', ' warm'), ('same', ' mug')]
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    end = _count_equal(old[::-1], new[::-1])
    steps = [
        *_compare_words(old[: len(old) - end], new[: len(new) - end]),
        Piece("same", "".join(old[len(old) - end :])),
    ]
    return tuple(_join(piece for piece in steps if piece.text))


def shorten_pieces(pieces: Sequence[Piece], max_chars: int = 400) -> list[Piece]:
    """Leave out unchanged text far from a change, cut very long changes, and stop after about `max_chars`."""
    return list(_shorten(pieces, max_chars))


def mark_words(text: str, parts: Sequence[str], max_chars: int = 400) -> list[Piece]:
    """Mark the words of a text that contain any of some parts.

    Example:
        >>> [(piece.kind, piece.text) for piece in mark_words("A lockOne handle", ["ockOne"])]
        [('same', 'A '), ('seen', 'lockOne'), ('same', ' handle')]
    """
    pieces: list[Piece] = []
    for is_seen, words in groupby(_WORDS.findall(text), lambda word: any(part in word for part in parts)):
        pieces.append(Piece("seen" if is_seen else "same", "".join(words)))
    return shorten_pieces(pieces, max_chars)


def _compare_words(old: list[str], new: list[str]) -> Iterator[Piece]:
    start, new_start = 0, 0
    while start < len(old) or new_start < len(new):
        part, new_part = old[start : start + _WINDOW_WORDS], new[new_start : new_start + _WINDOW_WORDS]
        steps = SequenceMatcher(None, part, new_part, autojunk=False).get_opcodes()
        is_last = start + len(part) == len(old) and new_start + len(new_part) == len(new)
        if not is_last and len(steps) > 1 and steps[-1][0] != "equal":
            # Where a window ends, one text has words left over although nothing differs there.
            steps.pop()
        for tag, first, end, new_first, new_end in steps:
            gone, come = "".join(part[first:end]), "".join(new_part[new_first:new_end])
            yield from [Piece("same", gone)] if tag == "equal" else [Piece("removed", gone), Piece("added", come)]
        start, new_start = start + steps[-1][2], new_start + steps[-1][4]


def _join(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece; of what changed in one place, first what went, then what came."""
    for is_same, run in groupby(pieces, lambda piece: piece.kind == "same"):
        parts = list(run)
        kinds: tuple[Kind, ...] = ("same",) if is_same else ("removed", "added")
        for kind in kinds:
            if text := "".join(piece.text for piece in parts if piece.kind == kind):
                yield Piece(kind, text)


def _count_equal(one: Sequence[str], other: Sequence[str]) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _shorten(pieces: Sequence[Piece], max_chars: int) -> Iterator[Piece]:
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
