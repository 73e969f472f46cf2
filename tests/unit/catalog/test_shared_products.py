"""The whole path on real catalogue files, where somebody has put some."""

import os
from pathlib import Path

import pytest

from catalora.catalog import load_prepared, prepare_catalogue
from catalora.catalog.cleaning import clean_content, clean_title
from catalora.config import DataConfig

BESIDE_THE_PROJECT = Path(__file__).parents[4] / "shared" / "data" / "products"
FOLDER = Path(os.environ.get("CATALORA_PRODUCTS", BESIDE_THE_PROJECT))
FILES = sorted(FOLDER.rglob("*.jsonl.gz"))


@pytest.mark.shared_data
@pytest.mark.parametrize("files", [pytest.param(FILES, id=f"{len(FILES)} files")])
def test_real_catalogues_are_prepared(files, tmp_path):
    if not files:
        return
    data = prepare_catalogue(files, tmp_path / "out", DataConfig())
    profile, table = load_prepared(data.path).profile, data.table()
    assert profile.rows_in == profile.kept + sum(profile.removed.values())
    assert profile.kept == table.height > 0.5 * profile.rows_in
    assert all(profile.splits.values())
    for row in table.sample(300, seed=1).iter_rows(named=True):
        assert (clean_title(row["title"]), clean_content(row["content"])) == (row["title"], row["content"])
    held_out = table.filter(table["split"] == "test")
    training = table.filter(table["split"] == "train")
    for column in ("title", "content"):
        assert not {text.casefold() for text in held_out[column]} & {text.casefold() for text in training[column]}
