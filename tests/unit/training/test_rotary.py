"""Rotation in one pass is the libraries' own, and what rotates otherwise is left alone."""

import sys

import pytest
import torch

from catalora.training.rotary import FUNCTION, rotate, rotate_in_one_pass
from tests.tiny import FAMILIES, build_lora_model


def find_function(model):
    (place,) = {type(module).__module__ for module in model.modules() if hasattr(module, "q_proj")}
    return sys.modules[place], getattr(sys.modules[place], FUNCTION)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_s_function_is_replaced_while_the_context_is_open(family):
    model = build_lora_model(family)
    place, original = find_function(model)
    with rotate_in_one_pass(model):
        assert getattr(place, FUNCTION) is rotate
    assert getattr(place, FUNCTION) is original


def test_value_and_gradient_are_the_library_s():
    _, original = find_function(build_lora_model())
    torch.manual_seed(0)
    # As projections leave them: heads beside one another, turned into view.
    parts = [torch.randn(2, 5, heads, 8, dtype=torch.float64).transpose(1, 2) for heads in (4, 1)]
    angles = [torch.randn(2, 5, 8, dtype=torch.float64) for _ in range(2)]
    slopes = [torch.randn(part.shape, dtype=torch.float64) for part in parts]
    results = []
    for function in (original, rotate):
        given = [part.clone().requires_grad_() for part in parts]
        turned = function(*given, *angles)
        total = sum((result * slope).sum() for result, slope in zip(turned, slopes, strict=True))
        results.append([*turned, *torch.autograd.grad(total, given)])
    for found, expected in zip(results[1], results[0], strict=True):
        torch.testing.assert_close(found, expected)


def test_positions_that_all_rows_share_are_spread():
    query, key = torch.randn(3, 2, 4, 8), torch.randn(3, 1, 4, 8)
    cos, sin = torch.randn(1, 4, 8), torch.randn(1, 4, 8)
    wide = rotate(query, key, cos.expand(3, 4, 8), sin.expand(3, 4, 8))
    for found, expected in zip(rotate(query, key, cos, sin), wide, strict=True):
        assert torch.equal(found, expected)


def test_a_function_that_does_something_else_is_left_alone(monkeypatch):
    model = build_lora_model()
    place, _ = find_function(model)

    def by_halves(query, key, cos, sin):
        return query * cos[:, None], key * cos[:, None]

    monkeypatch.setattr(place, FUNCTION, by_halves)
    with rotate_in_one_pass(model):
        assert getattr(place, FUNCTION) is by_halves
