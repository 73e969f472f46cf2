import polars as pl
import pytest

from catalora.references.generations import read_current
from catalora.references.records import open_records

PRODUCTS = pl.DataFrame(
    {
        "uid": ["a", "b", "c", "d", "e", "f"],
        "title": [
            "Kiteworth HT-260 Cast Iron Skillet, 10-Inch",
            "Kiteworth HT-300 Cast Iron Skillet, 12-Inch",
            "The Ashen Shore",
            "Blue Wool Scarf",
            "Blue Wool Scarf",
            "Northwave Studio Headphones",
        ],
        "content": [f"Description {i}." for i in range(6)],
        "split": ["train", "test", "test", "validation", "train", "train"],
    }
)


@pytest.fixture
def records(tmp_path):
    finder = open_records(tmp_path, PRODUCTS, fingerprint="rows")
    yield finder
    finder.close()


@pytest.mark.parametrize("form", ["{}", "What is {}?", "O que é {}?", "Somebody mentioned {}; what exactly is that?"])
@pytest.mark.parametrize(("row", "status"), [(0, "trained on"), (1, "held out"), (2, "held out")])
def test_a_product_asked_by_its_title_is_found_trained_on_or_not(records, form, row, status):
    found = records.find(form.format(PRODUCTS["title"][row]), 0.7)
    assert (found.uid, found.content, found.status, found.score) == ("abcdef"[row], f"Description {row}.", status, 1.0)


def test_of_equal_titles_one_that_was_trained_on_is_taken(records):
    assert records.find("What is Blue Wool Scarf?", 0.7).uid == "e"


def test_some_words_of_a_title_are_enough_when_they_tell_most_of_it(records):
    found = records.find("What is the Northwave headphones?", 0.5)
    assert found.uid == "f"
    assert 0.5 <= found.score < 1


@pytest.mark.parametrize(
    "question",
    [
        "What is Kiteworth HT-999 Cast Iron Skillet, 10-Inch?",
        "What is Velderhaus HT-260 Cast Iron Wok?",
        "The Golden Shore",
        "Red Wool Scarf",
        "What is the capital of France?",
        "",
        "???",
    ],
)
def test_what_is_not_in_the_catalogue_has_no_record(records, question):
    assert records.find(question, 0.7) is None


def test_a_word_left_out_weighs_less_than_one_added(records):
    short = records.find("Kiteworth HT-260 Iron Skillet, 10-Inch", 0.0)
    other = records.find("Kiteworth HT-260 Cast Iron Copper Skillet, 10-Inch", 0.0)
    assert short.uid == other.uid == "a"
    assert short.score > 0.9
    assert other.score < 0.7


def test_the_titles_are_indexed_once_and_anew_for_other_products(tmp_path):
    open_records(tmp_path, PRODUCTS, fingerprint="rows").close()
    first = read_current(tmp_path)
    open_records(tmp_path, PRODUCTS, fingerprint="rows").close()
    assert read_current(tmp_path) == first
    other = open_records(tmp_path, PRODUCTS[:3], fingerprint="other")
    assert read_current(tmp_path) != first
    assert other.find("Northwave Studio Headphones", 0.7) is None
    (read_current(tmp_path) / "titles.sqlite").write_bytes(b"no database")
    repaired = open_records(tmp_path, PRODUCTS[:3], fingerprint="other")
    assert repaired.find("The Ashen Shore", 0.7).uid == "c"
    (read_current(tmp_path) / "title-words" / "params.index.json").write_text('{"depth": 3}')
    again = open_records(tmp_path, PRODUCTS[:3], fingerprint="other")
    assert again.find("The Ashen Shore", 0.7).uid == "c"
