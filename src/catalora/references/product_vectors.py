"""Products as vectors, shard by shard, so that the shards of a large catalogue can be embedded by several processes.

The shards are the same whoever embeds them, and so are the batches within them.
"""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from catalora.progress import Progress, ignore_progress

# The start of a description is enough: twice as much costs twice the time and finds no more.
CONTENT_CHARACTERS = 600
PRODUCT_TOKENS = 64
# Enough to fill batches of equal length. The tokens of a million products at once would take gigabytes.
SHARD_PRODUCTS = 8192


class TextEmbedder(Protocol):
    """What the index needs of an embedder."""

    @property
    def fingerprint(self) -> str:
        """Changes when the same text would get another vector."""

    def embed(
        self, texts: Sequence[str], progress: Progress = ignore_progress, *, max_tokens: int = 128
    ) -> NDArray[np.float32]:
        """Unit vectors, `(len(texts), dimensions)`, in the order of `texts`."""


class EmbedProducts(Protocol):
    """Makes the vectors of products: `embed_products`, or something that has `embed_shard` called elsewhere."""

    def __call__(
        self, titles: Sequence[str], contents: Sequence[str], embedder: TextEmbedder, progress: Progress, /
    ) -> NDArray[np.float32]:
        """One vector per product, `(len(titles), dimensions)`, stage `embed`, two texts per product."""


def embed_products(
    titles: Sequence[str], contents: Sequence[str], embedder: TextEmbedder, progress: Progress = ignore_progress
) -> NDArray[np.float32]:
    """One vector per product, made by this process.

    Args:
        titles: of the products.
        contents: their descriptions.
        embedder: makes the vectors.
        progress: told how far it is, stage `embed`, in texts, two per product.

    Returns:
        `(len(titles), dimensions)` float32, each row of length 1.
    """
    parts = []
    for rows in cut_shards(len(titles)):
        report = partial(_report_shard, progress, rows.start, len(titles))
        parts.append(embed_shard(titles[rows], contents[rows], embedder, report))
    return np.concatenate(parts)


def cut_shards(count: int) -> list[slice]:
    """The shards of so many products.

    Example:
        >>> cut_shards(10_000)
        [slice(0, 8192, None), slice(8192, 10000, None)]
    """
    return [slice(start, min(start + SHARD_PRODUCTS, count)) for start in range(0, count, SHARD_PRODUCTS)]


def embed_shard(
    titles: Sequence[str], contents: Sequence[str], embedder: TextEmbedder, progress: Progress = ignore_progress
) -> NDArray[np.float32]:
    """One vector per product of a shard: half its title, half title and description together, brought to length 1.

    The title's half makes a product that is asked by name stand out from its neighbours; the other half answers to
    what only the description says.

    Returns:
        `(len(titles), dimensions)` float32.
    """
    texts = [f"{title}\n{content[:CONTENT_CHARACTERS]}" for title, content in zip(titles, contents, strict=True)]
    embedded = embedder.embed([*titles, *texts], progress, max_tokens=PRODUCT_TOKENS)
    vectors = embedded[: len(titles)] + embedded[len(titles) :]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normalised: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return normalised


def _report_shard(progress: Progress, before: int, count: int, stage: str, done: int, _total: int | None) -> None:
    """Tell of a shard's texts as part of all, two per product."""
    progress(stage, 2 * before + done, 2 * count)
