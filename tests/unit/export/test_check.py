from catalora.export.check import Reference, compare_answers


def compare(ours, theirs):
    questions = tuple(f"question {n}" for n in range(len(ours)))
    reference = Reference(questions, questions, ((),) * len(ours), tuple(map(tuple, ours)), 8, "here")
    return compare_answers(reference, theirs, "engine", lambda ids: " ".join(map(str, ids)), 1.0, len(ours))


def test_equal_answers_have_no_difference():
    check = compare([[5, 6, 1], [7, 1]], [[5, 6, 1], [7, 1]])
    assert (check.identical, check.differing, check.first) == (2, 0, None)
    assert check.differing_share == 0


def test_the_first_difference_is_named_and_the_share_counts_places():
    check = compare([[5, 6, 1], [7, 8, 9, 1]], [[5, 6, 1], [7, 8, 4, 4]])
    assert (check.identical, check.differing, check.tokens) == (1, 2, 7)
    assert (check.first.question, check.first.token) == ("question 1", 2)
    assert (check.first.expected, check.first.found) == ("9 1", "4 4")


def test_an_answer_that_ends_early_differs_in_what_it_lacks():
    check = compare([[5, 6, 7, 1]], [[5, 1]])
    assert (check.differing, check.tokens, check.first.token) == (3, 4, 1)
    assert compare([[5, 1]], [[5, 1, 9, 9]]).differing == 2
