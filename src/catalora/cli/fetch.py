"""`catalora fetch`."""

from pathlib import Path

import click

from catalora.catalog.fetch import ARCHIVES, describe_archive, fetch_archive
from catalora.cli.output import clean, json_option, print_json, say, show_progress


@click.command()
@click.argument("data_set", metavar="NAME", type=click.Choice(sorted(ARCHIVES)))
@click.option("--url", help="Address of the archive, or of a catalogue from it, on a server that you trust.")
@click.option("--drive-id", help="Id or link of the file on Google Drive; needs catalora[fetch].")
@click.option("--from-hub", metavar="OWNER/NAME/FILE", help="A file of a data set on the Hugging Face Hub.")
@click.option(
    "--out", default="data/raw", show_default=True, type=click.Path(path_type=Path), help="Folder for what is fetched."
)
@json_option
def command(
    data_set: str, url: str | None, drive_id: str | None, from_hub: str | None, out: Path, as_json: bool
) -> None:
    """Download a public data set from a source that you name, check it, and take its catalogues out.

    Without a source nothing is contacted: an archive that was downloaded by hand into --out is checked and taken.
    An interrupted download goes on when the same command is run again.

    \b
    catalora fetch amazontitles
    catalora fetch amazontitles --url https://example.org/LF-Amazon-1.3M.raw.zip
    """  # noqa: D301 - click reads \b as "do not wrap"
    archive = ARCHIVES[data_set]
    say(describe_archive(archive, out))
    with show_progress() as progress:
        fetched = fetch_archive(archive, out, url=url, drive_id=drive_id, hub_file=from_hub, progress=progress)
    if as_json:
        print_json({"archive": fetched.archive, "catalogues": fetched.catalogues})
    else:
        for path in fetched.catalogues:
            click.echo(clean(f"{path}: {path.stat().st_size:,} bytes"))
        click.echo(
            clean(f"\nready for `catalora prepare {fetched.catalogues[0]} --out data/amazon --max-samples 3000`")
        )
