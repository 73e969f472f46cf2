"""A packed row computes what its examples compute alone, and batches add up whatever their shape."""

import pytest
import torch

from catalora.prompts import PromptTemplate
from catalora.training.loss import CompletionLoss
from catalora.training.packing import PackedRows, collate_rows, tokenise_products
from tests.tiny import FAMILIES, ByteTokenizer, build_lora_model, make_products


def make_examples(count, max_length=256):
    products = make_products(count)
    titles = [product.title for product in products]
    return tokenise_products(products, PromptTemplate(), ByteTokenizer(), questions=titles, max_length=max_length)


@pytest.mark.parametrize("family", FAMILIES)
def test_packed_losses_equal_losses_alone(family):
    examples = make_examples(6)
    rows = PackedRows([examples], max_length=512, seed=0)
    assert len(rows) < len(examples)
    module = CompletionLoss(build_lora_model(family)).eval()
    for index, (_, row) in enumerate(rows.rows):
        packed = module.compute_token_losses(**collate_rows([rows[index]], 0))[0]
        start = 0
        for example in row:
            ids = torch.from_numpy(examples.ids[examples.offsets[example] : examples.offsets[example + 1]]).long()
            labels = ids.clone()
            labels[: int(examples.prompt_lengths[example])] = -100
            positions = torch.arange(len(ids))
            alone = module.compute_token_losses(ids[None], positions[None], labels[None])[0]
            assert alone.sum() > 0
            torch.testing.assert_close(packed[start : start + len(ids)], alone, atol=1e-5, rtol=1e-5)
            start += len(ids)


@pytest.mark.parametrize("family", FAMILIES)
def test_sliced_loss_and_gradients_equal_the_library_s_own(family, monkeypatch):
    monkeypatch.setattr("catalora.training.loss.VOCABULARY_SLICE", 100)  # of 260
    monkeypatch.setattr("catalora.training.loss.TOKEN_SLICE", 7)
    monkeypatch.setattr("catalora.training.rowwise.CACHE_BYTES", 1200)  # 3 tokens
    rows = PackedRows([make_examples(5)], max_length=512, seed=0)
    batch = collate_rows([rows[index] for index in range(len(rows))], 0)
    gradients = []
    losses = []
    for ours in (True, False):
        model = build_lora_model(family).train()
        if ours:
            loss = CompletionLoss(model)(**batch)
        else:
            tokens = int((batch["labels"][:, 1:] != -100).sum())
            inputs = {key: batch[key] for key in ("input_ids", "position_ids", "labels")}
            loss = model(**inputs, use_cache=False).loss * tokens
        loss.backward()
        losses.append(loss.item())
        gradients.append({name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None})
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert len(gradients[0]) == 28  # A and B of 7 layers in 2 blocks
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], atol=2e-3, rtol=1e-3)


def test_eight_rows_at_once_equal_one_row_eight_times():
    rows = PackedRows([make_examples(24)], max_length=256, seed=0)
    assert len(rows) >= 8
    items = [rows[index] for index in range(8)]
    gradients = []
    for batches in ([items], [[item] for item in items]):
        model = build_lora_model().train()
        module = CompletionLoss(model)
        tokens = sum(int((item["labels"] != -100).sum()) for item in items)
        for batch in batches:
            (module(**collate_rows(batch, 0)) / tokens).backward()
        gradients.append([p.grad for p in model.parameters() if p.grad is not None])
    for first, second in zip(*gradients, strict=True):
        torch.testing.assert_close(first, second, atol=1e-6, rtol=1e-4)
