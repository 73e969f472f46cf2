"""Make `.venv` and install catalora into it with tested versions. Standard library only; run by the Makefile.

    python3 scripts/install.py all        what users need
    python3 scripts/install.py dev        and what developers need

On Linux without an NVIDIA GPU the CPU build of torch is taken: PyPI's own build brings gigabytes of CUDA libraries.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
# Also looked for by tests/browser/conftest.py.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"


def main(extra: str) -> None:
    """Create the environment when needed, and install."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what older versions run into
        sys.exit(
            f"catalora needs Python 3.11 or newer; this is {platform.python_version()}. Try: make PYTHON=python3.12"
        )
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"making {ENVIRONMENT}")
        venv.create(ENVIRONMENT, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    torch = read_pin("torch")
    index = [] if can_take_default_torch(pip, torch) else ["--extra-index-url", CPU_WHEELS]
    print(f"installing catalora[{extra}] (some minutes the first time)", flush=True)
    command = [*pip, "install", "--quiet", *index, "--constraint", "constraints.txt", "--editable", f".[{extra}]"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("installation failed; the lines above say why. A package index must be reachable.")
    if extra == "dev":
        require_browser()


def require_browser() -> None:
    """Install Chromium for tests/browser where that needs no question, say how elsewhere."""
    if any(shutil.which(name) for name in BROWSERS) or platform.system() != "Linux":
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("installing chromium for the browser tests", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        if not subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False).returncode:
            return
    print("the browser tests need Chromium: sudo apt-get install chromium")


def read_pin(name: str) -> str:
    """The pinned requirement of one package, e.g. `torch==2.13.0`."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{name}=="))


def can_take_default_torch(pip: list[str], requirement: str) -> bool:
    """Whether plain pip takes a build of torch that suits this machine."""
    if platform.system() != "Linux" or shutil.which("nvidia-smi"):
        return True
    command = [*pip, "install", "--quiet", "--dry-run", "--no-deps", "--ignore-installed", "--report", "-", requirement]
    report = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    try:
        version = json.loads(report)["install"][0]["metadata"]["version"]
    except (ValueError, KeyError, IndexError):
        return False
    return version.endswith("+cpu")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
