"""The engines that can answer for one run on this machine: opened by name, or offered to be measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalora.engines.choice import Engine, EngineChoice
from catalora.engines.converted import is_converted, open_converted
from catalora.engines.environment import find_environment
from catalora.engines.kinds import ENGINES, EngineKind, EngineName, find_version
from catalora.engines.vllm_process import VllmProcess, build_settings, require_installed
from catalora.errors import UsageError
from catalora.export.check import choose_questions
from catalora.export.loss import compute_loss, read_true_texts
from catalora.export.plain import score_by_model
from catalora.export.source import ExportSource
from catalora.machine import measure_free_memory
from catalora.progress import Progress

if TYPE_CHECKING:
    from catalora.generation.batch import BatchGenerator, Generated

# Converting holds the model twice in float32, and the merged copy lies in memory besides.
BYTES_TO_CONVERT = 12
BYTES_TO_LOAD = 6
# Held-out descriptions that an engine with smaller weights reads before it is let at a catalogue.
LOSS_TEXTS = 40


class ConvertedEngine:
    """An export's engine in the place of `BatchGenerator`."""

    def __init__(self, loaded: Any) -> None:
        self.loaded = loaded

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> "list[Generated]":
        """Greedy answers to prompts of token ids, in their order."""
        answers: list[Generated] = self.loaded.answer(prompts, max_new_tokens)
        return answers


@dataclass(frozen=True, slots=True)
class RunEngines:
    """The engines of one run.

    Attributes:
        source: the run.
        reference: transformers with the merged model.
        tokenizer: of the run.
        stop_ids: tokens that end an answer.
        context_length: most tokens of prompt and answer.
        folder: for what an engine writes while it works.
        progress: told what takes long.
    """

    source: ExportSource
    reference: "BatchGenerator"
    tokenizer: Any
    stop_ids: Sequence[int]
    context_length: int
    folder: Path
    progress: Progress

    def open(self, name: str) -> Engine:
        """Load an engine.

        Raises:
            UsageError: it computes on another device than the run.
            ModuleNotFoundError: its library is not installed.
            ModelUnavailableError: it is not installed, or cannot compute this model.
        """
        kind = ENGINES[name]  # type: ignore[index]  # a manifest may hold any word; an unknown one is a KeyError
        if kind.device and kind.device != self.source.device.name:
            raise UsageError(
                f"--engine {name} computes on {kind.device}, and this run computes on {self.source.device.name}",
                code="engine-other-device",
                hint="Leave --engine out, or choose transformers.",
            )
        if name == "transformers":
            return self.reference
        if name == "vllm":
            environment = require_installed(find_environment(name))
            self.progress("start vllm", 0, None)
            settings = build_settings(self.source, self.stop_ids, self.context_length)
            return VllmProcess(environment, settings, self.folder)
        return ConvertedEngine(open_converted(self.source, kind, self.progress))

    def list_candidates(self) -> "list[MeasurableEngine]":
        """Those that are installed here, compute on this device and with the run's own weights."""
        return [
            MeasurableEngine(self, kind)
            for kind in ENGINES.values()
            if kind.is_exact and kind.device == self.source.device.name and find_version(kind)
        ]

    def take(self, name: EngineName) -> EngineChoice:
        """An engine asked for by name; one with smaller weights is told with what they cost."""
        if ENGINES[name].is_exact:
            return EngineChoice(engine=name, reason="asked for by name")
        engine = self.open(name)
        assert isinstance(engine, ConvertedEngine)
        self.progress("read held-out descriptions", 0, None)
        products, questions = choose_questions(self.source, LOSS_TEXTS)
        model = self.reference.model
        texts = read_true_texts(
            self.source, self.tokenizer, products, questions, lambda ids: score_by_model(model, ids)
        )
        loss = compute_loss(engine.loaded, texts)
        reason = (
            f"asked for by name; its weights are rounded: {loss.export_nats_per_token:.4f} nats per token on "
            f"{loss.descriptions} held-out descriptions, the run's {loss.run_nats_per_token:.4f} ({loss.change:+.2%})"
        )
        figures = {
            "descriptions": loss.descriptions,
            "run_nats_per_token": loss.run_nats_per_token,
            "engine_nats_per_token": loss.export_nats_per_token,
            "run_bits_per_byte": loss.run_bits_per_byte,
            "engine_bits_per_byte": loss.export_bits_per_byte,
        }
        return EngineChoice(engine=name, reason=reason, loss=figures)


@dataclass(frozen=True, slots=True)
class MeasurableEngine:
    """One engine of a run that could be taken."""

    engines: RunEngines
    kind: EngineKind

    @property
    def name(self) -> str:
        """Of the engine."""
        return self.kind.name

    def refuse(self) -> str:
        """Why it is not tried here: memory that converting or loading would take; empty when it is tried."""
        if not self.kind.format:
            return ""
        each = BYTES_TO_LOAD if is_converted(self.engines.source, self.kind) else BYTES_TO_CONVERT
        needed = each * self.engines.source.parameters
        free = measure_free_memory("cpu")
        return "" if free >= needed else f"it would take {needed / 1e9:.1f} GB of memory, {free / 1e9:.1f} are free"

    def open(self) -> Engine:
        """Load it, converting first where needed."""
        return self.engines.open(self.kind.name)
