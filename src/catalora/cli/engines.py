"""`catalora engines`."""

from dataclasses import asdict

import click

from catalora.cli.output import json_option, print_json, print_table, show_progress
from catalora.engines.environment import RECIPES, find_environment, install_environment
from catalora.engines.kinds import ENGINES, find_version


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List the engines of `catalora describe`: which are installed here, and what each is for."""
    if context.invoked_subcommand is not None:
        return
    rows = [(kind, find_version(kind)) for kind in ENGINES.values()]
    if as_json:
        print_json([{**asdict(kind), "version": version} for kind, version in rows])
        return
    header = ["engine", "version", "answers", "for", "installed by"]
    print_table(
        header,
        [
            [
                kind.name,
                version or "not installed",
                "the run's own" if kind.is_exact else "others; by name only",
                kind.purpose,
                kind.install,
            ]
            for kind, version in rows
        ],
    )


@command.command()
@click.argument("name", type=click.Choice(sorted(RECIPES)))
@click.option("--force", is_flag=True, help="Also without an NVIDIA GPU.")
@json_option
def install(name: str, force: bool, as_json: bool) -> None:
    """Install an engine that needs an environment of its own, under ~/.catalora/engines or CATALORA_STATE_DIR.

    \b
    catalora engines install vllm
    """  # noqa: D301 - click reads \b as "do not wrap"
    recipe = RECIPES[name]
    before = find_environment(name)
    with show_progress() as progress:
        made = install_environment(recipe, force=force, progress=progress)
    if as_json:
        print_json({**asdict(made), "was_there": before == made})
        return
    word = "is there already" if before == made else "installed"
    click.echo(f"{made.package} {made.version} {word}: {made.folder}")
