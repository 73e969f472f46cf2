import doctest
import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.catalog import load_prepared, prepare_catalogue
from catalora.config import DataConfig, ModelConfig, build_config
from catalora.errors import DataError, InputNotFoundError
from catalora.model.loading import load_tokenizer
from catalora.pipeline import start_run
from catalora.prompts import PromptTemplate
from catalora.training import preview as preview_module
from catalora.training.packing import IGNORED
from catalora.training.preview import preview_products, read_token_texts
from catalora.training.rows import build_rows

TEMPLATE = PromptTemplate()
SEED = 17
ROWS = [
    {"uid": f"P{n}", "title": f"Lamp number {n}", "content": f"Lamp {n} shines. " * (1 + n % 7) + f"Part {n}."}
    for n in range(40)
] + [
    {"uid": "dirty", "title": "Mog&#39;s  Lamp", "content": "A <b>warm</b> café\x1b lamp &amp; shade.\n\n Washable."},
    {"uid": "long", "title": "Long lamp", "content": "One short sentence about light. " * 40},
    {"uid": "wide", "title": "Very wide lamp " * 12, "content": "It is wide and stands on every desk."},
    {"uid": "emoji", "title": "Café 日本 lamp", "content": "Ação 🙂 日本 brilha na sala de jantar."},
    {"uid": "short", "title": "Short lamp", "content": "lamp"},
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preview")
    source = folder / "shop.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return prepare_catalogue([source], folder / "data", DataConfig(near_duplicate_similarity=None))


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(ModelConfig(name="demo"))


@pytest.fixture(scope="module")
def view(prepared, tokenizer):
    def show(*uids, count=1, max_length=128, seed=SEED):
        return preview_products(prepared, TEMPLATE, tokenizer, uids=uids, count=count, max_length=max_length, seed=seed)

    return show


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(preview_module).failed == 0


def test_tokens_and_mask_are_those_of_the_rows_that_a_run_is_trained_on(prepared, tokenizer, view, tmp_path):
    settings = {"training.max_length": 128, "training.epochs": 2, "training.seed": SEED}
    config = build_config(None, settings)
    rows, _ = build_rows(start_run(prepared.path, config, runs_dir=tmp_path), config, TEMPLATE, tokenizer)
    trained = {}
    for (epoch, examples), row in zip(rows.rows, map(rows.__getitem__, range(len(rows))), strict=True):
        starts = (row["position_ids"] == 0).nonzero().flatten().tolist()
        for index, start, end in zip(examples, starts, [*starts[1:], len(row["input_ids"])], strict=True):
            if epoch == 0:
                ids, labels = row["input_ids"][start:end].tolist(), row["labels"][start:end].tolist()
                uid = rows.epochs[0].uids[index]
                trained[uid] = [(token, label != IGNORED) for token, label in zip(ids, labels, strict=True)]
    uids = [product.uid for product in prepared.products("train")]
    shown = {one.uid: [(token.id, token.learned) for token in one.tokens] for one in view(*uids) if one.tokens}
    assert shown == trained
    assert len(shown) > 20


def test_a_product_is_shown_from_the_raw_row_to_the_tokens(prepared, view):
    (one,) = view("dirty")
    raw = ROWS[40]
    assert (one.title.raw, one.content.raw) == (raw["title"], raw["content"])
    assert one.title.cleaned == "Mog's Lamp"
    assert one.content.cleaned == "A warm café lamp & shade.\nWashable."
    assert "entities" in one.title.rules
    assert {"tags", "characters"} <= set(one.content.rules)
    assert one.place.endswith("shop.jsonl:41")
    assert one.prompt == TEMPLATE.render_prompt(one.question)
    assert one.title.cleaned in one.question
    text = "".join(token.text for token in one.tokens)
    assert text == f"<bos>{one.prompt}{TEMPLATE.render_completion(one.content.cleaned)}<eos>"
    learned = "".join(token.text for token in one.tokens if token.learned)
    assert learned == f" {one.content.cleaned}<eos>"
    assert (one.outcome, one.whole_tokens) == ("whole", len(one.tokens))
    assert one.prompt_tokens + one.learned_tokens == len(one.tokens)
    json.dumps(asdict(one))


def test_an_unchanged_product_has_no_marks(view):
    (one,) = view("P3")
    assert one.place is None
    assert one.content.raw == one.content.cleaned
    assert {piece.kind for piece in (*one.title.pieces, *one.content.pieces)} == {"same"}


def test_what_does_not_fit_is_said(view):
    long, wide = view("long", "wide", max_length=64)
    assert long.outcome == "shortened"
    assert len(long.tokens) <= 64 < long.whole_tokens
    assert long.tokens[-1].text == "<eos>"
    assert long.tokens[-1].learned
    assert "about light.<eos>" in "".join(token.text for token in long.tokens)
    assert (wide.outcome, wide.tokens, wide.learned_tokens) == ("left out", (), 0)
    assert wide.whole_tokens > 64


def test_a_character_of_several_tokens_is_given_to_its_last_one(view, tokenizer):
    (one,) = view("emoji")
    assert any(token.text == "" for token in one.tokens)
    assert any("🙂" in token.text for token in one.tokens)
    assert "".join(token.text for token in one.tokens) == tokenizer.decode([token.id for token in one.tokens])


@given(st.text(max_size=40))
def test_token_texts_spell_the_decoded_whole(tokenizer, text):
    ids = tokenizer([text], add_special_tokens=False)["input_ids"][0]
    texts = read_token_texts(tokenizer, ids)
    assert len(texts) == len(ids)
    assert "".join(texts) == tokenizer.decode(ids)


def test_products_drawn_at_random_are_training_products_and_depend_on_the_seed(view):
    drawn = [[one.uid for one in view(count=5, seed=seed)] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert {one.split for one in view(count=100)} == {"train"}


def test_products_of_any_split_are_shown_by_uid_in_the_order_asked_for(prepared, view):
    uids = [prepared.products(split)[0].uid for split in ("test", "train")]
    assert [(one.uid, one.split) for one in view(*uids)] == list(zip(uids, ("test", "train"), strict=True))


def test_a_removed_or_unknown_uid_says_what_became_of_it(view):
    with pytest.raises(InputNotFoundError, match=r"'short' \(.*shop.jsonl:45\) was removed: short-content"):
        view("short")
    with pytest.raises(InputNotFoundError, match="no product with the uid 'nobody'"):
        view("P1", "nobody")


def test_a_data_set_without_training_products_is_refused(tokenizer, tmp_path):
    source = tmp_path / "test.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:1]), encoding="utf-8")
    prepare_catalogue([source], tmp_path / "data", DataConfig())
    prepared = load_prepared(tmp_path / "data")
    prepared.table = lambda: load_prepared(tmp_path / "data").table().clear()
    with pytest.raises(DataError, match="no training products"):
        preview_products(prepared, TEMPLATE, tokenizer, max_length=128, seed=1)
