"""Both languages say the same, and write numbers in their own way."""

import ast
import re
import string
from pathlib import Path

import pytest

from catalora.app.texts import ERRORS, SETTINGS, Texts, choose_language, read_texts
from catalora.config import describe_settings
from catalora.errors import DataError

SOURCE = Path(__file__).parents[2] / "src" / "catalora"


def own_texts(language):
    """Texts of the pages: what the library says in English itself is only translated."""
    return {key: text for key, text in read_texts(language).items() if key.partition(".")[0] not in {ERRORS, SETTINGS}}


def find_placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys():
    assert own_texts("en").keys() == own_texts("pt_BR").keys()


def test_both_languages_have_the_same_placeholders():
    portuguese = own_texts("pt_BR")
    for key, text in own_texts("en").items():
        assert find_placeholders(text) == find_placeholders(portuguese[key]), key


def test_no_text_is_left_in_english():
    english = own_texts("en")
    equal = [text for key, text in own_texts("pt_BR").items() if text == english[key]]
    # A word or two can be the same in both languages.
    assert [text for text in equal if len(re.sub(r"{\w+}", "", text).split()) > 4] == []


def test_every_setting_is_described_in_portuguese():
    translated = {key.partition(".")[2] for key in read_texts("pt_BR") if key.startswith(f"{SETTINGS}.")}
    assert translated == set(describe_settings())


def test_every_key_that_the_pages_ask_for_exists():
    keys = own_texts("en").keys()
    for file in (SOURCE / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "texts"):
                continue
            (argument,) = node.args
            for key in read_keys(argument):
                assert any(re.fullmatch(key, known) for known in keys), f"{file.name}: {key}"


def read_keys(node):
    """Patterns of the keys that an argument can be."""
    if isinstance(node, ast.Constant):
        yield re.escape(node.value)
    elif isinstance(node, ast.IfExp):
        yield from read_keys(node.body)
        yield from read_keys(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in node.values)


def test_the_browser_s_language_is_taken_and_english_otherwise():
    assert choose_language("pt-BR") == choose_language("pt") == choose_language("PT-pt") == "pt_BR"
    assert choose_language("en-GB") == choose_language("de") == choose_language(None) == "en"


def test_numbers_are_written_as_the_language_does():
    english, portuguese = Texts("en"), Texts("pt_BR")
    assert (english.number(1234567.891, 2), portuguese.number(1234567.891, 2)) == ("1,234,567.89", "1.234.567,89")
    assert (english.percent(0.1234, 1), portuguese.percent(0.1234, 1)) == ("12.3%", "12,3%")
    assert portuguese.chart_locale()["number"]["decimal"] == ","


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (9.96, "10.0 s"),
        (59.4, "59 s"),
        (61, "1 min 01 s"),
        (3599.6, "1 h 00 min"),
        (90061, "25 h 01 min"),
    ],
)
def test_durations_have_two_parts_at_most(seconds, said):
    assert Texts("en").duration(seconds) == said


def test_dates_are_in_the_reader_s_time_zone():
    noon_in_utc = 1_780_000_000
    here, there = (Texts("pt_BR", zone).moment(noon_in_utc) for zone in ("UTC", "America/Sao_Paulo"))
    assert here != there
    assert "/" in here
    assert Texts("en", "Nowhere/Land").moment(noon_in_utc)


def test_errors_are_said_in_the_reader_s_language():
    error = DataError("there are no training products", code="no-training-products", hint="Prepare more.")
    assert Texts("en").explain(error) == (error.message, error.hint)
    said, hint = Texts("pt_BR").explain(error)
    assert "produtos de treino" in said
    assert hint


def test_an_unknown_error_is_said_as_it_was_raised():
    error = DataError("a new problem {with braces}", code="never-heard-of", hint="Do this.")
    assert Texts("pt_BR").explain(error) == (error.message, error.hint)


def test_every_translated_error_exists():
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    codes = set(re.findall(r'"([a-z0-9-]+)"', source)) | {"run-finished", "run-diverged"}  # `f"run-{state}"`
    translated = {key.partition(".")[2] for key in read_texts("pt_BR") if key.startswith(f"{ERRORS}.")}
    assert translated - codes == set()


def test_every_error_that_the_app_can_meet_is_translated():
    # Only the terminal or the server's clients meet these: the app does none of it.
    elsewhere = {"cli", "export", "descriptions", "documents", "engines", "evaluation", "serving", "scale"}
    for_the_server = {"generation/lanes.py", "app/server.py"}
    texts = read_texts("pt_BR")
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE)
        if (
            place.parts[0] in elsewhere
            or place.name.startswith(("fetch", "download"))
            or place.as_posix() in for_the_server
        ):
            continue
        codes = set(re.findall(r'code="([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
        assert {code for code in codes if f"{ERRORS}.{code}" not in texts} == set(), place
