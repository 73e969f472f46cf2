"""Does a product that is asked for come first? Per question form, language, and way of embedding products.

    python benchmarks/index_recall.py --data DIR [--catalogue 6000] [--questions 500]

DIR is a folder made by `catalora prepare`. Products are asked by bare title, by the questions of the prompt template,
by 60 % of their title's words, and by a sentence from the middle of their description. Asked are products whose title
no other product of the catalogue has. "Unknown" are products of the same sources that are not in the index. The last
lines compare the precisions.
"""

import argparse
import random
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catalora.catalog import read_products
from catalora.hardware import choose_device
from catalora.prompts import HELD_OUT_QUESTIONS, TRAINING_QUESTIONS
from catalora.references.embedding import Embedder
from catalora.references.index import build_index
from catalora.references.product_vectors import CONTENT_CHARACTERS, PRODUCT_TOKENS, embed_products
from catalora.references.titles import normalise_title

Products = list[tuple[str, str, str]]  # uid, title, content


def keep_some_words(title: str, seed: int) -> str:
    """A title as somebody remembers it."""
    words = title.split()
    kept = sorted(random.Random(seed).sample(range(len(words)), max(1, round(0.6 * len(words)))))
    return " ".join(words[i] for i in kept)


def take_middle_sentence(content: str) -> str:
    """What only the description says."""
    sentences = re.split(r"(?<=[.!?])\s+", content)
    return sentences[len(sentences) // 2][:200]


def write_questions(products: Products) -> dict[str, list[str]]:
    """Form of question to one question per product."""
    asked = {
        form: [form.replace("{title}", title) for _, title, _ in products]
        for form in (*TRAINING_QUESTIONS, *HELD_OUT_QUESTIONS)
    }
    partial = [keep_some_words(title, i) for i, (_, title, _) in enumerate(products)]
    asked["60 % of the words, What is …?"] = [f"What is {words}?" for words in partial]
    asked["60 % of the words, O que é …?"] = [f"O que é {words}?" for words in partial]
    asked["a sentence of the description"] = [take_middle_sentence(content) for _, _, content in products]
    return asked


def compare_vectors(
    catalogue: Products, chosen: Sequence[int], asked: dict[str, list[str]], embedder: Embedder
) -> None:
    """First ranks by cosine alone, for three ways of embedding a product."""
    titles = [title for _, title, _ in catalogue]
    texts = [f"{title}\n{content[:CONTENT_CHARACTERS]}" for _, title, content in catalogue]
    title_vectors = embedder.embed(titles, max_tokens=PRODUCT_TOKENS)
    text_vectors = embedder.embed(texts, max_tokens=PRODUCT_TOKENS)
    ways = {"title": title_vectors, "title + text": text_vectors}
    both = title_vectors + text_vectors
    ways["mean of both"] = both / np.linalg.norm(both, axis=1, keepdims=True)
    print("first by cosine alone: " + ", ".join(ways))
    for form, questions in asked.items():
        vectors = embedder.embed(questions)
        firsts = [np.mean((vectors @ way.T).argmax(axis=1) == np.asarray(chosen)) for way in ways.values()]
        print(f"  {form:44}" + "".join(f" {first:6.3f}" for first in firsts), flush=True)


def measure_index(
    catalogue: Products, products: Products, unknown: Products, asked: dict[str, list[str]], embedder: Embedder
) -> None:
    """First and third ranks of the index itself, and what it says to products that it does not hold."""
    uids, titles, contents = (list(column) for column in zip(*catalogue, strict=True))
    with (
        tempfile.TemporaryDirectory() as scratch,
        build_index(Path(scratch), uids, titles, contents, fingerprint="benchmark", embedder=embedder) as index,
    ):
        print("the index: first, among three, score of the own row (5th percentile)")
        for form, questions in asked.items():
            found = index.search(questions, 3, -1.0)
            ranks = [[reference.uid for reference in row] for row in found]
            first = np.mean([row[0] == uid for row, (uid, _, _) in zip(ranks, products, strict=True)])
            third = np.mean([uid in row for row, (uid, _, _) in zip(ranks, products, strict=True)])
            own = [r.score for row, (uid, _, _) in zip(found, products, strict=True) for r in row if r.uid == uid]
            print(f"  {form:44} {first:6.3f} {third:6.3f} {np.quantile(own, 0.05):6.2f}", flush=True)
        for form in ("What is {title}?", "O que é {title}?"):
            found = index.search([form.replace("{title}", title) for _, title, _ in unknown], 1, -1.0)
            named = sum(row[0].match == "title" for row in found)
            scores = [row[0].score for row in found]
            median, high = np.quantile(scores, [0.5, 0.95])
            print(f"  unknown, {form:35} named {named} of {len(unknown)}, best score {median:.2f} (95th: {high:.2f})")


def compare_precisions(catalogue: Products, chosen: Sequence[int], asked: dict[str, list[str]]) -> None:
    """Per question form, how often the right product is first by cosine: rounded rows and questions, and mixed ones.

    bfloat16 only where the processor computes it natively: emulated it takes seven times as long as float32.
    """
    _, titles, contents = (list(column) for column in zip(*catalogue, strict=True))
    ways = {"float32": Embedder(device=choose_device("cpu", "float32"), eight_bits=False)}
    ways["8 bits"] = Embedder(device=choose_device("cpu", "float32"), eight_bits=True)
    if choose_device("cpu").dtype == "bfloat16":
        ways["bfloat16"] = Embedder(device=choose_device("cpu", "bfloat16"))
    rows = {name: embed_products(titles, contents, embedder) for name, embedder in ways.items()}
    pairs = [(name, name) for name in ways] + [("float32", name) for name in list(ways)[1:]]
    for name in list(ways)[1:]:
        cosines = (rows[name] * rows["float32"]).sum(axis=1)
        print(f"products, {name} against float32: cosine mean {cosines.mean():.4f}, least {cosines.min():.4f}")
    print("first by cosine alone, and another first than float32 has; rows / questions:")
    for form, questions in asked.items():
        vectors = {name: embedder.embed(questions) for name, embedder in ways.items()}
        firsts = {pair: (vectors[pair[1]] @ rows[pair[0]].T).argmax(axis=1) for pair in pairs}
        told = [
            f"{stored} / {question} {np.mean(found == np.asarray(chosen)):.3f}"
            f" ({np.mean(found != firsts[pairs[0]]):.3f} other)"
            for (stored, question), found in firsts.items()
        ]
        print(f"  {form:44} " + ", ".join(told), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--catalogue", type=int, default=6000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--skip-comparisons", action="store_true", help="measure the index only")
    parser.add_argument("--exact", action="store_true", help="not in 8 bits, whatever the processor")
    arguments = parser.parse_args()
    rows: Products = read_products(arguments.data / "products.parquet").select("uid", "title", "content").rows()
    random.Random(arguments.seed).shuffle(rows)
    catalogue, rest = rows[: arguments.catalogue], rows[arguments.catalogue :]
    names = Counter(normalise_title(title) for _, title, _ in catalogue)
    single = [i for i, (_, title, _) in enumerate(catalogue) if names[normalise_title(title)] == 1]
    chosen = random.Random(arguments.seed).sample(single, min(arguments.questions, len(single)))
    products = [catalogue[i] for i in chosen]
    unknown = [row for row in rest if normalise_title(row[1]) not in names][: arguments.questions]
    asked = write_questions(products)
    print(f"{len(catalogue):,} products, {len(products)} asked")
    embedder = Embedder(eight_bits=False) if arguments.exact else Embedder()
    measure_index(catalogue, products, unknown, asked, embedder)
    if not arguments.skip_comparisons:
        compare_vectors(catalogue, chosen, asked, embedder)
        compare_precisions(catalogue, chosen, asked)


if __name__ == "__main__":
    main()
