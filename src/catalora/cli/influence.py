"""`catalora influence`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.output import clean, json_option, print_json, print_text, runs_dir_option, show_progress
from catalora.run import open_run

if TYPE_CHECKING:
    from catalora.attribution import Attribution


@click.command()
@click.argument("run")
@click.argument("question", required=False)
@click.option("--answer", help="An answer from anywhere, instead of the tuned model's own; with --about.")
@click.option("--about", help="The title or question that --answer answers.")
@click.option("--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Training examples shown.")
@click.option(
    "--language", type=click.Choice(["en", "pt"]), default="en", show_default=True, help="Of the explanations."
)
@runs_dir_option
@json_option
def command(
    run: str,
    question: str | None,
    answer: str | None,
    about: str | None,
    top: int,
    language: str,
    runs_dir: str,
    as_json: bool,
) -> None:
    """Show which training examples pulled RUN's adapter towards an answer, by their gradients.

    The first call for a run computes the gradients of all its training examples, which takes about as long as a pass of
    training for each of two checkpoints; when interrupted, it goes on the next time. Without QUESTION that is all.

    \b
    catalora influence amazon
    catalora influence amazon "O que é Mog's Kittens?" --language pt
    catalora influence amazon --answer "A board book with 24 pages." --about "Mog's Kittens"
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline

    if (answer is None) != (about is None) or (answer is not None and question is not None):
        raise click.UsageError("give a QUESTION, or --answer together with --about, or none of them")
    text = question if answer is None else answer
    folder = open_run(Path(runs_dir), run)
    with show_progress() as progress, pipeline.open_session(folder, references=False) as session:
        store = pipeline.build_influence(session, progress=progress)
        found = None
        if text is not None:
            found = pipeline.influence(session, text, about=about, count=top, progress=progress)
    if found is not None:
        print_json(asdict(found)) if as_json else print_attribution(found, language)
    elif as_json:
        print_json({"run": run, **store.facts.model_dump()})
    else:
        steps = ", ".join(store.facts.checkpoints)
        click.echo(f"{run}: gradients of {store.facts.rows:,} training examples at {steps}")


def print_attribution(found: "Attribution", language: str = "en") -> None:
    """The answer and the examples, with what the scores mean and what they do not."""
    from catalora.references.wording import WORDS

    say = WORDS["pt" if language == "pt" else "en"]
    if found.question:
        click.secho(clean(found.question), bold=True)
    print_text(found.answer)
    click.secho(f"\n{say['influence']}", bold=True)
    click.secho(f"  {say['influence_columns']}", dim=True)
    for item in found.influences:
        click.echo(f"  {item.rank}. {item.score:+.3f} {item.deviations:+6.1f}  {clean(item.uid)}  {clean(item.title)}")
    steps = ", ".join(found.checkpoints)
    click.echo()
    print_text(say["influence_means"].format(examples=f"{found.examples:,}", checkpoints=steps))
    print_text(say["influence_limits"])
