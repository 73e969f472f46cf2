from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalora.catalog.near_duplicates import compute_signatures, find_clusters, join_signatures

TEXT = [f"word{n}" for n in range(60)]


def cluster(texts, similarity=0.5):
    return find_clusters(compute_signatures(pl.Series(texts, dtype=pl.String)), similarity).tolist()


def word_pairs(words):
    return set(pairwise(words))


@pytest.mark.parametrize("replaced", [0, 3, 6, 15, 30])
def test_signatures_estimate_the_share_of_common_word_pairs(replaced):
    edited = [f"new{n}" if n < replaced else word for n, word in enumerate(TEXT)]
    left, right = compute_signatures(pl.Series([" ".join(TEXT), " ".join(edited)])).pairs
    exact = len(word_pairs(TEXT) & word_pairs(edited)) / len(word_pairs(TEXT) | word_pairs(edited))
    assert (left == right).mean() == pytest.approx(exact, abs=0.15)


@pytest.mark.parametrize("words", [20, 60, 400])
def test_descriptions_edited_in_a_fifth_of_their_words_are_clustered_and_others_are_not(words):
    random = np.random.default_rng(3)
    originals = [[f"w{n}" for n in random.integers(5_000, size=words)] for _ in range(200)]
    texts = [" ".join(original) for original in originals]
    for original in originals:
        edited = list(original)
        for place in random.choice(words, words // 5, replace=False):
            edited[place] = f"w{random.integers(5_000)}"
        texts.append(" ".join(edited))
    clusters = cluster(texts)
    assert clusters[:200] == list(range(200))
    assert sum(left == right for left, right in zip(clusters[:200], clusters[200:], strict=True)) >= 195


def test_batches_are_compared_like_one():
    texts = pl.Series([" ".join(TEXT), "A brass lamp.", "", "A brass lamp.", " ".join(TEXT[:50])])
    parts = join_signatures([compute_signatures(texts[:2]), compute_signatures(texts[2:])])
    assert find_clusters(parts, 0.5).tolist() == cluster(texts.to_list()) == [0, 1, 2, 1, 0]


def test_products_of_a_short_template_are_apart():
    colours = ("Blue", "Rust red", "Green checked", "Navy", "Dark grey melange", "Off-white", "Wine", "Light pink")
    texts = [f"{colour} trousers with {n} pockets and a zip" for n, colour in enumerate(colours, start=2)]
    assert cluster(texts) == list(range(len(texts)))


def test_case_and_punctuation_do_not_count():
    assert cluster(["A warm, woollen blanket for winter.", "a WARM woollen blanket - for winter"]) == [0, 0]


def test_the_order_of_words_counts():
    assert cluster([" ".join(TEXT), " ".join(reversed(TEXT))]) == [0, 1]


def test_chains_are_one_cluster():
    texts = [" ".join(f"word{n}" for n in range(start, start + 30)) for start in range(0, 60, 3)]
    assert set(cluster(texts)) == {0}


@pytest.mark.parametrize("texts", [[], ["one"], ["!!!", "???", "!!!"], ["日本語の説明", "日本語の説明"], ["", ""]])
def test_odd_texts_are_clustered_only_with_their_equals(texts):
    assert cluster(texts) == [texts.index(text) for text in texts]


@given(st.lists(st.text(max_size=20), max_size=8))
@settings(max_examples=50, deadline=None)
def test_equal_texts_share_a_cluster_and_the_number_is_the_smallest_row(texts):
    clusters = cluster(texts)
    for row, text in enumerate(texts):
        assert clusters[row] == clusters[texts.index(text)] <= row
        assert clusters[clusters[row]] == clusters[row]
