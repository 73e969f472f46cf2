"""The evidence for an answer as HTML, for the app and the evaluation's report: its text with marks, and what they say.

Texts of products and models pass through `render_text`, so nothing in them becomes part of a page. Colour is never
alone: each fact has a sign and its verdict in words, each copied span a number.
"""

from collections.abc import Callable, Mapping, Sequence

from catalora.catalog.report_markup import render_text
from catalora.references.influence import Influence
from catalora.references.marks import FACT_LABELS, MIN_WORDS, CopyMark, FactLabel, FactMark, Marks, cut_pieces

SIGNS: dict[FactLabel, str] = {"supported": "✓", "titled": "T", "contradicted": "≠", "unsupported": "?"}
# Readings of sentences with the key of their words.
READINGS = {"invented": "invented", "copied": "copied_reading", "retold": "retold", "other": "other"}
_WITHOUT_RECORD = ("copied", "other")

# Half-transparent, so that they can be read on light and on dark pages.
STYLE = """
.evidence { font-size: .95em; overflow-wrap: anywhere; }
.evidence .marked { white-space: pre-wrap; unicode-bidi: isolate; line-height: 1.8; }
.evidence h4 { font-size: 1em; font-weight: 600; margin: 1em 0 .1em; padding: 0; }
.evidence .means { opacity: .8; margin: 0 0 .3em; }
.evidence ol, .evidence ul { margin: .2em 0; padding-left: 1.6em; }
.evidence li { margin: .15em 0; }
.evidence sup { font-weight: 600; line-height: 0; margin-left: .1em; }
.evidence .copied { border-bottom: 2px solid #8250df; }
.evidence .fact { border-radius: .2em; padding: .05em .15em; }
.evidence .supported { background: #2da44e4d; }
.evidence .titled { background: #54aeff4d; }
.evidence .contradicted { background: #fa45494d; }
.evidence .unsupported { background: #d4a72c59; }
.evidence .share { display: grid; grid-template-columns: 3em 5em 1fr; gap: .6em; align-items: center; }
.evidence .share > :first-child { text-align: right; font-variant-numeric: tabular-nums; }
.evidence .track { background: #8884; border-radius: .3em; height: .6em; overflow: hidden; }
.evidence .track > span { display: block; height: 100%; background: #8250df; }
.evidence .track > .reading-invented { background: #cf222e; }
.evidence .track > .reading-retold { background: #2da44e; }
.evidence .track > .reading-other { background: #888; }
"""


def render_evidence(text: str, marks: Marks, say: Mapping[str, str], number: Callable[[int], str]) -> str:
    """An answer with its marks, and what they say in words.

    Args:
        text: the answer.
        marks: of this answer.
        say: `wording.WORDS` of the reader's language.
        number: writes a number for that language.
    """
    parts = (
        f'<div class="marked" dir="auto">{render_marked(text, marks)}</div>',
        _render_copies(text, marks, say, number),
        _render_facts(text, marks, say),
        _render_readings(marks, say, number),
    )
    return f'<div class="evidence">{"".join(parts)}</div>'


def render_influences(
    influences: Sequence[Influence] | None, say: Mapping[str, str], number: Callable[[float, int], str]
) -> str:
    """The training examples that pulled most towards an answer, with what that means; how to get them without any.

    Args:
        influences: strongest first; none where the gradients were not computed.
        say: `wording.WORDS` of the reader's language.
        number: writes a number with so many decimals for that language.
    """
    if influences is None:
        return f'<div class="evidence">{_head(say["influence"], say["influence_missing"])}</div>'
    items = "".join(
        f'<li dir="auto">{number(item.score, 3)} · {number(item.deviations, 1)} '
        f"{render_text(item.title)} ({render_text(item.uid)})</li>"
        for item in influences
    )
    head = _head(say["influence"], f"{say['influence_columns']}. {say['influence_limits']}")
    return f'<div class="evidence">{head}<ol>{items}</ol></div>'


def render_marked(text: str, marks: Marks) -> str:
    """The answer alone: copied spans underlined with a number behind them, facts coloured with a sign behind them."""
    html = ""
    for piece in cut_pieces(text, marks):
        classes = ["copied"] if piece.copied else []
        if piece.fact is not None:
            classes += ["fact", piece.fact.label]
        content = render_text(piece.text)
        if piece.fact is not None and piece.ends_fact:
            content += f"<sup>{SIGNS[piece.fact.label]}</sup>"
        html += f'<span class="{" ".join(classes)}">{content}</span>' if classes else content
        html += "".join(f"<sup>[{ending}]</sup>" for ending in piece.ending)
    return html


def _head(title: str, means: str) -> str:
    return f'<h4>{render_text(title)}</h4><div class="means">{render_text(means)}</div>'


def _render_copies(text: str, marks: Marks, say: Mapping[str, str], number: Callable[[int], str]) -> str:
    head = _head(f"{say['copied']}: {_percent(marks.copied_share, number)}", say["copied_means"])
    items = "".join(
        f"<li>{render_text(_count_rows(mark, say, number))}{_render_holders(text, mark)}</li>" for mark in marks.copies
    )
    return head + (
        f"<ol>{items}</ol>" if items else f"<div>{render_text(say['nothing_copied'].format(words=MIN_WORDS))}</div>"
    )


def _count_rows(mark: CopyMark, say: Mapping[str, str], number: Callable[[int], str]) -> str:
    return say["words_in_rows"].format(words=number(mark.words), rows=number(mark.rows))


def _render_holders(text: str, mark: CopyMark) -> str:
    span = f'<span class="copied">{render_text(text[mark.start : mark.end])}</span>'
    items = "".join(
        f'<li dir="auto">{render_text(holder.title)} ({render_text(holder.uid)}): …{render_text(holder.before)}{span}'
        f"{render_text(holder.after)}…</li>"
        for holder in mark.holders
    )
    more = "<li>…</li>" if mark.rows > len(mark.holders) else ""
    return f"<ul>{items}{more}</ul>"


def _render_facts(text: str, marks: Marks, say: Mapping[str, str]) -> str:
    if not marks.has_record:
        return f"<h4>{render_text(say['facts'])}</h4><div>{render_text(say['not_checked'])}</div>"
    head = _head(say["facts"], say["facts_mean"])
    if not marks.facts:
        return f"{head}<div>{render_text(say['no_facts'])}</div>"
    # The same fact twice is said once.
    items = "".join(dict.fromkeys(_render_fact(text, mark, say) for mark in marks.facts))
    counts = {label: sum(mark.label == label for mark in marks.facts) for label in FACT_LABELS}
    total = " · ".join(f"{SIGNS[label]} {say[label]}: {count}" for label, count in counts.items() if count)
    return f"{head}<div>{render_text(total)}</div><ul>{items}</ul>"


def _render_fact(text: str, mark: FactMark, say: Mapping[str, str]) -> str:
    said = f'<span class="fact {mark.label}">{render_text(text[mark.start : mark.end])}</span>'
    other = f": {render_text(mark.evidence)}" if mark.label == "contradicted" else ""
    return f'<li dir="auto">{said} {SIGNS[mark.label]} {render_text(say[mark.label])}{other}</li>'


def _render_readings(marks: Marks, say: Mapping[str, str], number: Callable[[int], str]) -> str:
    rows = "".join(
        f'<div class="share"><span>{_percent(share, number)}</span><span class="track" aria-hidden="true">'
        f'<span class="reading-{reading}" style="width: {100 * share:.0f}%"></span></span>'
        f"<span>{render_text(say[READINGS[reading]])}</span></div>"
        for reading, share in marks.shares.items()
        if marks.has_record or reading in _WITHOUT_RECORD
    )
    return _head(say["meter"], say["meter_means"]) + rows


def _percent(share: float, number: Callable[[int], str]) -> str:
    return f"{number(round(100 * share))}%"
