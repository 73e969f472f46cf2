"""Long gradients as short vectors whose inner products stay about the same.

Each number of a gradient gets a random sign and goes, with all others that chance sends there, into one of `DIMENSIONS`
sums. The inner product of two such vectors is that of the gradients in the mean, with a standard error of about
1 / √DIMENSIONS of their lengths' product. Source: Charikar et al. 2002 (count sketch); Weinberger et al. 2009 (arXiv
0902.2206), here with sums of equal size.

Before that each number is divided by the root of its second moment, as Adam's steps are: what the optimiser amplifies
counts more. Source: Xia et al. 2024 (LESS, arXiv 2402.04333), section 3.1.
"""

import hashlib
from collections.abc import Mapping

import numpy as np
import torch
from torch.nn import functional

DIMENSIONS = 16_384
SEED = 17


class Sketch:
    """Folds the gradients of one list of weights.

    Args:
        sizes: numbers in each weight, by name.
        dimensions: numbers in a sketch.
        device: where the gradients are.

    Example:
        >>> sketch = Sketch({"w": 5000}, 64)
        >>> sketch.fold("w", torch.ones(2, 50, 100)).shape
        torch.Size([2, 64])
    """

    def __init__(self, sizes: Mapping[str, int], dimensions: int = DIMENSIONS, device: str = "cpu") -> None:
        self.dimensions = dimensions
        self._orders: dict[str, torch.Tensor] = {}
        self._signs: dict[str, torch.Tensor] = {}
        digest = hashlib.sha256(str(dimensions).encode())
        for number, (name, size) in enumerate(sorted(sizes.items())):
            generator = np.random.default_rng([SEED, number])
            room = -(-size // dimensions) * dimensions
            order = generator.permutation(room).astype(np.int32)
            signs = generator.integers(0, 2, room, dtype=np.int8) * 2 - 1
            digest.update(f"{name} {size}".encode() + order[:64].tobytes() + signs[:64].tobytes())
            self._orders[name] = torch.from_numpy(order).to(device)
            self._signs[name] = torch.from_numpy(signs).to(device)
        self.fingerprint = digest.hexdigest()[:16]

    def fold(self, name: str, gradients: torch.Tensor, divisor: torch.Tensor | None = None) -> torch.Tensor:
        """Gradients of one weight, shape (examples, *weight), → its part of the sketches, (examples, dimensions).

        Args:
            name: of the weight.
            gradients: fp32.
            divisor: what each number is divided by first, of the weight's shape.
        """
        flat = (gradients if divisor is None else gradients / divisor).flatten(1)
        order, signs = self._orders[name], self._signs[name]
        padded = functional.pad(flat, (0, len(order) - flat.shape[1]))
        mixed = padded.index_select(1, order) * signs
        return mixed.view(len(flat), -1, self.dimensions).sum(1)
