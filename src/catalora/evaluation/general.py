"""Did tuning cost general ability? Tasks of EleutherAI's lm-eval, answered by both sides of one copy of the weights.

lm-eval asks and scores, question by question; the intervals are ours, paired over the questions. Both sides get the
same questions in the same order, with the same examples before them, and that is checked. A task comes from lm-eval's
own collection or from a folder of the user, in lm-eval's YAML.
"""

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from catalora.config import Config
from catalora.errors import EvaluationError, InputNotFoundError, ModelUnavailableError, UsageError
from catalora.evaluation.fingerprints import check_active, check_sides
from catalora.evaluation.results import Direction, GeneralAbility, Metric
from catalora.evaluation.uncertainty import Bootstrap, Ratio
from catalora.generation.answer import SIDES, Answerer, Side
from catalora.progress import Progress, ignore_progress

# How lm-eval brings the values of single questions together, and what that is as a ratio of sums. A measure that is
# no such ratio (a correlation, a corpus BLEU) has no value of single questions to pair, and is left out.
RATIOS: Mapping[str, Callable[[Sequence[Any]], Ratio]] = {
    "mean": lambda values: Ratio.of([float(value) for value in values]),
    "bits_per_byte": lambda pairs: Ratio.of([-nats / math.log(2) for nats, _ in pairs], [size for _, size in pairs]),
}


@dataclass(frozen=True, slots=True)
class GeneralTasks:
    """Tasks of lm-eval with their data.

    Attributes:
        by_name: single tasks; a group stands here as its members.
        limit: questions of each at most.
    """

    by_name: dict[str, Any]
    limit: int | None


@dataclass(frozen=True, slots=True)
class _Answered:
    """One measure of one task on one side.

    Attributes:
        name: lm-eval's name of the measure, without the way in which answers were read.
        values: one for each question.
        asked: question and prompt of each, by hash.
    """

    name: str
    values: tuple[Any, ...]
    asked: tuple[str, ...]


def load_tasks(names: Sequence[str], folder: Path | None, limit: int | None) -> GeneralTasks:
    """Find tasks by name and read their data, which lm-eval fetches from the Hub where it is not local.

    Args:
        names: of tasks or groups of tasks.
        folder: takes the place of lm-eval's own collection: tasks in its YAML; functions that they name are run.
        limit: questions of each task at most; all when empty.

    Raises:
        UsageError: lm-eval is not installed, or knows no such task.
        InputNotFoundError: there is no such folder.
        ModelUnavailableError: a task's data cannot be read.
    """
    if find_spec("lm_eval") is None:
        raise UsageError(
            "general tasks need lm-eval, which is not installed",
            code="general-missing",
            hint='pip install "catalora[general]", or evaluate without --general.',
        )
    if folder is not None and not folder.is_dir():
        raise InputNotFoundError(
            f"{folder}: no such folder of tasks", code="general-folder", hint="Name a folder with lm-eval's YAML files."
        )
    from lm_eval.tasks import TaskManager

    with _quiet():
        manager = TaskManager(include_path=folder, include_defaults=folder is None)
        for name in names:
            _require_known(name, manager.all_tasks)
        loaded: dict[str, Any] = {}
        for name in names:
            loaded |= _load(manager, name)
    return GeneralTasks(loaded, limit)


def measure_general(
    answerer: Answerer, tasks: GeneralTasks, config: Config, progress: Progress = ignore_progress
) -> GeneralAbility:
    """Both sides on the same questions, with a paired interval for each measure's difference.

    Args:
        answerer: base and adapter of a run.
        tasks: what `load_tasks` loaded.
        config: of the run; for the seed and the batch size.
        progress: told how far it is, stage `general tasks`.

    Raises:
        EvaluationError: a side answered with other weights or other questions than it should.
        UsageError: a task has no measure that can be paired.
    """
    fingerprints = check_sides(answerer)
    answered: dict[Side, dict[tuple[str, str], _Answered]] = {}
    for number, side in enumerate(SIDES):
        progress("general tasks", number, len(SIDES))
        with answerer.weights_of([side]), _quiet():
            check_active(answerer, side, fingerprints)
            answered[side] = _answer(answerer, tasks, config)
    progress("general tasks", len(SIDES), len(SIDES))
    scores = [
        _compare(task, measure, answered, tasks.by_name[task], config.data.seed) for task, measure in answered["base"]
    ]
    return GeneralAbility(version("lm_eval"), tasks.limit, tuple(scores))


def _require_known(name: str, known: Sequence[str]) -> None:
    if name in known:
        return
    near = get_close_matches(name, known, n=3)
    raise UsageError(
        f"there is no general task {name!r}" + (f"; near: {', '.join(near)}" if near else ""),
        code="general-unknown-task",
        hint="`lm-eval ls tasks` lists those of lm-eval; --general-tasks FOLDER takes those of a folder instead.",
        near=near,
    )


def _load(manager: Any, name: str) -> dict[str, Any]:
    try:
        tasks: dict[str, Any] = manager.load([name])["tasks"]
    # Data sets come from many places, each with errors of its own, down to those of the network.
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
        raise ModelUnavailableError(
            f"general task {name!r}: its data cannot be read ({reason})",
            code="general-data",
            hint="Its data set comes from the Hub and is kept once it was fetched; a task with local data needs none: "
            "--general-tasks FOLDER.",
        ) from error
    return tasks


def _answer(answerer: Answerer, tasks: GeneralTasks, config: Config) -> dict[tuple[str, str], _Answered]:
    """Each measure of each task with the weights that are active now, by (task, measure)."""
    from lm_eval.evaluator import evaluate

    for task in tasks.by_name.values():
        if task.get_config("num_fewshot") is None:
            task.set_config(key="num_fewshot", value=0)
        # Anew for each side, so that both get the same examples.
        task.set_fewshot_seed(seed=config.data.seed)
    results = evaluate(
        _wrap(answerer, config), {"tasks": tasks.by_name}, limit=tasks.limit, bootstrap_iters=0, log_samples=True
    )
    found: dict[tuple[str, str], _Answered] = {}
    for name, task in tasks.by_name.items():
        measures = _gather(results["samples"][name], task.aggregation())
        if not measures:
            raise UsageError(
                f"general task {name!r} has no measure with a value for each question",
                code="general-no-measure",
                hint="Choose a task that is scored by a mean, such as accuracy, or by bits per byte.",
            )
        found |= {(name, measure): answered for measure, answered in measures.items()}
    return found


def _gather(samples: Sequence[Mapping[str, Any]], aggregations: Mapping[str, Any]) -> dict[str, _Answered]:
    """Values of each measure in the order of the questions; of several ways to read an answer, each has its own."""
    rows: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for sample in sorted(samples, key=lambda sample: int(sample["doc_id"])):
        for name in sample["metrics"]:
            if getattr(aggregations.get(name), "__name__", None) in RATIOS:
                measure = name if sample["filter"] == "none" else f"{name} ({sample['filter']})"
                rows.setdefault((name, measure), []).append(sample)
    return {
        measure: _Answered(
            name,
            tuple(sample[name] for sample in asked),
            tuple(f"{sample['doc_hash']}{sample['prompt_hash']}" for sample in asked),
        )
        for (name, measure), asked in rows.items()
    }


def _compare(
    task_name: str,
    measure: str,
    answered: Mapping[Side, Mapping[tuple[str, str], _Answered]],
    task: Any,
    seed: int,
) -> Metric:
    base, tuned = (answered[side][task_name, measure] for side in SIDES)
    if base.asked != tuned.asked:
        raise EvaluationError(
            f"general task {task_name!r}: both sides were not asked the same questions",
            code="general-questions-differ",
            hint="A task that draws its questions anew each time cannot be compared: choose another one.",
        )
    ratio = RATIOS[task.aggregation()[base.name].__name__]
    direction: Direction = "higher" if task.higher_is_better()[base.name] else "lower"
    before, after = ratio(base.values), ratio(tuned.values)
    draws = Bootstrap(len(base.values), seed)
    change = draws.compare(after, before, direction)
    columns = {"base": draws.estimate(before), "tuned": draws.estimate(after)}
    assert change is not None
    return Metric(
        f"{task_name} {measure}",
        direction,
        {column: estimate for column, estimate in columns.items() if estimate is not None},  # type: ignore[misc]
        {"tuned-base": change},
    )


def _wrap(answerer: Answerer, config: Config) -> Any:
    """The model as lm-eval wants it: the base with the adapter's layers inside, which the caller switches."""
    from lm_eval.models.huggingface import HFLM

    class Quiet(HFLM):  # type: ignore[misc]
        """Says nothing while it answers."""

        def loglikelihood(self, requests: Any, disable_tqdm: bool = True) -> Any:
            return super().loglikelihood(requests, disable_tqdm=True)

        def loglikelihood_rolling(self, requests: Any, disable_tqdm: bool = True) -> Any:
            return super().loglikelihood_rolling(requests, disable_tqdm=True)

        def generate_until(self, requests: Any, disable_tqdm: bool = True) -> Any:
            return super().generate_until(requests, disable_tqdm=True)

    return Quiet(
        answerer.model.get_base_model(),
        backend="causal",
        tokenizer=answerer.tokenizer,
        max_length=answerer.context_length,
        # Rows that the machine held in training; lm-eval keeps the logits of a whole batch.
        batch_size=config.training.batch_size,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without warnings about how lm-eval is called or that the Hub is asked again, and without bars for the data."""
    import datasets

    showed = not datasets.utils.are_progress_bars_disabled()
    loggers = [logging.getLogger(name) for name in ("lm_eval", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if showed:
            datasets.enable_progress_bars()
