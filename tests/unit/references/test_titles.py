import pytest
from hypothesis import given
from hypothesis.strategies import text

from catalora.references.titles import TitleIndex, normalise_title, write_titles
from tests.unit.references.words import TITLES, UIDS


@pytest.fixture
def titles(tmp_path):
    write_titles(tmp_path / "titles.sqlite", UIDS, TITLES)
    index = TitleIndex(tmp_path / "titles.sqlite")
    yield index
    index.close()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Emma", {2}),
        ("What is Emma?", {2}),
        ("o que é EMMA", {2}),
        ("O que e emma?", {2}),
        ("Qual é a descrição do produto Lantern of the North?", {0}),
        ("What is copper kettle 2 L?", {1}),
        ("Fale sobre Blue Wool Scarf.", {4, 5}),
        ("Compare Lantern of the North and Blue Wool Scarf", {0, 4, 5}),
        ("What did Emma cook for dinner?", set()),
        ("Which kettle whistles?", set()),
        ("What is the capital of France?", set()),
        ("", set()),
        ("???", set()),
    ],
)
def test_products_are_named_by_their_whole_title(titles, question, expected):
    assert set(titles.find_named(question)) == expected


def test_a_title_inside_a_longer_named_one_does_not_count(titles):
    # "Kettle" is a title of its own, but here it is part of another.
    assert set(titles.find_named("What is Copper kettle, 2 l?")) == {1}


def test_shared_title_words_rank_products(titles):
    similar = titles.find_similar("a scarf in blue, please", 10)
    assert list(similar)[:2] == [4, 5]
    assert similar[4] == 1.0
    assert all(0 <= score <= 1 for score in similar.values())


@pytest.mark.parametrize("question", ["", "what is it?", "!!!", '" OR name:*', "zebra"])
def test_nothing_in_common_finds_nothing(titles, question):
    assert titles.find_similar(question, 5) == {}


def test_limit_is_kept(titles):
    assert len(titles.find_similar("kettle scarf", 1)) == 1


def test_very_long_questions_are_cut(titles):
    assert titles.find_named("word " * 50_000) == {}
    assert titles.find_similar("kettle " + "word " * 50_000, 3)


def test_titles_are_stored_as_they_are(tmp_path):
    odd = ["é 'quoted' \"title\"", "", "🧣🧣", "a" * 2000, "=1+1; DROP TABLE product"]
    write_titles(tmp_path / "t.sqlite", ["1", "1", "", "x", "y"], odd)
    index = TitleIndex(tmp_path / "t.sqlite")
    assert [title for _, (_, title) in sorted(index.read(range(5)).items())] == odd
    assert index.find_named("🧣🧣") == {}
    assert set(index.find_named('What is e "quoted" title?')) == {0}
    index.close()


@given(text())
def test_normalising_twice_changes_nothing(title):
    once = normalise_title(title)
    assert normalise_title(once) == once


def test_normalising_folds_case_accents_and_punctuation():
    assert normalise_title("ÀÉÎ ½ “Mog's” Käse-Löffel_7 №5 ﬁn") == "aei 1 2 mog s kase loffel 7 no5 fin"
