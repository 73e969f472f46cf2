"""The sliced vocabulary head computes what cross entropy over whole logits computes."""

import pytest
import torch
from torch.nn import functional

from catalora.training import loss, rowwise
from catalora.training.loss import Head, _SummedCrossEntropy, compute_token_losses

HEADS = {
    "plain": {"bias": False, "softcap": None, "scale": 1.0},
    "bias": {"bias": True, "softcap": None, "scale": 1.0},
    "cap": {"bias": False, "softcap": 3.0, "scale": 1.0},
    "all": {"bias": True, "softcap": 5.0, "scale": 0.25},
}


def make_head(bias, softcap, scale, pieces=103, width=16):
    torch.manual_seed(4)
    return Head(torch.randn(pieces, width), torch.randn(pieces) if bias else None, softcap, scale)


def compute_whole(hidden, targets, head):
    logits = functional.linear(hidden, head.weight, head.bias) * head.scale
    if head.softcap:
        logits = torch.tanh(logits / head.softcap) * head.softcap
    return functional.cross_entropy(logits, targets, reduction="none")


@pytest.fixture(params=[7, 103, 10_000], ids=["many slices", "one", "larger than all"])
def _slices(request, monkeypatch):
    monkeypatch.setattr(loss, "VOCABULARY_SLICE", request.param)
    monkeypatch.setattr(loss, "TOKEN_SLICE", 5)
    monkeypatch.setattr(rowwise, "CACHE_BYTES", 60)


@pytest.mark.usefixtures("_slices")
@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("size", [0.1, 1.0, 30.0])
def test_losses_and_gradients_are_those_of_whole_logits(kind, size):
    head = make_head(**HEADS[kind])
    hidden = (size * torch.randn(12, 16)).requires_grad_()
    targets = torch.randint(0, 103, (12,))
    expected = compute_whole(hidden, targets, head)
    torch.testing.assert_close(compute_token_losses(hidden.detach(), targets, head), expected.detach())
    (gradient,) = torch.autograd.grad(expected.sum(), hidden)
    found = _SummedCrossEntropy.apply(hidden, targets, head)
    torch.testing.assert_close(found, expected.sum())
    torch.testing.assert_close(torch.autograd.grad(found, hidden)[0], gradient, rtol=1e-4, atol=1e-5)


def test_logits_of_any_size_neither_overflow_nor_vanish(monkeypatch):
    monkeypatch.setattr(loss, "VOCABULARY_SLICE", 2)
    head = Head(torch.tensor([[-400.0], [-90.0], [0.0], [150.0], [400.0], [399.0]]), None, None, 1.0)
    hidden = torch.ones(3, 1, requires_grad=True)
    found = compute_token_losses(hidden.detach(), torch.tensor([4, 5, 0]), head)
    torch.testing.assert_close(found, compute_whole(hidden, torch.tensor([4, 5, 0]), head).detach())
    assert _SummedCrossEntropy.apply(hidden, torch.tensor([4, 5, 0]), head).isfinite()


def test_no_labelled_token_is_a_loss_of_nothing():
    hidden = torch.empty(0, 16, requires_grad=True)
    found = _SummedCrossEntropy.apply(hidden, torch.empty(0, dtype=torch.long), make_head(**HEADS["plain"]))
    assert found.item() == 0.0
    assert torch.autograd.grad(found, hidden)[0].shape == (0, 16)


def test_what_is_not_a_number_stays_one():
    hidden = torch.full((2, 16), float("nan"))
    assert compute_token_losses(hidden, torch.tensor([1, 2]), make_head(**HEADS["plain"])).isnan().all()


def test_a_sure_answer_costs_nothing_in_bf16():
    # Target and sum are of the same rounded product, so that a loss below zero can't come out.
    head = Head(torch.eye(8).bfloat16() * 33.3, None, None, 1.0)
    losses = compute_token_losses(torch.eye(8).bfloat16(), torch.arange(8), head)
    assert losses.min() >= 0
    assert losses.max() < 1e-6


@pytest.mark.parametrize("kind", HEADS)
def test_bf16_gradients_round_no_more_than_whole_logits_do(kind):
    head = make_head(**HEADS[kind], pieces=4096, width=64)
    hidden, targets = torch.randn(64, 64), torch.randint(0, 4096, (64,))
    half = Head(head.weight.bfloat16(), None if head.bias is None else head.bias.bfloat16(), head.softcap, head.scale)
    rounded = Head(half.weight.float(), None if half.bias is None else half.bias.float(), head.softcap, head.scale)
    hidden = hidden.bfloat16()

    def slope(compute, given, layer):
        given = given.detach().requires_grad_()
        return torch.autograd.grad(compute(given, targets, layer).sum(), given)[0].float()

    exact = slope(compute_whole, hidden.float(), rounded)
    whole = (slope(compute_whole, hidden, half) - exact).norm()
    ours = (slope(_SummedCrossEntropy.apply, hidden, half) - exact).norm()
    assert ours <= 1.1 * whole
