"""`report.html` of a prepared data set: what came in, what was done to it, what is left, with examples.

One file that needs no other file, no network and no script. It holds both languages; the reader chooses. Whatever
product texts contain, they are shown as text and cannot become part of the page.
"""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from catalora.catalog.differences import compare_texts, mark_words, shorten_pieces
from catalora.catalog.product import SPLITS
from catalora.catalog.profile import Lengths, Profile
from catalora.catalog.report_facts import Change, Group, Histogram, RemovedRow, ReportFacts, collect_facts
from catalora.catalog.report_markup import (
    render_bar,
    render_excerpt,
    render_histogram,
    render_pieces,
    render_table,
    render_text,
)
from catalora.catalog.report_style import STYLE
from catalora.catalog.report_texts import LANGUAGE_NAMES, Language, Wording

REPORT = "report.html"
# Even if some text got past the escaping, a browser would neither run nor load anything.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(folder: Path, profile: Profile) -> Path:
    """Write `report.html` into a folder that holds the tables of a prepared data set.

    Raises:
        OSError: the file cannot be written.
    """
    path = folder / REPORT
    path.write_text(render_report(profile, collect_facts(folder, profile)), encoding="utf-8")
    return path


def render_report(profile: Profile, facts: ReportFacts) -> str:
    """The whole page, in both languages."""
    wordings = [Wording(language) for language in LANGUAGE_NAMES]
    title = escape(" · ".join(wording.say("title") for wording in wordings))
    switch = "".join(
        f'<input class="choice" type="radio" name="language" id="choose-{wording.language}"'
        f"{'' if number else ' checked'}>"
        f'<label for="choose-{wording.language}" lang="{wording.language}">{LANGUAGE_NAMES[wording.language]}</label> '
        for number, wording in enumerate(wordings)
    )
    mains = "".join(_render_main(profile, facts, wording) for wording in wordings)
    shown = ", ".join(_select_main(language) for language in LANGUAGE_NAMES)
    return (
        f'<!doctype html>\n<html lang="{wordings[0].language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}{shown} {{ display: block; }}\n</style>\n</head>\n"
        f"<body>\n{switch}\n{mains}</body>\n</html>\n"
    )


def _select_main(language: Language) -> str:
    return f"#choose-{language}:checked ~ main#report-{language}"


def _render_main(profile: Profile, facts: ReportFacts, wording: Wording) -> str:
    sections = (
        _render_counts(profile, wording),
        _render_splits(profile, wording),
        _render_lengths(profile, facts, wording),
        _render_removals(profile, facts, wording),
        _render_changes(profile, facts, wording),
        _render_groups("duplicates", facts.duplicates, "group-rows", wording),
        _render_groups("groups", facts.groups, "group-products", wording),
        _render_origin(profile, wording),
    )
    body = "\n".join(sections)
    return (
        f'<main id="report-{wording.language}" lang="{wording.language}">\n'
        f"<h1>{render_text(wording.say('title'))}</h1>\n{_paragraph(wording.say('lead'))}\n{body}\n</main>\n"
    )


def _render_counts(profile: Profile, wording: Wording) -> str:
    counts = {"rows-in": profile.rows_in, "kept": profile.kept, "removed": sum(profile.removed.values())}
    if profile.not_sampled:
        counts["not-sampled"] = profile.not_sampled
    tiles = ""
    for key, count in counts.items():
        share = wording.say("of-rows-in", share=wording.share(count, profile.rows_in)) if key != "rows-in" else ""
        tiles += (
            f'<div class="card"><b>{wording.number(count)}</b>{render_text(wording.say(key))}'
            f"{_paragraph(share, soft=True) if share else ''}</div>"
        )
    return f'<div class="tiles">{tiles}</div>{_paragraph(wording.say("sum-note"), soft=True)}'


def _render_splits(profile: Profile, wording: Wording) -> str:
    rows = []
    for split in SPLITS:
        count = profile.splits[split]
        name = f"{render_text(wording.say(f'split-{split}'))}{render_bar(count, profile.kept)}"
        rows.append([name, wording.number(count), render_text(wording.share(count, profile.kept))])
    table = render_table([wording.say("split"), wording.say("products"), wording.say("share")], rows, numbers=2)
    note = wording.say("splits-note", products=wording.number(profile.kept), groups=wording.number(profile.groups))
    return f'{_heading("splits", wording)}{_paragraph(note)}<div class="card">{table}</div>'


def _render_lengths(profile: Profile, facts: ReportFacts, wording: Wording) -> str:
    titles = _render_distribution("title-lengths", facts.title_lengths, profile.title_lengths, wording)
    contents = _render_distribution("content-lengths", facts.content_lengths, profile.content_lengths, wording)
    return f'{_heading("lengths", wording)}<div class="pair">{titles}{contents}</div>'


def _render_distribution(key: str, histogram: Histogram, lengths: Lengths, wording: Wording) -> str:
    name = wording.say(key)
    values = {at: wording.number(getattr(lengths, at)) for at in ("p5", "p50", "p95", "max")}
    summary = wording.say("lengths-summary", mean=wording.number(lengths.mean, 1), **values)
    note = _paragraph(wording.say("content-steps-note"), soft=True) if key == "content-lengths" else ""
    chart = render_histogram(histogram, name, wording)
    return f'<div class="card"><h3>{render_text(name)}</h3>{_paragraph(summary)}{chart}{note}</div>'


def _render_removals(profile: Profile, facts: ReportFacts, wording: Wording) -> str:
    items = ""
    for reason, count in _largest_first(profile.removed):
        examples = [_render_removed_row(row, wording) for row in facts.removed.get(reason, [])]
        items += _render_item(reason, wording.explain("reason", reason), count, profile.rows_in, examples, wording)
    return (
        _heading("removals", wording) + _paragraph(wording.say("removals-note" if items else "removals-none")) + items
    )


def _render_removed_row(row: RemovedRow, wording: Wording) -> str:
    detail = row.detail
    if row.repeats:
        detail = wording.say("repeats", uid=row.repeats)
    place = wording.say("place", file=row.file, line=wording.number(row.line))
    parts = (place, f"uid {row.uid}" if row.uid is not None else "", detail)
    return (
        f'<div class="example">{_render_about(parts)}'
        f"{_render_version('field-title', render_excerpt(row.title, wording), wording)}"
        f"{_render_version('field-content', render_excerpt(row.content, wording), wording)}</div>"
    )


def _render_changes(profile: Profile, facts: ReportFacts, wording: Wording) -> str:
    items = ""
    for rule, count in _largest_first(profile.changed):
        examples = [_render_change(change, rule, wording) for change in facts.changes.get(rule, [])]
        items += _render_item(rule, wording.explain("rule", rule), count, profile.rows_in, examples, wording)
    note = wording.say("changes-note" if items else "changes-none")
    return _heading("changes", wording) + _paragraph(note) + items


def _render_change(change: Change, rule: str, wording: Wording) -> str:
    place = wording.say("place", file=change.file, line=wording.number(change.line)) if change.line else ""
    others = " ".join(other for other in change.rules if other != rule)
    also = wording.say("also-rules", rules=others) if others else ""
    parts = (place, f"uid {change.uid}", wording.say(f"field-{change.field}"), also)
    if change.seen:
        pieces = mark_words(change.before, change.seen)
        versions = _render_version("seen", render_pieces(pieces, ("same", "seen"), wording), wording)
    else:
        pieces = shorten_pieces(compare_texts(change.before, change.after))
        versions = "".join(
            _render_version(key, render_pieces(pieces, ("same", kind), wording), wording)
            for key, kind in (("before", "removed"), ("after", "added"))
        )
    return f'<div class="example">{_render_about(parts)}{versions}</div>'


def _render_about(parts: Sequence[str]) -> str:
    """Where an example comes from; a part that is written from right to left leaves the others in their order."""
    html = " · ".join(f"<bdi>{render_text(part)}</bdi>" for part in parts if part)
    return f'<p class="soft">{html}</p>'


def _render_item(
    name: str, explanation: str, count: int, rows_in: int, html_examples: Sequence[str], wording: Wording
) -> str:
    """One rule or reason: its count, what it means, and examples to open."""
    share = wording.say("of-rows-in", share=wording.share(count, rows_in))
    if html_examples:
        summary = f"{wording.say('examples')} ({wording.number(len(html_examples))})"
        examples = f"<details><summary>{render_text(summary)}</summary>{''.join(html_examples)}</details>"
    else:
        examples = _paragraph(wording.say("no-example"), soft=True)
    return (
        f'<div class="card"><div class="head"><h3><code>{render_text(name)}</code></h3>'
        f'<span class="count"><b>{wording.number(count)}</b> · {render_text(share)}</span></div>'
        f"{render_bar(count, rows_in)}{_paragraph(explanation)}{examples}</div>\n"
    )


def _render_groups(key: str, groups: Sequence[Group], size_key: str, wording: Wording) -> str:
    if not groups:
        return _heading(key, wording) + _paragraph(wording.say(f"{key}-none"))
    items = ""
    for group in groups:
        titles = "".join(f'<li class="product" dir="auto">{render_text(title)}</li>' for title in group.titles)
        more = f'<li class="soft">{render_text(wording.say("more-titles"))}</li>' if group.has_more_titles else ""
        size = wording.say(size_key, count=wording.number(group.size))
        items += (
            f'<div class="card"><h3>{render_text(size)}</h3><ul>{titles}{more}</ul>'
            f"<p>{render_excerpt(group.content, wording)}</p></div>\n"
        )
    note = wording.say(f"{key}-note", count=wording.number(len(groups)))
    return _heading(key, wording) + _paragraph(note) + items


def _render_origin(profile: Profile, wording: Wording) -> str:
    files = []
    for source in profile.sources:
        mark = (
            f' <span class="soft">({render_text(wording.say("test-source"))})</span>' if source.is_test_source else ""
        )
        name = (
            f'{render_text(source.name)}{mark}<br><span class="soft">sha256 <code>{escape(source.sha256)}</code></span>'
        )
        files.append([name, wording.number(source.rows), wording.size(source.size_bytes)])
    settings = [
        [f"<code>data.{render_text(name)}</code>", f"<code>{_render_value(value, wording)}</code>"]
        for name, value in profile.settings.items()
    ]
    renamed = wording.say("renamed-uids", count=wording.number(profile.renamed_uids)) if profile.renamed_uids else ""
    file_header = [wording.say("file"), wording.say("rows"), wording.say("size")]
    return (
        f'{_heading("sources", wording)}<div class="card">{render_table(file_header, files, numbers=2)}</div>'
        f"{_paragraph(renamed) if renamed else ''}{_heading('settings', wording)}"
        f'<div class="card">{render_table([wording.say("setting"), wording.say("value")], settings, numbers=0)}</div>'
        f"{_heading('fingerprint', wording)}"
        f"<p><code>{escape(profile.fingerprint)}</code></p>{_paragraph(wording.say('fingerprint-note'))}"
        f"{_paragraph(wording.say('texts-note'), soft=True)}"
    )


def _render_value(value: object, wording: Wording) -> str:
    if value is None or value == []:
        return render_text(wording.say("none"))
    return render_text(", ".join(map(str, value)) if isinstance(value, list) else str(value))


def _render_version(key: str, html: str, wording: Wording) -> str:
    return f'<div class="version"><span>{render_text(wording.say(key))}</span><div>{html}</div></div>'


def _largest_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(((name, count) for name, count in counts.items() if count), key=lambda item: -item[1])


def _heading(key: str, wording: Wording) -> str:
    return f"\n<h2>{render_text(wording.say(key))}</h2>\n"


def _paragraph(text: str, soft: bool = False) -> str:
    return f'<p class="soft">{render_text(text)}</p>' if soft else f"<p>{render_text(text)}</p>"
