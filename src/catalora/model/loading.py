"""Base models and tokenizers, loaded the same way wherever they come from.

Weights come from safetensors only and code from the repository is never run; neither can be switched on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from catalora.config import ModelConfig
from catalora.errors import ModelUnavailableError
from catalora.hardware import Device
from catalora.model.source import Source, find_source, hash_weights, list_weight_files


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which base model this is, in a form that may be published."""

    name: str  # a Hub id, `demo`, or a folder's own name; never a path
    revision: str | None  # the branch, tag or commit asked for
    commit: str | None  # of the Hub repository; nothing for a folder
    weights_hash: str  # see `hash_weights`
    architecture: str
    parameters: int


@dataclass(slots=True)
class LoadedModel:
    """A base model that is ready to compute."""

    model: Any  # transformers.PreTrainedModel
    tokenizer: Any  # transformers.PreTrainedTokenizerBase
    identity: ModelIdentity
    device: Device


def load_base(config: ModelConfig, device: Device, *, token: str | None = None) -> LoadedModel:
    """Load a base model and its tokenizer onto a device.

    There is never a second copy in memory. Weights that have the wanted precision already stay mapped from their file,
    which must not be overwritten in place while the model is in use; others are converted one tensor at a time.

    Args:
        config: `name` (Hub id, folder or `demo`) and `revision` are used.
        device: where to compute and in which precision.
        token: Hub access token; when empty, the one in `HF_TOKEN` or that `catalora login` stored.

    Raises:
        InputNotFoundError: the name is neither a folder nor a possible Hub id.
        ModelUnavailableError: the Hub refuses, or the files are broken or of a kind that is refused.
    """
    source = find_source(config, token=token)
    tokenizer = _load_tokenizer(source, config.name)
    model = _load_model(source, device, config.name)
    _check_vocabulary(model, tokenizer, config.name)
    _keep_head_in_one_product(model)
    identity = ModelIdentity(
        name=source.name,
        revision=source.revision,
        commit=source.commit,
        weights_hash=hash_weights(list_weight_files(source.folder, config.name)),
        architecture=type(model).__name__,
        parameters=model.num_parameters(),
    )
    # `name_or_path` stays the folder, where libraries find the files offline; this is the name to show and to publish.
    model.catalora_identity = identity
    return LoadedModel(model=model, tokenizer=tokenizer, identity=identity, device=device)


def measure_weights(config: ModelConfig, device: Device, *, token: str | None = None) -> int:
    """Bytes that a model's weights take in memory, told from its configuration alone.

    Raises:
        InputNotFoundError: the name is neither a folder nor a possible Hub id.
        ModelUnavailableError: the Hub refuses, or transformers cannot build the model.
    """
    source = find_source(config, token=token, with_weights=False)
    try:
        settings = AutoConfig.from_pretrained(source.folder, trust_remote_code=False, local_files_only=True)
        with torch.device("meta"):
            model = AutoModelForCausalLM.from_config(settings, dtype=device.torch_dtype)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
        raise _describe_failure("configuration", config.name, error) from error
    return sum(weight.numel() * weight.element_size() for weight in model.parameters())


def load_tokenizer(config: ModelConfig, *, token: str | None = None) -> Any:
    """Load a model's tokenizer alone, without fetching its weights.

    Raises:
        InputNotFoundError: the name is neither a folder nor a possible Hub id.
        ModelUnavailableError: the Hub refuses, or the files are broken or of a kind that is refused.
    """
    return _load_tokenizer(find_source(config, token=token, with_weights=False), config.name)


def _load_model(source: Source, device: Device, name: str) -> Any:
    try:
        with no_progress_bars():
            model, report = AutoModelForCausalLM.from_pretrained(
                source.folder,
                dtype=device.torch_dtype,
                device_map=None if device.name == "cpu" else {"": device.name},
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
            )
    except torch.OutOfMemoryError as error:
        raise ModelUnavailableError(
            f"model {name!r} does not fit into the memory of {device.name} as {device.dtype}",
            code="model-out-of-memory",
            hint="Use --set model.dtype=bfloat16, a smaller model, or --set model.device=cpu.",
            model=name,
        ) from error
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError) as error:
        raise _describe_failure("weights", name, error) from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelUnavailableError(
            f"model {name!r}: {len(missing)} weights that {type(model).__name__} needs are not in its files "
            f"({', '.join(missing[:3])})",
            code="model-incomplete",
            hint="Download the model again, or choose one that was saved as a causal language model.",
            model=name,
            missing=missing,
        )
    return model


def _load_tokenizer(source: Source, name: str) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(source.folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # the tokenizers library raises bare Exception on a broken file
        raise _describe_failure("tokenizer", name, error) from error
    # Counts as warned: texts are tokenised to see whether they fit, and cut or left out where they don't.
    tokenizer.deprecation_warnings["sequence-length-is-longer-than-the-specified-maximum"] = True
    return tokenizer


def _check_vocabulary(model: Any, tokenizer: Any, name: str) -> None:
    rows = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > rows:
        raise ModelUnavailableError(
            f"model {name!r}: the tokenizer has {len(tokenizer)} tokens, the model embeds only {rows}",
            code="model-tokenizer-mismatch",
            hint="Restore the tokenizer files that belong to this model.",
            model=name,
        )


def _keep_head_in_one_product(model: Any) -> None:
    """Hand the vocabulary head the last positions of a batch as one block of memory.

    While a batch of prompts is read, transformers passes a slice of the hidden states. For a slice that is not
    contiguous torch copies the head's weights once for each prompt: 1 GB each, and seconds, with 256,000 tokens.
    """
    head = model.get_output_embeddings()
    if head is not None:
        head.register_forward_pre_hook(_make_contiguous)


def _make_contiguous(_module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    return tuple(tensor.contiguous() for tensor in inputs)


def _describe_failure(part: str, name: str, error: Exception) -> ModelUnavailableError:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return ModelUnavailableError(
        f"model {name!r}: transformers {transformers.__version__} cannot load its {part}: {lines[0]}",
        code="model-load-failed",
        hint="Download the model again if a file is broken; run with --debug to see more.",
        model=name,
    )


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """Keep transformers from drawing on the terminal: progress is the front end's to show."""
    logging = transformers.utils.logging
    was_enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_enabled:
            logging.enable_progress_bar()
