"""Describing a whole catalogue with a run: read, cut into shards, answer shard by shard, put together.

The adapter is merged into the weights first, as `catalora export --format merged` does it: the same answers up to
rounding, in about half the operations. Decoding is always greedy, so that a shard that is computed again after a kill
comes out the same.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from catalora.catalog.prepared import compute_file_sha256
from catalora.catalog.rows import Columns
from catalora.catalog.sources import Source
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
from catalora.engines.choice import Engine, EngineChoice, choose_engine, close_engine
from catalora.engines.kinds import AUTO, EngineName
from catalora.errors import DataError, UsageError
from catalora.export.source import open_source
from catalora.generation.batch import BatchGenerator, Generated
from catalora.model.adapter import WEIGHTS_FILE, merge_adapter
from catalora.progress import Progress, ignore_progress
from catalora.references.facts import extract_facts
from catalora.references.grounding import Record
from catalora.references.records import ProductRecord
from catalora.session import Session

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "position": pl.UInt32,
    "uid": pl.String,
    "title": pl.String,
    "description": pl.String,
    "tokens": pl.Int64,
    "stopped": pl.Boolean,
    "mean_log_probability": pl.Float64,
    "references": pl.List(pl.Struct({"uid": pl.String, "score": pl.Float64})),
    "record_uid": pl.String,
    "record_score": pl.Float64,
    "facts": pl.Int64,
    "facts_supported": pl.Int64,
    "facts_contradicted": pl.Int64,
}

# Titles that each engine answers when they are measured.
SAMPLE_TITLES = 32
# vLLM makes its own batches; a shard bounds what a kill costs.
VLLM_ROWS = 2_048


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


def describe_catalogue(
    session: Session,
    source: Path,
    out: Path,
    *,
    references: int | None = None,
    grounded: bool = False,
    batch_size: int | None = None,
    columns: Columns | None = None,
    engine: EngineName | Literal["auto"] = "auto",
    progress: Progress = ignore_progress,
) -> Descriptions:
    """Describe every title of a file; a second start after a kill goes on where the first one was.

    Args:
        session: an open run. Its model is merged with its adapter and must not be asked afterwards.
        source: JSON Lines, JSON, CSV or Parquet, plain, gzip'd or in a zip archive; titles alone are enough.
        out: a new file that ends with .csv, .parquet or .jsonl.
        references: nearest training products per row; the run's setting when empty.
        grounded: put the record of the run's catalogue into the prompt where a title has one.
        batch_size: rows that are answered together; chosen by the free memory when empty.
        columns: names of uid and title where they are not recognised.
        engine: what answers; `auto` measures those that are installed and keeps to the run's own weights.
        progress: told how far it is, stage `describe`, in rows.

    Raises:
        UsageError: the output exists or has another ending, or its parts belong to another job.
        DataError: the input cannot be read, or holds no title.
        StorageError: another process does the same, or the disk takes no more.
    """
    check_output(out)
    folder = name_parts(out)
    limit = session.config.references.count if references is None else references
    writer = Describer(session, limit, grounded=grounded)
    with hold_parts(folder) as parts:
        job = _identify(session, source, writer, columns or Columns())
        engines = writer.list_engines(folder / "engine", progress)
        manifest = parts.read_manifest() or _begin(
            parts,
            job,
            writer,
            _Wanted(source, columns, batch_size, None if engine == AUTO else engine),
            engines,
            progress,
        )
        require_same_job(manifest.job, job, folder)
        require_same_engine(manifest.engine.engine, engine, folder)
        progress(f"engine {manifest.engine.engine}", 0, None)
        with writer.answering_with(engines.open(manifest.engine.engine)):
            started = time.monotonic()
            computed = _fill_shards(parts, manifest, writer, progress)
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


class Describer:
    """Answers titles of one run, and says of each answer what it is near to and what its record says.

    Args:
        session: an open run; its adapter is merged into its weights here.
        references: nearest training products per row.
        grounded: put the record into the prompt where a title has one.
    """

    def __init__(self, session: Session, references: int, *, grounded: bool) -> None:
        answerer = session.answerer
        self.references = references
        self.grounded = grounded
        self.max_new_tokens = session.config.generation.max_new_tokens
        self.max_prompt_tokens = answerer.context_length - self.max_new_tokens
        self.max_row_bytes = session.config.data.max_row_bytes
        self._session = session
        model = merge_adapter(answerer.model, answerer.model.dtype)
        self.generator = BatchGenerator(model, answerer.stop_ids, answerer.pad_id)
        self.engine: Engine = self.generator

    def list_engines(self, folder: Path, progress: Progress) -> RunEngines:
        """The engines that can answer in the place of transformers; `folder` is for what they write meanwhile."""
        answerer = self._session.answerer
        return RunEngines(
            source=open_source(self._session.run),
            reference=self.generator,
            tokenizer=answerer.tokenizer,
            stop_ids=answerer.stop_ids,
            context_length=answerer.context_length,
            folder=folder,
            progress=progress,
        )

    @contextmanager
    def answering_with(self, engine: Engine) -> Iterator[None]:
        """Let an engine answer for as long as this lasts."""
        self.engine = engine
        try:
            yield
        finally:
            self.engine = self.generator
            close_engine(engine)

    def encode_questions(self, questions: Sequence[str]) -> list[list[int]]:
        """Token ids of each title's prompt, with its record where the job is grounded."""
        records = [self._session.find_record(question) for question in questions] if self.grounded else []
        return self._encode(questions, records)

    def count_tokens(self, questions: Sequence[str]) -> list[int]:
        """Tokens of each title's prompt, without a record."""
        return [len(ids) for ids in self._encode_plain(questions)]

    def describe(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of one shard, described: the columns of `SCHEMA`."""
        questions = rows["question"].to_list()
        records = [self._session.find_record(question) for question in questions]
        answers = self.engine.generate(self._encode(questions, records), self.max_new_tokens)
        texts = [self._session.answerer.decode(answer.ids) for answer in answers]
        found = self._search(questions)
        columns = {
            **{name: rows[name].to_list() for name in ("position", "uid", "title")},
            "description": texts,
            **_describe_confidence(answers),
            "references": found,
            **_check_facts(texts, records),
        }
        return pl.DataFrame(columns, schema=SCHEMA)

    def _encode(self, questions: Sequence[str], records: Sequence[ProductRecord | None]) -> list[list[int]]:
        prompts = self._encode_plain(questions)
        if not self.grounded:
            return prompts
        answerer, places = self._session.answerer, [place for place, record in enumerate(records) if record]
        with_record = answerer.template.encode_grounded_prompts(
            answerer.tokenizer,
            [questions[place] for place in places],
            [(record.title, record.content) for record in records if record],
        )
        for place, ids in zip(places, with_record, strict=True):
            if len(ids) <= self.max_prompt_tokens:
                prompts[place] = ids
        return prompts

    def _encode_plain(self, questions: Sequence[str]) -> list[list[int]]:
        answerer = self._session.answerer
        return answerer.template.encode_prompts(answerer.tokenizer, questions)

    def _search(self, questions: Sequence[str]) -> list[list[dict[str, Any]]]:
        index = self._session.references
        if index is None or not self.references:
            return [[] for _ in questions]
        found = index.search(questions, self.references, self._session.config.references.min_score)
        return [[{"uid": item.uid, "score": item.score} for item in row] for row in found]


def _describe_confidence(answers: Sequence[Generated]) -> dict[str, list[Any]]:
    return {
        "tokens": [len(answer.ids) for answer in answers],
        "stopped": [answer.stopped for answer in answers],
        "mean_log_probability": [answer.mean_log_probability for answer in answers],
    }


def _check_facts(texts: Sequence[str], records: Sequence[ProductRecord | None]) -> dict[str, list[Any]]:
    """Each answer's facts held against the record of its title; nothing where there is none."""
    checked: list[tuple[int | None, int | None, int | None]] = []
    for text, record in zip(texts, records, strict=True):
        if record is None:
            checked.append((None, None, None))
            continue
        known = Record(record.title, record.content)
        verdicts = [known.check(fact).verdict for fact in extract_facts(text)]
        checked.append((len(verdicts), verdicts.count("supported"), verdicts.count("contradicted")))
    facts, supported, contradicted = zip(*checked, strict=True)
    return {
        "record_uid": [record.uid if record else None for record in records],
        "record_score": [record.score if record else None for record in records],
        "facts": list(facts),
        "facts_supported": list(supported),
        "facts_contradicted": list(contradicted),
    }


def _identify(session: Session, source: Path, writer: Describer, columns: Columns) -> Job:
    found = Source(source)
    return Job(
        run=session.run.name,
        adapter_sha256=compute_file_sha256(session.run.adapter / WEIGHTS_FILE),
        weights_hash=session.run.read_record()["model"]["weights_hash"],
        input=found.name,
        input_sha256=found.compute_sha256(),
        settings={
            "references": writer.references,
            "grounded": writer.grounded,
            "max_new_tokens": writer.max_new_tokens,
            "uid_column": columns.uid,
            "title_column": columns.title,
        },
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a job is begun with, as it was asked for."""

    source: Path
    columns: Columns | None
    batch_size: int | None
    engine: EngineName | None


def _begin(
    parts: Parts, job: Job, writer: Describer, asked: _Wanted, engines: RunEngines, progress: Progress
) -> Manifest:
    source, columns = asked.source, asked.columns
    wanted = Columns(uid=columns.uid, title=columns.title, titles_only=True) if columns else Columns(titles_only=True)
    rows, removed = read_titles(
        source, wanted, writer.count_tokens, writer.max_prompt_tokens, writer.max_row_bytes, progress
    )
    if rows.is_empty():
        raise DataError(
            f"{source}: none of its {removed.height:,} rows has a title that can be described"
            + (f"; the first: {removed['reason'][0]}" if removed.height else ""),
            code="describe-no-titles",
            hint="Name the column that holds the title with --title-column NAME.",
        )
    choice = engines.take(asked.engine) if asked.engine else _measure(writer, rows, engines, progress)
    longest = max(rows["tokens"].to_list())
    size = asked.batch_size or (
        VLLM_ROWS if choice.engine == "vllm" else writer.generator.choose_batch_size(longest, writer.max_new_tokens)
    )
    manifest = Manifest(job=job, rows=rows.height, batch_size=size, engine=choice)
    parts.begin(manifest, rows, removed)
    return manifest


def _measure(writer: Describer, rows: pl.DataFrame, engines: RunEngines, progress: Progress) -> EngineChoice:
    """Choose by some of the titles; how many there are decides whether it is worth it."""
    some = rows.sort("tokens").gather_every(max(1, rows.height // SAMPLE_TITLES)).head(SAMPLE_TITLES)
    prompts = writer.encode_questions(some["question"].to_list())
    return choose_engine(
        writer.generator, engines.list_candidates(), prompts, rows.height, writer.max_new_tokens, progress
    )


def _fill_shards(parts: Parts, manifest: Manifest, writer: Describer, progress: Progress) -> int:
    """Compute the shards that are missing; returns how many rows were computed."""
    rows, computed = parts.read_rows(), 0
    missing = [number for number in range(manifest.shards) if not parts.has_shard(number)]
    done = manifest.rows - sum(
        min(manifest.batch_size, manifest.rows - number * manifest.batch_size) for number in missing
    )
    for number in missing:
        progress("describe", done + computed, manifest.rows)
        shard = rows.slice(number * manifest.batch_size, manifest.batch_size)
        parts.write_shard(number, writer.describe(shard))
        computed += shard.height
    progress("describe", done + computed, manifest.rows)
    return computed
