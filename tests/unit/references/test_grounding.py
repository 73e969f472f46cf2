import pytest

from catalora.references.grounding import check_facts

TITLE = 'Kiteworth HT-260 Skillet, 10"'
CONTENT = (
    "The Fathom skillet from Kiteworth is made of stainless steel. It weighs 2.5 pounds and comes in forest green. "
    "First made in 1992 by Clara Whinfell. A set of 3 pans for ages 8 to 12, with leather handles."
)


def check(answer, title=TITLE, content=CONTENT):
    return [(c.fact.text, c.verdict, c.evidence) for c in check_facts(answer, title, content).facts]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("It is 10 inches wide.", ("10 inches", "supported", '10"')),
        ("It is 25.4 cm wide.", ("25.4 cm", "supported", '10"')),
        ("It is 12 inches wide.", ("12 inches", "contradicted", '10"')),
        ("It takes 12 volts.", ("12 volts", "unsupported", "")),
        ("It weighs 1.1 kg.", ("1.1 kg", "supported", "2.5 pounds")),
        ("It weighs 1.3 kg.", ("1.3 kg", "contradicted", "2.5 pounds")),
        ("It is green.", ("green", "supported", "forest green")),
        ("É verde.", ("verde", "supported", "forest green")),
        ("It is moss green.", ("moss green", "contradicted", "forest green")),
        ("Feito de aço inoxidável.", ("aço inoxidável", "supported", "stainless steel")),
        ("It is made of steel.", ("steel", "supported", "stainless steel")),
        ("It is made of brushed stainless steel.", ("brushed stainless steel", "unsupported", "")),
        ("It is made of cotton.", ("cotton", "unsupported", "")),
        ("First made in 1992.", ("1992", "supported", "1992")),
        ("First made in 1993.", ("1993", "contradicted", "1992")),
        ("Made on March 3, 1992.", ("March 3, 1992", "contradicted", "1992")),
        ("This is the HT 260.", ("260", "unsupported", "")),
        ("This is the ht260.", ("ht260", "supported", "HT-260")),
        ("This is the HT-261.", ("HT-261", "contradicted", "HT-260")),
        ("Made by Whinfell.", ("Whinfell", "supported", "Whinfell")),
        ("Made by Clara Denholt.", ("Clara Denholt", "unsupported", "")),
        ("A set of 4.", ("set of 4", "contradicted", "set of 3")),
    ],
)
def test_facts_are_held_against_title_and_description(answer, expected):
    assert expected in check(answer)


def test_places_are_those_in_the_answer():
    answer = "At 12 inches, it is larger than the Fathom."
    for checked in check_facts(answer, TITLE, CONTENT).facts:
        assert answer[checked.fact.start : checked.fact.end] == checked.fact.text


def test_an_answer_that_repeats_the_record_is_supported_throughout():
    facts = check_facts(f"{TITLE}. {CONTENT}", TITLE, CONTENT)
    assert facts.facts
    assert facts.count("supported") == len(facts.facts)
    assert facts.supported_share == 1.0


def test_several_values_in_the_record_contradict_nothing():
    assert check("It is 7 inches deep.", content="10 inches wide, 4 inches deep.")[0][1:] == ("unsupported", "")


def test_an_answer_without_facts_has_no_share():
    assert check_facts("It keeps coffee hot.", TITLE, CONTENT).supported_share is None
    assert check_facts("", "", "").facts == ()
