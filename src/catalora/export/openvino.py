"""OpenVINO: Intel's engine for CPUs, which runs on AMD's as well.

The merged model is traced as one step of generation and made stateful: the cache of keys and values stays inside the
engine. Inputs and outputs are named as OpenVINO GenAI expects them, and the tokenizer goes along as a model of its own.
The usual exporter (optimum-intel) is not used: it is pinned to transformers below 5.6.

    inputs     input_ids (B, T), attention_mask (B, past + T), position_ids (B, T), beam_idx (B)
    output     logits (B, T, vocabulary)
"""

import json
import logging
import shutil
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import openvino_tokenizers
import torch
from numpy.typing import NDArray
from openvino import opset13 as opset
from openvino._offline_transformations import apply_make_stateful_transformation
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache
from transformers.cache_utils import DynamicLayer

from catalora.errors import ModelUnavailableError
from catalora.export.loss import pick_log_probabilities
from catalora.export.merge import TOKENIZER_FILES
from catalora.export.plain import collect_stop_ids, read_generation_settings
from catalora.export.silence import printing_nothing
from catalora.export.source import ExportSource
from catalora.generation.batch import LEAVING_SHARE, Generated
from catalora.model.loading import no_progress_bars

MODEL = "openvino_model.xml"
TOKENIZER = "openvino_tokenizer.xml"
DETOKENIZER = "openvino_detokenizer.xml"
# Of the stored weights; OpenVINO chooses what it computes in by the processor.
PRECISIONS = ("float16", "float32", "int8", "int4")
# Weights that share a scale at 4 bits; embedding and head stay at 8.
INT4_GROUP = 64
# Left to itself the engine keeps keys and values in 8 bits, whatever the weights: on the demo's run a quarter of the
# answers then part from those of the same weights in torch.
FULL_PRECISION: dict[str, Any] = {
    "INFERENCE_PRECISION_HINT": "f32",
    "KV_CACHE_PRECISION": "f32",
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
}


class Step(torch.nn.Module):
    """One pass of a transformers model with its cache as plain tensors, in a form that can be traced."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        position_ids: torch.Tensor,
        beam_idx: torch.Tensor,
        *past: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        """Logits, then keys and values of each layer in turn, each of shape (B, heads, past + T, width)."""
        cache = DynamicCache()
        cache.layers = [
            _fill_layer(past[place].index_select(0, beam_idx), past[place + 1].index_select(0, beam_idx))
            for place in range(0, len(past), 2)
        ]
        output = self.model(
            input_ids=input_ids,
            attention_mask=_build_mask(attention_mask, input_ids.shape[1]),
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        )
        present = [part for layer in cache.layers for part in (layer.keys, layer.values)]
        return output.logits, *present


def convert_to_openvino(_source: ExportSource, merged: Path, folder: Path, precision: str) -> None:
    """Write model, tokenizer and detokenizer as OpenVINO's IR from a merged model.

    Raises:
        ModelUnavailableError: its attention looks through a sliding window, which the traced step does not know.
    """
    settings = json.loads((merged / "config.json").read_text(encoding="utf-8"))
    if settings.get("sliding_window") or "sliding_attention" in (settings.get("layer_types") or []):
        raise ModelUnavailableError(
            f"{settings['architectures'][0]} attends through a sliding window, which OpenVINO is not given here",
            code="openvino-family",
            hint="Export --format merged, and convert that folder with optimum-intel in an environment of its own.",
        )
    with no_progress_bars():
        model = AutoModelForCausalLM.from_pretrained(
            merged, dtype=torch.float32, attn_implementation="eager", local_files_only=True
        ).eval()
    converted = _trace(model)
    if precision in {"int8", "int4"}:
        converted = _compress(converted, precision)
    ov.save_model(converted, folder / MODEL, compress_to_fp16=precision != "float32")
    tokenizer = AutoTokenizer.from_pretrained(merged, local_files_only=True)
    pieces = openvino_tokenizers.convert_tokenizer(tokenizer, with_detokenizer=True)
    for part, name in zip(pieces, (TOKENIZER, DETOKENIZER), strict=True):
        ov.save_model(part, folder / name)
    for name in (*TOKENIZER_FILES, "generation_config.json", "config.json"):
        if (merged / name).exists():
            shutil.copyfile(merged / name, folder / name)


def _trace(model: Any) -> ov.Model:
    """The model as one stateful step with dynamic batch and length."""
    config = model.config.get_text_config()
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    layers = config.num_hidden_layers
    shape = (2, config.num_key_value_heads, 3, width)
    past = [torch.zeros(shape) for _ in range(2 * layers)]
    example = (
        torch.ones(2, 4, dtype=torch.long),
        torch.ones(2, 7, dtype=torch.long),
        torch.arange(3, 7).expand(2, 4),
        torch.arange(2, dtype=torch.int32),
        *past,
    )
    with torch.no_grad(), warnings.catch_warnings():
        # Tracing warns of torch.jit's age and of Python values that become constants; the comparison that follows every
        # export is what tells whether the result is right.
        warnings.simplefilter("ignore")
        converted = ov.convert_model(Step(model), example_input=example)
    names = ["input_ids", "attention_mask", "position_ids", "beam_idx"]
    names += [f"past.{number // 2}.{'keys' if number % 2 == 0 else 'values'}" for number in range(2 * layers)]
    dims = [(-1, -1)] * 3 + [(-1,)] + [(-1, shape[1], -1, width)] * (2 * layers)
    for place, (port, name, dim) in enumerate(zip(converted.inputs, names, dims, strict=True)):
        port.get_tensor().set_names({name})
        node = port.get_node()
        node.set_partial_shape(ov.PartialShape(list(dim)))
        if place < 4:
            node.set_element_type(ov.Type.i32 if name == "beam_idx" else ov.Type.i64)
    outputs = ["logits", *(name.replace("past", "present") for name in names[4:])]
    for port, name in zip(converted.outputs, outputs, strict=True):
        port.get_tensor().set_names({name})
    converted.validate_nodes_and_infer_types()
    apply_make_stateful_transformation(converted, dict(zip(names[4:], outputs[1:], strict=True)))
    _start_empty(converted)
    return converted


def _compress(model: ov.Model, precision: str) -> ov.Model:
    """The same with weights of 8 or 4 bits; what is computed with them is left to the engine."""
    import nncf

    nncf.set_log_level(logging.ERROR)
    modes = nncf.CompressWeightsMode
    with printing_nothing():
        if precision == "int8":
            return nncf.compress_weights(model, mode=modes.INT8_ASYM)
        return nncf.compress_weights(model, mode=modes.INT4_ASYM, group_size=INT4_GROUP)


def _start_empty(model: ov.Model) -> None:
    """Give each state its first value: no tokens yet, for as many rows as come in."""
    size = opset.shape_of(model.input("input_ids"), output_type="i64")
    batch = opset.gather(size, opset.constant([0]), opset.constant(0))
    for state in model.get_ops():
        if state.get_type_name() == "ReadValue":
            dims = [opset.constant([dim.get_min_length()]) for dim in state.get_output_partial_shape(0)]
            dims = [opset.convert(dim, "i64") for dim in dims]
            shape = opset.concat([batch, *dims[1:]], axis=0)
            state.set_arguments([opset.broadcast(opset.constant(0.0, dtype=np.float32), shape)])
    model.validate_nodes_and_infer_types()


def _fill_layer(keys: torch.Tensor, values: torch.Tensor) -> DynamicLayer:
    """A layer of the cache that holds these already; its own way there joins them to an empty tensor first."""
    layer = DynamicLayer()
    layer.lazy_initialization(keys, values)
    layer.keys, layer.values = keys, values
    return layer


def _build_mask(attention_mask: torch.Tensor, length: int) -> torch.Tensor:
    """What each new token may look at, as the sum that attention adds: (B, 1, T, past + T), 0 or very small."""
    total = attention_mask.shape[1]
    places = torch.arange(total, device=attention_mask.device)
    rows = places[total - length :]
    allowed = (places[None, :] <= rows[:, None])[None, None] & (attention_mask[:, None, None, :] > 0)
    return torch.where(allowed, 0.0, torch.finfo(torch.float32).min)


class OpenVinoEngine:
    """Greedy answers by OpenVINO's runtime on the CPU, a batch at a time."""

    def __init__(self, folder: Path, source: ExportSource) -> None:
        self.name = f"openvino {version('openvino')}"
        core = ov.Core()
        model = core.read_model(folder / MODEL)
        settings = {} if _has_rounded_weights(model) else dict(FULL_PRECISION)
        if source.device.threads:
            settings["INFERENCE_NUM_THREADS"] = source.device.threads
        self._request = core.compile_model(model, "CPU", settings).create_infer_request()
        # Importing the package registers the tokenizer's operations with the runtime.
        core.add_extension(str(openvino_tokenizers._ext_path))
        self._read_text = core.compile_model(folder / TOKENIZER, "CPU")
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._stop_ids = collect_stop_ids(self._tokenizer, read_generation_settings(folder))

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[list[int]]:
        """Each answer up to and with the end token."""
        return [answer.ids for answer in self.answer(prompts, max_new_tokens)]

    def answer(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[Generated]:
        """The same with the probability of each answer; rows that have ended leave the batch, some at a time."""
        answers = [Generated() for _ in prompts]
        rows = list(answers)  # those that are still in the batch, in its order
        ids, mask = _pad_left(prompts)
        positions = np.maximum(mask.cumsum(1) - 1, 0)
        places = np.arange(len(rows), dtype=np.int32)
        self._request.reset_state()
        for step in range(max_new_tokens):
            inputs = {"input_ids": ids, "attention_mask": mask, "position_ids": positions, "beam_idx": places}
            logits = self._request.infer(inputs)["logits"][:, -1]
            tokens = logits.argmax(-1)
            highest = logits.max(-1)
            log_probabilities = -np.log(np.exp(logits - highest[:, None]).sum(-1, dtype=np.float64))
            for row, token, log_probability in zip(rows, tokens.tolist(), log_probabilities.tolist(), strict=True):
                if not row.stopped:
                    row.ids.append(token)
                    row.log_probability += log_probability
                    row.stopped = token in self._stop_ids
            staying = np.array([place for place, row in enumerate(rows) if not row.stopped], dtype=np.int32)
            if not len(staying) or step + 1 == max_new_tokens:
                break
            places = np.arange(len(rows), dtype=np.int32)
            if len(rows) - len(staying) >= LEAVING_SHARE * len(rows):
                # The engine picks its cache's rows by these, as for the beams of a search.
                places, rows = staying, [rows[place] for place in staying]
                tokens, positions, mask = tokens[staying], positions[staying], mask[staying]
            ids, positions = tokens[:, None].astype(np.int64), positions[:, -1:] + 1
            mask = np.concatenate([mask, np.ones((len(rows), 1), dtype=np.int64)], axis=1)
        return answers

    def score(self, ids: Sequence[int]) -> NDArray[np.float64]:
        """Log-probability of each token but the first, by one pass."""
        row, mask = _pad_left([ids])
        self._request.reset_state()
        first = np.zeros(1, dtype=np.int32)
        inputs = {"input_ids": row, "attention_mask": mask, "position_ids": mask.cumsum(1) - 1, "beam_idx": first}
        return pick_log_probabilities(self._request.infer(inputs)["logits"][0], ids)

    def tokenise(self, prompt: str) -> list[int]:
        """A prompt by the exported tokenizer model."""
        found = [int(token) for token in self._read_text([prompt])["input_ids"][0]]
        start = self._tokenizer.bos_token_id
        # The run sets the start token itself, whatever the tokenizer does.
        return found if start is None or found[:1] == [start] else [start, *found]


def _has_rounded_weights(model: ov.Model) -> bool:
    small = {ov.Type.u4, ov.Type.i4, ov.Type.u8, ov.Type.i8}
    return any(op.get_type_name() == "Constant" and op.get_element_type() in small for op in model.get_ops())


def _pad_left(prompts: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and mask of shape (prompts, longest)."""
    longest = max(map(len, prompts))
    ids = np.array([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts], dtype=np.int64)
    mask = np.array([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts], dtype=np.int64)
    return ids, mask
