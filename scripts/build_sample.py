"""Write the bundled catalogue: fictional products in the schema of the real file, with its defects, and the truth.

Run ``python scripts/build_sample.py`` to write both files and print the table of rates, ``--check`` to verify that the
committed files are what this script makes. One seed, no network; the same bytes every time.
"""

import argparse
import sys
from pathlib import Path
from random import Random

from sample_catalogue.defects import Shares, damage_rows
from sample_catalogue.files import invent_uids, order_rows, pack, render_row, render_truth, unpack
from sample_catalogue.rates import compute_rates, render_rates
from sample_catalogue.rows import PLAN, RowBuilder

SEED = 20240607
FOLDER = Path(__file__).resolve().parents[1] / "src" / "catalora" / "catalog" / "sample"


def build(seed: int = SEED) -> dict[str, bytes]:
    """Both files, by name."""
    rows = RowBuilder(Random(f"{seed} rows")).build(PLAN)
    rng = Random(f"{seed} defects")
    items = order_rows(damage_rows(rows, Shares(), rng), rng)
    uids = invent_uids(items, rng)
    uid_of = {id(item.row): uid for item, uid in zip(items, uids, strict=True)}
    lines = [render_row(item, uid, rng) for item, uid in zip(items, uids, strict=True)]
    truth = [render_truth(item, uid, uid_of) for item, uid in zip(items, uids, strict=True)]
    # Like beside like compresses to half the size; the uid leads back to the line.
    truth.sort(key=lambda fact: (fact["type"], fact["description_id"] or 0, fact["uid"]))
    return {"trn.json.gz": pack(lines), "truth.jsonl.gz": pack(truth)}


def render_summary(files: dict[str, bytes]) -> str:
    """Sizes, counts, lengths and the table of rates."""
    rows = unpack(files["trn.json.gz"])
    truth_of = {fact["uid"]: fact for fact in unpack(files["truth.jsonl.gz"])}
    truth = [truth_of[row["uid"]] for row in rows]
    usable = [fact for fact in truth if fact["usable"]]
    distinct = {fact["content"] for fact in usable}
    mean = sum(map(len, distinct)) / len(distinct)
    sizes = ", ".join(f"{name} {len(data) / 1000:.0f} kB" for name, data in files.items())
    counts = f"{len(rows):,} rows, {len(usable):,} usable, {len(distinct):,} distinct descriptions"
    return f"{sizes}\n{counts}, mean {mean:.0f} characters\n\n{render_rates(compute_rates(rows, truth))}"


def main() -> int:
    """Write or check the files; 0 when all is well."""
    parser = argparse.ArgumentParser(description="Build the bundled fictional catalogue.")
    parser.add_argument(
        "--check", action="store_true", help="compare the committed files with a rebuild; write nothing"
    )
    arguments = parser.parse_args()
    files = build()
    print(render_summary(files))
    stale = [name for name, data in files.items() if not is_same(FOLDER / name, data)]
    if arguments.check:
        print(f"differs from a rebuild: {', '.join(stale)}" if stale else "the committed files equal a rebuild")
        return 1 if stale else 0
    for name in stale:
        (FOLDER / name).write_bytes(files[name])
    return 0


def is_same(path: Path, data: bytes) -> bool:
    """Whether the file at ``path`` holds ``data``."""
    return path.is_file() and path.read_bytes() == data


if __name__ == "__main__":
    sys.exit(main())
