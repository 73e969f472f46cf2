"""Masks for dropout: drawn eight at a time on the CPU, and drawn again rather than stored on a GPU.

torch draws a number of 32 bits or more for each element, which for a model's widest layers takes as long as a tenth of
the step. Here one random word of 64 bits decides about eight elements, a byte for each: an element is dropped when its
byte is below a threshold. A rate that is no multiple of 1/256 lies between two thresholds; which of them holds is drawn
anew for each mask, so that every element is dropped with exactly the rate.

On a GPU whose kernels are compiled (`rowwise.py`) a mask is two random words alone. Each element is decided by a hash
of its place and of them, wherever it is needed: a mask of a model's widest layers would be read and written like one
more activation. The hash is the last part of MurmurHash3, applied twice (Appleby 2011, public domain).
"""

import torch

from catalora.training.rowwise import compiles_on

WORD_BYTES = 8
LEVELS = 256


def draw_mask(like: torch.Tensor, rate: float) -> torch.Tensor:
    """What dropout keeps: true with probability `1 - rate`.

    Args:
        like: gives shape and device.
        rate: 0 to 1.

    Returns:
        Bool, the shape of `like`; or int32, shape (2,), from which `read_mask` makes it. From torch's own generator of
        the device, so that saved random state repeats it.

    Example:
        With rate 0.1 a byte is compared with 25 or, in six masks of ten, with 26: 25.6 / 256 = 0.1.
    """
    if compiles_on(like.device):
        return draw_seeds(like.device)
    if like.device.type != "cpu":
        return torch.empty_like(like, dtype=torch.bool).bernoulli_(1 - rate)
    words = torch.empty(-(-like.numel() // WORD_BYTES), dtype=torch.int64)
    words.random_(torch.iinfo(torch.int64).min, None)  # all 64 bits
    threshold = int(rate * LEVELS + torch.rand(()).item())
    levels = words.view(torch.uint8)[: like.numel()]
    return levels.ge(threshold).view(like.shape) if threshold < LEVELS else torch.zeros_like(like, dtype=torch.bool)


def draw_seeds(device: torch.device) -> torch.Tensor:
    """Two random words, int32, shape (2,)."""
    return torch.empty(2, dtype=torch.int32, device=device).random_()


def read_mask(mask: torch.Tensor, like: torch.Tensor, rate: float) -> torch.Tensor:
    """What `draw_mask` has drawn for rows (N, H), as a bool tensor of their shape."""
    if mask.dtype == torch.bool:
        return mask
    rows = torch.arange(like.shape[0], dtype=torch.int32, device=like.device)
    columns = torch.arange(like.shape[1], dtype=torch.int32, device=like.device)
    words = rows[:, None] * like.shape[1] + columns
    for seed in (mask[0], mask[1]):
        words = _scramble(words ^ seed)
    # Words are spread evenly over the int32 numbers.
    return words >= round(rate * 2**32) - 2**31


def _scramble(words: torch.Tensor) -> torch.Tensor:
    """A one-to-one mapping of int32 numbers after which neighbours have nothing in common."""
    words = (words ^ _shift(words, 16)) * -2048144789  # 0x85EBCA6B
    words = (words ^ _shift(words, 13)) * -1028477387  # 0xC2B2AE35
    return words ^ _shift(words, 16)


def _shift(words: torch.Tensor, bits: int) -> torch.Tensor:
    """To the right, with zeros from the left."""
    return (words >> bits) & (2 ** (32 - bits) - 1)
