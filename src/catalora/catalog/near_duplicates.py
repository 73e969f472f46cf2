"""Descriptions that are nearly the same: found by MinHash signatures, confirmed by them, joined into clusters.

Two descriptions are compared by the pairs of neighbouring words that they share (Jaccard similarity). A signature of
128 numbers estimates that similarity to about 0.04; bands of four numbers find candidates without comparing all pairs
(Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3). Signatures come from `rensa`.

Scripts without spaces between words are compared as a whole, since a run of letters counts as one word.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl
from rensa import RMinHash  # type: ignore[import-untyped]  # the package ships no types

Signatures = npt.NDArray[np.uint16]
Rows = npt.NDArray[np.int64]

SIGNATURE_LENGTH = 128
BAND_LENGTH = 4  # four 16-bit numbers are one 64-bit key
_PAIRS_AT_ONCE = 200_000
# Multiplying by an odd number close to 2³² divided by the golden ratio spreads any bits over the upper half.
_SPREAD = np.uint32(0x9E3779B1)


def compute_signatures(contents: pl.Series) -> Signatures:
    """MinHash signatures of descriptions.

    Args:
        contents: cleaned descriptions, (N,) texts.

    Returns:
        (N, 128) u16. The share of equal numbers in two rows estimates the similarity of the two descriptions.
    """
    pairs = _hash_word_pairs(contents)
    counts = np.bincount(pairs["row"].to_numpy(), minlength=contents.len())
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        pairs["hash"].to_numpy(), offsets, num_perm=SIGNATURE_LENGTH, seed=1
    )
    full = np.array(matrix.to_rows(), dtype=np.uint32).reshape(contents.len(), SIGNATURE_LENGTH)
    # Half the bits are enough to compare by, and halve the memory of a large catalogue.
    return ((full * _SPREAD) >> np.uint32(16)).astype(np.uint16)


def find_clusters(signatures: Signatures, similarity: float) -> Rows:
    """Join near-duplicates, directly or in a chain.

    Args:
        signatures: (N, 128) u16.
        similarity: estimated share of common word pairs from which two descriptions count as near-duplicates.

    Returns:
        (N,) for each row the smallest row number of its cluster.
    """
    clusters = np.arange(len(signatures))
    bands = np.ascontiguousarray(signatures).view(np.uint64)  # (N, 32)
    for band in bands.T:
        for first, second in _find_candidates(band, clusters):
            same = (signatures[first] == signatures[second]).mean(axis=1)
            _join(clusters, first[same >= similarity], second[same >= similarity])
    return clusters


def _hash_word_pairs(contents: pl.Series) -> pl.DataFrame:
    """(row, hash) of each pair of neighbouring words; the last word of a text stands alone."""
    words = pl.col("text").str.to_lowercase().str.extract_all(r"\w+")
    table = pl.DataFrame({"text": contents}).with_row_index("row").lazy()
    table = table.select("row", word=pl.when(words.list.len() > 0).then(words).otherwise(pl.concat_list("text")))
    table = table.explode("word").with_columns(hash=pl.col("word").hash(1))
    next_in_text = pl.when(pl.col("row") == pl.col("row").shift(-1)).then(pl.col("hash").shift(-1)).fill_null(0)
    # The odd factor keeps the order of the two words; the sum may wrap.
    return table.select("row", hash=pl.col("hash") * pl.lit(3, pl.UInt64) + next_in_text).collect()


def _find_candidates(band: npt.NDArray[np.uint64], clusters: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of rows that agree in a band and are not in one cluster yet, some at a time.

    Each row is paired with the first and with the previous row of the same key, not with all of them: a sentence that
    ten thousand descriptions share would make fifty million pairs.
    """
    if not len(band):
        return
    order = np.argsort(band, kind="stable")
    keys = band[order]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    lengths = np.diff(np.append(starts, len(keys)))
    first_of_run = np.repeat(order[starts], lengths)
    again = np.ones(len(keys), dtype=bool)
    again[starts] = False
    positions = np.flatnonzero(again)
    for start in range(0, len(positions), _PAIRS_AT_ONCE):
        part = positions[start : start + _PAIRS_AT_ONCE]
        for partner in (first_of_run[part], order[part - 1]):
            apart = clusters[partner] != clusters[order[part]]
            yield partner[apart], order[part][apart]


def _join(clusters: Rows, first: Rows, second: Rows) -> None:
    """Give the clusters of each pair one number, the smaller."""
    while True:
        left, right = clusters[first], clusters[second]
        if np.array_equal(left, right):
            return
        np.minimum.at(clusters, np.maximum(left, right), np.minimum(left, right))
        # Each row points to a smaller one of its cluster; following twice leads all to the first in few steps.
        while not np.array_equal(clusters, shorter := clusters[clusters]):
            clusters[:] = shorter
