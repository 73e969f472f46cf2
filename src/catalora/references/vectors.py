"""Vectors by position in a Chroma collection: the only module that talks to Chroma.

Chroma gets positions and vectors, nothing else; texts and titles stay elsewhere. The vectors also stand in a plain file
beside Chroma's own, because Chroma takes 4 ms to hand out fifty of them by position.

A stored collection also carries the configuration of an embedding function, and Chroma would build whatever function a
folder names. So collections are always opened with `embedding_function=None`, and queries are always vectors.
"""

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalora.progress import Progress, ignore_progress

COLLECTION = "products"
# More of each than Chroma's defaults. In 131,262 products an `ef_search` of 200 finds 98.8 % of the ten nearest; one of
# 100 takes a third less time and finds 96.8 % (docs/experiments.md).
HNSW = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
# Chroma takes at most 5,461 rows at a time. Its sync_threshold stays: above it, each opening builds the graph anew.
ADD_BATCH = 5000
# `(count, dimensions)` float32, in the collection's folder.
PLAIN = "vectors.npy"


def write_vectors(path: Path, vectors: NDArray[np.float32], progress: Progress = ignore_progress) -> None:
    """Write `(count, dimensions)` vectors into a new folder; a vector's position is its id.

    Raises:
        OSError: the disk is full.
    """
    from chromadb.errors import ChromaError

    try:
        with _open_client(path) as client:
            collection = client.create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": HNSW})
            for start in range(0, len(vectors), ADD_BATCH):
                batch = vectors[start : start + ADD_BATCH]
                collection.add(ids=[str(start + i) for i in range(len(batch))], embeddings=batch)
                progress("index", start + len(batch), len(vectors))
        np.save(path / PLAIN, vectors)
    except ChromaError as error:
        # A full disk arrives as "Error in compaction": Chroma drops the reason.
        if shutil.disk_usage(path.parent).free < estimate_size_bytes(len(vectors)):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise


def estimate_size_bytes(count: int) -> int:
    """What an index of 384 dimensions takes while it is written, at most."""
    return 2_000_000 + 7_500 * count


class VectorIndex:
    """A folder made by `write_vectors`, open for reading.

    Opening loads the graph into memory and maps the plain vectors, so that the folder may be removed while it is open.

    Raises:
        Exception: of Chroma, SQLite or the system, when the folder is not a whole index.
    """

    def __init__(self, path: Path) -> None:
        if not (path / "chroma.sqlite3").is_file():
            raise FileNotFoundError(f"{path / 'chroma.sqlite3'} is missing")  # Chroma would make an empty one
        self._plain = np.load(path / PLAIN, mmap_mode="r")
        self._client = _open_client(path)
        try:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self.count: int = self._collection.count()
            if len(self._plain) != self.count:
                raise ValueError(f"{self.count} vectors in Chroma, {len(self._plain)} in {PLAIN}")
            self.find_nearest(self._plain[:1], 1)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the files; closing twice is fine."""
        self._client.close()

    def find_nearest(self, vectors: NDArray[np.float32], count: int) -> list[dict[int, float]]:
        """Cosine by position of the nearest vectors of each row, nearest first, at most `count`; approximate."""
        found = self._collection.query(
            query_embeddings=vectors, n_results=min(count, self.count), include=["distances"]
        )
        return [
            {int(identifier): min(1.0, 1.0 - distance) for identifier, distance in zip(ids, distances, strict=True)}
            for ids, distances in zip(found["ids"], found["distances"], strict=True)
        ]

    def read(self, positions: Sequence[int]) -> NDArray[np.float32]:
        """The stored vectors of these positions, `(len(positions), dimensions)`."""
        stored: NDArray[np.float32] = self._plain[np.asarray(positions, dtype=np.intp)]
        return stored


def _open_client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    # A .env file in the working directory could otherwise choose another implementation.
    settings = Settings(_env_file=None, anonymized_telemetry=False, chroma_api_impl="chromadb.api.rust.RustBindingsAPI")
    return chromadb.PersistentClient(str(path), settings=settings)
