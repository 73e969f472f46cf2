"""What the model sees of a product: the record as read and as cleaned, the prompt, and the tokens with their loss mask.

A view model for the command line and the app; both only lay it out. Tokens and mask are taken from a packed row of
training (`tokenise_products`, `PackedRows`), never worked out a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from catalora.catalog import PreparedData, Product, Split
from catalora.catalog.differences import Piece, compare_texts
from catalora.catalog.keys import compute_order
from catalora.errors import DataError, InputNotFoundError
from catalora.prompts import PromptTemplate
from catalora.training.fit import UNLIMITED, tokenise_as_trained
from catalora.training.packing import IGNORED, Examples, PackedRows

# What a decoder shows for a character of which only some bytes are there.
_INCOMPLETE = "\ufffd"

Outcome = Literal["whole", "shortened", "left out"]


@dataclass(frozen=True, slots=True)
class FieldView:
    """A title or description before and after cleaning.

    Attributes:
        raw: as read.
        cleaned: as trained on.
        rules: cleaning rules that changed it.
        pieces: both texts in one; without the added pieces they spell `raw`, without the removed ones `cleaned`.
    """

    raw: str
    cleaned: str
    rules: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an example.

    Attributes:
        id: in the model's vocabulary.
        text: what it adds to the text; empty for the first bytes of a character that more tokens complete.
        learned: whether it carries loss.
    """

    id: int
    text: str
    learned: bool


@dataclass(frozen=True, slots=True)
class ProductView:
    """A product from the catalogue's row to the model's input.

    Attributes:
        uid: as in the prepared data set.
        split: only products of `train` are learned; others are shown as they would be.
        place: file and line of the row where cleaning changed it; unchanged rows are stored without their place.
        title: before and after.
        content: before and after.
        question: in the form that the first epoch asks.
        prompt: the exact text in front of the answer, without `<bos>`.
        tokens: the example as it stands in a packed row; empty when it is left out.
        prompt_tokens: how many tokens carry no loss.
        learned_tokens: how many do.
        whole_tokens: tokens of the example if nothing were cut.
        max_length: most tokens of an example.
        outcome: `shortened` after a whole sentence, or `left out` because the question leaves no room.
    """

    uid: str
    split: Split
    place: str | None
    title: FieldView
    content: FieldView
    question: str
    prompt: str
    tokens: tuple[Token, ...]
    prompt_tokens: int
    learned_tokens: int
    whole_tokens: int
    max_length: int
    outcome: Outcome


def preview_products(
    prepared: PreparedData,
    template: PromptTemplate,
    tokenizer: Any,
    *,
    uids: Sequence[str] = (),
    count: int = 1,
    max_length: int,
    seed: int,
) -> list[ProductView]:
    """Views of products of a prepared data set.

    Args:
        prepared: the data set.
        template: renders prompt and completion.
        tokenizer: a Hugging Face tokenizer.
        uids: products to show, of any split; without them a random draw of training products.
        count: how many to draw.
        max_length: `training.max_length`.
        seed: `training.seed`, of the question forms; also of the draw.

    Raises:
        InputNotFoundError: a uid is not in the data set; the message says so when `prepare` removed it.
    """
    table = prepared.table()
    rows = _find_rows(prepared, table, uids) if uids else _draw_rows(table, count, seed)
    changed = prepared.changed().filter(pl.col("uid").is_in(rows["uid"].implode()))
    return [
        _view_product(Product(uid, title, content), split, changed, template, tokenizer, max_length, seed)
        for uid, title, content, split in rows.select("uid", "title", "content", "split").iter_rows()
    ]


def read_token_texts(tokenizer: Any, ids: Sequence[int]) -> list[str]:
    """The text that each token adds; joined they are the decoded whole.

    A character of several tokens is given to its last one. Tokens are decoded behind the one before them, because some
    decoders drop a space at the start.
    """
    texts: list[str] = []
    before = start = 0  # the last complete token, and the first one behind it
    for end in range(1, len(ids) + 1):
        text = _decode(tokenizer, ids[before:end])[len(_decode(tokenizer, ids[before:start])) :]
        if text.endswith(_INCOMPLETE) and end < len(ids):
            texts.append("")
            continue
        texts.append(text)
        before, start = start, end
    return texts


def _find_rows(prepared: PreparedData, table: pl.DataFrame, uids: Sequence[str]) -> pl.DataFrame:
    rows = pl.DataFrame({"uid": uids}).join(table, on="uid", how="inner", maintain_order="left")
    missing = next((uid for uid in uids if uid not in rows["uid"]), None)
    if missing is None:
        return rows
    removed = prepared.removed().filter(pl.col("uid") == missing)
    if removed.is_empty():
        raise InputNotFoundError(
            f"{prepared.path}: no product with the uid {missing!r}",
            code="unknown-uid",
            hint="`--random 5` shows five products with their uids; max_samples may not have drawn this one.",
            uid=missing,
        )
    file, line, reason, detail = removed.select("file", "line", "reason", "detail").row(0)
    raise InputNotFoundError(
        f"{prepared.path}: product {missing!r} ({file}:{line}) was removed: {reason}"
        + (f", {detail}" if detail else ""),
        code="product-removed",
        hint="Look into removed.parquet for all removed rows.",
        uid=missing,
        reason=reason,
    )


def _draw_rows(table: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    train = table.filter(pl.col("split") == "train")
    if train.is_empty():
        raise DataError(
            "there are no training products to draw from",
            code="no-training-products",
            hint="Name a product by its uid, or prepare a larger catalogue.",
        )
    return train[compute_order(train["uid"], seed).arg_sort()[:count]]


def _view_product(
    product: Product,
    split: Split,
    changed: pl.DataFrame,
    template: PromptTemplate,
    tokenizer: Any,
    max_length: int,
    seed: int,
) -> ProductView:
    changes = changed.filter(pl.col("uid") == product.uid)
    place = f"{changes['file'][0]}:{changes['line'][0]}" if changes.height else None
    question = template.render_question(product.title, template.question_form(product.uid, 0, seed))
    whole = tokenise_as_trained([product], template, tokenizer, max_length=UNLIMITED, seed=seed)
    assert whole is not None
    example = tokenise_as_trained([product], template, tokenizer, max_length=max_length, seed=seed)
    tokens = () if example is None else _read_tokens(example, tokenizer, max_length, seed)
    learned = sum(token.learned for token in tokens)
    return ProductView(
        uid=product.uid,
        split=split,
        place=place,
        title=_view_field(changes, "title", product.title),
        content=_view_field(changes, "content", product.content),
        question=question,
        prompt=template.render_prompt(question),
        tokens=tokens,
        prompt_tokens=len(tokens) - learned,
        learned_tokens=learned,
        whole_tokens=len(whole.ids),
        max_length=max_length,
        outcome="left out" if example is None else "shortened" if example.shortened else "whole",
    )


def _view_field(changes: pl.DataFrame, field: str, cleaned: str) -> FieldView:
    rows = changes.filter(pl.col("field") == field)
    if rows.is_empty():
        return FieldView(cleaned, cleaned, (), compare_texts(cleaned, cleaned))
    rules, raw = rows.select("rules", "before").row(0)
    return FieldView(raw, cleaned, tuple(rules), compare_texts(raw, cleaned))


def _read_tokens(example: Examples, tokenizer: Any, max_length: int, seed: int) -> tuple[Token, ...]:
    """Ids and labels of a packed row that holds this one example."""
    row = PackedRows([example], max_length, seed)[0]
    ids: list[int] = row["input_ids"].tolist()
    learned = (row["labels"] != IGNORED).tolist()
    return tuple(map(Token, ids, read_token_texts(tokenizer, ids), learned))


def _decode(tokenizer: Any, ids: Sequence[int]) -> str:
    text: str = tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
    return text
