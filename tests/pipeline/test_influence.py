"""Influence on a real run: the store, what is nearest to a training text, and the command."""

import numpy as np
import pytest

from catalora import pipeline
from catalora.attribution import Attributor
from catalora.catalog import pick_products
from catalora.errors import DataError, InputNotFoundError
from catalora.model.adapter import WEIGHTS_FILE
from catalora.references.wording import WORDS
from tests.cli.conftest import catalora  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def store(session):
    return pipeline.build_influence(session)


def test_a_training_text_is_pulled_by_its_own_example_most(session, store):
    products = pick_products(session.products, "train")
    assert store.facts.rows == len(products)
    assert store.facts.checkpoints == tuple(sorted(path.name for path in session.run.checkpoints.glob("step-*"))[:2])
    for product in products[:3]:
        found = pipeline.influence(session, product.content, about=product.title, count=3)
        assert found.influences[0].uid == product.uid
        assert found.influences[0].deviations > 3


def test_what_was_asked_before_is_answered_the_same_afterwards(session, store):
    question = pick_products(session.products, "test")[0].title
    before = pipeline.ask(session, question, references=0).answers
    found = pipeline.influence(session, question)
    assert found.answer == before["tuned"].text
    after = pipeline.ask(session, question, references=0).answers
    assert {side: answer.text for side, answer in before.items()} == {
        side: answer.text for side, answer in after.items()
    }


def test_scores_are_the_cosines_of_the_sketches_up_to_the_error_of_signs(session, store):
    attributor = Attributor(session)
    product = pick_products(session.products, "train")[0]
    sketches = attributor.sketch_answer(product.title, "A small lamp with a wooden foot.")
    scores = []
    for point, sketch in zip(attributor.checkpoints, sketches, strict=True):
        (rows, parts), *_ = attributor._read_sketches(point, 0)
        lengths = np.linalg.norm(parts, axis=1) * np.linalg.norm(sketch)
        scores.append(parts @ sketch / lengths)
    assert np.abs(store.score(sketches)[list(rows)] - np.mean(scores, axis=0)).max() < 0.04


def test_an_empty_answer_and_a_run_without_checkpoints_are_refused(session, store, monkeypatch):
    with pytest.raises(DataError):
        pipeline.influence(session, " ", about="Lamp")
    monkeypatch.setattr("catalora.attribution.list_checkpoints", lambda folder: [])
    with pytest.raises(InputNotFoundError) as error:
        pipeline.influence(session, "A lamp.", about="Lamp")
    assert error.value.code == "no-checkpoints"


def test_the_store_belongs_to_adapter_and_products(session, store, monkeypatch):
    attributor = Attributor(session)
    assert attributor.fingerprint == store.facts.fingerprint
    other = Attributor(session)
    monkeypatch.setattr("catalora.attribution.ADAPTER_WEIGHTS", "manifest.json")
    assert other.fingerprint != store.facts.fingerprint
    assert (session.run.adapter / WEIGHTS_FILE).is_file()


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_command_says_what_the_scores_mean(run, store, catalora, language):  # noqa: F811
    place = ["--runs-dir", run.path.parent, "--language", language]
    shown = catalora("influence", run.name, "--answer", "A small lamp.", "--about", "Lamp", "--top", "2", *place)
    assert shown.code == 0
    said = " ".join(shown.out.split())
    assert WORDS[language]["influence"] in said
    assert WORDS[language]["influence_limits"] in said
    assert "  2. " in shown.out
    assert "  3. " not in shown.out


def test_the_command_alone_computes_the_store(run, store, catalora):  # noqa: F811
    place = ["--runs-dir", run.path.parent]
    assert catalora("influence", run.name, "--json", *place).json["rows"] == store.facts.rows
    refused = catalora("influence", run.name, "--answer", "A lamp.", *place)
    assert refused.code == 2
    assert "--about" in refused.err
