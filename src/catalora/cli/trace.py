"""`catalora trace`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.output import clean, json_option, print_json, print_text, runs_dir_option, show_progress
from catalora.run import open_run

if TYPE_CHECKING:
    from catalora.references.trace import Evidence, Trace

COLOURS = {"supported": "green", "contradicted": "red", "unsupported": "yellow"}
SHOWN_SPANS = 8


@click.command()
@click.argument("run")
@click.argument("text")
@click.option("--about", help="Title or question that names the product, when TEXT is an answer.")
@click.option("--side", "sides", type=click.Choice(["base", "tuned", "grounded"]), multiple=True, default=["tuned"])
@click.option(
    "--language", type=click.Choice(["en", "pt"]), default="en", show_default=True, help="Of the explanations."
)
@runs_dir_option
@json_option
def command(
    run: str, text: str, about: str | None, sides: tuple[str, ...], language: str, runs_dir: str, as_json: bool
) -> None:
    """Show what an answer of RUN leans on: copied words, facts against the record, similar training products.

    TEXT is a question, which is asked first, or with --about an answer from anywhere.

    \b
    catalora trace amazon "O que é Mog's Kittens?" --language pt
    catalora trace amazon "A board book with 24 pages." --about "Mog's Kittens"
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline

    folder = open_run(Path(runs_dir), run)
    with show_progress() as progress:
        trace = pipeline.trace(folder, text, about=about, sides=sides, progress=progress)  # type: ignore[arg-type]
    if as_json:
        print_json(asdict(trace))
    else:
        print_trace(trace, language)


def print_trace(trace: "Trace", language: str = "en") -> None:
    """Record and evidence, with what each part shows and what it does not."""
    from catalora.references.wording import WORDS

    say = WORDS["pt" if language == "pt" else "en"]
    if trace.record:
        found = trace.record
        click.echo(f"{say['record']}: {clean(found.title)!r} ({clean(found.uid)}), {say[found.status]}")
    else:
        click.echo(say["no_record"])
    for evidence in trace.answers:
        click.secho(f"\n{evidence.side or 'text'}:", bold=True)
        print_text(evidence.text)
        _print_copies(evidence, say)
        _print_facts(evidence, say)
        _print_meter(evidence, say)
        _print_resembling(evidence, say)


def _head(title: str, means: str) -> None:
    click.secho(f"\n{title}", bold=True, nl=False)
    click.secho(f" ({means.rstrip('.')})", dim=True)


def _print_copies(evidence: "Evidence", say: dict[str, str]) -> None:
    from catalora.references.marks import MIN_WORDS

    copies = evidence.copies
    _head(f"{say['copied']}: {copies.share:.0%}", say["copied_means"])
    if not copies.spans:
        click.echo(f"  {say['nothing_copied'].format(words=MIN_WORDS)}")
    for span, uids in list(zip(copies.spans, evidence.holders, strict=True))[:SHOWN_SPANS]:
        named = ", ".join(map(clean, uids)) + (", …" if len(uids) < len(span.rows) else "")
        print_text(f"“{span.text}”")
        click.secho(f"      {say['rows'].format(count=f'{len(span.rows):,}', uids=named)}", dim=True)


def _print_facts(evidence: "Evidence", say: dict[str, str]) -> None:
    if evidence.check is None:
        return
    _head(say["facts"], say["facts_mean"])
    if not evidence.check.facts:
        click.echo(f"  {say['no_facts']}")
    for checked in evidence.check.facts:
        # In words as well as in colour: colours are not seen by all, nor kept in files.
        said = say["titled" if checked.in_title else checked.verdict]
        verdict = click.style(said, fg=COLOURS[checked.verdict])
        other = f": {clean(checked.evidence)}" if checked.verdict == "contradicted" else ""
        click.echo(f"  {clean(checked.fact.text)}  →  {verdict}{other}")


def _print_meter(evidence: "Evidence", say: dict[str, str]) -> None:
    _head(say["meter"], say["meter_means"])
    names = {"invented": "invented", "copied": "copied_reading", "retold": "retold", "other": "other"}
    shown = [name for name in names if evidence.meter.has_record or name in {"copied", "other"}]
    for name in shown:
        click.echo(f"  {evidence.meter.shares[name]:5.0%}  {say[names[name]]}")  # type: ignore[index]


def _print_resembling(evidence: "Evidence", say: dict[str, str]) -> None:
    _head(say["resembling"], say["resembling_means"])
    if not evidence.resembling:
        click.echo(f"  {say['none_near']}")
    for reference in evidence.resembling:
        click.echo(f"  {reference.rank}. {reference.score:.2f}  {clean(reference.uid)}  {clean(reference.title)}")
