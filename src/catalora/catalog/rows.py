"""What every reader hands on: batches of rows with their place in the file, and the count of unreadable rows."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from catalora.errors import DataError

# One batch of a source. `problem` is null for a readable row; otherwise uid, title and content are null.
Row = tuple[int, str | None, str | None, str | None, str | None]
ROW_SCHEMA = {"line": pl.Int64, "uid": pl.String, "title": pl.String, "content": pl.String, "problem": pl.String}

# Names as they read without case, accents and punctuation; the first that a source has is taken.
COMMON_NAMES: Mapping[str, Sequence[str]] = {
    "uid": (
        *("uid", "id", "asin", "parent_asin", "sku", "product_id", "item_id", "codigo", "id_produto", "codigo_produto"),
        *("ean", "gtin", "isbn", "handle"),
    ),
    "title": (
        *("title", "name", "product_name", "product_title", "item_name", "titulo", "nome", "nome_produto"),
        *("nome_do_produto", "titulo_produto", "produto", "product"),
    ),
    "content": (
        *("content", "description", "product_description", "body", "body_html", "descricao", "descricao_produto"),
        *("descricao_do_produto", "conteudo", "long_description", "texto", "text", "details", "summary"),
    ),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns to read; a name left out is guessed from `COMMON_NAMES`.

    With `titles_only` no column of descriptions is looked for, and the title stands in its place.
    """

    uid: str | None = None
    title: str | None = None
    content: str | None = None
    titles_only: bool = False

    def find(self, names: Iterable[str], place: str) -> "FoundColumns":
        """Choose the columns among those that a source has.

        Raises:
            DataError: title or content is missing, or a column named by the user is.

        Example:
            >>> Columns().find(["Id", "Título", "Descrição", "price"], "products.csv")
            FoundColumns(uid='Id', title='Título', content='Descrição')
        """
        names = list(names)
        simplified = {simplify_name(name): name for name in reversed(names)}
        chosen: dict[str, str | None] = {}
        for field in ("uid", "title") if self.titles_only else ("uid", "title", "content"):
            wanted: str | None = getattr(self, field)
            if wanted is not None:
                chosen[field] = wanted if wanted in names else None
            else:
                chosen[field] = next((simplified[name] for name in COMMON_NAMES[field] if name in simplified), None)
            if chosen[field] is None and (wanted is not None or field != "uid"):
                raise _missing_column(place, field, wanted, names)
        title, content = chosen["title"], chosen["title" if self.titles_only else "content"]
        assert title is not None and content is not None
        return FoundColumns(uid=chosen["uid"], title=title, content=content)


@dataclass(frozen=True, slots=True)
class FoundColumns:
    """The columns of one source; without `uid`, a row's number is its uid."""

    uid: str | None
    title: str
    content: str

    @property
    def names(self) -> list[str]:
        """The columns to read, each once."""
        return list(dict.fromkeys(name for name in (self.uid, self.title, self.content) if name is not None))


class BadRows:
    """Counts rows that cannot be read, and stops the reading when there are more than tolerated.

    Args:
        limit: how many are tolerated, over all sources.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.count = 0

    def add(self, error: DataError) -> str:
        """Count one unreadable row and return its problem as text.

        Raises:
            DataError: the given error, when the limit is passed.
        """
        self.count += 1
        if self.count <= self.limit:
            return error.message
        if self.limit:
            error.message += f" (bad row number {self.count}, {self.limit} tolerated)"
            error.args = (error.message,)
        raise error


def bad_row(place: str, line: int, problem: str, code: str, **facts: object) -> DataError:
    """The error for one row: file, line, what was found and expected, and how to go on."""
    return DataError(
        f"{place}:{line}: {problem}",
        code=code,
        hint=f"Correct line {line}, or tolerate and count unreadable rows with --max-bad-rows N.",
        file=place,
        line=line,
        **facts,
    )


def invalid_utf8(place: str, line: int, offset: int, error: UnicodeDecodeError) -> DataError:
    """The error for a line that is not UTF-8; `offset` is where the decoded bytes start in the unpacked file."""
    byte = error.object[error.start]
    return bad_row(
        place,
        line,
        f"byte 0x{byte:02x} at position {offset + error.start:,} of the file is not UTF-8, expected UTF-8 text",
        "invalid-utf8",
        byte=offset + error.start,
    )


def check_fields(
    values: Mapping[str, object], columns: FoundColumns, place: str, line: int
) -> tuple[str, str, str] | DataError:
    """Take uid, title and content out of one record.

    Returns:
        The three texts, or the reason why the record is unreadable. A whole number is accepted as uid.
    """
    uid: object = line if columns.uid is None else values.get(columns.uid)
    texts: list[str] = []
    for field, name, value in (
        ("uid", columns.uid, uid),
        ("title", columns.title, values.get(columns.title)),
        ("content", columns.content, values.get(columns.content)),
    ):
        if field == "uid" and isinstance(value, int) and not isinstance(value, bool):
            texts.append(str(value))
            continue
        if not isinstance(value, str):
            found = "is missing" if name not in values else f"is {describe_value(value)}"
            problem = f"field {name!r} {found}, expected a text"
            return bad_row(place, line, problem, "bad-field", field=field, column=name)
        if not value.isascii() and _has_surrogate(value):
            problem = f"field {name!r} holds half of a surrogate pair, expected Unicode text"
            return bad_row(place, line, problem, "bad-field", field=field, column=name)
        texts.append(value)
    return texts[0], texts[1], texts[2]


def check_record(record: object, columns: FoundColumns | None, place: str, line: int, bad_rows: BadRows) -> Row:
    """Turn one parsed record into a row of a batch; an unreadable one is counted.

    Raises:
        DataError: the record is unreadable and no more such rows are tolerated.
    """
    if columns is None or not isinstance(record, dict):
        problem = f"{describe_value(record)}, expected an object with title and content"
        return line, None, None, None, bad_rows.add(bad_row(place, line, problem, "not-an-object"))
    fields = check_fields(record, columns, place, line)
    if isinstance(fields, DataError):
        return line, None, None, None, bad_rows.add(fields)
    return line, *fields, None


def build_batch(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of (line, uid, title, content, problem) as a batch."""
    return pl.DataFrame(rows, schema=ROW_SCHEMA, orient="row")


def simplify_name(name: str) -> str:
    """A column name without case, accents and punctuation.

    Example:
        >>> simplify_name(" Descrição (HTML)")
        'descricao_html'
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]+", "_", "".join(c for c in plain if not unicodedata.combining(c))).strip("_")


def _missing_column(place: str, field: str, wanted: str | None, names: Sequence[str]) -> DataError:
    expected = repr(wanted) if wanted is not None else f"one of {', '.join(COMMON_NAMES[field])}"
    found = ", ".join(repr(name) for name in names[:20]) or "none"
    return DataError(
        f"{place}: no column for {field}: found {found}; expected {expected}",
        code="column-missing",
        hint=f"Name the column that holds the {field} with --{field}-column NAME.",
        file=place,
        field=field,
        found=list(names),
    )


def describe_value(value: object) -> str:
    """What kind of JSON value was found, for a message."""
    if value is None:
        return "null"
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return kinds.get(type(value), type(value).__name__)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
