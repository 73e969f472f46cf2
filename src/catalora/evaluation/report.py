"""`report.html` of an evaluation: figures with their intervals, proofs, limits, and every answer.

One file that needs no other file, no network and no script, in both languages. Whatever products and models wrote is
shown as text and cannot become part of the page.
"""

from html import escape

from catalora.catalog.report_style import STYLE
from catalora.catalog.report_texts import LANGUAGE_NAMES
from catalora.evaluation import report_sections as sections
from catalora.evaluation.report_products import render_products, style_switches
from catalora.evaluation.report_texts import EvaluationWording
from catalora.evaluation.results import REPORT_FILE, Results
from catalora.references.markup import STYLE as EVIDENCE_STYLE
from catalora.run import RunFolder

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
.intervals path { stroke: var(--look); stroke-width: 3; }
.intervals circle { fill: var(--look); }
.intervals .mark { stroke: var(--line); stroke-width: 2; }
.good { --look: var(--come-line); } .bad { --look: var(--gone-line); } .even { --look: var(--soft); }
.base { --look: var(--soft); } .prompted { --look: var(--seen-line); } .tuned { --look: var(--accent); }
.grounded { --look: var(--come-line); }
.figures { display: grid; grid-template-columns: 11.5rem 17rem minmax(6rem, 1fr); gap: .1rem .8rem; }
.figures > * { align-self: center; }
td code { white-space: nowrap; }
.figures + .figures { border-top: 1px solid var(--line); margin-top: .4rem; padding-top: .4rem; }
.figures .number { text-align: left; }
th.number { white-space: normal; vertical-align: bottom; }
.badge { color: var(--look); font-weight: 600; }
.curves polyline { fill: none; stroke: var(--look); stroke-width: 2; }
.curves circle { fill: var(--look); }
.key::before { content: ""; display: inline-block; width: 1rem; height: .3rem; margin: 0 .4rem .15rem 0;
  background: var(--look); }
.key { margin-right: 1.2rem; }
.cards { display: flex; flex-direction: column; }
.answers .version { grid-template-columns: 8rem minmax(0, 1fr); }
@media (max-width: 34rem) { .figures, .answers .version { grid-template-columns: 1fr; } }
"""


def write_report(run: RunFolder, results: Results) -> None:
    """Write `report.html` into the run's evaluation folder, with the loss curves of its events.

    Raises:
        OSError: the file cannot be written.
    """
    (run.evaluation / REPORT_FILE).write_text(render_report(results, read_curves(run)), encoding="utf-8")


def read_curves(run: RunFolder) -> dict[str, list[tuple[float, float]]]:
    """Loss by step from the run's events: `loss-train` and `loss-validation`."""
    curves: dict[str, list[tuple[float, float]]] = {"loss-train": [], "loss-validation": []}
    for event in run.read_events():
        for name, key in (("loss-train", "loss"), ("loss-validation", "eval_loss")):
            if isinstance(event.facts.get(key), int | float):
                curves[name].append((float(event.step), float(event.facts[key])))
    return curves


def render_report(results: Results, curves: dict[str, list[tuple[float, float]]]) -> str:
    """The whole page, in both languages."""
    wordings = [EvaluationWording(language) for language in LANGUAGE_NAMES]
    title = escape(" · ".join(wording.say("title") for wording in wordings))
    switch = "".join(
        f'<input class="choice" type="radio" name="language" id="choose-{wording.language}"'
        f"{'' if number else ' checked'}>"
        f'<label for="choose-{wording.language}" lang="{wording.language}">{LANGUAGE_NAMES[wording.language]}</label> '
        for number, wording in enumerate(wordings)
    )
    mains = "".join(_render_main(results, curves, wording) for wording in wordings)
    shown = "".join(
        f"#choose-{language}:checked ~ main#report-{language} {{ display: block; }}\n"
        f"#choose-{language}:checked ~ .answers [lang]:not([lang={language}]) {{ display: none; }}\n"
        for language in LANGUAGE_NAMES
    )
    return (
        f'<!doctype html>\n<html lang="{wordings[0].language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}{_STYLE}{EVIDENCE_STYLE}{style_switches()}\n{shown}</style>\n</head>\n"
        f"<body>\n{switch}\n{mains}{render_products(results)}</body>\n</html>\n"
    )


def _render_main(results: Results, curves: dict[str, list[tuple[float, float]]], wording: EvaluationWording) -> str:
    parts = (
        sections.render_head(results, wording),
        sections.render_tiles(results, wording),
        sections.render_limits(results, wording),
        sections.render_metrics(results, wording),
        sections.render_grounding(results, wording),
        sections.render_power(results, wording),
        sections.render_seen(results, wording),
        sections.render_forms(results, wording),
        sections.render_general(results, wording),
        sections.render_seeds(results, wording),
        sections.render_losses(curves, wording),
        sections.render_lengths(results, wording),
        sections.render_proof(results, wording),
    )
    body = "\n".join(parts)
    return f'<main id="report-{wording.language}" lang="{wording.language}">\n{body}\n</main>\n'
