"""The metrics: texts or vectors in, numbers out. Which way is better stands in `METRICS` and in each docstring.

Each works on one answer and one product, so that the bootstrap can draw products; nothing here loads a model.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from catalora.evaluation.results import Direction

# In the order of reports; the first is the primary one.
METRICS: dict[str, Direction] = {
    "bits_per_byte": "lower",
    "nll_per_token": "lower",
    "stop_rate": "higher",
    "follow_up_rate": "lower",
    "length_ratio": "one",
    "repetition": "lower",
    "rouge_l": "higher",
    "chrf": "higher",
    "similarity_gain": "higher",
    "retrieval": "higher",
    "attribute_precision": "higher",
    "attribute_recall": "higher",
    "copied_share": "lower",
}
_WORD = re.compile(r"\w+")
_REPEATED_WORDS = 4

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


def split_words(text: str) -> list[str]:
    """The words of a text in small letters, of any script.

    Example:
        >>> split_words("Descrição: 2 Pãezinhos!")
        ['descrição', '2', 'pãezinhos']
    """
    return _WORD.findall(text.casefold())


def compute_rouge_l(answer: str, description: str) -> float:
    """ROUGE-L F1 of an answer, 0–1; higher is more alike.

    The longest sequence of words that both hold in this order, as a share of each (Lin 2004, section 3.2), without
    stemming. Equal to rouge-score, except that a word may hold letters outside a–z, as Portuguese does.
    """
    said, true = split_words(answer), split_words(description)
    common = _count_common_words(said, true)
    return 2 * common / (len(said) + len(true)) if common else 0.0


def compute_chrf(answer: str, description: str) -> float:
    """ChrF of an answer, 0–1; higher is more alike.

    F2 over character sequences of 1 to 6 (Popović 2015), by sacrebleu.
    """
    score: float = _build_chrf().sentence_score(answer, [description]).score
    return score / 100


def compute_repetition(text: str) -> float:
    """Share of a text's four-word runs that stand in it before, 0–1; lower is better.

    Example:
        >>> compute_repetition("so warm and soft, so warm and soft, so warm and soft")
        0.5555555555555556
    """
    words = split_words(text)
    runs = [tuple(words[start : start + _REPEATED_WORDS]) for start in range(len(words) - _REPEATED_WORDS + 1)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def choose_rivals(titles: Vectors, seed: int, among: int = 20) -> npt.NDArray[np.int64]:
    """For each product another one of its kind: drawn from the `among` whose titles are most alike.

    A catalogue need not say what kind its products are; titles that are alike do.

    Args:
        titles: vectors of length 1, shape (N, D); at least two.
        seed: another seed draws others.
        among: how many nearest ones to draw from.

    Returns:
        Shape (N,), the place of each product's rival; never its own.
    """
    likeness = titles @ titles.T
    np.fill_diagonal(likeness, -np.inf)
    count = min(among, len(titles) - 1)
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :count]
    drawn = np.random.default_rng(seed).integers(0, count, size=len(titles))
    return nearest[np.arange(len(titles)), drawn]


def compute_similarity_gains(answers: Vectors, descriptions: Vectors, rivals: npt.NDArray[np.int64]) -> Floats:
    """Likeness of each answer to its own description less that to a rival's, shape (N,); higher is better.

    Cosine of sentence vectors. Without the rival a text about any product of the kind would score high.
    """
    own = np.einsum("nd,nd->n", answers, descriptions)
    other = np.einsum("nd,nd->n", answers, descriptions[rivals])
    gains: Floats = (own - other).astype(np.float64)
    return gains


def compute_reciprocal_ranks(answers: Vectors, descriptions: Vectors) -> Floats:
    """1 / rank of the own description among all N when searching with the answer, shape (N,); higher is better.

    Their mean is the mean reciprocal rank. Equal scores share their mean rank, so that a constant answer gains nothing.
    """
    scores = answers @ descriptions.T
    own = np.diagonal(scores)[:, None]
    better, equal = (scores > own).sum(axis=1), (scores == own).sum(axis=1)
    ranks: Floats = better + (equal + 1) / 2
    reciprocal: Floats = 1 / ranks
    return reciprocal


def _count_common_words(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, all places of `second` at once as bits of one number (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for place, word in enumerate(second):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(second)) - 1
    row = every
    for word in first:
        matches = row & places.get(word, 0)
        row = (row + matches | row - matches) & every
    return len(second) - row.bit_count()


@cache
def _build_chrf() -> Any:
    from sacrebleu.metrics import CHRF

    return CHRF()
