"""A document as one HTML file that needs no other file, no network and no script."""

import re
from html import escape

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

# Even if some text got past the escaping, a browser would neither run nor load anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light; --text: #1b1f24; --soft: #57606a; --line: #d8dee4; --panel: #f6f7f9; --accent: #0f766e; }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.2rem 4rem; max-width: 52rem; background: #fff; color: var(--text);
  font: 1rem/1.6 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .5rem; padding-bottom: .2rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .3rem; }
p { margin: .5rem 0; }
.soft, figcaption, .label { color: var(--soft); }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .88em; }
code { background: var(--panel); padding: .05rem .25rem; border-radius: .2rem; }
pre {
  background: var(--panel); border-left: 3px solid var(--accent); padding: .7rem .9rem; margin: .3rem 0 1rem;
  white-space: pre-wrap; line-height: 1.45;
}
.label { margin-bottom: 0; font-size: .92rem; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
/* Not `anywhere`, which lets a column shrink to a letter: names in tables break where they say so. */
th, td { overflow-wrap: break-word; }
th { color: var(--soft); font-weight: 600; border-bottom-width: 2px; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 1rem 0; }
figure svg { width: 100%; height: auto; font-family: inherit; }
figcaption { font-size: .92rem; }
@media print { body { padding: 0; } figure, tr, pre { break-inside: avoid; } h2, h3 { break-after: avoid; } }
"""


def render_html(document: Document) -> str:
    """The whole page."""
    body = "\n".join(_render_block(block) for block in document.blocks)
    return (
        f'<!doctype html>\n<html lang="{document.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{_render_text(document.title)}</h1>\n<p class="soft">{_render_text(document.subtitle)}</p>\n'
        f"{body}\n</body>\n</html>\n"
    )


def _render_block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{_render_text(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{_render_text(text)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{_render_text(item)}</li>" for item in items) + "</ul>"
        case Table():
            return _render_table(block)
        case Figure(_, svg, caption):
            return f"<figure>{svg}<figcaption>{_render_text(caption)}</figcaption></figure>"
        case Verbatim(text, label):
            shown = f'<p class="label">{_render_text(label)}</p>' if label else ""
            return f"{shown}<pre>{escape(show_hidden(text))}</pre>"


def _render_text(text: str, *, narrow: bool = False) -> str:
    """Text as HTML; in a narrow column code may break after a dot or an underscore, and long hashes anywhere."""
    html = ""
    for piece, is_code in split_code(text):
        shown = escape(show_hidden(piece))
        if is_code and narrow:
            shown = re.sub(r"(?<=[._])(?=\w)|(?<=[0-9a-f]{16})(?=[0-9a-f])", "<wbr>", shown)
        html += f"<code>{shown}</code>" if is_code else shown
    return html


def _render_table(table: Table) -> str:
    first_number = len(table.header) - table.numbers

    def render_row(cells: tuple[str, ...], tag: str) -> str:
        kinds = [' class="number"' if column >= first_number else "" for column in range(len(cells))]
        return "".join(
            f"<{tag}{kind}>{_render_text(cell, narrow=True)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True)
        )

    body = "".join(f"<tr>{render_row(tuple(row), 'td')}</tr>" for row in table.rows)
    head = render_row(tuple(table.header), "th")
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
