"""Each format: in which precisions it is written, how, by which program it is loaded again, what its card says.

A format's libraries are imported when it is asked for and nowhere else.
"""

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
        artefact: what the model card says of it.
        bytes_per_parameter: most disk space that writing takes, scratch files included.
    """

    precisions: tuple[str, ...]
    write: Callable[[ExportSource, Path, Path, str], None]
    load: Callable[[Path, ExportSource], Engine]
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
        artefact=Artefact("merged", code),
        bytes_per_parameter=4.1,
    )


_WRITERS: dict[ExportFormat, Callable[[], Writer]] = {
    "adapter": _adapter,
    "merged": _merged,
}
