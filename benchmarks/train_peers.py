"""catalora's training step beside its peers: the same rows, the same shape, the same machine, in turns.

    python benchmarks/train_peers.py --data FILE --scratch FOLDER [--device cpu] [--layers 18] [--steps 2]
        [--rounds 2] [--json FILE]

Sides: the original's settings (transformers' Trainer in fp32, padded to 256), TRL's `SFTTrainer` with and without its
packing, and catalora with the preset `overnight`. Each side is a process of its own; TRL lives in an environment of its
own in the scratch folder, which is made when it is missing and borrows torch and transformers from this one. The
checkpoint has Gemma-2B's shape and random weights (5 GB in the scratch folder). Tokens per second count content tokens,
prompts included and padding not; the first steps of a process warm up and are left out. TRL computes in the precision
that catalora chooses on the machine: bf16, or fp32 where the processor has no bf16 products.

On a GPU a step has 16,384 tokens: 32 packed rows, so many at once as a side's name says. There the peak memory is what
torch has taken of the GPU. A machine without a catalogue or a package index can be given the rows that another one has
written (`--rows`) and a Python that has TRL (`--trl-python`).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path
from typing import Any

from gemma2b_smoke import write_checkpoint, write_tokenizer

from catalora.hardware import choose_device

HERE = Path(__file__).parent
TRL = ("trl==1.16.0", "datasets")
PEER = ("--dtype", "PRECISION")
SIDES: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "cpu": {
        "original": ("original", ()),
        "TRL, batches of 4": ("trl_sft", ("--batch", "4", *PEER)),
        "TRL, batches of 2": ("trl_sft", ("--batch", "2", *PEER)),
        "TRL, packing": ("trl_sft", ("--batch", "2", "--packing", *PEER)),
        "catalora": ("ours", ()),
    },
    "cuda": {
        "original": ("original", ()),
        "TRL, 8 rows": ("trl_sft", ("--batch", "8", "--accumulation", "4", "--packing", *PEER)),
        "TRL, 32 rows": ("trl_sft", ("--batch", "32", "--packing", *PEER)),
        "catalora, 4 rows": ("ours", ("--batch", "4", "--accumulation", "8")),
        "catalora, 8 rows": ("ours", ("--batch", "8", "--accumulation", "4")),
        "catalora, 32 rows": ("ours", ("--batch", "32")),
    },
}
# Compiling and recording take the first two steps of some sides on a GPU.
WARMING = {"cpu": 1, "cuda": 2}


def main() -> None:
    """Print a table, and write it as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="A catalogue, such as real products.")
    parser.add_argument("--rows", type=Path, help="Rows of an earlier call's scratch folder, in place of a catalogue.")
    parser.add_argument("--device", choices=list(SIDES), default="cpu")
    parser.add_argument("--trl-python", type=Path, help="Python of an environment that has TRL.")
    parser.add_argument("--scratch", type=Path, required=True)
    parser.add_argument("--layers", type=int, default=18)
    parser.add_argument("--steps", type=int, default=2, help="Timed steps in each round.")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sides", nargs="*", help="Some of them, by name.")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    sides, warming = SIDES[arguments.device], WARMING[arguments.device]
    arguments.sides = arguments.sides or list(sides)
    if unknown := set(arguments.sides) - set(sides):
        parser.error(f"--sides {', '.join(unknown)}: expected some of {', '.join(sides)}")
    if not (arguments.data or arguments.rows):
        parser.error("--data FILE or --rows FILE is missing")
    model = make_checkpoint(arguments.scratch, arguments.layers, arguments.device)
    count = (64 if arguments.device == "cpu" else 256) * (arguments.steps + warming)
    rows = arguments.rows or write_rows(arguments.data, arguments.scratch, count)
    python = arguments.trl_python or make_environment(arguments.scratch / "trl")
    precision = choose_device(arguments.device).dtype
    results: dict[str, dict[str, Any]] = {
        side: {"seconds": [], "tokens": [], "losses": [], "peak": 0} for side in arguments.sides
    }
    for round_number in range(arguments.rounds):
        for side, result in results.items():
            script, options = sides[side]
            given = [precision if option == "PRECISION" else option for option in options]
            interpreter = python if script.startswith("trl") else Path(sys.executable)
            given += ["--device", arguments.device]
            found = run_side(interpreter, script, model, rows, arguments.steps + warming, given)
            result["seconds"] += found["seconds"][warming:]
            result["tokens"] += found["content_tokens"][warming:]
            result["losses"].append(found["losses"])
            for name in {"peak", "peak_of_tensors"} & set(found):
                result[name] = max(result.get(name, 0), found[name])
            print(f"round {round_number + 1}: {side}: {found['seconds']}", file=sys.stderr, flush=True)
    speeds = {
        side: [tokens / seconds for tokens, seconds in zip(result["tokens"], result["seconds"], strict=True)]
        for side, result in results.items()
    }
    fastest = max(statistics.median(values) for values in speeds.values())
    print(f"{'':<20}{'tokens/s':>10}{'min':>10}{'max':>10}{'peak GB':>9}{'fastest is':>12}")
    for side, values in speeds.items():
        median = statistics.median(values)
        print(
            f"{side:<20}{median:>10,.1f}{min(values):>10,.1f}{max(values):>10,.1f}{results[side]['peak'] / 1e9:>9.1f}"
            f"{fastest / median:>11.1f}x"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


def make_checkpoint(scratch: Path, layers: int, device: str) -> Path:
    """The checkpoint's folder; written when it is missing."""
    folder = scratch / f"gemma-{layers}"
    if not (folder / "tokenizer.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_checkpoint(folder, layers, device)
        write_tokenizer(folder)
    return folder


def write_rows(data: Path, scratch: Path, count: int) -> Path:
    """Cleaned products with their prompts, as JSON Lines."""
    import polars as pl

    from catalora import pipeline
    from catalora.prompts import PromptTemplate

    prepared = pipeline.prepare([data], scratch / "data", settings={"data.max_samples": count})
    template = PromptTemplate()
    rows = [
        {
            **product,
            "prompt": template.render_prompt(template.render_question(product["title"], 1)),
            "completion": template.render_completion(product["content"]),
        }
        for product in prepared.table().filter(pl.col("split") == "train").select("uid", "title", "content").to_dicts()
    ]
    path = scratch / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def make_environment(folder: Path) -> Path:
    """Python of an environment with TRL, which borrows everything else from this one."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        (place,) = folder.glob("lib/python*/site-packages")
        (place / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
        subprocess.run([python, "-m", "pip", "install", "-q", *TRL], check=True)
    return python


def run_side(python: Path, script: str, model: Path, rows: Path, steps: int, options: list[str]) -> dict[str, Any]:
    """Run one side for some steps and return what it reports."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])}
    with tempfile.TemporaryDirectory() as out:
        command = [str(python), "-W", "ignore", str(HERE / "peers" / f"{script}.py"), str(model), str(rows)]
        command += ["--steps", str(steps), "--out", out, *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


if __name__ == "__main__":
    main()
