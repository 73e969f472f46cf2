"""The reference index of a run, its products embedded by the workers of a cluster.

Vectors come back to this process, which alone writes them: the index is a new generation, checked and then switched to,
as without a cluster (`catalora.references.index`). Workers get titles and the starts of descriptions sent; they need
the embedding model's package and see no folder.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalora.progress import Progress, ignore_progress
from catalora.references.embedding import Embedder
from catalora.references.index import ReferenceIndex
from catalora.references.product_vectors import CONTENT_CHARACTERS, TextEmbedder, cut_shards, embed_shard
from catalora.references.run_index import open_run_index
from catalora.run import RunFolder
from catalora.scale.cluster import connected
from catalora.scale.crew import Crew, choose_crew
from catalora.scale.shards import Step, map_shards


def index_on_cluster(
    run: RunFolder, *, address: str = "", workers: int | None = None, progress: Progress = ignore_progress
) -> ReferenceIndex:
    """Open the run's reference index, building it on a cluster when it is missing or belongs to other products.

    Args:
        run: whose training products.
        address: of the cluster; empty to start one on this machine.
        workers: that embed; one for each GPU, else for each machine, when empty.
        progress: told how far it is.

    Raises:
        ClusterError, UsageError: as `connected` and `choose_crew`.
        StorageError: as `build_index`.
    """
    with connected(address) as cluster:
        return open_index_by(choose_crew(cluster, workers), run, progress)


def open_index_by(crew: Crew, run: RunFolder, progress: Progress) -> ReferenceIndex:
    """As `index_on_cluster`, by workers of a cluster that is connected."""
    return open_run_index(run, embed=partial(_embed_by, crew), progress=progress)


def _embed_by(
    crew: Crew,
    titles: Sequence[str],
    contents: Sequence[str],
    _embedder: TextEmbedder,
    progress: Progress,
) -> NDArray[np.float32]:
    """What `embed_products` does, by workers."""
    cut = cut_shards(len(titles))
    shards = (
        (
            number,
            pl.DataFrame({"title": titles[rows], "content": [text[:CONTENT_CHARACTERS] for text in contents[rows]]}),
        )
        for number, rows in enumerate(cut)
    )
    parts: dict[int, NDArray[np.float32]] = {}
    done = 0
    for number, embedded in map_shards(_open_embedding, shards, crew):
        parts[number] = embedded["vector"].to_numpy()
        done += embedded.height
        progress("embed", 2 * done, 2 * len(titles))
    return np.concatenate([parts[number] for number in range(len(cut))])


def _open_embedding() -> Step:
    embedder = Embedder()

    def embed(rows: pl.DataFrame) -> pl.DataFrame:
        vectors = embed_shard(rows["title"].to_list(), rows["content"].to_list(), embedder)
        return pl.DataFrame({"vector": pl.Series(vectors, dtype=pl.Array(pl.Float32, vectors.shape[1]))})

    return embed
