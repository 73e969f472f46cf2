"""What a document is made of; `markdown`, `html` and `pdf` write each kind of block in their own way.

A text is plain text, in which `…` between backticks is set as code. Renderers escape everything else, so that nothing
that a product, a model or a file name says can become part of a page.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# Scripts and emoji need the first two; the others are layout.
_HARMLESS = "\u200c\u200d\n\t"
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the document's title."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header.

    Attributes:
        header: names of the columns.
        rows: cells, as many as the header has.
        numbers: how many of the last columns hold numbers; they are set flush right.
        widths: relative widths of the columns on paper; even when empty.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: int = 0
    widths: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing.

    Attributes:
        name: of its file, without ending.
        svg: the drawing.
        caption: what it shows, and what is to be seen in it.
    """

    name: str
    svg: str
    caption: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Somebody else's text, or a command, letter by letter."""

    text: str
    label: str = ""


Block = Heading | Paragraph | Bullets | Table | Figure | Verbatim


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language.

    Attributes:
        name: of its files, without language and ending.
        language: "pt-BR" or "en".
        title: shown as the first heading.
        subtitle: one line below it.
        blocks: the rest.
    """

    name: str
    language: str
    title: str
    subtitle: str
    blocks: Sequence[Block] = field(default_factory=tuple)


def show_hidden(text: str) -> str:
    """A text in which characters that cannot be seen, and could reorder or end a line, stand as their code.

    Example:
        >>> show_hidden("a\u202eb")
        'a[U+202E]b'
    """
    return "".join(
        f"[U+{ord(char):04X}]"
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in _HARMLESS
        else char
        for char in text
    )


def split_code(text: str) -> Iterator[tuple[str, bool]]:
    """Pieces of a text, and whether each is code.

    Example:
        >>> list(split_code("Run `catalora`."))
        [('Run ', False), ('catalora', True), ('.', False)]
    """
    for number, piece in enumerate(_CODE.split(text)):
        if piece:
            yield piece, number % 2 == 1
