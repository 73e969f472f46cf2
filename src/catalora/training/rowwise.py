"""Work on each row of a matrix in one pass over memory, however many steps it has.

Step by step, every step reads a whole activation from memory and writes another one. On the CPU a few rows at a time go
through all steps while they stay in the processor's cache. On an NVIDIA or AMD GPU torch's compiler makes one kernel of
the steps; where it can't (no Triton, no C compiler), they are computed one by one, and a line in the log says so.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch

logger = logging.getLogger(__name__)

# A part's bytes: about what one core's second-level cache holds.
CACHE_BYTES = 2**20

Steps = Callable[..., tuple[torch.Tensor, ...]]

_compiling = False


@contextmanager
def compile_rows(wanted: bool, device: torch.device) -> Iterator[None]:
    """Let `compute_rows` compile on a GPU while the context is open, when it is wanted and can be done there."""
    global _compiling  # noqa: PLW0603 - one switch for the nodes of a process, which autograd calls from its own threads
    before, _compiling = _compiling, wanted and device.type == "cuda" and _can_compile()
    try:
        yield
    finally:
        _compiling = before


def compiles_on(device: torch.device) -> bool:
    """Whether `compute_rows` makes one kernel of its steps on a device at present."""
    return _compiling and device.type != "cpu"


def compute_rows(
    steps: Steps,
    rows: tuple[torch.Tensor, ...],
    rest: tuple[Any, ...] = (),
    *,
    computed_in: torch.dtype | None = None,
    into: tuple[torch.Tensor, ...] | None = None,
) -> tuple[torch.Tensor, ...]:
    """`steps(*rows, *rest)`, where the steps treat every row alike.

    Args:
        steps: a function without side effects, the same object at each call. Rows (N, ...) in, tensors (N, ...) out.
        rows: tensors of N rows each.
        rest: what all rows share: tensors, numbers, names.
        computed_in: type of the temporaries; that of the first tensor when empty.
        into: tensors whose memory the results may take, on the CPU; `rows` may be among them.

    Returns:
        The results, one or several.

    Example:
        >>> compute_rows(lambda x, factor: (x * factor,), (torch.ones(2, 1),), (3.0,))
        (tensor([[3.],
                [3.]]),)
    """
    first = rows[0]
    if compiles_on(first.device) and first.numel():
        return _compile(steps)(*map(_generalise, rows), *rest)
    if first.device.type != "cpu":
        return steps(*rows, *rest)
    results = into
    for part in _cache_parts(first, computed_in or first.dtype):
        found = steps(*(tensor[part] for tensor in rows), *rest)
        if results is None:
            results = tuple(torch.empty((len(first), *one.shape[1:]), dtype=one.dtype) for one in found)
        for result, one in zip(results, found, strict=True):
            result[part] = one
    return steps(*rows, *rest) if results is None else results


def _cache_parts(tensor: torch.Tensor, computed_in: torch.dtype) -> list[slice]:
    """Rows of a tensor in parts of `CACHE_BYTES`."""
    rows = len(tensor)
    width = tensor.numel() // max(1, rows) * computed_in.itemsize
    size = max(1, CACHE_BYTES // max(1, width))
    return [slice(start, start + size) for start in range(0, rows, size)]


def _generalise(tensor: torch.Tensor) -> torch.Tensor:
    """The same numbers as a tensor for which the compiler assumes neither a number of rows nor a use by autograd."""
    plain = tensor.data
    torch._dynamo.maybe_mark_dynamic(plain, 0)
    return plain


@cache
def _compile(steps: Steps) -> Steps:
    compiled: Steps = torch.compile(steps)
    return compiled


@cache
def _can_compile() -> bool:
    """Whether torch's compiler works on this GPU: tried once, for what it needs is seen only then."""
    try:
        _compile(_double)(torch.ones(2, 2, device="cuda"))
    except Exception as error:  # whatever a compiler, its driver or a missing program raises
        logger.warning(
            "torch.compile does not work here (%s): training goes on without it, more slowly",
            (str(error).strip().splitlines() or [type(error).__name__])[0],
        )
        return False
    return True


def _double(x: torch.Tensor) -> tuple[torch.Tensor]:
    return (2 * x,)
