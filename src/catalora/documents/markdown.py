"""A document as Markdown (GitHub's), its figures in files beside it."""

import re
import textwrap

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

FIGURES = "figures"
WIDTH = 100


def render_markdown(document: Document) -> str:
    """The whole document; figures are linked as `figures/NAME.svg`."""
    blocks = [Heading(document.title, 1), Paragraph(document.subtitle), *document.blocks]
    return "\n\n".join(render_block(block) for block in blocks) + "\n"


def render_block(block: Block) -> str:
    """One block, without blank lines around it."""
    match block:
        case Heading(text, level):
            return f"{'#' * level} {render_text(text)}"
        case Paragraph(text):
            return render_text(text)
        case Bullets(items):
            return "\n".join(f"- {render_text(item)}" for item in items)
        case Table():
            return _render_table(block)
        case Figure(name, _, caption):
            return f"![{render_text(caption)}]({FIGURES}/{name}.svg)\n\n*{render_text(caption)}*"
        case Verbatim(text, label):
            return (f"{render_text(label)}\n\n" if label else "") + _render_fence(text)


def render_text(text: str) -> str:
    r"""A text whose special characters are shown as they are.

    Example:
        >>> render_text("2 * 3 of `a_b` in a_b")
        '2 \\* 3 of `a_b` in a\\_b'
    """
    return "".join(f"`{piece}`" if is_code else _escape(piece) for piece, is_code in split_code(show_hidden(text)))


def _escape(text: str) -> str:
    shown = re.sub(r"([\\`*_\[\]|~$])", r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return " ".join(shown.split("\n"))


def _render_table(table: Table) -> str:
    rules = ["---:" if column >= len(table.header) - table.numbers else "---" for column in range(len(table.header))]
    lines = [table.header, rules, *table.rows]
    # A bar inside code would end the cell too.
    cells = [
        [cell if number == 1 else render_text(cell.replace("|", "¦")) for cell in line]
        for number, line in enumerate(lines)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _render_fence(text: str) -> str:
    """A code block whose fence is longer than any run of backticks in it; long lines are broken."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = [part for line in show_hidden(text).split("\n") for part in textwrap.wrap(line, WIDTH) or [""]]
    return "\n".join([f"{fence}text", *lines, fence])
