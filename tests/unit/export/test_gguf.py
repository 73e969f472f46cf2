import json
from types import SimpleNamespace

import gguf
import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from catalora.config import GenerationConfig
from catalora.errors import ModelUnavailableError
from catalora.export.gguf import convert_to_gguf, render_chat_template, render_modelfile
from catalora.export.gguf_tokenizer import _LLAMA_3
from catalora.prompts import PromptTemplate
from tests.tiny import build_model

TEXTS = ["a brass lamp shines on the brass desk", "the desk lamp", "lamps and desks, 12 of them"] * 4
SOURCE = SimpleNamespace(
    run=SimpleNamespace(name="shop"),
    template=PromptTemplate(),
    config=SimpleNamespace(generation=GenerationConfig(max_new_tokens=50)),
)


def train_tokenizer(kind):
    """A byte pair encoding of 260 tokens: spaces as ▁ with bytes behind them, or every byte as a character."""
    special = ["<pad>", "<bos>", "<eos>", "<unk>"]
    if kind == "spaces":
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.decoder = decoders.Replace("▁", " ")
        special += [f"<0x{byte:02X}>" for byte in range(64)]
    else:
        tokenizer = Tokenizer(models.BPE())
        cut = pre_tokenizers.Split(Regex(_LLAMA_3), "isolated")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([cut, pre_tokenizers.ByteLevel(use_regex=False)])
        tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=200, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def save_model(folder, family, kind="spaces", **changes):
    model = build_model(family)
    model.save_pretrained(folder)
    train_tokenizer(kind).save(str(folder / "tokenizer.json"))
    named = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(named))
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 9]}))
    settings = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**settings, **changes}))
    return model


def convert(tmp_path, family, kind="spaces", precision="f32", **changes):
    merged, folder = tmp_path / "merged", tmp_path / "gguf"
    merged.mkdir()
    folder.mkdir()
    model = save_model(merged, family, kind, **changes)
    convert_to_gguf(SOURCE, merged, folder, precision)
    return model, gguf.GGUFReader(folder / "model.gguf"), folder


def read_values(reader):
    return {tensor.name: gguf.quants.dequantize(tensor.data, tensor.tensor_type) for tensor in reader.tensors}


def test_gemma_gets_the_one_of_its_norms_and_no_second_head(tmp_path):
    model, reader, _ = convert(tmp_path, "gemma")
    weights, values = model.state_dict(), read_values(reader)
    assert "output.weight" not in values
    assert len(values) == 2 + 9 * 2
    np.testing.assert_array_equal(values["output_norm.weight"], weights["model.norm.weight"].numpy() + 1)
    np.testing.assert_array_equal(
        values["blk.1.attn_k.weight"], weights["model.layers.1.self_attn.k_proj.weight"].numpy()
    )
    assert reader.get_field("gemma.attention.head_count_kv").contents() == 1


def test_llama_has_its_rotary_pairs_side_by_side(tmp_path):
    model, reader, _ = convert(tmp_path, "llama", "bytes")
    weights, values = model.state_dict(), read_values(reader)
    query = weights["model.layers.0.self_attn.q_proj.weight"].numpy()
    # Two heads of 16 rows: rows 0 and 8 of a head become rows 0 and 1.
    np.testing.assert_array_equal(values["blk.0.attn_q.weight"][:4], query[[0, 8, 1, 9]])
    np.testing.assert_array_equal(values["blk.0.attn_q.weight"][16:18], query[[16, 24]])
    np.testing.assert_array_equal(values["blk.0.ffn_up.weight"], weights["model.layers.0.mlp.up_proj.weight"].numpy())


@pytest.mark.parametrize(("precision", "error"), [("bf16", 2**-8), ("f16", 2**-10), ("q8_0", 2**-6)])
def test_smaller_precisions_stay_near_and_vectors_stay_whole(tmp_path, precision, error):
    model, reader, _ = convert(tmp_path, "gemma", precision=precision)
    weights, values = model.state_dict(), read_values(reader)
    original = weights["model.embed_tokens.weight"].numpy()
    assert np.abs(values["token_embd.weight"] - original).max() <= error * np.abs(original).max()
    kinds = {tensor.name: tensor.tensor_type.name for tensor in reader.tensors}
    assert kinds["token_embd.weight"] == precision.upper()
    assert kinds["output_norm.weight"] == "F32"


@pytest.mark.parametrize(("kind", "name"), [("spaces", "gemma4"), ("bytes", "gpt2")])
def test_the_tokenizer_goes_along_with_its_merges_and_special_tokens(tmp_path, kind, name):
    _, reader, _ = convert(tmp_path, "llama", kind)
    original = json.loads((tmp_path / "merged" / "tokenizer.json").read_text())["model"]

    def read(field):
        return reader.get_field(f"tokenizer.ggml.{field}").contents()

    assert read("model") == name
    assert read("tokens")[: len(original["vocab"])] == sorted(original["vocab"], key=original["vocab"].get)
    assert len(read("tokens")) == 260 and read("tokens")[-1] == "[PAD259]"
    assert read("merges") == [" ".join(pair) for pair in original["merges"]]
    assert (read("bos_token_id"), read("eos_token_id"), read("eot_token_id")) == (1, 2, 9)
    types = read("token_type")
    assert types[:4] == [3, 3, 3, 2 if kind == "spaces" else 3]
    assert types[4] == (6 if kind == "spaces" else 1)


@pytest.mark.parametrize(
    ("family", "changes", "message"),
    [
        ("qwen2", {}, "Qwen2ForCausalLM cannot be written as GGUF"),
        ("llama", {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4}}, "rotary scaling 'yarn'"),
    ],
)
def test_what_would_answer_nonsense_is_refused(tmp_path, family, changes, message):
    with pytest.raises(ModelUnavailableError, match=message):
        convert(tmp_path, family, **changes)


def test_an_unknown_tokenizer_is_refused(tmp_path):
    save_model(tmp_path, "llama")
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "normalizer": None}))
    with pytest.raises(ModelUnavailableError, match="this tokenizer"):
        convert_to_gguf(SOURCE, tmp_path, tmp_path, "f32")


def test_ollama_and_chats_ask_as_the_training_did():
    template = PromptTemplate()
    assert 'TEMPLATE """Question: {{ .Prompt }}\nAnswer:"""' in render_modelfile(template, 50)
    assert "PARAMETER num_predict 50" in render_modelfile(template, 50)
    assert render_chat_template(template) == "{{ bos_token }}Question: {{ messages[-1]['content'] | trim }}\nAnswer:"
