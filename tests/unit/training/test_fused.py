"""The fused nodes compute what PEFT and transformers compute, for every family."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from catalora.training import block_attention
from catalora.training.fused import fuse
from catalora.training.gated import find_gated_mlps
from catalora.training.lora import find_groups
from catalora.training.loss import CompletionLoss
from tests.tiny import FAMILIES, build_lora_model

OFF = {"lora": False, "activation": False, "norms": False, "attention": False, "rotary": False}
PARTS = [*({**OFF, part: True} for part in OFF), {}]


def make_batch():
    generator = torch.Generator().manual_seed(3)
    ids = torch.randint(4, 260, (2, 24), generator=generator)
    positions = torch.cat([torch.arange(10), torch.arange(14)]).repeat(2, 1)
    labels = ids.clone()
    labels[:, :4] = labels[:, 10:13] = -100
    return {"input_ids": ids, "position_ids": positions, "labels": labels}


def compute(model, **switches):
    """Loss and gradients of one step with the given parts fused."""
    module = CompletionLoss(model).train()
    model.zero_grad()
    with fuse(model, **switches):
        loss = module(**make_batch())
        loss.backward()
    return loss.detach(), {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("switches", PARTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_loss_and_gradients_are_those_of_the_plain_path(family, switches):
    model = build_lora_model(family)
    plain_loss, plain = compute(model, **OFF)
    fused_loss, fused = compute(model, **switches)
    torch.testing.assert_close(fused_loss, plain_loss, rtol=1e-5, atol=1e-4)
    assert fused.keys() == plain.keys()
    for name, gradient in plain.items():
        torch.testing.assert_close(fused[name], gradient, rtol=1e-3, atol=1e-4, msg=name)


@pytest.mark.parametrize("family", FAMILIES)
def test_attention_goes_block_by_block_where_it_can(family, monkeypatch):
    calls = []
    original = block_attention._BlockAttention.apply
    monkeypatch.setattr(
        block_attention._BlockAttention, "apply", lambda *args: calls.append(args[3]) or original(*args)
    )
    compute(build_lora_model(family))
    # Gemma 2 caps its scores, which the library's kernel does.
    assert len(calls) == (0 if family == "gemma2" else 2)
    for layout in calls:  # two rows of 10 and 14 tokens
        assert [tuple(group.tokens.shape) for group in layout.groups] == [(4, 14)]


@pytest.mark.parametrize("heads", [(4, 1), (4, 2), (3, 3)], ids=["one-key-head", "groups", "each-its-own"])
@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.lists(st.integers(1, 24), min_size=1, max_size=6), min_size=1, max_size=3), data=st.data())
def test_blocks_of_any_lengths_attend_as_under_a_mask(heads, rows, data):
    length = max(map(sum, rows))
    rows = [[*row, *[1] * (length - sum(row))] for row in rows]  # what a row is filled up with starts at 0, too
    positions = torch.tensor([[step for count in row for step in range(count)] for row in rows])
    owners = (positions == 0).cumsum(1)
    allowed = (owners[:, None, :, None] == owners[:, None, None, :]).tril()
    torch.manual_seed(data.draw(st.integers(0, 99)))
    shapes = [(len(rows), count, length, 8) for count in (heads[0], heads[1], heads[1])]
    parts = [torch.randn(shape, dtype=torch.float64, requires_grad=True) for shape in shapes]
    weights = torch.randn(len(rows), length, heads[0], 8, dtype=torch.float64)

    output = block_attention._BlockAttention.apply(*parts, block_attention.lay_out(positions), 0.3)
    found = torch.autograd.grad((output * weights).sum(), parts)
    plain = functional.scaled_dot_product_attention(*parts, attn_mask=allowed, scale=0.3, enable_gqa=True)
    expected = torch.autograd.grad((plain.transpose(1, 2) * weights).sum(), parts)
    torch.testing.assert_close(output, plain.transpose(1, 2))
    for gradient, exact in zip(found, expected, strict=True):
        torch.testing.assert_close(gradient, exact)


def test_generation_with_a_cache_is_the_librarys(monkeypatch):
    model = build_lora_model().eval()
    ids = make_batch()["input_ids"][:1]
    expected = model.generate(input_ids=ids, max_new_tokens=8, do_sample=False)
    with fuse(model):
        assert torch.equal(model.generate(input_ids=ids, max_new_tokens=8, do_sample=False), expected)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_adapted_layer_and_mlp_is_fused(family):
    model = build_lora_model(family)
    groups = find_groups(model)
    assert sorted(len(group.layers) for group in groups) == [1, 1, 1, 1, 2, 2, 3, 3]  # two layers of the model
    assert len(find_gated_mlps(model)) == 2


def test_bf16_gradients_are_as_near_to_exact_ones_as_the_plain_path():
    errors = {"plain": 0.0, "fused": 0.0}
    for seed in range(4):
        _, exact = compute(build_lora_model(seed=seed), **OFF)
        model = build_lora_model(seed=seed).bfloat16()
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.data = parameter.data.float()
        for way, switches in {"plain": OFF, "fused": {}}.items():
            _, gradients = compute(model, **switches)
            errors[way] += sum(float((gradients[name] - exact[name]).norm() / exact[name].norm()) for name in exact)
    assert errors["fused"] < 1.15 * errors["plain"]


def test_dropout_drops_the_adapters_input_alone():
    model = build_lora_model(dropout=0.5)
    torch.manual_seed(0)
    with_dropout, _ = compute(model)
    without, _ = compute(model.eval() and build_lora_model(), **OFF)
    assert with_dropout != without
    layer = model.base_model.model.model.layers[0].self_attn.o_proj.train()
    x = torch.randn(4000, 32)
    with fuse(model):
        outputs = torch.stack([layer(x) for _ in range(20)])
    layer.eval()
    # The mean over many masks is the value without dropout.
    torch.testing.assert_close(outputs.mean(dim=(0, 1)), layer(x).mean(0), rtol=0, atol=0.02)


def test_the_gradient_under_dropout_is_the_derivative():
    model = build_lora_model(dropout=0.3).double()
    layer = model.base_model.model.model.layers[0].self_attn.q_proj.train()
    x = torch.randn(3, 32, dtype=torch.float64, requires_grad=True)
    weights = [layer.lora_A["default"].weight, layer.lora_B["default"].weight]

    def run(*_):
        torch.manual_seed(5)
        return layer(x)

    with fuse(model):
        assert torch.autograd.gradcheck(run, (x, *weights))


def test_layers_that_get_different_tensors_or_are_called_twice_are_right():
    model = build_lora_model()
    attention = model.base_model.model.model.layers[0].self_attn
    x, y = torch.randn(5, 32), torch.randn(5, 32)
    calls = [(attention.q_proj, x), (attention.k_proj, y), (attention.q_proj, x), (attention.q_proj, x)]
    expected = [layer(given) for layer, given in calls]
    with fuse(model):
        found = [layer(given) for layer, given in calls]
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_named_adapters_and_switched_off_adapters_compute_as_in_peft():
    model = build_lora_model().eval()
    ids = make_batch()["input_ids"]
    with torch.no_grad():
        names = ["__base__", "default"]
        expected = model(input_ids=ids, adapter_names=names).logits
        with model.disable_adapter():
            base = model(input_ids=ids).logits
        with fuse(model):
            torch.testing.assert_close(model(input_ids=ids, adapter_names=names).logits, expected)
            with model.disable_adapter():
                torch.testing.assert_close(model(input_ids=ids).logits, base)


def test_an_mlp_that_does_more_is_left_alone():
    model = build_lora_model()
    mlp = model.base_model.model.model.layers[0].mlp

    class Doubling(type(mlp)):
        def forward(self, x):
            return 2 * super().forward(x)

    mlp.__class__ = Doubling
    assert len(find_gated_mlps(model)) == 1


def test_nothing_stays_behind():
    model = build_lora_model()
    before = {name: module.forward.__func__ for name, module in model.named_modules() if isinstance(module, nn.Module)}
    with fuse(model):
        assert any("forward" in vars(module) for module in model.modules())
    assert not any("forward" in vars(module) for module in model.modules())
    assert before == {name: module.forward.__func__ for name, module in model.named_modules()}
