from dataclasses import replace

import pytest

from catalora.config import TrainingConfig
from catalora.estimate.probe import Measured
from catalora.estimate.projection import CatalogueCosts, fit_into, project, project_all

MEASURED = Measured(
    device="cpu",
    reason="",
    dtype="bfloat16",
    start_seconds=10.0,
    embed_seconds=0.01,
    batch_seconds=0.25,
    step_seconds=0.5,
    token_seconds=0.001,
    forward_token_seconds=0.0004,
    generate_seconds=0.2,
    frozen_bytes=500_000_000,
    base_bytes=1_000_000_000,
    token_bytes=1_000_000.0,
    batch_tokens=1024,
    batch_bytes=1_960_000_000,
    batch_was_tried=True,
    trained_parameters=1_000_000,
    context_tokens=8192,
    full_rows=False,
)
CATALOGUE = CatalogueCosts(
    available=4000, validation=100, tokens_per_product=100.0, fill=0.96, computed=1.0, index_bytes_per_product=6000
)
TRAINING = TrainingConfig(
    epochs=2, batch_size=2, gradient_accumulation_steps=2, max_length=512, save_steps=50, watch_products=0
)


def test_time_is_start_index_steps_and_evaluations():
    # 960 products fill 96,000 / (512 · 0.96) = 196 rows; twice these are 196 batches, 98 steps.
    found = project(MEASURED, CATALOGUE, TRAINING, 960)
    assert found.steps == 98
    training = 2 * 96_000 * 0.001 + 196 * 0.25 + 98 * 0.5
    evaluations = 2 * 100 * 100 * 0.0004
    assert found.seconds == pytest.approx(10 + 2 * 960 * 0.01 + training + evaluations)


@pytest.mark.parametrize(("full_rows", "computed"), [(False, 1.02), (True, 1 / 0.96)])
def test_padding_is_computed_too_and_a_recorded_step_has_full_rows(full_rows, computed):
    plain = project(MEASURED, CATALOGUE, TRAINING, 960).seconds
    padded = project(replace(MEASURED, full_rows=full_rows), replace(CATALOGUE, computed=1.02), TRAINING, 960).seconds
    assert padded - plain == pytest.approx(2 * 96_000 * 0.001 * (computed - 1))


def test_the_watch_counts_at_the_start_and_at_each_evaluation():
    watching = TRAINING.model_copy(update={"watch_products": 4, "watch_new_tokens": 50})
    more = project(MEASURED, CATALOGUE, watching, 960).seconds - project(MEASURED, CATALOGUE, TRAINING, 960).seconds
    assert more == pytest.approx(3 * 50 * 0.2)


def test_without_references_or_validation_products_they_cost_nothing():
    bare = replace(CATALOGUE, validation=0, index_bytes_per_product=0)
    found = project(MEASURED, bare, TRAINING, 960, references=False)
    assert found.seconds == pytest.approx(10 + 2 * 96_000 * 0.001 + 196 * 0.25 + 98 * 0.5)


def test_the_table_ends_with_all_products_and_leaves_out_larger_counts():
    assert [line.products for line in project_all(MEASURED, CATALOGUE, TRAINING)] == [500, 1000, 3000, 4000]
    assert [line.products for line in project_all(MEASURED, replace(CATALOGUE, available=500), TRAINING)] == [500]


def fit(seconds, most_epochs=4, least_products=500, catalogue=CATALOGUE):
    return fit_into(MEASURED, catalogue, TRAINING, seconds, most_epochs=most_epochs, least_products=least_products)


def test_a_time_is_filled_with_new_products_before_they_come_again():
    def needs(epochs, products):
        return project(MEASURED, CATALOGUE, TRAINING.model_copy(update={"epochs": epochs}), products).seconds

    assert fit(needs(1, 1800)) == (1, pytest.approx(1800, abs=3))
    assert fit(needs(1, 4000)) == (2, pytest.approx(2000, rel=0.1))
    assert fit(needs(3, 3000)) == (3, pytest.approx(3000, abs=3))
    assert fit(needs(4, 4000)) == fit(1e9) == (4, 4000)


@pytest.mark.parametrize("seconds", [0.0, 40.0, 150.0, 333.0, 700.0, 1200.0])
def test_what_is_chosen_ends_in_time_where_anything_does(seconds):
    epochs, products = fit(seconds)
    needed = project(MEASURED, CATALOGUE, TRAINING.model_copy(update={"epochs": epochs}), products).seconds
    assert needed <= seconds or (epochs, products) == (1, 500)


def test_small_catalogues_are_taken_whole():
    assert fit(1.0, catalogue=replace(CATALOGUE, available=300)) == (1, 300)
