"""A document as PDF, typeset by Typst, which brings its own fonts and needs no program beside it.

Every text reaches Typst as a string, never as markup, so that no product text can be read as an instruction.
"""

import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from catalora.documents.blocks import (
    Block,
    Bullets,
    Document,
    Figure,
    Heading,
    Paragraph,
    Table,
    Verbatim,
    show_hidden,
    split_code,
)
from catalora.errors import UsageError

_PREAMBLE = """
#set document(title: {title}, date: auto)
#set page(paper: "a4", margin: (x: 2.2cm, top: 2.2cm, bottom: 2.4cm), numbering: "1 / 1")
#set text(lang: {language}, region: {region}, font: "Libertinus Serif", size: 10.5pt)
#set par(justify: true, leading: 0.62em)
#show heading.where(level: 1): set text(size: 19pt)
#show heading.where(level: 2): it => block(above: 1.5em, below: 0.7em, sticky: true, it)
#show heading.where(level: 3): it => block(above: 1.2em, below: 0.6em, sticky: true, it)
#show raw: set text(font: "DejaVu Sans Mono", size: 8pt)
#show figure.caption: set text(size: 9pt, fill: rgb("#57606a"))
#set table(stroke: (x, y) => (bottom: if y == 0 {{ 0.8pt }} else {{ 0.4pt }} + rgb("#c5ccd3")), inset: (x: 4pt, y: 4pt))
#show table: set par(justify: false)
#show table: set text(size: 9pt, hyphenate: true)
#set table.cell(breakable: false)
#show table.cell.where(y: 0): set text(weight: "semibold")
#let soft(body) = text(fill: rgb("#57606a"), body)
#let quoted(body) = block(
  fill: rgb("#f6f7f9"), stroke: (left: 2pt + rgb("#0f766e")), inset: 8pt, width: 100%, breakable: true, body,
)
"""


def render_pdf(document: Document, path: Path, created: float) -> None:
    """Write the document as a PDF file.

    Args:
        document: what to write.
        path: the file.
        created: seconds since 1970; the document's date.

    Raises:
        UsageError: Typst is not installed.
    """
    try:
        import typst
    except ModuleNotFoundError as error:
        raise UsageError(
            "PDF needs the package typst, which is not installed",
            code="extra-missing",
            hint='pip install "catalora[docs]", or leave out pdf with --format md --format html.',
        ) from error
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for block in document.blocks:
            if isinstance(block, Figure):
                (folder / f"{block.name}.svg").write_text(block.svg, encoding="utf-8")
        source = folder / "document.typ"
        source.write_text(render_typst(document), encoding="utf-8")
        typst.compile(source, output=path, root=folder, timestamp=datetime.fromtimestamp(int(created), UTC))


def render_typst(document: Document) -> str:
    """The document in Typst's language; figures are read from `NAME.svg` beside it."""
    language, _, region = document.language.partition("-")
    preamble = _PREAMBLE.format(
        title=_quote(document.title), language=_quote(language), region=_quote(region) if region else "none"
    )
    head = f'#heading(level: 1, {_quote(document.title)})\n#text(fill: rgb("#57606a"))[{_set_text(document.subtitle)}]'
    return "\n\n".join([preamble, head, *(_set_block(block) for block in document.blocks)]) + "\n"


def _set_block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"#heading(level: {level})[{_set_text(text)}]"
        case Paragraph(text):
            return f"#par[{_set_text(text)}]"
        case Bullets(items):
            return f"#list({', '.join(f'[{_set_text(item)}]' for item in items)})"
        case Table():
            return _set_table(block)
        case Figure(name, _, caption):
            image = f"image({_quote(name + '.svg')}, width: 100%, alt: {_quote(caption)})"
            return f"#figure({image}, caption: [{_set_text(caption)}], numbering: none, supplement: none)"
        case Verbatim(text, label):
            # A label stays with its text when a page ends between them.
            shown = f"#block(sticky: true, soft[#text(size: 9pt)[{_set_text(label)}]])\n" if label else ""
            return f"{shown}#quoted(raw({_quote(text)}, block: true))"


def _set_table(table: Table) -> str:
    widths = table.widths or [1] * len(table.header)
    columns = ", ".join(f"{width}fr" for width in widths)
    first_number = len(table.header) - table.numbers
    align = ", ".join("right" if column >= first_number else "left" for column in range(len(table.header)))
    header = ", ".join(f"[{_set_text(cell)}]" for cell in table.header)
    cells = ",\n".join(", ".join(f"[{_set_text(cell, narrow=True)}]" for cell in row) for row in table.rows)
    return f"#table(columns: ({columns},), align: ({align},), table.header({header}),\n{cells})"


def _set_text(text: str, *, narrow: bool = False) -> str:
    """Markup that shows a text: every piece is a string or a piece of code.

    Args:
        text: the text.
        narrow: in a narrow column, code may be broken after a dot or an underscore.
    """
    pieces = [(_quote(piece), is_code) for piece, is_code in split_code(text)]
    if narrow:
        pieces = [
            (re.sub(r"(?<=[._])(?=\w)", "\u200b", piece) if is_code else piece, is_code) for piece, is_code in pieces
        ]
    return "".join(f"#raw({piece})" if is_code else f"#text({piece})" for piece, is_code in pieces)


def _quote(text: str) -> str:
    """A string of Typst's language."""
    return (
        '"'
        + show_hidden(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        + '"'
    )
