"""What is exported: a finished run with its base model, and where the parts of both lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from catalora.config import Config, ModelConfig
from catalora.documents.facts import RunFacts, read_facts
from catalora.hardware import Device, choose_device
from catalora.model.adapter import load_adapter
from catalora.model.loading import LoadedModel, load_base
from catalora.model.source import check_settings, find_source
from catalora.prompts import PromptTemplate
from catalora.record import load_config, require_same_base
from catalora.run import RunFolder


@dataclass(frozen=True, slots=True)
class ExportSource:
    """A finished run and its base model.

    Attributes:
        run: the run.
        facts: what its files say.
        config: its settings.
        template: how the model is asked.
        base: folder of the base model's files.
        device: where this machine computes the run's answers, and in which precision.
        token: Hugging Face token for gated models.
    """

    run: RunFolder
    facts: RunFacts
    config: Config
    template: PromptTemplate
    base: Path
    device: Device
    token: str | None = None

    @property
    def parameters(self) -> int:
        """Parameters of the base model."""
        return int(self.facts.record["model"]["parameters"])

    def load_base(self, device: Device | None = None) -> LoadedModel:
        """The base model alone, checked to be the one that the run was trained on."""
        loaded = load_base(self.config.model, device or self.device, token=self.token)
        require_same_base(self.run, loaded.identity)
        return loaded

    def load_tuned(self, device: Device | None = None) -> tuple[Any, Any]:
        """The base model with the run's adapter on it, and its tokenizer."""
        loaded = self.load_base(device)
        return load_adapter(loaded.model, self.run.adapter), loaded.tokenizer


def open_source(run: RunFolder, *, token: str | None = None) -> ExportSource:
    """Find the parts of a finished run; no weights are loaded.

    Raises:
        UsageError: the run is not finished.
        ModelUnavailableError, InputNotFoundError: its base model is not there.
    """
    facts, config = read_facts(run), load_config(run)
    return ExportSource(
        run=run,
        facts=facts,
        config=config,
        template=facts.template,
        base=find_source(config.model, token=token).folder,
        device=choose_device(config.model.device, config.model.dtype),
        token=token,
    )


def stored_dtype(folder: Path, config: ModelConfig) -> Literal["bfloat16", "float32"]:
    """The precision that holds the stored weights of a model without loss."""
    settings = check_settings(folder, config.name)
    return "bfloat16" if settings.get("dtype", settings.get("torch_dtype")) == "bfloat16" else "float32"
