import platform
import subprocess
import sys

import pytest
import torch

from catalora.errors import ConfigError, ModelUnavailableError
from catalora.hardware import _probe_bf16, _race_bf16, _read_cpu_flags, available_devices, choose_device


@pytest.fixture
def no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def old_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Tesla T4")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (7, 5))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)


def test_the_cpu_is_chosen_without_a_gpu_and_the_reason_says_so(no_gpu):
    device = choose_device()
    assert device.name == "cpu"
    assert device.threads == torch.get_num_threads()
    assert "no GPU" in device.reason
    assert device.dtype in device.reason


def test_precision_on_the_cpu_follows_the_processors_flags(no_gpu, monkeypatch):
    for flags, dtype in (({"avx512_bf16": True}, "bfloat16"), ({"avx512_f": True}, "float32")):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda flags=flags: flags)
        assert choose_device("cpu").dtype == dtype


def test_cuda_comes_before_mps_and_cpu_and_an_old_gpu_gets_float32(old_gpu):
    assert available_devices() == ("cuda", "mps", "cpu")
    device = choose_device()
    assert (device.name, device.dtype, device.threads) == ("cuda", "float32", None)
    assert "Tesla T4" in device.reason
    assert "7.5 lacks" in device.reason


def test_a_newer_gpu_gets_bfloat16(old_gpu, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (9, 0))
    assert choose_device().torch_dtype == torch.bfloat16


def test_a_request_is_followed_and_the_reason_stays_honest(no_gpu, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    device = choose_device("cpu", "bfloat16")
    assert device.dtype == "bfloat16"
    assert "as requested" in device.reason
    assert "emulated" in device.reason


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_not_there_is_refused_with_what_there_is(no_gpu, name):
    with pytest.raises(ModelUnavailableError) as caught:
        choose_device(name)
    assert caught.value.code == "device-unavailable"
    assert "available: cpu" in caught.value.message


@pytest.mark.parametrize("arguments", [("tpu", "auto"), ("cpu", "float16")])
def test_unknown_values_are_configuration_errors(arguments):
    with pytest.raises(ConfigError):
        choose_device(*arguments)


def test_the_flags_are_named():
    assert _read_cpu_flags({"amx_bf16": True, "avx512_bf16": True}) == (
        True,
        "the processor has AVX512-BF16 and AMX-BF16",
    )
    assert not _read_cpu_flags({"avx512_bf16": False})[0]


def test_an_apple_gpu_is_raced():
    def time_matmul(seconds):
        return lambda dtype: seconds[dtype]

    assert _race_bf16(time_matmul({torch.bfloat16: 0.010, torch.float32: 0.010}))[0]
    assert not _race_bf16(time_matmul({torch.bfloat16: 0.020, torch.float32: 0.010}))[0]

    def refuse(dtype):
        raise TypeError("BFloat16 is not supported on MPS")

    native, why = _race_bf16(refuse)
    assert not native
    assert "BFloat16 is not supported" in why


def test_the_probe_runs_on_this_machine():
    native, why = _probe_bf16("cpu")
    assert isinstance(native, bool)
    assert why


COUNT_FAULTS = """
import resource, sys, torch
from catalora.hardware import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
def work(times):
    for _ in range(times):
        torch.ones(2**24) + 1
work(40)  # Small blocks between the large ones move the first few of them to new places.
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work(10)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone gives large blocks back at once")
def test_kept_memory_is_not_mapped_again():
    def count(way):
        done = subprocess.run([sys.executable, "-c", COUNT_FAULTS, way], capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert count("keep") < count("give back") / 4
