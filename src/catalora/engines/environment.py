"""Environments of their own for engines that do not install beside catalora: vLLM pins torch and transformers itself.

~/.catalora/engines/vllm/     a virtual environment
catalora-engine.json      written last; a folder without it is half-made, and removed by the next installation
"""

import json
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import filelock

from catalora.devices import state_folder
from catalora.errors import ModelUnavailableError, StorageError, UsageError
from catalora.progress import Progress, ignore_progress
from catalora.run import write_json

MARKER = "catalora-engine.json"
LOG = "install.log"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What stands in an engine's environment.

    Attributes:
        name: of the engine and its folder.
        package: as registries name it.
        version: pinned, so that what was read of its interface stays true.
        check: Python that must run in the finished environment.
        needed_bytes: disk space that it takes, with what is unpacked on the way.
        needs_nvidia: whether it is of no use without such a GPU.
    """

    name: str
    package: str
    version: str
    check: str
    needed_bytes: float
    needs_nvidia: bool = False


RECIPES = {
    "vllm": Recipe(
        name="vllm",
        package="vllm",
        version="0.33.0",
        check="from vllm import LLM, SamplingParams; from vllm.lora.request import LoRARequest",
        # Wheels of torch with CUDA, of NVIDIA's libraries and of vLLM itself, and the same unpacked.
        needed_bytes=25e9,
        needs_nvidia=True,
    )
}


@dataclass(frozen=True, slots=True)
class Environment:
    """A finished environment.

    Attributes:
        folder: where it is.
        package: what it was made for.
        version: of that.
    """

    folder: Path
    package: str
    version: str

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return name_python(self.folder)


def name_python(folder: Path) -> Path:
    """Where an environment's interpreter is."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def find_environment(name: str) -> Environment | None:
    """The finished environment of an engine, or nothing."""
    folder = state_folder("engines") / name
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        found = Environment(folder, marker["package"], marker["version"])
    except (OSError, ValueError, KeyError):
        return None
    return found if found.python.exists() else None


def install_environment(recipe: Recipe, *, force: bool = False, progress: Progress = ignore_progress) -> Environment:
    """Make an engine's environment, install its pinned package there and see that it can be imported.

    A finished one of the same version is left as it is. Whatever fails, nothing half-made stays.

    Args:
        recipe: what to install.
        force: also without the GPU that it needs.
        progress: told what is done.

    Raises:
        UsageError: there is no NVIDIA GPU, and `force` was not given.
        StorageError: too little disk space, no permission, or another process installs it.
        ModelUnavailableError: the package cannot be installed, or cannot be imported afterwards.
    """
    found = find_environment(recipe.name)
    if found and found.version == recipe.version:
        return found
    if recipe.needs_nvidia and not force and not find_nvidia_gpus():
        raise UsageError(
            f"{recipe.name} needs an NVIDIA GPU, and nvidia-smi shows none on this machine",
            code="engine-no-gpu",
            hint="Install it on the machine that has one; --force installs it all the same.",
        )
    parent = state_folder("engines")
    free = shutil.disk_usage(parent).free
    if free < recipe.needed_bytes:
        raise StorageError(
            f"{parent}: {recipe.name} needs up to {recipe.needed_bytes / 1e9:.0f} GB, {free / 1e9:.1f} GB are free",
            code="engine-no-space",
            hint="Free some space, or name a folder on another disk in CATALORA_STATE_DIR.",
        )
    try:
        with filelock.FileLock(parent / f".{recipe.name}.lock", timeout=0):
            return _make(recipe, parent / recipe.name, progress)
    except filelock.Timeout as error:
        raise StorageError(
            f"{parent / recipe.name}: another process installs it right now",
            code="engine-locked",
            hint="Wait until it ends.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"{parent / recipe.name}: cannot be written ({error.strerror or error})",
            code="engine-not-writable",
            hint="Free some space, or name a writable folder in CATALORA_STATE_DIR.",
        ) from error


def find_nvidia_gpus() -> list[str]:
    """Names of the NVIDIA GPUs that their driver shows; torch is not asked, it may be a build for processors."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    with suppress(OSError, subprocess.SubprocessError):
        shown = subprocess.run([program, "-L"], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
        return [line.strip() for line in shown.stdout.splitlines() if line.startswith("GPU ")]
    return []


def _make(recipe: Recipe, folder: Path, progress: Progress) -> Environment:
    # Made where it stays: its programs carry the path of their interpreter.
    if folder.exists():
        progress("remove what was there", 0, None)
        shutil.rmtree(folder)
    try:
        progress("make the environment", 0, None)
        folder.mkdir(parents=True)
        _run(recipe, folder, [sys.executable, "-m", "venv", "--clear", str(folder)])
        progress(f"install {recipe.package} {recipe.version}", 0, None)
        wanted = f"{recipe.package}=={recipe.version}"
        # Isolated, so that no variable of this process leads into another environment.
        pip = [str(name_python(folder)), "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        _run(recipe, folder, [*pip, wanted])
        progress("check it", 0, None)
        _run(recipe, folder, [str(name_python(folder)), "-I", "-c", recipe.check])
        environment = Environment(folder, recipe.package, recipe.version)
        marker = {**asdict(environment), "folder": str(folder)}
        write_json(folder / MARKER, marker)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return environment


def _run(recipe: Recipe, folder: Path, command: list[str]) -> None:
    """One step of the installation; what it prints is kept beside the folder for the case that it fails."""
    log = folder.with_name(f"{folder.name}.{LOG}")
    with log.open("wb") as file:
        code = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    if code.returncode:
        lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
        errors = [line for line in lines if line.lower().startswith("error")]
        last = (errors or [line for line in lines if line] or ["it printed nothing"])[-1]
        raise ModelUnavailableError(
            f"{recipe.package} {recipe.version} could not be installed in {folder}: {last[:200]}",
            code="engine-install-failed",
            hint=f"What was printed stands in {log}; nothing else was left behind.",
        )
    log.unlink()
