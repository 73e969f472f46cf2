import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from catalora.errors import ModelUnavailableError
from catalora.hardware import choose_device
from catalora.references import embedding
from catalora.references.embedding import PINNED_FILES, Embedder, _batch_by_length, _find_package, _pad


@pytest.fixture(scope="module")
def embedder():
    return Embedder(device=choose_device("cpu", "float32"), eight_bits=False)


@pytest.fixture(scope="module")
def rounded():
    return Embedder(device=choose_device("cpu", "float32"))


TEXTS = ["a steel pan", "", "uma panela de aço", "word " * 400, "🧣", "a steel pan"]


def test_vectors_are_unit_float32_in_the_order_of_the_texts(embedder):
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[0], vectors[5], atol=1e-6)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(vectors, alone, atol=1e-5)


def test_token_states_are_those_of_the_transformers_model(embedder):
    config = BertConfig.from_pretrained(_find_package())
    reference = BertModel(config, add_pooling_layer=False).eval()
    weights = load_file(_find_package() / "model.safetensors")
    reference.load_state_dict({name: weights[name] for name in reference.state_dict()})
    ids, mask = _pad(embedder._tokenise(TEXTS, 128))
    ours, _ = embedder._model
    with torch.inference_mode():
        for rows in ([3], [0, 1, 2, 3, 4, 5]):  # without padding and with it
            expected = reference(ids[rows], attention_mask=mask[rows]).last_hidden_state
            tokens = mask[rows].bool()
            torch.testing.assert_close(ours(ids[rows], mask[rows])[tokens], expected[tokens], atol=2e-5, rtol=0)


def test_similar_texts_are_near(embedder):
    pan, pot, poem = embedder.embed(["a steel frying pan", "stainless steel skillet", "a poem about the autumn moon"])
    assert pan @ pot > 0.5 > pan @ poem


def test_no_texts_need_no_model():
    assert Embedder(folder=None).embed([]).shape == (0, 384)


def test_progress_reaches_the_number_of_texts(embedder):
    seen = []
    embedder.embed(["text " * 60] * 40, lambda stage, done, total: seen.append((stage, done, total)))
    assert len(seen) > 1
    assert seen[-1] == ("embed", 40, 40)


def test_cores_share_the_batches_and_are_given_back(embedder, monkeypatch):
    texts = [f"{word} " * (1 + i % 40) for i, word in enumerate(["pan", "panela", "book"] * 40)]
    monkeypatch.setattr(embedding, "BATCH_TOKENS", 128)
    cores = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one_by_one = embedder.embed(texts)
        torch.set_num_threads(3)
        np.testing.assert_allclose(embedder.embed(texts), one_by_one, atol=1e-5)
        with pytest.raises(InterruptedError):
            embedder.embed(texts, _interrupt)
        assert torch.get_num_threads() == 3
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(torch.get_num_threads).result() == 3
    finally:
        torch.set_num_threads(cores)


def _interrupt(stage, done, total):
    raise InterruptedError


VARIED = [
    *TEXTS,
    "What is Acme Enameled Cast Iron Dutch Oven, 5.5 Quart, Red?",
    "O que é Chaleira elétrica de aço inoxidável 1,7 L 220 V?",
    "A novel of two sisters.\nSet on the coast in 1912, it follows them from the schoolroom to the war. " * 3,
    "REPLACEMENT HOSE 1/2-in x 25-ft (P/N 00-4471-B) ** NEW ** !!!",
    "12345 67890 " * 50,
    "製品の説明 προϊόν описание",
    "\x00\x01 \u200b <b>&amp;</b>",
]


def test_eight_bits_keep_the_direction_of_every_vector(embedder, rounded):
    vectors = rounded.embed(VARIED)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = dict(zip(VARIED, (vectors * embedder.embed(VARIED)).sum(axis=1), strict=True))
    assert min(cosines.pop(text) for text in ("", "🧣")) > 0.98  # two or three tokens, none of them a word
    assert min(cosines.values()) > 0.996
    assert max(cosines.values()) < 0.9999  # it did not compute in float32 after all


def test_eight_bits_give_a_text_one_vector_whatever_stands_beside_it(rounded):
    together = rounded.embed(VARIED)
    np.testing.assert_allclose(together[0], together[5], atol=1e-6)
    alone = np.concatenate([rounded.embed([text]) for text in VARIED])
    assert (together * alone).sum(axis=1).min() > 0.9999


def test_eight_bits_are_for_processors_without_bfloat16_unless_asked_for():
    from catalora.references.minilm import MiniLM
    from catalora.references.minilm_int8 import EightBitMiniLM

    half, single = choose_device("cpu", "bfloat16"), choose_device("cpu", "float32")
    for device, eight_bits, expected in (
        (single, None, EightBitMiniLM),
        (half, None, MiniLM),
        (half, True, EightBitMiniLM),
        (single, False, MiniLM),
    ):
        encoder, _ = Embedder(device=device, eight_bits=eight_bits)._model
        assert type(encoder) is expected


def test_bfloat16_stays_close_to_float32(embedder):
    half = Embedder(device=choose_device("cpu", "bfloat16")).embed(TEXTS)
    assert (half * embedder.embed(TEXTS)).sum(axis=1).min() > 0.999


def test_loading_leaves_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    Embedder(device=choose_device("cpu", "float32")).embed(["x"])
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("name", PINNED_FILES)
def test_an_altered_file_is_refused(tmp_path, name):
    folder = tmp_path / "model"
    shutil.copytree(_find_package(), folder)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelUnavailableError) as caught:
        Embedder(folder).embed(["x"])
    assert caught.value.code == "embedding-model-altered"
    assert name in str(caught.value)
    assert "pip install" in caught.value.hint


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(ModelUnavailableError) as caught:
        Embedder(tmp_path).embed(["x"])
    assert caught.value.code == "embedding-model-unreadable"


def test_a_missing_package_is_reported(monkeypatch):
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_package_here")
    with pytest.raises(ModelUnavailableError) as caught:
        Embedder().embed(["x"])
    assert caught.value.code == "embedding-model-missing"


def test_batches_hold_every_text_once_within_the_budget():
    lengths = [3, 1, 90, 4, 4, 4, 250, 2]
    batches = list(_batch_by_length(lengths, batch_tokens=100))
    assert sorted(i for batch in batches for i in batch) == list(range(8))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= 100
