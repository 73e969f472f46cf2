"""`catalora estimate` on the demo model, and a model that can't be tried."""

import itertools
from dataclasses import replace

import pytest

from catalora import pipeline
from catalora.config import build_config
from catalora.errors import CataloraError
from catalora.estimate import probe, room
from tests.cli.conftest import catalora  # noqa: F401 - a fixture

SMALL = {
    "training.max_length": 128,
    "training.batch_size": 2,
    "training.watch_products": 2,
    "training.watch_new_tokens": 8,
}


def test_a_trial_measures_every_part_of_a_run(data):
    measured, estimates = pipeline.estimate(data, preset="quick", settings=SMALL, seconds=1)
    assert measured.batch_tokens == 256
    assert measured.batch_was_tried
    assert min(measured.token_seconds, measured.embed_seconds, measured.generate_seconds, measured.start_seconds) > 0
    # Two batches of 256 tokens need more than none, and a 7-million-parameter model little beside the libraries.
    assert 200e6 < measured.base_bytes <= measured.batch_bytes < 4e9
    assert [line.products for line in estimates][:3] == [500, 1000, 3000]
    assert all(one.seconds < other.seconds for one, other in itertools.pairwise(estimates))


def test_the_command_prints_a_table_and_json(data, catalora):  # noqa: F811
    options = ["--data", str(data), "--preset", "quick", "--seconds", "1", "--no-index"]
    options += [part for name, value in SMALL.items() for part in ("--set", f"{name}={value}")]
    shown = catalora("estimate", *options)
    assert shown.code == 0
    assert shown.out.splitlines()[0].split() == ["products", "steps", "time", "memory", "disk"]
    result = catalora("estimate", *options, "--json").json
    assert result["measured"]["embed_seconds"] == 0
    assert result["estimates"][-1]["steps"] > 0


def test_a_run_is_not_fitted_into_a_time_by_the_trial_of_a_busy_hour(data, monkeypatch):
    config = build_config("quick", SMALL)
    ways = {"seconds": 3600, "most_epochs": 1, "least_products": 7}
    monkeypatch.setattr(probe, "run_probe", make_slow(probe.run_probe))
    assert pipeline.fit_into(data, config, **ways).data.max_samples == 7
    monkeypatch.undo()
    assert pipeline.fit_into(data, config, **ways).data.max_samples > 1000


def make_slow(run_probe):
    """The same trial, of a machine that something else held up."""

    def run(*args, **options):
        measured = run_probe(*args, **options)
        return replace(measured, token_seconds=1e3, batch_seconds=1e3)

    return run


@pytest.fixture
def train(data, tmp_path, catalora):  # noqa: F811
    """Run `catalora train` on a few products: `train("--run", name)`."""
    options = ["--data", data, "--preset", "quick", "--runs-dir", tmp_path, "--no-index", "--set", "training.epochs=1"]
    options += [part for name, value in SMALL.items() for part in ("--set", f"{name}={value}")]
    return lambda *more: catalora("train", *options, "--set", "data.max_samples=32", *more)


def test_train_tells_what_it_takes_tries_once_and_leaves_json_alone(train):
    first = train("--run", "first", "--json")
    assert first.json["run"] == "first"
    (line,) = [line for line in first.err.splitlines() if line.startswith("estimate: about")]
    assert " for 32 products in " in line
    assert "by a short trial on this machine" in line
    again = train("--run", "again")
    assert "try batches" not in again.err
    assert " ago on this machine" in again.err
    assert "estimate: about" not in train("--run", "third", "--no-estimate").err


def test_train_refuses_what_cannot_fit_and_leaves_no_run_behind(train, monkeypatch, tmp_path):
    monkeypatch.setattr(room, "measure_free_memory", lambda device: 100_000_000)
    refused = train("--run", "large")
    assert refused.code == 1
    assert "GB of memory at its peak, 0.1 GB are free on cpu" in refused.err
    assert "Use a smaller model" in refused.err
    assert not (tmp_path / "large").exists()


def test_a_model_that_cannot_be_loaded_is_said_to_be_so(data, tmp_path):
    with pytest.raises(CataloraError) as caught:
        pipeline.estimate(data, model=str(tmp_path / "nowhere"), seconds=1)
    assert "nowhere" in caught.value.message
