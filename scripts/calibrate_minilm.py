"""Measure how large the inputs of MiniLM's linear layers grow, and write what `references/minilm_int8.py` reads.

    python scripts/calibrate_minilm.py FOLDER [FOLDER ...] [--products 3000]

FOLDERs are made by `catalora prepare`, of products as varied in language and kind as can be had. A product's title with
its description and a question for it go through MiniLM in float32, one after another, without padding. For each linear
layer the largest magnitude of each input channel is kept: four float16 arrays, `(layers, channels)`, about 30 kB.
"""

import argparse
from collections import defaultdict
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from catalora.catalog import read_products
from catalora.hardware import choose_device
from catalora.references.embedding import Embedder
from catalora.references.minilm_int8 import RANGES_PATH

# The order in which a layer calls them.
LINEAR_LAYERS = ("attend", "join", "widen", "narrow")


def find_largest(texts: list[str]) -> dict[str, np.ndarray]:
    """Largest magnitude of each input channel, `(layers, channels)` for each kind of linear layer."""
    embedder = Embedder(device=choose_device("cpu", "float32"), eight_bits=False)
    largest: dict[int, Tensor] = {}
    calls = 0
    multiply = functional.linear

    def watch(inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        nonlocal calls
        found = inputs.abs().flatten(0, -2).amax(0)
        largest[calls] = torch.maximum(largest[calls], found) if calls in largest else found
        calls += 1
        return multiply(inputs, weight, bias)

    with mock.patch.object(functional, "linear", watch):
        for text in texts:
            calls = 0
            embedder.embed([text])
    rows = defaultdict(list)
    for call in sorted(largest):
        rows[LINEAR_LAYERS[call % len(LINEAR_LAYERS)]].append(largest[call].numpy())
    return {name: np.stack(arrays).astype(np.float16) for name, arrays in rows.items()}


def main() -> None:
    """Measure, write, and print the outermost channels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--products", type=int, default=3000, help="of each folder")
    arguments = parser.parse_args()
    products = []
    for folder in arguments.data:
        table = read_products(folder / "products.parquet")
        products += table.sample(min(arguments.products, table.height), seed=1).select("title", "content").rows()
    texts = [f"{title}\n{content}" for title, content in products] + [f"What is {title}?" for title, _ in products]
    largest = find_largest(texts)
    np.savez_compressed(RANGES_PATH, **largest)
    print(f"{len(texts):,} texts; {RANGES_PATH}: {RANGES_PATH.stat().st_size / 1e3:.0f} kB")
    for name, array in largest.items():
        for layer, row in enumerate(array):
            top = ", ".join(f"{channel}: {row[channel]:.1f}" for channel in np.argsort(-row)[:4])
            print(f"layer {layer}, {name:6} median {np.median(row):.1f}, largest {top}")


if __name__ == "__main__":
    main()
