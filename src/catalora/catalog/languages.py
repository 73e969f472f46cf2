"""Which language a description is in, for catalogues that should keep some languages only.

py3langid (a naive Bayes classifier over byte sequences, Lui and Baldwin 2012) gives each language a probability.
Product texts are full of names and numbers, so that a row counts as written in another language only where the text is
long enough and all wanted languages together have next to no probability: a wrong row that stays costs less than a
right one that goes.
"""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import polars as pl

from catalora.errors import ConfigError

# The classifier also knows languages hardly found in shops, whose probabilities only add noise to short texts.
_CODES = "ar bg ca cs da de el en es et fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv th tl tr"
CANDIDATES = frozenset([*_CODES.split(), "uk", "vi", "zh"])
MOST_CHARS = 300
LEAST_LETTERS = 40
LARGEST_DOUBT = 0.01


class _Identifier(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


def check_languages(names: Sequence[str]) -> None:
    """Refuse codes that are not among `CANDIDATES`.

    Raises:
        ConfigError: with the codes there are.
    """
    for name in names:
        if name not in CANDIDATES:
            raise ConfigError(
                f"data.languages: {name!r} is no language code that is told apart",
                code="unknown-language",
                hint=f"Two-letter codes: {', '.join(sorted(CANDIDATES))}.",
                language=name,
            )


def find_other_language(text: str, wanted: Sequence[str]) -> str | None:
    """The code of the language that a text is in, when it surely is in none of the wanted ones.

    Judged by the first `MOST_CHARS` characters; texts of fewer than `LEAST_LETTERS` letters are never judged.

    Raises:
        ConfigError: py3langid is not installed.

    Example:
        >>> find_other_language("Una lámpara de mesa pequeña con pantalla de lino y pie de madera.", ["en", "pt"])
        'es'
        >>> find_other_language("A small table lamp with a linen shade and a foot of solid wood.", ["en", "pt"])
    """
    start = text[:MOST_CHARS]
    if sum(map(str.isalpha, start)) < LEAST_LETTERS:
        return None
    ranked = _load_identifier().rank(start)
    if sum(probability for language, probability in ranked if language in wanted) >= LARGEST_DOUBT:
        return None
    return ranked[0][0]


def find_other_languages(texts: pl.Series, wanted: Sequence[str]) -> pl.Series:
    """`find_other_language` of each text, as String with nulls."""
    found = [find_other_language(text, wanted) if text else None for text in texts]
    return pl.Series("language", found, dtype=pl.String)


@cache
def _load_identifier() -> _Identifier:
    try:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier
    except ImportError as error:
        raise ConfigError(
            "data.languages needs the package py3langid",
            code="missing-library",
            hint='pip install "catalora[languages]", or leave data.languages empty.',
        ) from error
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(CANDIDATES))
    typed: _Identifier = identifier
    return typed
