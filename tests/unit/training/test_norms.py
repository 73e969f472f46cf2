"""Our norm node computes what the libraries' norms compute, and leaves alone what is another thing."""

import pytest
import torch

from catalora.training import rowwise
from catalora.training.fused import fuse
from catalora.training.norms import FusedNorm, find_norms
from tests.tiny import FAMILIES, build_lora_model

# Two layers with a norm before attention and MLP; Gemma 2 and 3 have two more behind them, Gemma 3 those of its heads.
COUNTS = {"gemma": 5, "gemma2": 9, "gemma3": 13, "llama": 5, "qwen2": 5}


def shift_gains(model):
    torch.manual_seed(2)
    for module, _ in find_norms(model):
        module.weight.data += 0.5 * torch.randn_like(module.weight)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_norm_of_a_family_is_found(family):
    assert len(find_norms(build_lora_model(family))) == COUNTS[family]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("family", FAMILIES)
def test_value_and_gradient_are_the_layers_own(family, dtype, monkeypatch):
    monkeypatch.setattr(rowwise, "CACHE_BYTES", 300)  # parts of two rows
    model = build_lora_model(family).to(dtype)
    shift_gains(model)
    norm, fused = find_norms(model)[0]
    x = torch.randn(3, 5, norm.weight.shape[0]).to(dtype)
    weights = torch.randn(x.shape)
    results = []
    for compute in (norm, fused):
        given = x.clone().requires_grad_()
        output = compute(given)
        assert output.dtype == dtype
        (gradient,) = torch.autograd.grad((output.float() * weights).sum(), given)
        results.append((output, gradient))
    tolerance = {"rtol": 1e-5, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 0.02, "atol": 0.02}
    for found, expected in zip(results[1], results[0], strict=True):
        torch.testing.assert_close(found, expected, **tolerance)


def test_bf16_rounds_once():
    gain, x = torch.rand(64) + 0.5, torch.randn(200, 64)
    exact = FusedNorm(gain, 1e-6)(x.bfloat16().float())
    assert torch.equal(FusedNorm(gain, 1e-6)(x.bfloat16()), exact.bfloat16())


def test_a_norm_that_does_more_or_learns_is_left_alone():
    model = build_lora_model()
    layers = model.base_model.model.model.layers
    layers[0].input_layernorm.weight.requires_grad_(True)

    class DoublingRMSNorm(type(layers[1].input_layernorm)):
        def forward(self, x):
            return 2 * super().forward(x) + 1

    layers[1].input_layernorm.__class__ = DoublingRMSNorm
    found = [norm for norm, _ in find_norms(model)]
    assert len(found) == 3
    assert layers[0].input_layernorm not in found
    assert layers[1].input_layernorm not in found


def test_a_scaled_norm_is_a_norm_with_another_gain():
    model = build_lora_model()
    norm = model.base_model.model.model.norm

    class HalvingRMSNorm(type(norm)):
        def forward(self, x):
            return super().forward(x) / 2

    norm.__class__ = HalvingRMSNorm
    x = torch.randn(4, norm.weight.shape[0])
    expected = norm(x)
    with fuse(model):
        assert "forward" in vars(norm)
        torch.testing.assert_close(norm(x), expected)
