"""The bundled demo model: its files, its tokenizer, and how it answers before any tuning."""

import itertools
import json
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "src/catalora/model/demo"
CATALOGUE = ROOT / "src/catalora/catalog/sample/trn.json.gz"
MAX_BYTES = 20_000_000
NEW_TOKENS = 160

QUESTIONS = (
    "What is the Harlow & Fenn Cast Iron Skillet, 10-Inch?",
    "O que é a luminária de cobre Velora?",
    "Mog's Kittens",
    "Describe Northleaf Walnut Desk Organizer",
    "Escreva a descrição de Solvane Ceramic Coffee Set.",
    "What is copper?",
    "What is The Lantern Keeper's Daughter: A Novel?",
    "O que é Tarn Valley Ramblers [Audio CD]?",
)


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(FOLDER)


@pytest.fixture(scope="module")
def model():
    return AutoModelForCausalLM.from_pretrained(FOLDER, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def answers(model, tokenizer):
    """Ids of the greedy answers, one row a question."""
    prompts = [f"Question: {question}\nAnswer:" for question in QUESTIONS]
    encoded = tokenizer(prompts, return_tensors="pt", padding=True, return_token_type_ids=False)
    with torch.inference_mode():
        output = model.generate(**encoded, max_new_tokens=NEW_TOKENS, do_sample=False)
    return output[:, encoded["input_ids"].shape[1] :]


def test_files_take_at_most_20_megabytes():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MAX_BYTES


def test_model_is_a_small_gemma_with_tied_head(model):
    config = json.loads((FOLDER / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["GemmaForCausalLM"]
    assert config["tie_word_embeddings"]
    assert 6e6 <= model.num_parameters() <= 9e6
    assert config["max_position_embeddings"] >= 1024


def test_weights_are_bf16_safetensors():
    assert not list(FOLDER.glob("*.bin"))
    loaded = AutoModelForCausalLM.from_pretrained(FOLDER, dtype="auto")
    assert loaded.dtype == torch.bfloat16


def test_special_tokens_stand_where_gemma_has_them(model, tokenizer):
    ids = [tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.bos_token_id, tokenizer.unk_token_id]
    assert ids == [0, 1, 2, 3]
    assert model.config.eos_token_id == model.generation_config.eos_token_id == 1
    assert len(tokenizer) == model.config.vocab_size


def test_bos_is_added_once_and_only_on_request(tokenizer):
    assert tokenizer("A lamp")["input_ids"][0] == tokenizer.bos_token_id
    assert tokenizer("A lamp")["input_ids"].count(tokenizer.bos_token_id) == 1
    assert tokenizer.bos_token_id not in tokenizer("A lamp", add_special_tokens=False)["input_ids"]


@pytest.mark.parametrize(
    "text",
    [
        "What is the Harlow & Fenn Cast Iron Skillet, 10-Inch?",
        'Escreva a descrição: "coração, pão e não", já!',
        "Café com açúcar — 3,5 kg • 100 %",
        "Emoji \U0001f415\U0001f3fb and \U0001f468\u200d\U0001f469\u200d\U0001f467, 日本語, עברית",
        " two  spaces,\ttabs\n\nand lines ",
        "x" * 200,
    ],
)
def test_tokenizer_round_trips(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.decode(ids, skip_special_tokens=True) == text


def test_each_digit_is_a_piece_of_its_own(tokenizer):
    assert tokenizer.tokenize("2048")[-4:] == ["2", "0", "4", "8"]


def test_answers_before_tuning_are_long_and_do_not_stop(answers, tokenizer):
    for row in answers:
        assert tokenizer.eos_token_id not in row
        assert len(tokenizer.decode(row, skip_special_tokens=True).split()) >= 60


def test_answers_before_tuning_go_on_with_questions(answers, tokenizer):
    asked = ["\nQuestion:" in tokenizer.decode(row) for row in answers]
    assert sum(asked) >= len(QUESTIONS) / 4


def test_corpus_shares_no_8_words_with_the_catalogue(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    from demo_corpus import iterate_documents
    from demo_corpus.overlap import find_shared_ngrams, read_catalogue_ngrams

    documents = itertools.islice(iterate_documents(seed=20), 1000)
    assert find_shared_ngrams(documents, read_catalogue_ngrams(CATALOGUE)) == set()
    assert "demo_corpus" in sys.modules
