"""What the tests of several processes share: one small training, and how its losses are held against another's."""

import pytest

from catalora import pipeline

# An odd number of rows, so that the last step of two processes is filled up; no dropout, which draws anew in each.
SETTINGS = {
    "data.max_samples": 31,
    "lora.dropout": 0.0,
    "training.epochs": 1,
    "training.batch_size": 2,
    "training.max_length": 128,
    "training.save_steps": 4,
    "training.logging_steps": 1,
    "training.max_validation_products": 5,
    "training.watch_products": 2,
    "training.watch_new_tokens": 4,
    "model.dtype": "float32",
}
DECIMALS = 5


def request(data, runs_dir, name, processes=1):
    """Make the run that each test trains in its own way."""
    return pipeline.request_run(
        data,
        preset="quick",
        settings=SETTINGS,
        runs_dir=runs_dir,
        run=name,
        references=False,
        share_device=True,
        processes=processes,
    )


def read_losses(run):
    """Losses and gradient norms of the steps, and what the evaluations and looks found, by kind and step."""
    found = {}
    for event in run.read_events():
        if event.kind in {"step", "evaluation", "watch"}:
            ignored = {"tokens_per_second", "epoch"}
            found[event.kind, event.step] = {key: value for key, value in event.facts.items() if key not in ignored}
    return found


def assert_same_training(run, other):
    """Each step had the same loss, gradient and learning rate, each evaluation and look found the same."""
    first, second = read_losses(run), read_losses(other)
    assert first.keys() == second.keys()
    for place, facts in first.items():
        assert facts == pytest.approx(second[place], abs=10**-DECIMALS, rel=0), place


def end_at(run, step):
    """Ask a run that is trained in this process to stop after a step; for `progress`."""

    def progress(stage, done, total):
        if stage == "train" and done == step:
            run.stop_file.touch()

    return progress
