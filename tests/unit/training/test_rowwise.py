"""Rows in cache-sized parts or in one kernel: the same results; the kernels themselves are tested in tests/gpu."""

import doctest

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from catalora.training import dropout, rowwise
from catalora.training.dropout import draw_mask, draw_seeds, read_mask
from catalora.training.rowwise import compute_rows
from tests.tiny import FAMILIES, build_lora_model
from tests.unit.training.test_fused import OFF, compute

STEP = 2e-3  # the loss is a sum in float32


def scale_and_sum(rows, others, factor):
    return rows * factor, (rows + others).sum(-1, keepdim=True)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(rowwise).failed == 0


@given(count=st.integers(0, 12), width=st.integers(1, 4), part=st.integers(1, 60))
def test_parts_of_any_size_give_what_all_rows_at_once_give(count, width, part):
    rows, others = torch.randn(count, width), torch.randn(count, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rowwise, "CACHE_BYTES", part)
        found = compute_rows(scale_and_sum, (rows, others), (2.0,))
        own = torch.empty_like(rows)
        place = compute_rows(scale_and_sum, (rows, others), (2.0,), into=(own, torch.empty(count, 1)))
    for result, expected in zip(found, scale_and_sum(rows, others, 2.0), strict=True):
        torch.testing.assert_close(result, expected)
    assert place[0] is own
    assert torch.equal(own, found[0])


@pytest.fixture
def _as_on_a_gpu(monkeypatch):
    """Whole tensors and hashed masks, without a compiler."""
    for module in (rowwise, dropout):
        monkeypatch.setattr(module, "compiles_on", lambda device: True)
    monkeypatch.setattr(rowwise, "_compile", lambda steps: steps)


@pytest.mark.usefixtures("_as_on_a_gpu")
@pytest.mark.parametrize("family", FAMILIES)
def test_loss_and_gradients_are_those_of_the_plain_path(family):
    model = build_lora_model(family)
    plain_loss, plain = compute(model, **OFF)
    loss, found = compute(model)
    torch.testing.assert_close(loss, plain_loss, rtol=1e-5, atol=1e-4)
    for name, gradient in plain.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-4, msg=name)


@pytest.mark.usefixtures("_as_on_a_gpu")
def test_the_gradient_under_hashed_dropout_is_the_derivative():
    model = build_lora_model(dropout=0.4).double()

    def learn():
        torch.manual_seed(5)
        return compute(model)

    _, gradients = learn()
    for name, weight in model.named_parameters():
        if "layers.0" not in name or not weight.requires_grad:
            continue
        direction = torch.randn_like(weight)
        losses = []
        for step in (STEP, -STEP):
            weight.data.add_(direction, alpha=step)
            losses.append(learn()[0])
            weight.data.sub_(direction, alpha=step)
        slope = (losses[0] - losses[1]) / (2 * STEP)
        torch.testing.assert_close((gradients[name] * direction).sum(), slope, rtol=0.01, atol=0.02, check_dtype=False)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.5, 0.9])
def test_hashed_masks_drop_with_the_rate_and_know_nothing_of_each_other(rate):
    torch.manual_seed(3)
    like = torch.empty(500, 2000)
    masks = [read_mask(draw_seeds(like.device), like, rate).float() for _ in range(4)]
    error = (rate * (1 - rate) / like.numel()) ** 0.5
    for mask in masks:
        assert abs((1 - mask.mean()) - rate) < 5 * error
        assert ((1 - mask.mean(0)) - rate).abs().max() < 6 * (rate * (1 - rate) / 500) ** 0.5
        flat = mask.flatten() - (1 - rate)
        for distance in (1, 2, 7, 8, 2000):
            assert abs((flat[distance:] * flat[:-distance]).mean()) < 6 * rate * (1 - rate) / 1000
    pair = (masks[0] - (1 - rate)) * (masks[1] - (1 - rate))
    assert abs(pair.mean()) < 6 * rate * (1 - rate) / 1000


def test_a_stored_mask_is_read_as_it_is():
    mask = draw_mask(torch.empty(3, 4), 0.5)
    assert read_mask(mask, torch.empty(3, 4), 0.5) is mask
