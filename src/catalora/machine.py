"""Which computer a run is computed on, and how much of its memory it took: for the record and the documents."""

import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

KIBIBYTE = 1024
CACHED_FILES = re.compile(r"^(?:total_)?inactive_file (\d+)$", re.MULTILINE)
# Limit and use of memory of Linux control groups, version 2 and version 1; what files are cached can be taken back.
CONTROL_GROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """The parts of a computer that decide how fast a model is tuned.

    Attributes:
        system: operating system and kind of processor, e.g. "Linux x86_64".
        processor: its name as it gives it.
        cores: physical cores that this process may use, or nothing when the system does not tell.
        memory_bytes: main memory.
        accelerator: name of the GPU that was computed on, or nothing.
        accelerator_memory_bytes: its memory, where it has its own.
    """

    system: str
    processor: str
    cores: int | None
    memory_bytes: int
    accelerator: str | None = None
    accelerator_memory_bytes: int | None = None


def describe_machine(device: Literal["cpu", "cuda", "mps"]) -> Machine:
    """This computer, with its GPU when `device` is one."""
    name = size = None
    if device == "cuda":
        import torch

        name = torch.cuda.get_device_name()
        size = int(torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory)
    elif device == "mps":
        name = "Apple GPU (MPS), memory shared with the processor"
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=_name_processor(),
        cores=psutil.cpu_count(logical=False),
        memory_bytes=int(psutil.virtual_memory().total),
        accelerator=name,
        accelerator_memory_bytes=size,
    )


def measure_peak_memory(device: Literal["cpu", "cuda", "mps"]) -> dict[str, int]:
    """The most memory in bytes that this process has held so far: main memory, and the GPU's where it has its own.

    The GPU's is what torch has taken of it: what recorded graphs will need counts as free between their launches.
    """
    peaks = {"peak_memory_bytes": _measure_peak_main_memory()}
    if device == "cuda":
        import torch

        peaks["peak_accelerator_memory_bytes"] = int(torch.cuda.max_memory_reserved())
    return peaks


def measure_free_memory(device: Literal["cpu", "cuda", "mps"]) -> int:
    """Bytes of memory that a process may still take: of the GPU that is computed on, else of the computer.

    A container may have less than the computer that it runs on; its control group says how much.
    """
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    free = int(psutil.virtual_memory().available)
    for limit, used in CONTROL_GROUPS:
        try:
            room = int(limit.read_text(encoding="utf-8")) - int(used.read_text(encoding="utf-8"))
            cached = re.search(CACHED_FILES, (used.parent / "memory.stat").read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none of this kind, or no limit, which is written as a word
            continue
        free = min(free, room + (int(cached[1]) if cached else 0))
    if device == "mps":
        import torch

        free = min(free, int(torch.mps.recommended_max_memory()))
    return max(free, 0)


def _measure_peak_main_memory() -> int:
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * KIBIBYTE  # macOS counts bytes, the others KiB


def _name_processor() -> str:
    name = ""
    try:
        if sys.platform == "linux":
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            name = next((line.partition(":")[2] for line in lines if line.startswith("model name")), "")
        elif sys.platform == "darwin":
            command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            name = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        pass  # the general name below is less precise, and true
    return name.strip() or platform.processor() or platform.machine()
