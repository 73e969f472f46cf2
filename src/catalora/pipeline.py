"""THE MAIN PATH: a catalogue in, a tuned model out, before and after side by side, with sources.

    prepare → preview, measure_fit, estimate → start_run → foresee → index → train_run
            → open_session → ask, trace, influence, compare → evaluate → write_documents → export, describe

One short function per step, in order. The command line, the app and notebooks call these and nothing else; only here do
catalogue, model, training, generation, references and evaluation meet. `train` is the middle three in one call.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from catalora.catalog import (
    Columns,
    PreparedData,
    Product,
    load_prepared,
    pick_products,
    prepare_catalogue,
    read_products,
    save_products,
    select_products,
)
from catalora.catalog.prepared import compute_fingerprint
from catalora.config import Config, build_config
from catalora.devices import DeviceClaims, claim_devices, name_devices, require_free_device
from catalora.errors import DataError, InputNotFoundError
from catalora.inspection import Settings, estimate, foresee, measure_fit, preview
from catalora.machine import measure_peak_memory
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate
from catalora.record import (
    load_config,
    publish_record,
    record_adapter,
    record_circumstances,
    record_packing,
    record_sibling,
    record_start,
    recording_outcome,
    require_same_base,
    wants_references,
)
from catalora.run import Event, RunFolder, Status, check_run_name, create_run, open_run
from catalora.session import Reply, Session, match_product

if TYPE_CHECKING:
    from catalora.attribution import Attribution
    from catalora.descriptions.describe import Descriptions
    from catalora.documents.model_card import ExportFormat
    from catalora.documents.write import Format
    from catalora.evaluation.compare import Comparison
    from catalora.evaluation.evaluate import Announce
    from catalora.evaluation.evidence import MarkAnswer
    from catalora.evaluation.grounded import GroundingComparison
    from catalora.evaluation.results import ProductResult, Results
    from catalora.export.write import Export
    from catalora.generation.answer import OnText, Side
    from catalora.references.index import ReferenceIndex
    from catalora.references.influence import InfluenceStore
    from catalora.references.marks import Marks
    from catalora.references.trace import Trace
    from catalora.training.trainer import TrainingResult

__all__ = [
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


# 2. start_run: what is asked for, on which products, written down before anything is computed; foresee: what it takes


def request_run(
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
) -> RunFolder:
    """Check all that can be refused before anything is written, the cheapest first; then `start_run`.

    Takes what `train` takes. The run waits in the state `pending`, for `train_run` or for a job of its own.
    """
    from catalora.model.source import find_source
    from catalora.training.trackers import require_trackers

    config = build_config(preset, settings)
    require_trackers(config.training.report_to)
    if model is not None:
        config = config.model_copy(update={"model": config.model.model_copy(update={"name": model})})
    check_run_name(run or "unnamed")
    if not share_device:
        require_free_device(config.model.device)
    load_prepared(Path(data))
    find_source(config.model, token=token, with_weights=False)
    return start_run(data, config, runs_dir=runs_dir, name=run, references=references)


def start_run(
    data: str | Path,
    config: Config,
    *,
    runs_dir: str | Path = RUNS_DIR,
    name: str | None = None,
    references: bool = True,
) -> RunFolder:
    """Make a run folder that holds its configuration and its own copy of the products it may use.

    Args:
        data: a prepared data set.
        config: all settings of the run.
        runs_dir: where runs live.
        name: name of the run; made of date and time when empty.
        references: whether `train_run` is to index the training products.
    """
    prepared = load_prepared(Path(data))
    products = select_products(prepared.table(), config.data.max_samples, config.data.seed)
    run = create_run(Path(runs_dir), name)
    save_products(products, run.products)
    record_start(run, config, prepared, products, references=references)
    return run


# 3. index: the run's training products as references


def index(run: RunFolder, *, progress: Progress = ignore_progress) -> "ReferenceIndex":
    """Open the run's reference index, building it when it is missing or belongs to other products."""
    from catalora.references.embedding import Embedder
    from catalora.references.index import IndexUnavailableError, build_index, open_index

    trained = read_products(run.products).filter(pl.col("split") == "train")
    fingerprint, embedder = compute_fingerprint([trained]), Embedder()
    try:
        return open_index(run.references, fingerprint=fingerprint, embedder=embedder)
    except IndexUnavailableError:
        uids, titles, contents = (trained[name].to_list() for name in ("uid", "title", "content"))
        return build_index(
            run.references, uids, titles, contents, fingerprint=fingerprint, embedder=embedder, progress=progress
        )


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
    with run.lock():
        if run.read_status().state == "finished":
            return None
        requested = load_config(run).model.device
        with (
            recording_outcome(run, progress) as report,
            claim_devices(run, requested, share=share_device) as claims,
        ):
            report("load libraries", 0, None)
            return _train_locked(run, token, claims, report)


def _train_locked(run: RunFolder, token: str | None, claims: DeviceClaims, progress: Progress) -> "TrainingResult":
    from catalora.generation.answer import Answerer
    from catalora.hardware import choose_device, keep_freed_memory
    from catalora.model.adapter import attach_lora, save_adapter
    from catalora.model.loading import load_base
    from catalora.training.rows import build_rows
    from catalora.training.trainer import train_adapter
    from catalora.training.watch import build_watch

    config = load_config(run)
    template = PromptTemplate.for_training(grounded=config.data.grounded_share > 0)
    device = choose_device(config.model.device, config.model.dtype)
    if device.name == "cpu" and config.training.keep_memory:
        keep_freed_memory()
    claims.add(name_devices(device))
    if wants_references(run):
        index(run, progress=progress).close()
    progress("load model", 0, None)
    loaded = load_base(config.model, device, token=token)
    record_circumstances(run, loaded.identity, device, template)
    progress("tokenise", 0, None)
    train_rows, validation_rows = build_rows(run, config, template, loaded.tokenizer)
    record_packing(run, rows=len(train_rows), tokens=train_rows.tokens, efficiency=train_rows.efficiency)
    model = attach_lora(loaded.model, config.lora, config.training.seed)
    watch = build_watch(run, config, Answerer(model, loaded.tokenizer, template, device.name))
    result = train_adapter(
        model,
        run=run,
        config=config.training,
        train_rows=train_rows,
        validation_rows=validation_rows,
        pad_token_id=loaded.tokenizer.pad_token_id or 0,
        use_cpu=device.name == "cpu",
        watch=watch,
        on_step=lambda step, total: progress("train", step, total),
    )
    save_adapter(model, run.adapter, template, publish_record(run))
    record_adapter(run)
    run.append_event(Event("end", result.steps, {**asdict(result), **measure_peak_memory(device.name)}))
    run.write_status(Status("finished", result.steps, result.steps, 0.0))
    return result


# 5. open_session, ask, trace, compare: both sides of one copy of the weights


def open_session(run: RunFolder, *, token: str | None = None, references: bool = True) -> Session:
    """Load base model, adapter and reference index of a finished run; to be closed by `close` or `with`.

    Raises:
        InputNotFoundError: the run has no adapter yet.
    """
    from catalora.generation.answer import Answerer
    from catalora.hardware import choose_device
    from catalora.model.adapter import load_adapter
    from catalora.model.loading import load_base

    config = load_config(run)
    if not run.adapter.is_dir():
        raise InputNotFoundError(
            f"run {run.name!r} has no adapter yet: its state is {run.read_status().state}",
            code="no-adapter",
            hint=f"Finish it with `catalora train --resume --run {run.name}`.",
        )
    device = choose_device(config.model.device, config.model.dtype)
    loaded = load_base(config.model, device, token=token)
    require_same_base(run, loaded.identity)
    model = load_adapter(loaded.model, run.adapter)
    answerer = Answerer(model, loaded.tokenizer, PromptTemplate.load(run.adapter), device.name)
    return Session(run, config, read_products(run.products), answerer, index(run) if references else None)


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
    from catalora.generation.grounded import answer_sides

    with _opened(session) as opened:
        record = opened.find_record(question) if "grounded" in sides else None
        answers, seconds = answer_sides(
            opened.answerer,
            question,
            opened.config.generation,
            sides,
            record=(record.title, record.content) if record else None,
            decline_unknown=decline_unknown,
            on_text=on_text,
        )
        found = opened.search(question, references)
        product = match_product(opened.products, question)
    return Reply(question, answers, product, tuple(found), seconds, record)


def trace(
    session: Session | RunFolder,
    text: str,
    *,
    about: str | None = None,
    sides: "Sequence[Side]" = ("tuned",),
    progress: Progress = ignore_progress,
) -> "Trace":
    """Gather the evidence for answers: copied spans, facts against the record, similar training products.

    Args:
        session: an open session with references, or a run to open.
        text: a question, which is asked first; with `about`, an answer from anywhere.
        about: title or question that names the product of an answer.
        sides: whose answers to a question are traced.
        progress: told how far it is.
    """
    from catalora.references.embedding import Embedder
    from catalora.references.trace import Trace, gather_evidence

    with _opened(session) as opened:
        record = opened.find_record(text if about is None else about)
        answers = {"": text}
        if about is None:
            progress("answer", 0, None)
            answers = {
                side: answer.text for side, answer in ask(opened, text, sides=sides, references=0).answers.items()
            }
        progress("trace", 0, None)
        embedder = opened.references.embedder if opened.references else Embedder()
        evidence = [
            gather_evidence(answer, opened.spans, record, opened.search(answer, None), embedder, side)
            for side, answer in answers.items()
        ]
    return Trace(text if about is None else "", record, tuple(evidence))


def build_influence(session: Session | RunFolder, *, progress: Progress = ignore_progress) -> "InfluenceStore":
    """Open the gradients of a run's training examples; compute what is missing of them, which takes long.

    Raises:
        InputNotFoundError: the run's checkpoints are gone.
    """
    from catalora.attribution import Attributor

    with _opened(session, references=False) as opened:
        return Attributor(opened).open_store(progress)


def influence(
    session: Session | RunFolder,
    text: str,
    *,
    about: str | None = None,
    count: int = 5,
    progress: Progress = ignore_progress,
) -> "Attribution":
    """Which training examples pulled the adapter most towards an answer, by their gradients (see `build_influence`).

    Args:
        session: an open session, or a run to open.
        text: a question, which the tuned model is asked first; with `about`, an answer from anywhere.
        about: title or question that an answer is to.
        count: how many training examples at most.
        progress: told how far it is.
    """
    from catalora.attribution import Attributor

    with _opened(session, references=False) as opened:
        question, answer = (text, "") if about is None else (about, text)
        if about is None:
            progress("answer", 0, None)
            answer = ask(opened, text, sides=("tuned",), references=0).answers["tuned"].text
        return Attributor(opened).attribute(question, answer, count, progress)


def compare(
    session: Session | RunFolder, *, products: int | None = None, progress: Progress = ignore_progress
) -> "Comparison":
    """Measure before and after on held-out products, and keep the result in the run folder.

    Args:
        session: an open session, or a run to open.
        products: how many held-out products; the run's setting when empty.
        progress: told how far it is.

    Raises:
        DataError: the run has no held-out products.
    """
    from catalora.evaluation.compare import compare_sides

    with _opened(session, references=False) as opened:
        held_out = _pick_held_out(opened, products)
        comparison = compare_sides(opened.answerer, held_out, opened.config, progress)
    opened.run.write_evaluation("comparison.json", comparison.to_dict())
    return comparison


def compare_grounded(
    session: Session | RunFolder, *, products: int | None = None, progress: Progress = ignore_progress
) -> "GroundingComparison":
    """Measure how many facts tuned and grounded answers invent about held-out products, and keep it in the run folder.

    Args:
        session: an open session, or a run to open.
        products: how many held-out products; the run's setting when empty.
        progress: told how far it is.

    Raises:
        DataError: the run has no held-out products.
    """
    from catalora.evaluation.grounded import compare_grounded as measure

    with _opened(session, references=False) as opened:
        held_out = _pick_held_out(opened, products)
        comparison = measure(opened.answerer, held_out, opened.find_record, opened.config, opened.spans, progress)
    opened.run.write_evaluation("grounded.json", asdict(comparison))
    return comparison


def _pick_held_out(session: Session, products: int | None) -> list[Product]:
    config = session.config
    held_out = pick_products(session.products, "test", products or config.evaluation.products, config.data.seed)
    if not held_out:
        raise DataError(
            f"run {session.run.name!r} has no held-out products to compare on",
            code="no-test-products",
            hint="Prepare the data with a larger data.test_share.",
        )
    return held_out


# 6. evaluate: the same as a measurement, with intervals, and a report


def evaluate(
    run: RunFolder,
    *,
    products: int = 200,
    seeds: int = 1,
    grounded: bool = False,
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
        token: Hugging Face token for gated models.
        progress: told how far it is.
        announce: told the estimated seconds before the long part, without the training of further seeds.
    """
    from catalora.evaluation.evaluate import GroundingSource, add_seeds, evaluate_run, measure_seed
    from catalora.evaluation.evidence import add_evidence
    from catalora.evaluation.report import write_report

    with open_session(run, token=token, references=False) as opened:
        config, table = opened.config, opened.products
        source = GroundingSource(opened.find_record, opened.spans) if grounded else None
        results = evaluate_run(
            run, opened.answerer, table, config, products, grounding=source, progress=progress, announce=announce
        )
        progress("evidence", 0, None)
        results = add_evidence(results, _hold_against_record(opened), progress)
    spread = {config.training.seed: results.tuned_figures}
    for sibling in train_siblings(run, seeds, token=token, progress=progress):
        with open_session(sibling, token=token, references=False) as opened:
            seed = opened.config.training.seed
            spread[seed] = measure_seed(sibling, opened.answerer, table, config, products, progress)
    results = add_seeds(results, spread)
    run.write_evaluation("results.json", results.to_dict())
    write_report(run, results)
    return results


def _hold_against_record(session: Session) -> "MarkAnswer":
    """From an answer and its product to the evidence for it; the record is the product's own."""
    from catalora.references.embedding import Embedder
    from catalora.references.records import ProductRecord
    from catalora.references.trace import gather_evidence, mark_answer

    embedder = Embedder()

    def mark(text: str, product: "ProductResult") -> "Marks":
        status: Literal["trained on", "held out"] = "trained on" if product.seen else "held out"
        record = ProductRecord(product.uid, product.title, product.description, status, 1.0)
        return mark_answer(gather_evidence(text, session.spans, record, (), embedder), session.products)

    return mark


def train_siblings(
    run: RunFolder, seeds: int, *, token: str | None = None, progress: Progress = ignore_progress
) -> list[RunFolder]:
    """Train a run's configuration with further seeds, on the same products; what was trained before is kept."""
    folder, first = run.evaluation / "seeds", load_config(run).training.seed
    siblings = []
    for seed in range(first + 1, first + seeds):
        name = f"seed-{seed}"
        if (folder / name / "run.json").exists():
            sibling = open_run(folder, name)
        else:
            sibling = create_run(folder, name)
            record_sibling(run, sibling, seed)
        train_run(sibling, token=token, progress=progress)
        siblings.append(sibling)
    return siblings


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
        kind: adapter (PEFT), merged (transformers), gguf (llama.cpp, Ollama), openvino or ctranslate2.
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


def describe(
    run: RunFolder,
    source: str | Path,
    out: str | Path,
    *,
    references: int | None = None,
    grounded: bool = False,
    batch_size: int | None = None,
    columns: Columns | None = None,
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
    from catalora.descriptions.describe import check_output, describe_catalogue

    # What can be refused before the model is loaded.
    check_output(Path(out))
    Source(Path(source))
    with open_session(run, token=token, references=references != 0) as opened:
        return describe_catalogue(
            opened,
            Path(source),
            Path(out),
            references=references,
            grounded=grounded,
            batch_size=batch_size,
            columns=columns,
            progress=progress,
        )


@contextmanager
def _opened(session: Session | RunFolder, *, references: bool = True) -> Iterator[Session]:
    """A session as it is, or one of the run that is closed again."""
    if isinstance(session, Session):
        yield session
    else:
        with open_session(session, references=references) as opened:
            yield opened
