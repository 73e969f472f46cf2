"""Whether a model has begun to recite its training descriptions.

Verbatim copying rises before the validation loss turns, and serves as a signal to stop (Slack and Al Moubayed 2025,
arXiv 2510.11372). Here it is measured on answers about products that were not trained on, so that a copied run is never
the right answer, and held against the validation loss: shared turns of phrase of a catalogue are style and rise while
the loss still falls; copying that goes on rising after it has stopped falling is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

# The shortest run that counts: eight words seldom agree by chance (Carlini et al. 2021, arXiv 2012.07805, find the
# same order of length); shorter ones are a language's set phrases.
RUN_WORDS = 8
# Descriptions searched; 20,000 of 100 words take 16 MB and two seconds to read once.
SEARCHED_DESCRIPTIONS = 20_000
# What makes a warning: this many evaluations since the best one, and this much more copied than at it.
EVALUATIONS_SINCE_BEST = 2
RISE_SHARE = 0.25
RISE_WORDS = 1.0


class CopySearch:
    """Finds runs of words that stand verbatim in a set of descriptions.

    It keeps a hash of every run of `RUN_WORDS` words. A longer copied run is a chain of them, each one word further on;
    a chain could be pieced together from several descriptions, but they would have to share seven words at each joint.
    """

    def __init__(self, descriptions: Iterable[str]) -> None:
        hashes = [value for text in descriptions for value in _hash_runs(text.split())]
        self._known = np.unique(np.array(hashes, dtype=np.int64))

    def longest_run(self, text: str) -> int:
        """Words of the longest run that also stands in a description; 0 when none has `RUN_WORDS` words.

        Example:
            >>> CopySearch(["a b c d e f g h i j"]).longest_run("x b c d e f g h i y")
            8
        """
        runs = np.array(_hash_runs(text.split()), dtype=np.int64)
        longest = chain = 0
        for is_copied in np.isin(runs, self._known).tolist():
            chain = chain + 1 if is_copied else 0
            longest = max(longest, chain)
        return longest + RUN_WORDS - 1 if longest else 0


def find_memorisation(history: Sequence[Mapping[str, Any]]) -> dict[str, float] | None:
    """Whether copying has risen since the validation loss was lowest.

    Args:
        history: the trainer's log: `eval_loss` and `watch_copied_words` by `step`.

    Returns:
        Step of the lowest loss, and words copied then and now; or nothing.
    """
    losses = {entry["step"]: entry["eval_loss"] for entry in history if "eval_loss" in entry}
    copied = {entry["step"]: entry["watch_copied_words"] for entry in history if "watch_copied_words" in entry}
    steps = sorted(losses.keys() & copied.keys())
    if not steps:
        return None
    best = min(steps, key=lambda step: (losses[step], step))
    later = [copied[step] for step in steps if step > best]
    risen = len(later) >= EVALUATIONS_SINCE_BEST and min(later[-EVALUATIONS_SINCE_BEST:]) > copied[best]
    if not risen or later[-1] < max(copied[best] * (1 + RISE_SHARE), copied[best] + RISE_WORDS):
        return None
    return {"best_step": best, "copied_words_at_best": copied[best], "copied_words": later[-1]}


def _hash_runs(words: Sequence[str]) -> list[int]:
    return [hash(tuple(words[start : start + RUN_WORDS])) for start in range(len(words) - RUN_WORDS + 1)]
