"""Marks in an answer, and the HTML that shows them: whole, counted, and harmless."""

import doctest
import re
from html.parser import HTMLParser

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.references import marks as marks_module
from catalora.references.marks import CopyMark, FactMark, Marks, cut_pieces
from catalora.references.markup import SIGNS, render_evidence, render_marked
from catalora.references.records import ProductRecord
from catalora.references.spans import build_spans
from catalora.references.trace import gather_evidence, mark_answer
from catalora.references.wording import WORDS
from tests.unit.references.words import WordEmbedder

HOSTILE = '<img src="http://beacon.invalid/x.png" onerror="alert(1)"><script>x</script>'
RECORD = ProductRecord("K1", 'Kettle, 10"', "A steel kettle of 10 in. It weighs 2 pounds.", "held out", 1.0)
TRAINED = f"Pour it slowly over fresh grounds and wait {HOSTILE}."
ANSWER = (
    f"A kettle of 10 inches in steel. It weighs 3 pounds. In red, pour it slowly over fresh grounds and wait {HOSTILE}"
)


class TextReader(HTMLParser):
    """What a reader sees, and which elements there are."""

    def __init__(self):
        super().__init__()
        self.text, self.tags = "", set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def read(html):
    reader = TextReader()
    reader.feed(html)
    return reader


@pytest.fixture
def marks(tmp_path):
    table = pl.DataFrame({"uid": ["T1"], "title": [f"Coffee {HOSTILE}"], "content": [TRAINED]})
    spans = build_spans(tmp_path, table["uid"].to_list(), table["content"].to_list(), fingerprint="rows")
    return mark_answer(gather_evidence(ANSWER, spans, RECORD, (), WordEmbedder()), table)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(marks_module).failed == 0


def test_facts_are_told_apart_by_what_the_record_says(marks):
    labels = {ANSWER[mark.start : mark.end]: (mark.label, mark.evidence) for mark in marks.facts}
    assert labels["10 inches"] == ("titled", '10"')
    assert labels["steel"] == ("supported", "steel")
    assert labels["3 pounds"] == ("contradicted", "2 pounds")
    assert labels["red"][0] == "unsupported"


def test_copied_words_name_the_row_that_holds_them(marks):
    (copy,) = marks.copies
    assert ANSWER[copy.start : copy.end].startswith("it slowly over fresh grounds and wait")
    (holder,) = copy.holders
    assert holder.uid == "T1"
    assert holder.before + ANSWER[copy.start : copy.end] + holder.after == TRAINED


@pytest.mark.parametrize("language", WORDS)
def test_hostile_text_is_shown_and_obeyed_nowhere(marks, language):
    shown = read(render_evidence(ANSWER, marks, WORDS[language], str))
    assert not {"img", "script", "a", "iframe"} & shown.tags
    assert shown.text.count(HOSTILE) >= 2
    assert WORDS[language]["contradicted"] in shown.text


def test_without_a_record_no_fact_is_said_to_be_checked(tmp_path):
    table = pl.DataFrame({"uid": ["T1"], "title": ["x"], "content": [TRAINED]})
    spans = build_spans(tmp_path, ["T1"], [TRAINED], fingerprint="rows")
    marks = mark_answer(gather_evidence("It weighs 3 pounds.", spans, None, (), WordEmbedder()), table)
    shown = read(render_evidence("It weighs 3 pounds.", marks, WORDS["en"], str)).text
    assert WORDS["en"]["not_checked"] in shown
    assert WORDS["en"]["unsupported"] not in shown
    assert WORDS["en"]["retold"] not in shown


places = st.tuples(st.integers(0, 40), st.integers(1, 20))


@given(st.text(min_size=61, max_size=61), st.lists(places, max_size=4), st.lists(places, max_size=4))
def test_the_pieces_of_an_answer_are_the_answer(text, copies, facts):
    marks = Marks(
        0.0,
        tuple(CopyMark(start, start + length, 6, 1, ()) for start, length in copies),
        tuple(FactMark(start, start + length, "unsupported", "") for start, length in facts),
        {},
        True,
    )
    pieces = cut_pieces(text, marks)
    assert "".join(piece.text for piece in pieces) == text
    assert sorted(number for piece in pieces for number in piece.ending) == list(range(1, len(copies) + 1))
    covered = {place for start, length in copies for place in range(start, start + length)}
    assert sum(len(piece.text) for piece in pieces if piece.copied) == len(covered)


def test_signs_and_numbers_stand_behind_what_they_belong_to():
    marks = Marks(1.0, (CopyMark(0, 13, 6, 1, ()),), (FactMark(2, 6, "titled", ""),), {}, True)
    assert read(render_marked("A 2 oz jar of jam", marks)).text == f"A 2 oz{SIGNS['titled']} jar of[1] jam"
    assert re.findall(r'class="([^"]+)"', render_marked("A 2 oz jar of jam", marks)) == [
        "copied",
        "copied fact titled",
        "copied",
    ]
