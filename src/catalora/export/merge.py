"""The adapter added to the base weights: a plain transformers model without PEFT.

Each layer is added in float32 and rounded once to the precision of the export, one layer after the other, so that no
second copy of the model is in memory.
"""

import shutil
from pathlib import Path

import torch

from catalora.export.source import ExportSource, stored_dtype
from catalora.generation.answer import Answerer
from catalora.hardware import Device
from catalora.model.adapter import merge_adapter
from catalora.model.loading import no_progress_bars

SHARD_SIZE = "2GB"
# By name, the default first.
DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}
TOKENIZER_FILES = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja"),
)


def write_merged(source: ExportSource, folder: Path, dtype: torch.dtype = torch.bfloat16) -> None:
    """Write the merged model: safetensors in shards, configuration, tokenizer, generation settings.

    Args:
        source: what is exported.
        folder: an existing folder.
        dtype: of the written weights.
    """
    stored = stored_dtype(source.base, source.config.model)
    reason = "as stored, for merging"
    model, tokenizer = source.load_tuned(Device("cpu", stored, reason))
    decoder = Answerer(model, tokenizer, source.template, "cpu").build_decoder(source.config.generation)
    merged = merge_adapter(model, dtype)
    merged.config.name_or_path = ""
    merged.generation_config = decoder
    with no_progress_bars():
        merged.save_pretrained(folder, max_shard_size=SHARD_SIZE)
    copy_tokenizer(source.base, folder)


def copy_tokenizer(base: Path, folder: Path) -> None:
    """Copy the tokenizer's files as they are; saving it anew could change them."""
    for path in sorted(base.iterdir()):
        if path.name in TOKENIZER_FILES or path.suffix == ".model":
            shutil.copyfile(path, folder / path.name)
