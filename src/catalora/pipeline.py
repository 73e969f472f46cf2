"""THE MAIN PATH: a catalogue in, a tuned model out, before and after side by side, with sources.

    prepare → start_run → index → train_run → ask, compare

One short function per step, in order. The command line, the app and notebooks call these and nothing else; only here do
catalogue, model, training, generation, references and evaluation meet. `train` is the middle three in one call.
"""

import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from catalora.catalog import (
    Columns,
    PreparedData,
    Product,
    find_product,
    load_prepared,
    prepare_catalogue,
    read_products,
    save_products,
    select_products,
)
from catalora.catalog.keys import compute_order
from catalora.catalog.prepared import compute_fingerprint
from catalora.config import Config, build_config
from catalora.errors import CataloraError, DataError, InputNotFoundError, TrainingError
from catalora.progress import Progress, ignore_progress
from catalora.prompts import PromptTemplate
from catalora.run import Event, RunFolder, Status, check_run_name, create_run, open_run, write_json

if TYPE_CHECKING:
    from catalora.evaluation.compare import Comparison
    from catalora.generation.answer import Answer, Answerer, OnText, Side
    from catalora.references.index import Reference, ReferenceIndex
    from catalora.training.fit import CatalogueFit
    from catalora.training.packing import PackedRows
    from catalora.training.preview import ProductView
    from catalora.training.trainer import TrainingResult

Settings = Mapping[str, object] | Sequence[str]
RUNS_DIR = Path("runs")


# 1. prepare: any catalogue → cleaned, de-duplicated, split products


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
        sources: JSON Lines, JSON, CSV or Parquet files, plain or gzip'd.
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
        _pick(table, "train", MEASURED_PRODUCTS, config.training.seed),
        PromptTemplate(),
        tokenizer,
        available=int((table["split"] == "train").sum()),
        seed=config.training.seed,
        candidates=(*CANDIDATES, config.training.max_length),
        progress=progress,
    )


# 2. start_run: what is asked for, on which products, written down before anything is computed


def start_run(
    data: str | Path, config: Config, *, runs_dir: str | Path = RUNS_DIR, name: str | None = None
) -> RunFolder:
    """Make a run folder that holds its configuration and its own copy of the products it may use."""
    prepared = load_prepared(Path(data))
    table = prepared.table()
    usable = int((table["split"] == "train").sum())
    if usable == 0:
        raise DataError(
            f"{data}: there are no training products",
            code="no-training-products",
            hint="Prepare a larger catalogue, or lower data.validation_share and data.test_share.",
        )
    # A preset's number is a limit: a smaller catalogue is used whole, and the run says so.
    wanted = config.data.max_samples
    table = select_products(table, min(wanted, usable) if wanted else None, config.data.seed)
    run = create_run(Path(runs_dir), name)
    save_products(table, run.products)
    if wanted and wanted > usable:
        message = (
            f"up to {wanted:,} products were asked for; the data set has {usable:,} training products, all are used"
        )
        run.append_event(Event("warning", 0, {"code": "fewer-products", "message": message}))
    run.write_status(Status("pending"))
    run.write_record(
        {
            "catalora": version("catalora"),
            "created": time.time(),
            "config": config.model_dump(mode="json"),
            "data": {
                "path": str(Path(data).resolve()),
                "fingerprint": prepared.fingerprint,
                "run_fingerprint": compute_fingerprint([table]),
                "products": dict(table["split"].value_counts(sort=True).iter_rows()),
            },
        }
    )
    return run


# 3. index: the run's training products as references


def index(run: RunFolder, *, progress: Progress = ignore_progress) -> "ReferenceIndex":
    """Open the run's reference index, building it when it is missing or belongs to other products."""
    from catalora.references.embedding import Embedder
    from catalora.references.index import IndexUnavailableError, build_index, open_index

    trained = read_products(run.products).filter(pl.col("split") == "train")
    fingerprint = compute_fingerprint([trained])
    embedder = Embedder()
    try:
        return open_index(run.references, fingerprint=fingerprint, embedder=embedder)
    except IndexUnavailableError:
        return build_index(
            run.references,
            trained["uid"].to_list(),
            trained["title"].to_list(),
            trained["content"].to_list(),
            fingerprint=fingerprint,
            embedder=embedder,
            progress=progress,
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
    from catalora.model.source import find_source

    config = build_config(preset, settings)
    if model is not None:
        config = config.model_copy(update={"model": config.model.model_copy(update={"name": model})})
    # Whatever can be refused is refused before anything is written, the cheapest first.
    check_run_name(run or "unnamed")
    load_prepared(Path(data))
    find_source(config.model, token=token, with_weights=False)
    folder = start_run(data, config, runs_dir=runs_dir, name=run)
    if references:
        index(folder, progress=progress)
    train_run(folder, token=token, progress=progress)
    return folder


def resume(name: str, *, runs_dir: str | Path = RUNS_DIR, token: str | None = None) -> RunFolder:
    """Go on with an interrupted run exactly where its newest whole checkpoint stands."""
    run = open_run(Path(runs_dir), name)
    train_run(run, token=token)
    return run


def train_run(
    run: RunFolder, *, token: str | None = None, progress: Progress = ignore_progress
) -> "TrainingResult | None":
    """Train a started run to its end, from its newest whole checkpoint when there is one.

    Returns:
        The result, or nothing when the run was finished already.

    Raises:
        RunStoppedError: stopped on request; resumable.
        TrainingError, StorageError, ModelUnavailableError: the status says the same, and whether it is resumable.
    """
    with run.lock(), _recording_outcome(run):
        if run.read_status().state == "finished":
            return None
        return _train_locked(run, token, progress)


def _train_locked(run: RunFolder, token: str | None, progress: Progress) -> "TrainingResult":
    from catalora.hardware import choose_device
    from catalora.model.adapter import attach_lora, save_adapter
    from catalora.model.loading import load_base
    from catalora.training.trainer import train_adapter

    config = load_config(run)
    template = PromptTemplate()
    device = choose_device(config.model.device, config.model.dtype)
    progress("load model", 0, None)
    loaded = load_base(config.model, device, token=token)
    _record_circumstances(run, loaded.identity, device, template)
    train_rows, validation_rows = build_rows(run, config, template, loaded.tokenizer)
    model = attach_lora(loaded.model, config.lora, config.training.seed)
    result = train_adapter(
        model,
        run=run,
        config=config.training,
        train_rows=train_rows,
        validation_rows=validation_rows,
        pad_token_id=loaded.tokenizer.pad_token_id or 0,
        use_cpu=device.name == "cpu",
        on_step=lambda step, total: progress("train", step, total),
    )
    save_adapter(model, run.adapter, template, _publish_record(run))
    run.append_event(Event("end", result.steps, asdict(result)))
    run.write_status(Status("finished", result.steps, result.steps, 0.0))
    return result


def build_rows(
    run: RunFolder, config: Config, template: PromptTemplate, tokenizer: Any
) -> tuple["PackedRows", "PackedRows | None"]:
    """Packed training rows of all epochs, and validation rows when there are validation products.

    Each epoch asks for a product in another of the template's question forms.
    """
    from catalora.training.packing import PackedRows, tokenise_products

    table = read_products(run.products)
    length, seed = config.training.max_length, config.training.seed

    def build(products: Sequence[Product], epochs: int) -> PackedRows:
        examples = [
            tokenise_products(
                products,
                template,
                tokenizer,
                questions=[
                    template.render_question(p.title, template.question_form(p.uid, epoch, seed)) for p in products
                ],
                max_length=length,
            )
            for epoch in range(epochs)
        ]
        return PackedRows(examples, length, seed)

    rows = build(_pick(table, "train"), config.training.epochs)
    if rows.shortened:
        message = f"{rows.shortened} descriptions are longer than {length} tokens and were cut after a whole sentence"
        run.append_event(Event("warning", 0, {"code": "shortened", "message": message}))
    if rows.skipped:
        message = f"{len(rows.skipped)} products were left out: their title alone fills {length} tokens"
        run.append_event(
            Event("warning", 0, {"code": "skipped", "message": message, "uids": sorted(rows.skipped)[:20]})
        )
    validation = _pick(table, "validation", config.training.max_validation_products, config.data.seed)
    return rows, build(validation, 1) if validation else None


# 5. ask, compare: both sides of one copy of the weights


@dataclass(frozen=True)
class Session:
    """A run opened for questions: loaded once, asked often."""

    run: RunFolder
    config: Config
    products: pl.DataFrame
    answerer: "Answerer"
    references: "ReferenceIndex | None"


@dataclass(frozen=True, slots=True)
class AskedProduct:
    """The product of the run that a question names."""

    uid: str
    title: str
    status: Literal["trained on", "held out"]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answers to one question with what they can be held against.

    Attributes:
        question: as asked.
        answers: by side.
        product: the product that the question names, with its status in this run, or nothing.
        references: the training products nearest to the question; empty when none is near enough.
        seconds: time of generation.
    """

    question: str
    answers: "dict[Side, Answer]"
    product: AskedProduct | None
    references: "tuple[Reference, ...]"
    seconds: float


def open_session(run: RunFolder, *, token: str | None = None, references: bool = True) -> Session:
    """Load base model, adapter and reference index of a finished run.

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
    _require_same_base(run, loaded.identity)
    model = load_adapter(loaded.model, run.adapter)
    answerer = Answerer(model, loaded.tokenizer, PromptTemplate.load(run.adapter), device.name)
    return Session(run, config, read_products(run.products), answerer, index(run) if references else None)


def ask(
    session: Session | RunFolder,
    question: str,
    *,
    sides: "Sequence[Side]" = ("base", "tuned"),
    references: int | None = None,
    on_text: "OnText | None" = None,
) -> Reply:
    """Answer a title or a question, in Portuguese or English, with the sources it is near to.

    Args:
        session: an open session, or a run to open for this one question.
        question: a product title or a question about one.
        sides: which of base and tuned answer.
        references: how many references at most; the run's setting when empty.
        on_text: called with (0, side, new text) while the answers grow.
    """
    session = session if isinstance(session, Session) else open_session(session)
    count = session.config.references.count if references is None else references
    answers = session.answerer.answer([question], session.config.generation, sides, on_text)
    found: Sequence[Reference] = ()
    if session.references is not None and count:
        (found,) = session.references.search([question], count, session.config.references.min_score)
    product = _match_product(session.products, question)
    return Reply(question, answers.by_question[0], product, tuple(found), answers.seconds)


def compare(
    session: Session | RunFolder, *, products: int | None = None, progress: Progress = ignore_progress
) -> "Comparison":
    """Measure before and after on held-out products, and keep the result in the run folder.

    Args:
        session: an open session, or a run to open.
        products: how many held-out products; the run's setting when empty.
        progress: told how far it is.
    """
    from catalora.evaluation.compare import compare_sides

    session = session if isinstance(session, Session) else open_session(session, references=False)
    limit = products or session.config.evaluation.products
    held_out = _pick(session.products, "test", limit, session.config.data.seed)
    if not held_out:
        raise DataError(
            f"run {session.run.name!r} has no held-out products to compare on",
            code="no-test-products",
            hint="Prepare the data with a larger data.test_share.",
        )
    comparison = compare_sides(session.answerer, held_out, session.config, progress)
    session.run.evaluation.mkdir(exist_ok=True)
    write_json(session.run.evaluation / "results.json", comparison.to_dict())
    return comparison


# What the steps above share


def _pick(table: pl.DataFrame, split: str, limit: int | None = None, seed: int = 0) -> list[Product]:
    """Products of a split: all in order, or the first `limit` in the random but fixed order of the seed."""
    rows = table.filter(pl.col("split") == split).select("uid", "title", "content")
    if limit is not None:
        rows = rows[compute_order(rows["uid"], seed).arg_sort()[:limit]]
    return [Product(*row) for row in rows.iter_rows()]


def _match_product(table: pl.DataFrame, question: str) -> AskedProduct | None:
    # Several products can bear the title; one that was trained on counts.
    rows = find_product(table, question).sort(pl.col("split") != "train", maintain_order=True)
    if rows.is_empty():
        return None
    uid, title, split = rows.select("uid", "title", "split").row(0)
    return AskedProduct(uid, title, "trained on" if split == "train" else "held out")


def load_config(run: RunFolder) -> Config:
    """The configuration that a run was started with."""
    return Config.model_validate(run.read_record()["config"])


def _publish_record(run: RunFolder) -> dict[str, Any]:
    """The run's record as it may be handed on with the adapter: without paths of this machine."""
    record = run.read_record()
    model = {**record["config"]["model"], "name": record["model"]["name"]}
    data = {key: value for key, value in record["data"].items() if key != "path"}
    return {**record, "config": {**record["config"], "model": model}, "data": data}


@contextmanager
def _recording_outcome(run: RunFolder) -> Iterator[None]:
    """Leave a status behind whatever happens; only a kill can't be recorded, and is recognised by the dead process."""
    run.repair_events()
    try:
        yield
    except CataloraError as error:
        state = {"run-stopped": "stopped", "diverged": "diverged"}.get(error.code, "failed")
        _record_end(run, state, error.code, error.message, error.hint)
        raise
    except BaseException as error:
        _record_end(run, "failed", type(error).__name__, str(error), "Resume the run; if it fails again, report it.")
        raise


def _record_end(run: RunFolder, state: Any, code: str, message: str, hint: str) -> None:
    before = run.read_status()
    facts = {"code": code, "message": message, "hint": hint}
    run.append_event(Event("end" if state == "stopped" else "error", before.step, facts))
    run.write_status(Status(state, before.step, before.total_steps, error=facts))


def _record_circumstances(run: RunFolder, identity: Any, device: Any, template: PromptTemplate) -> None:
    """Write model, machine and versions into run.json; when resuming, refuse another model or template."""
    record = run.read_record()
    _require_same_base(run, identity)
    if record.get("template", template.fingerprint) != template.fingerprint:
        raise TrainingError(
            f"run {run.name!r} was started with another prompt template ({record['template']})",
            code="resume-mismatch",
            hint="Start a new run, or resume with the catalora version that started this one.",
        )
    libraries = {name: version(name) for name in ("torch", "transformers", "peft")}
    known = record.setdefault("versions", {"python": platform.python_version(), **libraries})
    changed = [f"{name} {known[name]} → {found}" for name, found in libraries.items() if known[name] != found]
    if changed:
        message = f"library versions changed since the start: {', '.join(changed)}; the result may differ slightly"
        run.append_event(Event("warning", 0, {"code": "versions", "message": message}))
    run.write_record({**record, "model": asdict(identity), "device": asdict(device), "template": template.fingerprint})


def _require_same_base(run: RunFolder, identity: Any) -> None:
    recorded = run.read_record().get("model")
    if recorded is not None and recorded["weights_hash"] != identity.weights_hash:
        raise TrainingError(
            f"run {run.name!r} was trained on other weights of {recorded['name']!r} than those found now",
            code="base-changed",
            hint="Restore the base model's files, or start a new run.",
        )
