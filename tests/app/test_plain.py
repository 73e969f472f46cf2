from hypothesis import given, settings
from hypothesis import strategies as st

from catalora.app.datasets import FieldChange, write_difference
from catalora.app.plain import reveal

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def test_marks_that_turn_direction_are_spelt_out():
    for mark in BIDI:
        assert mark not in reveal(f"a{mark}b")
        assert reveal(f"a{mark}b") == f"a\\u{ord(mark):04x}b"


def test_readable_text_of_any_script_stays_as_it_is():
    for text in ("Kerr's cat: 5 & 6 <b>", "מנורה", "ქოთანი", "👩‍🌾", "می‌خواهم", "a\nb\tc", "ação"):
        assert reveal(text) == text


@settings(deadline=None)
@given(st.text())
def test_revealing_twice_changes_nothing_more(text):
    assert reveal(reveal(text)) == reveal(text)


@settings(deadline=None)
@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"])))
def test_visible_characters_stay(text):
    assert reveal(text) == text


def test_a_change_is_written_line_by_line():
    change = FieldChange("Kerr&#39;s\ncat", "Kerr's\ncat", ("entities",))
    assert write_difference(change).splitlines()[:2] == ["- Kerr&#39;s", "+ Kerr's"]
