import random
from collections import Counter

import numpy as np
import pytest
from rouge_score import rouge_scorer, tokenizers

from catalora.evaluation import metrics

TEXT = """
a the pan steel Panela de AÇO inoxidável pão 北京 茶 emoji 🙂 14-inch O'Neil’s ﬁne Straße 3.5 — café naïve Ωmega
"""
WORDS = TEXT.split()


def make_pairs(count, seed=5):
    """Pairs with shared words; every tenth has an empty side or two."""
    generator = random.Random(seed)
    pairs = [("", ""), ("", "pan"), ("pan", ""), (" \n", "🙂")]
    while len(pairs) < count:
        first = generator.choices(WORDS, k=generator.randrange(0, 30))
        second = generator.sample(first, len(first) // 2) + generator.choices(WORDS, k=generator.randrange(0, 20))
        pairs.append((" ".join(first), "" if len(pairs) % 10 == 0 else " ".join(second)))
    return pairs


class UnicodeWords(tokenizers.Tokenizer):
    def tokenize(self, text):
        return metrics.split_words(text)


def test_rouge_l_equals_rouge_score_on_1000_pairs_of_any_script():
    scorer = rouge_scorer.RougeScorer(["rougeL"], tokenizer=UnicodeWords())
    for answer, description in make_pairs(1000):
        expected = scorer.score(description, answer)["rougeL"].fmeasure
        assert metrics.compute_rouge_l(answer, description) == pytest.approx(expected, abs=1e-12)


def test_rouge_l_equals_rouge_score_as_it_comes_where_all_letters_are_ascii():
    scorer = rouge_scorer.RougeScorer(["rougeL"])
    for first, second in make_pairs(1000):
        answer, description = (
            " ".join(w for w in text.split() if w.isalnum() and w.isascii()) for text in (first, second)
        )
        expected = scorer.score(description, answer)["rougeL"].fmeasure
        assert metrics.compute_rouge_l(answer, description) == pytest.approx(expected, abs=1e-12)


def compute_plain_chrf(answer, description, order=6, beta=2):
    """Popović 2015, sections 2 and 3: mean precision and recall over the orders that both texts have, then F."""
    said, true = ("".join(text.split()) for text in (answer, description))
    precisions, recalls = [], []
    for size in range(1, order + 1):
        a, b = (Counter(text[i : i + size] for i in range(len(text) - size + 1)) for text in (said, true))
        if a and b:
            common = (a & b).total()
            precisions.append(common / a.total())
            recalls.append(common / b.total())
    if not precisions or not sum(precisions):
        return 0.0
    precision, recall = np.mean(precisions), np.mean(recalls)
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def test_chrf_equals_the_formula_on_1000_pairs():
    for answer, description in make_pairs(1000):
        assert metrics.compute_chrf(answer, description) == pytest.approx(
            compute_plain_chrf(answer, description), abs=1e-9
        ), (answer, description)


def test_repetition_counts_runs_seen_before():
    for text, _ in make_pairs(1000):
        words, seen, repeated = metrics.split_words(text), set(), 0
        runs = [tuple(words[i : i + 4]) for i in range(max(0, len(words) - 3))]
        for run in runs:
            repeated += run in seen
            seen.add(run)
        assert metrics.compute_repetition(text) == pytest.approx(repeated / len(runs) if runs else 0.0)
    assert metrics.compute_repetition("round and round it goes " * 20) > 0.9


def draw_vectors(count, seed):
    vectors = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_reciprocal_ranks_are_those_of_sorting():
    answers, descriptions = draw_vectors(1000, 1), draw_vectors(1000, 2)
    scores = answers @ descriptions.T
    for place, found in enumerate(metrics.compute_reciprocal_ranks(answers, descriptions)):
        order = np.argsort(-scores[place])
        assert found == pytest.approx(1 / (list(order).index(place) + 1))


def test_a_constant_answer_gains_nothing_from_ties():
    same = np.ones((5, 4), dtype=np.float32) / 2
    assert metrics.compute_reciprocal_ranks(same, same).tolist() == pytest.approx([1 / 3] * 5)


def test_the_similarity_gain_of_the_own_description_is_positive_and_of_the_rival_s_negative():
    descriptions = draw_vectors(50, 3)
    rivals = metrics.choose_rivals(descriptions, seed=1)
    assert (rivals != np.arange(50)).all()
    own = metrics.compute_similarity_gains(descriptions, descriptions, rivals)
    other = metrics.compute_similarity_gains(descriptions[rivals], descriptions, rivals)
    assert (own > 0).all()
    assert other.tolist() == pytest.approx((-own).tolist(), abs=1e-6)


def test_rivals_come_from_the_nearest_titles_and_from_the_seed():
    titles = np.repeat(np.eye(2, 8, dtype=np.float32), 25, axis=0)
    rivals = metrics.choose_rivals(titles, seed=1)
    assert ((rivals < 25) == (np.arange(50) < 25)).all()
    assert rivals.tolist() == metrics.choose_rivals(titles, seed=1).tolist()
    assert rivals.tolist() != metrics.choose_rivals(titles, seed=2).tolist()
