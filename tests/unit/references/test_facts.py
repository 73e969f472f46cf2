from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.references.facts import Fact, extract_facts
from catalora.references.quantities import agree, find_quantities, is_rival, read_amount


def show(text, ordinary_words=None):
    return [(fact.kind, fact.text, fact.key) for fact in extract_facts(text, ordinary_words)]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_facts_are_pieces_of_the_text_in_order_without_overlap(text):
    facts = extract_facts(text)
    assert all(text[fact.start : fact.end] == fact.text and fact.start < fact.end for fact in facts)
    assert all(before.end <= after.start for before, after in pairwise(facts))


@pytest.mark.parametrize(
    "text",
    ['12"', "12 in", "12 in.", "12 inches", "12-inch", "twelve inches", "12 polegadas", "12″", "1 ft", "12.0 inches"],
)
def test_spellings_of_one_length_agree(text):
    (found,) = find_quantities(f"It is {text} wide")
    (twelve,) = find_quantities("12 inches")
    assert agree(found, twelve)
    assert agree(twelve, found)


@pytest.mark.parametrize(
    ("said", "recorded", "expected"),
    [
        ("12 inches", "30 cm", True),
        ("12 inches", "12 cm", False),
        ("12 inches", "12.5 inches", False),
        ("2,5 kg", "2.5 kilograms", True),
        ("1,500 watts", "1.5 kW", True),
        ("58 inches", "30 x 58 inches", True),
        ("58 x 30-inch", '30" x 58"', True),
        ("30 x 30 inches", "30 x 58 inches", False),
        ("36 projects", "36 projects", True),
        ("36 projects", "36", True),
        ("36 projects", "36 recipes", False),
        ("120 pieces", "120-Piece", True),
        ("ages 3 and up", "ages 3 to 6", False),
        ("ages 3 and older", "ages 3 and up", True),
        ("two sisters", "2 sisters", True),
        ("ages 4 to 8", "ages 4 to 7", False),
        ("third edition", "3rd edition", True),
        ("Book 2", "Book 3", False),
        ("2 TB", "2000 GB", True),
        ("5 ounces", "5 volts", False),
    ],
)
def test_a_quantity_follows_from_another(said, recorded, expected):
    (left,), (right,) = find_quantities(said), find_quantities(recorded)
    assert agree(left, right) == expected


def test_rivals_measure_or_count_the_same_sort_of_thing():
    inches, centimetres, watts = find_quantities("5 inches, 7 cm, 9 watts")
    recipes, projects, more_recipes = find_quantities("12 recipes; 36 projects; 40 quick recipes")
    assert is_rival(inches, centimetres)
    assert not is_rival(inches, watts)
    assert is_rival(recipes, more_recipes)
    assert not is_rival(recipes, projects)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,500", 1500),
        ("2,5", 2.5),
        ("1 1/2", 1.5),
        ("5-1/2", 5.5),
        ("3/4", 0.75),
        ("2½", 2.5),
        ("½", 0.5),
        ("ten", 10),
    ],
)
def test_amounts_are_read_as_people_write_them(text, amount):
    assert read_amount(text) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There are 12 in the box.", [("number", "12", "count 12")]),
        ('A book called "Catch 22" and more', [("number", "22", "count 22")]),
        ('3/4" wide, 4-1/4" long', [("number", '3/4"', "length 0.01905"), ("number", '4-1/4"', "length 0.10795")]),
        ("the HT-260 drill", [("model", "HT-260", "HT260")]),
        ("sold as wm3431hs", [("model", "wm3431hs", "WM3431HS")]),
        ("item number 36250", [("model", "36250", "36250")]),
        ("the 1st of many", []),
        ("set in 1717 and 1720s", [("date", "1717", "1717"), ("date", "1720s", "1720s")]),
        ("a band of the '90s", [("date", "'90s", "1990s")]),
        ("as in the 50s", [("date", "50s", "1950s")]),
        ("moda dos anos 80", [("date", "80", "1980s")]),
        ("trabalha há anos 80 cm acima", [("number", "80 cm", "length 0.8")]),
        ("The words 12 mean that", [("number", "12", "count 12")]),
        ("out March 5, 2023", [("date", "March 5, 2023", "2023-03-05")]),
        ("lançado em 5 de março de 2023", [("date", "5 de março de 2023", "2023-03-05")]),
        ("with 1500 recipes", [("number", "1500 recipes", "count 1500")]),
        ("in navy blue", [("colour", "navy blue", "navy")]),
        ("azul-marinho", [("colour", "azul-marinho", "navy")]),
        ("finished in cream, with cream inside", [("colour", "cream", "cream")]),
        ("steel gray", [("colour", "steel gray", "steel grey")]),
        ("de aço inoxidável", [("material", "aço inoxidável", "stainless steel")]),
        ("recycled polyester", [("material", "recycled polyester", "recycled polyester")]),
        ("size XL", [("size", "XL", "xl")]),
        ("the size is 72-inch", [("number", "72-inch", "length 1.8288")]),
        ("in women's sizes", [("size", "women", "women")]),
        ("by Richard P. Martin", [("name", "Richard P. Martin", "richard p martin")]),
        ("from Dunmore & Pike", [("name", "Dunmore & Pike", "dunmore pike")]),
        ("Recorded in Northwyke", [("name", "Northwyke", "northwyke")]),
        ("1.Artículo de algodón", []),
        ("by Ti\u00eau\u0301 Nga", [("name", "Ti\u00eau\u0301 Nga", "tieu nga")]),
        ("It keeps coffee hot all day.", []),
    ],
)
def test_what_is_a_fact_and_what_it_says(text, expected):
    assert show(text) == expected


def test_a_capital_at_the_start_of_a_sentence_is_a_name_unless_the_catalogue_writes_it_small():
    text = "Papers stay flat. Kiteworth makes it."
    assert show(text) == []
    assert show(text, ordinary_words={"papers"}) == [("name", "Kiteworth", "kiteworth")]


def test_the_same_text_gives_the_same_facts():
    text = "The Fathom hose from Dunmore & Pike is 50 feet long, in forest green, model HT-260."
    assert extract_facts(text) == extract_facts(text)
    assert isinstance(extract_facts(text)[0], Fact)
