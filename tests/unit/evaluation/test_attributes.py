import pytest

from catalora.evaluation.attributes import ProductAttributes, Source
from catalora.references.facts import extract_facts

TITLE = "Foxhollow Pan KG-720C, 12-Inch"
DESCRIPTION = "A pan of brushed steel by Una Marsh. It weighs 2.5 pounds."


@pytest.mark.parametrize(
    ("answer", "stated", "supported"),
    [
        ("", 0, 0),
        ("A good pan for every day.", 0, 0),
        ("The pan is 12 inches wide.", 1, 1),
        ("The pan is 30 cm wide.", 1, 1),  # 12 inches, rounded as people do
        ("The pan is 14 inches wide.", 1, 0),
        ("Made by Una Marsh, it weighs 2.5 lbs.", 2, 2),
        ("Made by Otto Vane.", 1, 0),
        ("Modelo KG720C, de 12 polegadas.", 2, 2),
        ("It is 12 inches wide. Really 12 inches wide!", 1, 1),
    ],
)
def test_attributes_of_an_answer_are_held_against_title_and_description(answer, stated, supported):
    counts = ProductAttributes(TITLE, DESCRIPTION).count(answer)
    assert (counts.stated, counts.supported) == (stated, supported)


def test_recall_counts_the_title_s_numbers_models_and_longer_words():
    product = ProductAttributes("Foxhollow Soup Pan, 12-Inch", DESCRIPTION)
    assert product.count("").wanted == 3  # foxhollow, soup, 12-inch
    assert product.count("").kept == 0
    assert product.count("A FOXHOLLOW soup bowl").kept == 2
    assert product.count("Foxhollow soup pan of 12 inches").kept == 3
    assert product.count("Foxhollows for soups, 13 inches").kept == 0


def test_a_description_supports_all_that_it_states_itself():
    source = Source(f"{TITLE}\n{DESCRIPTION}")
    assert all(map(source.supports, extract_facts(DESCRIPTION)))
