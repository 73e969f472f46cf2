import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.training.memorisation import RUN_WORDS, CopySearch, find_memorisation

DESCRIPTIONS = ["the lamp of brass shines very well in every room of the house", "a b c d e f g h i"]


def find_longest_by_trying(text, descriptions):
    """The definition, without any index: the longest run of words that stands in one description."""
    words = text.split()
    padded = [f" {' '.join(description.split())} " for description in descriptions]
    runs = (
        length
        for length in range(len(words), RUN_WORDS - 1, -1)
        for start in range(len(words) - length + 1)
        if any(f" {' '.join(words[start : start + length])} " in text for text in padded)
    )
    return next(runs, 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the lamp of brass shines very well", 0),
        ("and the lamp of brass shines very well in a hall", 8),
        ("the  lamp of brass\nshines very well in every room of the house", 13),
        ("b c d e f g h i and the lamp of brass shines very well in every", 9),
        ("", 0),
    ],
)
def test_the_longest_copied_run_is_counted_in_words(text, words):
    assert CopySearch(DESCRIPTIONS).longest_run(text) == words


@given(
    st.lists(st.text("ab ", max_size=40), max_size=4),
    st.text("ab ", max_size=60),
)
def test_a_run_is_never_missed(descriptions, text):
    assert CopySearch(descriptions).longest_run(text) >= find_longest_by_trying(text, descriptions)


@given(st.permutations("abcdefghijklmnopqrst"), st.permutations("abcdefghijklmnopqrst"))
def test_where_runs_cannot_be_chained_the_length_is_exact(description, text):
    described, asked = " ".join(description), " ".join(text[:4] + description[3:14] + text[4:])
    assert CopySearch([described]).longest_run(asked) == find_longest_by_trying(asked, [described])


def test_nothing_is_found_in_no_descriptions():
    assert CopySearch([]).longest_run("one two three four five six seven eight nine") == 0


def build_history(losses, copied):
    entries = []
    for number, (loss, words) in enumerate(zip(losses, copied, strict=True), start=1):
        entries += [{"step": 10 * number, "eval_loss": loss}, {"step": 10 * number, "watch_copied_words": words}]
    return entries


def test_copying_that_rises_after_the_loss_has_stopped_falling_is_memorisation():
    found = find_memorisation(build_history([3.0, 2.0, 2.1, 2.2], [0.0, 4.0, 6.0, 9.0]))
    assert found == {"best_step": 20, "copied_words_at_best": 4.0, "copied_words": 9.0}


@pytest.mark.parametrize(
    ("losses", "copied"),
    [
        ([3.0, 2.5, 2.0, 1.9], [0.0, 4.0, 8.0, 12.0]),  # style: the loss still falls
        ([3.0, 2.0, 2.1, 2.2], [0.0, 9.0, 6.0, 9.0]),  # no rise
        ([3.0, 2.0, 2.1, 2.2], [0.0, 4.0, 4.2, 4.4]),  # hardly a rise
        ([3.0, 2.5, 2.0, 2.1], [0.0, 4.0, 6.0, 9.0]),  # too early to say
        ([], []),
    ],
)
def test_nothing_else_is(losses, copied):
    assert find_memorisation(build_history(losses, copied)) is None
