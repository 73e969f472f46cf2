"""Environments of their own, made by the real venv and the real pip; the package is a small one made here, so that
nothing is downloaded."""

import base64
import hashlib
import subprocess
import zipfile

import pytest

from catalora.devices import STATE_DIR_VARIABLE
from catalora.engines import environment
from catalora.engines.environment import MARKER, RECIPES, Recipe, find_environment, install_environment
from catalora.errors import ModelUnavailableError, StorageError, UsageError


def write_wheel(folder, version):
    """A package `brasslamp` of one module."""
    files = {
        "brasslamp.py": f'LIGHT = "on"\nVERSION = "{version}"\n',
        f"brasslamp-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: brasslamp\nVersion: {version}\n",
        f"brasslamp-{version}.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = f"brasslamp-{version}.dist-info/RECORD"
    lines = []
    for name, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(text)}")
    with zipfile.ZipFile(folder / f"brasslamp-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr(record, "\n".join([*lines, f"{record},,"]) + "\n")


def recipe(version="1.0", check="import brasslamp", **changes):
    return Recipe("lamp", "brasslamp", version, check, **{"needed_bytes": 1e6, **changes})


@pytest.fixture
def place(tmp_path, monkeypatch):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "1.0")
    write_wheel(wheels, "2.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path / "state"))
    return tmp_path / "state" / "engines"


def test_the_pinned_package_is_there_and_only_in_its_own_environment(place):
    said = []
    made = install_environment(recipe(), progress=lambda stage, _done, _total: said.append(stage))
    assert made == find_environment("lamp")
    assert made.folder == place / "lamp"
    assert "install brasslamp 1.0" in said
    shown = subprocess.run(
        [made.python, "-I", "-c", "import brasslamp; print(brasslamp.VERSION)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "1.0\n"
    with pytest.raises(ModuleNotFoundError):
        import brasslamp  # noqa: F401
    # Nothing but the environment and its lock is left.
    assert {path.name for path in place.iterdir()} - {".lamp.lock"} == {"lamp"}
    written = (made.folder / MARKER).stat().st_mtime_ns
    again = install_environment(recipe())
    assert (again, (made.folder / MARKER).stat().st_mtime_ns) == (made, written)
    newer = install_environment(recipe("2.0"))
    assert newer.version == find_environment("lamp").version == "2.0"


def test_a_half_made_one_counts_as_missing_and_is_replaced(place):
    (place / "lamp" / "bin").mkdir(parents=True)
    (place / "lamp" / "bin" / "left-over").write_text("")
    assert find_environment("lamp") is None
    made = install_environment(recipe())
    assert not (made.folder / "bin" / "left-over").exists()


@pytest.mark.parametrize(
    "wrong",
    [recipe(version="9.9"), recipe(check="import brasslamp; brasslamp.DARK")],
    ids=["no such version", "cannot be used"],
)
def test_what_fails_leaves_its_log_and_no_environment(place, wrong):
    with pytest.raises(ModelUnavailableError, match=r"brasslamp .* could not be installed in .*: .*") as raised:
        install_environment(wrong)
    assert "\n" not in raised.value.message
    assert not (place / "lamp").exists()
    log = (place / "lamp.install.log").read_text()
    assert "9.9" in log or "DARK" in log


def test_an_interrupted_installation_leaves_no_environment(place, monkeypatch):
    def interrupt(_recipe, folder, _command):
        (folder / "half").write_text("")
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "_run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        install_environment(recipe())
    assert not (place / "lamp").exists()


def test_without_a_gpu_or_without_space_nothing_begins(place, monkeypatch):
    monkeypatch.setenv("PATH", str(place))  # no nvidia-smi there
    with pytest.raises(UsageError, match="lamp needs an NVIDIA GPU"):
        install_environment(recipe(needs_nvidia=True))
    with pytest.raises(StorageError, match=r"lamp needs up to 1,?000,?000,?000 GB"):
        install_environment(recipe(needed_bytes=1e18))
    assert not (place / "lamp").exists()


def test_a_graphics_card_is_known_by_its_driver_s_own_program(place, tmp_path, monkeypatch):
    program = tmp_path / "nvidia-smi"
    program.write_text('#!/bin/sh\necho "GPU 0: NVIDIA L4 (UUID: GPU-1)"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert environment.find_nvidia_gpus() == ["GPU 0: NVIDIA L4 (UUID: GPU-1)"]
    program.write_text('#!/bin/sh\necho "no devices" >&2\nexit 9\n')
    assert environment.find_nvidia_gpus() == []


def test_vllm_is_pinned_and_asks_for_a_gpu():
    vllm = RECIPES["vllm"]
    assert (vllm.package, vllm.version, vllm.needs_nvidia) == ("vllm", "0.33.0", True)
