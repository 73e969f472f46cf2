"""Which device and which precision a run computes with, and why.

Both are decided once, here, and come with a sentence that says why: it is shown to the user and kept in `run.json`.
What this module does not do: move models, or guess speeds (those are measured).
"""

import ctypes
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from catalora.errors import ConfigError, ModelUnavailableError

if TYPE_CHECKING:
    import torch

DeviceName = Literal["cpu", "cuda", "mps"]
DtypeName = Literal["bfloat16", "float32"]

# What each processor family calls its bfloat16 arithmetic, in the flags that torch reads from the processor.
CPU_BF16_FLAGS = {"avx512_bf16": "AVX512-BF16", "amx_bf16": "AMX-BF16", "bf16": "Arm BF16", "arm_bf16": "Arm BF16"}


@dataclass(frozen=True, slots=True)
class Device:
    """Where the model computes, and in which precision its frozen weights are held."""

    name: DeviceName
    dtype: DtypeName
    reason: str
    threads: int | None = None  # of the processor; nothing on a GPU

    @property
    def torch_dtype(self) -> "torch.dtype":
        """The precision as torch knows it."""
        import torch

        return torch.bfloat16 if self.dtype == "bfloat16" else torch.float32


def choose_device(requested: str = "auto", dtype: str = "auto") -> Device:
    """Choose where to compute and in which precision.

    The order is CUDA, MPS (Apple), CPU. Weights are held in bfloat16 where the hardware computes it natively, which
    halves memory and is faster there; elsewhere in float32, because emulated bfloat16 is slower than float32.

    Args:
        requested: `auto`, or one of `cpu`, `cuda`, `mps`.
        dtype: `auto`, or one of `bfloat16`, `float32`.

    Raises:
        ConfigError: a value that is none of these.
        ModelUnavailableError: the requested device is not there; the message says which are.

    Example:
        >>> choose_device("cpu", "float32").dtype
        'float32'
    """
    _check_value("model.device", requested, ("auto", "cpu", "cuda", "mps"))
    _check_value("model.dtype", dtype, ("auto", "bfloat16", "float32"))
    present = available_devices()
    if requested != "auto" and requested not in present:
        raise ModelUnavailableError(
            f"device {requested!r} is not available: {_explain_absence(requested)}; available: {', '.join(present)}",
            code="device-unavailable",
            hint=f"Use --set model.device=auto, or one of: {', '.join(present)}.",
            device=requested,
            available=list(present),
        )
    name: DeviceName = present[0] if requested == "auto" else requested  # type: ignore[assignment]
    why_device = "as requested" if requested != "auto" else _explain_choice(present)
    native, why_dtype = _probe_bf16(name)
    if dtype == "auto":
        chosen: DtypeName = "bfloat16" if native else "float32"
    else:
        chosen = dtype  # type: ignore[assignment]
        why_dtype = f"as requested ({why_dtype})"
    reason = f"{name}: {why_device}; {chosen}: {why_dtype}"
    return Device(name=name, dtype=chosen, reason=reason, threads=_count_threads() if name == "cpu" else None)


def available_devices() -> tuple[DeviceName, ...]:
    """The devices that torch can use here, the preferred one first; the last is always `cpu`."""
    import torch

    found: list[DeviceName] = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def keep_freed_memory() -> bool:
    """Let this process keep the memory it frees, for its next large tensors.

    glibc gives every block above its threshold (at most 32 MB) back to the system as soon as it is freed; the next
    one is then mapped and cleared page by page. A training step on the CPU takes and frees the same large blocks again
    and again, and spends a good part of its time on that. The price: the process stays as large as it once was.

    Returns:
        Whether it could be set: only with glibc, as most Linux systems have it.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    # From malloc.h: M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD.
    return all(mallopt(option, value) == 1 for option, value in ((-4, 0), (-1, -1), (-2, 2**28)))


def _check_value(place: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(
            f"{place} = {value!r}: expected one of {', '.join(allowed)}",
            code="bad-config",
            hint=f"Use --set {place}={allowed[0]}.",
        )


def _explain_choice(present: tuple[DeviceName, ...]) -> str:
    import torch

    match present[0]:
        case "cuda":
            return f"{torch.cuda.get_device_name()} found"
        case "mps":
            return "Apple GPU found"
        case _:
            return f"no GPU that torch {torch.__version__} can use"


def _explain_absence(requested: str) -> str:
    import torch

    if requested == "cuda":
        built = torch.version.cuda is not None or torch.version.hip is not None
        return "torch finds no CUDA device or driver" if built else f"torch {torch.__version__} is built without CUDA"
    built = torch.backends.mps.is_built()
    return "this macOS or Mac has no usable GPU" if built else f"torch {torch.__version__} is built without MPS"


def _probe_bf16(name: DeviceName) -> tuple[bool, str]:
    """Whether the device computes bfloat16 natively, and how we know."""
    import torch

    match name:
        case "cuda":
            if torch.version.hip is not None:
                return torch.cuda.is_bf16_supported(including_emulation=False), "as the ROCm driver reports"
            major, minor = torch.cuda.get_device_capability()
            native = major >= 8
            return native, f"compute capability {major}.{minor} {'has' if native else 'lacks'} native bfloat16"
        case "mps":
            return _race_bf16(_time_mps_matmul)
        case _:
            return _read_cpu_flags(torch.cpu.get_capabilities())


def _read_cpu_flags(capabilities: Mapping[str, Any]) -> tuple[bool, str]:
    """Decide by the processor's own flags; without one of them bfloat16 would be emulated."""
    flags = [label for flag, label in CPU_BF16_FLAGS.items() if capabilities.get(flag)]
    if flags:
        return True, f"the processor has {' and '.join(dict.fromkeys(flags))}"
    return (
        False,
        "the processor reports no bfloat16 instructions, so it would be emulated; weights take twice the memory",
    )


def _race_bf16(time_matmul: Callable[["torch.dtype"], float]) -> tuple[bool, str]:
    """Compare both precisions on a small product: Apple's M1 emulates bfloat16, and no flag says so.

    Args:
        time_matmul: seconds that one product takes in a precision; raises where the system does not know it.
    """
    import torch

    try:
        half, full = time_matmul(torch.bfloat16), time_matmul(torch.float32)
    except (RuntimeError, TypeError) as error:
        return False, f"this macOS cannot compute bfloat16 ({str(error).splitlines()[0]})"
    verdict = f"a probe took {1000 * half:.1f} ms against {1000 * full:.1f} ms in float32"
    # Half the memory is worth a tie; noise stays within a tenth.
    return half <= 1.1 * full, verdict


def _time_mps_matmul(dtype: "torch.dtype") -> float:
    import torch

    left = torch.ones(1024, 1024, device="mps", dtype=dtype)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        product = left @ left
        torch.mps.synchronize()
        best = min(best, time.perf_counter() - start)
    if product[0, 0].item() != 1024:
        raise RuntimeError("wrong result")
    return best


def _count_threads() -> int:
    import torch

    return torch.get_num_threads()
