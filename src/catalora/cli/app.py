"""`catalora app`."""

import click


@click.command()
def command() -> None:
    """The browser app: not part of this release; every step it will show is a command already."""
    click.echo("The browser app comes with a later release. Until then: catalora demo, prepare, train, compare, ask.")
