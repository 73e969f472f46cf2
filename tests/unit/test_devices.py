import subprocess
import sys

import pytest

from catalora.devices import STATE_DIR_VARIABLE, claim_devices, name_devices, name_request, require_free_device
from catalora.errors import StorageError
from catalora.hardware import Device
from catalora.run import RunFolder

CLAIM = """
import sys
from pathlib import Path
from catalora.devices import claim_devices
from catalora.run import RunFolder
with claim_devices(RunFolder(Path(sys.argv[1])), "auto") as claims:
    claims.add(["cpu"])
    print("claimed", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path / "state"))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.fixture
def other(tmp_path):
    """Another process that trains run `first`."""
    command = [sys.executable, "-c", CLAIM, str(tmp_path / "first")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "claimed\n"
    yield process
    process.kill()
    process.communicate()


def claim(tmp_path, requested, real=(), *, share=False):
    with claim_devices(RunFolder(tmp_path / "second"), requested, share=share) as claims:
        claims.add(real)


@pytest.mark.parametrize(("requested", "real"), [("auto", []), ("cpu", []), ("mps", ["cpu"])])
def test_a_device_is_refused_by_its_asked_and_by_its_real_name(tmp_path, other, requested, real):
    with pytest.raises(StorageError, match="run 'first' trains on it") as caught:
        claim(tmp_path, requested, real)
    assert caught.value.code == "device-busy"
    assert caught.value.facts["run"] == "first"


def test_another_device_and_a_shared_one_are_given(tmp_path, other):
    claim(tmp_path, "cuda", ["cuda-1"])
    claim(tmp_path, "auto", ["cpu"], share=True)
    require_free_device("cuda")
    with pytest.raises(StorageError):
        require_free_device("auto")


def test_a_claim_ends_with_its_process_however_it_ends(tmp_path, other):
    other.kill()
    other.wait()
    claim(tmp_path, "auto", ["cpu"])
    require_free_device("auto")


def test_a_name_that_is_asked_for_and_real_is_claimed_once(tmp_path):
    claim(tmp_path, "cpu", ["cpu"])


def test_what_cuda_shows_is_part_of_the_name(monkeypatch):
    assert name_request("auto") == "auto"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    assert (name_request("auto"), name_request("cuda"), name_request("cpu")) == ("auto-0-1", "cuda-0-1", "cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert name_request("auto") == "auto-none"


def test_the_processor_is_one_device():
    assert name_devices(Device("cpu", "float32", "because")) == ["cpu"]


def test_a_state_folder_that_cannot_be_made_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(STATE_DIR_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(StorageError, match="cannot be made") as caught:
        claim(tmp_path, "auto")
    assert STATE_DIR_VARIABLE in caught.value.hint
    assert caught.value.code == "state-not-writable"
