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


@dataclass(frozen=True, slots=True)
class Writer:
    """How one format is written and loaded again.

    Attributes:
        precisions: in which it can be written, the default first.
        write: writes the weights: source, folder, a scratch folder beside it, precision.
        load: loads the written folder by the format's own program.
        engine: module of the program that loads it; needed for the comparison alone.
        artefact: what the model card says of it.
        bytes_per_parameter: most disk space that writing takes, scratch files included.
    """

    precisions: tuple[str, ...]
    write: Callable[[ExportSource, Path, Path, str], None]
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


def _gguf() -> Writer:
    from catalora.export import gguf, merge

    def write(source: ExportSource, folder: Path, scratch: Path, precision: str) -> None:
        # Rounded once: to bfloat16 here, or from float32 to what the file holds.
        merge.write_merged(source, scratch, merge.DTYPES["bfloat16" if precision == "bf16" else "float32"])
        gguf.convert_to_gguf(source, scratch, folder, precision)

    return Writer(
        precisions=tuple(gguf.KINDS),
        write=write,
        load=gguf.LlamaCppEngine,
        engine="llama_cpp",
        artefact=Artefact("gguf", ("ollama create my-catalogue -f Modelfile", "llama-cli -m model.gguf")),
        bytes_per_parameter=8.2,
    )


def _openvino() -> Writer:
    # OpenVINO reports each conversion to a server unless this module is missing; then it uses a stub of its own.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python marks a module as missing

    from catalora.export import merge, openvino

    def write(source: ExportSource, folder: Path, scratch: Path, precision: str) -> None:
        merge.write_merged(source, scratch, merge.DTYPES["float32"])
        openvino.convert_to_openvino(source, scratch, folder, precision)

    code = ("import openvino_genai", "", 'pipeline = openvino_genai.LLMPipeline(".", "CPU")')
    return Writer(
        precisions=openvino.PRECISIONS,
        write=write,
        load=openvino.OpenVinoEngine,
        engine="openvino",
        artefact=Artefact("openvino", code),
        bytes_per_parameter=8.2,
    )


def _ctranslate2() -> Writer:
    from catalora.export import ctranslate2, merge

    def write(source: ExportSource, folder: Path, scratch: Path, precision: str) -> None:
        merge.write_merged(source, scratch, merge.DTYPES["bfloat16" if precision == "bfloat16" else "float32"])
        ctranslate2.convert_to_ctranslate2(source, scratch, folder, precision)

    code = ("import ctranslate2", "", 'generator = ctranslate2.Generator("model")')
    return Writer(
        precisions=ctranslate2.PRECISIONS,
        write=write,
        load=ctranslate2.CTranslate2Engine,
        engine="ctranslate2",
        artefact=Artefact("ctranslate2", code),
        bytes_per_parameter=8.2,
    )


_WRITERS: dict[ExportFormat, Callable[[], Writer]] = {
    "adapter": _adapter,
    "merged": _merged,
    "gguf": _gguf,
    "openvino": _openvino,
    "ctranslate2": _ctranslate2,
}
