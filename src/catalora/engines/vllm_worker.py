"""Runs in vLLM's own environment as a process of `catalora describe --engine vllm`; imports nothing of catalora.

    python vllm_worker.py SETTINGS.json

Each line on stdin names a file of prompts and one for the answers; each line on stdout says that one is done.

    stdin    {"prompts": "in.jsonl", "answers": "out.jsonl", "max_new_tokens": 200}
    stdout   {"ready": "0.33.0"}, then {"done": "out.jsonl"} for each
    in       one list of token ids a line
    out      {"ids": […], "log_probability": -12.3, "stopped": true} a line, in the same order
"""

import json
import os
import sys
from typing import Any


def main() -> None:
    """Load the model once, answer until stdin ends."""
    # What vLLM and its own processes print goes to stderr; stdout is for the replies alone.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - this file stays without further imports
        settings = json.load(file)

    from importlib.metadata import version

    from vllm import LLM
    from vllm.lora.request import LoRARequest

    model = LLM(
        model=settings["model"],
        dtype=settings["dtype"],
        max_model_len=settings["max_model_len"],
        gpu_memory_utilization=settings["gpu_memory_utilization"],
        enable_lora=True,
        max_lora_rank=settings["max_lora_rank"],
        seed=0,
    )
    adapter = LoRARequest("run", 1, settings["adapter"])
    print(json.dumps({"ready": version("vllm")}), file=replies, flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        answer(model, adapter, task, settings["stop_ids"])
        print(json.dumps({"done": task["answers"]}), file=replies, flush=True)


def answer(model: Any, adapter: Any, task: dict[str, Any], stop_ids: list[int]) -> None:
    """Answer one file of prompts, greedily; the answers appear whole."""
    from vllm import SamplingParams

    with open(task["prompts"], encoding="utf-8") as file:  # noqa: PTH123
        prompts = [{"prompt_token_ids": json.loads(line)} for line in file]
    settings = SamplingParams(
        temperature=0.0,
        max_tokens=task["max_new_tokens"],
        stop_token_ids=stop_ids,
        # 0 alternatives: the probability of the token that was taken.
        logprobs=0,
        detokenize=False,
    )
    outputs = model.generate(prompts, settings, use_tqdm=False, lora_request=adapter)
    temporary = task["answers"] + ".tmp"
    with open(temporary, "w", encoding="utf-8") as file:  # noqa: PTH123
        for output in outputs:
            (found,) = output.outputs
            row = {
                "ids": list(found.token_ids),
                "log_probability": found.cumulative_logprob,
                "stopped": found.finish_reason == "stop",
            }
            print(json.dumps(row), file=file)
    os.replace(temporary, task["answers"])  # noqa: PTH105


if __name__ == "__main__":
    main()
