"""`catalora index`."""

from pathlib import Path

import click

from catalora.cli.output import json_option, print_json, runs_dir_option, show_progress
from catalora.run import open_run


@click.command()
@click.argument("run")
@runs_dir_option
@json_option
def command(run: str, runs_dir: str, as_json: bool) -> None:
    """Index the training products of RUN as references, when that is not done yet or no longer fits them.

    `train` does this by itself; it is needed after `train --no-index`, or when the index was damaged.
    """
    from catalora import pipeline

    folder = open_run(Path(runs_dir), run)
    with show_progress() as progress:
        built = pipeline.index(folder, progress=progress)
    if as_json:
        print_json({"run": run, "products": built.count, "fingerprint": built.fingerprint})
    else:
        click.echo(f"{run}: {built.count:,} training products indexed")
