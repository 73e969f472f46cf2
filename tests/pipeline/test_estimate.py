"""`catalora estimate` on the demo model, and a model that can't be tried."""

import itertools

import pytest

from catalora import pipeline
from catalora.errors import CataloraError
from tests.cli.conftest import catalora  # noqa: F401 - a fixture

SMALL = {"training.max_length": 128, "training.batch_size": 2, "training.watch_products": 2}


def test_a_trial_measures_every_part_of_a_run(data):
    measured, estimates = pipeline.estimate(data, preset="quick", settings=SMALL, seconds=1)
    assert measured.batch_tokens == 256
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


def test_a_model_that_cannot_be_loaded_is_said_to_be_so(data, tmp_path):
    with pytest.raises(CataloraError) as caught:
        pipeline.estimate(data, model=str(tmp_path / "nowhere"), seconds=1)
    assert "nowhere" in caught.value.message
