"""THE MAIN PATH: a catalogue in, a tuned model out, before and after side by side, with sources.

    prepare → preview, measure_fit, estimate, fit_into → start_run → foresee → index → train_run
            → open_session → ask, trace, influence, compare → evaluate → write_documents → export, describe

One short function per step, in order; what a step does stands in the module that it calls. The command line, the app
and notebooks call these and nothing else. `train` is the middle three in one call.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from catalora.catalog import (
    Columns,
    PreparedData,
    load_prepared,
    prepare_catalogue,
    save_products,
    select_products,
)
from catalora.config import Config, build_config
from catalora.devices import claim_devices, require_free_device
from catalora.evidence import build_influence, influence, trace
from catalora.inspection import Settings, estimate, fit_into, foresee, measure_fit, preview
from catalora.measurement import GeneralRequest, compare, compare_grounded
from catalora.processes import join_processes, require_one_folder, share_batch
from catalora.progress import Progress, ignore_progress
from catalora.record import (
    load_config,
    record_sibling,
    record_start,
    recording_outcome,
)
from catalora.run import RunFolder, check_run_name, create_run, open_run
from catalora.session import Reply, Session, open_session, opened_session

if TYPE_CHECKING:
    from catalora.descriptions.describe import Descriptions
    from catalora.documents.model_card import ExportFormat
    from catalora.documents.write import Format
    from catalora.engines.kinds import EngineName
    from catalora.evaluation.evaluate import Announce
    from catalora.evaluation.results import Results
    from catalora.export.write import Export
    from catalora.generation.answer import OnText, Side
    from catalora.references.index import ReferenceIndex
    from catalora.training.trainer import TrainingResult

__all__ = [
    "GeneralRequest",
    "Reply",
    "Session",
    "ask",
    "build_influence",
    "compare",
    "compare_grounded",
    "describe",
    "estimate",
    "evaluate",
    "export",
    "fit_into",
    "foresee",
    "index",
    "influence",
    "measure_fit",
    "open_session",
    "prepare",
    "preview",
    "request_run",
    "resume",
    "start_run",
    "trace",
    "train",
    "train_run",
    "write_documents",
]
RUNS_DIR = Path("runs")


# 1. prepare: any catalogue → cleaned, de-duplicated, split products; preview and measure_fit: as the model sees them


def prepare(
    sources: Sequence[str | Path],
    out: str | Path,
    *,
    test_sources: Sequence[str | Path] = (),
    settings: Settings = (),
    columns: Columns | None = None,
    progress: Progress = ignore_progress,
) -> PreparedData:
    """Read, clean, de-duplicate, sample and split catalogues into a data set folder.

    Args:
        sources: JSON Lines, JSON, CSV or Parquet files, plain, gzip'd or in a zip archive (`raw.zip::trn.json.gz`).
        out: the folder to make; replaced when it is a prepared data set already, and only on success.
        test_sources: files whose products are the test split, e.g. `tst.json.gz`; products of `sources` that are the
            same or nearly the same are removed.
        settings: `data.*` settings, e.g. `{"data.max_samples": 3000}`.
        columns: names of the uid, title and content columns where they are not recognised.
        progress: told how far it is.

    Raises:
        DataError, InputNotFoundError, ConfigError: with file, line and reason; nothing is left behind.
    """
    config = build_config(None, settings)
    return prepare_catalogue(
        [Path(source) for source in sources],
        Path(out),
        config.data,
        test_sources=[Path(source) for source in test_sources],
        columns=columns,
        progress=progress,
    )


# 2. start_run: what is asked for, on which products, written down before anything is computed; foresee: what it takes;
#    fit_into: what fits into a time


def request_run(  # noqa: PLR0913 - what a run is asked for
    data: str | Path,
    *,
    model: str | None = None,
    preset: str | None = None,
    settings: Settings = (),
    runs_dir: str | Path = RUNS_DIR,
    run: str | None = None,
    token: str | None = None,
    references: bool = True,
    share_device: bool = False,
    processes: int = 1,
) -> RunFolder:
    """Check all that can be refused before anything is written, the cheapest first; then `start_run`.

    Takes what `train` takes, and how many processes shall train the run. It waits in the state `pending`, for
    `train_run` or for a job of its own.
    """
    from catalora.model.source import find_source
    from catalora.training.trackers import require_trackers

    config = build_config(preset, settings)
    require_trackers(config.training.report_to)
    if model is not None:
        config = config.model_copy(update={"model": config.model.model_copy(update={"name": model})})
    check_run_name(run or "unnamed")
    share_batch(config.training, processes)
    if not share_device:
        require_free_device(config.model.device)
    load_prepared(Path(data))
    find_source(config.model, token=token, with_weights=False)
    return start_run(data, config, runs_dir=runs_dir, name=run, references=references, processes=processes)


def start_run(
    data: str | Path,
    config: Config,
    *,
    runs_dir: str | Path = RUNS_DIR,
    name: str | None = None,
    references: bool = True,
    processes: int = 1,
) -> RunFolder:
    """Make a run folder that holds its configuration and its own copy of the products it may use.

    Args:
        data: a prepared data set.
        config: all settings of the run.
        runs_dir: where runs live.
        name: name of the run; made of date and time when empty.
        references: whether `train_run` is to index the training products.
        processes: how many processes shall train it; a wish for whoever starts them.
    """
    prepared = load_prepared(Path(data))
    products = select_products(prepared.table(), config.data.max_samples, config.data.seed)
    run = create_run(Path(runs_dir), name)
    save_products(products, run.products)
    record_start(run, config, prepared, products, references=references, processes=processes)
    return run


# 3. index: the run's training products as references


def index(run: RunFolder, *, progress: Progress = ignore_progress) -> "ReferenceIndex":
    """Open the run's reference index, building it when it is missing or belongs to other products."""
    from catalora.references.run_index import open_run_index

    return open_run_index(run, progress=progress)


# 4. train: base model + products → adapter


def train(
    data: str | Path,
    *,
    model: str | None = None,
    preset: str | None = None,
    settings: Settings = (),
    runs_dir: str | Path = RUNS_DIR,
    run: str | None = None,
    token: str | None = None,
    references: bool = True,
    progress: Progress = ignore_progress,
) -> RunFolder:
    """Start a run, index its products and train it.

    Args:
        data: a prepared data set.
        model: Hub id, folder or `demo`; wins over preset and settings.
        preset: name of a preset.
        settings: overrides, `{"training.epochs": 5}` or `["training.epochs=5"]`.
        runs_dir: where runs live.
        run: name of the run; made of date and time when empty.
        token: Hugging Face token for gated models; found by itself when it stands in the usual places.
        references: whether to index the training products.
        progress: told how far it is.

    Returns:
        The finished run.
    """
    folder = request_run(
        data,
        model=model,
        preset=preset,
        settings=settings,
        runs_dir=runs_dir,
        run=run,
        token=token,
        references=references,
    )
    train_run(folder, token=token, progress=progress)
    return folder


def resume(name: str, *, runs_dir: str | Path = RUNS_DIR, token: str | None = None) -> RunFolder:
    """Go on with an interrupted run exactly where its newest whole checkpoint stands."""
    run = open_run(Path(runs_dir), name)
    train_run(run, token=token)
    return run


def train_run(
    run: RunFolder,
    *,
    token: str | None = None,
    share_device: bool = False,
    progress: Progress = ignore_progress,
) -> "TrainingResult | None":
    """Train a started run to its end, from its newest whole checkpoint when there is one; index its products before.

    Where several processes were started for it (see `catalora.processes`), each calls this, and the first one writes.

    Args:
        run: a run that `start_run` made.
        token: Hugging Face token for gated models.
        share_device: train although another run trains on the same device.
        progress: told how far it is; the run's status says the same.

    Returns:
        The result, or nothing when the run was finished already.

    Raises:
        RunStoppedError: stopped on request; resumable.
        TrainingError, StorageError, ModelUnavailableError: the status says the same, and whether it is resumable.
    """
    processes = join_processes()
    with processes.leading(run.lock):
        require_one_folder(run, processes)
        if processes.lead(lambda: run.read_status().state) == "finished":
            return None
        requested = load_config(run).model.device
        with (
            processes.leading(lambda: recording_outcome(run, progress)) as report,
            processes.leading(lambda: claim_devices(run, requested, share=share_device)) as claims,
        ):
            told = report or ignore_progress
            processes.lead(lambda: told("load libraries", 0, None))
            from catalora.fine_tuning import fine_tune

            return fine_tune(run, claims, processes, token=token, progress=told)


# 5. open_session, ask, trace, compare: both sides of one copy of the weights


def ask(
    session: Session | RunFolder,
    question: str,
    *,
    sides: "Sequence[Side]" = ("base", "tuned"),
    references: int | None = None,
    decline_unknown: bool = False,
    on_text: "OnText | None" = None,
) -> Reply:
    """Answer a title or a question, in Portuguese or English, with the sources it is near to.

    Args:
        session: an open session, or a run to open for this one question.
        question: a product title or a question about one.
        sides: which of base, tuned and grounded answer; grounded is the tuned model with the product's record.
        references: how many references at most; the run's setting when empty.
        decline_unknown: where no record fits the question, the grounded side says that it does not know the product;
            otherwise it then answers without a record.
        on_text: called with (0, side, new text) while the answers grow.
    """
    with opened_session(session) as opened:
        return opened.ask(
            question, sides=sides, references=references, decline_unknown=decline_unknown, on_text=on_text
        )


# 6. evaluate: the same as a measurement, with intervals, and a report


def evaluate(
    run: RunFolder,
    *,
    products: int = 200,
    seeds: int = 1,
    grounded: bool = False,
    general: GeneralRequest | None = None,
    token: str | None = None,
    progress: Progress = ignore_progress,
    announce: "Announce | None" = None,
) -> "Results":
    """Measure a finished run with intervals and proofs; `evaluation/results.json` and `evaluation/report.html`.

    Args:
        run: a finished run.
        products: unseen products; a quarter as many seen ones are measured beside them.
        seeds: train the run's configuration with this many seeds in all, and report the spread.
        grounded: also measure answers with the product's record in the prompt, on the unseen products.
        general: also ask both sides tasks of lm-eval that have nothing to do with the catalogue.
        token: Hugging Face token for gated models.
        progress: told how far it is.
        announce: told the estimated seconds before the long part, without further seeds and general tasks.
    """
    from catalora.measurement import measure_run

    return measure_run(
        run,
        products,
        train_siblings(run, seeds, token=token, progress=progress),
        grounded=grounded,
        general=general,
        token=token,
        progress=progress,
        announce=announce,
    )


def train_siblings(
    run: RunFolder, seeds: int, *, token: str | None = None, progress: Progress = ignore_progress
) -> Iterator[RunFolder]:
    """Train a run's configuration with further seeds, each when it is asked for; what was trained before is kept."""
    folder, first = run.evaluation / "seeds", load_config(run).training.seed
    for seed in range(first + 1, first + seeds):
        name = f"seed-{seed}"
        if (folder / name / "run.json").exists():
            sibling = open_run(folder, name)
        else:
            sibling = create_run(folder, name)
            record_sibling(run, sibling, seed)
        train_run(sibling, token=token, progress=progress)
        yield sibling


# 7. write_documents: what the run's own records say, for people to read


def write_documents(
    run: RunFolder, *, language: str = "pt-BR", formats: "Sequence[Format]" = ("md", "html", "pdf")
) -> list[Path]:
    """Write the documents of data and fine-tuning and the model card into `docs/` of a finished run; returns the files.

    Raises:
        UsageError: the run is not finished, the language is unknown, or PDF is wanted without Typst.
    """
    from catalora.documents import write

    return write.write_documents(run, language, formats)


# 8. export: the tuned model as files for other programs, each held against the run's own answers


def export(
    run: RunFolder,
    kind: "ExportFormat",
    out: str | Path,
    *,
    precision: str | None = None,
    questions: int = 40,
    language: str = "en",
    token: str | None = None,
    progress: Progress = ignore_progress,
) -> "Export":
    """Write a finished run in a format that other programs read, load it there, and compare its answers.

    Args:
        run: a finished run.
        kind: adapter (PEFT), merged (transformers), gguf (llama.cpp, Ollama), openvino, ctranslate2 or mlx.
        out: a folder that does not exist yet.
        precision: of the weights; the format's default when empty.
        questions: how many questions run and export both answer; 0 leaves the comparison out.
        language: of the model card.
        token: Hugging Face token for gated models.
        progress: told how far it is.

    Returns:
        What was written, with the comparison, which also stands in its `export.json`.

    Raises:
        UsageError: the folder exists, the run is not finished, or the format has no such precision.
        StorageError: no space, or no permission to write; nothing is left behind.
    """
    from catalora.export.write import export_run

    return export_run(
        run,
        kind,
        Path(out),
        precision=precision,
        questions=questions,
        language=language,
        token=token,
        progress=progress,
    )


# 9. describe: a whole catalogue of titles, a description for each


def describe(  # noqa: PLR0913 - each is an option of the command
    run: RunFolder,
    source: str | Path,
    out: str | Path,
    *,
    references: int | None = None,
    grounded: bool = False,
    batch_size: int | None = None,
    columns: Columns | None = None,
    engine: "EngineName | Literal['auto']" = "auto",
    token: str | None = None,
    progress: Progress = ignore_progress,
) -> "Descriptions":
    """Describe every title of a file with the tuned model; after a kill a second call goes on.

    Args:
        run: a finished run.
        source: JSON Lines, JSON, CSV or Parquet, plain, gzip'd or in a zip archive; titles alone are enough.
        out: a new file that ends with .csv, .parquet or .jsonl.
        references: nearest training products per row; the run's setting when empty, none with 0.
        grounded: put the record of the run's catalogue into the prompt where a title has one.
        batch_size: rows that are answered together; chosen by the free memory when empty.
        columns: names of uid and title where they are not recognised.
        engine: what answers; `auto` measures those that are installed with some of the titles, and takes another than
            transformers only where it is clearly faster and answers the same up to near ties.
        token: Hugging Face token for gated models.
        progress: told how far it is.

    Returns:
        Counts and speed; the table holds description, confidence, references and the check of facts, in input order.

    Raises:
        UsageError: the output exists, or its parts belong to another run, input or setting.
        DataError, InputNotFoundError: the input cannot be read, or has no titles.
        StorageError: another process does the same, or the disk takes no more.
    """
    from catalora.catalog.sources import Source
    from catalora.descriptions.describe import build_request, check_output, describe_catalogue

    # What can be refused before the model is loaded.
    check_output(Path(out))
    Source(Path(source))
    request = build_request(
        run,
        Path(source),
        references=references,
        grounded=grounded,
        batch_size=batch_size,
        columns=columns,
        engine=engine,
    )
    with open_session(run, token=token, references=request.references != 0) as opened:
        return describe_catalogue(opened, request, Path(out), progress=progress)
