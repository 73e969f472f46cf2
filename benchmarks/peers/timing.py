"""What every side reports: seconds, content tokens and loss of each step, and the peak memory of its process."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

LORA = {
    "r": 8,
    "lora_alpha": 32,
    "lora_dropout": 0.1,
    "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    "task_type": "CAUSAL_LM",
}


def read_rows(path: str) -> list[dict[str, str]]:
    """Prompt and completion of each product."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def wait_for(device: str) -> None:
    """Until a GPU has done what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def measure_peaks(device: str) -> dict[str, int]:
    """Bytes: on a GPU what torch took of it, and of that what tensors held; else the process's peak."""
    if device == "cuda":
        return {"peak": torch.cuda.max_memory_reserved(), "peak_of_tensors": torch.cuda.max_memory_allocated()}
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


class StepClock(TrainerCallback):
    """Times each optimiser step and keeps the logged losses."""

    def __init__(self, device: str = "cpu") -> None:
        self.device = device
        self.seconds: list[float] = []
        self.losses: list[float] = []

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        """A step starts."""
        self.started = time.perf_counter()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        """A step ends."""
        wait_for(self.device)
        self.seconds.append(time.perf_counter() - self.started)

    def on_log(self, _args: Any, _state: Any, _control: Any, logs: dict[str, float], **_: Any) -> None:
        """The loss of the step."""
        if "loss" in logs:
            self.losses.append(logs["loss"])


class TokenCounter:
    """A collator around another one that counts what is not padding."""

    def __init__(self, collator: Any, pad_token_id: int) -> None:
        self.collator = collator
        self.pad_token_id = pad_token_id
        self.content: list[int] = []

    def __call__(self, rows: list[Any]) -> Any:
        """Collate and count."""
        batch = self.collator(rows)
        self.content.append(int((batch["input_ids"] != self.pad_token_id).sum()))
        return batch


def report(clock: StepClock, content: list[int], accumulation: int = 1) -> None:
    """Print the result as one line of JSON; `content` are the tokens of each batch, so many of them a step."""
    tokens = [sum(content[start : start + accumulation]) for start in range(0, len(content), accumulation)]
    result = {
        "seconds": clock.seconds,
        "content_tokens": tokens[: len(clock.seconds)],
        "losses": clock.losses,
        **measure_peaks(clock.device),
    }
    sys.stdout.write(json.dumps(result) + "\n")
