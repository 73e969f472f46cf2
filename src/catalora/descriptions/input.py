"""The titles to describe: read from any catalogue file and cleaned as in training; unusable rows get a reason."""

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from catalora.catalog.cleaning import TITLE_RULES, clean_texts
from catalora.catalog.readers import read_rows
from catalora.catalog.rows import BadRows, Columns
from catalora.catalog.sources import Source
from catalora.progress import Progress

REMOVED_SCHEMA = {"file": pl.String, "line": pl.Int64, "uid": pl.String, "title": pl.String, "reason": pl.String}
# Titles to the tokens of the prompts that ask for them.
CountTokens = Callable[[Sequence[str]], list[int]]
# Unreadable rows are reported, all of them; only a file that is damaged as a whole ends the reading.
ALL_ROWS = 2**62


def read_titles(
    path: Path,
    columns: Columns,
    count_tokens: CountTokens,
    max_prompt_tokens: int,
    max_row_bytes: int,
    progress: Progress,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a file of any kind that `catalora prepare` reads; a column of descriptions is not needed.

    Args:
        path: the file, or `archive.zip::member`.
        columns: names of uid and title where they are not recognised; a row without uid gets its line as one.
        count_tokens: lengths of prompts.
        max_prompt_tokens: a longer prompt leaves no room for an answer.
        max_row_bytes: longest line.
        progress: told how far it is, stage `read`, in rows.

    Returns:
        The usable rows with position (from 0), uid, title (as read), question (the cleaned title) and tokens; and the
        others with file, line, uid, title and reason. Every row of the file is in one of the two.

    Raises:
        DataError, InputNotFoundError: the file as a whole cannot be read, or has no column of titles.
    """
    source = Source(path)
    kept: list[pl.DataFrame] = []
    removed: list[pl.DataFrame] = []
    done = 0
    for batch in read_rows(source, columns, BadRows(ALL_ROWS), max_row_bytes):
        rows = _judge(batch, count_tokens, max_prompt_tokens)
        usable = rows.filter(pl.col("reason").is_null())
        kept.append(usable.select("uid", "title", "question", "tokens"))
        unusable = rows.filter(pl.col("reason").is_not_null()).with_columns(file=pl.lit(source.place))
        removed.append(unusable.select(*REMOVED_SCHEMA))
        done += batch.height
        progress("read", done, None)
    empty = pl.DataFrame(schema={"uid": pl.String, "title": pl.String, "question": pl.String, "tokens": pl.Int64})
    return (
        pl.concat([empty, *kept]).with_row_index("position"),
        pl.concat([pl.DataFrame(schema=REMOVED_SCHEMA), *removed]),
    )


def _judge(batch: pl.DataFrame, count_tokens: CountTokens, max_prompt_tokens: int) -> pl.DataFrame:
    """The batch with question, tokens, and the reason why a row cannot be used."""
    questions = clean_texts(batch["title"].fill_null(""), TITLE_RULES).texts
    tokens = pl.Series("tokens", count_tokens(questions.to_list()), dtype=pl.Int64)
    too_long = f"the title makes a prompt of more than {max_prompt_tokens} tokens"
    return batch.with_columns(question=questions, tokens=tokens).with_columns(
        reason=pl.when(pl.col("problem").is_not_null())
        .then(pl.col("problem"))
        .when(pl.col("question").str.strip_chars() == "")
        .then(pl.lit("the title is empty"))
        .when(pl.col("tokens") > max_prompt_tokens)
        .then(pl.lit(too_long))
    )
