"""Choosing an engine; the speeds are made by waiting, far enough apart for any machine."""

import time

import pytest

from catalora.engines.choice import NEAR_TIE_NATS, choose_engine, list_gaps
from catalora.errors import ModelUnavailableError
from catalora.generation.batch import BatchGenerator, Generated
from catalora.progress import ignore_progress
from tests.tiny import build_model

SAMPLE = [[1, 40, 41, 42], [1, 90], [1, 77, 78, 79, 80, 81, 82], [1, 5, 6]]


class Slow(BatchGenerator):
    """The reference, with a wait."""

    def generate(self, prompts, max_new_tokens):
        time.sleep(0.4)
        return super().generate(prompts, max_new_tokens)


class Candidate:
    """Answers as the reference, changed by a function, after a wait."""

    def __init__(self, name, generator, seconds=0.0, change=lambda answers: answers, refusal=""):
        self.name, self.generator, self.seconds, self.change, self.refusal = name, generator, seconds, change, refusal
        self.opened = self.closed = 0

    def refuse(self):
        return self.refusal

    def open(self):
        self.opened += 1
        return self

    def generate(self, prompts, max_new_tokens):
        time.sleep(self.seconds)
        return self.change(BatchGenerator.generate(self.generator, prompts, max_new_tokens))

    def close(self):
        self.closed += 1


@pytest.fixture
def reference():
    return Slow(build_model(), [2], pad_id=0)


def choose(reference, *candidates, titles=1_000_000):
    return choose_engine(reference, candidates, SAMPLE, titles, 16, ignore_progress)


def another_token(answers):
    """The first answer begins with a token that is far from the best."""
    return [Generated([(answers[0].ids[0] + 100) % 260, *answers[0].ids[1:]], -1.0, False), *answers[1:]]


def test_a_faster_engine_with_the_same_answers_is_taken_and_all_are_let_go(reference):
    fast, faster = Candidate("fast", reference, 0.1), Candidate("faster", reference, 0.0)
    choice = choose(reference, fast, faster)
    assert choice.engine == "faster"
    assert [one.engine for one in choice.measured] == ["transformers", "fast", "faster"]
    assert [one.parted for one in choice.measured] == [0, 0, 0]
    assert "times the speed of transformers" in choice.reason
    assert (fast.opened, fast.closed, faster.opened, faster.closed) == (1, 1, 1, 1)


def test_one_that_is_hardly_faster_is_left(reference):
    choice = choose(reference, Candidate("same", reference, 0.4))
    assert choice.engine == "transformers"
    assert "same" in choice.reason and "taken from 1.5" in choice.reason


def test_one_that_answers_otherwise_is_left_however_fast(reference):
    choice = choose(reference, Candidate("wrong", reference, change=another_token))
    assert choice.engine == "transformers"
    wrong = choice.measured[1]
    assert wrong.parted == 1 and wrong.widest_gap_nats > NEAR_TIE_NATS
    assert "its answers are others" in choice.reason


def test_one_that_cannot_be_used_is_named_with_the_reason(reference):
    def fail(_answers):
        raise ModelUnavailableError("it ended", code="test")

    choice = choose(
        reference, Candidate("large", reference, refusal="no memory"), Candidate("broken", reference, change=fail)
    )
    assert choice.engine == "transformers"
    assert "large: not tried: no memory" in choice.reason
    assert "broken: failed: it ended" in choice.reason


def test_a_short_job_is_not_measured(reference):
    candidate = Candidate("fast", reference)
    choice = choose(reference, candidate, titles=10)
    assert (choice.engine, candidate.opened) == ("transformers", 0)
    assert "would not pay" in choice.reason
    alone = choose(reference)
    assert (alone.engine, alone.sample) == ("transformers", 0)


def test_the_gap_is_measured_at_the_first_token_that_parts(reference):
    expected = BatchGenerator.generate(reference, SAMPLE, 8)
    found = [Generated(list(answer.ids), answer.log_probability, answer.stopped) for answer in expected]
    assert list_gaps(reference, SAMPLE, expected, found) == []
    found[1].ids[3] = 99
    found[1].ids[5] = 98
    (alone,) = reference.compute_gaps([[*SAMPLE[1], *expected[1].ids[:3]]], [99])
    assert list_gaps(reference, SAMPLE, expected, found) == [alone]
    # An answer that goes on where the other was over is none that a near tie explains.
    found[2].ids.append(7)
    assert list_gaps(reference, SAMPLE, expected, found) == [alone, float("inf")]
