import math

import numpy as np
import pytest

from catalora.evaluation.uncertainty import (
    Bootstrap,
    Ratio,
    compare_lists,
    count_products_to_see,
)


def draw(seed, size=200, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 1, size)


def test_the_interval_of_a_mean_has_the_textbook_width():
    values = draw(1, 400)
    estimate = Bootstrap(400, seed=3).estimate(Ratio.of(values))
    assert estimate.value == pytest.approx(values.mean())
    half = 1.96 * values.std(ddof=1) / math.sqrt(400)
    assert (estimate.high - estimate.low) / 2 == pytest.approx(half, rel=0.06)


def test_the_same_seed_gives_the_same_interval_and_another_another():
    ratio = Ratio.of(draw(1))
    first, again, other = (Bootstrap(200, seed).estimate(ratio) for seed in (3, 3, 4))
    assert first == again
    assert (first.low, first.high) != (other.low, other.high)


def test_differences_are_paired():
    hard = draw(1) * 10
    before, after = Ratio.of(hard), Ratio.of(hard - 0.5 + draw(2) * 0.1)
    difference = Bootstrap(200, seed=3).compare(after, before, "lower")
    assert difference.value == pytest.approx(-0.5, abs=0.05)
    assert difference.high - difference.low < 0.06
    assert difference.verdict == "better"
    # As two lists, the hardness of the products would drown it.
    apart = compare_lists(after, Bootstrap(200, seed=3), before, Bootstrap(200, seed=4), "lower")
    assert apart.verdict == "no significant difference"


@pytest.mark.parametrize(
    ("direction", "shift", "verdict"),
    [
        ("higher", 1.0, "better"),
        ("higher", -1.0, "worse"),
        ("lower", 1.0, "worse"),
        ("lower", -1.0, "better"),
        ("higher", 0.0, "no significant difference"),
        ("lower", 0.0, "no significant difference"),
    ],
)
def test_the_verdict_follows_the_direction(direction, shift, verdict):
    before = draw(1)
    after = before + shift + (draw(2) - draw(2).mean()) * 0.5
    assert Bootstrap(200, seed=3).compare(Ratio.of(after), Ratio.of(before), direction).verdict == verdict


@pytest.mark.parametrize(
    ("before", "after", "verdict"), [(3.0, 0.9, "better"), (0.9, 3.0, "worse"), (0.9, 1.1, "no significant difference")]
)
def test_nearest_to_one_is_best_from_either_side(before, after, verdict):
    noise = draw(5) * 0.2
    bootstrap = Bootstrap(200, seed=3)
    compared = bootstrap.compare(Ratio.of(after + noise), Ratio.of(before + draw(6) * 0.2), "one")
    assert compared.verdict == verdict
    assert compared.value == pytest.approx(after - before, abs=0.1)


def test_identical_columns_do_not_differ():
    ratio = Ratio.of(draw(1))
    difference = Bootstrap(200, seed=3).compare(ratio, ratio, "higher")
    assert (difference.value, difference.low, difference.high) == (0.0, 0.0, 0.0)
    assert difference.verdict == "no significant difference"


def test_a_figure_is_a_ratio_of_sums_and_leaves_out_products_without_one():
    estimate = Bootstrap(4, seed=3).estimate(Ratio.of([2, 0, 0, 1], [4, 0, 0, 2]))
    assert estimate.value == 0.5
    assert estimate.products == 2
    # A resample may draw none of the two.
    assert (estimate.low, estimate.high) == (0.5, 0.5)


def test_there_is_no_figure_where_no_product_has_one():
    bootstrap, nothing = Bootstrap(3, seed=3), Ratio.of([0, 0, 0], [0, 0, 0])
    assert bootstrap.estimate(nothing) is None
    assert bootstrap.compare(nothing, Ratio.of([1, 1, 1]), "higher") is None


def test_products_to_see_follow_the_formula_and_find_what_they_promise():
    # sd 0.09 as for ROUGE-L: (1.96 + 0.8416)² · 0.0081 / 0.0001 = 635.8
    spread = np.array([-0.09, 0.09] * 500) * math.sqrt(999 / 1000)
    assert count_products_to_see(spread, 0.01) == 636
    generator = np.random.default_rng(9)
    found = 0
    for _ in range(400):
        sample = generator.normal(0.01, 0.09, 636)
        found += abs(sample.mean()) > 1.96 * sample.std(ddof=1) / math.sqrt(636)
    assert 0.74 < found / 400 < 0.86
    assert count_products_to_see(np.array([1.0])) is None


def test_intervals_cover_the_truth_as_often_as_they_say():
    generator = np.random.default_rng(7)
    covered = 0
    for trial in range(300):
        sizes = generator.integers(50, 500, 150).astype(float)
        bits = sizes * generator.gamma(20, 0.1, 150)  # 2 bits per byte
        estimate = Bootstrap(150, trial, resamples=1000).estimate(Ratio.of(bits, sizes))
        covered += estimate.low <= 2.0 <= estimate.high
    assert 0.90 <= covered / 300 <= 0.99
