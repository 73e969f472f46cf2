"""The app's own words in two languages, and numbers, dates and durations as each writes them.

Texts are data: `i18n/LANGUAGE/PAGE.yaml` holds `key: text`, asked for as `"page.key"`. A placeholder takes a formatted
number or one of the app's own words, never a product's text.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from babel import dates, numbers

from catalora.errors import CataloraError

Language = Literal["pt_BR", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"pt_BR": "Português", "en": "English"}
# Which part of a text that is an error's, and which is a setting's.
ERRORS, SETTINGS = "errors", "settings"


@cache
def read_texts(language: Language) -> dict[str, str]:
    """All texts of a language by `page.key`."""
    texts: dict[str, str] = {}
    for file in (resources.files("catalora.app") / "i18n" / language).iterdir():
        if file.name.endswith(".yaml"):
            page = file.name.removesuffix(".yaml")
            values = yaml.safe_load(file.read_text(encoding="utf-8"))
            texts |= {f"{page}.{key}": str(text).rstrip("\n") for key, text in values.items()}
    return texts


def choose_language(locale: str | None) -> Language:
    """The language for a browser's locale, e.g. `pt-BR`; English for all that is not Portuguese."""
    return "pt_BR" if locale is not None and locale.lower().startswith("pt") else "en"


@dataclass(frozen=True, slots=True)
class Texts:
    """Words and formats of one language.

    Attributes:
        language: which.
        timezone: the reader's, for dates; UTC when unknown.
    """

    language: Language
    timezone: str | None = None

    def __call__(self, key: str, **values: str) -> str:
        """The text of a key; values that are not the app's own words do not belong here."""
        return read_texts(self.language)[key].format(**values)

    def find(self, key: str) -> str | None:
        """The text of a key as it stands, or nothing."""
        return read_texts(self.language).get(key)

    def stage(self, name: str | None) -> str:
        """What a stage that a long step reports is called; one without a name of its own is a start."""
        slug = (name or "start").replace(" ", "_")
        # Some stages end with the name of a file.
        found = self.find(f"common.stage_{slug}") or self.find(f"common.stage_{slug.partition('_')[0]}")
        return found or self("common.stage_start")

    def number(self, value: float, digits: int = 0) -> str:
        """A number with a fixed count of decimals: 1,234.5 or 1.234,5."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(numbers.format_decimal(value, pattern, locale=self.language))

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of 1 as per cent."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        return str(numbers.format_percent(share, pattern, locale=self.language))

    def duration(self, seconds: float) -> str:
        """Hours and minutes, minutes and seconds, or seconds.

        Example:
            >>> Texts("en").duration(4330), Texts("pt_BR").duration(8.44)
            ('1 h 12 min', '8,4 s')
        """
        if not math.isfinite(seconds):
            return "–"
        if seconds < 10:
            return f"{self.number(seconds, 1)} s"
        whole = round(seconds)
        if whole < 60:
            return f"{whole} s"
        if whole < 3600:
            return f"{whole // 60} min {whole % 60:02} s"
        return f"{self.number(whole // 3600)} h {whole % 3600 // 60:02} min"

    def moment(self, timestamp: float) -> str:
        """A date with its time, in the reader's time zone."""
        try:
            zone: ZoneInfo | None = ZoneInfo(self.timezone) if self.timezone else None
        except (ZoneInfoNotFoundError, ValueError):
            zone = None
        when = datetime.fromtimestamp(timestamp, tz=zone or UTC)
        return str(dates.format_datetime(when, "short", tzinfo=zone, locale=self.language))

    def chart_locale(self) -> dict[str, object]:
        """Number format for Vega charts, in the form of d3-format."""
        group, decimal = numbers.get_group_symbol(self.language), numbers.get_decimal_symbol(self.language)
        return {"number": {"decimal": decimal, "thousands": group, "grouping": [3], "currency": ["", ""]}}

    def explain(self, error: CataloraError) -> tuple[str, str]:
        """What went wrong and what to do, in this language where the code is known, as it was raised otherwise."""
        return self.explain_facts(error.code, error.message, error.hint, error.facts)

    def explain_facts(self, code: str, message: str, hint: str, facts: Mapping[str, object]) -> tuple[str, str]:
        """The same for an error that was read from a folder or came from another process."""
        text = self.find(f"{ERRORS}.{code}")
        if text is None:
            return message, hint
        said, _, next_step = text.partition("\n")
        return _fill(said, facts, message), _fill(next_step, facts, hint)

    def describe_setting(self, name: str, description: str) -> str:
        """What a setting does: the configuration's own sentence in English."""
        return self.find(f"{SETTINGS}.{name}") or description


def _fill(text: str, facts: Mapping[str, object], otherwise: str) -> str:
    try:
        return text.format(**facts)
    except (KeyError, IndexError):  # raised somewhere without these facts
        return otherwise
