"""Memory that runs out in training: the step is repeated with fewer rows at once, and nothing else changes."""

import doctest

import pytest
import torch
from peft import get_peft_model_state_dict

from catalora.errors import RunStoppedError, TrainingError
from catalora.run import create_run
from catalora.training import memory
from catalora.training.trainer import train_adapter
from tests.invariants.test_training import CONFIG, assert_equal_weights, make_rows, stop_at
from tests.tiny import build_lora_model

# As the libraries word it.
ERRORS = {
    "cuda": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of …"),
    "mps": RuntimeError("MPS backend out of memory (MPS allocated: 17.00 GB, other allocations: 1.00 GB)."),
    "linux": RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"),
    "windows": RuntimeError("[enforce fail at alloc_cpu.cpp:116] data. DefaultCPUAllocator: not enough memory"),
    "python": MemoryError(),
}


class SmallMemory:
    """From a step on, no more than so many rows fit into the model's last layer, forwards or backwards."""

    def __init__(self, model, rows, *, from_step=1, error=ERRORS["cuda"], backwards=False):
        self.rows, self.from_step, self.error = rows, from_step, error
        self.step, self.failures = 1, 0
        layer = model.get_base_model().model.layers[-1].mlp
        layer.register_full_backward_hook(self.check) if backwards else layer.register_forward_pre_hook(self.check)

    def check(self, module, tensors, *_):
        if self.step >= self.from_step and len(tensors[0]) > self.rows:
            self.failures += 1
            raise self.error


def train(run, config, *, dropout=0.0, on_step=lambda step, total: None, **limits):
    """Train the tiny model where memory is small; returns the limit and the best weights."""
    model = build_lora_model(dropout=dropout)
    small = SmallMemory(model, **limits) if limits else None

    def follow(step, total):
        if small:
            small.step = step + 1
        on_step(step, total)

    train_adapter(
        model,
        run=run,
        config=config,
        train_rows=make_rows(24, config.epochs),
        validation_rows=make_rows(4, 1),
        pad_token_id=0,
        use_cpu=True,
        on_step=follow,
    )
    return small, {name: tensor.clone() for name, tensor in get_peft_model_state_dict(model).items()}


def read_notes(run):
    return [event for event in run.read_events() if event.facts.get("code") == memory.MEMORY_RAN_OUT]


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(memory).failed == 0


@pytest.mark.parametrize("kind", ERRORS)
def test_the_result_is_that_of_the_small_batch_from_the_start(kind, tmp_path):
    few = CONFIG.model_copy(update={"batch_size": 1, "gradient_accumulation_steps": 4})
    many = CONFIG.model_copy(update={"batch_size": 4})
    _, wanted = train(create_run(tmp_path, "few"), few)
    run = create_run(tmp_path, "many")
    small, weights = train(run, many, rows=1, error=ERRORS[kind])
    assert small.failures == 2  # with 4 rows, then with 2
    assert [(event.facts["rows"], event.facts["accumulation"]) for event in read_notes(run)] == [(2, 2), (1, 4)]
    assert_equal_weights(weights, wanted)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_step_in_the_middle_is_repeated_whole(backwards, tmp_path):
    config = CONFIG.model_copy(update={"gradient_accumulation_steps": 2})
    _, wanted = train(create_run(tmp_path, "whole"), config)
    run = create_run(tmp_path, "halved")
    small, weights = train(run, config, rows=1, from_step=3, backwards=backwards)
    (note,) = read_notes(run)
    assert small.failures == 1
    assert (note.step, note.facts["rows"], note.facts["accumulation"]) == (3, 1, 4)
    assert "1 of 2 rows" in note.facts["message"]
    for name, tensor in wanted.items():
        torch.testing.assert_close(weights[name], tensor, rtol=1e-3, atol=1e-5)


def test_a_resumed_run_goes_on_with_the_fewer_rows_to_the_same_bits(tmp_path):
    _, wanted = train(create_run(tmp_path, "whole"), CONFIG, dropout=0.1, rows=1, from_step=2)
    run = create_run(tmp_path, "stopped")
    with pytest.raises(RunStoppedError):
        train(run, CONFIG, dropout=0.1, rows=1, from_step=2, on_step=stop_at(4, (run.path / "cancel").touch))
    _, weights = train(run, CONFIG, dropout=0.1)
    assert_equal_weights(weights, wanted)


def test_one_row_that_does_not_fit_ends_the_run_with_a_way_on(tmp_path):
    with pytest.raises(
        TrainingError, match=r"memory ran out at step 3 .* one row at once: CUDA out of memory"
    ) as caught:
        train(create_run(tmp_path, "none"), CONFIG, rows=0, from_step=3)
    assert caught.value.code == "out-of-memory"
    assert "training.max_length" in caught.value.hint


def test_other_errors_are_not_taken_for_it(tmp_path):
    run = create_run(tmp_path, "other")
    with pytest.raises(RuntimeError, match="shapes"):
        train(run, CONFIG, rows=1, error=RuntimeError("shapes cannot be multiplied"))
    assert not read_notes(run)
