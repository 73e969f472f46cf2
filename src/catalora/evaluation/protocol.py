"""The rules of a fair before/after, and the checks that they were kept.

    products    a list of test products that were never trained on, a probe of training products; both named by hash
    prompts     the same for both sides; in the third column the base model gets the best prompt we know
    decoding    greedy, the same limits and stop tokens for all columns
    refused     test rows among the training rows, the gold text in a prompt, decoders that differ

Which weights answered is proved in `fingerprints.py`.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

import polars as pl

from catalora.catalog import Product
from catalora.catalog.prepared import compute_fingerprint
from catalora.errors import DataError, EvaluationError
from catalora.evaluation.results import Column
from catalora.generation.answer import Answerer
from catalora.prompts import PromptTemplate

INSTRUCTION = (
    "Each answer below is the catalogue's description of the product that the question names: one paragraph in the "
    "style of the examples, about this product only. The text ends with the answer.\n\n"
)
EXAMPLES = 2
# Of the examples: long enough to show the style, short enough to leave room for the answer.
EXAMPLE_CHARS = (80, 400)
# A piece of a description this long does not stand in a prompt by chance.
GOLD_CHARS = 50
_NAMED = 5  # products in an error message


def hash_products(products: Sequence[Product]) -> str:
    """Fingerprint of a list: other products, texts or another order give another one."""
    return hashlib.sha256(json.dumps([astuple(product) for product in products]).encode()).hexdigest()[:16]


def build_prompted_template(template: PromptTemplate, tokenizer: Any, examples: Sequence[Product]) -> PromptTemplate:
    """The prompt that gives the base model its best chance: an instruction, two examples and a stop hint.

    Without it, most of what tuning gains would be that the tuned model knows the format. Each example ends with the
    token that ends a text, so that the base model can end its answer the same way and under the same decoder.
    """
    end = _find_stop_text(tokenizer)
    shown = "".join(
        template.render_prompt(template.render_question(example.title, number))
        + template.render_completion(example.content)
        + f"{end}\n\n"
        for number, example in enumerate(examples, start=1)
    )
    return template.model_copy(update={"prompt": INSTRUCTION + shown + template.prompt})


def choose_examples(candidates: Sequence[Product], products: Sequence[Product]) -> list[Product]:
    """The first two candidates of good length that share no piece of text with any product of the evaluation.

    Raises:
        DataError: there are no two.
    """
    pieces = {piece for product in products for piece in _cut_pieces(product.content)}
    low, high = EXAMPLE_CHARS
    fitting = [
        candidate
        for candidate in candidates
        if pieces.isdisjoint(_cut_pieces(candidate.content)) and "{question}" not in candidate.title + candidate.content
    ]
    # Of a catalogue with very short or long texts, those that come nearest.
    fitting.sort(key=lambda product: max(low - len(product.content), len(product.content) - high, 0))
    if len(fitting) < EXAMPLES:
        raise DataError(
            f"only {len(fitting)} training products can be examples in the base model's prompt, {EXAMPLES} are needed",
            code="no-examples",
            hint="Train on more products, or evaluate fewer.",
        )
    return fitting[:EXAMPLES]


def check_products(table: pl.DataFrame, fingerprint: str) -> None:
    """Refuse products other than those that the run was started with.

    Raises:
        EvaluationError: the fingerprint differs.
    """
    found = compute_fingerprint([table])
    if found != fingerprint:
        raise EvaluationError(
            f"the run's products have the fingerprint {found}, it was started with {fingerprint}",
            code="products-changed",
            hint="Restore products.parquet from a backup, or train again.",
        )


def check_no_leak(table: pl.DataFrame, uids: Sequence[str]) -> None:
    """Refuse test products that are among the training products: by uid, by description, or by group.

    Args:
        table: uid, content, split and group of all products of the run.
        uids: the test products that shall be scored.

    Raises:
        DataError: it names the products and their doubles in training.
    """
    words = pl.col("content").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    rows = table.select("uid", "split", "group", words=words)
    trained = rows.filter(pl.col("split") == "train")
    tested = rows.filter(pl.col("uid").is_in(list(uids)) & (pl.col("split") == "test"))
    doubles = pl.concat(
        tested.join(trained, on=key, how="inner", suffix="_trained").select(
            "uid", double=pl.col("uid" if key == "uid" else "uid_trained")
        )
        for key in ("uid", "words", "group")
    ).unique("uid", maintain_order=True)
    if doubles.is_empty():
        return
    shown = ", ".join(
        uid if uid == double else f"{uid} (same as {double})" for uid, double in doubles.head(_NAMED).iter_rows()
    )
    more = f" and {doubles.height - _NAMED} more" if doubles.height > _NAMED else ""
    raise DataError(
        f"{doubles.height} of {len(uids)} test products were trained on: {shown}{more}",
        code="test-in-training",
        hint="Prepare the catalogue again and train on that: `catalora prepare` keeps doubles in one split.",
        uids=doubles["uid"].to_list(),
    )


def check_prompts(column: Column, answerer: Answerer, products: Sequence[Product], questions: Sequence[str]) -> None:
    """Refuse prompts that hold the description that they ask for, or a long piece of it; the title may.

    Raises:
        EvaluationError: it names the products.
    """
    guilty = [
        product.uid
        for product, question in zip(products, questions, strict=True)
        if _holds_gold(answerer.template.render_prompt(question), product)
    ]
    if guilty:
        shown = ", ".join(guilty[:_NAMED]) + (f" and {len(guilty) - _NAMED} more" if len(guilty) > _NAMED else "")
        raise EvaluationError(
            f"column {column!r}: the prompt holds the description that it asks for, of {shown}",
            code="gold-in-prompt",
            hint="Ask by title or question alone; examples must come from other products.",
            uids=guilty,
        )


def check_decoders(decoders: Mapping[Column, Mapping[str, Any]]) -> None:
    """Refuse columns that were decoded differently.

    Raises:
        EvaluationError: it names the settings and their values.
    """
    first = next(iter(decoders))
    differing = [
        f"{name} is {decoders[first][name]} in {first!r} and {decoder[name]} in {column!r}"
        for column, decoder in decoders.items()
        for name in decoder
        if decoder[name] != decoders[first].get(name)
    ]
    if differing:
        raise EvaluationError(
            f"the columns were decoded differently: {'; '.join(differing)}",
            code="decoders-differ",
            hint="Decode all columns with the same settings.",
            differing=differing,
        )


def select_fitting(
    answerers: Sequence[Answerer], products: Sequence[Product], questions: Sequence[str], max_new_tokens: int
) -> list[int]:
    """Places of the products that fit the model's context in every column, with description and with answer."""
    fits = [True] * len(products)
    for answerer in answerers:
        prompts = answerer.template.encode_prompts(answerer.tokenizer, questions)
        texts = answerer.template.encode_completions(answerer.tokenizer, [product.content for product in products])
        for place, (prompt, text) in enumerate(zip(prompts, texts, strict=True)):
            fits[place] &= len(prompt) + max(len(text), max_new_tokens) <= answerer.context_length
    return [place for place, fit in enumerate(fits) if fit]


def _find_stop_text(tokenizer: Any) -> str:
    """How `<eos>` is written for this tokenizer; nothing where its spelling would not become the token."""
    text = getattr(tokenizer, "eos_token", None)
    if text and tokenizer([text], add_special_tokens=False)["input_ids"] == [[tokenizer.eos_token_id]]:
        return str(text)
    return ""


def _holds_gold(prompt: str, product: Product) -> bool:
    asked, title = _flatten(prompt), _flatten(product.title)
    # A description that repeats its title shares the title's edges with the question as well: a space, a full stop.
    allowed = "\0".join(re.findall(f".{{0,3}}{re.escape(title)}.{{0,3}}", asked))
    return any(piece in asked and piece not in allowed for piece in _cut_pieces(product.content))


def _cut_pieces(description: str) -> set[str]:
    """All pieces of `GOLD_CHARS` letters; a shorter description is one piece."""
    text = _flatten(description)
    return {text[start : start + GOLD_CHARS] for start in range(max(1, len(text) - GOLD_CHARS + 1))}


def _flatten(text: str) -> str:
    return re.sub(r"\s+", " ", text.casefold()).strip()
