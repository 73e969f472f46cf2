"""Every export of a run against the run itself: how many of N greedy answers are the same, letter by letter.

    python benchmarks/exports.py RUN_FOLDER                  # all formats whose programs are installed, 200 questions
    python benchmarks/exports.py RUN_FOLDER --only gguf:f32 --questions 40

A difference is shown with its first example: the token where the answers part, and how near the two were there.
"""

import argparse
import tempfile
from importlib.util import find_spec
from pathlib import Path

from catalora import pipeline
from catalora.export.check import Check
from catalora.run import open_run

WAYS = (
    ("adapter", None),
    ("merged", "float32"),
    ("merged", "bfloat16"),
    ("gguf", "f32"),
    ("gguf", "q8_0"),
    ("openvino", "float32"),
    ("openvino", "float16"),
    ("ctranslate2", "float32"),
    ("ctranslate2", "int8"),
)
PROGRAMS = {"gguf": "llama_cpp", "openvino": "openvino", "ctranslate2": "ctranslate2"}


def main() -> None:
    """Export in each way, compare, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=[], metavar="FORMAT:PRECISION")
    arguments = parser.parse_args()
    run = open_run(arguments.run.parent, arguments.run.name)
    print(f"{'export':24} {'MB':>7} {'seconds':>8} {'alike prompts':>14} {'same answers':>13} {'parted':>7}")
    for kind, precision in WAYS:
        name = f"{kind}:{precision}" if precision else kind
        if arguments.only and name not in arguments.only:
            continue
        program = PROGRAMS.get(kind)
        if program and find_spec(program) is None:
            print(f"{name:24} left out: {program} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            export = pipeline.export(
                run, kind, Path(folder) / "export", precision=precision, questions=arguments.questions
            )
        report(name, export.size_bytes, export.seconds, export.check)


def report(name: str, size_bytes: int, seconds: float, check: Check | None) -> None:
    """Print one export's figures, and its first difference when there is one."""
    assert check is not None
    counts = f"{check.prompts_alike:14} {check.identical:13} {check.differing:7}"
    print(f"{name:24} {size_bytes / 1e6:7.1f} {seconds:8.1f} {counts}", flush=True)
    if check.first is not None:
        print(f"{'':24} first difference: {check.first}")


if __name__ == "__main__":
    main()
