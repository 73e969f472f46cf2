"""Draw changed and removed rows of a prepared data set to read: what the cleaning did, and why a row went.

    python benchmarks/draw_decisions.py data/real --changed 200 --removed 200 --seed 1 > decisions.txt

The share of wrong decisions that a reader finds is the error rate in `docs/experiments.md`. Changes are shown as
`[-before-]{+after+}` with some words around them, removed rows with the start of their texts.
"""

import argparse
from pathlib import Path

import polars as pl

from catalora.catalog import PreparedData, load_prepared
from catalora.catalog.differences import Piece, compare_texts, shorten_pieces
from catalora.catalog.keys import compute_order

MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


def print_changed(data: PreparedData, count: int, seed: int, rule: str | None) -> None:
    """Print changed texts."""
    changed = data.changed()
    if rule is not None:
        changed = changed.filter(pl.col("rules").list.contains(rule))
    for number, row in enumerate(_draw(changed, count, seed).iter_rows(named=True), start=1):
        pieces = shorten_pieces(compare_texts(row["before"], row["after"]), max_chars=500)
        rules = ",".join(row["rules"])
        print(f"{number}. {Path(row['file']).name}:{row['line']} {row['field']} {rules}: {_show(pieces)}")


def print_removed(data: PreparedData, count: int, seed: int) -> None:
    """Print removed rows."""
    titles = data.table().select(kept_uid="uid", kept_title="title")
    removed = data.removed().with_columns(kept_uid=pl.col("detail").str.strip_prefix("same description as "))
    removed = removed.join(titles, on="kept_uid", how="left", maintain_order="left")
    for number, row in enumerate(_draw(removed, count, seed).iter_rows(named=True), start=1):
        repeats = f" | kept: {row['kept_title']}" if row["kept_title"] else ""
        content = _escape(row["content"] or "")[:160]
        print(
            f"{number}. {Path(row['file']).name}:{row['line']} {row['reason']}: {_escape(row['title'] or '')[:120]}"
            f"{repeats} | {content}"
        )


def _draw(rows: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    names = rows.select(pl.concat_str("file", "line", pl.col("uid").fill_null(""), separator=":")).to_series()
    return rows[compute_order(names, seed).arg_sort()[:count]]


def _show(pieces: list[Piece]) -> str:
    texts = []
    for piece in pieces:
        before, after = MARKS.get(piece.kind, ("", ""))
        texts.append(" … " if piece.kind == "omitted" else f"{before}{_escape(piece.text)}{after}")
    return "".join(texts)


def _escape(text: str) -> str:
    shown = (c if c == " " or c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--changed", type=int, default=200)
    parser.add_argument("--removed", type=int, default=200)
    parser.add_argument("--rule", help="draw changes of this rule only")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    prepared = load_prepared(arguments.data)
    print_changed(prepared, arguments.changed, arguments.seed, arguments.rule)
    print_removed(prepared, arguments.removed, arguments.seed)
