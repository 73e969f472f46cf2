"""What only a GPU can show: compiled kernels and recorded passes compute what the plain step does."""

import logging

import pytest
import torch
from transformers import GemmaConfig, GemmaForCausalLM

from catalora.config import LoraSettings
from catalora.model.adapter import attach_lora
from catalora.training.borders import describe_batch
from catalora.training.fused import fuse
from catalora.training.loss import CompletionLoss

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

PLAIN = ("input_ids", "position_ids", "labels")


def build(dropout=0.0):
    torch.manual_seed(1)
    config = GemmaConfig(
        hidden_size=256,
        intermediate_size=1024,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=64,
        vocab_size=50_000,
    )
    model = attach_lora(GemmaForCausalLM(config).bfloat16().cuda(), LoraSettings(dropout=dropout), seed=1)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            weight.data.normal_(0, 0.05)
    return model


def make_batch(seed, rows=4, tokens=256):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(4, 50_000, (rows, tokens), generator=generator)
    positions = torch.arange(tokens).remainder(50 + 30 * seed).repeat(rows, 1)
    batch = {"input_ids": ids, "position_ids": positions, "labels": ids.masked_fill(positions < 9, -100)}
    return {name: tensor.cuda() for name, tensor in describe_batch(batch).items()}


def learn(module, *batches):
    """Loss of the last batch, and the gradients of all together."""
    module.zero_grad()
    for batch in batches:
        loss = module(**batch)
        (loss / 1000).backward()
        value = loss.item()
        del loss
    return value, [weight.grad.clone() for weight in module.parameters() if weight.requires_grad]


def assert_near(found, expected):
    assert found[0] == pytest.approx(expected[0], rel=1e-3)
    for gradient, exact in zip(found[1], expected[1], strict=True):
        assert (gradient - exact).norm() <= 0.03 * exact.norm()


def test_losses_and_gradients_are_those_of_the_plain_step():
    model = build()
    plain, fast = CompletionLoss(model).train(), CompletionLoss(model, graphs=True).train()
    batches = [make_batch(seed) for seed in range(5)]
    expected = [learn(plain, {name: batch[name] for name in PLAIN}) for batch in batches]
    with fuse(model):
        for batch, one in zip(batches, expected, strict=True):
            assert_near(learn(fast, batch), one)
        assert fast._graph is not None
        both = [first + second for first, second in zip(expected[1][1], expected[2][1], strict=True)]
        assert_near(learn(fast, batches[1], batches[2]), (expected[2][0], both))
        assert all(weight.grad.stride() == weight.stride() for weight in model.parameters() if weight.requires_grad)
        assert_near(learn(fast, make_batch(3, rows=2)), learn(plain, {n: make_batch(3, rows=2)[n] for n in PLAIN}))


def test_dropout_is_drawn_anew_at_each_launch_and_repeated_from_a_state():
    model = build(dropout=0.3)
    module = CompletionLoss(model, graphs=True).train()
    with fuse(model):
        for seed in range(3):
            learn(module, make_batch(seed))
        state = torch.cuda.get_rng_state()
        first, second = (learn(module, make_batch(1))[0] for _ in range(2))
        torch.cuda.set_rng_state(state)
        assert learn(module, make_batch(1))[0] == first != second
    assert module._graph is not None


def test_what_cannot_be_recorded_is_trained_without(caplog):
    model = build(dropout=0.3)
    module = CompletionLoss(model, graphs=True).train()
    compute = module._compute_between

    def ask_the_gpu(*inputs):
        assert inputs[0].sum().item() > 0  # waits, which a recording can't
        return compute(*inputs)

    module._compute_between = ask_the_gpu
    with fuse(model), caplog.at_level(logging.WARNING):
        losses = [learn(module, make_batch(seed))[0] for seed in range(3)]
    assert "cannot be recorded" in caplog.text
    assert not module.graphs
    assert all(0 < loss < 1e6 for loss in losses)


def test_memory_of_a_recording_is_given_back():
    model = build()
    module = CompletionLoss(model, graphs=True).train()
    with fuse(model):
        for seed in range(3):
            learn(module, make_batch(seed, rows=16, tokens=512))
        torch.cuda.empty_cache()
        held = torch.cuda.memory_reserved()
        module.drop_graph()
        torch.cuda.empty_cache()
    assert torch.cuda.memory_reserved() < held - 50e6
