"""`catalora evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.output import json_option, print_json, print_table, runs_dir_option, say, show_progress
from catalora.run import open_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalora.evaluation.results import Column, GeneralAbility, Grounding, Metric, Results

COLUMN_NAMES: "dict[Column, str]" = {
    "base": "before",
    "prompted": "good prompt",
    "tuned": "after",
    "grounded": "with record",
}


@click.command()
@click.argument("run")
@click.option(
    "--n",
    "products",
    type=click.IntRange(2),
    default=200,
    show_default=True,
    help="Unseen products; a quarter as many seen.",
)
@click.option(
    "--seeds", type=click.IntRange(1), default=1, show_default=True, help="Train with so many seeds, show the spread."
)
@click.option("--grounded", is_flag=True, help="Also answers with the product's record in the prompt: invented facts.")
@click.option("--general", metavar="TASK[,TASK…]", help="Also tasks of lm-eval, before and after: general ability.")
@click.option(
    "--general-tasks",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where --general finds tasks, in lm-eval's YAML; code that they name is run. Without: lm-eval's own.",
)
@click.option(
    "--general-limit",
    type=click.IntRange(2),
    default=100,
    show_default=True,
    help="Questions of each general task at most.",
)
@runs_dir_option
@json_option
def command(
    run: str,
    products: int,
    seeds: int,
    grounded: bool,
    general: str | None,
    general_tasks: Path | None,
    general_limit: int,
    runs_dir: str,
    as_json: bool,
) -> None:
    """Measure RUN before and after with 95 % intervals; writes results.json and report.html."""
    from catalora import pipeline

    folder = open_run(Path(runs_dir), run)
    names = [name.strip() for name in (general or "").split(",") if name.strip()]
    if general_tasks is not None and not names:
        raise click.UsageError("--general-tasks: name the tasks of this folder with --general")
    with show_progress() as progress:
        results = pipeline.evaluate(
            folder,
            products=products,
            seeds=seeds,
            grounded=grounded,
            general=pipeline.GeneralRequest(names, general_tasks, general_limit) if names else None,
            progress=progress,
            announce=lambda seconds: say(f"this will take {describe_seconds(seconds)} at most"),
        )
    if as_json:
        print_json(results.to_dict())
        return
    print_results(results)
    click.echo(f"\nreport: {folder.evaluation / 'report.html'}")


def print_results(results: "Results") -> None:
    """The table of figures, and what cannot be told from them."""
    columns = list(results.protocol.columns)
    header = ["", *(COLUMN_NAMES[column] for column in columns), "after - before", "95 % interval", "verdict"]
    print_table(header, [describe_metric(metric, columns) for metric in results.metrics])
    unseen, seen = results.protocol.unseen, results.protocol.seen
    click.echo(f"\n{unseen.count} unseen products, {seen.count if seen else 0} seen; paired bootstrap over products.")
    if unseen.too_long:
        click.echo(f"{unseen.too_long} more were left out: too long for the model's context.")
    if results.grounding:
        print_grounding(results.grounding)
    if results.general:
        print_general(results.general)
    if results.seeds:
        bits = results.seeds.metrics["bits_per_byte"]
        click.echo(f"{len(results.seeds.seeds)} seeds: bits per byte {bits.mean:.3f} ± {bits.deviation:.3f} (sd).")


def print_grounding(grounding: "Grounding") -> None:
    """Invented facts with and without the record in the prompt."""
    shares = {column: f"{estimate.value:.0%}" for column, estimate in grounding.invented.columns.items()}
    click.echo(
        f"Facts that are not in the product's record: {shares.get('tuned', '-')} after, "
        f"{shares.get('grounded', '-')} with record; record found for {grounding.found}, another product's for "
        f"{grounding.wrong}, none for {grounding.none}."
    )
    change = grounding.invented.differences.get("grounded-tuned")
    if change is not None:
        click.echo(
            f"with record - after: {change.value:+.3f} ({change.low:+.3f} … {change.high:+.3f}), {change.verdict}"
        )


def print_general(general: "GeneralAbility") -> None:
    """General tasks before and after, with how many questions were asked."""
    click.echo(f"\nGeneral ability, tasks of lm-eval {general.harness}:")
    header = ["", "questions", "before", "after", "after - before", "95 % interval", "verdict"]
    rows = [describe_metric(score, ("base", "tuned")) for score in general.scores]
    questions = [str(score.columns["base"].products) for score in general.scores]
    print_table(header, [[row[0], count, *row[1:]] for row, count in zip(rows, questions, strict=True)])


def describe_metric(metric: "Metric", columns: "Sequence[Column]") -> list[str]:
    """One row of the table."""
    values = metric.columns
    row = [metric.name, *(f"{values[column].value:.3f}" if column in values else "-" for column in columns)]
    change = metric.differences.get("tuned-base")
    if change is None:
        return [*row, "-", "-", "-"]
    return [*row, f"{change.value:+.3f}", f"{change.low:+.3f} … {change.high:+.3f}", change.verdict]


def describe_seconds(seconds: float) -> str:
    """A time as people say it.

    Example:
        >>> describe_seconds(42), describe_seconds(4000)
        ('about 42 s', 'about 1 h 7 min')
    """
    if seconds < 120:
        return f"about {seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"about {hours} h {minutes} min" if hours else f"about {minutes} min"
