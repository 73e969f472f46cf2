"""One typed tree for every setting.

A setting is declared here once, with its description; presets, `--set`, the docs table and the app are made from it.
Order of precedence: defaults, preset, `--set`. All problems of a configuration are reported at once.
"""

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Literal, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from catalora.errors import ConfigError

BestMetric = Literal["validation_loss", "bits_per_byte", "stop_rate", "follow_up_rate"]
Tracker = Literal["tensorboard", "mlflow", "wandb", "trackio"]
# Metrics that are measured on generated answers.
WATCHED_METRICS: tuple[BestMetric, ...] = ("stop_rate", "follow_up_rate")


class Section(BaseModel):
    """A group of settings: unknown keys are errors, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _split_lists(cls, value: object, info: ValidationInfo) -> object:
        """A list may be written with commas alone, `en,pt`: brackets mean something else to many shells."""
        annotation = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, str) and get_origin(annotation) is tuple:
            return [part.strip() for part in value.split(",") if part.strip()]
        return value


class DataConfig(Section):
    """Which products are used, and how they are cleaned and split."""

    max_samples: int | None = Field(
        None, ge=1, description="Use this many usable products, drawn at random; all of them when empty."
    )
    seed: int = Field(17, ge=0, description="Seed of sampling and splitting.")
    validation_share: float = Field(
        0.05, ge=0, lt=0.5, description="Share of products that choose the best checkpoint."
    )
    test_share: float = Field(
        0.10, ge=0, lt=0.5, description="Share of products held out for the before/after comparison."
    )
    min_content_chars: int = Field(12, ge=1, description="Descriptions shorter than this are removed.")
    max_copies: int = Field(1, ge=1, description="Keep at most this many products that share one description.")
    near_duplicate_similarity: float | None = Field(
        0.5,
        gt=0,
        le=1,
        description="Descriptions that share this much of their word pairs stay in one split; not compared when empty.",
    )
    grounded_share: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of training examples asked with the product's record in the prompt; for `ask --grounded`.",
    )
    languages: tuple[str, ...] = Field(
        (), description="Remove rows that are surely in none of these languages, e.g. en,pt; not looked at when empty."
    )
    skip_rules: tuple[str, ...] = Field((), description="Names of cleaning rules and removal reasons to leave out.")
    max_bad_rows: int = Field(
        0, ge=0, description="Tolerate this many unreadable rows; they are counted in the profile."
    )
    max_row_bytes: int = Field(4_000_000, ge=1_000, description="A longer row is refused as broken.")


class ModelConfig(Section):
    """Which base model is tuned, and where it computes."""

    name: str = Field(
        "google/gemma-2b", min_length=1, description="Hub id, local folder, or `demo` for the bundled model."
    )
    revision: str | None = Field(None, description="Branch, tag or commit on the Hub.")
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="Where to compute.")
    dtype: Literal["auto", "bfloat16", "float32"] = Field("auto", description="Precision of the frozen base weights.")


class LoraSettings(Section):
    """The low-rank adapter."""

    r: int = Field(8, ge=1, le=512, description="Rank: size of the adapter matrices.")
    alpha: int = Field(32, ge=1, description="Scale: the adapter acts with weight alpha / r.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Dropout in front of the adapter.")
    target_modules: tuple[str, ...] = Field(
        ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
        min_length=1,
        description="Linear layers that get an adapter.",
    )


class TrainingConfig(Section):
    """The optimisation."""

    epochs: int = Field(3, ge=1, description="Passes over the training products; one schedule spans them all.")
    batch_size: int = Field(
        2, ge=1, description="Packed rows computed together; several processes share a step's rows."
    )
    gradient_accumulation_steps: int = Field(1, ge=1, description="Batches whose gradients are added before an update.")
    learning_rate: float = Field(2e-4, gt=0, description="Peak learning rate.")
    b_rate_ratio: float = Field(
        1.0, ge=1, le=64, description="Learning rate of the adapter's B matrices over that of A (LoRA+)."
    )
    schedule: Literal["cosine", "linear", "constant_with_warmup"] = Field(
        "cosine", description="Shape after the warm-up."
    )
    warmup_steps: int = Field(10, ge=0, description="Steps until the peak learning rate.")
    weight_decay: float = Field(0.0, ge=0, description="AdamW weight decay on the adapter.")
    max_grad_norm: float = Field(1.0, gt=0, description="Gradients are clipped to this norm.")
    max_length: int = Field(512, ge=32, description="Tokens per packed row; a longer example is shortened and counted.")
    save_steps: int = Field(50, ge=1, description="Steps between checkpoints; each checkpoint is evaluated first.")
    keep_checkpoints: int = Field(2, ge=2, description="Newest checkpoints kept, besides the best one.")
    logging_steps: int = Field(5, ge=1, description="Steps between loss records.")
    best_metric: BestMetric = Field(
        "validation_loss", description="What makes a checkpoint the best: on validation products; ties go to the loss."
    )
    early_stopping_patience: int | None = Field(
        None, ge=1, description="Stop after this many evaluations without a better `best_metric`; never when empty."
    )
    max_validation_products: int = Field(256, ge=1, description="Validation products scored at each evaluation.")
    watch_products: int = Field(
        12, ge=0, description="Validation products asked at each evaluation, the same each time; 0 switches it off."
    )
    watch_steps: int | None = Field(
        None, ge=1, description="Ask them every so many steps as well; at the evaluations alone when empty."
    )
    watch_new_tokens: int = Field(96, ge=1, description="Token limit of these answers.")
    report_to: tuple[Tracker, ...] = Field((), description="Experiment trackers that get the figures as well.")
    seed: int = Field(17, ge=0, description="Seed of adapter weights, order and dropout.")
    fuse_lora: bool = Field(True, description="Compute adapted layers as one node; off only to compare.")
    fuse_activation: bool = Field(True, description="Compute gate and activation as one node; off only to compare.")
    fuse_norms: bool = Field(True, description="Compute each RMS norm as one node; off only to compare.")
    fuse_rotary: bool = Field(True, description="Rotate queries and keys in one pass; off only to compare.")
    block_attention: bool = Field(True, description="Attend inside each packed example alone; off only to compare.")
    compile_kernels: bool = Field(
        True, description="On NVIDIA and AMD GPUs, compile what goes row by row; off where no compiler works."
    )
    cuda_graphs: bool = Field(
        True, description="On one NVIDIA GPU, record the step once and launch it as a whole; off only to compare."
    )
    keep_memory: bool = Field(
        True, description="On Linux CPUs, keep freed memory for the next step instead of giving it back each time."
    )

    @model_validator(mode="after")
    def _check_watch(self) -> "TrainingConfig":
        if self.best_metric in WATCHED_METRICS and not self.watch_products:
            raise ValueError(
                f"best_metric = {self.best_metric!r} is measured by the watch: watch_products must not be 0"
            )
        return self


class GenerationConfig(Section):
    """Decoding, the same for the base and the tuned model."""

    max_new_tokens: int = Field(200, ge=1, description="An answer that has not stopped by then is cut, and says so.")
    temperature: float = Field(0.0, ge=0, description="0 is greedy: the most likely token each time.")
    top_p: float = Field(1.0, gt=0, le=1, description="Nucleus sampling, only above temperature 0.")
    seed: int = Field(17, ge=0, description="Seed of sampling.")


class ReferencesConfig(Section):
    """Training products shown beside an answer."""

    count: int = Field(3, ge=0, le=50, description="References per answer.")
    min_record_score: float = Field(
        0.7, ge=0, le=1, description="How well a title must fit a question to ground an answer; 1 is the whole title."
    )
    min_score: float = Field(0.55, ge=-1, le=1, description="Cosine similarity under which no reference is claimed.")


class EvaluationConfig(Section):
    """The before/after comparison."""

    products: int = Field(100, ge=1, description="Held-out products compared.")
    batch_size: int = Field(64, ge=1, description="Products per generation batch.")


class Config(Section):
    """All settings of a run."""

    data: DataConfig = DataConfig()
    model: ModelConfig = ModelConfig()
    lora: LoraSettings = LoraSettings()
    training: TrainingConfig = TrainingConfig()
    generation: GenerationConfig = GenerationConfig()
    references: ReferencesConfig = ReferencesConfig()
    evaluation: EvaluationConfig = EvaluationConfig()


class Preset(Section):
    """Named overrides with their purpose and the hardware they are meant for."""

    name: str
    purpose: str
    hardware: str
    settings: dict[str, Any] = {}


@cache
def read_presets() -> dict[str, Preset]:
    """All presets that ship with catalora, by name, in order of size."""
    folder = resources.files("catalora") / "presets"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    presets = [Preset(**yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    return {preset.name: preset for preset in presets}


def load_preset(name: str) -> Preset:
    """One preset.

    Raises:
        ConfigError: there is none of that name; the nearest name is suggested.
    """
    presets = read_presets()
    if name in presets:
        return presets[name]
    raise ConfigError(
        f"preset {name!r} is unknown{_suggest(name, presets)}",
        code="unknown-preset",
        hint=f"Choose one of: {', '.join(presets)}. `catalora presets` shows what each is for.",
        preset=name,
    )


def build_config(preset: str | None = None, overrides: Mapping[str, object] | Sequence[str] = ()) -> Config:
    """Merge defaults, a preset and overrides into one checked configuration.

    Args:
        preset: name of a preset, or nothing for the defaults.
        overrides: `{"training.epochs": 3}` or `["training.epochs=3"]`; texts are read as YAML values.

    Raises:
        ConfigError: unknown preset, unknown keys or bad values; all of them in one message.

    Example:
        >>> build_config("quick", ["training.epochs=5", "lora.r=4"]).training.epochs
        5
    """
    tree: dict[str, Any] = {}
    problems: list[str] = []
    settings = load_preset(preset).settings if preset else {}
    for section, values in settings.items():
        tree[section] = dict(values)
    for key, value in _read_overrides(overrides, problems).items():
        section, dot, name = key.partition(".")
        if dot:
            tree.setdefault(section, {})[name] = value
        else:
            problems.append(f"{key}: expected section.name{_suggest(key, describe_settings())}")
    try:
        config = Config.model_validate(tree)
    except ValidationError as error:
        problems += [_describe_problem(item) for item in error.errors()]
        config = None
    if problems or config is None:
        raise ConfigError(
            "; ".join(problems),
            code="bad-config",
            hint="`catalora presets --settings` lists every setting with its default.",
            problems=problems,
        )
    return config


def describe_settings() -> dict[str, tuple[str, object, str]]:
    """Every setting as `section.name` → (type, default, description), in the order of declaration."""
    rows: dict[str, tuple[str, object, str]] = {}
    for section, field in Config.model_fields.items():
        assert isinstance(field.annotation, type) and issubclass(field.annotation, Section)
        for name, item in field.annotation.model_fields.items():
            kind = str(item.annotation).replace("typing.", "").removeprefix("<class '").removesuffix("'>")
            rows[f"{section}.{name}"] = (kind, item.default, item.description or "")
    return rows


def _read_overrides(overrides: Mapping[str, object] | Sequence[str], problems: list[str]) -> dict[str, object]:
    if isinstance(overrides, Mapping):
        return dict(overrides)
    read: dict[str, object] = {}
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals:
            problems.append(f"{text!r}: expected section.name=value")
            continue
        try:
            read[key.strip()] = _read_value(value)
        except yaml.YAMLError:
            problems.append(f"{key.strip()}: cannot read {value!r} as a value")
    return read


def _read_value(text: str) -> object:
    # YAML 1.1 reads 2e-4 as a text; people write learning rates that way.
    value = yaml.safe_load(text)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value


def _describe_problem(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"{place} is not a setting{_suggest(place, describe_settings())}"
    return f"{place} = {item['input']!r}: {item['msg'][0].lower()}{item['msg'][1:]}"


def _suggest(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean {near[0]!r}?)" if near else ""
