import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from catalora.config import LoraSettings, ModelConfig
from catalora.errors import ConfigError, InputNotFoundError, ModelUnavailableError
from catalora.hardware import choose_device
from catalora.model.adapter import attach_lora, save_adapter
from catalora.model.loading import load_base, load_tokenizer
from catalora.model.source import find_source, hash_weights
from catalora.prompts import PromptTemplate
from tests.unit.model.checkpoints import build_model, build_tokenizer, save_checkpoint

CPU = choose_device("cpu", "float32")
IDS = torch.tensor([[1, 5, 9, 12, 7]])


def refuse(folder):
    with pytest.raises(ModelUnavailableError) as caught:
        load_base(ModelConfig(name=str(folder)), CPU)
    return caught.value


def edit_settings(folder, file="config.json", **changes):
    path = folder / file
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_folder_loads_with_its_weights_and_tokenizer(architecture, tmp_path):
    folder = save_checkpoint(tmp_path / "tiny", architecture)
    loaded = load_base(ModelConfig(name=str(folder)), CPU)
    with torch.no_grad():
        assert torch.equal(loaded.model(IDS).logits, build_model(architecture)(IDS).logits)
    assert loaded.tokenizer.eos_token == "<eos>"
    assert loaded.identity.name == "tiny"
    assert loaded.identity.architecture == type(loaded.model).__name__
    assert loaded.identity.parameters == loaded.model.num_parameters()
    assert loaded.identity.commit is None
    assert not loaded.model.training
    assert loaded.model.config._attn_implementation == "sdpa"


def test_shards_load_like_one_file(tmp_path):
    folder = save_checkpoint(tmp_path / "tiny", max_shard_size="20KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    with torch.no_grad():
        assert torch.equal(load_base(ModelConfig(name=str(folder)), CPU).model(IDS).logits, build_model()(IDS).logits)


def test_the_precision_is_the_devices_whatever_the_file_has(checkpoint):
    model = load_base(ModelConfig(name=str(checkpoint)), choose_device("cpu", "bfloat16")).model
    assert {value.dtype for value in model.parameters()} == {torch.bfloat16}


def test_a_relative_folder_and_a_tokenizer_alone(checkpoint, monkeypatch):
    monkeypatch.chdir(checkpoint.parent)
    assert load_base(ModelConfig(name=f"./{checkpoint.name}"), CPU).identity.name == checkpoint.name
    (checkpoint / "model.safetensors").unlink()
    assert len(load_tokenizer(ModelConfig(name=str(checkpoint)))) == 64


def test_the_saved_adapter_names_its_base_without_the_path(checkpoint, tmp_path):
    model = load_base(ModelConfig(name=str(checkpoint)), CPU).model
    save_adapter(attach_lora(model, LoraSettings(), 1), tmp_path / "adapter", PromptTemplate(), {})
    config = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "tiny-gemma"


@pytest.mark.parametrize("name", ["./nothing-here", "/nothing/here", "a/b/c", "no spaces", "~/nothing", "C:\\x"])
def test_a_name_that_is_neither_folder_nor_hub_id_says_both(name):
    with pytest.raises(InputNotFoundError) as caught:
        load_base(ModelConfig(name=name), CPU)
    assert caught.value.code == "model-name-invalid"
    assert "folder" in caught.value.message
    assert "Hub id" in caught.value.message


def test_a_file_instead_of_a_folder_is_named_as_such(tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(InputNotFoundError, match="is a file"):
        load_base(ModelConfig(name=str(tmp_path / "model.gguf")), CPU)


def test_pickled_weights_are_refused_before_anything_is_loaded(checkpoint):
    (checkpoint / "model.safetensors").unlink()
    torch.save({}, checkpoint / "pytorch_model.bin")
    error = refuse(checkpoint)
    assert error.code == "model-not-safetensors"
    assert "pytorch_model.bin" in error.message


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_in_the_repository_is_refused_and_not_run(checkpoint, file):
    canary = checkpoint / "canary"
    (checkpoint / "evil.py").write_text(f"open({str(canary)!r}, 'w').close()\n")
    edit_settings(checkpoint, file, auto_map={"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"})
    assert refuse(checkpoint).code == "model-remote-code"
    assert not canary.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"]},
        {"model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"]},
        {"model_type": "bert", "architectures": ["BertForMaskedLM"]},
        {"model_type": "from-the-future", "architectures": ["FutureForCausalLM"]},
        {"model_type": None, "architectures": None},
    ],
)
def test_other_architectures_are_refused(checkpoint, changes):
    edit_settings(checkpoint, **changes)
    assert refuse(checkpoint).code == "model-architecture"


def test_an_adapter_folder_names_its_base(tmp_path):
    (tmp_path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "google/gemma-2b"}))
    error = refuse(tmp_path)
    assert error.code == "model-is-adapter"
    assert "google/gemma-2b" in error.hint


def test_an_adapter_beside_a_base_is_refused_instead_of_followed(checkpoint):
    (checkpoint / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "somewhere/else"}))
    assert refuse(checkpoint).code == "model-is-adapter"


def test_a_revision_of_a_folder_is_refused(checkpoint):
    with pytest.raises(ConfigError) as caught:
        load_base(ModelConfig(name=str(checkpoint), revision="v2"), CPU)
    assert caught.value.code == "revision-without-hub"


def test_quantised_weights_are_refused(checkpoint):
    edit_settings(checkpoint, quantization_config={"quant_method": "gptq"})
    assert refuse(checkpoint).code == "model-quantised"


def test_an_empty_or_broken_folder_is_named(checkpoint, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refuse(tmp_path / "empty").code == "model-broken"
    (checkpoint / "config.json").write_text("{")
    assert refuse(checkpoint).code == "model-broken"


def test_missing_weights_are_named_instead_of_made_up(checkpoint):
    weights = load_file(checkpoint / "model.safetensors")
    del weights["model.layers.0.mlp.up_proj.weight"]
    save_file(weights, checkpoint / "model.safetensors", metadata={"format": "pt"})
    error = refuse(checkpoint)
    assert error.code == "model-incomplete"
    assert error.facts["missing"] == ["model.layers.0.mlp.up_proj.weight"]


def test_a_missing_shard_is_named(tmp_path):
    folder = save_checkpoint(tmp_path / "tiny", max_shard_size="20KB")
    shard = sorted(folder.glob("model-*.safetensors"))[0]
    shard.unlink()
    error = refuse(folder)
    assert error.code == "model-incomplete"
    assert shard.name in error.message


def test_an_index_that_points_outside_the_folder_is_refused(tmp_path):
    folder = save_checkpoint(tmp_path / "tiny", max_shard_size="20KB")
    edit_settings(folder, "model.safetensors.index.json", weight_map={"x": "../outside.safetensors"})
    assert refuse(folder).code == "model-broken"


def test_a_truncated_weight_file_is_one_line(checkpoint):
    path = checkpoint / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    error = refuse(checkpoint)
    assert error.code == "model-load-failed"
    assert "\n" not in error.message


def test_weights_of_another_shape_are_one_line(checkpoint):
    edit_settings(checkpoint, hidden_size=48)
    error = refuse(checkpoint)
    assert error.code == "model-load-failed"
    assert "\n" not in error.message


def test_a_missing_or_broken_tokenizer_is_one_line(checkpoint):
    (checkpoint / "tokenizer.json").write_text("{}")
    assert refuse(checkpoint).code == "model-load-failed"


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(checkpoint):
    tokenizer = build_tokenizer()
    tokenizer.add_tokens(["extra"])
    tokenizer.save_pretrained(checkpoint)
    assert refuse(checkpoint).code == "model-tokenizer-mismatch"


def test_the_weights_hash_follows_the_weights_and_not_the_place(tmp_path):
    first = save_checkpoint(tmp_path / "a") / "model.safetensors"
    second = save_checkpoint(tmp_path / "b") / "model.safetensors"
    assert hash_weights([first]) == hash_weights([second])
    content = bytearray(second.read_bytes())
    content[-500] ^= 1
    second.write_bytes(content)
    assert hash_weights([first]) != hash_weights([second])


def test_a_broken_installation_without_the_bundled_model_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("catalora.model.source.resources.files", lambda _: tmp_path)
    with pytest.raises(InputNotFoundError) as caught:
        find_source(ModelConfig(name="demo"))
    assert caught.value.code == "demo-model-missing"


def test_a_text_beyond_the_context_is_tokenised_without_a_warning(monkeypatch):
    from transformers import tokenization_utils_base

    told = []
    monkeypatch.setattr(tokenization_utils_base.logger, "warning", told.append)
    tokenizer = load_tokenizer(ModelConfig(name="demo"))
    assert len(tokenizer("word " * 3_000)["input_ids"]) > 1024
    assert told == []


def test_the_head_reads_a_batch_of_prompts_without_a_copy_of_its_weights_for_each(architecture, tmp_path):
    model = load_base(ModelConfig(name=str(save_checkpoint(tmp_path / "tiny", architecture))), CPU).model
    head, seen = model.get_output_embeddings(), []
    head.register_forward_hook(lambda _module, inputs, _logits: seen.append(inputs[0]))
    with torch.no_grad(), torch.profiler.profile() as profile:
        model(IDS.repeat(4, 1), logits_to_keep=1)
    (hidden,) = seen
    assert hidden.shape[:2] == (4, 1)
    assert hidden.is_contiguous()
    # `expand` and `bmm` are what torch does to weights that it copies; attention has its own operator.
    assert "aten::bmm" not in {event.key for event in profile.key_averages()}
