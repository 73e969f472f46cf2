import json
import random

import peft
import pytest
import torch
from safetensors.torch import load_file, save_file

from catalora.config import LoraSettings
from catalora.errors import ConfigError, DataError, InputNotFoundError, StorageError, TrainingError
from catalora.model.adapter import attach_lora, find_target_modules, load_adapter, save_adapter
from catalora.prompts import PromptTemplate
from tests.unit.model.checkpoints import build_model

IDS = torch.tensor([[1, 5, 9, 12, 7]])
SETTINGS = LoraSettings(r=4, alpha=8, dropout=0.0)


def compute_logits(model):
    with torch.no_grad():
        return model(IDS).logits


def adapter_weights(model):
    return {name: value for name, value in model.named_parameters() if "lora_" in name}


def train_a_little(model):
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for value in adapter_weights(model).values():
            value.add_(torch.randn(value.shape, generator=generator), alpha=0.1)
    return model


def save(model, folder, record=None):
    save_adapter(model, folder, PromptTemplate(), record or {"seed": 1})
    return folder


def test_a_fresh_adapter_changes_nothing(architecture):
    base = build_model(architecture)
    before = compute_logits(base)
    assert torch.equal(compute_logits(attach_lora(base, SETTINGS, seed=1).eval()), before)


def test_only_the_adapter_is_trainable_and_it_is_float32_on_a_bfloat16_base(architecture):
    model = attach_lora(build_model(architecture, torch.bfloat16), SETTINGS, seed=1)
    trainable = {name: value.dtype for name, value in model.named_parameters() if value.requires_grad}
    assert set(trainable) == set(adapter_weights(model))
    assert set(trainable.values()) == {torch.float32}
    assert {value.dtype for name, value in model.named_parameters() if "lora_" not in name} == {torch.bfloat16}


def test_the_same_seed_gives_equal_weights_and_another_seed_others():
    torch.manual_seed(99)
    first = adapter_weights(attach_lora(build_model(), SETTINGS, seed=1))
    torch.manual_seed(100)
    second = adapter_weights(attach_lora(build_model(), SETTINGS, seed=1))
    third = adapter_weights(attach_lora(build_model(), SETTINGS, seed=2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], third[name]) for name in first if "lora_A" in name)


def test_attaching_leaves_the_global_random_state_alone():
    model = build_model()
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    attach_lora(model, SETTINGS, seed=1)
    assert torch.equal(torch.rand(3), expected)


def test_every_unmatched_target_is_named_with_those_that_exist():
    settings = LoraSettings(target_modules=("q_proj", "c_attn", "lm_head", "wo"))
    with pytest.raises(ConfigError) as caught:
        attach_lora(build_model(), settings, seed=1)
    assert caught.value.code == "lora-targets-unmatched"
    assert caught.value.facts["unmatched"] == ["c_attn", "lm_head", "wo"]
    assert caught.value.facts["existing"] == find_target_modules(build_model())
    assert "down_proj" in caught.value.message


def test_the_default_targets_exist_in_each_architecture(architecture):
    assert set(find_target_modules(build_model(architecture))) == set(LoraSettings().target_modules)


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # of PEFT itself
def test_a_saved_adapter_loads_in_plain_peft_with_identical_logits(architecture, tmp_path):
    tuned = train_a_little(attach_lora(build_model(architecture), SETTINGS, seed=1)).eval()
    expected = compute_logits(tuned)
    folder = save(tuned, tmp_path / "adapter")
    plain = peft.PeftModel.from_pretrained(build_model(architecture), folder).eval()
    assert torch.equal(compute_logits(plain), expected)
    assert not torch.equal(expected, compute_logits(build_model(architecture)))


def test_a_saved_adapter_loads_here_with_identical_logits_on_bfloat16(tmp_path):
    tuned = train_a_little(attach_lora(build_model(dtype=torch.bfloat16), SETTINGS, seed=1)).eval()
    folder = save(tuned, tmp_path / "adapter")
    loaded = load_adapter(build_model(dtype=torch.bfloat16), folder)
    assert torch.equal(compute_logits(loaded), compute_logits(tuned))
    assert {value.dtype for value in adapter_weights(loaded).values()} == {torch.float32}
    assert not any(value.requires_grad for value in loaded.parameters())
    assert not loaded.training


def test_an_adapter_folder_holds_four_files_and_no_private_path(tmp_path):
    model = build_model()
    model.name_or_path = str(tmp_path / "secret-place" / "my-gemma")
    folder = save(attach_lora(model, SETTINGS, seed=1), tmp_path / "adapter", {"seed": 7})
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["adapter_config.json", "adapter_model.safetensors", "prompt_template.json", "run.json"]
    assert json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"] == "my-gemma"
    assert json.loads((folder / "run.json").read_text()) == {"seed": 7}
    assert PromptTemplate.load(folder) == PromptTemplate()
    assert all(b"secret-place" not in path.read_bytes() for path in folder.iterdir())


def test_saving_replaces_an_older_adapter_and_leaves_nothing_beside_it(tmp_path):
    model = attach_lora(build_model(), SETTINGS, seed=1)
    save(model, tmp_path / "adapter")
    (tmp_path / "adapter" / "stale.txt").write_text("old")
    save(train_a_little(model), tmp_path / "adapter")
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]
    assert not (tmp_path / "adapter" / "stale.txt").exists()
    loaded = load_adapter(build_model(), tmp_path / "adapter")
    assert torch.equal(compute_logits(loaded), compute_logits(model.eval()))


def test_what_a_killed_save_left_is_removed_and_other_things_stay(tmp_path):
    for name in (".adapter.123.tmp", ".adapter.123.old", ".adapter-notes"):
        (tmp_path / name).mkdir()
    save(attach_lora(build_model(), SETTINGS, seed=1), tmp_path / "adapter")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".adapter-notes", "adapter"]


def test_an_adapter_with_a_nan_is_never_written(tmp_path):
    model = attach_lora(build_model(), SETTINGS, seed=1)
    name, value = random.Random(1).choice(list(adapter_weights(model).items()))
    value.data.view(-1)[0] = float("nan")
    with pytest.raises(TrainingError) as caught:
        save(model, tmp_path / "adapter")
    assert caught.value.code == "adapter-not-finite"
    assert caught.value.facts["tensors"] == [name]
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_keeps_the_older_adapter(tmp_path):
    class FullDisk(PromptTemplate):
        def save(self, folder):
            raise OSError(28, "No space left on device")

    model = attach_lora(build_model(), SETTINGS, seed=1)
    save(model, tmp_path / "adapter")
    before = {path.name: path.read_bytes() for path in (tmp_path / "adapter").iterdir()}
    with pytest.raises(StorageError) as caught:
        save_adapter(train_a_little(model), tmp_path / "adapter", FullDisk(), {})
    assert caught.value.code == "adapter-not-writable"
    assert {path.name: path.read_bytes() for path in (tmp_path / "adapter").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["adapter"]


def test_an_adapter_of_another_base_is_one_error_with_all_misfits_and_leaves_the_base_unchanged(tmp_path):
    folder = save(attach_lora(build_model("gemma"), SETTINGS, seed=1), tmp_path / "adapter")
    weights = load_file(folder / "adapter_model.safetensors")
    names = sorted(weights)
    weights[names[0]] = weights[names[0]][:, :-1].contiguous()
    del weights[names[1]]
    weights["base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight"] = torch.zeros(4, 32)
    save_file(weights, folder / "adapter_model.safetensors")
    base = build_model("gemma")
    before, modules = compute_logits(base), [name for name, _ in base.named_modules()]
    with pytest.raises(DataError) as caught:
        load_adapter(base, folder)
    assert caught.value.code == "adapter-misfit"
    assert len(caught.value.facts["problems"]) == 3
    assert torch.equal(compute_logits(base), before)
    assert [name for name, _ in base.named_modules()] == modules


def test_a_pickled_adapter_is_refused(tmp_path):
    folder = save(attach_lora(build_model(), SETTINGS, seed=1), tmp_path / "adapter")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(DataError) as caught:
        load_adapter(build_model(), folder)
    assert caught.value.code == "adapter-not-safetensors"
    assert "adapter_model.bin" in caught.value.message


def test_a_missing_or_broken_adapter_is_named(tmp_path):
    with pytest.raises(InputNotFoundError) as caught:
        load_adapter(build_model(), tmp_path)
    assert caught.value.code == "adapter-missing"
    folder = save(attach_lora(build_model(), SETTINGS, seed=1), tmp_path / "adapter")
    weights = folder / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(DataError) as caught:
        load_adapter(build_model(), folder)
    assert caught.value.code == "adapter-broken"


def test_an_adapter_that_is_not_lora_is_refused(tmp_path):
    folder = save(attach_lora(build_model(), SETTINGS, seed=1), tmp_path / "adapter")
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "megatron_config": {"x": 1}, "megatron_core": "antigravity"}))
    with pytest.raises(DataError) as caught:
        load_adapter(build_model(), folder)
    assert caught.value.code == "adapter-not-lora"
