"""Which engines `catalora describe` knows, and what of them is installed here. Imports none of them."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal

from catalora.engines.environment import find_environment

EngineName = Literal[
    "transformers", "openvino", "openvino-int8", "openvino-int4", "ctranslate2", "ctranslate2-int8", "vllm"
]
AUTO: Final = "auto"


@dataclass(frozen=True, slots=True)
class EngineKind:
    """One way to compute answers.

    Attributes:
        name: as it is asked for.
        package: that it needs, as registries name it.
        purpose: what it is for.
        install: how it is installed.
        format: the export that it reads; empty when it needs none.
        precision: of that export.
        device: what it computes on; empty for any.
        is_exact: whether its weights are the run's own; the others answer otherwise and are never chosen unasked.
    """

    name: EngineName
    package: str
    purpose: str
    install: str
    format: str = ""
    precision: str = ""
    device: str = ""
    is_exact: bool = True


_OPENVINO = 'pip install "catalora[openvino]"'
_CTRANSLATE2 = 'pip install "catalora[ctranslate2]"'
ENGINES: dict[EngineName, EngineKind] = {
    kind.name: kind
    for kind in (
        EngineKind("transformers", "transformers", "the reference, on every device", 'pip install "catalora[train]"'),
        EngineKind("openvino", "openvino", "processors, float32", _OPENVINO, "openvino", "float32", "cpu"),
        EngineKind(
            *("openvino-int8", "nncf", "processors, weights of 8 bits", _OPENVINO, "openvino", "int8", "cpu"),
            is_exact=False,
        ),
        EngineKind(
            *("openvino-int4", "nncf", "processors, weights of 4 bits", _OPENVINO, "openvino", "int4", "cpu"),
            is_exact=False,
        ),
        EngineKind("ctranslate2", "ctranslate2", "processors, float32", _CTRANSLATE2, "ctranslate2", "float32", "cpu"),
        EngineKind(
            *("ctranslate2-int8", "ctranslate2", "processors, weights of 8 bits", _CTRANSLATE2),
            *("ctranslate2", "int8", "cpu"),
            is_exact=False,
        ),
        EngineKind("vllm", "vllm", "NVIDIA GPUs, large catalogues", "catalora engines install vllm", device="cuda"),
    )
}


def find_version(kind: EngineKind) -> str | None:
    """The installed version of an engine's package, or nothing; vLLM is looked for in the environment of its own."""
    if kind.name == "vllm":
        environment = find_environment(kind.name)
        return environment.version if environment else None
    try:
        return version(kind.package)
    except PackageNotFoundError:
        return None
