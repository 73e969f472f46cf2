"""The exports that transformers and PEFT run: the adapter as it is, and the merged model."""

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from catalora.export.loss import pick_log_probabilities
from catalora.export.source import ExportSource
from catalora.model.adapter import CONFIG_FILE, RECORD_FILE, WEIGHTS_FILE
from catalora.model.loading import no_progress_bars
from catalora.prompts import FILE_NAME


def write_adapter(source: ExportSource, folder: Path) -> None:
    """Copy the adapter in plain PEFT format: these four files and nothing else that may lie beside them."""
    for name in (WEIGHTS_FILE, CONFIG_FILE, FILE_NAME, RECORD_FILE):
        shutil.copyfile(source.run.adapter / name, folder / name)


def load_adapter_export(folder: Path, source: ExportSource) -> "PlainEngine":
    """The base model by transformers, the exported adapter on it by PEFT, as anybody else would load them."""
    device = source.device
    with no_progress_bars():
        base = AutoModelForCausalLM.from_pretrained(source.base, dtype=device.torch_dtype, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(source.base, local_files_only=True)
    model = PeftModel.from_pretrained(base.to(device.name), str(folder))
    return PlainEngine(f"peft {version('peft')}", model, tokenizer)


def load_merged_export(folder: Path, source: ExportSource) -> "PlainEngine":
    """The exported model by transformers alone, from its own files."""
    device = source.device
    with no_progress_bars():
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=device.torch_dtype, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return PlainEngine(f"transformers {version('transformers')}", model.to(device.name), tokenizer)


class PlainEngine:
    """Greedy answers by transformers' own `generate`."""

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        self.name = name
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._stop_ids = collect_stop_ids(tokenizer, model.generation_config.to_dict())

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
        """One batch, padded on the left; what follows an end token is left out."""
        encoded = self._tokenizer.pad({"input_ids": [list(ids) for ids in prompts]}, padding_side="left")
        device = self._model.device
        inputs = {name: torch.tensor(encoded[name], device=device) for name in ("input_ids", "attention_mask")}
        with torch.no_grad():
            output = self._model.generate(
                **inputs, max_new_tokens=max_new_tokens, do_sample=False, eos_token_id=self._stop_ids
            )
        return [self._cut(ids) for ids in output[:, inputs["input_ids"].shape[1] :].tolist()]

    def score(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """Log-probability of each token but the first, by one pass."""
        return score_by_model(self._model, ids)

    def tokenise(self, prompt: str) -> list[int]:
        """A prompt by the tokenizer that belongs to the model."""
        return tokenise_prompt(self._tokenizer, prompt)

    def _cut(self, ids: list[int]) -> list[int]:
        end = next((place + 1 for place, token in enumerate(ids) if token in self._stop_ids), None)
        return ids[:end]


def score_by_model(model: Any, ids: Sequence[int]) -> NDArray[np.float64]:
    """Log-probability of each token but the first by a transformers model: (T,) to (T - 1,), in nats."""
    device = next(model.parameters()).device
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([list(ids)], device=device)).logits[0]
    return pick_log_probabilities(logits.float().cpu().numpy(), ids)


def tokenise_prompt(tokenizer: Any, prompt: str) -> list[int]:
    """Token ids with `<bos>` in front where the tokenizer has one."""
    start = [] if tokenizer.bos_token_id is None else [tokenizer.bos_token_id]
    return [*start, *tokenizer(prompt, add_special_tokens=False)["input_ids"]]


def read_generation_settings(folder: Path) -> dict[str, Any]:
    """`generation_config.json` of an export."""
    settings: dict[str, Any] = json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))
    return settings


def collect_stop_ids(tokenizer: Any, settings: Mapping[str, Any]) -> list[int]:
    """The tokenizer's `<eos>` and what the model's generation settings name besides."""
    named = settings.get("eos_token_id")
    ids = [tokenizer.eos_token_id, *(named if isinstance(named, list) else [named])]
    return list(dict.fromkeys(token for token in ids if token is not None))
