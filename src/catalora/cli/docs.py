"""`catalora docs`."""

from pathlib import Path

import click

from catalora.cli.output import json_option, print_json, runs_dir_option, say
from catalora.documents.wording import LANGUAGES
from catalora.documents.write import FORMATS, Format
from catalora.run import open_run


@click.command()
@click.argument("run")
@click.option("--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True, help="Language.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="Only this format; repeatable. All of them without it.",
)
@runs_dir_option
@json_option
def command(run: str, lang: str, formats: tuple[Format, ...], runs_dir: str, as_json: bool) -> None:
    """Write the documents of RUN into its folder `docs/`: data, fine-tuning, and the model card.

    They hold what the run's own records say. Before and after comes in once `catalora evaluate RUN` has measured it.
    """
    from catalora import pipeline

    folder = open_run(Path(runs_dir), run)
    written = pipeline.write_documents(folder, language=lang, formats=formats or FORMATS)
    if as_json:
        print_json({"run": folder.name, "language": lang, "files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(path)
    if not (folder.evaluation / "results.json").exists():
        say(f"before and after is not measured yet: catalora evaluate {run}, then catalora docs {run} again")
