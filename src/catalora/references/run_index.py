"""What a run has to look things up: the index of its training products, and the records of all its products."""

import polars as pl

from catalora.catalog import read_products
from catalora.catalog.prepared import compute_fingerprint
from catalora.progress import Progress, ignore_progress
from catalora.references.embedding import Embedder
from catalora.references.generations import IndexUnavailableError
from catalora.references.index import ReferenceIndex, build_index, open_index
from catalora.references.product_vectors import EmbedProducts, embed_products
from catalora.references.records import RecordFinder, open_records
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


def open_run_records(run: RunFolder, products: pl.DataFrame | None = None) -> RecordFinder:
    """Open the titles of all products of a run, indexing them where that is missing.

    Args:
        run: whose products.
        products: the same, where somebody has read them already.
    """
    known = read_products(run.products) if products is None else products
    return open_records(run.references / "records", known, fingerprint=compute_fingerprint([known]))
