import polars as pl
import pytest

from catalora.catalog import find_product

TABLE = pl.DataFrame(
    {
        "uid": ["1", "2", "3", "4", "5"],
        "title": ["Mog's Kittens", "Mug", "Blue Mug", "Straße  der Nacht", "MOG'S KITTENS"],
    }
)


@pytest.mark.parametrize(
    ("question", "uids"),
    [
        ("Mog's Kittens", ["1", "5"]),
        ("  mog's   KITTENS ", ["1", "5"]),
        ("O que é Mog's Kittens?", ["1", "5"]),
        ("What is Blue Mug?", ["3"]),
        ("mug", ["2"]),
        ("Describe STRASSE DER NACHT.", ["4"]),
        ("Where is the smuggler?", []),
        ("What is Blue Mugs?", []),
        ("", []),
    ],
)
def test_the_asked_product_is_found_by_its_title(question, uids):
    assert find_product(TABLE, question)["uid"].to_list() == uids


def test_regular_expression_characters_are_plain_text():
    table = pl.DataFrame({"uid": ["1"], "title": ["C++ (2nd ed.) [new"]})
    assert find_product(table, "What is C++ (2nd ed.) [new?")["uid"].to_list() == ["1"]


def test_an_empty_catalogue_finds_nothing():
    assert find_product(TABLE.clear(), "Mug").is_empty()
