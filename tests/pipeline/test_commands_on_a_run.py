"""The commands that need a trained run, and a run that is stopped and killed, in processes of their own."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from catalora.run import RunFolder
from tests.cli.conftest import catalora  # noqa: F401 - a fixture
from tests.pipeline.conftest import SETTINGS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(run):
    return ["--runs-dir", str(run.path.parent)]


def test_ask_prints_both_answers_and_references(catalora, run, place):  # noqa: F811
    title = pl.read_parquet(run.products).filter(pl.col("split") == "train")["title"][0]
    text = catalora("ask", run.name, f"O que é {title}?", *place)
    assert text.code == 0
    assert text.out.index("Base model (before)") < text.out.index("Tuned model (after)")
    assert "trained on" in text.out
    assert "1. " in text.out
    shown = catalora("ask", run.name, f"O que é {title}?", "--side", "tuned", "--refs", "2", "--json", *place).json
    assert list(shown["answers"]) == ["tuned"]
    assert len(shown["references"]) <= 2
    assert shown["references"][0]["title"] == title


def test_ask_without_a_question_is_refused(catalora, run, place):  # noqa: F811
    result = catalora("ask", run.name, "  ", *place)
    assert result.code == 2
    assert "question is empty" in result.err


def test_compare_prints_the_table_and_keeps_the_result(catalora, run, place):  # noqa: F811
    shown = catalora("compare", run.name, "--n", "4", "--json", *place).json
    assert len(shown["products"]) == 4
    text = catalora("compare", run.name, "--n", "4", *place)
    assert "bits per byte of the true description" in text.out
    assert f"{shown['tuned']['bits_per_byte']:.3f}" in text.out


def test_runs_lists_and_shows(catalora, run, place):  # noqa: F811
    assert [item["run"] for item in catalora("runs", "--json", *place).json] == [run.name]
    shown = catalora("runs", "show", run.name, *place)
    assert "finished" in shown.out
    assert "training.learning_rate" in shown.out
    assert catalora("runs", "show", run.name, "--json", *place).json["job"]["state"] == "finished"


def test_index_says_what_it_holds(catalora, run, place):  # noqa: F811
    assert catalora("index", run.name, "--json", *place).json["products"] == 64


def start_training(data: Path, runs_dir: Path, name: str) -> subprocess.Popen[str]:
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    command = [sys.executable, "-m", "catalora", "train", "--data", data, "--preset", "quick", *settings]
    command += ["--set", "training.epochs=3", "--no-index", "--no-estimate", "--run", name, "--runs-dir", runs_dir]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for_step(process: subprocess.Popen[str], run: RunFolder, step: int) -> None:
    while process.poll() is None and not (run.path.exists() and run.read_status().step >= step):
        time.sleep(0.01)


def test_sigterm_saves_stops_with_75_and_resumes(data, tmp_path, catalora):  # noqa: F811
    run = RunFolder(tmp_path / "stopped")
    process = start_training(data, tmp_path, run.name)
    wait_for_step(process, run, 5)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 75
    assert "all saved" in errors
    assert f"catalora train --resume --run {run.name}" in errors
    assert run.read_status().state == "stopped"
    result = catalora("train", "--resume", "--run", run.name, "--runs-dir", tmp_path, "--json")
    assert result.code == 0
    assert run.read_status().state == "finished"
    assert result.json["steps"] == run.read_status().total_steps


def test_a_killed_run_reads_as_crashed(data, tmp_path):
    run = RunFolder(tmp_path / "killed")
    process = start_training(data, tmp_path, run.name)
    wait_for_step(process, run, 5)
    process.kill()
    process.communicate()
    assert run.read_status().state == "crashed"
    assert run.read_status().is_resumable
    assert not run.adapter.exists()


def test_runs_killed_at_random_end_bit_equal(data):
    script = ROOT / "benchmarks" / "resume_after_kill.py"
    command = [sys.executable, script, "--kills", "2", "--products", "24", "--data", data]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 of 2 resumed runs ended bit-equal" in result.stdout


def test_json_output_is_json_alone(data, tmp_path):
    command = [sys.executable, "-m", "catalora", "runs", "--runs-dir", str(tmp_path), "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == []
    assert result.stderr == ""
