"""`catalora estimate`."""

from dataclasses import asdict
from pathlib import Path

import click

from catalora.cli.output import describe_duration, json_option, print_json, print_table, show_progress


@click.command()
@click.option("--data", required=True, type=click.Path(path_type=Path), help="A prepared data set.")
@click.option("--model", help="Hub id, folder, or demo.")
@click.option("--preset", help="Preset to estimate; see `catalora presets`.")
@click.option("--set", "settings", multiple=True, metavar="SECTION.NAME=VALUE", help="Any setting, as for train.")
@click.option(
    "--seconds", type=click.FloatRange(1, 600), default=20.0, show_default=True, help="How long batches are repeated."
)
@click.option("--no-index", is_flag=True, help="Without the reference index.")
@json_option
def command(
    data: Path,
    model: str | None,
    preset: str | None,
    settings: tuple[str, ...],
    seconds: float,
    no_index: bool,
    as_json: bool,
) -> None:
    """What training would take on this machine: time, memory and disk, after a short trial.

    \b
    catalora estimate --data data/amazon --model google/gemma-2b --preset overnight
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline

    with show_progress() as progress:
        measured, estimates = pipeline.estimate(
            data,
            model=model,
            preset=preset,
            settings=settings,
            seconds=seconds,
            references=not no_index,
            progress=progress,
        )
    if as_json:
        print_json({"measured": asdict(measured), "estimates": [asdict(estimate) for estimate in estimates]})
        return
    rows = [
        [
            f"{estimate.products:,}",
            f"{estimate.steps:,}",
            describe_duration(estimate.seconds),
            f"{estimate.memory_bytes / 1e9:.1f} GB",
            f"{estimate.disk_bytes / 1e6:,.0f} MB",
        ]
        for estimate in estimates
    ]
    print_table(["products", "steps", "time", "memory", "disk"], rows)
    click.echo(f"\n{measured.reason}")
    click.echo(f"measured: {1 / measured.token_seconds:,.0f} tokens/s in training" if measured.token_seconds else "")
