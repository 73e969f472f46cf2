"""Every export of a run against the run itself: how many of N greedy answers are the same, letter by letter.

    python benchmarks/exports.py RUN_FOLDER                  # all formats whose programs are installed, 200 questions
    python benchmarks/exports.py RUN_FOLDER --only gguf:f32 --questions 40
    python benchmarks/exports.py RUN_FOLDER --dtype float32  # the run answers in full precision, too

In bfloat16 batches of other sizes already round otherwise, and near ties fall otherwise; with float32 on both sides the
answers show whether an export holds the same model.
The loss is the negative log-likelihood of the questions' own descriptions, and by how much it is above the run's.
A difference is shown with its first example: the token where the answers part, and by how many nats the run prefers its
token there to its second choice.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch

from catalora import pipeline
from catalora.export.check import Check, Divergence
from catalora.run import RunFolder, open_run

WAYS = (
    ("adapter", None),
    ("merged", "float32"),
    ("merged", "bfloat16"),
    ("gguf", "f32"),
    ("gguf", "q8_0"),
    ("openvino", "float32"),
    ("openvino", "float16"),
    ("openvino", "int8"),
    ("openvino", "int4"),
    ("ctranslate2", "float32"),
    ("ctranslate2", "int8"),
    ("mlx", "float32"),
    ("mlx", "bfloat16"),
    ("mlx", "int8"),
    ("mlx", "int4"),
)
PROGRAMS = {"gguf": "llama_cpp", "openvino": "openvino", "ctranslate2": "ctranslate2", "mlx": "mlx_lm"}


def main() -> None:
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], help="the run's own instead of its setting")
    parser.add_argument("--only", nargs="*", default=[], metavar="FORMAT:PRECISION")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = open_run(arguments.run.parent, arguments.run.name)
        if arguments.dtype:
            run = copy_run(arguments.run, Path(folder), arguments.dtype)
        compare(run, arguments.only, arguments.questions)


def copy_run(run: Path, folder: Path, dtype: str) -> RunFolder:
    """The run without its checkpoints and references, computing in another precision."""
    shutil.copytree(run, folder / run.name, ignore=shutil.ignore_patterns("checkpoints", "references"))
    path = folder / run.name / "run.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["config"]["model"]["dtype"] = dtype
    path.write_text(json.dumps(record), encoding="utf-8")
    return open_run(folder, run.name)


def compare(run: RunFolder, only: Sequence[str], questions: int) -> None:
    """Export in each way and print how many answers are the run's."""
    counts = f"{'alike prompts':>14} {'same answers':>13} {'other tokens':>12}"
    print(f"{'export':24} {'MB':>7} {'seconds':>8} {counts} {'nats/token':>11} {'above':>8}")
    for kind, precision in WAYS:
        name = f"{kind}:{precision}" if precision else kind
        if only and name not in only:
            continue
        program = PROGRAMS.get(kind)
        if program and find_spec(program) is None:
            print(f"{name:24} left out: {program} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            export = pipeline.export(run, kind, Path(folder) / "export", precision=precision, questions=questions)
        assert export.check is not None
        report(name, export.size_bytes, export.seconds, export.check)
        if (first := export.check.first) is not None:
            print(
                f"{'':24} first difference, at a margin of {measure_margin(run, first):.4f} nats: {first}", flush=True
            )


def measure_margin(run: RunFolder, parting: Divergence) -> float:
    """By how many nats the run prefers its token, where an answer parts, to its second choice; answered once more."""
    with pipeline.open_session(run) as session:
        answerer = session.answerer
        ids = list(answerer.template.encode_prompts(answerer.tokenizer, [parting.question])[0])
        with torch.inference_mode():
            for _ in range(parting.token + 1):
                row = torch.tensor([ids], device=answerer.model.device)
                best = answerer.model(input_ids=row).logits[0, -1].float().topk(2)
                ids.append(int(best.indices[0]))
    return float(best.values[0] - best.values[1])


def report(name: str, size_bytes: int, seconds: float, check: Check) -> None:
    """Print one export's figures."""
    counts = f"{check.prompts_alike:14} {check.identical:13} {check.differing:12}"
    loss = f"{check.loss.export_nats_per_token:11.4f} {check.loss.change:8.2%}" if check.loss else ""
    print(f"{name:24} {size_bytes / 1e6:7.1f} {seconds:8.1f} {counts} {loss}", flush=True)


if __name__ == "__main__":
    main()
