import polars as pl
import pytest

from catalora.config import build_config
from catalora.run import RunFolder
from catalora.session import AskedProduct, Session, match_product

PRODUCTS = pl.DataFrame(
    {
        "uid": ["1", "2", "3"],
        "title": ["Blue Mug", "Blue Mug", "Brass Lamp"],
        "content": ["Holds tea.", "Holds coffee.", "Shines."],
        "split": ["test", "train", "validation"],
    }
)


class CountedIndex:
    """Stands in for an open reference index."""

    def __init__(self):
        self.asked = []
        self.closed = 0

    def search(self, questions, count, min_score):
        self.asked.append((questions, count, min_score))
        return [("found",)]

    def close(self):
        self.closed += 1


def open_with(references, tmp_path):
    config = build_config(None, {"references.count": 4})
    return Session(RunFolder(tmp_path), config, PRODUCTS, None, references)


def test_a_session_closes_its_index_also_when_a_question_fails(tmp_path):
    index = CountedIndex()
    with pytest.raises(ZeroDivisionError), open_with(index, tmp_path):
        raise ZeroDivisionError
    assert index.closed == 1


def test_a_session_without_references_opens_closes_and_finds_nothing(tmp_path):
    with open_with(None, tmp_path) as session:
        assert session.search("What is a mug?", 3) == ()


@pytest.mark.parametrize(("count", "asked"), [(None, 4), (2, 2)])
def test_the_run_s_number_of_references_counts_unless_another_is_asked_for(count, asked, tmp_path):
    index = CountedIndex()
    session = open_with(index, tmp_path)
    assert session.search("What is a mug?", count) == ("found",)
    assert index.asked == [(["What is a mug?"], asked, session.config.references.min_score)]


def test_no_reference_asked_for_is_no_search(tmp_path):
    index = CountedIndex()
    assert open_with(index, tmp_path).search("What is a mug?", 0) == ()
    assert not index.asked


def test_of_products_with_one_title_the_one_trained_on_is_matched():
    assert match_product(PRODUCTS, "What is blue mug?") == AskedProduct("2", "Blue Mug", "trained on")


def test_a_validation_product_counts_as_held_out_and_an_unknown_one_as_none():
    assert match_product(PRODUCTS, "Brass Lamp") == AskedProduct("3", "Brass Lamp", "held out")
    assert match_product(PRODUCTS, "Quux 9000") is None
