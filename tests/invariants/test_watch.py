"""Looking at the model while it trains changes nothing: no weights, no randomness, no resume."""

import random
from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
import torch
from peft import get_peft_model_state_dict

from catalora.catalog import save_products
from catalora.config import build_config
from catalora.errors import RunStoppedError
from catalora.generation.answer import Answerer
from catalora.prompts import PromptTemplate
from catalora.run import create_run
from catalora.training.trainer import train_adapter
from catalora.training.watch import SHOWN_PRODUCTS, build_watch, leaving_no_trace
from tests.invariants.test_training import assert_equal_weights, make_rows, stop_at
from tests.tiny import ByteTokenizer, build_lora_model, make_products

SETTINGS = {
    "training.epochs": 2,
    "training.batch_size": 2,
    "training.learning_rate": 1e-2,
    "training.max_length": 256,
    "training.save_steps": 3,
    "training.logging_steps": 2,
    "training.warmup_steps": 2,
    "training.watch_products": 6,
    "training.watch_new_tokens": 8,
}


def start(folder, name):
    run = create_run(folder, name)
    products = make_products(30)
    table = pl.DataFrame(products).with_columns(
        group=pl.col("uid"), split=pl.Series(["train"] * 22 + ["validation"] * 8)
    )
    save_products(table, run.products)
    return run


def train(run, on_step=lambda step, total: None, *, answered_by=None, **changes):
    """Train with the watch, or without when `watch_products` is 0, and return the result and the best weights."""
    config = build_config(None, {**SETTINGS, **{f"training.{name}": value for name, value in changes.items()}})
    model = build_lora_model(dropout=0.1)
    answerer = Answerer(model, ByteTokenizer(), PromptTemplate(), "cpu")
    if answered_by:
        answerer.answer = answered_by
    result = train_adapter(
        model,
        run=run,
        config=config.training,
        train_rows=make_rows(24, config.training.epochs),
        validation_rows=make_rows(4, 1),
        pad_token_id=0,
        use_cpu=True,
        watch=build_watch(run, config, answerer),
        on_step=on_step,
    )
    return result, {name: tensor.clone() for name, tensor in get_peft_model_state_dict(model).items()}


def list_events(run, kind):
    return [event for event in run.read_events() if event.kind == kind]


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    run = start(tmp_path_factory.mktemp("runs"), "watched")
    return run, *train(run, watch_steps=2)


def test_a_watched_run_ends_in_the_same_bits_as_an_unwatched_one(watched, tmp_path):
    run = start(tmp_path, "unwatched")
    result, weights = train(run, watch_products=0)
    assert not list_events(run, "watch")
    assert not list_events(run, "sample")
    assert result.best_step == watched[1].best_step
    assert_equal_weights(weights, watched[2])


def test_watching_leaves_the_losses_in_the_log(watched, tmp_path):
    run = start(tmp_path, "unwatched")
    train(run, watch_products=0)

    def read_losses(some_run):
        return [(event.step, event.facts["loss"]) for event in list_events(some_run, "step")]

    assert read_losses(watched[0]) == read_losses(run)


@pytest.mark.parametrize("step", [1, 4, 6])
def test_a_stopped_watched_run_goes_on_to_the_same_bits(step, watched, tmp_path):
    run = start(tmp_path, "stopped")
    with pytest.raises(RunStoppedError):
        train(run, stop_at(step, (run.path / "cancel").touch), watch_steps=2)
    result, weights = train(run, watch_steps=2)
    assert result.best_step == watched[1].best_step
    assert_equal_weights(weights, watched[2])
    looks = {event.step: event.facts for event in list_events(run, "watch")}
    assert looks == {event.step: event.facts for event in list_events(watched[0], "watch")}


def test_the_same_products_are_asked_at_each_look(watched):
    run, result, _ = watched
    looks = [event.step for event in list_events(run, "watch")]
    assert looks == [0, 2, 3, 4, 6, 8, 9, 10]  # every 2 steps, and with the evaluations at 3, 6, 9 and the end
    assert result.steps == 10
    asked = {step: [] for step in looks}
    for event in list_events(run, "sample"):
        asked[event.step].append((event.facts["uid"], event.facts["question"]))
    assert len(asked[0]) == SHOWN_PRODUCTS
    assert all(questions == asked[0] for questions in asked.values())
    assert {uid for uid, _ in asked[0]} <= {f"P{number:04}" for number in range(22, 30)}


def test_bits_per_byte_agree_with_the_loss(watched):
    # One token per byte, so bits per byte are the loss in bits, but for the space in front and the `<eos>` after.
    for event in list_events(watched[0], "evaluation"):
        bits = event.facts["eval_bits_per_byte"]
        assert bits == pytest.approx(event.facts["eval_loss"] / np.log(2), rel=0.1)


def test_the_watch_can_choose_the_checkpoint(tmp_path):
    class Answer:
        def __init__(self, text, stopped):
            self.text, self.stopped, self.tokens, self.has_follow_up = text, stopped, 4, False

    looks = iter([0, 2, 6, 1, 0])  # of six answers so many stop: before the first step, at 3, at 6, at 9, at the end

    def answer(questions, config, sides):
        assert config.temperature == 0
        stopping = next(looks)
        answers = [{"tuned": Answer("text", number < stopping)} for number in range(len(questions))]
        return SimpleNamespace(by_question=answers)

    run = start(tmp_path, "chosen")
    result, _ = train(run, answered_by=answer, best_metric="stop_rate")
    assert result.best_step == 6


def test_reciting_is_warned_of_once(tmp_path):
    run = start(tmp_path, "reciting")
    recited = make_products(4)[3].content.split()
    looks = iter([8, 9, 10, 11, 12])

    class Answer:
        def __init__(self, text):
            self.text, self.stopped, self.tokens, self.has_follow_up = text, True, 4, False

    class Reciting(Answerer):
        def answer(self, questions, config, sides):
            text = " ".join(recited[: next(looks)])
            return SimpleNamespace(by_question=[{"tuned": Answer(text)} for _ in questions])

    answerer = Reciting(build_lora_model(), ByteTokenizer(), PromptTemplate(), "cpu")
    watch = build_watch(run, build_config(None, SETTINGS), answerer)
    state = SimpleNamespace(global_step=0, log_history=[])
    watch.attach(lambda metrics: state.log_history.append({**metrics, "step": state.global_step}), nullcontext)
    for number, loss in enumerate([2.0, 2.1, 2.2, 2.3, 2.4], start=1):
        state.global_step = 10 * number
        state.log_history.append({"step": state.global_step, "eval_loss": loss})
        watch.on_evaluate(None, state, SimpleNamespace(should_log=False))
    (warning,) = list_events(run, "warning")
    assert (warning.step, warning.facts["code"]) == (30, "memorising")
    assert "grew from 8.0 to 10.0 words per answer since step 10" in warning.facts["message"]


def test_a_look_leaves_randomness_modes_and_gradients_as_they_were():
    model = build_lora_model(dropout=0.1)
    model.train()
    model.get_base_model().lm_head.eval()
    modes = [module.training for module in model.modules()]
    answerer = Answerer(model, ByteTokenizer(), PromptTemplate(), "cpu")
    model.train()
    model.get_base_model().lm_head.eval()
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()
    config = build_config(None, {"generation.max_new_tokens": 4}).generation
    with leaving_no_trace(model):
        assert not torch.is_grad_enabled()
        answerer.answer(["A lamp"], config, ("tuned",))
        torch.rand(3)
    assert [module.training for module in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert (np.random.get_state()[1] == states[2]).all()
    assert torch.is_grad_enabled()
    assert all(weight.grad is None for weight in model.parameters())


def test_too_long_questions_are_not_asked(tmp_path):
    run = start(tmp_path, "long")
    config = build_config(None, {**SETTINGS, "training.watch_new_tokens": 505})
    answerer = Answerer(build_lora_model(), ByteTokenizer(), PromptTemplate(), "cpu")
    assert build_watch(run, config, answerer) is None


def test_tensorboard_gets_the_losses_and_the_watch(tmp_path, watched):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = start(tmp_path, "reported")
    _, weights = train(run, report_to=["tensorboard"], watch_steps=2)
    assert_equal_weights(weights, watched[2])
    written = EventAccumulator(str(run.path / "tensorboard")).Reload()

    def read(name):
        return {point.step: point.value for point in written.Scalars(name)}

    losses = {event.step: event.facts["loss"] for event in list_events(run, "step")}
    assert read("train/loss") == pytest.approx(losses)
    assert read("eval/loss") == pytest.approx(
        {event.step: event.facts["eval_loss"] for event in list_events(run, "evaluation")}
    )
    assert read("train/watch_stop_rate") == pytest.approx(
        {event.step: event.facts["stop_rate"] for event in list_events(run, "watch")}
    )
    assert not (run.path / "runs").exists()
