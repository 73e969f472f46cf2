"""The words of the documents, in both languages, and numbers as each language writes them."""

import re
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

import yaml

from catalora.catalog import report_texts
from catalora.config import describe_settings
from catalora.errors import UsageError
from catalora.evaluation.report_texts import EvaluationWording

Language = Literal["pt-BR", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_MONTHS: dict[Language, str] = {
    "pt-BR": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "en": "January February March April May June July August September October November December",
}


class Wording:
    """Words and numbers in one language.

    Raises:
        UsageError: there are no documents in that language.
    """

    def __init__(self, language: str) -> None:
        known = next((name for name in LANGUAGES if name == language), None)
        if known is None:
            raise UsageError(
                f"language {language!r}: expected one of {', '.join(LANGUAGES)}",
                code="unknown-language",
                hint=f"Use --lang {LANGUAGES[0]}.",
            )
        self.language: Language = known
        self._texts = read_texts(self.language)
        # The report of a catalogue has the words for its rules and reasons already.
        self._catalogue = report_texts.Wording(self.language)
        # And that of an evaluation for its metrics.
        self.evaluation = EvaluationWording(self.language)

    def say(self, key: str, **values: object) -> str:
        """The text of `section.name` with its placeholders filled.

        Backticks in values become primes: they would end a piece of code.
        """
        section, _, name = key.partition(".")
        filled = {name: str(value).replace("`", "ʹ") for name, value in values.items()}
        return str(self._texts[section][name]).format(**filled)

    def explain_catalogue(self, kind: Literal["rule", "reason"], name: str) -> str:
        """What a cleaning rule or a reason of removal means; empty for one that has no words yet."""
        return self._catalogue.explain(kind, name)

    def explain_setting(self, name: str) -> str:
        """What a setting `section.name` is for."""
        own = self._texts["settings"].get(name)
        return str(own) if own else describe_settings()[name][2]

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with separators and a true minus sign."""
        return self._catalogue.number(value, decimals).replace("-", "−")

    def share(self, value: float, decimals: int = 1) -> str:
        """A part of 1 in percent."""
        return f"{self.number(100 * value, decimals)}%"

    def size(self, size_bytes: int) -> str:
        """A size in decimal units."""
        return self._catalogue.size(size_bytes)

    def setting(self, value: Any) -> str:
        """A value of a setting, as it is written in `--set`."""
        if value is None or value in ((), []):
            return self.say("common.empty")
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        return f"{value:g}" if isinstance(value, float) else str(value)

    def date(self, seconds: float) -> str:
        """The day of a time in seconds since 1970, UTC."""
        day = datetime.fromtimestamp(seconds, UTC)
        month = _MONTHS[self.language].split()[day.month - 1]
        return f"{day.day} de {month} de {day.year}" if self.language == "pt-BR" else f"{day.day} {month} {day.year}"

    def duration(self, seconds: float) -> str:
        """A duration in its two largest units.

        Example:
            >>> Wording("en").duration(193.4), Wording("en").duration(7_500)
            ('3 min 13 s', '2 h 5 min')
        """
        whole = round(seconds)
        if whole < 60:
            return self.say("common.seconds", count=self.number(seconds, 1 if seconds < 10 else 0))
        if whole < 3_600:
            return self.say("common.minutes", minutes=whole // 60, seconds=whole % 60)
        return self.say("common.hours", hours=self.number(whole // 3_600), minutes=whole % 3_600 // 60)

    def join(self, items: list[str]) -> str:
        """A list as the language writes it: "a, b and c"."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self.say('common.and')} {items[-1]}"


@cache
def read_texts(language: Language) -> dict[str, dict[str, str]]:
    """All texts of a language: section → name → text."""
    file = resources.files("catalora.documents") / "texts" / f"{language}.yaml"
    texts: dict[str, dict[str, str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return texts


def find_placeholders(text: str) -> set[str]:
    """Names of the placeholders of a text; `{{…}}` is a written brace."""
    return set(re.findall(r"\{(\w+)\}", text.replace("{{", "").replace("}}", "")))
