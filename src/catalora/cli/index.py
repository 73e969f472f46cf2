"""`catalora index`."""

from functools import partial
from pathlib import Path

import click

from catalora.cli.engine import engine_options, uses_ray
from catalora.cli.output import json_option, print_json, runs_dir_option, show_progress
from catalora.run import open_run


@click.command()
@click.argument("run")
@engine_options
@runs_dir_option
@json_option
def command(run: str, engine: str, address: str, workers: int | None, runs_dir: str, as_json: bool) -> None:
    """Index the training products of RUN as references, when that is not done yet or no longer fits them.

    `train` does this by itself; it is needed after `train --no-index`, or when the index was damaged.
    """
    from catalora import pipeline

    work = pipeline.index
    if uses_ray(engine, address, workers):
        from catalora.scale.indexing import index_on_cluster

        work = partial(index_on_cluster, address=address, workers=workers)
    folder = open_run(Path(runs_dir), run)
    with show_progress() as progress:
        built = work(folder, progress=progress)
    if as_json:
        print_json({"run": run, "products": built.count, "fingerprint": built.fingerprint})
    else:
        click.echo(f"{run}: {built.count:,} training products indexed")
