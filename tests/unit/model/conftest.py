import pytest

from tests.unit.model.checkpoints import ARCHITECTURES, save_checkpoint


@pytest.fixture(params=list(ARCHITECTURES))
def architecture(request):
    return request.param


@pytest.fixture
def checkpoint(tmp_path):
    return save_checkpoint(tmp_path / "tiny-gemma")
