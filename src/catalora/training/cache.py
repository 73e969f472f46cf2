"""Elementwise work on the CPU in parts whose temporaries stay in the processor's cache."""

import torch

# A part's bytes: about what one core's second-level cache holds.
CACHE_BYTES = 2**20


def cache_parts(tensor: torch.Tensor, computed_in: torch.dtype | None = None) -> list[slice]:
    """Rows of a tensor (N, ...) in parts of `CACHE_BYTES`; on other devices all of them at once.

    Args:
        tensor: at least two dimensions.
        computed_in: type of the temporaries; the tensor's own when empty.
    """
    rows = len(tensor)
    if tensor.device.type != "cpu":
        return [slice(0, rows)]
    width = tensor.numel() // max(1, rows) * (computed_in or tensor.dtype).itemsize
    size = max(1, CACHE_BYTES // max(1, width))
    return [slice(start, start + size) for start in range(0, rows, size)]
