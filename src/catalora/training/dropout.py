"""Masks for dropout, drawn eight at a time on the CPU.

torch draws a number of 32 bits or more for each element, which for a model's widest layers takes as long as a tenth of
the step. Here one random word of 64 bits decides about eight elements, a byte for each: an element is dropped when its
byte is below a threshold. A rate that is no multiple of 1/256 lies between two thresholds; which of them holds is drawn
anew for each mask, so that every element is dropped with exactly the rate.
"""

import torch

WORD_BYTES = 8
LEVELS = 256


def draw_mask(like: torch.Tensor, rate: float) -> torch.Tensor:
    """What dropout keeps: true with probability `1 - rate`.

    Args:
        like: gives shape and device.
        rate: 0 to 1.

    Returns:
        Bool, the shape of `like`; from torch's own generator of the device, so that saved random state repeats it.

    Example:
        With rate 0.1 a byte is compared with 25 or, in six masks of ten, with 26: 25.6 / 256 = 0.1.
    """
    if like.device.type != "cpu":
        return torch.empty_like(like, dtype=torch.bool).bernoulli_(1 - rate)
    words = torch.empty(-(-like.numel() // WORD_BYTES), dtype=torch.int64)
    words.random_(torch.iinfo(torch.int64).min, None)  # all 64 bits
    threshold = int(rate * LEVELS + torch.rand(()).item())
    levels = words.view(torch.uint8)[: like.numel()]
    return levels.ge(threshold).view(like.shape) if threshold < LEVELS else torch.zeros_like(like, dtype=torch.bool)
