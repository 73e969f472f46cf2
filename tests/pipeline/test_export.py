"""Exports of a real run, each loaded by the program that it is for and asked what the run is asked."""

import json

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

import catalora
from catalora import pipeline
from catalora.errors import UsageError
from tests.cli.conftest import catalora as command  # noqa: F401 - a fixture

PAPERS = {"README.md", "export.json", "prompt_template.json", "run.json"}


@pytest.fixture(scope="module")
def adapter(run, tmp_path_factory):
    return pipeline.export(run, "adapter", tmp_path_factory.mktemp("exports") / "adapter", questions=6)


@pytest.fixture(scope="module")
def merged(run, tmp_path_factory):
    return pipeline.export(run, "merged", tmp_path_factory.mktemp("exports") / "merged", questions=6, language="pt-BR")


def test_plain_peft_gives_the_very_answers_of_the_run(adapter):
    assert {path.name for path in adapter.folder.iterdir()} == PAPERS | {
        "adapter_model.safetensors",
        "adapter_config.json",
    }
    assert (adapter.check.questions, adapter.check.identical, adapter.check.differing) == (6, 6, 0)
    assert adapter.check.engine.startswith("peft ")


def test_the_report_tells_files_and_comparison(adapter, run):
    report = json.loads((adapter.folder / "export.json").read_text())
    assert report["check"]["identical"] == 6
    assert report["files"].keys() == {path.name for path in adapter.folder.iterdir()} - {"export.json"}
    assert report["run"] == run.name
    assert sum(file["bytes"] for file in report["files"].values()) < adapter.size_bytes


def test_the_merged_model_loads_alone_and_answers_as_the_run(merged, session):
    model = AutoModelForCausalLM.from_pretrained(merged.folder)
    tokenizer = AutoTokenizer.from_pretrained(merged.folder)
    assert not isinstance(model, PeftModel)
    assert {weight.dtype for weight in model.state_dict().values()} == {torch.bfloat16}
    ids = session.answerer.template.encode_prompts(tokenizer, ["Brass lamp"])
    assert ids == session.answerer.template.encode_prompts(session.answerer.tokenizer, ["Brass lamp"])
    generation = json.loads((merged.folder / "generation_config.json").read_text())
    assert generation["eos_token_id"] == session.answerer.stop_ids
    # The run computes in float32 here and the export holds bfloat16, so an answer may part at a near tie.
    assert merged.check.differing_share < 0.5
    assert (merged.check.first is None) == (merged.check.differing == 0)


def test_in_full_precision_the_merged_answers_are_the_runs(run, tmp_path):
    export = pipeline.export(run, "merged", tmp_path / "full", precision="float32", questions=6)
    assert (export.check.identical, export.precision) == (6, "float32")


# llama.cpp has to be compiled: its answers are compared in benchmarks/exports.py, its files in tests/unit/export.
@pytest.mark.parametrize("kind", ["openvino", "ctranslate2", "mlx"])
def test_in_full_precision_other_engines_give_the_runs_answers(run, tmp_path, kind):
    export = pipeline.export(run, kind, tmp_path / kind, precision="float32", questions=6)
    check = export.check
    assert check.prompts_alike == 6
    # They add up in another order than torch: a near tie may fall otherwise.
    assert check.identical >= 4 and check.differing_share < 0.25, check
    # mlx-lm computes Gemma's activation exactly and not by the approximation that the model was trained with.
    assert abs(check.loss.change) < (1e-3 if kind == "mlx" else 1e-5)
    assert {path.name for path in export.folder.iterdir()} >= PAPERS


def test_weights_of_4_bits_cost_likelihood_and_the_report_tells_how_much(run, tmp_path):
    export = pipeline.export(run, "openvino", tmp_path / "small", precision="int4", questions=6)
    loss = export.check.loss
    assert (loss.descriptions, loss.change > 1e-4) == (6, True)
    assert loss.export_bits_per_byte / loss.run_bits_per_byte == pytest.approx(1 + loss.change)
    written = json.loads((export.folder / "export.json").read_text())["check"]["loss"]
    assert written["export_nats_per_token"] == loss.export_nats_per_token
    assert export.size_bytes < 3 * run.read_record()["model"]["parameters"]


@pytest.mark.parametrize(
    ("kind", "precision"), [("gguf", "q8_0"), ("openvino", "int8"), ("ctranslate2", "int8"), ("mlx", "int8")]
)
def test_smaller_weights_make_smaller_exports(run, tmp_path, kind, precision):
    small = pipeline.export(run, kind, tmp_path / "small", precision=precision, questions=0)
    parameters = run.read_record()["model"]["parameters"]
    assert small.size_bytes < 3 * parameters


def test_the_card_is_the_exports_own(adapter, merged):
    english, portuguese = ((export.folder / "README.md").read_text() for export in (adapter, merged))
    assert "base_model_relation: adapter" in english
    assert "library_name: transformers" in portuguese
    assert "incorporado aos pesos" in portuguese
    assert "data_preparation" not in english


def test_no_export_tells_where_the_run_lies(adapter, merged, run):
    for export in (adapter, merged):
        for path in export.folder.rglob("*"):
            if path.suffix in {".json", ".md"}:
                assert str(run.path.parent) not in path.read_text()
        assert not list(export.folder.rglob("training_args.bin"))


def test_an_existing_folder_is_refused_and_left_alone(run, tmp_path, command):  # noqa: F811
    (tmp_path / "note.txt").write_text("mine")
    place = ["--runs-dir", run.path.parent]
    refused = command("export", run.name, "--format", "merged", "--out", tmp_path, *place)
    assert refused.code == 2
    assert refused.err.count("error: ") == 1 and "exists already" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
    wrong = command("export", run.name, "--format", "merged", "--out", tmp_path / "x", "--precision", "int3", *place)
    assert wrong.code == 2 and "bfloat16, float32" in wrong.err


def test_a_failed_write_leaves_nothing(run, tmp_path, monkeypatch):
    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("catalora.export.plain.write_adapter", fail)
    with pytest.raises(catalora.CataloraError, match="No space left"):
        pipeline.export(run, "adapter", tmp_path / "adapter", questions=0)
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_run_is_refused(data, tmp_path):
    from catalora.config import build_config

    run = pipeline.start_run(data, build_config("quick"), runs_dir=tmp_path, name="waiting", references=False)
    with pytest.raises(UsageError, match="is not finished"):
        pipeline.export(run, "adapter", tmp_path / "out")


def test_the_command_prints_the_comparison(run, tmp_path, command):  # noqa: F811
    place = ["--runs-dir", run.path.parent]
    shown = command("export", run.name, "--format", "adapter", "--out", tmp_path / "a", "--check", "2", *place)
    assert "2 of 2 answers by peft" in shown.out
    shown = command(
        "export", run.name, "--format", "adapter", "--out", tmp_path / "b", "--check", "0", "--json", *place
    )
    assert shown.json["check"] is None
