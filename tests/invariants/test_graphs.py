"""A recorded step trains what an unrecorded one does. Recording itself needs a GPU: see tests/gpu."""

import doctest

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from catalora.run import create_run
from catalora.training import borders, loss, trainer
from catalora.training.borders import BLOCKS_PER_ROW, describe_batch, find_borders
from catalora.training.packing import IGNORED
from tests.invariants.test_memory import read_notes, train
from tests.invariants.test_training import CONFIG


class Recorded:
    """Stands for a recording where there is no GPU: computes anew what a graph would launch."""

    made = 0

    def __init__(self, compute, inputs, weights):
        self.compute, self.shapes, self.weights = compute, [tensor.shape for tensor in inputs], weights
        Recorded.made += 1

    def fits(self, inputs):
        return [tensor.shape for tensor in inputs] == self.shapes

    def __call__(self, *inputs):
        return self.compute(*inputs)


@pytest.fixture
def _recording(monkeypatch):
    monkeypatch.setattr(trainer, "records_step", lambda *_, **__: True)
    monkeypatch.setattr(loss, "record_pass", Recorded)
    Recorded.made = 0


def read_losses(run):
    return [event.facts["loss"] for event in run.read_events() if event.kind == "step"]


def train_plainly(tmp_path):
    run = create_run(tmp_path / "plain", None)
    train(run, CONFIG)
    return read_losses(run)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(borders).failed == 0


@pytest.mark.usefixtures("_recording")
def test_batches_of_full_width_are_recorded_once_and_have_the_same_losses(tmp_path):
    run = create_run(tmp_path / "recorded", None)
    train(run, CONFIG)
    assert Recorded.made == 1
    assert read_losses(run) == pytest.approx(_unrecorded(tmp_path), rel=1e-3)


def _unrecorded(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "records_step", lambda *_, **__: False)
        return train_plainly(tmp_path)


@pytest.mark.usefixtures("_recording")
def test_a_model_that_cannot_be_recorded_is_trained_all_the_same(tmp_path, monkeypatch):
    tries = []
    monkeypatch.setattr(loss, "record_pass", lambda *_: tries.append(1))
    run = create_run(tmp_path / "unrecorded", None)
    train(run, CONFIG)
    assert len(tries) == 1
    assert read_losses(run) == pytest.approx(_unrecorded(tmp_path), rel=1e-3)


@pytest.mark.usefixtures("_recording")
def test_when_memory_runs_out_the_smaller_batch_is_recorded(tmp_path):
    run = create_run(tmp_path / "small", None)
    train(run, CONFIG.model_copy(update={"batch_size": 4}), rows=2, from_step=2)
    assert read_notes(run)
    assert Recorded.made == 2


@given(
    rows=st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=BLOCKS_PER_ROW + 2), min_size=1, max_size=3),
    prompt=st.integers(1, 4),
)
def test_a_described_batch_says_what_its_positions_and_labels_say(rows, prompt):
    width = max(map(sum, rows))
    rows = [[*row, *[1] * (width - sum(row))] for row in rows]
    positions = torch.tensor([[step for count in row for step in range(count)] for row in rows])
    ids = torch.arange(positions.numel()).view(positions.shape)
    batch = {"input_ids": ids, "labels": ids.masked_fill(positions < prompt, IGNORED), "position_ids": positions}
    described = describe_batch(batch)
    hidden = ids[..., None].float()
    found = loss.select_labelled(hidden, batch["labels"], described["learned"])
    for tensor, expected in zip(found, loss.select_labelled(hidden, batch["labels"]), strict=True):
        assert torch.equal(tensor, expected)
    blocks = [count for row in rows for count in row]
    assert find_borders(positions).starts.diff().tolist() == blocks
    if len(blocks) <= BLOCKS_PER_ROW * len(rows):
        assert described["starts"].diff()[: len(blocks)].tolist() == blocks
        assert len(described["starts"]) == BLOCKS_PER_ROW * len(rows) + 1
    else:
        assert "starts" not in described
