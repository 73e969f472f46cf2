"""Tiny random models of three architectures, with a tokenizer of words, made on the spot."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    GemmaConfig,
    GemmaForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
ARCHITECTURES = {
    "gemma": lambda: GemmaForCausalLM(GemmaConfig(**SIZES, head_dim=8)),
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SIZES)),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**SIZES)),
}


def build_model(architecture="gemma", dtype=torch.float32):
    torch.manual_seed(1)
    return ARCHITECTURES[architecture]().to(dtype).eval()


def build_tokenizer():
    words = ["<pad>", "<bos>", "<eos>", "<unk>", *(f"w{n}" for n in range(60))]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<bos>", eos_token="<eos>", pad_token="<pad>", unk_token="<unk>"
    )


def save_checkpoint(folder: Path, architecture="gemma", dtype=torch.float32, **options) -> Path:
    build_model(architecture, dtype).save_pretrained(folder, **options)
    build_tokenizer().save_pretrained(folder)
    return folder
