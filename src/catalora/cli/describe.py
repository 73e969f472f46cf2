"""`catalora describe`."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import cast, get_args

import click

from catalora.cli.engine import cluster_options, uses_ray
from catalora.cli.output import json_option, print_json, runs_dir_option, say, show_progress
from catalora.engines.kinds import AUTO, EngineName
from catalora.run import open_run


@click.command()
@click.argument("run")
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="New file: .csv, .parquet or .jsonl.")
@click.option(
    "--refs", type=click.IntRange(0, 50), help="Nearest training products per row; the run's setting without."
)
@click.option("--grounded", is_flag=True, help="Answer from the product's record where the run's catalogue has one.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Rows at once; chosen by the free memory without it.")
@click.option(
    "--engine",
    type=click.Choice([AUTO, *get_args(EngineName), "ray"]),
    default=AUTO,
    show_default=True,
    help="What answers; auto measures those installed here. int8 and int4 answer otherwise; ray is a cluster.",
)
@click.option("--title-column", help="Column of the title where it is not recognised.")
@click.option("--uid-column", help="Column of the product's identifier where it is not recognised.")
@cluster_options
@runs_dir_option
@json_option
def command(
    run: str,
    source: Path,
    out: Path,
    refs: int | None,
    grounded: bool,
    batch_size: int | None,
    title_column: str | None,
    uid_column: str | None,
    engine: str,
    address: str,
    workers: int | None,
    runs_dir: str,
    as_json: bool,
) -> None:
    """Write a description for every title of INPUT (JSON Lines, JSON, CSV, Parquet; plain, gzip'd or zipped) with RUN.

    Interrupted in any way, the same command goes on. Rows that cannot be described stand in OUT's .removed file.

    \b
    catalora describe amazon titles.csv -o descriptions.csv
    catalora describe amazon shop.parquet -o descriptions.parquet --grounded
    catalora describe amazon shop.parquet -o descriptions.parquet --engine ray --address auto --workers 8
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline
    from catalora.catalog import Columns

    if uses_ray(engine, address, workers):
        from catalora.scale.describing import describe_on_cluster

        work = partial(describe_on_cluster, address=address, workers=workers)
    else:
        work = partial(pipeline.describe, engine=cast("EngineName", engine))
    folder = open_run(Path(runs_dir), run)
    columns = Columns(uid=uid_column, title=title_column)
    with show_progress() as progress:
        made = work(
            folder,
            source,
            out,
            references=refs,
            grounded=grounded,
            batch_size=batch_size,
            columns=columns,
            progress=progress,
        )
    if as_json:
        print_json({**asdict(made), "engine": made.engine.model_dump(), "titles_per_second": made.titles_per_second})
        return
    say(f"engine {made.engine.engine}: {made.engine.reason}")
    before = made.rows - made.computed
    earlier = f" ({before:,} of them before)" if before else ""
    click.echo(
        f"{made.out}: {made.rows:,} descriptions{earlier}, {made.stopped / made.rows:.1%} ended by the model itself; "
        f"{made.titles_per_second:.1f} titles/s"
    )
    if made.removed_file:
        say(f"{made.removed:,} rows could not be described: {made.removed_file}")
