"""`catalora prepare`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.output import json_option, print_json, print_table, show_progress

if TYPE_CHECKING:
    from catalora.catalog import Profile


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the prepared data set.")
@click.option(
    "--test-source",
    "test_sources",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of test products (tst.json.gz), instead of a share of the sources; repeatable.",
)
@click.option("--max-samples", type=int, help="Draw this many usable products at random; all of them without it.")
@click.option("--seed", type=int, help="Seed of sampling and splitting.")
@click.option("--max-bad-rows", type=int, help="Tolerate and count this many unreadable rows.")
@click.option("--title-column", help="Column of the title where it is not recognised.")
@click.option("--content-column", help="Column of the description where it is not recognised.")
@click.option("--uid-column", help="Column of the product's identifier where it is not recognised.")
@click.option("--set", "settings", multiple=True, metavar="data.NAME=VALUE", help="Any other data setting.")
@json_option
def command(
    sources: tuple[Path, ...],
    out: Path,
    test_sources: tuple[Path, ...],
    max_samples: int | None,
    seed: int | None,
    max_bad_rows: int | None,
    title_column: str | None,
    content_column: str | None,
    uid_column: str | None,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Clean, de-duplicate and split catalogues (JSON Lines, JSON, CSV, Parquet; plain, gzip'd or zipped) into --out.

    \b
    catalora prepare trn.json.gz --out data/amazon --max-samples 3000
    catalora prepare raw.zip::trn.json.gz --test-source raw.zip::tst.json.gz --out data/amazon
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline
    from catalora.catalog import Columns

    given = {"max_samples": max_samples, "seed": seed, "max_bad_rows": max_bad_rows}
    overrides = [*settings, *(f"data.{name}={value}" for name, value in given.items() if value is not None)]
    columns = Columns(uid=uid_column, title=title_column, content=content_column)
    with show_progress() as progress:
        prepared = pipeline.prepare(
            sources, out, test_sources=test_sources, settings=overrides, columns=columns, progress=progress
        )
    if as_json:
        print_json(prepared.profile.to_json())
    else:
        print_profile(prepared.profile)
        click.echo(f"\n{out}: ready for `catalora train --data {out} --model demo --preset quick`")


def print_profile(profile: "Profile") -> None:
    """What came in, what was removed and why, what was changed, what is left."""
    from catalora.catalog.gate import SEEN_ONLY

    rows = [["rows read", f"{profile.rows_in:,}"]]
    rows += [[f"  removed: {reason}", f"{count:,}"] for reason, count in profile.removed.items() if count]
    if profile.not_sampled:
        rows.append(["  usable, not drawn", f"{profile.not_sampled:,}"])
    rows.append(["kept", f"{profile.kept:,}"])
    rows += [[f"  {split}", f"{count:,}"] for split, count in profile.splits.items()]
    print_table(["products", ""], rows)
    changed = [[rule, f"{count:,}"] for rule, count in profile.changed.items() if count and rule not in SEEN_ONLY]
    seen = [[name, f"{profile.changed[name]:,}"] for name in SEEN_ONLY if profile.changed.get(name)]
    for heading, counts in ((["cleaning rule", "rows changed"], changed), (["seen, not changed", "rows"], seen)):
        if counts:
            click.echo()
            print_table(heading, counts)
