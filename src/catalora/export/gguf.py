"""GGUF for llama.cpp and Ollama: one file with weights and tokenizer, and a Modelfile beside it.

llama.cpp's own converter is not on PyPI; its library for the file format is, and this module fills it in for the Gemma
and Llama families. What it does to the weights follows from what llama.cpp expects of each architecture:

    gemma     adds the 1 to norm weights that transformers adds while it computes
    llama     orders the rows of q and k for rotary pairs (0, 1), (2, 3), …; transformers pairs the two halves

Other families and tokenizers are refused: a file that loads and answers nonsense would be worse.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Kind
from safetensors import safe_open

from catalora.errors import ModelUnavailableError
from catalora.export.gguf_tokenizer import write_tokenizer
from catalora.export.source import ExportSource
from catalora.prompts import PromptTemplate

WEIGHTS = "model.gguf"
MODELFILE = "Modelfile"
KINDS = {"bf16": Kind.BF16, "f16": Kind.F16, "q8_0": Kind.Q8_0, "f32": Kind.F32}
_FILE_TYPES = {
    Kind.BF16: gguf.LlamaFileType.MOSTLY_BF16,
    Kind.F16: gguf.LlamaFileType.MOSTLY_F16,
    Kind.Q8_0: gguf.LlamaFileType.MOSTLY_Q8_0,
    Kind.F32: gguf.LlamaFileType.ALL_F32,
}

Change = Callable[[str, torch.Tensor, dict[str, Any]], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Family:
    """How llama.cpp knows an architecture, and what it expects of its weights in float32."""

    arch: gguf.MODEL_ARCH
    change: Change


def convert_to_gguf(source: ExportSource, merged: Path, folder: Path, precision: str) -> None:
    """Write `model.gguf` and `Modelfile` from a merged model.

    Args:
        source: what is exported.
        merged: folder of the merged model in safetensors.
        folder: where to write.
        precision: one of `KINDS`; vectors are always float32.

    Raises:
        ModelUnavailableError: the architecture or the tokenizer is none that can be written.
    """
    settings = json.loads((merged / "config.json").read_text(encoding="utf-8"))
    family = find_family(settings)
    writer = gguf.GGUFWriter(folder / WEIGHTS, gguf.MODEL_ARCH_NAMES[family.arch])
    writer.add_name(source.run.name)
    _write_settings(writer, settings, KINDS[precision])
    write_tokenizer(writer, merged, settings["vocab_size"])
    writer.add_chat_template(render_chat_template(source.template))
    _write_weights(writer, merged, settings, family, KINDS[precision])
    writer.close()
    limit = source.config.generation.max_new_tokens
    (folder / MODELFILE).write_text(render_modelfile(source.template, limit), encoding="utf-8")


def find_family(settings: dict[str, Any]) -> Family:
    """How to write an architecture.

    Raises:
        ModelUnavailableError: it is not one of those that can be written.
    """
    name = settings["architectures"][0]
    if name not in _FAMILIES:
        raise ModelUnavailableError(
            f"{name} cannot be written as GGUF here: expected one of {', '.join(_FAMILIES)}",
            code="gguf-family",
            hint="Export --format merged, and convert that folder with llama.cpp's convert_hf_to_gguf.py.",
        )
    return _FAMILIES[name]


def render_modelfile(template: PromptTemplate, max_new_tokens: int) -> str:
    """Ollama's settings: the prompt of the training, and no penalty that would change what was learned."""
    prompt = template.prompt.replace("{question}", "{{ .Prompt }}")
    return (
        f'FROM ./{WEIGHTS}\nTEMPLATE """{prompt}"""\n'
        "PARAMETER temperature 0\nPARAMETER repeat_penalty 1.0\n"
        f"PARAMETER num_predict {max_new_tokens}\n"
    )


def render_chat_template(template: PromptTemplate) -> str:
    """The prompt of the training as a chat template: the last message is the question, all before it is left out."""
    before, _, after = template.prompt.partition("{question}")
    return f"{{{{ bos_token }}}}{before}{{{{ messages[-1]['content'] | trim }}}}{after}"


def _write_settings(writer: gguf.GGUFWriter, settings: dict[str, Any], kind: Kind) -> None:
    heads = settings["num_attention_heads"]
    width = settings.get("head_dim") or settings["hidden_size"] // heads
    rope = settings.get("rope_parameters") or {}
    writer.add_context_length(settings["max_position_embeddings"])
    writer.add_embedding_length(settings["hidden_size"])
    writer.add_block_count(settings["num_hidden_layers"])
    writer.add_feed_forward_length(settings["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(settings.get("num_key_value_heads") or heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_layer_norm_rms_eps(settings["rms_norm_eps"])
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(float(rope.get("rope_theta", settings.get("rope_theta", 10_000.0))))
    if rope.get("rope_type", "default") != "default":
        raise ModelUnavailableError(
            f"rotary scaling {rope['rope_type']!r} cannot be written as GGUF here, only the plain kind",
            code="gguf-rope",
            hint="Export --format merged, and convert that folder with llama.cpp's convert_hf_to_gguf.py.",
        )
    writer.add_vocab_size(settings["vocab_size"])
    writer.add_file_type(_FILE_TYPES[kind])


def _write_weights(writer: gguf.GGUFWriter, merged: Path, settings: dict[str, Any], family: Family, kind: Kind) -> None:
    """One tensor after the other, so that memory holds one: first their places in the file, then their values."""
    names = gguf.get_tensor_name_map(family.arch, settings["num_hidden_layers"])
    # A head that shares the embedding is not stored, and a copy of it must not be either.
    tied = settings.get("tie_word_embeddings", False)
    for name, tensor in _read_tensors(merged, tied=tied):
        stored = _choose_kind(tensor.shape, kind)
        shape = gguf.quant_shape_to_byte_shape(tensor.shape, stored) if stored == Kind.Q8_0 else tuple(tensor.shape)
        dtype = {Kind.F32: np.float32, Kind.F16: np.float16, Kind.BF16: np.uint16}.get(stored, np.uint8)
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if target is None:
            raise ModelUnavailableError(
                f"weight {name} has no place in GGUF's {writer.arch}",
                code="gguf-tensor",
                hint="Export --format merged, and convert that folder with llama.cpp's convert_hf_to_gguf.py.",
            )
        writer.add_tensor_info(
            target, tuple(tensor.shape) if stored != Kind.Q8_0 else shape, np.dtype(dtype), size, stored
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, tensor in _read_tensors(merged, tied=tied):
        changed = family.change(name, tensor.float(), settings).numpy()
        writer.write_tensor_data(gguf.quants.quantize(changed, _choose_kind(tensor.shape, kind)))


def _choose_kind(shape: Sequence[int], kind: Kind) -> Kind:
    """Vectors are small and sensitive; a row that Q8_0's blocks of 32 do not divide stays whole."""
    if len(shape) == 1:
        return Kind.F32
    return Kind.F16 if kind == Kind.Q8_0 and shape[-1] % 32 else kind


def _read_tensors(folder: Path, *, tied: bool) -> Iterator[tuple[str, torch.Tensor]]:
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="pt") as file:
            for name in sorted(file.keys()):
                if not (tied and name == "lm_head.weight"):
                    yield name, file.get_tensor(name)


def _change_gemma(name: str, tensor: torch.Tensor, _settings: dict[str, Any]) -> torch.Tensor:
    return tensor + 1 if name.endswith("norm.weight") else tensor


def _change_llama(name: str, tensor: torch.Tensor, settings: dict[str, Any]) -> torch.Tensor:
    heads = settings["num_attention_heads"]
    if name.endswith("q_proj.weight"):
        return _interleave(tensor, heads)
    if name.endswith("k_proj.weight"):
        return _interleave(tensor, settings.get("num_key_value_heads") or heads)
    return tensor


def _interleave(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of each head from (first half, second half) to pairs, shape (heads x width, hidden) kept."""
    return weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape).contiguous()


_FAMILIES = {
    "GemmaForCausalLM": Family(gguf.MODEL_ARCH.GEMMA, _change_gemma),
    "LlamaForCausalLM": Family(gguf.MODEL_ARCH.LLAMA, _change_llama),
}


class LlamaCppEngine:
    """Greedy answers by llama.cpp, through llama-cpp-python, one prompt at a time."""

    def __init__(self, folder: Path, source: ExportSource) -> None:
        from llama_cpp import Llama

        self.name = f"llama-cpp-python {version('llama-cpp-python')}"
        self.model = Llama(
            str(folder / WEIGHTS), n_ctx=0, n_threads=source.device.threads, verbose=False, n_gpu_layers=0
        )
        named = self.model.metadata.get("tokenizer.ggml.eot_token_id")
        self._stop_ids = {self.model.token_eos(), *([int(named)] if named else [])}

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
        """Each answer up to and with the end token, the most likely token each time."""
        return [self._answer(list(ids), max_new_tokens) for ids in prompts]

    def tokenise(self, prompt: str) -> list[int]:
        """A prompt as the file's own tokenizer reads it, the start token first."""
        ids: list[int] = self.model.tokenize(prompt.encode(), add_bos=True, special=False)
        return ids

    def _answer(self, prompt: list[int], max_new_tokens: int) -> list[int]:
        self.model.reset()
        found: list[int] = []
        for token in self.model.generate(prompt, top_k=1, temp=0.0, repeat_penalty=1.0):
            found.append(int(token))
            if token in self._stop_ids or len(found) == max_new_tokens:
                break
        return found
