"""MiniLM with its linear layers in 8 bits, for processors that do not compute bfloat16.

ONNX Runtime multiplies bytes nearly twice as fast as float32 there: half as many products more in a second, and a
question in half the time.
What that rounds is kept small in three ways:

- A channel that grows large is divided by a constant before it is rounded, and its weights multiplied by the same
  (SmoothQuant, Xiao et al. 2022, arXiv:2211.10438, equation 4, with migration strength 0.6).
- The few inner units that reach several times what all others reach are computed apart, in float32.
- Ranges are fixed, from `scripts/calibrate_minilm.py`, not taken from the batch: a text has one vector, whichever texts
  stand beside it.

`benchmarks/index_speed.py embedding` prints the speed and how near the vectors are, `benchmarks/index_recall.py` which
product comes first.
"""

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from catalora.references.minilm import EPSILON, HEADS, TokenEmbedding

# The largest magnitude that each input channel of each linear layer reached: four arrays, `(layers, channels)`.
RANGES_PATH = Path(__file__).with_name("minilm_ranges.npz")
MIGRATION = 0.6
# Inner units that reach more than this are computed apart.
APART_FROM = 8.0
# The other inner units are cut at this share of their largest value: few reach it, and all are rounded more finely.
INNER_SHARE = 0.7
GELU_LEAST = -0.17
# Steps of a weight on each side of zero. Without VNNI two products of a byte (0 to 255) and a weight are added in 16
# bits. Inputs around zero are stored around 128, so that 127 steps would overflow there; inner units start near 0.
WEIGHT_STEPS = 96
INNER_WEIGHT_STEPS = 127
# Operators outside the ONNX standard that ONNX Runtime brings.
CONTRIB = "com.microsoft"

Array = NDArray[np.float32]

# Builds for Windows send usage events otherwise.
onnxruntime.disable_telemetry_events()


class EightBitMiniLM:
    """Token states of all-MiniLM-L6-v2 on the processor, on as many cores as torch would use where it is called.

    Args:
        weights: the published file's tensors, by its names; the pooler's are not used.
        layers: how many encoder layers they hold.

    Raises:
        KeyError: a tensor is missing.
    """

    def __init__(self, weights: Mapping[str, Tensor], layers: int) -> None:
        self._embed = TokenEmbedding(weights, torch.float32, torch.device("cpu"))
        self._graph = build_graph({name: tensor.numpy() for name, tensor in weights.items()}, layers)
        self._sessions: dict[int, onnxruntime.InferenceSession] = {}
        self._opening = Lock()

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """States of the last layer, `(batch, length, width)` in float32.

        Args:
            ids: token ids, `(batch, length)`.
            mask: 1 at tokens and 0 at padding, `(batch, length)`; states at padding mean nothing.
        """
        inputs = {"embedded": self._embed(ids).numpy(), "mask": mask.int().numpy()}
        (states,) = self._open_session(torch.get_num_threads()).run(["states"], inputs)
        return torch.from_numpy(states)

    def _open_session(self, threads: int) -> onnxruntime.InferenceSession:
        with self._opening:
            if threads not in self._sessions:
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = threads
                # Threads that went on waiting in loops after a call would take the cores from the language model.
                options.add_session_config_entry("session.force_spinning_stop", "1")
                self._sessions[threads] = onnxruntime.InferenceSession(
                    self._graph, options, providers=["CPUExecutionProvider"]
                )
            return self._sessions[threads]


def build_graph(weights: Mapping[str, Array], layers: int) -> bytes:
    """The encoder's layers as an ONNX model: `embedded` tokens and `mask` in, `states` out, all as in `EightBitMiniLM`.

    Raises:
        KeyError: a tensor is missing.
    """
    graph = _Graph(weights)
    with np.load(RANGES_PATH) as stored:
        largest = {name: stored[name].astype(np.float32) for name in stored.files}
    # Normalised here: torch would wake threads for it that then wait in loops beside those of ONNX Runtime.
    states = graph.normalise("embedded", "embeddings.LayerNorm")
    for layer in range(layers):
        states = graph.add_layer(states, f"encoder.layer.{layer}", {n: array[layer] for n, array in largest.items()})
    return graph.finish(states)


class _Graph:
    """ONNX nodes and constants in the order in which they were added; a value is known by its name."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def finish(self, states: str) -> bytes:
        self._nodes.append(helper.make_node("Identity", [states], ["states"]))
        shape = ["batch", "length", "width"]
        inputs = [
            helper.make_tensor_value_info("embedded", TensorProto.FLOAT, shape),
            helper.make_tensor_value_info("mask", TensorProto.INT32, shape[:2]),
        ]
        outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self._nodes, "minilm", inputs, outputs, self._constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIB, 1)]
        serialised: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
        return serialised

    def add_layer(self, states: str, name: str, largest: Mapping[str, Array]) -> str:
        """One encoder layer; `largest` holds the largest magnitude of each input channel of its four linear layers."""
        query, key, value, join = (
            self._read(f"{name}.attention.{part}") for part in ("self.query", "self.key", "self.value", "output.dense")
        )
        # Attention mixes tokens and leaves channels apart, so what divides its output can divide the values.
        factors = _share_out(largest["join"], join[0])
        heads = [query, key, (value[0] / factors, value[1] / factors)]
        weight, bias = np.concatenate([w for w, _ in heads], axis=1), np.concatenate([b for _, b in heads])
        # Query, key and value are made in one product of three times the width.
        wide = self._multiply_scaled(states, largest["attend"], weight, bias)
        query_name, key_name, value_name = self._add_split(wide, parts=3)
        mixed = self._add(
            "MultiHeadAttention", query_name, key_name, value_name, "", "mask", domain=CONTRIB, num_heads=HEADS
        )
        reach = float((largest["join"] / factors).max())
        joined = self._multiply(mixed, (-reach, reach), join[0] * factors[:, None], join[1])
        states = self.normalise(self._add("Add", joined, states), f"{name}.attention.output.LayerNorm")
        narrow = self._feed_forward(states, name, largest)
        return self.normalise(self._add("Add", narrow, states), f"{name}.output.LayerNorm")

    def _feed_forward(self, states: str, name: str, largest: Mapping[str, Array]) -> str:
        """The two outer products of a layer; inner units that reach far are added in float32."""
        weight, bias = self._read(f"{name}.intermediate.dense")
        narrow_weight, narrow_bias = self._read(f"{name}.output.dense")
        apart = largest["narrow"] > APART_FROM
        inner = self._multiply_scaled(states, largest["widen"], np.where(apart, 0, weight), np.zeros_like(bias))
        inner = self._add("BiasGelu", inner, self._hold(np.where(apart, 0, bias)), domain=CONTRIB)
        reach = (GELU_LEAST, INNER_SHARE * float(largest["narrow"][~apart].max()))
        near = self._multiply(
            inner, reach, np.where(apart[:, None], 0, narrow_weight), narrow_bias, steps=INNER_WEIGHT_STEPS
        )
        if not apart.any():
            return near
        units = self._add("MatMul", states, self._hold(weight[:, apart]))
        units = self._add("BiasGelu", units, self._hold(bias[apart]), domain=CONTRIB)
        return self._add("Add", near, self._add("MatMul", units, self._hold(narrow_weight[apart])))

    def _multiply_scaled(self, states: str, largest: Array, weight: Array, bias: Array) -> str:
        """A linear layer whose larger input channels are divided first."""
        factors = _share_out(largest, weight)
        scaled = self._add("Mul", states, self._hold(1 / factors))
        reach = float((largest / factors).max())
        return self._multiply(scaled, (-reach, reach), weight * factors[:, None], bias)

    def _multiply(
        self, inputs: str, reach: tuple[float, float], weight: Array, bias: Array, steps: int = WEIGHT_STEPS
    ) -> str:
        """A linear layer in 8 bits.

        Args:
            inputs: what is multiplied, float32.
            reach: least and largest value of `inputs` that is told apart; what lies beyond is cut.
            weight: `(in, out)`.
            bias: `(out,)`.
            steps: of a weight, on each side of zero.
        """
        low, high = reach
        step = np.float32((high - low) / 255)
        zero = self._hold(np.uint8(round(-low / float(step))))
        sizes = np.maximum(np.abs(weight).max(axis=0), np.finfo(np.float32).tiny) / steps
        held_step, held_sizes = self._hold(step), self._hold(sizes.astype(np.float32))
        rounded = self._hold(np.rint(weight / sizes).astype(np.int8))
        held_zeros, held_bias = self._hold(np.zeros(len(bias), np.int8)), self._hold(bias.astype(np.float32))
        codes = self._add("QuantizeLinear", inputs, held_step, zero)
        return self._add(
            "MatMulIntegerToFloat",
            *(codes, rounded, held_step, held_sizes, zero, held_zeros, held_bias),
            domain=CONTRIB,
        )

    def normalise(self, states: str, name: str) -> str:
        weight, bias = (self._hold(self._weights[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self._add("LayerNormalization", states, weight, bias, epsilon=EPSILON)

    def _read(self, name: str) -> tuple[Array, Array]:
        """Weight `(in, out)` and bias `(out,)` of a linear layer."""
        return self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"]

    def _hold(self, array: NDArray[Any] | np.generic) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(np.shape(array)), name))
        return name

    def _add(self, operator: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        name = f"value{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], domain=domain, **attributes))
        return name

    def _add_split(self, value: str, parts: int) -> list[str]:
        names = [f"{value}part{part}" for part in range(parts)]
        self._nodes.append(helper.make_node("Split", [value], names, axis=-1))
        return names


def _share_out(largest: Array, weight: Array) -> Array:
    """What to divide each input channel by, so that channels and their weights are about as hard to round: `(in,)`.

    The factors' geometric mean is 1: a factor that all channels share would change nothing.

    Example:
        >>> _share_out(np.array([1.0, 32.0]), np.array([[1.0], [1.0]])).round(2)
        array([0.35, 2.83])
    """
    tiny = np.finfo(np.float32).tiny
    strongest = np.maximum(np.abs(weight).max(axis=1), tiny)
    factors = np.maximum(largest, tiny) ** MIGRATION / strongest ** (1 - MIGRATION)
    balanced: Array = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    return balanced
