"""LoRA adapters: attach fresh ones, save and load them in plain PEFT format.

An adapter folder holds `adapter_model.safetensors` and `adapter_config.json` (PEFT), `prompt_template.json` (how the
model was asked in training) and `run.json` (how it was made). It appears whole or not at all, and names its base model
without any private path, so that it can be handed to somebody else as it is.
"""

import json
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from peft import (
    LoraConfig,
    PeftConfig,
    PeftModel,
    PeftModelForCausalLM,
    get_peft_model,
    get_peft_model_state_dict,
    set_peft_model_state_dict,
)
from peft.tuners.lora import LoraLayer
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers.pytorch_utils import Conv1D

from catalora.config import LoraSettings
from catalora.errors import ConfigError, DataError, InputNotFoundError, StorageError, TrainingError
from catalora.run import flush_to_disk, write_json

WEIGHTS_FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"
RECORD_FILE = "run.json"
ADAPTER_NAME = "default"  # as PEFT calls the only one


class Template(Protocol):
    """What an adapter folder needs from a prompt template."""

    def save(self, folder: Path) -> None:
        """Write the template's file into a folder."""


def attach_lora(model: Any, settings: LoraSettings, seed: int) -> PeftModel:
    """Put a fresh adapter on a base model; until it is trained, the model computes exactly what it did before.

    The base is frozen. Adapter weights are float32 whatever the base has, because their updates are too small for
    bfloat16. Source: Hu et al. 2021 (arXiv 2106.09685), section 4.1.

    Args:
        model: a transformers causal language model; it is changed in place.
        settings: rank, scale, dropout, and the names of the linear layers.
        seed: makes the initial weights; the global random state is left alone.

    Raises:
        ConfigError: some target modules match no linear layer; all of them in one message, with those that exist.
    """
    _check_targets(model, settings)
    config = LoraConfig(
        r=settings.r,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=sorted(settings.target_modules),
        bias="none",
        task_type="CAUSAL_LM",
    )
    # Adapter weights are made on the CPU and moved, so that a seed means the same on every device.
    with torch.random.fork_rng(devices=[]), _known_warnings():
        torch.default_generator.manual_seed(seed)
        return get_peft_model(model, config)


def find_target_modules(model: Any) -> list[str]:
    """Names of the linear layers that can get an adapter, sorted; the vocabulary head is not among them."""
    return sorted({path.rpartition(".")[2] for path in _list_linear_layers(model)})


def save_adapter(model: PeftModel, folder: Path, template: Template, record: Mapping[str, Any]) -> None:
    """Write an adapter folder whole or not at all; an older one is replaced.

    Args:
        model: the model with its adapter.
        folder: where to write; its parent must exist.
        template: the prompt template of the training.
        record: JSON values that go into `run.json`; must not hold secrets.

    Raises:
        TrainingError: a weight is not a finite number; nothing is written.
        StorageError: the folder cannot be written.
    """
    _check_finite(model)
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        _remove_leftovers(folder)
        temporary.mkdir()
        # "auto" would ask the Hub whether the vocabulary has grown.
        model.save_pretrained(temporary, safe_serialization=True, save_embedding_layers=False)
        (temporary / "README.md").unlink(missing_ok=True)  # names a private path; the model card is made on export
        _publish_base_name(model, temporary / CONFIG_FILE)
        template.save(temporary)
        write_json(temporary / RECORD_FILE, record)
        for path in (*temporary.iterdir(), temporary):
            flush_to_disk(path)
        _replace_folder(temporary, folder)
        flush_to_disk(folder.parent)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise StorageError(
            f"{folder}: cannot write the adapter ({error})",
            code="adapter-not-writable",
            hint="Free some space or choose a writable place; what was there before is untouched.",
        ) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def load_adapter(model: Any, folder: Path) -> PeftModel:
    """Put a saved adapter on its base model, for inference.

    Args:
        model: the base model, without an adapter; it is changed in place, or left as it was when this fails.
        folder: an adapter folder in PEFT format.

    Raises:
        InputNotFoundError: there is no adapter in the folder.
        DataError: it is not a LoRA adapter in safetensors, or it does not fit the base; all misfits in one message.
    """
    config, weights = _read_adapter(folder)
    config.inference_mode = True
    with torch.random.fork_rng(devices=[]), _known_warnings():  # the fresh weights drawn here are overwritten
        try:
            tuned = PeftModelForCausalLM(model, config)
        except ValueError as error:
            raise _misfit(folder, [f"no layer of the base is named {', '.join(_target_names(config))}"]) from error
    expected = get_peft_model_state_dict(tuned, save_embedding_layers=False)
    problems = _compare_shapes(expected, weights)
    if problems:
        tuned.unload()
        raise _misfit(folder, problems)
    set_peft_model_state_dict(tuned, weights)
    tuned.eval()
    return tuned


def merge_adapter(model: PeftModel, dtype: torch.dtype) -> Any:
    """Add the adapter to the base weights, in float32 and rounded once, layer by layer, and take it off.

    Args:
        model: a model with an adapter; it must not be used afterwards.
        dtype: of all weights of the result.

    Returns:
        The transformers model that computes, up to rounding, what the model with its adapter computed.
    """
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, LoraLayer):
                weight = layer.get_base_layer().weight
                delta = layer.get_delta_weight(ADAPTER_NAME).float()
                weight.data = (weight.data.float() + delta).to(dtype)
    return model.unload().to(dtype)


@contextmanager
def _known_warnings() -> Iterator[None]:
    """Keep PEFT's use of a name that transformers has deprecated from the user's terminal."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)
        yield


def _check_targets(model: Any, settings: LoraSettings) -> None:
    layers = _list_linear_layers(model)
    unmatched = [
        target
        for target in settings.target_modules
        if not any(path == target or path.endswith(f".{target}") for path in layers)
    ]
    if unmatched:
        existing = find_target_modules(model)
        raise ConfigError(
            f"lora.target_modules: {', '.join(unmatched)} match no linear layer of {type(model).__name__}; "
            f"it has {', '.join(existing)}",
            code="lora-targets-unmatched",
            hint=f"Use --set 'lora.target_modules=[{', '.join(existing)}]' or some of these.",
            unmatched=unmatched,
            existing=existing,
        )


def _list_linear_layers(model: Any) -> list[str]:
    # The head shares its weights with the embedding in many models; an adapter there could not be merged.
    head = model.get_output_embeddings()
    return [
        path
        for path, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not head
    ]


def _check_finite(model: PeftModel) -> None:
    bad = [name for name, value in model.named_parameters() if "lora_" in name and not value.isfinite().all()]
    if bad:
        raise TrainingError(
            f"the adapter holds values that are not finite numbers in {len(bad)} tensors (first: {bad[0]})",
            code="adapter-not-finite",
            hint="Resume from the last good checkpoint with a lower learning rate.",
            tensors=bad,
        )


def _publish_base_name(model: PeftModel, path: Path) -> None:
    """Replace the folder that the base was loaded from by its public name, and pin its commit."""
    base = model.get_base_model()
    identity = getattr(base, "catalora_identity", None)
    config = json.loads(path.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = identity.name if identity else Path(base.name_or_path).name
    config["revision"] = identity.commit if identity else None
    write_json(path, config)


def _replace_folder(new: Path, folder: Path) -> None:
    """Put a finished folder in the place of an older one, which is gone only after that."""
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    if folder.exists():
        folder.rename(aside)
    new.rename(folder)
    shutil.rmtree(aside, ignore_errors=True)


def _remove_leftovers(folder: Path) -> None:
    """Remove what a killed save left beside the folder; a run has one writer, so nobody else is at work there."""
    for path in folder.parent.glob(f".{folder.name}.*"):
        if path.suffix in {".tmp", ".old"}:
            shutil.rmtree(path, ignore_errors=True)


def _read_adapter(folder: Path) -> tuple[PeftConfig, dict[str, torch.Tensor]]:
    if not (folder / CONFIG_FILE).is_file():
        raise InputNotFoundError(
            f"{folder}: no adapter here ({CONFIG_FILE} is missing)",
            code="adapter-missing",
            hint="Train first, or name the folder `adapter` of a finished run.",
        )
    if not (folder / WEIGHTS_FILE).is_file():
        pickles = sorted(path.name for path in folder.glob("adapter_model.*"))
        raise DataError(
            f"{folder}: expected {WEIGHTS_FILE}, found {', '.join(pickles) or 'no weights'}",
            code="adapter-not-safetensors",
            hint="Save the adapter as safetensors where it was made; pickle files can run code when they are opened.",
        )
    try:
        config = PeftConfig.from_pretrained(str(folder))
        weights = load_file(folder / WEIGHTS_FILE)
    except (SafetensorError, ValueError, TypeError, KeyError, OSError) as error:
        raise DataError(
            f"{folder}: the adapter is broken ({str(error).splitlines()[0]})",
            code="adapter-broken",
            hint="Restore the folder from a backup, or train again.",
        ) from error
    # `megatron_config` makes PEFT import a module that the file names.
    if not isinstance(config, LoraConfig) or config.megatron_config:
        raise DataError(
            f"{folder}: expected a LoRA adapter, found {config.peft_type}",
            code="adapter-not-lora",
            hint="Use an adapter that was made by catalora or by PEFT with LoraConfig.",
        )
    return config, weights


def _compare_shapes(expected: Mapping[str, torch.Tensor], found: Mapping[str, torch.Tensor]) -> list[str]:
    problems = [f"{name} is missing in the adapter" for name in expected if name not in found]
    problems += [f"{name} has no place in the base" for name in found if name not in expected]
    problems += [
        f"{name} is {tuple(found[name].shape)}, the base needs {tuple(value.shape)}"
        for name, value in expected.items()
        if name in found and found[name].shape != value.shape
    ]
    return problems


def _misfit(folder: Path, problems: list[str]) -> DataError:
    shown = "; ".join(problems[:3]) + (f"; and {len(problems) - 3} more" if len(problems) > 3 else "")
    return DataError(
        f"{folder}: the adapter does not fit the base model: {shown}",
        code="adapter-misfit",
        hint=f"Load the base model that {CONFIG_FILE} names.",
        problems=problems,
    )


def _target_names(config: PeftConfig) -> list[str]:
    targets = config.target_modules
    return [targets] if isinstance(targets, str) else sorted(targets or ())
