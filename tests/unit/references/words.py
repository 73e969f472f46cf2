"""A stand-in embedder without a model: texts that share words are near each other."""

import hashlib
import re

import numpy as np

from catalora.progress import ignore_progress


class WordEmbedder:
    """Each word is a fixed random direction, a text their sum."""

    fingerprint = "words-1"

    def embed(self, texts, progress=ignore_progress, *, max_tokens=128):
        vectors = np.zeros((len(texts), 64), dtype=np.float32)
        for i, text in enumerate(texts):
            for word in re.findall(r"\w+", text.casefold())[:max_tokens] or [""]:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
                vectors[i] += np.random.default_rng(seed).normal(size=64)
            progress("embed", i + 1, len(texts))
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


TITLES = ["Lantern of the North", "Copper kettle, 2 l", "Emma", "Kettle", "Blue Wool Scarf", "Blue Wool Scarf"]
CONTENTS = [
    "A lighthouse keeper's daughter sails into the ice.",
    "Boils two litres and whistles when it is done.",
    "A novel of matchmaking and errors.",
    "A plain steel kettle for the camp fire.",
    "Knitted in the hills, warm and light.",
    "Woven by hand, with fringes.",
]
UIDS = [f"u{i}" for i in range(len(TITLES))]
