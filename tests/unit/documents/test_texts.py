import re
from pathlib import Path

import pytest

import catalora.documents
from catalora.catalog.profile import REASONS
from catalora.config import Config, describe_settings
from catalora.documents.tuning_document import list_settings
from catalora.documents.wording import LANGUAGES, Wording, find_placeholders, read_texts
from catalora.errors import UsageError

# Where English has its words already: in the descriptions of the settings.
ONLY_PORTUGUESE = "settings"


def list_texts(language):
    texts = read_texts(language)
    return {
        f"{section}.{name}": text
        for section, items in texts.items()
        if section != ONLY_PORTUGUESE
        for name, text in items.items()
    }


def test_both_languages_have_the_same_texts_with_the_same_placeholders():
    portuguese, english = list_texts("pt-BR"), list_texts("en")
    assert portuguese.keys() == english.keys()
    assert {name: find_placeholders(text) for name, text in portuguese.items()} == {
        name: find_placeholders(text) for name, text in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_backticks_come_in_pairs(language):
    assert not [name for name, text in list_texts(language).items() if text.count("`") % 2]


def test_every_setting_that_is_shown_is_explained_in_portuguese():
    explained = read_texts("pt-BR")["settings"]
    shown = {name for name, _, _ in list_settings(Config())}
    assert shown - explained.keys() == set()
    assert explained.keys() <= describe_settings().keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_removal_is_explained(language):
    assert all(Wording(language).explain_catalogue("reason", reason) for reason in REASONS)


def test_texts_that_no_code_asks_for_are_not_kept():
    folder = Path(catalora.documents.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    quoted = set(re.findall(r"""["']([\w.-]+)["']""", code))
    # f"tuning.records{...}" asks for all that begins so; f"tuning.{key}" and f"tuning.{prefix}-{key}" for names that
    # stand, or begin as one does that stands, elsewhere in the code.
    beginnings = tuple(found for found in re.findall(r"""f["']([\w-]+\.[\w-]+)\{""", code))
    by_records = {"warnings", "best-metrics"}
    prefixes = ("reading-", "reading-prompted-")
    unused = [
        key
        for key in list_texts("en")
        if key not in quoted
        and not key.startswith(beginnings)
        and key.partition(".")[2] not in quoted
        and not key.partition(".")[2].startswith(prefixes)
        and key.partition(".")[0] not in by_records
    ]
    assert unused == []


def test_numbers_are_written_as_in_the_language():
    assert Wording("pt-BR").number(1234.5, 1) == "1.234,5"
    assert Wording("en").number(-1234.5, 1) == "−1,234.5"
    assert Wording("pt-BR").share(0.256) == "25,6%"


@pytest.mark.parametrize(
    ("seconds", "text"), [(3.21, "3,2 s"), (59.7, "1 min 0 s"), (193.4, "3 min 13 s"), (90_061, "25 h 1 min")]
)
def test_durations_have_their_two_largest_units(seconds, text):
    assert Wording("pt-BR").duration(seconds) == text


def test_dates_are_written_out():
    assert Wording("pt-BR").date(1_795_446_388) == "23 de novembro de 2026"
    assert Wording("en").date(0) == "1 January 1970"


def test_lists_are_joined_by_the_language_s_and():
    assert Wording("pt-BR").join(["a", "b", "c"]) == "a, b e c"
    assert Wording("en").join(["a"]) == "a"


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="'fr': expected one of pt-BR, en"):
        Wording("fr")
