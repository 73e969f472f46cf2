"""`catalora preview`."""

import os
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.output import WIDTH, json_option, print_json, print_table, show_progress
from catalora.errors import UsageError

if TYPE_CHECKING:
    from catalora.training.fit import CatalogueFit
    from catalora.training.preview import FieldView, ProductView, Token

BAR_WIDTH = 40


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--uid", "uids", multiple=True, help="A product to show, of any split; repeatable.")
@click.option("--random", "count", type=click.IntRange(1), help="Show this many training products; 1 without --uid.")
@click.option("--lengths", is_flag=True, help="Instead: token lengths, and what each max_length would cut and pad.")
@click.option("--model", default="demo", show_default=True, help="Hub id, folder or `demo`; its tokenizer is read.")
@click.option("--max-length", type=int, help="Tokens of a row; training.max_length without it.")
@click.option("--seed", type=int, help="Seed of the question's form and of --random; training.seed without it.")
@json_option
def command(
    data: Path,
    uids: tuple[str, ...],
    count: int | None,
    lengths: bool,
    model: str,
    max_length: int | None,
    seed: int | None,
    as_json: bool,
) -> None:
    """Show what the model sees of the products in DATA: as read, as cleaned, as prompt and as tokens that carry loss.

    \b
    catalora preview data/amazon --random 3
    catalora preview data/amazon --lengths --model google/gemma-2b
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline

    if bool(uids) + bool(count) + lengths > 1:
        raise UsageError(
            "--uid, --random and --lengths do not go together", code="options-conflict", hint="Choose one of them."
        )
    given = {"training.max_length": max_length, "training.seed": seed}
    settings = {name: value for name, value in given.items() if value is not None}
    if lengths:
        with show_progress() as progress:
            fit = pipeline.measure_fit(data, model=model, settings=settings, progress=progress)
        print_json(asdict(fit)) if as_json else print_fit(fit)
        return
    views = pipeline.preview(data, uids=uids, count=count or 1, model=model, settings=settings)
    if as_json:
        print_json([asdict(view) for view in views])
        return
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for number, view in enumerate(views):
        click.echo("\n" * (number > 0), nl=False)
        print_view(view, colour)


def print_view(view: "ProductView", colour: bool) -> None:
    """One product: raw, cleaned with marks, prompt, tokens with marks."""
    held_out = "" if view.split == "train" else ", held out: never trained on"
    click.secho(show_characters(f"{view.uid}  ({view.split}{held_out})  {view.place or ''}").rstrip(), bold=True)
    _print_heading("Raw record")
    _print_block(f"title    {show_characters(view.title.raw)}\ncontent  {show_characters(view.content.raw)}")
    rules = dict.fromkeys((*view.title.rules, *view.content.rules))
    if rules:
        legend = _mark_text("removed", "removed", colour) + " " + _mark_text("added", "added", colour)
        _print_heading(f"Cleaned ({', '.join(rules)})", legend)
        _print_block(f"title    {mark_changes(view.title, colour)}\ncontent  {mark_changes(view.content, colour)}")
    else:
        _print_heading("Cleaned: nothing had to be changed")
    _print_heading("Prompt of the first pass; the others ask in other words")
    _print_block(show_characters(view.prompt))
    if view.outcome == "left out":
        _print_heading(f"No tokens: left out of training, its question leaves no room in {view.max_length} tokens")
        return
    legend = _mark_token("prompt", False, 0, colour) + " " + _mark_token("learned", True, 1, colour)
    _print_heading(describe_tokens(view), legend)
    _print_block("\n".join(lay_out_tokens(view.tokens, colour)))


def describe_tokens(view: "ProductView") -> str:
    """How many tokens there are, and whether all are."""
    counts = f"Tokens: {view.prompt_tokens} of the prompt, {view.learned_tokens} learned"
    if view.outcome == "whole":
        return counts
    return f"{counts}; shortened after a whole sentence, {view.whole_tokens} do not fit into {view.max_length}"


def mark_changes(field: "FieldView", colour: bool) -> str:
    """A text with what cleaning removed and added."""
    return "".join(_mark_text(piece.kind, piece.text, colour) for piece in field.pieces)


def lay_out_tokens(tokens: "tuple[Token, ...]", colour: bool) -> list[str]:
    """Lines of tokens, each told from its neighbours; learned ones stand out, and line breaks are spelt out."""
    lines, used = [""], 0
    for number, token in enumerate(tokens):
        # The first bytes of a character have no text of their own.
        text = show_characters(token.text).replace("\n", "\\n") or "…"
        width = len(_mark_token(text, token.learned, number, colour=False))
        if used + width > WIDTH:
            lines.append("")
            used = 0
        lines[-1] += _mark_token(text, token.learned, number, colour)
        used += width
    return lines


def show_characters(text: str) -> str:
    r"""Text in which every character that a terminal would obey or hide is spelt out, line breaks apart.

    Example:
        >>> show_characters("tab\there\u200b")
        'tab\\there\\u200b'
    """
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode("ascii") for char in text
    )


def print_fit(fit: "CatalogueFit") -> None:
    """Quantiles, histogram, one line per length, and the recommendation."""
    drawn = "" if fit.products == fit.available else f" of {fit.available:,}, drawn at random"
    click.secho(f"{fit.products:,} training products{drawn}\n", bold=True)
    parts = (("prompt", fit.prompts), ("description", fit.completions), ("whole example", fit.examples))
    rows = [[name, *(f"{value:,}" for value in asdict(part).values())] for name, part in parts]
    print_table(["tokens", *asdict(fit.examples)], rows)
    click.echo()
    print_histogram(fit)
    click.echo()
    print_lengths(fit)
    click.echo(f"\n{fit.reason}")
    click.echo(f"→ catalora train … --set training.max_length={fit.recommended}")


def print_histogram(fit: "CatalogueFit") -> None:
    """Examples by length as bars."""
    most = max(part.count for part in fit.histogram)
    rows = [
        [
            f"{part.start}-{part.end - 1}" if part.end else f"{part.start} and more",
            f"{part.count:,}",
            "█" * -(-part.count * BAR_WIDTH // most),
        ]
        for part in fit.histogram
    ]
    print_table(["tokens", "examples", ""], rows)


def print_lengths(fit: "CatalogueFit") -> None:
    """What each length does."""
    rows = [
        [
            f"{one.max_length:,}" + ("*" if fit.context and one.max_length > fit.context else ""),
            f"{one.shortened:,}",
            f"{one.left_out:,}",
            f"{one.lost_share:.1%}",
            f"{one.padding_fixed:.0%}",
            f"{one.padding_random:.0%}",
            f"{one.padding_packed:.0%}",
            f"{round(one.rows * fit.available / fit.products):,}",
        ]
        for one in fit.lengths
    ]
    heads = ["max_length", "shortened", "left out", "tokens lost", "padding fixed", "random", "packed", "rows"]
    print_table(heads, rows)
    click.echo("\npadding: share of computed tokens that hold nothing, each example in a row of max_length of its own,")
    click.echo("in random batches of 8, and packed as training does. rows: packed rows of one epoch.")
    if fit.products < fit.available:
        click.echo("Products are counted in the draw; rows are projected to all training products.")
    if fit.context and fit.lengths[-1].max_length > fit.context:
        click.echo(f"*: longer than the {fit.context:,} tokens that this model takes.")


def _print_heading(text: str, legend: str = "") -> None:
    click.echo("\n" + click.style(text, fg="blue") + (f"   {legend}" if legend else ""))


def _print_block(text: str) -> None:
    click.echo(textwrap.indent(text, "  "))


def _mark_text(kind: str, text: str, colour: bool) -> str:
    text = show_characters(text)
    if kind == "removed":
        return click.style(text, fg="red", strikethrough=True) if colour else f"[-{text}-]"
    if kind == "added":
        return click.style(text, fg="green", underline=True) if colour else f"{{+{text}+}}"
    return text


def _mark_token(text: str, learned: bool, number: int, colour: bool) -> str:
    if not colour:
        return f"[{text}]" if learned else f"{text}|"
    # Two shades in turn show where one token ends.
    if learned:
        return click.style(text, fg="black", bg="bright_green" if number % 2 else "green")
    return click.style(text, dim=number % 2 == 0)
