import pytest

from catalora.catalog import Product
from catalora.config import build_config
from catalora.errors import DataError
from catalora.evaluation.grounded import compare_grounded
from catalora.generation.answer import Answer, Answers
from catalora.prompts import PromptTemplate
from catalora.references.records import ProductRecord

PRODUCTS = [Product("a", "Pan", "A 10-inch pan in red."), Product("b", "Pot", "A 12-inch pot in blue.")]
CONFIG = build_config(None, {"evaluation.batch_size": 1})


class Reciting:
    """Answers with the record in front of it, or with a fixed invention."""

    template = PromptTemplate()

    def answer(self, questions, config, sides, records):
        answers = []
        for question, (_, content) in zip(questions, records, strict=True):
            texts = {"tuned": "A 14-inch pan in green.", "grounded": content}
            answers.append({side: Answer(side, question, texts[side], 5, True, False) for side in sides})
        return Answers(tuple(answers), 0.0, {})


def find(question):
    product = next(product for product in PRODUCTS if product.title in question)
    return ProductRecord(product.uid, product.title, product.content, "held out", 1.0)


def test_facts_that_the_own_record_does_not_have_are_invented():
    found = compare_grounded(Reciting(), PRODUCTS, find, CONFIG, set())
    assert (found.products, found.found, found.wrong, found.none) == (2, 2, 0, 0)
    assert (found.rates["tuned"].facts, found.rates["tuned"].invented) == (4, 4)
    assert (found.rates["grounded"].facts, found.rates["grounded"].invented) == (4, 0)
    assert found.reduction == 1.0


def test_a_wrong_record_counts_against_the_grounded_side():
    found = compare_grounded(Reciting(), PRODUCTS, lambda question: find("Pan"), CONFIG, set())
    assert (found.found, found.wrong) == (1, 1)
    assert found.rates["grounded"].invented == found.rates["grounded"].contradicted == 2


def test_products_without_a_record_are_counted_and_left_out():
    found = compare_grounded(Reciting(), PRODUCTS, lambda q: find(q) if "Pan" in q else None, CONFIG, set())
    assert (found.products, found.none) == (1, 1)
    with pytest.raises(DataError) as caught:
        compare_grounded(Reciting(), PRODUCTS, lambda question: None, CONFIG, set())
    assert caught.value.code == "nothing-to-compare"
