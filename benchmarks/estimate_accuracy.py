"""How near the estimate comes to what a run really takes, over many settings.

    python benchmarks/estimate_accuracy.py [--only 3] [--steps 12] [--seconds 2] [--json FILE]

Each configuration is estimated as `catalora train` does it, by a trial in a process of its own, and then really
trained: a short run in another process of its own, with the same settings and enough products for `--steps` steps, of
which the first is left out of the time because it maps the weights. Compared are

    time      seconds of one optimiser step as projected, against those of the run
    memory    projected peak of the process, against that of the run

The demo model is taken with lengths, batch sizes, accumulation, ranks and sample counts; Gemma-2B's shape is cut to a
few layers with random weights and a short vocabulary, so that a step takes seconds. Run it on an idle machine.
"""

import argparse
import contextlib
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "src" / "catalora" / "model" / "demo"


@dataclass(frozen=True)
class Case:
    """One configuration: layers of Gemma-2B's shape, or the demo model without any."""

    layers: int | None
    length: int
    rows: int
    accumulation: int = 1
    rank: int = 8
    products: int = 400

    @property
    def name(self) -> str:
        """For the table."""
        model = "demo" if self.layers is None else f"gemma-{self.layers}"
        return f"{model} {self.rows}x{self.length} acc {self.accumulation} r {self.rank} n {self.products}"


CASES = (
    *(Case(None, length, rows) for length, rows in ((128, 4), (256, 2), (256, 8), (512, 1), (512, 2), (512, 8))),
    *(Case(None, 512, 2, rank=rank) for rank in (4, 32, 64)),
    *(Case(None, 512, 1, accumulation=many) for many in (2, 4)),
    *(Case(None, 256, 4, products=count) for count in (200, 800, 1600)),
    *(Case(None, 1024, rows) for rows in (1, 2)),
    *(Case(1, length, rows) for length, rows in ((256, 1), (256, 2), (512, 1), (512, 2))),
    *(Case(2, length, 1, rank=rank) for length, rank in ((256, 8), (256, 32), (512, 8))),
)


def main() -> None:
    """Measure all cases, print a table with median and worst, and write JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=int, help="so many cases, spread over the list")
    parser.add_argument("--steps", type=int, default=12, help="most steps of a real run")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a trial may repeat its batches")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--train", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        _train(Path(arguments.train[0]), Path(arguments.train[1]), int(arguments.train[2]))
        return
    cases = CASES
    if arguments.only:
        cases = tuple(
            CASES[round(place * (len(CASES) - 1) / max(arguments.only - 1, 1))] for place in range(arguments.only)
        )
    print(f"{'':<34}{'s/step':>8}{'really':>8}{'error':>8}{'GB':>7}{'really':>8}{'error':>8}")
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for case in cases:
            results.append(_compare(case, Path(folder), arguments.steps, arguments.seconds))
            _print_line(results[-1])
    summary = {}
    for part in ("time", "memory"):
        errors = sorted(results, key=lambda one: abs(one[f"{part}_error"]), reverse=True)
        summary[part] = statistics.median(abs(one[f"{part}_error"]) for one in results)
        worst = "; ".join(f"{one['name']} {one[f'{part}_error']:+.0%}" for one in errors[:3])
        print(f"{part}: median error {summary[part]:.1%} of {len(results)} cases; worst: {worst}")
    if arguments.json:
        report = {"median_errors": summary, "cases": results}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _compare(case: Case, folder: Path, steps: int, seconds: float) -> dict[str, Any]:
    from catalora import pipeline
    from catalora.catalog.prepared import read_products
    from catalora.config import build_config
    from catalora.estimate.probe import run_probe
    from catalora.estimate.projection import project
    from catalora.inspection import FORESEEN_PRODUCTS, _measure_costs
    from catalora.run import RunFolder

    model = "demo" if case.layers is None else str(build_gemma(folder, case.layers))
    settings = {
        "model.name": model,
        "data.max_samples": case.products,
        "lora.r": case.rank,
        "training.max_length": case.length,
        "training.batch_size": case.rows,
        "training.gradient_accumulation_steps": case.accumulation,
        "training.epochs": 1,
        "training.logging_steps": 1,
        "training.save_steps": 10_000,
        "training.watch_products": 0,
    }
    config = build_config(None, settings)
    run = pipeline.start_run(_prepare(folder), config, runs_dir=folder / "runs", name=f"case-{time.time_ns()}")
    table = read_products(run.products)
    catalogue, labelled_share = _measure_costs(table, config, None, False, FORESEEN_PRODUCTS)
    began = time.monotonic()
    measured = run_probe(config, labelled_share=labelled_share, seconds=seconds, references=False)
    trial_seconds = time.monotonic() - began
    estimate = project(measured, catalogue, config.training, catalogue.available, references=False)
    outside = measured.start_seconds + _evaluation_seconds(measured, catalogue, config.training)
    projected = (estimate.seconds - outside) / estimate.steps
    really = _train_apart(RunFolder(run.path), folder, steps)
    shutil.rmtree(run.path)
    return {
        "name": case.name,
        "case": asdict(case),
        "trial_seconds": trial_seconds,
        "step_seconds": really["step_seconds"],
        "projected_step_seconds": projected,
        "time_error": projected / really["step_seconds"] - 1,
        "peak_bytes": really["peak_bytes"],
        "projected_peak_bytes": estimate.memory_bytes,
        "memory_error": estimate.memory_bytes / really["peak_bytes"] - 1,
        "steps": [really["steps"], estimate.steps],
    }


def _evaluation_seconds(measured: Any, catalogue: Any, training: Any) -> float:
    """What `project` counts for the one evaluation at the end of a run."""
    validated = min(catalogue.validation, training.max_validation_products) * catalogue.tokens_per_product
    return float(validated * measured.forward_token_seconds)


def _train_apart(run: Any, folder: Path, steps: int) -> dict[str, Any]:
    """Train a run in a process of its own, without an index, and stop it after so many steps."""
    answer = folder / "answer.json"
    answer.unlink(missing_ok=True)
    command = [sys.executable, "-W", "ignore", __file__, "--train", str(run.path), str(answer), str(steps)]
    environment = {**os.environ, "CATALORA_STATE_DIR": str(folder / "state")}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return result


def _train(path: Path, answer: Path, steps: int) -> None:
    """Train in this process; times between the ends of the steps, the first one left out."""
    from catalora import pipeline
    from catalora.errors import RunStoppedError
    from catalora.machine import measure_peak_memory
    from catalora.run import RunFolder

    run = RunFolder(path)
    record = run.read_record()
    run.write_record({**record, "references": False})
    ends: list[float] = []
    totals: list[int] = []

    def follow(stage: str, done: int, total: int | None) -> None:
        if stage != "train" or not done:
            return
        ends.append(time.monotonic())
        totals.append(total or 0)
        if done == steps:
            run.stop_file.touch()

    with contextlib.suppress(RunStoppedError):
        pipeline.train_run(run, progress=follow)
    # The last step is left out, for evaluating and saving may follow it.
    spans = [later - earlier for earlier, later in itertools.pairwise(ends[:-1] if len(ends) > 3 else ends)]
    result = {
        "step_seconds": statistics.mean(spans),
        "peak_bytes": measure_peak_memory("cpu")["peak_memory_bytes"],
        "steps": totals[0],
    }
    answer.write_text(json.dumps(result), encoding="utf-8")


def _prepare(folder: Path) -> Path:
    from catalora import pipeline
    from catalora.catalog.sample import SAMPLE_PATH

    data = folder / "data"
    if not data.exists():
        pipeline.prepare([SAMPLE_PATH], data)
    return data


def build_gemma(folder: Path, layers: int) -> Path:
    """Gemma-2B's shape with a few layers, random bf16 weights and the demo's vocabulary."""
    target = folder / f"gemma-{layers}"
    if target.exists():
        return target
    import torch
    from transformers import GemmaConfig, GemmaForCausalLM

    demo = json.loads((DEMO / "config.json").read_text(encoding="utf-8"))
    config = GemmaConfig(
        hidden_size=2048,
        intermediate_size=16_384,
        num_hidden_layers=layers,
        num_attention_heads=8,
        num_key_value_heads=1,
        head_dim=256,
        vocab_size=demo["vocab_size"],
        max_position_embeddings=demo["max_position_embeddings"],
        **{name: demo[name] for name in ("pad_token_id", "bos_token_id", "eos_token_id")},
    )
    torch.manual_seed(1)
    GemmaForCausalLM(config).to(torch.bfloat16).save_pretrained(target)
    for file in DEMO.iterdir():
        if "token" in file.name or file.name in {"generation_config.json", "special_tokens_map.json"}:
            shutil.copyfile(file, target / file.name)
    return target


def _print_line(result: dict[str, Any]) -> None:
    print(
        f"{result['name']:<34}{result['projected_step_seconds']:>8.3f}{result['step_seconds']:>8.3f}"
        f"{result['time_error']:>+8.0%}{result['projected_peak_bytes'] / 1e9:>7.2f}{result['peak_bytes'] / 1e9:>8.2f}"
        f"{result['memory_error']:>+8.0%}",
        flush=True,
    )


if __name__ == "__main__":
    main()
