"""How a step is shared, and what a process alone does not need."""

import doctest
import pickle

import pytest

from catalora import processes
from catalora.config import TrainingConfig
from catalora.errors import ConfigError, DataError, StorageError, TrainingError
from catalora.processes import FollowedRun, Processes, explaining_loss, join_processes, share_batch
from catalora.run import Event, Status, create_run


def configure(batch, accumulation):
    return TrainingConfig(batch_size=batch, gradient_accumulation_steps=accumulation)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(processes).failed == 0


@pytest.mark.parametrize(
    ("batch", "accumulation", "count", "expected"),
    [(2, 1, 1, (2, 1)), (2, 1, 2, (1, 1)), (2, 8, 4, (2, 2)), (4, 3, 2, (3, 2)), (1, 6, 3, (1, 2)), (8, 2, 16, (1, 1))],
)
def test_the_processes_together_compute_the_rows_of_one(batch, accumulation, count, expected):
    shared = share_batch(configure(batch, accumulation), count)
    assert (shared.batch_size, shared.gradient_accumulation_steps) == expected
    assert count * shared.batch_size * shared.gradient_accumulation_steps == batch * accumulation


def test_what_cannot_be_shared_is_refused_with_the_numbers_that_can():
    with pytest.raises(ConfigError, match="4 × 3 = 12 rows per step") as caught:
        share_batch(configure(4, 3), 8)
    assert "expected 1, 2, 3, 4, 6, 12 processes" in caught.value.message
    assert "gradient_accumulation_steps=2" in caught.value.hint
    assert share_batch(configure(4, 2), 8).batch_size == 1  # what the hint says


def test_a_process_alone_needs_nobody(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    alone = join_processes()
    assert (alone.leads, alone.count) == (True, 1)
    assert alone.lead(lambda: 3) == alone.each(lambda: 3) == 3
    assert alone.add(1.5, 2.0) == (1.5, 2.0)
    assert alone.any(True)
    assert not alone.any(False)
    with alone.leading(lambda: pytest.raises(KeyError)) as entered:
        assert entered is not None
        raise KeyError


def test_a_followed_run_is_read_and_never_written(tmp_path):
    run = create_run(tmp_path, "run")
    run.write_record({"created": 1.0})
    followed = Processes(1, 2).follow(run)
    assert isinstance(followed, FollowedRun)
    followed.write_record({"created": 2.0})
    followed.write_status(Status("finished"))
    followed.append_event(Event("end", 0, {}))
    assert followed.read_record() == {"created": 1.0}
    assert sorted(path.name for path in run.path.iterdir()) == ["run.json"]
    assert Processes(0, 2).follow(run) is run


def test_a_closed_connection_is_said_as_a_lost_process(tmp_path):
    run = create_run(tmp_path, "run")
    closed = RuntimeError("[gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:123")
    with pytest.raises(TrainingError, match="lost one of its 2 processes"), explaining_loss(run, Processes(0, 2)):
        raise closed
    with pytest.raises(RuntimeError, match="closed by peer"), explaining_loss(run, Processes()):
        raise closed
    with pytest.raises(RuntimeError, match="shapes"), explaining_loss(run, Processes(0, 2)):
        raise RuntimeError("shapes cannot be multiplied")


@pytest.mark.parametrize("kind", [DataError, StorageError])
def test_an_error_arrives_whole_in_another_process(kind):
    error = pickle.loads(pickle.dumps(kind("a:3: bad", code="bad", hint="Mend it.", line=3)))
    assert type(error) is kind
    assert (error.message, error.code, error.hint, error.facts) == ("a:3: bad", "bad", "Mend it.", {"line": 3})
