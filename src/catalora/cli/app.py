"""`catalora app`."""

from pathlib import Path

import click

from catalora.cli.output import runs_dir_option


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port on this machine.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data"),
    show_default=True,
    envvar="CATALORA_DATA_DIR",
    help="Folder of catalogues and prepared data sets.",
)
@runs_dir_option
@click.option("--open/--no-open", "open_browser", default=False, help="Open the browser as well.")
def command(port: int, data_dir: Path, runs_dir: str, open_browser: bool) -> None:
    """The browser app at http://localhost:8501: prepare, tune, compare, in Portuguese and English.

    It listens on this machine only. A run goes on when the page, or the app itself, is closed.
    """
    from catalora.app.server import serve

    click.echo(f"catalora is at http://localhost:{port}; Ctrl-C ends the app, not the runs.", err=True)
    serve(port=port, data_dir=data_dir, runs_dir=Path(runs_dir), open_browser=open_browser)
