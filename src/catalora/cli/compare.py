"""`catalora compare`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.output import json_option, print_json, print_table, print_text, runs_dir_option, show_progress
from catalora.run import open_run

if TYPE_CHECKING:
    from catalora.evaluation.compare import Comparison
    from catalora.evaluation.grounded import GroundingComparison


@click.command()
@click.argument("run")
@click.option("--n", "products", type=click.IntRange(1), help="Held-out products; the run's setting without it.")
@click.option("--examples", type=click.IntRange(0), default=1, show_default=True, help="Products shown side by side.")
@click.option("--grounded", is_flag=True, help="Also compare with answers from the product's record: invented facts.")
@runs_dir_option
@json_option
def command(run: str, products: int | None, examples: int, grounded: bool, runs_dir: str, as_json: bool) -> None:
    """Measure RUN before and after on held-out products; the result is kept in its evaluation folder."""
    from catalora import pipeline

    folder = open_run(Path(runs_dir), run)
    with show_progress() as progress, pipeline.open_session(folder, references=False) as session:
        comparison = pipeline.compare(session, products=products, progress=progress)
        third = pipeline.compare_grounded(session, products=products, progress=progress) if grounded else None
    if as_json:
        print_json({**comparison.to_dict(), **({"grounded": asdict(third)} if third else {})})
        return
    print_comparison(comparison)
    if third:
        print_grounding(third)
    for product in comparison.products[:examples]:
        click.secho(f"\n{product.question}", bold=True)
        print_text(f"true:  {product.description}")
        for side, answer in product.answers.items():
            print_text(f"{side}:  {answer.text}")


def print_grounding(comparison: "GroundingComparison") -> None:
    """Invented facts with and without the record in the prompt."""
    tuned, grounded = comparison.rates["tuned"], comparison.rates["grounded"]
    rows = [
        ["facts that can be checked", f"{tuned.facts:,}", f"{grounded.facts:,}", ""],
        ["of them not in the product's record", f"{tuned.rate:.0%}", f"{grounded.rate:.0%}", "lower"],
        ["of these, the record has another value", f"{tuned.contradicted:,}", f"{grounded.contradicted:,}", "lower"],
    ]
    click.echo("")
    print_table(["", "tuned", "grounded", "wanted"], rows)
    click.echo(
        f"\n{comparison.products} held-out products; record found for {comparison.found}, "
        f"another product's for {comparison.wrong}, none for {comparison.none}."
    )
    if comparison.reduction is not None:
        click.echo(f"Share of facts that are not in the record: {-comparison.reduction:+.0%} from tuned to grounded.")


def print_comparison(comparison: "Comparison") -> None:
    """The table of figures."""
    base, tuned = comparison.base, comparison.tuned
    rows = [
        ["bits per byte of the true description", f"{base.bits_per_byte:.3f}", f"{tuned.bits_per_byte:.3f}"],
        ["answers that stop by themselves", f"{base.stop_rate:.0%}", f"{tuned.stop_rate:.0%}"],
        ["answers with follow-up questions", f"{base.follow_up_rate:.0%}", f"{tuned.follow_up_rate:.0%}"],
        ["words per answer", f"{base.mean_words:.0f}", f"{tuned.mean_words:.0f}"],
    ]
    wanted = ["lower", "higher", "lower", f"about {comparison.reference_words:.0f}"]
    print_table(["", "before", "after", "wanted"], [[*row, wish] for row, wish in zip(rows, wanted, strict=True)])
    change = comparison.bits_per_byte_change
    click.echo(f"\n{len(comparison.products)} held-out products; bits per byte {change:+.0%}.")
    if comparison.too_long:
        click.echo(f"{comparison.too_long} more were left out: too long for the model's context.")
