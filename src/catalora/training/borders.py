"""What the processor knows of a packed batch, and a GPU would have to be asked for, which means to wait for it."""

from dataclasses import dataclass

import torch
from torch import nn

from catalora.training.packing import IGNORED

# Examples in a packed row for which a batch of fixed shape has room.
BLOCKS_PER_ROW = 16


@dataclass(frozen=True, slots=True)
class Borders:
    """Where the examples of packed rows begin, all rows one behind the other.

    Attributes:
        starts: int32, shape (blocks + 1,), the last one the number of all tokens; blocks may be empty.
        longest: no block has more tokens.
    """

    starts: torch.Tensor
    longest: int


def find_borders(position_ids: torch.Tensor) -> Borders:
    """The borders of packed rows, shape (B, T), on their device.

    Example:
        >>> find_borders(torch.tensor([[0, 1, 2, 0, 1], [0, 1, 2, 3, 4]]))
        Borders(starts=tensor([ 0,  3,  5, 10], dtype=torch.int32), longest=5)
    """
    flat = position_ids.flatten()
    begins = flat == 0
    begins[:: position_ids.shape[1]] = True
    starts = nn.functional.pad(begins.nonzero().flatten().int(), (0, 1), value=len(flat))
    return Borders(starts, int(starts.diff().max()))


def fill_starts(starts: torch.Tensor, blocks: int) -> torch.Tensor | None:
    """The starts of so many blocks, the last ones empty; nothing where there are more.

    Example:
        >>> fill_starts(torch.tensor([0, 2, 4], dtype=torch.int32), 4)
        tensor([0, 2, 4, 4, 4], dtype=torch.int32)
    """
    missing = blocks + 1 - len(starts)
    return torch.cat([starts, starts[-1:].expand(missing)]) if missing >= 0 else None


def describe_batch(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A batch with what `CompletionLoss` would have to wait for on a GPU.

    Args:
        batch: `input_ids`, `labels` and `position_ids`, shape (B, T).

    Returns:
        The batch, with `learned`, int64 (N,): the places, among B · T, of what predicts a label; and `starts`, int32
        (B · `BLOCKS_PER_ROW` + 1,): the borders of the examples, unless there are too many.
    """
    labels = batch["labels"]
    learned = (labels[:, 1:] != IGNORED).nonzero()
    described = {**batch, "learned": learned[:, 0] * labels.shape[1] + learned[:, 1]}
    starts = fill_starts(find_borders(batch["position_ids"]).starts, BLOCKS_PER_ROW * len(labels))
    return described if starts is None else {**described, "starts": starts}
