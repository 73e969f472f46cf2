import pytest

from catalora.estimate.probe import _split_seconds, _Try


def make_try(rows, *seconds):
    return _Try(length=100, rows=rows, seconds=list(seconds), peak=0)


def test_two_sizes_tell_what_a_token_and_a_batch_cost():
    assert _split_seconds([make_try(1, 0.3), make_try(2, 0.5)]) == pytest.approx((0.002, 0.1))


def test_a_disturbed_trial_does_not_make_tokens_free():
    # The smaller batch met a busy machine: what 200 tokens cost is known, what the batch costs beside them is not.
    assert _split_seconds([make_try(1, 0.7), make_try(2, 0.5)]) == pytest.approx((0.0025, 0.0))


def test_one_size_is_all_tokens():
    assert _split_seconds([make_try(2, 0.4)]) == pytest.approx((0.002, 0.0))
