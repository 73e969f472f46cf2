import gc

import pytest

from catalora.devices import STATE_DIR_VARIABLE
from catalora.ending import end_without_search

# What is imported stays: to look through it for reference cycles again and again takes a fifth of collecting the tests.
gc.disable()
end_without_search()


def pytest_collection_finish(session):
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def own_device_claims(tmp_path_factory):
    """Trainings of these tests claim the device among themselves only, not against others on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(STATE_DIR_VARIABLE, str(tmp_path_factory.mktemp("state")))
        yield
