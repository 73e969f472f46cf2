"""Looking at a data set with a model before any run: what it would see, what would be cut, what it would take."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catalora.catalog import load_prepared, pick_products, read_products, select_products
from catalora.config import Config, build_config
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate
from catalora.record import load_config, wants_references
from catalora.run import RunFolder

if TYPE_CHECKING:
    import polars as pl

    from catalora.estimate.probe import Measured
    from catalora.estimate.projection import CatalogueCosts, Estimate, Forecast
    from catalora.training.fit import CatalogueFit
    from catalora.training.preview import ProductView

Settings = Mapping[str, object] | Sequence[str]
# Before a run nobody wants to wait: so many products are measured, and batches repeated for so long.
FORESEEN_PRODUCTS = 1_000
FORESEEN_SECONDS = 1.0


def preview(
    data: str | Path,
    *,
    uids: Sequence[str] = (),
    count: int = 1,
    model: str = "demo",
    settings: Settings = (),
    token: str | None = None,
) -> "list[ProductView]":
    """What a model sees of products of a data set: of those named, or of `count` training products at random."""
    from catalora.model.loading import load_tokenizer
    from catalora.training.preview import preview_products

    config, prepared = build_config(None, settings), load_prepared(Path(data))
    tokenizer = load_tokenizer(config.model.model_copy(update={"name": model}), token=token)
    length, seed = config.training.max_length, config.training.seed
    return preview_products(prepared, PromptTemplate(), tokenizer, uids=uids, count=count, max_length=length, seed=seed)


def measure_fit(
    data: str | Path,
    *,
    model: str = "demo",
    settings: Settings = (),
    token: str | None = None,
    progress: Progress = ignore_progress,
) -> "CatalogueFit":
    """Token lengths of a data set's training products, what each `max_length` does to them, and which to take."""
    from catalora.model.loading import load_tokenizer
    from catalora.training.fit import CANDIDATES, MEASURED_PRODUCTS, measure_lengths

    config, table = build_config(None, settings), load_prepared(Path(data)).table()
    tokenizer = load_tokenizer(config.model.model_copy(update={"name": model}), token=token)
    return measure_lengths(
        pick_products(table, "train", MEASURED_PRODUCTS, config.training.seed),
        PromptTemplate(),
        tokenizer,
        available=int((table["split"] == "train").sum()),
        seed=config.training.seed,
        candidates=(*CANDIDATES, config.training.max_length),
        progress=progress,
    )


def estimate(
    data: str | Path,
    *,
    model: str | None = None,
    preset: str | None = None,
    settings: Settings = (),
    seconds: float = 20.0,
    references: bool = True,
    token: str | None = None,
    progress: Progress = ignore_progress,
) -> "tuple[Measured, list[Estimate]]":
    """Time, memory and disk of runs on growing numbers of products, after a short trial on this machine.

    Args:
        data: a prepared data set.
        model: Hub id, folder or `demo`; wins over preset and settings.
        preset: name of a preset.
        settings: overrides, as for `train`.
        seconds: about how long the trial may repeat its batches, besides loading the model.
        references: whether the runs would index their products.
        token: Hugging Face token for gated models.
        progress: told how far it is.

    Returns:
        What was measured, and one estimate per number of products, ascending; the last is for all of them.

    Raises:
        ModelUnavailableError: the model can't be loaded, or not even one batch fits into memory.
    """
    from catalora.estimate.probe import run_probe
    from catalora.estimate.projection import project_all
    from catalora.training.fit import MEASURED_PRODUCTS

    config = build_config(preset, settings)
    if model is not None:
        config = config.model_copy(update={"model": config.model.model_copy(update={"name": model})})
    progress("measure lengths", 0, None)
    table = load_prepared(Path(data)).table()
    catalogue, labelled_share = _measure_costs(table, config, token, references, MEASURED_PRODUCTS)
    progress("try batches", 0, None)
    measured = run_probe(config, labelled_share=labelled_share, seconds=seconds, references=references, token=token)
    return measured, project_all(measured, catalogue, config.training, references=references)


def foresee(run: RunFolder, *, token: str | None = None, progress: Progress = ignore_progress) -> "Forecast":
    """What a run that was started will take, from an earlier trial of the same on this machine or a short new one.

    Args:
        run: a run that `start_run` made.
        token: Hugging Face token for gated models.
        progress: told how far it is.

    Raises:
        TrainingError: the run can't fit into memory or disk; the hint is the change that would fit.
        ModelUnavailableError: the model can't be loaded, or not even its weights fit into memory.
    """
    from catalora.estimate.projection import Forecast, project
    from catalora.estimate.room import require_room

    config, references = load_config(run), wants_references(run)
    known, catalogue = _try_or_recall(read_products(run.products), config, token, references, progress)
    measured, age = known
    estimate = project(measured, catalogue, config.training, catalogue.available, references=references)
    require_room(estimate, measured, config, run.path.parent)
    return Forecast(measured, estimate, age)


def fit_into(
    source: str | Path,
    config: Config,
    *,
    seconds: float,
    most_epochs: int,
    least_products: int,
    progress: Progress = ignore_progress,
) -> Config:
    """The same settings with as many passes and products as this machine trains in a time.

    Tried anew each time: a trial of a busy hour would make every later run a small one.

    Args:
        source: a prepared data set.
        config: all other settings; its `data.max_samples` is the most that are taken.
        seconds: from the start of the training to the finished adapter.
        most_epochs: more are not made.
        least_products: fewer are not taken, so that a slow machine may take longer.
        progress: told how far it is.

    Raises:
        ModelUnavailableError: the model can't be loaded.
    """
    from catalora.estimate.projection import fit_into as choose

    table = select_products(load_prepared(Path(source)).table(), config.data.max_samples, config.data.seed)
    progress("measure lengths", 0, None)
    catalogue, labelled_share = _measure_costs(table, config, None, True, FORESEEN_PRODUCTS)
    measured = _try_and_keep(config, labelled_share, None, True, progress)
    epochs, products = choose(
        measured, catalogue, config.training, seconds, most_epochs=most_epochs, least_products=least_products
    )
    training, data = config.training.model_copy(update={"epochs": epochs}), config.data
    return config.model_copy(update={"training": training, "data": data.model_copy(update={"max_samples": products})})


def _try_or_recall(
    table: "pl.DataFrame", config: Config, token: str | None, references: bool, progress: Progress
) -> "tuple[tuple[Measured, float], CatalogueCosts]":
    """A trial of this configuration, made now where none is known, its age in seconds, and the catalogue's costs."""
    from catalora.estimate.known import recall_trial

    progress("measure lengths", 0, None)
    catalogue, labelled_share = _measure_costs(table, config, token, references, FORESEEN_PRODUCTS)
    known = recall_trial(config, labelled_share=labelled_share, references=references)
    if known is None:
        known = _try_and_keep(config, labelled_share, token, references, progress), 0.0
    return known, catalogue


def _try_and_keep(
    config: Config, labelled_share: float, token: str | None, references: bool, progress: Progress
) -> "Measured":
    """A trial of this configuration, kept for later estimates."""
    from catalora.estimate.known import keep_trial
    from catalora.estimate.probe import run_probe

    progress("try batches", 0, None)
    measured = run_probe(
        config, labelled_share=labelled_share, seconds=FORESEEN_SECONDS, references=references, token=token
    )
    keep_trial(measured, config, labelled_share=labelled_share, references=references)
    return measured


def _measure_costs(
    table: "pl.DataFrame", config: Config, token: str | None, references: bool, products: int
) -> "tuple[CatalogueCosts, float]":
    """What of the catalogue decides the cost, and the share of tokens that are learned."""
    import numpy as np

    from catalora.estimate.projection import CatalogueCosts
    from catalora.model.loading import load_tokenizer
    from catalora.references.vectors import estimate_size_bytes
    from catalora.training.packing import PackedRows
    from catalora.training.rows import tokenise_epoch

    training = config.training
    drawn = pick_products(table, "train", products, training.seed)
    tokenizer = load_tokenizer(config.model, token=token)
    length, seed = training.max_length, training.seed
    examples = tokenise_epoch(drawn, PromptTemplate(), tokenizer, epoch=0, max_length=length, seed=seed)
    rows = PackedRows([examples], length, seed)
    catalogue = CatalogueCosts(
        available=int((table["split"] == "train").sum()),
        validation=int((table["split"] == "validation").sum()),
        tokens_per_product=float(np.mean(examples.lengths)),
        fill=rows.efficiency,
        computed=rows.count_computed(training.batch_size) / rows.tokens,
        index_bytes_per_product=estimate_size_bytes(1000) // 1000 if references else 0,
    )
    return catalogue, float(1 - examples.prompt_lengths.sum() / len(examples.ids))
