"""How full the rows of real catalogues are, with the presets that are meant for them."""

import os
from pathlib import Path

import pytest

import catalora
from catalora.catalog import load_prepared, pick_products
from catalora.config import build_config
from catalora.model.loading import load_tokenizer
from catalora.prompts import PromptTemplate
from catalora.training.packing import PackedRows
from catalora.training.rows import tokenise_epoch

PRODUCTS = Path(os.environ.get("CATALORA_PRODUCTS", "../shared/data/products"))


def pack(data: Path, preset: str) -> PackedRows:
    """The rows of one epoch, with the bundled tokenizer."""
    config = build_config(preset, {"model.name": "demo"})
    products = pick_products(load_prepared(data).table(), "train", config.data.max_samples, config.data.seed)
    length, seed = config.training.max_length, config.training.seed
    tokenizer = load_tokenizer(config.model)
    examples = tokenise_epoch(products, PromptTemplate(), tokenizer, epoch=0, max_length=length, seed=seed)
    return PackedRows([examples], length, seed)


def assert_full(rows: PackedRows) -> None:
    assert rows.efficiency >= 0.97
    assert max(len(rows[index]["input_ids"]) for index in range(len(rows))) <= rows.max_length


def test_rows_of_the_bundled_catalogue_are_full(data):
    assert_full(pack(data, "quick"))


@pytest.mark.shared_data
def test_rows_of_real_products_are_full(tmp_path):
    source = PRODUCTS / "amazon2018.jsonl.gz"
    if not source.exists():
        pytest.skip("the real products are not here")
    catalora.prepare([source], tmp_path / "real")
    assert_full(pack(tmp_path / "real", "overnight"))
