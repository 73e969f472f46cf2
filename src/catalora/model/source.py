"""From a model's name to a checked folder of files.

A name is `demo` (the bundled model), an existing folder, or a Hub id. All three end in a local folder that has passed
the same checks, so that nothing after this module knows or asks where a model came from. The checks run before any
weight is read: safetensors only, no code from the repository, a causal language model that transformers itself knows.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public, not marked as exported

from catalora.config import ModelConfig
from catalora.errors import ConfigError, InputNotFoundError, ModelUnavailableError
from catalora.model import hub

DEMO = "demo"
SINGLE_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
# Formats that run code when they are opened, or that training cannot use.
REFUSED_WEIGHTS = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack", ".gguf", ".onnx")
# What a model needs besides its weights; tokenizers of the *.model kind are added by their ending.
SETTINGS_FILES = frozenset(
    {
        "config.json",
        "generation_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "vocab.json",
        "vocab.txt",
        "merges.txt",
        INDEX_FILE,
    }
)
SAMPLE_BLOCKS = 64
SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Source:
    """A model's files in a folder, checked."""

    name: str  # public: a Hub id, `demo`, or the folder's own name; never a path
    folder: Path
    revision: str | None = None
    commit: str | None = None  # of the Hub repository; nothing for a folder


def find_source(config: ModelConfig, *, token: str | None = None, with_weights: bool = True) -> Source:
    """Resolve a model name, downloading what is not cached yet, and check what is there.

    Args:
        config: `name` and `revision` are used.
        token: Hub access token; when empty, the one in `HF_TOKEN` or that `catalora login` stored.
        with_weights: also fetch and check the weights; otherwise configuration and tokenizer only.

    Raises:
        ConfigError: a revision is asked of a model that is not on the Hub.
        InputNotFoundError: the name is neither a folder nor a possible Hub id.
        ModelUnavailableError: the Hub refuses or cannot be reached, or the files are of a kind that is refused.
    """
    name = config.name
    folder = Path(name).expanduser()
    if config.revision is not None and (name == DEMO or folder.is_dir()):
        raise ConfigError(
            f"model.revision = {config.revision!r}: {name!r} is not on the Hub and has no revisions",
            code="revision-without-hub",
            hint="Leave model.revision empty, or name the model by its Hub id.",
        )
    if name == DEMO:
        source = Source(name=DEMO, folder=_demo_folder())
    elif folder.is_dir():
        source = Source(name=folder.resolve().name, folder=folder.resolve())
    else:
        _check_hub_id(name, folder)
        return _fetch(name, config.revision, token or hub.find_token(), with_weights)
    check_settings(source.folder, name)
    if with_weights:
        list_weight_files(source.folder, name)
    return source


def _fetch(name: str, revision: str | None, token: str | None, with_weights: bool) -> Source:
    """Download a Hub model, small files first, so that a model that will be refused costs no gigabytes.

    Without an answer from the Hub, a complete copy in the cache is used instead.
    """
    try:
        repository = hub.look_up(name, revision, token=token)
    except ModelUnavailableError as error:
        cached = hub.find_cached(name, revision)
        if error.code not in hub.TRANSIENT or cached is None or not _is_complete(cached.folder, name, with_weights):
            raise
        return Source(name=name, folder=cached.folder, revision=revision, commit=cached.commit)
    small = [file for file in repository.files if file in SETTINGS_FILES or file.endswith(".model")]
    if "config.json" not in small:
        # The file by which `check_settings` tells an adapter, and names its base.
        small = [file for file in repository.files if file == "adapter_config.json"]
    if not small:
        raise ModelUnavailableError(
            f"model {name!r} has no config.json on the Hub, so it was not made for transformers",
            code="model-broken",
            hint="Give the Hub id of a base model such as google/gemma-2b.",
            model=name,
        )
    snapshot = hub.download(name, repository, small, token=token)
    check_settings(snapshot.folder, name)
    if with_weights:
        if INDEX_FILE in repository.files and SINGLE_FILE not in repository.files:
            weights = read_shards(snapshot.folder / INDEX_FILE, name)
        elif SINGLE_FILE in repository.files:
            weights = [SINGLE_FILE]
        else:
            refuse_other_weights(list(repository.files), name)
            weights = []
        if weights:
            hub.download(name, repository, weights, token=token)
        list_weight_files(snapshot.folder, name)
    hub.remember_revision(snapshot, revision)
    return Source(name=name, folder=snapshot.folder, revision=revision, commit=snapshot.commit)


def _is_complete(folder: Path, name: str, with_weights: bool) -> bool:
    try:
        check_settings(folder, name)
        if with_weights:
            list_weight_files(folder, name)
    except ModelUnavailableError as error:
        if error.code not in {"model-broken", "model-incomplete"}:
            raise
        return False
    return True


def check_settings(folder: Path, name: str) -> dict[str, Any]:
    """Read `config.json` and refuse what will not be loaded.

    Returns:
        The configuration as it stands in the file.

    Raises:
        ModelUnavailableError: missing or broken file, code in the repository, quantised weights, or not a causal
            language model that transformers knows.
    """
    if (folder / "adapter_config.json").is_file():
        # Beside a base model, transformers would follow it to another base without a word.
        base = _read_json(folder / "adapter_config.json", name).get("base_model_name_or_path")
        raise ModelUnavailableError(
            f"model {name!r} is an adapter of {base!r}, not a base model (it has an adapter_config.json)",
            code="model-is-adapter",
            hint=f"Give the base model instead: {base}",
            model=name,
        )
    settings = _read_json(folder / "config.json", name)
    tokenizer_file = folder / "tokenizer_config.json"
    tokenizer_settings = _read_json(tokenizer_file, name) if tokenizer_file.is_file() else {}
    for file, values in (("config.json", settings), ("tokenizer_config.json", tokenizer_settings)):
        if values.get("auto_map"):
            raise ModelUnavailableError(
                f"model {name!r} wants to run its own Python code ({file}: auto_map), which catalora never does",
                code="model-remote-code",
                hint="Choose a model that transformers supports by itself. If it does support this one, remove "
                "auto_map from a local copy of the folder.",
                model=name,
            )
    if settings.get("quantization_config"):
        raise ModelUnavailableError(
            f"model {name!r} holds quantised weights; expected bfloat16, float16 or float32",
            code="model-quantised",
            hint="Use the original model that this one was quantised from.",
            model=name,
        )
    _check_architecture(settings, name)
    return settings


def list_weight_files(folder: Path, name: str) -> list[Path]:
    """The safetensors files of a model folder, all present.

    Raises:
        ModelUnavailableError: only other formats are there, or shards named in the index are missing.
    """
    single, index = folder / SINGLE_FILE, folder / INDEX_FILE
    if single.is_file():
        return [single]
    if index.is_file():
        files = [folder / shard for shard in read_shards(index, name)]
        missing = [file.name for file in files if not file.is_file()]
        if not missing:
            return files
        raise ModelUnavailableError(
            f"model {name!r}: {len(missing)} of {len(files)} weight files are missing ({', '.join(missing[:3])})",
            code="model-incomplete",
            hint="Complete the copy of the folder, or load the model by its Hub id.",
            model=name,
            missing=missing,
        )
    refuse_other_weights(sorted(path.name for path in folder.iterdir()), name)
    raise ModelUnavailableError(
        f"model {name!r} has no weights: neither {SINGLE_FILE} nor {INDEX_FILE} in {folder}",
        code="model-incomplete",
        hint="Point --model at a folder saved by transformers' save_pretrained.",
        model=name,
    )


def read_shards(index: Path, name: str) -> list[str]:
    """File names in a safetensors index, sorted; none may point outside the folder.

    Raises:
        ModelUnavailableError: the index is not readable as such.
    """
    weight_map = _read_json(index, name).get("weight_map")
    shards = sorted(set(weight_map.values())) if isinstance(weight_map, dict) else []
    if not shards or any(Path(shard).name != shard or not shard.endswith(".safetensors") for shard in shards):
        raise ModelUnavailableError(
            f"model {name!r}: {index.name} does not list safetensors files of its own folder",
            code="model-broken",
            hint="Download the model again.",
            model=name,
        )
    return shards


def refuse_other_weights(files: list[str], name: str) -> None:
    """Refuse a model whose weights come only in other formats than safetensors.

    Raises:
        ModelUnavailableError: such files are there.
    """
    others = [file for file in files if file.endswith(REFUSED_WEIGHTS)]
    if others:
        raise ModelUnavailableError(
            f"model {name!r} has its weights only as {', '.join(others[:3])}; expected safetensors",
            code="model-not-safetensors",
            hint="Choose a model that is published as safetensors, or convert a copy that you trust with transformers' "
            "save_pretrained. Pickle files can run code when they are opened.",
            model=name,
        )


def hash_weights(files: list[Path]) -> str:
    """A fingerprint of weights that is fast at any size.

    Covers each file's size, its whole header (names, shapes, positions) and 64 blocks of 64 KiB spread evenly over it.
    Another training run changes every block; a single flipped bit may go unseen, so this is no integrity check.
    """
    digest = hashlib.sha256()
    for file in sorted(files):
        size = file.stat().st_size
        digest.update(f"{size}\n".encode())
        with file.open("rb") as stream:
            header_bytes = int.from_bytes(stream.read(8), "little")
            digest.update(stream.read(min(header_bytes, size)))
            for block in range(SAMPLE_BLOCKS):
                stream.seek(block * size // SAMPLE_BLOCKS)
                digest.update(stream.read(SAMPLE_BYTES))
    return digest.hexdigest()


def _demo_folder() -> Path:
    folder = Path(str(resources.files("catalora"))) / "model" / "demo"
    if not (folder / "config.json").is_file():
        raise InputNotFoundError(
            f"the bundled model is missing from this installation ({folder})",
            code="demo-model-missing",
            hint="Install catalora again: pip install --force-reinstall catalora",
        )
    return folder


def _check_hub_id(name: str, folder: Path) -> None:
    try:
        validate_repo_id(name)
        is_hub_id = name[0] not in "./~" and "\\" not in name
    except HFValidationError:
        is_hub_id = False
    if is_hub_id and not folder.exists():
        return
    found = "is a file, not a folder" if folder.is_file() else "is not an existing folder"
    raise InputNotFoundError(
        f"model {name!r} {found}, and it is not a Hub id such as 'google/gemma-2b' either",
        code="model-name-invalid",
        hint="Give a folder that holds config.json and model.safetensors, a Hub id (owner/name), or `demo`.",
        model=name,
    )


def _check_architecture(settings: dict[str, Any], name: str) -> None:
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    kind = settings.get("model_type")
    classes = settings.get("architectures") or []
    known = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(kind)
    # Some models that also read images or sound are listed there too.
    if known is not None and known.endswith("ForConditionalGeneration"):
        known = None
    if known is not None and (not classes or known in classes):
        return
    import transformers

    found = ", ".join(map(str, classes)) or f"model_type {kind!r}"
    expected = f"expected {known}" if known else f"transformers {transformers.__version__} knows no such text model"
    raise ModelUnavailableError(
        f"model {name!r} is not a causal language model that can be tuned here: {found} ({expected})",
        code="model-architecture",
        hint="Choose a text model such as google/gemma-2b; a newer architecture may need a newer transformers.",
        model=name,
        architecture=found,
    )


def _read_json(path: Path, name: str) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(values, dict):
            return values
        problem = "not a JSON object"
    except FileNotFoundError:
        problem = "missing"
    except (OSError, ValueError) as error:
        problem = f"unreadable ({type(error).__name__})"
    raise ModelUnavailableError(
        f"model {name!r}: {path.name} is {problem} in {path.parent}",
        code="model-broken",
        hint="Point --model at a folder saved by transformers' save_pretrained, or download the model again.",
        model=name,
    )
