"""The rows that a run is trained and validated on, from its products."""

from collections.abc import Sequence
from typing import Any

from catalora.catalog import Product, pick_products, read_products
from catalora.catalog.keys import hash_text
from catalora.config import Config
from catalora.prompts import PromptTemplate
from catalora.run import Event, RunFolder
from catalora.training.packing import Examples, PackedRows, list_taken_texts, tokenise_products


def build_rows(
    run: RunFolder, config: Config, template: PromptTemplate, tokenizer: Any
) -> tuple[PackedRows, PackedRows | None]:
    """Packed training rows of all epochs, and validation rows when there are validation products.

    Each epoch asks for a product in another of the template's question forms. What is shortened or left out becomes a
    warning among the run's events.

    Raises:
        DataError: no product fits into `training.max_length`.
    """
    table, training = read_products(run.products), config.training

    def build(products: Sequence[Product], epochs: int, grounded_share: float) -> PackedRows:
        length, seed = training.max_length, training.seed
        examples = [
            tokenise_epoch(
                products,
                template,
                tokenizer,
                epoch=epoch,
                max_length=length,
                seed=seed,
                grounded_share=grounded_share,
            )
            for epoch in range(epochs)
        ]
        return PackedRows(examples, length, seed)

    rows = build(pick_products(table, "train"), training.epochs, config.data.grounded_share)
    _warn_of_losses(run, rows, training.max_length)
    validation = pick_products(table, "validation", training.max_validation_products, config.data.seed)
    # Without records, so that validation losses mean the same whatever the share.
    return rows, build(validation, 1, 0.0) if validation else None


def tokenise_epoch(
    products: Sequence[Product],
    template: PromptTemplate,
    tokenizer: Any,
    *,
    epoch: int,
    max_length: int,
    seed: int,
    grounded_share: float = 0.0,
) -> Examples:
    """Tokenise products as an epoch of training does: each in the question form that is its turn.

    A share of them, others in each epoch, has its record in the prompt.

    Raises:
        DataError: no product fits into `max_length`.
    """
    questions = [template.render_question(p.title, template.question_form(p.uid, epoch, seed)) for p in products]
    bound = grounded_share * 2**64
    grounded = {p.uid for p in products if grounded_share and hash_text(f"{seed}:{epoch}:record:{p.uid}") < bound}
    return tokenise_products(
        products, template, tokenizer, questions=questions, max_length=max_length, grounded=grounded
    )


def list_trained_texts(
    products: Sequence[Product], config: Config, template: PromptTemplate, tokenizer: Any
) -> tuple[list[str], list[str]]:
    """Uids and descriptions as they were trained on: shortened ones as far as the longest epoch took them.

    Products that no epoch took are left out.
    """
    training = config.training
    longest: dict[str, str] = {}
    for epoch in range(training.epochs):
        questions = [
            template.render_question(p.title, template.question_form(p.uid, epoch, training.seed)) for p in products
        ]
        texts = list_taken_texts(products, template, tokenizer, questions=questions, max_length=training.max_length)
        for product, text in zip(products, texts, strict=True):
            if text is not None and len(text) > len(longest.get(product.uid, "")):
                longest[product.uid] = text
        if all(longest.get(product.uid) == product.content for product in products):
            break
    return list(longest), list(longest.values())


def _warn_of_losses(run: RunFolder, rows: PackedRows, length: int) -> None:
    if rows.shortened:
        message = f"{rows.shortened} descriptions are longer than {length} tokens and were cut after a whole sentence"
        run.append_event(Event("warning", 0, {"code": "shortened", "message": message}))
    if rows.skipped:
        message = f"{len(rows.skipped)} products were left out: their title alone fills {length} tokens"
        facts = {"code": "skipped", "message": message, "uids": sorted(rows.skipped)[:20]}
        run.append_event(Event("warning", 0, facts))
