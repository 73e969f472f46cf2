"""Descriptions that are nearly the same: candidates found by MinHash, judged by MinHash, joined into clusters.

Two descriptions are compared by the pairs of neighbouring words that they share (Jaccard similarity); a signature of
128 numbers estimates it to about 0.04. All pairs of descriptions would be too many. Candidates are those that agree in
a band of four of these numbers, or in one number of a second signature over runs of four words: an edited copy keeps
some runs whole, and two descriptions hardly ever have the same one by chance (Broder 1997; Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, chapter 3). Signatures come from `rensa`.

Scripts without spaces between words are compared as a whole, since a run of letters counts as one word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from rensa import RMinHash  # type: ignore[import-untyped]  # the package ships no types

Rows = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

SIGNATURE_LENGTH = 128
BAND_LENGTH = 4  # four 16-bit numbers are one 64-bit key
RUN_WORDS = 4
RUN_SIGNATURE_LENGTH = 48
# A copy edited in a fifth of its words shares about half of its pairs, and the estimate may fall below that. Texts that
# have so few pairs in common are more often two products of one template.
LOWER_SHARE, LOWER_SHARE_PAIRS = 0.75, 10
_PAIRS_AT_ONCE = 200_000
# Odd numbers close to 2³² and 2⁶⁴ divided by the golden ratio: multiplying by them spreads any bits upwards.
_SPREAD = np.uint32(0x9E3779B1)
_SPREAD_WIDE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Signatures:
    """What is compared of N descriptions.

    Attributes:
        pairs: (N, 128) u16. The share of equal numbers in two rows estimates the similarity of the two descriptions.
        runs: (N, 48) u32, of runs of four words.
        words: (N,) number of words, which is the number of pairs: the last word counts as one.
    """

    pairs: npt.NDArray[np.uint16]
    runs: npt.NDArray[np.uint32]
    words: Rows


def compute_signatures(contents: pl.Series) -> Signatures:
    """Signatures of cleaned descriptions, (N,) texts."""
    hashes, words = _hash_words(contents)
    rows = np.repeat(np.arange(len(words)), words)
    starts = np.concatenate([[True], rows[1:] != rows[:-1]])[: len(rows)]
    pairs = _digest(_hash_runs(hashes, rows, 2), words, SIGNATURE_LENGTH, seed=1)
    whole = np.concatenate([rows[RUN_WORDS - 1 :] == rows[: 1 - RUN_WORDS], np.zeros(RUN_WORDS - 1, dtype=bool)])
    # A text shorter than a run is one run.
    kept = (whole[: len(rows)] | starts) if len(rows) else starts
    runs = _hash_runs(hashes, rows, RUN_WORDS)[kept]
    counts = np.bincount(rows[kept], minlength=len(words))
    # Half the bits are enough to compare by, and halve the memory of a large catalogue.
    short = ((pairs * _SPREAD) >> np.uint32(16)).astype(np.uint16)
    return Signatures(short, _digest(runs, counts, RUN_SIGNATURE_LENGTH, seed=3), words)


def join_signatures(parts: Sequence[Signatures]) -> Signatures:
    """Signatures of several batches as those of one."""
    pairs, runs, words = ([getattr(part, name) for part in parts] for name in ("pairs", "runs", "words"))
    return Signatures(np.concatenate(pairs), np.concatenate(runs), np.concatenate(words))


def find_clusters(signatures: Signatures, similarity: float) -> Rows:
    """Join near-duplicates, directly or in a chain.

    Args:
        signatures: of N descriptions.
        similarity: estimated share of common word pairs from which two descriptions count as near-duplicates. Three
            quarters of it are enough where at least ten pairs are common.

    Returns:
        (N,) for each row the smallest row number of its cluster.
    """
    clusters = np.arange(len(signatures.words))
    bands = np.ascontiguousarray(signatures.pairs).view(np.uint64)  # (N, 32)
    for keys in (*bands.T, *signatures.runs.T):
        for first, second in _find_candidates(keys, clusters):
            same = _are_similar(signatures, first, second, similarity)
            _join(clusters, first[same], second[same])
    return clusters


def _hash_words(contents: pl.Series) -> tuple[Hashes, Rows]:
    """A hash of each word of all texts in order, and how many words each text has, at least one."""
    words = pl.col("text").str.to_lowercase().str.extract_all(r"\w+")
    table = pl.DataFrame({"text": contents}).lazy()
    table = table.select(word=pl.when(words.list.len() > 0).then(words).otherwise(pl.concat_list("text")))
    found = table.select("word", words=pl.col("word").list.len()).collect()
    return found["word"].explode().hash(1).to_numpy(), found["words"].to_numpy().astype(np.int64)


def _hash_runs(hashes: Hashes, rows: Rows, length: int) -> Hashes:
    """A hash of each word with the `length` - 1 after it; where the text ends before, with what is left."""
    combined = hashes.copy()
    for distance in range(1, length):
        following = np.zeros_like(hashes)
        following[:-distance] = np.where(rows[distance:] == rows[:-distance], hashes[distance:], np.uint64(0))
        combined = combined * _SPREAD_WIDE + following  # the odd factor keeps the order; the sum may wrap
    return combined


def _digest(hashes: Hashes, counts: Rows, length: int, seed: int) -> npt.NDArray[np.uint32]:
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, num_perm=length, seed=seed)
    return np.array(matrix.to_rows(), dtype=np.uint32).reshape(len(counts), length)


def _are_similar(signatures: Signatures, first: Rows, second: Rows, similarity: float) -> npt.NDArray[np.bool_]:
    share = (signatures.pairs[first] == signatures.pairs[second]).mean(axis=1)
    # The share is common / (all - common), so that common = share / (1 + share) × all.
    common = share / (1 + share) * (signatures.words[first] + signatures.words[second])
    is_edited = (share >= LOWER_SHARE * similarity) & (common >= LOWER_SHARE_PAIRS)
    same: npt.NDArray[np.bool_] = (share >= similarity) | is_edited
    return same


def _find_candidates(keys: npt.NDArray[np.unsignedinteger], clusters: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of rows that have a key in common and are not in one cluster yet, some at a time.

    Each row is paired with the first and with the previous row of the same key, not with all of them: a sentence that
    ten thousand descriptions share would make fifty million pairs.
    """
    if not len(keys):
        return
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
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
