import pytest

from catalora.config import Config, build_config, describe_settings, load_preset, read_presets
from catalora.errors import ConfigError


def test_every_preset_is_a_valid_configuration():
    assert list(read_presets()) == ["quick", "overnight", "production"]
    for name in read_presets():
        assert isinstance(build_config(name), Config)


def test_overnight_carries_the_settings_of_the_original():
    config = build_config("overnight")
    assert (config.data.max_samples, config.training.epochs, config.training.batch_size) == (3000, 3, 2)
    assert (config.lora.r, config.lora.alpha, config.lora.dropout) == (8, 32, 0.1)
    assert config.training.learning_rate == 2e-4
    assert config.model.name == "google/gemma-2b"


def test_production_carries_the_settings_of_the_original():
    config = build_config("production")
    assert config.data.max_samples is None
    assert (config.lora.r, config.lora.alpha, config.lora.dropout) == (16, 32, 0.05)
    training = config.training
    assert (training.batch_size, training.gradient_accumulation_steps) == (4, 4)
    assert (training.learning_rate, training.warmup_steps) == (1e-4, 100)
    assert (training.save_steps, training.logging_steps) == (5000, 100)


def test_overrides_win_over_the_preset():
    config = build_config("quick", ["training.epochs=7", "lora.target_modules=[q_proj]", "data.max_samples="])
    assert config.training.epochs == 7
    assert config.lora.target_modules == ("q_proj",)
    assert config.data.max_samples is None
    assert build_config("quick", {"training.epochs": 7}).training.epochs == 7


@pytest.mark.parametrize("text", ["2e-4", "0.0002", "2.0e-4"])
def test_learning_rates_can_be_written_as_people_write_them(text):
    assert build_config(None, [f"training.learning_rate={text}"]).training.learning_rate == 2e-4


@pytest.mark.parametrize("text", ["q_proj,v_proj", "q_proj, v_proj", "[q_proj, v_proj]"])
def test_lists_need_no_brackets(text):
    assert build_config(None, [f"lora.target_modules={text}"]).lora.target_modules == ("q_proj", "v_proj")


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(ConfigError, match=r"'overnigth' is unknown.*did you mean 'overnight'"):
        load_preset("overnigth")


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("training.epoch=3", "training.epoch is not a setting .did you mean 'training.epochs'"),
        ("traning.epochs=3", "traning is not a setting"),
        ("training.epochs=0", "training.epochs = 0: input should be greater than or equal to 1"),
        ("training.epochs=many", "training.epochs = 'many': input should be a valid integer"),
        ("lora.r=[8", "lora.r: cannot read"),
        ("epochs=3", "epochs: expected section.name"),
        ("training.learning_rate=.inf", "training.learning_rate = inf: input should be a finite number"),
        ("model.dtype=float16", "model.dtype = 'float16': input should be 'auto', 'bfloat16' or 'float32'"),
        ("training.epochs", "'training.epochs': expected section.name=value"),
    ],
)
def test_each_bad_setting_is_named_with_what_was_expected(override, expected):
    with pytest.raises(ConfigError, match=expected) as caught:
        build_config("quick", [override])
    assert caught.value.exit_code == 78
    assert "\n" not in caught.value.message


def test_all_problems_are_reported_at_once():
    with pytest.raises(ConfigError) as caught:
        build_config("quick", ["training.epochs=0", "lora.rank=3", "foo=1"])
    assert len(caught.value.facts["problems"]) == 3


def test_every_setting_has_a_description():
    assert all(description.endswith(".") for _, _, description in describe_settings().values())
