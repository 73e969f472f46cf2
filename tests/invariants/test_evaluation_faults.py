"""What would make a before/after worthless is an error, not a result. Each fault goes into the evaluation itself."""

import json
import shutil

import polars as pl
import pytest
from safetensors.torch import load_file, save_file

from catalora.catalog import read_products, save_products
from catalora.catalog.prepared import compute_fingerprint
from catalora.errors import DataError, EvaluationError
from catalora.evaluation import evaluate, lists, scoring
from catalora.evaluation.evaluate import evaluate_run
from catalora.generation.answer import ADAPTER_NAMES, Answerer, Answers
from catalora.model.adapter import WEIGHTS_FILE
from catalora.run import RunFolder
from tests.pipeline.conftest import data, run, session  # noqa: F401 - fixtures

PRODUCTS = 4


@pytest.fixture
def attempt(session):  # noqa: F811
    """Evaluates the run, or a copy of it, with the model that is loaded."""

    def evaluate_it(folder=session.run, table=session.products, answerer=session.answerer):
        return evaluate_run(folder, answerer, table, session.config, PRODUCTS)

    return evaluate_it


@pytest.fixture
def copy(run, tmp_path):  # noqa: F811
    """A copy of the run that may be spoilt."""
    shutil.copytree(run.path, tmp_path / "copy")
    return RunFolder(tmp_path / "copy")


def test_without_a_fault_there_is_a_result(attempt):
    results = attempt()
    assert results.metric("bits_per_byte").differences["tuned-base"].verdict == "better"
    proofs = results.protocol.columns
    assert proofs["base"].logits_fingerprint == proofs["prompted"].logits_fingerprint
    assert proofs["base"].logits_fingerprint != proofs["tuned"].logits_fingerprint
    for proof in proofs.values():
        assert proof.own_argmax_share > 0.8
        assert proof.own_argmax_share > proof.other_argmax_share


def test_the_adapter_switched_off(attempt, session):  # noqa: F811
    session.answerer.model.base_model.disable_adapter_layers()
    try:
        with pytest.raises(EvaluationError, match="switched off or empty"):
            attempt()
    finally:
        session.answerer.model.base_model.enable_adapter_layers()


def test_the_sides_swapped_in_the_lanes(attempt, monkeypatch):
    monkeypatch.setitem(ADAPTER_NAMES, "base", "default")
    monkeypatch.setitem(ADAPTER_NAMES, "tuned", "__base__")
    with pytest.raises(EvaluationError, match="the base side answers with the tuned side's weights"):
        attempt()


def test_the_sides_swapped_in_the_answers_alone(attempt, monkeypatch):
    honest = Answerer.answer
    other = {"base": "tuned", "tuned": "base"}

    def swap(self, questions, config, sides=("base", "tuned"), on_text=None, records=None):
        answers = honest(self, questions, config, [other[side] for side in sides], on_text, records=records)
        swapped = tuple({other[side]: answer for side, answer in one.items()} for one in answers.by_question)
        return Answers(swapped, answers.seconds, answers.decoder)

    monkeypatch.setattr(Answerer, "answer", swap)
    with pytest.raises(EvaluationError, match=r"side's answers are the .* side's") as caught:
        attempt()
    assert caught.value.code == "sides-swapped"


def test_another_adapter_in_memory(attempt, copy):
    path = copy.adapter / WEIGHTS_FILE
    weights = load_file(path)
    save_file({name: weight * 1.01 for name, weight in weights.items()}, path)
    record = copy.read_record()
    del record["adapter_sha256"]  # as in runs of older versions
    copy.write_record(record)
    with pytest.raises(EvaluationError, match="the adapter in memory is not the one in") as caught:
        attempt(copy)
    assert caught.value.code == "foreign-adapter"


def test_another_run_s_adapter_in_the_folder(attempt, copy):
    path = copy.adapter / WEIGHTS_FILE
    save_file({name: weight * 1.01 for name, weight in load_file(path).items()}, path)
    with pytest.raises(EvaluationError, match="another run's adapter") as caught:
        attempt(copy)
    assert caught.value.code == "foreign-adapter"


def leak(copy):
    """Give the copy a test product among its training products, as if it had been started so; the uids of both."""
    table = read_products(copy.products)
    tested = table.filter(pl.col("split") == "test")
    doubles = tested.with_columns(split=pl.lit("train"), uid=pl.col("uid") + "-again", group=pl.lit("g"))
    leaking = pl.concat([table, doubles])
    save_products(leaking, copy.products)
    return leaking


def test_test_rows_leaked_into_training(attempt, copy):
    leaking = leak(copy)
    record = copy.read_record()
    record["data"]["run_fingerprint"] = compute_fingerprint([leaking])
    copy.write_record(record)
    with pytest.raises(DataError, match=r"4 of 4 test products were trained on: (\w+) \(same as \1-again\)") as caught:
        attempt(copy, leaking)
    assert caught.value.code == "test-in-training"
    assert len(caught.value.facts["uids"]) == PRODUCTS


def test_products_changed_after_training(attempt, copy):
    with pytest.raises(EvaluationError, match="it was started with"):
        attempt(copy, leak(copy))


def test_the_gold_text_in_the_prompt(attempt, monkeypatch):
    monkeypatch.setattr(
        evaluate, "ask_questions", lambda products, *_: [f"{p.title}? It is: {p.content}" for p in products]
    )
    with pytest.raises(EvaluationError, match="column 'base': the prompt holds the description") as caught:
        attempt()
    assert caught.value.code == "gold-in-prompt"


def test_decoder_settings_that_differ(attempt, monkeypatch):
    class Eager(Answerer):
        """Knows one stop token more."""

        def __init__(self, *parts):
            super().__init__(*parts)
            self.stop_ids = [*self.stop_ids, 7]

    monkeypatch.setattr(lists, "Answerer", Eager)
    with pytest.raises(
        EvaluationError, match=r"eos_token_id is \[\d+\] in 'base' and \[\d+, 7\] in 'prompted'"
    ) as caught:
        attempt()
    assert caught.value.code == "decoders-differ"


def test_sampling_in_the_configuration_is_not_taken_over(attempt, session):  # noqa: F811
    warm = session.config.generation.model_copy(update={"temperature": 1.0})
    decoder = scoring.make_greedy(warm)
    assert (decoder.temperature, decoder.top_p) == (0.0, 1.0)
    json.dumps(attempt().to_dict(), allow_nan=False)
