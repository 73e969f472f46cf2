import sys

import psutil
import pytest

from catalora.machine import describe_machine, measure_peak_memory


def test_the_machine_is_this_one():
    machine = describe_machine("cpu")
    assert machine.memory_bytes == psutil.virtual_memory().total
    assert machine.cores == psutil.cpu_count(logical=False)
    assert machine.processor
    assert machine.accelerator is None


@pytest.mark.skipif(sys.platform == "win32", reason="resource is of Unix")
def test_the_peak_is_at_least_what_is_held_now():
    held = psutil.Process().memory_info().rss
    peak = measure_peak_memory("cpu")["peak_memory_bytes"]
    assert held / 2 < peak < psutil.virtual_memory().total
