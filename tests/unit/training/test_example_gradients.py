import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.nn.functional import cross_entropy

from catalora.errors import TrainingError, UsageError
from catalora.prompts import PromptTemplate
from catalora.training.example_gradients import (
    build_example_batch,
    compute_example_gradients,
    iterate_example_batches,
    list_adapter_layers,
)
from catalora.training.moments import load_second_moments
from catalora.training.packing import IGNORED, PackedRows
from catalora.training.rows import tokenise_epoch
from tests.tiny import FAMILIES, TARGETS, ByteTokenizer, build_lora_model, build_model, make_products


def compute_alone(model, ids, prompt_length):
    """The same by autograd on one example, with the loss of transformers' own logits."""
    labels = ids.clone()
    labels[:prompt_length] = IGNORED
    logits = model(input_ids=ids[None]).logits[0, :-1].float()
    model.zero_grad()
    cross_entropy(logits, labels[1:], ignore_index=IGNORED, reduction="sum").backward()
    return {name: weight.grad for name, weight in model.named_parameters() if "lora_" in name}


def gather(model, batch):
    found = {}
    compute_example_gradients(model, batch, found.__setitem__)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_each_example_in_packed_rows_has_its_own_exact_gradient(family):
    model = build_lora_model(family).eval()
    examples = tokenise_epoch(
        make_products(7), PromptTemplate(), ByteTokenizer(), epoch=0, max_length=256, seed=1, grounded_share=0.0
    )
    seen = []
    for batch in iterate_example_batches(PackedRows([examples], 256, 0), 2, 0):
        found = gather(model, batch)
        for place, number in enumerate(batch.examples):
            ids = torch.from_numpy(examples.ids[examples.offsets[number] : examples.offsets[number + 1]]).long()
            alone = compute_alone(model, ids, int(examples.prompt_lengths[number]))
            assert found.keys() == alone.keys()
            for name, gradient in alone.items():
                torch.testing.assert_close(
                    found[name][place], gradient, rtol=1e-4, atol=2e-5 * float(gradient.abs().max())
                )
        seen += batch.examples
    assert sorted(seen) == list(range(7))


def test_a_batch_of_one_answer_and_the_weights_left_as_they_were():
    model = build_lora_model().eval()
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    model.requires_grad_(False)  # as an adapter that was loaded for inference
    found = gather(model, build_example_batch([1, 5, 6], [7, 8, 9]))
    model.requires_grad_(True)
    alone = compute_alone(model, torch.tensor([1, 5, 6, 7, 8, 9]), 3)
    for name, gradient in alone.items():
        torch.testing.assert_close(found[name][0], gradient, rtol=1e-4, atol=2e-5 * float(gradient.abs().max()))
    assert all(torch.equal(weight, before[name]) for name, weight in model.named_parameters())
    assert not any(module._forward_hooks for module in model.modules())


def test_an_adapter_that_is_not_plain_lora_is_refused():
    dora = get_peft_model(build_model(), LoraConfig(r=2, target_modules=TARGETS, use_dora=True))
    with pytest.raises(UsageError) as error:
        list_adapter_layers(dora)
    assert error.value.code == "adapter-not-plain"


@pytest.mark.parametrize("ratio", [1.0, 8.0])
def test_second_moments_come_back_by_name(tmp_path, ratio):
    model = build_lora_model()
    weights = [(name, weight) for name, weight in model.named_parameters() if "lora_" in name]
    groups = [{"params": [weight for _, weight in weights]}]
    if ratio != 1:
        groups = [{"params": [w for name, w in weights if part in name]} for part in ("lora_A", "lora_B")]
    optimizer = torch.optim.AdamW(groups)
    squares = {}
    for number, (name, weight) in enumerate(weights, start=1):
        weight.grad = torch.full_like(weight, 0.1 * number)
        squares[name] = (0.1 * number) ** 2
    optimizer.step()
    torch.save(optimizer.state_dict(), tmp_path / "optimizer.pt")
    shapes = [(name, weight.shape) for name, weight in weights]
    moments = load_second_moments(tmp_path, shapes, ratio)
    for name, square in squares.items():
        torch.testing.assert_close(moments[name], torch.full_like(moments[name], square))
    with pytest.raises(TrainingError):
        load_second_moments(tmp_path, shapes[1:], ratio)
