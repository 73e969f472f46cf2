"""Build the bundled demo model: generate its corpus, train its tokenizer, pretrain a small Gemma on them.

Run from the repository's root: ``python scripts/build_demo_model.py --minutes 40``. With ``--steps`` alone the result
depends only on the seed and the machine's arithmetic; with ``--minutes`` the learning rate follows the clock as well,
so that the run ends in time on any machine. The figures go to ``training.json`` in the work folder.
"""

import argparse
import hashlib
import itertools
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
from demo_corpus import iterate_documents
from demo_corpus.overlap import find_shared_ngrams, read_catalogue_ngrams
from demo_corpus.tokenizer import save_tokenizer, train_tokenizer
from demo_pretraining import EOS, Recipe, pretrain
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[1]
MODEL_FOLDER = ROOT / "src/catalora/model/demo"
CATALOGUE = ROOT / "src/catalora/catalog/sample/trn.json.gz"


def parse_arguments() -> argparse.Namespace:
    """Return the command line's choices; every field of the recipe is an option."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER, help="folder that receives the model's files")
    parser.add_argument(
        "--work", type=Path, default=ROOT / "build/demo_model", help="folder for corpus and checkpoints"
    )
    parser.add_argument("--start", type=Path, help="folder of a model to go on from, with its tokenizer")
    parser.add_argument("--corpus-only", action="store_true", help="generate and check the corpus, then stop")
    for name, value in asdict(Recipe()).items():
        parser.add_argument("--" + name.replace("_", "-"), type=type(value), default=value, help=f"default {value}")
    return parser.parse_args()


def main() -> None:
    """Build corpus, tokenizer and model, and report each step."""
    arguments = parse_arguments()
    recipe = Recipe(**{name: getattr(arguments, name) for name in asdict(Recipe())})
    for folder in (arguments.work, arguments.out):
        folder.mkdir(parents=True, exist_ok=True)
    tokenizer = (
        take_tokenizer(arguments.start, arguments.out) if arguments.start else build_tokenizer(recipe, arguments.out)
    )
    tokens, record = build_corpus(recipe, tokenizer)
    report_overlap(recipe, record["documents"])
    if arguments.corpus_only:
        return
    np.save(arguments.work / "tokens.npy", tokens)
    record |= pretrain(recipe, arguments.work / "tokens.npy", arguments.work, arguments.out, arguments.start)
    record["training_tokens"] = record["steps"] * recipe.batch_tokens * recipe.workers
    record["sha256"] = hashlib.sha256((arguments.out / "model.safetensors").read_bytes()).hexdigest()
    text = json.dumps(record | {"recipe": asdict(recipe)}, indent=2)
    (arguments.work / "training.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def build_tokenizer(recipe: Recipe, folder: Path) -> Tokenizer:
    """Train the tokenizer on the corpus's first documents and save it."""
    documents = itertools.islice(iterate_documents(recipe.seed), recipe.tokenizer_documents)
    tokenizer = train_tokenizer(documents, recipe.vocab_size)
    save_tokenizer(tokenizer, folder)
    print(f"tokenizer: {tokenizer.get_vocab_size()} pieces")
    return tokenizer


def take_tokenizer(start: Path, folder: Path) -> Tokenizer:
    """Copy the tokenizer of the model to go on from."""
    for path in start.glob("*token*.json"):
        if path.parent.resolve() != folder.resolve():
            shutil.copyfile(path, folder / path.name)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def build_corpus(recipe: Recipe, tokenizer: Tokenizer) -> tuple[np.ndarray, dict[str, int]]:
    """Return the corpus as one row of ids, each document as ``<bos> text <eos>``, and its counts."""
    pieces: list[np.ndarray] = []
    counts = {"documents": 0, "words": 0, "characters": 0, "tokens": 0}
    documents = iterate_documents(recipe.seed)
    while counts["tokens"] < recipe.corpus_tokens:
        batch = list(itertools.islice(documents, 1000))
        for text, encoded in zip(batch, tokenizer.encode_batch(batch), strict=True):
            pieces.append(np.array([*encoded.ids, EOS], dtype=np.uint16))
            counts["tokens"] += len(pieces[-1])
            counts["words"] += len(text.split())
            counts["characters"] += len(text)
        counts["documents"] += len(batch)
    print("corpus:", counts, flush=True)
    return np.concatenate(pieces), counts


def report_overlap(recipe: Recipe, documents: int) -> None:
    """Print how many word 8-grams corpus and catalogue share.

    Raises:
        SystemExit: they share one; the model would have seen the catalogue.
    """
    if not CATALOGUE.exists():
        print(f"overlap: not checked, {CATALOGUE.relative_to(ROOT)} is not there yet")
        return
    catalogue = read_catalogue_ngrams(CATALOGUE)
    shared = find_shared_ngrams(itertools.islice(iterate_documents(recipe.seed), documents), catalogue)
    print(f"overlap: {len(shared)} of the catalogue's {len(catalogue)} word 8-grams occur in the corpus", flush=True)
    if shared:
        raise SystemExit(f"the corpus shares word 8-grams with the catalogue, such as {sorted(shared)[:5]}")


if __name__ == "__main__":
    main()
