"""All that the documents know: what a run's own files say, read once.

Nothing is computed here that the run did not write down, and nothing is looked up elsewhere.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalora.catalog import Product, pick_products, read_products
from catalora.catalog.prepared import compute_file_sha256
from catalora.catalog.profile import Profile, read_profile
from catalora.config import Config
from catalora.errors import CataloraError, UsageError
from catalora.evaluation.results import RESULTS_FILE, Results, load_results
from catalora.prompts import PromptTemplate
from catalora.record import load_config
from catalora.run import Event, RunFolder

ADAPTER_WEIGHTS = "adapter_model.safetensors"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation during training.

    Attributes:
        step: optimiser step.
        loss: validation loss in nats per token.
        bits_per_byte: of the validation descriptions; nothing in older runs.
        watch: metrics of the answers at this step, by name; nothing when the watch was off.
    """

    step: int
    loss: float
    bits_per_byte: float | None
    watch: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a finished run wrote down.

    Attributes:
        name: of the run.
        record: `run.json`.
        config: its settings.
        profile: of the prepared catalogue; nothing when the run was made before runs kept it.
        template: the prompt template saved with the adapter.
        start: facts of the first session's start.
        end: facts of the end.
        seconds: time spent over all sessions.
        sessions: how often the training was started or went on.
        losses: (step, training loss).
        evaluations: in order of steps.
        looks: metrics of the answers during training: (step, metrics by name), in order of steps.
        samples: answers during training by product's uid: (step, facts), in order of steps.
        warnings: what was warned of, each once, in order: code or nothing, and message.
        example: a training product; the first in the order of the data's seed.
        adapter_bytes: size of the adapter's weights.
        has_references: whether the index of training products was built.
        results: of `catalora evaluate`, or nothing.
        without_results: why there are none, when there is a file that cannot be used.
    """

    name: str
    record: dict[str, Any]
    config: Config
    profile: Profile | None
    template: PromptTemplate
    start: dict[str, Any]
    end: dict[str, Any]
    seconds: float
    sessions: int
    losses: Sequence[tuple[int, float]]
    evaluations: Sequence[Evaluated]
    looks: Sequence[tuple[int, dict[str, float]]]
    samples: dict[str, list[tuple[int, dict[str, Any]]]]
    warnings: Sequence[tuple[str | None, str]]
    example: Product
    adapter_bytes: int
    has_references: bool
    results: Results | None
    without_results: str | None

    @property
    def example_question(self) -> str:
        """How the example is asked in the first pass."""
        form = self.template.question_form(self.example.uid, 0, self.config.training.seed)
        return self.template.render_question(self.example.title, form)

    @property
    def best_step(self) -> int:
        """Step of the adapter that was kept."""
        return int(self.end["best_step"])

    @property
    def best(self) -> Evaluated | None:
        """The evaluation of the adapter that was kept, when there was one."""
        return next((item for item in self.evaluations if item.step == self.best_step), None)


def read_facts(run: RunFolder) -> RunFacts:
    """Read a finished run.

    Raises:
        UsageError: the run is not finished.
        DataError, InputNotFoundError: a file of it is damaged or missing.
    """
    record, events = run.read_record(), list(run.read_events())
    end = next((event for event in reversed(events) if event.kind == "end" and "best_step" in event.facts), None)
    if end is None or not run.adapter.is_dir():
        state = run.read_status().state
        raise UsageError(
            f"run {run.name!r} is not finished: its state is {state}",
            code="run-not-finished",
            hint=f"Finish it with `catalora train --resume --run {run.name}`.",
            run=run.name,
        )
    results, problem = _read_results(run, record)
    config = load_config(run)
    return RunFacts(
        name=run.name,
        record=record,
        config=config,
        profile=read_profile(run.profile) if run.profile.exists() else None,
        template=PromptTemplate.load(run.adapter),
        start=dict(next(event.facts for event in events if event.kind == "start")),
        end=dict(end.facts),
        seconds=_sum_sessions(events),
        sessions=sum(event.kind == "start" for event in events),
        losses=sorted({event.step: float(event.facts["loss"]) for event in events if event.kind == "step"}.items()),
        evaluations=_read_evaluations(events),
        looks=sorted({event.step: dict(event.facts) for event in events if event.kind == "watch"}.items()),
        samples=_read_samples(events),
        warnings=list(dict.fromkeys((event.facts.get("code"), event.facts["message"]) for event in _warnings(events))),
        example=pick_products(read_products(run.products), "train", 1, config.data.seed)[0],
        adapter_bytes=(run.adapter / ADAPTER_WEIGHTS).stat().st_size,
        has_references=run.references.is_dir() and any(run.references.iterdir()),
        results=results,
        without_results=problem,
    )


def _warnings(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.kind == "warning"]


def _read_evaluations(events: Sequence[Event]) -> list[Evaluated]:
    # A step that was repeated after an interruption comes to the same; the last one counts.
    losses = {event.step: event.facts for event in events if event.kind == "evaluation"}
    looks = {event.step: dict(event.facts) for event in events if event.kind == "watch"}
    return [
        Evaluated(step, float(facts["eval_loss"]), facts.get("eval_bits_per_byte"), looks.get(step))
        for step, facts in sorted(losses.items())
    ]


def _read_samples(events: Sequence[Event]) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for event in events:
        if event.kind == "sample":
            found.setdefault(event.facts["uid"], {})[event.step] = dict(event.facts)
    return {uid: sorted(by_step.items()) for uid, by_step in found.items()}


def _sum_sessions(events: Sequence[Event]) -> float:
    """Seconds from each start to the last event before the next one, the time between sessions left out."""
    total = 0.0
    for number, event in enumerate(events):
        if event.kind == "start":
            rest = events[number:]
            following = next((place for place, other in enumerate(rest[1:], 1) if other.kind == "start"), len(rest))
            total += rest[following - 1].time - event.time
    return total


def _read_results(run: RunFolder, record: dict[str, Any]) -> tuple[Results | None, str | None]:
    """The evaluation, if it is one of this run's adapter and products; otherwise why it is not used."""
    path: Path = run.evaluation / RESULTS_FILE
    if not path.exists():
        return None, None
    try:
        # `catalora compare` leaves a file of the same name without a schema.
        if "schema_version" not in json.loads(path.read_text(encoding="utf-8")):
            return None, None
        results = load_results(path)
    except (CataloraError, ValueError) as error:
        return None, str(error)
    if results.origin.data_fingerprint != record["data"]["run_fingerprint"]:
        return None, f"{RESULTS_FILE}: of other products than this run's"
    if results.origin.adapter_sha256 != compute_file_sha256(run.adapter / ADAPTER_WEIGHTS):
        return None, f"{RESULTS_FILE}: of another adapter than this run's"
    return results, None
