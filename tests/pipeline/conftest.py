import pytest

import catalora
from catalora import pipeline
from catalora.catalog.sample import SAMPLE_PATH

# Small, but the real model, the real catalogue and the whole path.
SETTINGS = {
    "data.max_samples": 64,
    "training.epochs": 1,
    "training.max_length": 256,
    "training.save_steps": 4,
    "training.max_validation_products": 8,
    "training.watch_new_tokens": 8,
    "generation.max_new_tokens": 40,
    "model.dtype": "float32",
}


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """The bundled catalogue, prepared."""
    out = tmp_path_factory.mktemp("prepared") / "sample"
    catalora.prepare([SAMPLE_PATH], out)
    return out


@pytest.fixture(scope="session")
def run(data, tmp_path_factory):
    """A finished run of the demo model."""
    runs_dir = tmp_path_factory.mktemp("runs")
    return catalora.train(data, preset="quick", settings=SETTINGS, runs_dir=runs_dir, run="small")


@pytest.fixture(scope="session")
def session(run):
    """The run, opened for questions."""
    return pipeline.open_session(run)


@pytest.fixture(scope="session")
def cluster():
    """A Ray cluster of this machine; what connects while it is there uses it."""
    from catalora.scale.cluster import connected

    with connected("", processors=2) as started:
        yield started
