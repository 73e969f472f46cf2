"""Proof that the corpus and the bundled catalogue share no run of words."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

WORD = re.compile(r"\w+")


def iterate_word_ngrams(text: str, n: int = 8) -> Iterator[tuple[str, ...]]:
    """Yield every run of `n` lower-case words of the text."""
    words = WORD.findall(text.lower())
    return zip(*(words[start:] for start in range(n)), strict=False)


def read_catalogue_ngrams(path: Path, n: int = 8) -> set[tuple[str, ...]]:
    """Return the word n-grams of all titles and contents of a gzip'd JSON Lines catalogue, entities decoded."""
    ngrams: set[tuple[str, ...]] = set()
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            row = json.loads(line)
            for key in ("title", "content"):
                ngrams.update(iterate_word_ngrams(unescape(row.get(key) or ""), n))
    return ngrams


def find_shared_ngrams(texts: Iterable[str], catalogue: set[tuple[str, ...]], n: int = 8) -> set[tuple[str, ...]]:
    """Return the catalogue's n-grams that occur in one of the texts."""
    shared: set[tuple[str, ...]] = set()
    for text in texts:
        shared.update(gram for gram in iterate_word_ngrams(text, n) if gram in catalogue)
    return shared
