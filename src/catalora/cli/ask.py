"""`catalora ask`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.output import clean, json_option, print_json, print_text, runs_dir_option
from catalora.run import open_run

if TYPE_CHECKING:
    from catalora.session import Reply

HEADINGS = {
    "base": "Base model (before)",
    "tuned": "Tuned model (after)",
    "grounded": "Tuned model with the product's record",
}


@click.command()
@click.argument("run")
@click.argument("question")
@click.option("--side", type=click.Choice(["base", "tuned", "both"]), default="both", show_default=True)
@click.option("--refs", type=click.IntRange(0, 50), help="References at most; the run's setting without it.")
@click.option("--grounded", is_flag=True, help="Also answer from the product's record in the catalogue.")
@click.option("--decline-unknown", is_flag=True, help="With --grounded: say so when no record fits the question.")
@runs_dir_option
@json_option
def command(
    run: str,
    question: str,
    side: str,
    refs: int | None,
    grounded: bool,
    decline_unknown: bool,
    runs_dir: str,
    as_json: bool,
) -> None:
    """Ask RUN about a product, by title or question, in Portuguese or English.

    \b
    catalora ask amazon "O que é Mog's Kittens?"
    catalora ask amazon "O que é Mog's Kittens?" --grounded --decline-unknown
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline
    from catalora.generation.answer import SIDES, Side

    if decline_unknown and not grounded:
        raise click.UsageError("--decline-unknown needs --grounded: only a grounded answer looks for the record")
    folder = open_run(Path(runs_dir), run)
    sides: tuple[Side, ...] = SIDES if side == "both" else tuple(name for name in SIDES if name == side)
    if grounded:
        sides = (*sides, "grounded")
    # One side can be shown while it grows; two at once would mix on a terminal.
    streaming = sys.stdout.isatty() and not as_json and len(sides) == 1
    if streaming:
        click.secho(HEADINGS[sides[0]], bold=True)
    show = (lambda _number, _side, text: click.echo(clean(text), nl=False)) if streaming else None
    with pipeline.open_session(folder, references=refs != 0) as session:
        reply = pipeline.ask(
            session, question, sides=sides, references=refs, decline_unknown=decline_unknown, on_text=show
        )
    if as_json:
        print_json(asdict(reply))
        return
    print_reply(reply, with_answers=not streaming)


def print_reply(reply: "Reply", *, with_answers: bool = True) -> None:
    """Answers, what the asked product is to the run, and the references."""
    for side, answer in reply.answers.items():
        if with_answers:
            click.secho(HEADINGS[side], bold=True)
            print_text(answer.text)
        end = "stopped by itself" if answer.stopped else "cut at the token limit"
        follow_up = ", asks follow-up questions" if answer.has_follow_up else ""
        click.secho(f"\n  [{answer.tokens} tokens, {end}{follow_up}]\n", dim=True)
    if "grounded" in reply.answers:
        found = f"{clean(reply.record.title)!r} ({reply.record.uid}), {reply.record.status}" if reply.record else "none"
        click.echo(f"Record in the prompt: {found}")
    product = reply.product
    status = f"{clean(product.title)!r} ({product.uid}): {product.status}" if product else "not in this run's catalogue"
    click.echo(f"Asked product: {status}")
    if reply.references:
        click.echo(
            "Nearest training products, by meaning and shared title words (the number is the meaning alone; no proof "
            "that they shaped the answer):"
        )
    for reference in reply.references:
        click.echo(f"  {reference.rank}. {reference.score:.2f}  {reference.uid}  {clean(reference.title)}")
