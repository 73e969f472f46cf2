import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.catalog import Product
from catalora.errors import DataError
from catalora.prompts import PromptTemplate
from catalora.training import fit as fit_module
from catalora.training.fit import (
    RANDOM_BATCH,
    LengthFit,
    compute_quantiles,
    count_lengths,
    measure_lengths,
    recommend_length,
)
from catalora.training.packing import PackedRows, tokenise_products
from tests.tiny import ByteTokenizer, make_products

TEMPLATE = PromptTemplate()
SENTENCE = "It shines very well on every desk. "
# Short, long and very long descriptions, and one title that leaves no room in 128 tokens.
PRODUCTS = [
    *make_products(60),
    *(Product(f"L{n}", f"Long lamp {n}", SENTENCE * (4 + n % 9)) for n in range(30)),
    Product("wide", "Lamp " * 30, "A lamp with a wide name."),
]
CANDIDATES = (128, 192, 256, 512)


class LimitedTokenizer(ByteTokenizer):
    model_max_length = 256


def measure(products=PRODUCTS, tokenizer=None, candidates=CANDIDATES):
    return measure_lengths(
        products, TEMPLATE, tokenizer or ByteTokenizer(), available=len(products), seed=3, candidates=candidates
    )


def train_on(max_length):
    """All products the way training tokenises them, at once."""
    questions = [TEMPLATE.render_question(p.title, TEMPLATE.question_form(p.uid, 0, 3)) for p in PRODUCTS]
    return tokenise_products(PRODUCTS, TEMPLATE, ByteTokenizer(), questions=questions, max_length=max_length)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(fit_module).failed == 0


@pytest.mark.parametrize("measured", measure().lengths, ids=lambda one: str(one.max_length))
def test_every_figure_is_what_training_gets(measured):
    max_length = measured.max_length
    trained, whole = train_on(max_length), train_on(100_000)
    rows = PackedRows([trained], max_length, seed=3)
    assert measured.shortened == trained.shortened
    assert measured.left_out == len(trained.skipped)
    learned = (trained.lengths - trained.prompt_lengths).sum()
    assert measured.lost_share == pytest.approx(1 - learned / (whole.lengths - whole.prompt_lengths).sum())
    assert measured.rows == pytest.approx(len(rows), abs=1)  # another order of the same lengths
    assert measured.padding_packed == pytest.approx(1 - rows.efficiency, abs=0.03)
    assert measured.padding_fixed == pytest.approx(1 - trained.lengths.mean() / max_length)


def test_longer_rows_cut_less_and_packing_never_wastes_more_than_fixed_rows():
    lengths = measure().lengths
    assert [one.max_length for one in lengths] == sorted(CANDIDATES)
    assert sorted((one.lost_share for one in lengths), reverse=True) == [one.lost_share for one in lengths]
    assert lengths[0].left_out == 1
    assert lengths[-1].not_whole == 0
    assert lengths[-1].lost_share == 0
    assert lengths[-1].padding_packed < 0.1 < lengths[-1].padding_random
    for one in lengths:
        assert 0 <= one.padding_packed <= one.padding_fixed < 1
        assert 0 <= one.padding_random <= one.padding_fixed


def test_a_single_length_has_no_padding_in_random_batches():
    products = [Product(f"P{n % 10}", "Lamp", "It shines on the desk.") for n in range(RANDOM_BATCH * 2)]
    same = [product for product in products if product.uid == "P1"]
    assert measure(same).lengths[0].padding_random == pytest.approx(0)


def test_a_length_that_no_product_fits_is_measured_too():
    (measured,) = measure([PRODUCTS[-1]], candidates=[128]).lengths
    assert (measured.left_out, measured.lost_share, measured.rows, measured.padding_packed) == (1, 1.0, 0, 0.0)


def test_no_product_is_an_error_of_its_own():
    with pytest.raises(DataError, match="no training products"):
        measure([])


def test_the_length_of_the_setting_is_measured_once():
    assert [one.max_length for one in measure(candidates=(256, 128, 256)).lengths] == [128, 256]


def length(max_length, shortened, lost_share):
    return LengthFit(max_length, shortened, 0, lost_share, 0.5, 0.3, 0.1, 10)


FITS = [length(128, 400, 0.30), length(256, 21, 0.04), length(512, 20, 0.03), length(1024, 0, 0.0)]


def test_the_shortest_length_that_keeps_nearly_all_products_whole_is_recommended_with_its_reason():
    recommended, reason = recommend_length(FITS, 1000, None)
    assert recommended == 512
    assert "512 is the shortest" in reason
    assert "2.00% of the products and 3.0%" in reason
    assert "with 256, 2.10%" in reason


def test_no_length_beyond_the_model_is_recommended():
    assert recommend_length(FITS, 1000, 256) == (
        256,
        "256 is the longest tried that the model takes, and still 2.10% of the products and 4.0% of the description "
        "tokens are cut.",
    )
    measured = measure(tokenizer=LimitedTokenizer())
    assert measured.context == 256
    assert measured.recommended <= 256
    assert measure().context is None


def test_a_catalogue_of_short_texts_is_told_that_nothing_is_cut():
    recommended, reason = recommend_length(FITS[3:], 1000, None)
    assert (recommended, reason) == (1024, "1024 is the shortest tried, and nothing is cut.")


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=200))
def test_the_histogram_counts_every_example_once_and_quantiles_are_real_lengths(values):
    lengths = np.array(values)
    bins = count_lengths(lengths)
    assert sum(part.count for part in bins) == len(values)
    assert bins[0].count > 0 < bins[-1].count
    assert all(one.end == other.start for one, other in itertools.pairwise(bins))
    quantiles = compute_quantiles(lengths)
    assert {quantiles.p5, quantiles.p50, quantiles.p99} <= set(values)
    assert quantiles.max == max(values)
