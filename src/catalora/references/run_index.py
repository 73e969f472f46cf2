"""The reference index of a run: its training products, in its own folder."""

import polars as pl

from catalora.catalog import read_products
from catalora.catalog.prepared import compute_fingerprint
from catalora.progress import Progress, ignore_progress
from catalora.references.embedding import Embedder
from catalora.references.generations import IndexUnavailableError
from catalora.references.index import ReferenceIndex, build_index, open_index
from catalora.references.product_vectors import EmbedProducts, embed_products
from catalora.run import RunFolder


def open_run_index(
    run: RunFolder, *, embed: EmbedProducts = embed_products, progress: Progress = ignore_progress
) -> ReferenceIndex:
    """Open the run's reference index, building it when it is missing or belongs to other products.

    Args:
        run: whose training products.
        embed: what has the products embedded where it is built; this process where nothing else is given.
        progress: told how far a build is.
    """
    trained = read_products(run.products).filter(pl.col("split") == "train")
    fingerprint, embedder = compute_fingerprint([trained]), Embedder()
    try:
        return open_index(run.references, fingerprint=fingerprint, embedder=embedder)
    except IndexUnavailableError:
        uids, titles, contents = (trained[name].to_list() for name in ("uid", "title", "content"))
        return build_index(
            run.references,
            uids,
            titles,
            contents,
            fingerprint=fingerprint,
            embedder=embedder,
            embed=embed,
            progress=progress,
        )
