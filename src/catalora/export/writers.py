"""Each format: in which precisions it is written, how, by which program it is loaded again, what its card says.

A format's libraries are imported when it is asked for and nowhere else.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from catalora.documents.model_card import Artefact, ExportFormat
from catalora.export.check import Engine
from catalora.export.source import ExportSource

# Source, folder, a scratch folder beside it, precision.
Write = Callable[[ExportSource, Path, Path, str], None]


@dataclass(frozen=True, slots=True)
class Writer:
    """How one format is written and loaded again.

    Attributes:
        precisions: in which it can be written, the default first.
        write: writes the weights.
        load: loads the written folder by the format's own program.
        engine: module of the program that loads it; needed for the comparison alone.
        artefact: what the model card says of it.
        bytes_per_parameter: most disk space that writing takes, scratch files included.
    """

    precisions: tuple[str, ...]
    write: Write
    load: Callable[[Path, ExportSource], Engine]
    engine: str
    artefact: Artefact
    bytes_per_parameter: float


def find_writer(kind: ExportFormat) -> Writer:
    """How a format is written.

    Raises:
        ModuleNotFoundError: its library is not installed.
    """
    return _WRITERS[kind]()


def _adapter() -> Writer:
    from catalora.export import plain

    return Writer(
        precisions=("as trained",),
        write=lambda source, folder, _scratch, _precision: plain.write_adapter(source, folder),
        load=plain.load_adapter_export,
        engine="peft",
        artefact=Artefact("adapter"),
        bytes_per_parameter=0.1,
    )


def _merged() -> Writer:
    from catalora.export import merge, plain

    code = (
        "from transformers import AutoModelForCausalLM, AutoTokenizer",
        "",
        'tokenizer = AutoTokenizer.from_pretrained(".")',
        'model = AutoModelForCausalLM.from_pretrained(".")',
    )
    return Writer(
        precisions=tuple(merge.DTYPES),
        write=lambda source, folder, _scratch, precision: merge.write_merged(source, folder, merge.DTYPES[precision]),
        load=plain.load_merged_export,
        engine="transformers",
        artefact=Artefact("merged", code),
        bytes_per_parameter=4.1,
    )


def _after_merging(convert: Write) -> Write:
    """Write the merged model into the scratch folder, in the dtype that `convert` then rounds once at most."""

    def write(source: ExportSource, folder: Path, scratch: Path, precision: str) -> None:
        from catalora.export import merge

        dtype = "bfloat16" if precision in {"bf16", "bfloat16"} else "float32"
        merge.write_merged(source, scratch, merge.DTYPES[dtype])
        convert(source, scratch, folder, precision)

    return write


def _gguf() -> Writer:
    from catalora.export import gguf

    return Writer(
        precisions=tuple(gguf.KINDS),
        write=_after_merging(gguf.convert_to_gguf),
        load=gguf.LlamaCppEngine,
        engine="llama_cpp",
        artefact=Artefact("gguf", ("ollama create my-catalogue -f Modelfile", "llama-cli -m model.gguf")),
        bytes_per_parameter=8.2,
    )


def _openvino() -> Writer:
    # OpenVINO reports each conversion to a server unless this module is missing; then it uses a stub of its own.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python marks a module as missing

    from catalora.export import openvino

    code = ("import openvino_genai", "", 'pipeline = openvino_genai.LLMPipeline(".", "CPU")')
    return Writer(
        precisions=openvino.PRECISIONS,
        write=_after_merging(openvino.convert_to_openvino),
        load=openvino.OpenVinoEngine,
        engine="openvino",
        artefact=Artefact("openvino", code),
        bytes_per_parameter=8.2,
    )


def _ctranslate2() -> Writer:
    from catalora.export import ctranslate2

    code = ("import ctranslate2", "", 'generator = ctranslate2.Generator("model")')
    return Writer(
        precisions=ctranslate2.PRECISIONS,
        write=_after_merging(ctranslate2.convert_to_ctranslate2),
        load=ctranslate2.CTranslate2Engine,
        engine="ctranslate2",
        artefact=Artefact("ctranslate2", code),
        bytes_per_parameter=8.2,
    )


def _mlx() -> Writer:
    from catalora.export import mlx

    code = ("from mlx_lm import generate, load", "", 'model, tokenizer = load(".")')
    return Writer(
        precisions=mlx.PRECISIONS,
        write=_after_merging(mlx.convert_to_mlx),
        load=mlx.MlxEngine,
        engine="mlx_lm",
        artefact=Artefact("mlx", code),
        bytes_per_parameter=8.2,
    )


_WRITERS: dict[ExportFormat, Callable[[], Writer]] = {
    "adapter": _adapter,
    "merged": _merged,
    "gguf": _gguf,
    "openvino": _openvino,
    "ctranslate2": _ctranslate2,
    "mlx": _mlx,
}
