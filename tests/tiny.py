"""Small real things for tests: a byte tokenizer and randomly initialised models of several families."""

from collections.abc import Sequence

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Gemma2Config, Gemma3TextConfig, GemmaConfig, LlamaConfig, Qwen2Config

from catalora.catalog import Product

SHAPE = {
    "vocab_size": 260,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "max_position_embeddings": 512,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
FAMILIES = {
    "gemma": GemmaConfig,
    "gemma2": Gemma2Config,
    "gemma3": Gemma3TextConfig,
    "llama": LlamaConfig,
    "qwen2": Qwen2Config,
}
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class ByteTokenizer:
    """One token per UTF-8 byte: ids 4–259; pad, bos, eos, unk are 0–3."""

    pad_token_id = 0
    bos_token_id = 1
    eos_token_id = 2

    def __call__(self, text: Sequence[str], *, add_special_tokens: bool) -> dict[str, list[list[int]]]:
        assert not add_special_tokens
        return {"input_ids": [[byte + 4 for byte in item.encode()] for item in text]}

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool) -> str:
        assert skip_special_tokens
        return bytes(token - 4 for token in ids if token >= 4).decode(errors="replace")


def build_model(family: str = "gemma", seed: int = 0):
    """A fp32 causal LM of the family, a few ten thousand parameters."""
    torch.manual_seed(seed)
    shape = SHAPE if family != "qwen2" else {key: value for key, value in SHAPE.items() if key != "head_dim"}
    return AutoModelForCausalLM.from_config(FAMILIES[family](**shape)).eval()


def build_lora_model(family: str = "gemma", seed: int = 0, dropout: float = 0.0):
    """The same with an adapter whose effect is not zero."""
    model = build_model(family, seed)
    torch.manual_seed(seed + 1)
    lora = LoraConfig(r=4, lora_alpha=8, lora_dropout=dropout, target_modules=TARGETS, init_lora_weights=False)
    return get_peft_model(model, lora)


def make_products(count: int) -> list[Product]:
    """Products with descriptions of different lengths."""
    text = "shines very well. "
    return [Product(f"P{n:04}", f"Lamp {n}", f"This lamp number {n} " + text * (1 + n % 4)) for n in range(count)]
