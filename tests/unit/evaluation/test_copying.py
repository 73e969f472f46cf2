from hypothesis import given, settings
from hypothesis import strategies as st

from catalora.evaluation.copying import find_copied_runs

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "pão", "🙂", "x,"]), max_size=12).map(" ".join)


def find_plainly(answer, training):
    """Words of the longest run, by trying them all."""
    words = answer.split()
    known = [f" {' '.join(text.split())} " for text in training]
    runs = [words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    return max((len(run) for run in runs if any(f" {' '.join(run)} " in text for text in known)), default=0)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TEXTS, max_size=4))
@settings(max_examples=300, deadline=None)
def test_the_longest_run_is_that_of_trying_all(answers, training):
    for answer, run in zip(answers, find_copied_runs(answers, training), strict=True):
        assert run.words == find_plainly(answer, training)
        assert len(run.text.split()) == run.words
        assert run.text in " ".join(answer.split())
        assert run.share == (run.words / len(answer.split()) if answer.split() else 0.0)


def test_a_run_never_crosses_from_one_description_into_the_next():
    (run,) = find_copied_runs(["keeps soup warm for hours"], ["it keeps soup", "warm for hours and"])
    assert run.text == "warm for hours"


def test_a_verbatim_answer_is_copied_whole_and_an_empty_one_is_not():
    whole, empty = find_copied_runs(["A pan of steel.", ""], ["A pan of steel."])
    assert (whole.words, whole.share) == (4, 1.0)
    assert (empty.words, empty.share, empty.text) == (0, 0.0, "")
