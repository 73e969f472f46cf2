"""Answers titles of one run and says what each answer is near to: the step that a description comes from.

The adapter is merged into the weights first, as `catalora export --format merged` does it: the same answers up to
rounding, in about half the operations. Decoding is always greedy, so that a shard that is computed again after a kill,
or by another process, comes out the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from catalora.engines.catalogue import RunEngines
from catalora.engines.choice import Engine, close_engine
from catalora.export.source import open_source
from catalora.generation.batch import BatchGenerator, Generated
from catalora.model.adapter import merge_adapter
from catalora.progress import Progress
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
        self._engine: Engine = self.generator

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
        self._engine = engine
        try:
            yield
        finally:
            self._engine = self.generator
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
        answers = self._engine.generate(self._encode(questions, records), self.max_new_tokens)
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
