"""Pieces of HTML for the report: strangers' texts made harmless, tables, bars, histograms.

Every function returns HTML. Texts come in as plain text and pass through `render_text`; only what a name calls `html`
is put in as it is.
"""

import unicodedata
from collections.abc import Sequence
from html import escape

from catalora.catalog.differences import Piece
from catalora.catalog.report_facts import Histogram
from catalora.catalog.report_texts import Wording

# Scripts and emoji need these two, and they change nothing outside the word that they stand in.
_JOINERS = "\u200c\u200d"
_SHOWN_CHARS = 300

_TAGS = {"removed": "del", "added": "ins", "seen": "mark"}
_CHART_WIDTH, _CHART_HEIGHT, _CHART_TOP, _CHART_BOTTOM = 480, 190, 20, 24
_MOST_LABELS = 8


def render_text(text: str) -> str:
    """Text as HTML that shows it letter by letter; characters that cannot be seen become their code.

    Example:
        >>> render_text("<b>&amp;")
        '&lt;b&gt;&amp;amp;'
        >>> render_text("a\u202eb")
        'a<span class="code">U+202E</span>b'
    """
    return "".join(
        f'<span class="code">U+{ord(char):04X}</span>' if _is_hidden(char) else escape(char) for char in text
    )


def render_excerpt(text: str, wording: Wording) -> str:
    """The start of a product's text, in a block of its own direction."""
    if not text.strip():
        return f'<span class="soft">{render_text(wording.say("empty"))}</span>'
    rest = _render_omission(wording) if len(text) > _SHOWN_CHARS else ""
    return f'<span class="product" dir="auto">{render_text(text[:_SHOWN_CHARS])}{rest}</span>'


def render_pieces(pieces: Sequence[Piece], kinds: Sequence[str], wording: Wording) -> str:
    """A text with its changes marked: of the pieces those of the given kinds."""
    html = ""
    for piece in pieces:
        if piece.kind == "omitted":
            html += _render_omission(wording)
        elif piece.kind in kinds:
            tag = _TAGS.get(piece.kind)
            text = render_text(piece.text if tag is None else piece.text.replace("\n", "↵\n"))
            html += text if tag is None else f"<{tag}>{text}</{tag}>"
    if pieces and pieces[0].kind == "omitted":
        html = html.lstrip()
    return f'<span class="product" dir="auto">{html}</span>'


def render_table(header: Sequence[str], html_rows: Sequence[Sequence[str]], numbers: int) -> str:
    """A table that scrolls by itself where it is too wide.

    Args:
        header: names of the columns.
        html_rows: the cells.
        numbers: how many of the last columns hold numbers.
    """
    first_number = len(header) - numbers

    def render_row(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} class="number">{cell}</{tag}>' if column >= first_number else f"<{tag}>{cell}</{tag}>"
            for column, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{render_row(row, 'td')}</tr>" for row in html_rows)
    head = render_row([render_text(name) for name in header], "th")
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def render_bar(part: int, whole: int) -> str:
    """A bar for a share; it only repeats a number beside it, so readers of the page aloud skip it."""
    width = 100 * part / whole if whole else 0.0
    return (
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="100" height="4"/><rect class="part" width="{width:.2f}" height="4"/></svg>'
    )


def render_histogram(histogram: Histogram, name: str, wording: Wording) -> str:
    """A chart of lengths with a text alternative, and its numbers in a table."""
    ranges = [_name_range(histogram.edges, step, wording) for step in range(len(histogram.edges))]
    total, highest = sum(histogram.counts), max(histogram.counts)
    label = wording.say(
        "histogram-label",
        name=name,
        range=ranges[histogram.counts.index(highest)],
        count=wording.number(highest),
    )
    rows = [
        [render_text(range_name), wording.number(count), wording.share(count, total).replace("<", "&lt;")]
        for range_name, count in zip(ranges, histogram.counts, strict=True)
    ]
    header = [wording.say("characters"), wording.say("texts"), wording.say("share")]
    numbers = f"<summary>{render_text(wording.say('show-numbers'))}</summary>{render_table(header, rows, 2)}"
    return (
        f'<svg class="chart" viewBox="0 0 {_CHART_WIDTH} {_CHART_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{_render_bars(histogram, ranges, wording)}</svg><details>{numbers}</details>"
    )


def _render_bars(histogram: Histogram, ranges: Sequence[str], wording: Wording) -> str:
    highest = max(*histogram.counts, 1)
    step = _CHART_WIDTH / len(histogram.counts)
    floor = _CHART_HEIGHT - _CHART_BOTTOM
    every = -(-len(histogram.counts) // _MOST_LABELS)
    html = f'<line x1="0" x2="{_CHART_WIDTH}" y1="{floor}" y2="{floor}"/>'
    for number, (count, name) in enumerate(zip(histogram.counts, ranges, strict=True)):
        height = (floor - _CHART_TOP) * count / highest
        # What is there shall be seen, however little it is.
        height = max(height, 1.0) if count else 0.0
        html += (
            f'<rect x="{number * step + 1:.1f}" y="{floor - height:.1f}" width="{step - 2:.1f}" height="{height:.1f}">'
            f"<title>{render_text(name)}: {wording.number(count)}</title></rect>"
        )
        if count == highest:
            anchor, x = ("end", (number + 1) * step) if number > len(ranges) / 2 else ("start", number * step)
            html += (
                f'<text x="{x:.1f}" y="{floor - height - 5:.1f}" text-anchor="{anchor}">{wording.number(count)}</text>'
            )
        if number % every == 0:
            html += (
                f'<text x="{number * step + 1:.1f}" y="{floor + 17}">{wording.number(histogram.edges[number])}</text>'
            )
    return html


def _name_range(edges: Sequence[int], step: int, wording: Wording) -> str:
    if step == len(edges) - 1:
        return wording.say("range-open", low=wording.number(edges[step]))
    return wording.say("range", low=wording.number(edges[step]), high=wording.number(edges[step + 1] - 1))


def _render_omission(wording: Wording) -> str:
    return f' <span class="soft" title="{escape(wording.say("omitted"))}">[…]</span> '


def _is_hidden(char: str) -> bool:
    # Control and format characters, lone surrogates, line and paragraph separators.
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in _JOINERS and char not in "\n\t"
