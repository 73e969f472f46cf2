"""Training resumes to the same bits, survives damage, and stops when its numbers are none."""

import doctest
import shutil
import signal
from dataclasses import replace

import pytest
import torch
from peft import get_peft_model_state_dict
from safetensors.torch import load_file

from catalora.config import TrainingConfig
from catalora.errors import RunStoppedError, TrainingError
from catalora.prompts import PromptTemplate
from catalora.run import create_run
from catalora.training import recorder
from catalora.training.checkpoints import ADAPTER_WEIGHTS, find_damage, list_checkpoints
from catalora.training.packing import PackedRows, tokenise_products
from catalora.training.trainer import train_adapter
from tests.tiny import ByteTokenizer, build_lora_model, make_products

CONFIG = TrainingConfig(
    epochs=2,
    batch_size=2,
    learning_rate=1e-2,
    b_rate_ratio=2.0,
    max_length=256,
    save_steps=3,
    logging_steps=2,
    warmup_steps=2,
)


def make_rows(count, epochs):
    products = make_products(count)
    titles = [product.title for product in products]
    examples = tokenise_products(products, PromptTemplate(), ByteTokenizer(), questions=titles, max_length=256)
    return PackedRows([examples] * epochs, 256, seed=3)


def train(run, config=CONFIG, *, on_step=lambda step, total: None):
    """Train the tiny model with dropout in a run folder and return its best weights."""
    model = build_lora_model(dropout=0.1)
    result = train_adapter(
        model,
        run=run,
        config=config,
        train_rows=make_rows(24, config.epochs),
        validation_rows=make_rows(4, 1),
        pad_token_id=0,
        use_cpu=True,
        on_step=on_step,
    )
    return result, {name: tensor.clone() for name, tensor in get_peft_model_state_dict(model).items()}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    run = create_run(tmp_path_factory.mktemp("runs"), "whole")
    return run, *train(run)


def assert_equal_weights(first, second):
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(recorder).failed == 0


def stop_at(step, how):
    def on_step(now, total):
        if now == step:
            how()

    return on_step


@pytest.mark.parametrize("ratio", [1.0, 4.0])
def test_b_matrices_move_faster_by_their_ratio(ratio, tmp_path):
    start = get_peft_model_state_dict(build_lora_model(dropout=0.1))
    start = {name: tensor.clone() for name, tensor in start.items()}
    once = CONFIG.model_copy(
        update={"epochs": 1, "b_rate_ratio": ratio, "warmup_steps": 0, "save_steps": 1, "keep_checkpoints": 50}
    )
    run = create_run(tmp_path, "ratio")
    train(run, once)
    first = load_file(run.checkpoints / "step-000001" / ADAPTER_WEIGHTS)
    # Adam's first step moves each weight by just the learning rate.
    moved = {part: max(float((first[n] - start[n]).abs().max()) for n in start if f"lora_{part}" in n) for part in "AB"}
    assert moved["B"] / moved["A"] == pytest.approx(ratio, rel=0.01)


def test_training_lowers_the_validation_loss_and_keeps_the_best(uninterrupted):
    run, result, _ = uninterrupted
    losses = {event.step: event.facts["eval_loss"] for event in run.read_events() if event.kind == "evaluation"}
    assert result.steps == 10
    assert result.best_validation_loss == min(losses.values())
    assert losses[result.best_step] == result.best_validation_loss
    assert losses[max(losses)] < losses[min(losses)]
    assert run.read_status().total_steps == result.steps


@pytest.mark.parametrize("step", [1, 3, 4, 9])
def test_a_stopped_run_goes_on_to_the_same_bits(step, uninterrupted, tmp_path):
    _, result, weights = uninterrupted
    run = create_run(tmp_path, "stopped")
    ask = (run.path / "cancel").touch if step % 2 else (lambda: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(RunStoppedError, match=f"step {step} of {result.steps}"):
        train(run, on_step=stop_at(step, ask))
    assert [checkpoint.step for checkpoint in list_checkpoints(run.checkpoints)][-1] == step
    resumed, resumed_weights = train(run)
    assert resumed.best_step == result.best_step
    assert_equal_weights(resumed_weights, weights)


def test_the_time_left_after_a_resume_is_the_earlier_process_s_until_there_is_an_own_one(tmp_path):
    run = create_run(tmp_path, "resumed")
    with pytest.raises(RunStoppedError):
        train(run, on_step=stop_at(4, (run.path / "cancel").touch))
    slow = [replace(event, time=1000.0 * event.step) for event in run.read_events()]
    (run.path / "events.jsonl").unlink()
    for event in slow:
        run.append_event(event)
    left = {}
    train(run, on_step=lambda step, total: left.setdefault(step, run.read_status().eta_seconds))
    # 10 steps in all, a log each second one; what is told in a step is what was written by the one before.
    assert left[4] == left[5] == left[6] == 6 * 1000
    assert left[7] == left[8] == 4 * 1000
    assert left[9] < 1000


DAMAGES = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-10]),
    "missing": lambda path: path.unlink(),
    "altered": lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]),
}


@pytest.fixture(scope="module")
def stopped_run(tmp_path_factory):
    run = create_run(tmp_path_factory.mktemp("runs"), "stopped")
    with pytest.raises(RunStoppedError):
        train(run, on_step=stop_at(8, (run.path / "cancel").touch))
    return run


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "file",
    [
        "adapter_model.safetensors",
        "optimizer.pt",
        "scheduler.pt",
        "rng_state.pth",
        "trainer_state.json",
        "manifest.json",
    ],
)
def test_a_damaged_checkpoint_falls_back_to_the_one_before(file, damage, stopped_run, uninterrupted, tmp_path):
    run = create_run(tmp_path, "damaged")
    shutil.copytree(stopped_run.checkpoints, run.checkpoints)
    newest = list_checkpoints(run.checkpoints)[-1]
    DAMAGES[damage](newest.path / file)
    _, weights = train(run)
    warnings = [event.facts["message"] for event in run.read_events() if event.kind == "warning"]
    assert len(warnings) == 1
    assert warnings[0].startswith("step-000008: ")
    assert warnings[0].endswith("going on from step-000006")
    assert_equal_weights(weights, uninterrupted[2])


def test_a_run_without_any_whole_checkpoint_starts_again(stopped_run, uninterrupted, tmp_path):
    run = create_run(tmp_path, "damaged")
    shutil.copytree(stopped_run.checkpoints, run.checkpoints)
    for checkpoint in list_checkpoints(run.checkpoints):
        (checkpoint.path / "optimizer.pt").unlink()
    _, weights = train(run)
    warnings = [event.facts["message"] for event in run.read_events() if event.kind == "warning"]
    assert warnings[-1].endswith("starting again from step 0")
    assert_equal_weights(weights, uninterrupted[2])


def test_a_kill_during_the_save_leaves_the_checkpoint_before(stopped_run, uninterrupted, tmp_path):
    run = create_run(tmp_path, "killed")
    shutil.copytree(stopped_run.checkpoints, run.checkpoints)
    newest = list_checkpoints(run.checkpoints)[-1].path
    (newest / "manifest.json").unlink()
    newest.rename(run.checkpoints / ".tmp-step-000008")
    _, weights = train(run)
    assert_equal_weights(weights, uninterrupted[2])
    assert not list(run.checkpoints.glob(".tmp*"))


def test_checkpoints_are_whole_and_few(uninterrupted):
    run, result, _ = uninterrupted
    kept = list_checkpoints(run.checkpoints)
    assert all(find_damage(checkpoint.path) is None for checkpoint in kept)
    assert len(kept) <= CONFIG.keep_checkpoints + 1
    assert result.best_step in {checkpoint.step for checkpoint in kept}
    assert not any(path.name == "training_args.bin" for path in run.path.rglob("*"))


def test_a_diverging_run_stops_and_names_the_last_good_checkpoint(tmp_path):
    run = create_run(tmp_path, "diverging")
    with pytest.raises(TrainingError, match="diverged") as caught:
        train(run, CONFIG.model_copy(update={"learning_rate": 1e30, "warmup_steps": 0, "save_steps": 1}))
    assert caught.value.code == "diverged"
    for checkpoint in list_checkpoints(run.checkpoints):
        from safetensors.torch import load_file

        weights = load_file(checkpoint.path / "adapter_model.safetensors")
        assert all(tensor.isfinite().all() for tensor in weights.values())


def test_early_stopping_waits_for_its_patience(tmp_path):
    run = create_run(tmp_path, "early")
    config = CONFIG.model_copy(update={"learning_rate": 1e-9, "early_stopping_patience": 1, "epochs": 3})
    steps = []
    result, _ = train(run, config, on_step=lambda step, total: steps.append((step, total)))
    assert result.steps <= steps[-1][1]
