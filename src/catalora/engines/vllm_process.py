"""vLLM in a process of its own, in an environment of its own; token ids go in and come out by files.

It loads the base model and takes the adapter beside it, so nothing is converted. It was written from the interface of
the pinned version, and its protocol is tested; on a GPU it was never run.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from catalora.engines import vllm_worker
from catalora.engines.environment import RECIPES, Environment
from catalora.errors import ModelUnavailableError
from catalora.export.source import ExportSource
from catalora.generation.batch import Generated
from catalora.machine import measure_free_memory
from catalora.run import write_json

# The ranks that vLLM makes room for; it takes the next one that holds the run's.
RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)
# Of the memory that is free on the GPU; catalora's own model lies there as well.
MEMORY_SHARE = 0.9
# It prints addresses and settings to a server of its maker unless told not to, and needs nothing from the network.
QUIET = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
LOG = "vllm.log"


class VllmProcess:
    """Greedy answers by vLLM.

    Args:
        environment: where vLLM is installed.
        settings: of the worker; see `build_settings`.
        folder: for prompts, answers and what vLLM prints; made when missing.

    Raises:
        ModelUnavailableError: it cannot load the model.
    """

    def __init__(self, environment: Environment, settings: dict[str, Any], folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._count = 0
        write_json(folder / "settings.json", settings)
        with (folder / LOG).open("ab") as log:
            # Isolated: the folder of the worker's own file would otherwise come first when modules are looked for.
            self._process = subprocess.Popen(  # noqa: S603
                [str(environment.python), "-I", str(vllm_worker.__file__), str(folder / "settings.json")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **QUIET},
                text=True,
                encoding="utf-8",
            )
        self.name = f"vllm {self._read_reply('ready')}"

    def generate(self, prompts: Sequence[Sequence[int]], max_new_tokens: int) -> list[Generated]:
        """Greedy answers to prompts of token ids, in their order."""
        self._count += 1
        asked, answered = (self._folder / f"{kind}-{self._count:06}.jsonl" for kind in ("prompts", "answers"))
        asked.write_text("".join(f"{json.dumps(list(ids))}\n" for ids in prompts), encoding="utf-8")
        task = {"prompts": str(asked), "answers": str(answered), "max_new_tokens": max_new_tokens}
        self._send(task)
        self._read_reply("done")
        rows = [json.loads(line) for line in answered.read_text(encoding="utf-8").splitlines()]
        if len(rows) != len(prompts):
            raise self._explain(f"answered {len(rows)} of {len(prompts)} prompts")
        asked.unlink()
        answered.unlink()
        return [Generated(row["ids"], row["log_probability"], row["stopped"]) for row in rows]

    def close(self) -> None:
        """Let the process end, and with it its hold on the GPU."""
        self._end(patience_seconds=60)

    def _end(self, patience_seconds: float) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(OSError):  # what was not sent any more stays unsent
            self._process.stdin.close()
        try:
            self._process.wait(timeout=patience_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _send(self, task: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(task) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:  # it has ended, or was ended before
            raise self._explain("ended") from error

    def _read_reply(self, key: str) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise self._explain(f"ended with code {self._process.returncode}")
        return str(json.loads(line)[key])

    def _explain(self, what: str) -> ModelUnavailableError:
        log = self._folder / LOG
        lines = [
            line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
        ]
        self._end(patience_seconds=0)
        return ModelUnavailableError(
            f"vLLM {what}: {lines[-1][:200] if lines else 'it printed nothing'}",
            code="vllm-failed",
            hint=f"What it printed stands in {log}. --engine transformers does without it.",
        )


def build_settings(source: ExportSource, stop_ids: Sequence[int], context_length: int) -> dict[str, Any]:
    """What the worker is told.

    Raises:
        ModelUnavailableError: the run's adapter has a larger rank than vLLM takes.
    """
    import torch

    r = int(source.config.lora.r)
    rank = next((rank for rank in RANKS if rank >= r), None)
    if rank is None:
        raise ModelUnavailableError(
            f"run {source.run.name!r} has an adapter of rank {r}; vLLM takes at most {RANKS[-1]}",
            code="vllm-rank",
            hint="Use --engine transformers.",
        )
    _, total = torch.cuda.mem_get_info()
    return {
        "model": str(source.base),
        "adapter": str(source.run.adapter.resolve()),
        "dtype": source.device.dtype,
        "max_model_len": context_length,
        "max_lora_rank": rank,
        "gpu_memory_utilization": round(MEMORY_SHARE * measure_free_memory("cuda") / total, 3),
        "stop_ids": list(stop_ids),
    }


def require_installed(environment: Environment | None) -> Environment:
    """The environment, of the version whose interface is known.

    Raises:
        ModelUnavailableError: it is not installed, or of another version.
    """
    wanted = RECIPES["vllm"].version
    if environment is None or environment.version != wanted:
        found = f"version {environment.version} is" if environment else "it is not"
        raise ModelUnavailableError(
            f"--engine vllm needs vLLM {wanted} in an environment of its own; {found} installed",
            code="vllm-missing",
            hint="catalora engines install vllm",
        )
    return environment
