import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis.strategies import lists, text

from catalora.references.titles import QUESTION_WORDS, TitleIndex, normalise_title, write_titles
from tests.unit.references.words import TITLES, UIDS


@pytest.fixture
def titles(tmp_path):
    write_titles(tmp_path, UIDS, TITLES)
    index = TitleIndex(tmp_path)
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


def test_limit_is_kept_and_equal_titles_come_by_position(titles):
    assert list(titles.find_similar("kettle scarf", 1)) == [3]
    assert list(titles.find_similar("blue scarf", 1)) == [4]


@given(lists(text("abc ", max_size=12), min_size=1, max_size=8), text("abcd ", max_size=8))
def test_titles_rank_as_the_formula_says(some, question):
    words = [title.split() for title in some]
    mean = sum(max(len(own), 1) for own in words) / len(words)

    def score(own):
        total = 0.0
        for word in set(question.split()) - QUESTION_WORDS:
            having = sum(word in others for others in words)
            weight = math.log(1 + (len(words) - having + 0.5) / (having + 0.5))
            count = own.count(word)
            total += weight * count / (count + 1.2 * (0.25 + 0.75 * max(len(own), 1) / mean))
        return total

    with TemporaryDirectory() as folder:
        write_titles(Path(folder), [str(i) for i in range(len(some))], some)
        index = TitleIndex(Path(folder))
        found = index.find_similar(question, len(some))
        counts = index.count_titles(["a", "ab", "zz"])
        index.close()
    best = max(map(score, words))
    expected = {i: score(own) / best for i, own in enumerate(words) if score(own) > 0}
    assert found == pytest.approx(expected, rel=1e-4)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert counts == {word: having for word in ("a", "ab") if (having := sum(word in own for own in words))}


def test_titles_without_a_word_are_no_obstacle(tmp_path):
    write_titles(tmp_path, ["1", "2"], ["", "!!!"])
    index = TitleIndex(tmp_path)
    assert index.count == 2
    assert index.find_similar("kettle", 5) == {}
    index.close()


def test_very_long_questions_are_cut(titles):
    assert titles.find_named("word " * 50_000) == {}
    assert titles.find_similar("kettle " + "word " * 50_000, 3)


def test_titles_are_stored_as_they_are(tmp_path):
    odd = ["é 'quoted' \"title\"", "", "🧣🧣", "a" * 2000, "=1+1; DROP TABLE product"]
    write_titles(tmp_path, ["1", "1", "", "x", "y"], odd)
    index = TitleIndex(tmp_path)
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
