"""Which products are evaluated: the same ones each time, none of them trained on unless it is meant to be."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from catalora.catalog import Product, pick_products
from catalora.config import Config
from catalora.errors import DataError
from catalora.evaluation.protocol import build_prompted_template, check_no_leak, choose_examples, select_fitting
from catalora.evaluation.scoring import ask_questions
from catalora.generation.answer import Answerer

_EXAMPLE_CANDIDATES = 64


@dataclass(frozen=True, slots=True)
class Lists:
    """What is evaluated.

    Attributes:
        unseen: test products that fit every column.
        seen: the probe of training products that fit.
        examples: training products for the prompted column, in neither list.
        too_long: how many did not fit, unseen and seen.
    """

    unseen: list[Product]
    seen: list[Product]
    examples: list[Product]
    too_long: tuple[int, int]


def choose_lists(answerer: Answerer, table: pl.DataFrame, config: Config, products: int) -> tuple[Lists, Answerer]:
    """Draw the lists, the same ones each time, and build the prompted column's answerer.

    Raises:
        DataError: there are no test products, some were trained on, or none fits the model's context.
    """
    seed = config.data.seed
    unseen = pick_products(table, "test", products, seed)
    if not unseen:
        raise DataError(
            "the run has no test products to evaluate on",
            code="no-test-products",
            hint="Prepare the data with a larger data.test_share.",
        )
    check_no_leak(table, [product.uid for product in unseen])
    # A small training set must have some left to serve as examples.
    trained = int((table["split"] == "train").sum())
    probe = min(max(2, products // 4), trained // 2)
    drawn = pick_products(table, "train", probe + _EXAMPLE_CANDIDATES, seed)
    seen, candidates = drawn[:probe], drawn[probe:]
    examples = choose_examples(candidates, [*unseen, *seen])
    template = build_prompted_template(answerer.template, answerer.tokenizer, examples)
    prompted = Answerer(answerer.model, answerer.tokenizer, template, answerer.device)
    fitting_unseen = keep_fitting([answerer, prompted], unseen, config)
    fitting_seen = keep_fitting([answerer], seen, config) if seen else []
    if not fitting_unseen:
        raise DataError(
            f"none of {len(unseen)} test products fits the model's context of {answerer.context_length} tokens",
            code="nothing-to-compare",
            hint="Lower generation.max_new_tokens, or prepare the data with a larger data.test_share.",
        )
    too_long = (len(unseen) - len(fitting_unseen), len(seen) - len(fitting_seen))
    return Lists(fitting_unseen, fitting_seen, examples, too_long), prompted


def keep_fitting(answerers: Sequence[Answerer], products: Sequence[Product], config: Config) -> list[Product]:
    """The products that fit the model's context in every column."""
    questions = ask_questions(products, answerers[0].template, config.training.seed)
    places = select_fitting(answerers, products, questions, config.generation.max_new_tokens)
    return [products[place] for place in places]
