import gzip
import json

import polars as pl
import pytest

from catalora.catalog.rows import Columns
from catalora.descriptions.input import read_titles
from catalora.errors import DataError
from catalora.progress import ignore_progress


def read(path, columns=None, limit=20):
    def count(titles):
        return [len(title) for title in titles]

    return read_titles(path, columns or Columns(titles_only=True), count, limit, 10_000, ignore_progress)


def write_csv(folder, text):
    path = folder / "titles.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_titles_alone_are_enough_and_get_their_lines_as_uids(tmp_path):
    rows, removed = read(write_csv(tmp_path, "Nome\nBrass lamp\nTin &amp; lid\n"))
    assert rows["question"].to_list() == ["Brass lamp", "Tin & lid"]
    assert rows["title"].to_list() == ["Brass lamp", "Tin &amp; lid"]
    assert rows["uid"].to_list() == ["2", "3"]
    assert removed.is_empty()


def test_every_row_is_kept_or_removed_with_a_reason(tmp_path):
    text = 'uid,title\nA,Lamp\nB,"  "\nC,Lamp,too many\nD,a title that is far longer than allowed\nE,Pan\n'
    rows, removed = read(write_csv(tmp_path, text))
    assert rows["uid"].to_list() == ["A", "E"]
    assert rows["position"].to_list() == [0, 1]
    reasons = dict(removed.select("line", "reason").iter_rows())
    assert reasons[3] == "the title is empty"
    assert "3 fields" in reasons[4]
    assert reasons[5] == "the title makes a prompt of more than 20 tokens"


@pytest.mark.parametrize("ending", ["parquet", "jsonl.gz", "json"])
def test_every_format_of_a_catalogue_can_be_read(tmp_path, ending):
    table = pl.DataFrame({"asin": ["1", "2"], "name": ["Lamp", "Pan"], "price": [1.5, 2.0]})
    path = tmp_path / f"shop.{ending}"
    lines = [json.dumps(row) for row in table.to_dicts()]
    if ending == "parquet":
        table.write_parquet(path)
    elif ending == "json":
        path.write_text(f"[{', '.join(lines)}]")
    else:
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
    rows, _ = read(path)
    assert rows.select("uid", "title").rows() == [("1", "Lamp"), ("2", "Pan")]


def test_a_file_without_titles_is_refused_with_the_option_that_names_them(tmp_path):
    path = write_csv(tmp_path, "colour,price\nred,2\n")
    with pytest.raises(DataError, match="no column for title") as refused:
        read(path)
    assert "--title-column" in refused.value.hint
    rows, _ = read(path, Columns(title="colour", titles_only=True))
    assert rows["title"].to_list() == ["red"]
