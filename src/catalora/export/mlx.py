"""MLX: Apple's library for its own processors, by mlx-lm, which reads a folder of merged weights.

mlx-lm takes LoRA in a format of its own; merged weights need no second one and answer the same. MLX computes on plain
processors under Linux, too, so what is written is loaded and compared wherever mlx-lm is installed.
"""

import json
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from mlx_lm.generate import generate_step
from mlx_lm.utils import load_model, quantize_model, save_config, save_model
from numpy.typing import NDArray
from transformers import AutoTokenizer

from catalora.errors import ModelUnavailableError
from catalora.export.loss import pick_log_probabilities
from catalora.export.merge import TOKENIZER_FILES
from catalora.export.plain import collect_stop_ids, read_generation_settings, tokenise_prompt
from catalora.export.silence import printing_nothing
from catalora.export.source import ExportSource

BITS = {"int8": 8, "int4": 4}
PRECISIONS = ("bfloat16", "float32", *BITS)
# Weights that share a scale; mlx-lm's own choice.
GROUP = 64


def convert_to_mlx(_source: ExportSource, merged: Path, folder: Path, precision: str) -> None:
    """Write a folder that mlx-lm loads: weights, configuration, tokenizer.

    Raises:
        ModelUnavailableError: mlx-lm does not know the architecture.
    """
    settings = _spell_out_rotation(json.loads((merged / "config.json").read_text(encoding="utf-8")))
    (merged / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    try:
        model, config = load_model(merged)
    except ValueError as error:
        raise ModelUnavailableError(
            f"mlx-lm {version('mlx-lm')} cannot load this model: {str(error).splitlines()[0]}",
            code="mlx-family",
            hint="Export --format merged or gguf instead.",
        ) from error
    if precision in BITS:
        with printing_nothing():
            model, config = quantize_model(model, config, GROUP, BITS[precision])
    save_model(folder, model)
    save_config(config, folder / "config.json")
    for name in (*TOKENIZER_FILES, "generation_config.json"):
        if (merged / name).exists():
            shutil.copyfile(merged / name, folder / name)


def _spell_out_rotation(settings: dict[str, Any]) -> dict[str, Any]:
    """Rotary settings where mlx-lm looks for them; transformers 5 writes them a level lower, where they go unseen.

    Example:
        >>> _spell_out_rotation({"rope_parameters": {"rope_type": "default", "rope_theta": 5e5}})["rope_theta"]
        500000.0
    """
    rope = dict(settings.get("rope_parameters") or {})
    theta = rope.pop("rope_theta", None)
    spelled = dict(settings)
    if theta is not None:
        spelled["rope_theta"] = theta
    if rope.get("rope_type", "default") != "default":
        spelled["rope_scaling"] = rope
    return spelled


class MlxEngine:
    """Greedy answers by mlx-lm, one prompt at a time."""

    def __init__(self, folder: Path, _source: ExportSource) -> None:
        self.name = f"mlx-lm {version('mlx-lm')}"
        self._model, _ = load_model(folder)
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._stop_ids = set(collect_stop_ids(self._tokenizer, read_generation_settings(folder)))

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
        """Each answer up to and with the end token, the most likely token each time."""
        return [self._answer(ids, max_new_tokens) for ids in prompts]

    def score(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """Log-probability of each token but the first, by one pass."""
        logits = self._model(mx.array([list(ids)]))[0].astype(mx.float32)
        return pick_log_probabilities(np.array(logits), ids)

    def tokenise(self, prompt: str) -> list[int]:
        """A prompt by the tokenizer files of the export."""
        return tokenise_prompt(self._tokenizer, prompt)

    def _answer(self, prompt: Sequence[int], max_new_tokens: int) -> list[int]:
        found: list[int] = []
        for token, _ in generate_step(mx.array(list(prompt)), self._model, max_tokens=max_new_tokens):
            found.append(int(token))
            if found[-1] in self._stop_ids:
                break
        return found
