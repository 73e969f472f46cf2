"""Describing a whole catalogue with a run: read, cut into shards, answer shard by shard, put together.

Who computes is handed in as two functions: one that reads the input and cuts it, one that describes shards. Here both
run in this process; `catalora.scale.describing` has them run by workers on a cluster. Whoever computes, this process
alone writes, so that a worker which was given up for lost can never write into somebody else's job.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from catalora.catalog.prepared import compute_file_sha256
from catalora.catalog.rows import Columns
from catalora.catalog.sources import Source
from catalora.descriptions.describer import Describer
from catalora.descriptions.input import read_titles
from catalora.descriptions.output import find_format, name_removed, write_output
from catalora.descriptions.shards import (
    Job,
    Manifest,
    Parts,
    hold_parts,
    name_parts,
    require_same_engine,
    require_same_job,
)
from catalora.engines.catalogue import RunEngines
from catalora.engines.choice import EngineChoice, choose_engine
from catalora.engines.kinds import AUTO, EngineName
from catalora.errors import DataError, UsageError
from catalora.model.adapter import WEIGHTS_FILE
from catalora.progress import Progress, ignore_progress
from catalora.record import load_config
from catalora.run import RunFolder
from catalora.session import Session

# Titles that each engine answers when they are measured.
SAMPLE_TITLES = 32
# vLLM makes its own batches; a shard bounds what a kill costs.
VLLM_ROWS = 2_048
# A shard's number and its rows: before, those of `rows.parquet`; after, those of `describer.SCHEMA`.
Shard = tuple[int, pl.DataFrame]
# By the engine of that name.
DescribeShards = Callable[[str, Iterable[Shard]], Iterator[Shard]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be described by what, small enough to be sent to another process.

    Attributes:
        run: a finished run.
        source: the input.
        references: nearest training products per row.
        grounded: put the record of the run's catalogue into the prompt where a title has one.
        batch_size: rows that are answered together; chosen by the free memory when empty.
        columns: names of uid and title where they are not recognised.
        engine: what answers; `auto` measures those that are installed and keeps to the run's own weights.
    """

    run: RunFolder
    source: Path
    references: int
    grounded: bool = False
    batch_size: int | None = None
    columns: Columns = Columns()  # noqa: RUF009 - frozen
    engine: EngineName | Literal["auto"] = "auto"


@dataclass(frozen=True, slots=True)
class Plan:
    """The input, read and ready to be cut.

    Attributes:
        rows: the usable rows.
        removed: the others, each with a reason.
        batch_size: rows of a shard.
        engine: what is to answer, and why it.
    """

    rows: pl.DataFrame
    removed: pl.DataFrame
    batch_size: int
    engine: EngineChoice


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What came of it.

    Attributes:
        out: the table.
        removed_file: rows that could not be described; nothing when all could.
        rows: described rows.
        removed: rows that could not be described.
        computed: rows that were described in this start; the others were done before.
        stopped: answers that the model ended itself, of all.
        seconds: time of this start's answering, with references and fact check.
        engine: what answered, and why it.
    """

    out: Path
    removed_file: Path | None
    rows: int
    removed: int
    computed: int
    stopped: int
    seconds: float
    engine: EngineChoice

    @property
    def titles_per_second(self) -> float:
        """Speed of this start."""
        return self.computed / self.seconds if self.seconds else 0.0


def build_request(
    run: RunFolder,
    source: Path,
    *,
    references: int | None = None,
    grounded: bool = False,
    batch_size: int | None = None,
    columns: Columns | None = None,
    engine: EngineName | Literal["auto"] = "auto",
) -> Request:
    """A request, its references as many as the run's setting says where no number is given."""
    limit = load_config(run).references.count if references is None else references
    return Request(run, source, limit, grounded, batch_size, columns or Columns(), engine)


def describe_catalogue(
    session: Session, request: Request, out: Path, *, progress: Progress = ignore_progress
) -> Descriptions:
    """Describe every title of a file; a second start after a kill goes on where the first one was.

    Args:
        session: the request's run, open. Its model is merged with its adapter and must not be asked afterwards.
        request: what to describe: JSON Lines, JSON, CSV or Parquet, plain, gzip'd or in a zip archive; titles alone are
            enough.
        out: a new file that ends with .csv, .parquet or .jsonl.
        progress: told how far it is, stage `describe`, in rows.

    Raises:
        UsageError: the output exists or has another ending, or its parts belong to another job.
        DataError: the input cannot be read, or holds no title.
        StorageError: another process does the same, or the disk takes no more.
    """
    describer = Describer(session, request.references, grounded=request.grounded)
    engines = describer.list_engines(name_parts(out) / "engine", progress)

    def plan() -> Plan:
        return plan_shards(request, describer, lambda rows: _choose(request, rows, describer, engines), progress)

    def describe_here(engine: str, shards: Iterable[Shard]) -> Iterator[Shard]:
        progress(f"engine {engine}", 0, None)
        with describer.answering_with(engines.open(engine)):
            for number, rows in shards:
                yield number, describer.describe(rows)

    return complete_job(request, out, plan, describe_here, progress=progress)


def complete_job(
    request: Request,
    out: Path,
    plan: Callable[[], Plan],
    describe_shards: DescribeShards,
    *,
    progress: Progress = ignore_progress,
) -> Descriptions:
    """Bring a job from wherever its parts stand to its output.

    Args:
        request: what to describe.
        out: a new file that ends with .csv, .parquet or .jsonl.
        plan: reads the input; called only where nothing has begun yet.
        describe_shards: describes shards by an engine, and hands them back in any order as they are finished.
        progress: told how far it is, stage `describe`, in rows.

    Raises:
        UsageError, StorageError: as `describe_catalogue`; and whatever the two functions raise.
    """
    check_output(out)
    folder = name_parts(out)
    with hold_parts(folder) as parts:
        job = _identify(request)
        manifest = parts.read_manifest() or _begin(parts, job, plan())
        require_same_job(manifest.job, job, folder)
        require_same_engine(manifest.engine.engine, request.engine, folder)
        started = time.monotonic()
        computed = _fill_shards(parts, manifest, describe_shards, progress)
        seconds = time.monotonic() - started
        progress("put together", 0, None)
        write_output(parts, manifest, out)
        stopped = parts.scan_shards(manifest).select(pl.col("stopped").sum()).collect().item()
        removed = parts.count_removed()
        parts.remove()
    return Descriptions(
        out=out,
        removed_file=name_removed(out) if removed else None,
        rows=manifest.rows,
        removed=removed,
        computed=computed,
        stopped=stopped,
        seconds=seconds,
        engine=manifest.engine,
    )


def check_output(out: Path) -> None:
    """Refuse what cannot be written, before a model is loaded for it.

    Raises:
        UsageError: the file exists and is not this job's, or its ending is unknown.
    """
    find_format(out)
    if out.exists() and not name_parts(out).exists():
        raise UsageError(
            f"{out} exists already; descriptions are never written over anything",
            code="describe-out-exists",
            hint="Name another file with -o, or remove that one.",
        )


def plan_shards(
    request: Request,
    describer: Describer,
    choose: Callable[[pl.DataFrame], EngineChoice],
    progress: Progress = ignore_progress,
) -> Plan:
    """Read the input, and choose what answers its usable rows and how many of them go into a shard.

    Raises:
        DataError: the input cannot be read, or holds no title.
    """
    columns = Columns(uid=request.columns.uid, title=request.columns.title, titles_only=True)
    rows, removed = read_titles(
        request.source, columns, describer.count_tokens, describer.max_prompt_tokens, describer.max_row_bytes, progress
    )
    if rows.is_empty():
        raise DataError(
            f"{request.source}: none of its {removed.height:,} rows has a title that can be described"
            + (f"; the first: {removed['reason'][0]}" if removed.height else ""),
            code="describe-no-titles",
            hint="Name the column that holds the title with --title-column NAME.",
        )
    engine = choose(rows)
    longest = max(rows["tokens"].to_list())
    fitting = describer.generator.choose_batch_size(longest, describer.max_new_tokens)
    return Plan(rows, removed, request.batch_size or (VLLM_ROWS if engine.engine == "vllm" else fitting), engine)


def _choose(request: Request, rows: pl.DataFrame, describer: Describer, engines: RunEngines) -> EngineChoice:
    """The engine asked for, or the one that some of the titles choose; how many there are decides whether it pays."""
    if request.engine != AUTO:
        return engines.take(request.engine)
    some = rows.sort("tokens").gather_every(max(1, rows.height // SAMPLE_TITLES)).head(SAMPLE_TITLES)
    prompts = describer.encode_questions(some["question"].to_list())
    limit = describer.max_new_tokens
    return choose_engine(describer.generator, engines.list_candidates(), prompts, rows.height, limit, engines.progress)


def _identify(request: Request) -> Job:
    found = Source(request.source)
    return Job(
        run=request.run.name,
        adapter_sha256=compute_file_sha256(request.run.adapter / WEIGHTS_FILE),
        weights_hash=request.run.read_record()["model"]["weights_hash"],
        input=found.name,
        input_sha256=found.compute_sha256(),
        settings={
            "references": request.references,
            "grounded": request.grounded,
            "max_new_tokens": load_config(request.run).generation.max_new_tokens,
            "uid_column": request.columns.uid,
            "title_column": request.columns.title,
        },
    )


def _begin(parts: Parts, job: Job, plan: Plan) -> Manifest:
    manifest = Manifest(job=job, rows=plan.rows.height, batch_size=plan.batch_size, engine=plan.engine)
    parts.begin(manifest, plan.rows, plan.removed)
    return manifest


def _fill_shards(parts: Parts, manifest: Manifest, describe_shards: DescribeShards, progress: Progress) -> int:
    """Compute the shards that are missing; returns how many rows were computed."""
    rows, size = parts.read_rows(), manifest.batch_size
    missing = [number for number in range(manifest.shards) if not parts.has_shard(number)]
    if not missing:
        return 0
    done = before = manifest.rows - sum(min(size, manifest.rows - number * size) for number in missing)
    progress("describe", done, manifest.rows)
    waiting = ((number, rows.slice(number * size, size)) for number in missing)
    for number, shard in describe_shards(manifest.engine.engine, waiting):
        parts.write_shard(number, shard)
        done += shard.height
        progress("describe", done, manifest.rows)
    return done - before
