"""Masks are dropped with exactly the rate, independently, and are repeated from a random state."""

import pytest
import torch

from catalora.training.dropout import draw_mask


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.5, 1 / 256, 0.001, 0.999])
def test_every_element_is_dropped_with_the_rate(rate):
    torch.manual_seed(0)
    like = torch.empty(7, 1001)
    masks = torch.stack([draw_mask(like, rate) for _ in range(400)]).float()
    # The threshold of a mask is one draw for all its elements, hence the second part of the error.
    between = (rate * 256) % 1
    error = (rate * (1 - rate) / masks.numel() + between * (1 - between) / 256**2 / 400) ** 0.5
    assert abs((1 - masks.mean()) - rate) < 4.5 * error
    assert (1 - masks.mean(0)).sub(rate).abs().max() < 6 * (rate * (1 - rate) / 400) ** 0.5


def test_neighbours_and_masks_know_nothing_of_each_other():
    torch.manual_seed(1)
    mask = draw_mask(torch.empty(1_000_000), 0.5).float() - 0.5
    for distance in (1, 2, 7, 8, 9, 64):
        assert abs((mask[distance:] * mask[:-distance]).mean()) < 0.25 * 0.005
    assert abs((mask * (draw_mask(torch.empty(1_000_000), 0.5).float() - 0.5)).mean()) < 0.25 * 0.005


@pytest.mark.parametrize("shape", [(1,), (3, 5), (2, 3, 4), (0, 4)])
def test_any_shape_and_the_same_state_the_same_mask(shape):
    torch.manual_seed(2)
    state = torch.get_rng_state()
    first = draw_mask(torch.empty(shape), 0.3)
    torch.set_rng_state(state)
    assert first.shape == shape
    assert first.dtype == torch.bool
    assert torch.equal(first, draw_mask(torch.empty(shape), 0.3))


def test_all_or_nothing():
    assert draw_mask(torch.empty(100), 0.0).all()
    assert not draw_mask(torch.empty(100), 1.0).any()
