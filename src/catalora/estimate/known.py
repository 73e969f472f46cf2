"""Trials that were made before, kept on this machine, so that the same run is not tried twice.

A trial counts again only for the same weights, settings that cost time or memory, computer, and library versions, and
for a week: the machine may have become busier, and an estimate is no measurement.
"""

import hashlib
import json
import os
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from catalora.config import Config
from catalora.devices import name_request, state_folder
from catalora.errors import StorageError
from catalora.estimate.probe import Measured
from catalora.machine import describe_machine
from catalora.model.source import find_source
from catalora.run import write_json

SOUND_FOR_SECONDS = 7 * 24 * 3600
# Settings of the training that change neither the cost of a step nor of an answer.
FREE_SETTINGS = frozenset(
    {
        "epochs",
        "gradient_accumulation_steps",
        "learning_rate",
        "b_rate_ratio",
        "schedule",
        "warmup_steps",
        "weight_decay",
        "max_grad_norm",
        "save_steps",
        "keep_checkpoints",
        "logging_steps",
        "best_metric",
        "early_stopping_patience",
        "max_validation_products",
        "watch_steps",
        "watch_new_tokens",
        "report_to",
        "seed",
    }
)


def recall_trial(config: Config, *, labelled_share: float, references: bool) -> tuple[Measured, float] | None:
    """An earlier trial of the same on this machine, and its age in seconds; nothing when there is none that counts."""
    try:
        kept = json.loads(_locate(config, labelled_share, references).read_text(encoding="utf-8"))
        age = time.time() - float(kept["made"])
        return (Measured(**kept["measured"]), age) if 0 <= age < SOUND_FOR_SECONDS else None
    except (OSError, ValueError, KeyError, TypeError, StorageError):  # none, or of another version
        return None


def keep_trial(measured: Measured, config: Config, *, labelled_share: float, references: bool) -> None:
    """Keep a trial for the next run; one whose batch did not fit is not kept, for it depends on what else ran."""
    if not measured.batch_was_tried:
        return
    try:
        write_json(
            _locate(config, labelled_share, references),
            {"made": time.time(), "config": config.model_dump(mode="json"), "measured": asdict(measured)},
        )
    except (OSError, StorageError):  # then the next run tries again
        return


def _locate(config: Config, labelled_share: float, references: bool) -> Path:
    training = config.training.model_dump(mode="json")
    key: dict[str, Any] = {
        "model": _identify_model(config),
        "device": [name_request(config.model.device), config.model.dtype],
        "lora": config.lora.model_dump(mode="json"),
        "training": {name: value for name, value in training.items() if name not in FREE_SETTINGS},
        "labelled": round(labelled_share, 1),
        "references": references,
        "machine": asdict(describe_machine("cpu")),
        "threads": [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()],
        "thread_limits": [os.environ.get(name) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")],
        "versions": [version(name) for name in ("catalora", "torch", "transformers", "peft")],
        "figures": sorted(Measured.__slots__),
    }
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:32]
    return state_folder("trials") / f"{name}.json"


def _identify_model(config: Config) -> list[object]:
    """Name, commit, and the weight files' sizes and times, which change with their content."""
    source = find_source(config.model, with_weights=False)
    files = sorted(source.folder.glob("*.safetensors"))
    stats = [(file.name, file.stat()) for file in files]
    return [
        config.model.name,
        source.commit,
        [[name, found.st_size, found.st_mtime_ns] for name, found in stats],
    ]
