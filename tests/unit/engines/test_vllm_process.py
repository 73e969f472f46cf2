"""The protocol between catalora and vLLM's process, with a stand-in for vLLM: what vLLM itself does is not shown here.

The stand-in is a module named `vllm` in an environment of its own. It answers a prompt with the same tokens backwards
and the end token, and prints on stdout, as vLLM does.
"""

import subprocess
import sys

import pytest

from catalora.engines.environment import Environment, name_python
from catalora.engines.vllm_process import VllmProcess, require_installed
from catalora.errors import ModelUnavailableError

STAND_IN = """
import json
from types import SimpleNamespace

class SamplingParams(SimpleNamespace):
    pass

class LLM:
    def __init__(self, **settings):
        if settings["model"] == "broken":
            raise RuntimeError("no such model")
        print("loading weights: 100 %")
        self.settings = settings

    def generate(self, prompts, params, *, use_tqdm, lora_request):
        print("processed", len(prompts))
        with open(self.settings["model"], "w") as file:
            json.dump([self.settings, vars(params), list(lora_request)], file)
        return [self.answer(prompt["prompt_token_ids"], params) for prompt in prompts]

    def answer(self, ids, params):
        if 666 in ids:
            raise RuntimeError("CUDA out of memory")
        (end,) = params.stop_token_ids
        found = [*reversed(ids), end][: params.max_tokens]
        done = found[-1] == end
        part = SimpleNamespace(token_ids=tuple(found), cumulative_logprob=-0.5 * len(found),
                               finish_reason="stop" if done else "length")
        return SimpleNamespace(outputs=[part])
"""
LORA = """
from typing import NamedTuple

class LoRARequest(NamedTuple):
    lora_name: str
    lora_int_id: int
    lora_path: str
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines") / "vllm"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    shown = subprocess.run(
        [name_python(folder), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    from pathlib import Path

    packages = Path(shown.stdout.strip())
    (packages / "vllm" / "lora").mkdir(parents=True)
    (packages / "vllm" / "__init__.py").write_text(STAND_IN)
    (packages / "vllm" / "lora" / "__init__.py").write_text("")
    (packages / "vllm" / "lora" / "request.py").write_text(LORA)
    (packages / "vllm-0.33.0.dist-info").mkdir()
    (packages / "vllm-0.33.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: vllm\nVersion: 0.33.0\n")
    return Environment(folder, "vllm", "0.33.0")


def settings(model):
    return {
        "model": str(model),
        "adapter": "/runs/amazon/adapter",
        "dtype": "bfloat16",
        "max_model_len": 1024,
        "max_lora_rank": 8,
        "gpu_memory_utilization": 0.5,
        "stop_ids": [1],
    }


def test_answers_come_back_in_order_with_probability_and_end(environment, tmp_path):
    import json

    process = VllmProcess(environment, settings(tmp_path / "seen.json"), tmp_path / "work")
    try:
        assert process.name == "vllm 0.33.0"
        first = process.generate([[2, 10, 11], [2, 12]], 8)
        assert [answer.ids for answer in first] == [[11, 10, 2, 1], [12, 2, 1]]
        assert [answer.log_probability for answer in first] == [-2.0, -1.5]
        assert [answer.stopped for answer in first] == [True, True]
        (cut,) = process.generate([[2, 10, 11, 12]], 2)
        assert (cut.ids, cut.stopped) == ([12, 11], False)
    finally:
        process.close()
    loaded, sampling, adapter = json.loads((tmp_path / "seen.json").read_text())
    assert (loaded["enable_lora"], loaded["max_lora_rank"], loaded["dtype"]) == (True, 8, "bfloat16")
    assert (sampling["temperature"], sampling["logprobs"]) == (0.0, 0)
    assert adapter == ["run", 1, "/runs/amazon/adapter"]
    assert process._process.returncode == 0
    # Prompts and answers are gone; what vLLM printed is kept beside the job's parts until these are removed.
    assert {path.name for path in (tmp_path / "work").iterdir()} == {"settings.json", "vllm.log"}
    assert "loading weights" in (tmp_path / "work" / "vllm.log").read_text()


def test_a_model_that_cannot_be_loaded_is_told_in_one_line(environment, tmp_path):
    with pytest.raises(ModelUnavailableError, match="vLLM ended with code 1: RuntimeError: no such model"):
        VllmProcess(environment, settings("broken"), tmp_path / "work")


def test_a_process_that_dies_on_the_way_is_told_in_one_line(environment, tmp_path):
    process = VllmProcess(environment, settings(tmp_path / "seen.json"), tmp_path / "work")
    with pytest.raises(ModelUnavailableError, match="vLLM ended with code 1: RuntimeError: CUDA out of memory"):
        process.generate([[2, 666]], 8)
    with pytest.raises(ModelUnavailableError, match="vLLM ended"):
        process.generate([[2, 3]], 8)
    process.close()


def test_another_version_is_refused(environment):
    assert require_installed(environment) is environment
    for found in (None, Environment(environment.folder, "vllm", "0.1.0")):
        with pytest.raises(ModelUnavailableError, match=r"needs vLLM 0\.33\.0"):
            require_installed(found)
