"""The rows that a run is trained and validated on, from its products."""

from collections.abc import Sequence
from typing import Any

from catalora.catalog import Product, pick_products, read_products
from catalora.config import Config
from catalora.prompts import PromptTemplate
from catalora.run import Event, RunFolder
from catalora.training.packing import Examples, PackedRows, tokenise_products


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

    def build(products: Sequence[Product], epochs: int) -> PackedRows:
        length, seed = training.max_length, training.seed
        examples = [
            tokenise_epoch(products, template, tokenizer, epoch=epoch, max_length=length, seed=seed)
            for epoch in range(epochs)
        ]
        return PackedRows(examples, length, seed)

    rows = build(pick_products(table, "train"), training.epochs)
    _warn_of_losses(run, rows, training.max_length)
    validation = pick_products(table, "validation", training.max_validation_products, config.data.seed)
    return rows, build(validation, 1) if validation else None


def tokenise_epoch(
    products: Sequence[Product],
    template: PromptTemplate,
    tokenizer: Any,
    *,
    epoch: int,
    max_length: int,
    seed: int,
) -> Examples:
    """Tokenise products as an epoch of training does: each in the question form that is its turn.

    Raises:
        DataError: no product fits into `max_length`.
    """
    questions = [template.render_question(p.title, template.question_form(p.uid, epoch, seed)) for p in products]
    return tokenise_products(products, template, tokenizer, questions=questions, max_length=max_length)


def _warn_of_losses(run: RunFolder, rows: PackedRows, length: int) -> None:
    if rows.shortened:
        message = f"{rows.shortened} descriptions are longer than {length} tokens and were cut after a whole sentence"
        run.append_event(Event("warning", 0, {"code": "shortened", "message": message}))
    if rows.skipped:
        message = f"{len(rows.skipped)} products were left out: their title alone fills {length} tokens"
        facts = {"code": "skipped", "message": message, "uids": sorted(rows.skipped)[:20]}
        run.append_event(Event("warning", 0, facts))
