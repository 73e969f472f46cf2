"""One product of a catalogue, and the parts that a catalogue is split into."""

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Product:
    """A cleaned product: what the model is asked about (`title`) and what it should answer (`content`)."""

    uid: str
    title: str
    content: str
