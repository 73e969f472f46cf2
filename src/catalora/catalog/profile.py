"""What was found in a catalogue and done to it, as numbers."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl

from catalora.catalog.product import SPLITS
from catalora.errors import DataError

FORMAT_VERSION = 1

# Every reason for which a row is removed, in the order in which they are looked for; the first that fits counts.
REASONS = (
    "unreadable-row",
    "scraping-residue",  # the title is a piece of a web page
    "empty-title",
    "empty-content",
    "only-boilerplate",  # nothing is left of the description, or the title, after cleaning
    "placeholder-content",  # the description says that there is none
    "content-equals-title",
    "short-content",
    "other-language",  # only with `data.languages`
    "duplicate-content",
    "in-test-source",  # the test source has the same or nearly the same product
)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A file that products came from."""

    name: str
    size_bytes: int
    sha256: str
    rows: int
    is_test_source: bool = False


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of the kept texts, in characters."""

    mean: float
    p5: int
    p50: int
    p95: int
    max: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Counts of a prepared data set; `rows_in == kept + sum(removed.values()) + not_sampled`.

    Attributes:
        rows_in: rows read, blank lines not counted.
        kept: rows in `products.parquet`.
        removed: removed rows by reason, every reason named even when 0.
        not_sampled: usable rows that `max_samples` did not draw.
        changed: usable rows that each cleaning rule changed; `glued-words` and `lost-letters` were only seen.
        renamed_uids: kept rows whose uid occurred before and got a `#2`, `#3` … behind it.
        splits: kept rows by split.
        groups: groups of products that share a title, or a description nearly.
    """

    rows_in: int
    kept: int
    removed: dict[str, int]
    not_sampled: int
    changed: dict[str, int]
    renamed_uids: int
    title_lengths: Lengths
    content_lengths: Lengths
    splits: dict[str, int]
    groups: int
    settings: dict[str, Any]
    sources: list[SourceRecord]
    fingerprint: str
    products_sha256: str
    format_version: int = FORMAT_VERSION

    def to_json(self) -> dict[str, Any]:
        """The profile as it stands in `profile.json`."""
        return asdict(self)


def compute_lengths(lengths: pl.Series) -> Lengths:
    """Summarise lengths in characters; all zero for no texts."""
    if lengths.is_empty():
        return Lengths(0.0, 0, 0, 0, 0)
    at = {share: int(lengths.quantile(share, "nearest") or 0) for share in (0.05, 0.5, 0.95, 1.0)}
    mean = lengths.cast(pl.Float64).mean()
    assert isinstance(mean, float)
    return Lengths(round(mean, 1), at[0.05], at[0.5], at[0.95], at[1.0])


def count_splits(splits: pl.Series) -> dict[str, int]:
    """Rows by split, all three named."""
    return {name: int((splits == name).sum()) for name in SPLITS}


def read_profile(path: Path) -> Profile:
    """Read `profile.json`.

    Raises:
        DataError: it is damaged or of another version.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        version = values["format_version"]
        if version != FORMAT_VERSION:
            raise ValueError(f"format version {version}, expected {FORMAT_VERSION}")
        values["sources"] = [SourceRecord(**source) for source in values["sources"]]
        values["title_lengths"] = Lengths(**values["title_lengths"])
        values["content_lengths"] = Lengths(**values["content_lengths"])
        return Profile(**{field.name: values[field.name] for field in fields(Profile)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: damaged profile ({error})",
            code="damaged-data-set",
            hint="Run `catalora prepare` again.",
            file=str(path),
        ) from error
