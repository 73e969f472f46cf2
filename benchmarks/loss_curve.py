"""The loss of the first steps with every optimisation of the step, and without any: the same rows, the same weights.

    python benchmarks/loss_curve.py --data FILE [--steps 30] [--json FILE]

Three runs of each model, each in a process of its own, with the settings of `overnight` and dropout on:

    plain     every switch off: `fuse_…`, `block_attention`, `compile_kernels`, `cuda_graphs`, `keep_memory`
    fast      as users train
    float32   plain, computed in float32: how far `plain` is from it is the rounding of bfloat16

Models are the bundled one and two layers of Gemma-2B's shape with random weights. The optimisations change nothing that
rounding would not change when `fast` is no further from `float32` than `plain` is.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from estimate_accuracy import build_gemma

SWITCHES = (
    *(f"fuse_{part}" for part in ("lora", "activation", "norms", "rotary")),
    *("block_attention", "compile_kernels", "cuda_graphs", "keep_memory"),
)
OFF: dict[str, object] = dict.fromkeys((f"training.{name}" for name in SWITCHES), False)
EXACT = "float32"
WAYS: dict[str, dict[str, object]] = {"plain": OFF, "fast": {}, EXACT: {**OFF, "model.dtype": EXACT}}
LAYERS = 2
SHOWN = 5  # every so many steps


def main() -> None:
    """Print the curves and their distances, and write them as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a catalogue, such as real products")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--train", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        train(arguments.train[0], arguments.train[1], arguments.steps)
        return
    if arguments.data is None:
        parser.error("--data FILE is missing")
    report: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(arguments.data, folder)
        for model in ("demo", str(build_gemma(folder, LAYERS))):
            curves = {way: train_apart(way, model, folder, arguments.steps) for way in WAYS}
            report[Path(model).name] = curves
            print_curves(Path(model).name, curves)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def prepare(source: Path, folder: Path) -> None:
    """The data set that all runs train on."""
    from catalora import pipeline

    pipeline.prepare([source], folder / "data", settings={"data.max_samples": 2_000})


def train_apart(way: str, model: str, folder: Path, steps: int) -> list[float]:
    """The loss of each step of one way, trained in a process of its own."""
    from catalora import pipeline
    from catalora.config import build_config

    name = f"{Path(model).name}-{way}"
    fixed: dict[str, object] = {"model.name": model, "training.logging_steps": 1, "training.watch_products": 0}
    config = build_config("overnight", {**fixed, "training.save_steps": 10_000, **WAYS[way]})
    run = pipeline.start_run(folder / "data", config, runs_dir=folder / "runs", name=name)
    answer = folder / f"{name}.json"
    command = [sys.executable, "-W", "ignore", __file__, "--train", str(run.path), str(answer), "--steps", str(steps)]
    environment = {**os.environ, "CATALORA_STATE_DIR": str(folder / "state")}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    losses: list[float] = json.loads(answer.read_text(encoding="utf-8"))
    return losses


def train(path: Path, answer: Path, steps: int) -> None:
    """Train a started run in this process, without an index, and stop it after so many steps."""
    from catalora import pipeline
    from catalora.errors import RunStoppedError
    from catalora.run import RunFolder

    run = RunFolder(path)
    run.write_record({**run.read_record(), "references": False})

    def follow(stage: str, done: int, total: int | None) -> None:
        if stage == "train" and done == steps:
            run.stop_file.touch()

    with contextlib.suppress(RunStoppedError):
        pipeline.train_run(run, progress=follow)
    losses = [event.facts["loss"] for event in run.read_events() if event.kind == "step"]
    answer.write_text(json.dumps(losses[:steps]), encoding="utf-8")


def print_curves(model: str, curves: dict[str, list[float]]) -> None:
    """Every fifth step, and how far each way is from float32."""
    steps = len(curves[EXACT])
    shown = sorted({1, *range(SHOWN, steps + 1, SHOWN), steps})
    print(f"{model:<14}" + "".join(f"{f'step {step}':>9}" for step in shown) + f"{'largest':>9}{'mean':>9}")
    for way, losses in curves.items():
        distances: list[Any] = [abs(one - other) for one, other in zip(losses, curves[EXACT], strict=True)]
        told = "" if way == EXACT else f"{max(distances):>9.5f}{sum(distances) / steps:>9.5f}"
        print(f"{way:<14}" + "".join(f"{losses[step - 1]:>9.4f}" for step in shown) + told, flush=True)


if __name__ == "__main__":
    main()
