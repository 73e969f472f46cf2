"""General ability before and after, by a real lm-eval task with data of its own."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from catalora import pipeline
from catalora.cli.evaluate import command
from catalora.errors import EvaluationError, InputNotFoundError, ModelUnavailableError, UsageError
from catalora.evaluation import general
from catalora.evaluation.general import load_tasks, measure_general
from catalora.evaluation.results import load_results
from catalora.generation.answer import Answerer

TASK = """
task: opposites
dataset_path: json
dataset_kwargs: {{data_files: {{train: {train}, test: {test}}}}}
training_split: train
test_split: test
output_type: multiple_choice
doc_to_text: "Question: What is the opposite of {{{{word}}}}?\\nAnswer:"
doc_to_choice: choices
doc_to_target: answer
num_fewshot: 1
metric_list:
  - {{metric: acc, aggregation: mean, higher_is_better: true}}
  - {{metric: brier_score, aggregation: brier_score, higher_is_better: false}}
"""
PROSE = """
task: prose
dataset_path: json
dataset_kwargs: {{data_files: {{test: {prose}}}}}
test_split: test
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: text
metric_list:
  - {{metric: bits_per_byte}}
"""
WORDS = [("hot", "cold"), ("old", "new"), ("up", "down"), ("dark", "light"), ("wet", "dry"), ("big", "small")] * 2
SENTENCES = ["The river was high that spring.", "Nobody had asked her before.", "It rained, so they stayed at home."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two tasks that need no network, and one whose data is nowhere."""
    folder = tmp_path_factory.mktemp("tasks")

    def write(name, rows):
        (folder / name).write_text("\n".join(map(json.dumps, rows)))
        return folder / name

    rows = [{"word": word, "choices": [right, "blue"], "answer": 0} for word, right in WORDS]
    files = {"train": write("train.json", rows[:4]), "test": write("test.json", rows)}
    (folder / "opposites.yaml").write_text(TASK.format(**files))
    prose = write("prose.json", [{"text": text} for text in SENTENCES])
    (folder / "prose.yaml").write_text(PROSE.format(prose=prose))
    (folder / "lost.yaml").write_text(TASK.replace("opposites", "lost").format(**files | {"test": folder / "no.json"}))
    return folder


@pytest.fixture(scope="module")
def measured(session, folder):
    tasks = load_tasks(["opposites", "prose"], folder, limit=10)
    return measure_general(session.answerer, tasks, session.config)


def test_both_sides_are_scored_on_the_same_questions(measured):
    assert [score.name for score in measured.scores] == ["opposites acc", "prose bits_per_byte"]
    accuracy, bits = measured.scores
    assert accuracy.columns["base"].products == accuracy.columns["tuned"].products == 10  # Brier has no single values
    assert bits.columns["base"].products == len(SENTENCES)
    assert (accuracy.direction, bits.direction) == ("higher", "lower")
    for score in measured.scores:
        change = score.differences["tuned-base"]
        assert change.value == pytest.approx(score.columns["tuned"].value - score.columns["base"].value)
        assert change.low <= change.value <= change.high


def test_the_figures_are_those_of_lm_eval_for_a_model_of_its_own(measured, session, folder):
    """The base loaded anew, without any adapter, asked by lm-eval itself."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(session.answerer.model.get_base_model().name_or_path)
    alone = HFLM(model.float(), backend="causal", tokenizer=session.answerer.tokenizer, max_length=512)
    manager = TaskManager(include_path=folder, include_defaults=False)
    found = simple_evaluate(
        alone,
        tasks=["opposites", "prose"],
        task_manager=manager,
        limit=10,
        fewshot_random_seed=session.config.data.seed,
    )["results"]
    accuracy, bits = measured.scores
    assert accuracy.columns["base"].value == pytest.approx(found["opposites"]["acc,none"])
    assert bits.columns["base"].value == pytest.approx(found["prose"]["bits_per_byte,none"], rel=1e-3)
    assert bits.columns["tuned"].value != pytest.approx(bits.columns["base"].value, rel=1e-3)


def test_the_adapter_left_off_is_an_error(session, folder, monkeypatch):
    tasks = load_tasks(["prose"], folder, limit=None)
    honest = Answerer.weights_of
    monkeypatch.setattr(Answerer, "weights_of", lambda self, sides: honest(self, ["base"] * len(sides)))
    with pytest.raises(EvaluationError, match="the tuned side would answer with other weights"):
        measure_general(session.answerer, tasks, session.config)


def test_other_questions_on_one_side_are_an_error(session, folder, monkeypatch):
    tasks = load_tasks(["prose"], folder, limit=None)
    honest, limits = general._answer, iter([3, 2])
    monkeypatch.setattr(general, "_answer", lambda a, t, c: honest(a, replace(t, limit=next(limits)), c))
    with pytest.raises(EvaluationError, match="not asked the same questions"):
        measure_general(session.answerer, tasks, session.config)


def test_a_task_that_is_not_there_is_named_with_its_neighbour(folder):
    with pytest.raises(UsageError, match="no general task 'oposites'; near: opposites"):
        load_tasks(["oposites"], folder, 10)
    with pytest.raises(InputNotFoundError, match="no such folder of tasks"):
        load_tasks(["opposites"], folder / "nowhere", 10)


def test_data_that_cannot_be_read_is_one_line(folder):
    with pytest.raises(ModelUnavailableError, match=r"general task 'lost': its data cannot be read") as caught:
        load_tasks(["lost"], folder, 10)
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_the_evaluation_keeps_the_scores_and_the_documents_tell_them(run, session, folder):
    options = ["--general", "opposites,prose", "--general-tasks", str(folder), "--general-limit", "6"]
    printed = CliRunner().invoke(command, [run.name, "--runs-dir", str(run.path.parent), "--n", "4", *options])
    assert printed.exit_code == 0, printed.output
    results = load_results(run.evaluation / "results.json")
    assert results.general.limit == 6
    html = (run.evaluation / "report.html").read_text(encoding="utf-8")
    assert "Capacidades gerais" in html
    assert "General abilities" in html
    assert html.count("opposites acc") == 2
    written = pipeline.write_documents(run, language="en", formats=("md",))
    text = next(path for path in written if "fine_tuning" in path.name).read_text(encoding="utf-8")
    value = results.general.scores[1].columns["tuned"].value
    (row,) = (line for line in printed.stdout.splitlines() if line.startswith("prose bits_per_byte"))
    assert f"{value:.3f}" in row
    assert row.split()[2] == str(len(SENTENCES))
    assert f"{value:.3f}" in text
    assert "general abilities, beyond" not in text
