"""CTranslate2: a small engine for CPUs and GPUs that runs the merged model, by default with weights of 8 bits."""

import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import ctranslate2
import numpy as np
from ctranslate2.converters import TransformersConverter
from numpy.typing import NDArray
from transformers import AutoTokenizer

from catalora.errors import ModelUnavailableError
from catalora.export.merge import TOKENIZER_FILES
from catalora.export.plain import collect_stop_ids, read_generation_settings, tokenise_prompt
from catalora.export.source import ExportSource
from catalora.generation.batch import Generated
from catalora.model.loading import no_progress_bars

# What CTranslate2 computes in; int8 weights go with activations of 32 bits on every CPU.
PRECISIONS = ("int8", "float32", "bfloat16", "float16")
MODEL = "model"


def convert_to_ctranslate2(_source: ExportSource, merged: Path, folder: Path, precision: str) -> None:
    """Write CTranslate2's folder `model/` from a merged model, the tokenizer beside it.

    Raises:
        ModelUnavailableError: CTranslate2 does not know the architecture.
    """
    try:
        with no_progress_bars():
            TransformersConverter(str(merged)).convert(str(folder / MODEL), quantization=precision)
    except ValueError as error:
        raise ModelUnavailableError(
            f"CTranslate2 {version('ctranslate2')} cannot convert this model: {str(error).splitlines()[0]}",
            code="ctranslate2-family",
            hint="Export --format merged or gguf instead.",
        ) from error
    for name in (*TOKENIZER_FILES, "generation_config.json"):
        if (merged / name).exists():
            shutil.copyfile(merged / name, folder / name)


class CTranslate2Engine:
    """Greedy answers by CTranslate2 on the CPU, a batch at a time."""

    def __init__(self, folder: Path, source: ExportSource) -> None:
        self.name = f"ctranslate2 {version('ctranslate2')}"
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._stop_ids = collect_stop_ids(self._tokenizer, read_generation_settings(folder))
        self._generator = ctranslate2.Generator(str(folder / MODEL), intra_threads=source.device.threads or 0)

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
        """Each answer up to and with the end token."""
        return [answer.ids for answer in self.answer(prompts, max_new_tokens)]

    def answer(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[Generated]:
        """The same with the probability of each answer; rows that have ended leave the batch."""
        results = self._generator.generate_batch(
            [self._tokenizer.convert_ids_to_tokens(list(ids)) for ids in prompts],
            max_length=max_new_tokens,
            sampling_topk=1,
            beam_size=1,
            end_token=self._stop_ids,
            return_end_token=True,
            return_scores=True,
            # Sums and not means.
            length_penalty=0,
            include_prompt_in_result=False,
        )
        return [self._read_result(result) for result in results]

    def score(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """Log-probability of each token but the first, by one pass."""
        (found,) = self._generator.score_batch([self._tokenizer.convert_ids_to_tokens(list(ids))])
        return np.array(found.log_probs, dtype=np.float64)

    def _read_result(self, result: ctranslate2.GenerationResult) -> Generated:
        ids = list(result.sequences_ids[0])
        return Generated(ids, float(result.scores[0]), bool(ids) and ids[-1] in self._stop_ids)

    def tokenise(self, prompt: str) -> list[int]:
        """A prompt by the tokenizer files of the export; CTranslate2 has none of its own."""
        return tokenise_prompt(self._tokenizer, prompt)
