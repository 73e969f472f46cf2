"""One Ray cluster of two processors for all tests of a file: `from tests.pipeline.ray_cluster import cluster`."""

import os
import signal
import warnings

import pytest


@pytest.fixture(scope="module")
def cluster():
    """Started here with a token of its own; whatever connects inside the tests works on it."""
    from catalora.scale.cluster import connected

    with warnings.catch_warnings():
        # Ray's own, at its start and its end.
        warnings.simplefilter("ignore")
        with connected(processors=2) as found:
            yield found


def open_deadly_step():
    """What a shard does that is too large for the memory: here in this module, which workers import soon."""
    return lambda _rows: os.kill(os.getpid(), signal.SIGKILL)
