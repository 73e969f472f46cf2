import pytest
import torch

from catalora.model.adapter import merge_adapter
from tests.tiny import FAMILIES, build_lora_model


@pytest.mark.parametrize("family", FAMILIES)
def test_the_merged_model_computes_what_the_adapter_did(family):
    model = build_lora_model(family).eval()
    ids = torch.randint(4, 250, (2, 12), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected, base = model(input_ids=ids).logits, None
        with model.disable_adapter():
            base = model(input_ids=ids).logits
        merged = merge_adapter(model, torch.float32)
        found = merged(input_ids=ids).logits
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(found, base, atol=1e-2)
    assert not any("lora" in name for name in merged.state_dict())


def test_all_merged_weights_have_the_wanted_precision():
    merged = merge_adapter(build_lora_model(), torch.bfloat16)
    assert {weight.dtype for weight in merged.state_dict().values()} == {torch.bfloat16}
