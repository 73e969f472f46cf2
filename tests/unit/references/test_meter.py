import doctest
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.references import meter
from catalora.references.grounding import check_facts
from catalora.references.meter import READINGS, measure_closeness, read_meter, split_sentences
from catalora.references.spans import build_spans
from tests.unit.references.words import WordEmbedder

RECORD = "A steel kettle for the camp fire. It boils two litres and whistles when it is done."
ELSEWHERE = "Pour it slowly over fresh grounds and wait for a while."


@pytest.fixture
def spans(tmp_path):
    return build_spans(tmp_path, ["a", "b"], [RECORD, ELSEWHERE], fingerprint="rows")


def read(answer, spans, record=RECORD):
    check = check_facts(answer, "Kettle", record, spans) if record else None
    return read_meter(answer, spans.find_copies(answer), check, record, WordEmbedder())


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(meter).failed == 0


@given(st.text(max_size=120))
def test_sentences_are_pieces_in_order_that_hold_every_word(text):
    places = split_sentences(text)
    assert all(start < end for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    kept = "".join(text[start:end] for start, end in places)
    assert [c for c in text if c.isalnum()] == [c for c in kept if c.isalnum()]


def test_each_sentence_has_its_reading(spans):
    answer = (
        "It boils two litres and whistles when it is done. A steel kettle and a camp fire. "
        "It weighs 3 pounds. Nobody knows why cats purr."
    )
    found = read(answer, spans)
    assert [sentence.reading for sentence in found.sentences] == ["copied", "retold", "invented", "other"]
    assert sum(found.shares.values()) == pytest.approx(1.0)
    assert found.shares["copied"] == pytest.approx(10 / 26)


def test_what_is_copied_from_another_product_is_copied_too(spans):
    assert [s.reading for s in read(ELSEWHERE, spans).sentences] == ["copied"]


def test_without_a_record_nothing_is_called_invented_or_retold(spans):
    found = read("It weighs 3 pounds. A steel kettle and a camp fire.", spans, record=None)
    assert not found.has_record
    assert {sentence.reading for sentence in found.sentences} == {"other"}


@pytest.mark.parametrize("answer", ["", " \n", "?!"])
def test_an_answer_without_words_has_no_shares(answer, spans):
    assert read(answer, spans).shares == dict.fromkeys(READINGS, 0.0)


def test_closeness_is_to_the_nearest_sentence_of_the_record():
    (same, far) = measure_closeness(["A steel kettle for the camp fire.", "zebra"], RECORD, WordEmbedder())
    assert same == pytest.approx(1.0)
    assert far < 0.5
    assert measure_closeness(["x"], None, WordEmbedder()) == [None]
