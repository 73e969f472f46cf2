"""The documents and the watch of a real run of the bundled model."""

import json
import re

import pytest

from catalora import pipeline


@pytest.fixture(scope="module")
def written(run):
    return {path.name: path for path in pipeline.write_documents(run, language="en", formats=["md", "html"])}


def test_the_documents_of_a_real_run_tell_its_records(run, written):
    text = written["fine_tuning.en.md"].read_text(encoding="utf-8")
    record = json.loads((run.path / "run.json").read_text())
    end = [event for event in run.read_events() if event.kind == "end"][-1].facts
    assert f"| parameters | {record['model']['parameters']:,} |" in text
    assert record["machine"]["processor"] in text
    assert f"{end['steps']} steps in" in text
    assert f"from step {end['best_step']}, validation loss {end['best_validation_loss']:.3f}" in text
    assert re.search(r"peak memory of the process \| [\d,.]+ [MG]B", text)
    assert f"| {end['best_step']} (kept) |" in text


def test_the_documents_of_a_real_run_tell_its_catalogue(run, written):
    text = written["data_preparation.en.md"].read_text(encoding="utf-8")
    profile = json.loads(run.profile.read_text())
    assert f"| rows read from the files | {profile['rows_in']:,} |" in text
    assert all(f"| `{reason}` |" in text for reason, count in profile["removed"].items() if count)
    start = next(event for event in run.read_events() if event.kind == "start").facts
    assert f"{start['tokens']:,} tokens in {start['rows']:,} rows" in text


def test_the_watch_asked_the_same_products_before_and_during_training(run):
    steps = {}
    for event in run.read_events():
        if event.kind == "sample":
            steps.setdefault(event.step, []).append(event.facts["uid"])
    looks = [event.step for event in run.read_events() if event.kind == "watch"]
    evaluations = [event.step for event in run.read_events() if event.kind == "evaluation"]
    assert looks == [0, *evaluations]
    assert len(steps[0]) == 5
    assert all(uids == steps[0] for uids in steps.values())


def test_samples_stand_in_the_document_as_they_were_generated(run, written):
    text = written["fine_tuning.en.md"].read_text(encoding="utf-8")
    first = next(event for event in run.read_events() if event.kind == "sample")
    assert first.step == 0
    shown = " ".join(text.split())
    assert " ".join(first.facts["text"].split()) in shown
