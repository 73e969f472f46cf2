"""A whole catalogue described by a real run: every row once, in order, whatever kills it on the way."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

import catalora
from catalora import pipeline
from catalora.errors import UsageError
from tests.cli.conftest import catalora as command  # noqa: F401 - a fixture

NOUNS = ("lamp", "kettle", "garden gloves", "desk chair with a very long name that says it all", "pan", "mug")
COUNT = 34


@pytest.fixture
def titles(tmp_path, run):
    """Titles of the run's own products and made ones, of many lengths, with two rows that cannot be used."""
    known = pl.read_parquet(run.products)["title"].head(6).to_list()
    made = [f"{'Brass ' * (number % 5)}{NOUNS[number % len(NOUNS)]} {number}" for number in range(COUNT - 6)]
    rows = [{"sku": f"S{number}", "nome": title} for number, title in enumerate([*known, *made])]
    rows.insert(5, {"sku": "EMPTY", "nome": " "})
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines.insert(11, '{"sku": "BROKEN", "nome":')
    path = tmp_path / "titles.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def start(run, titles, out, *options):
    code = [sys.executable, "-m", "catalora", "describe", run.name, str(titles), "-o", str(out), "--batch-size", "3"]
    code += ["--runs-dir", str(run.path.parent), *options]
    # A shell that runs the tests in the background lets its children ignore Ctrl-C.
    hear = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    return subprocess.Popen(code, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear)  # noqa: PLW1509


def wait_for_shards(out, process, count):
    """Until so many shards lie there, or the process has ended."""
    folder = out.with_name(f"{out.name}.parts")
    while process.poll() is None and len(list(folder.glob("shard-*.parquet"))) < count:
        time.sleep(0.002)


def test_killed_at_random_moments_every_row_is_there_once_and_the_same(run, titles, tmp_path):
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    process = start(run, titles, whole)
    printed, problems = process.communicate(timeout=300)
    assert process.returncode == 0, problems
    assert f"{COUNT} descriptions" in printed
    chance = random.Random(5)
    kills = 0
    for shards in (0, 2, 5, 9):
        process = start(run, titles, cut)
        wait_for_shards(cut, process, shards)
        time.sleep(chance.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    assert kills >= 3
    assert not cut.exists()
    process = start(run, titles, cut)
    printed, problems = process.communicate(timeout=300)
    assert process.returncode == 0, problems
    assert "of them before" in printed
    expected, found = pl.read_parquet(whole), pl.read_parquet(cut)
    assert found["uid"].to_list() == [f"S{number}" for number in range(COUNT)]
    assert found.equals(expected)
    removed = pl.read_parquet(tmp_path / "cut.removed.parquet")
    assert removed["uid"].to_list() == ["EMPTY", None]
    assert removed["line"].to_list() == [6, 12]
    assert {path.name for path in tmp_path.iterdir()} == {
        *("titles.jsonl", "whole.parquet", "whole.removed.parquet", "cut.parquet", "cut.removed.parquet")
    }


def test_rows_come_with_answer_confidence_references_and_checked_facts(run, titles, tmp_path):
    made = pipeline.describe(run, titles, tmp_path / "out.parquet", batch_size=7)
    assert (made.rows, made.removed, made.computed) == (COUNT, 2, COUNT)
    table = pl.read_parquet(made.out)
    with pipeline.open_session(run) as session:
        assert (table["mean_log_probability"] <= 0).all()
        assert table["tokens"].max() <= session.config.generation.max_new_tokens
        assert int(table["stopped"].sum()) == made.stopped
        trained = set(session.products.filter(pl.col("split") == "train")["uid"])
        named = [reference["uid"] for row in table["references"] for reference in row]
        assert named and set(named) <= trained
        own = table.head(6)
        assert own["record_score"].to_list() == [1.0] * 6
        assert own["record_uid"].to_list() == [session.find_record(title).uid for title in own["title"]]
        counted = own.select(pl.col("facts") - pl.col("facts_supported") - pl.col("facts_contradicted")).to_series()
        assert (counted >= 0).all()
        # The model of the run computes in float32, so merging changes nothing but the last bits.
        title = table["title"][20]
        asked = catalora.ask(session, title, sides=["tuned"], references=0).answers["tuned"]
        assert (asked.text, asked.tokens) == (table["description"][20], table["tokens"][20])


def test_grounded_descriptions_are_those_of_ask_grounded(run, titles, tmp_path):
    made = pipeline.describe(run, titles, tmp_path / "out.jsonl", grounded=True, references=0)
    table = pl.read_ndjson(made.out)
    assert all(len(row) == 0 for row in table["references"])
    with pipeline.open_session(run, references=False) as session:
        title = table["title"][0]
        asked = catalora.ask(session, title, sides=["grounded"], references=0).answers["grounded"]
        assert asked.text == table["description"][0]


def test_what_belongs_to_another_job_is_refused_in_one_line(run, titles, tmp_path, command):  # noqa: F811
    out, place = tmp_path / "out.csv", ["--runs-dir", run.path.parent]
    process = start(run, titles, out)
    wait_for_shards(out, process, 1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    titles.write_text(titles.read_text() + '{"sku": "NEW", "nome": "Tray"}\n')
    changed = command("describe", run.name, titles, "-o", out, *place)
    assert changed.code == 2
    assert "the content of the input" in changed.err
    assert changed.err.count("error: ") == 1
    (tmp_path / "taken.csv").write_text("mine")
    taken = command("describe", run.name, titles, "-o", tmp_path / "taken.csv", *place)
    assert taken.code == 2 and "exists already" in taken.err
    assert (tmp_path / "taken.csv").read_text() == "mine"
    missing = command("describe", run.name, tmp_path / "none.csv", "-o", tmp_path / "x.csv", *place)
    assert missing.code == 66
    assert not list(tmp_path.glob("x.csv*"))


def test_ctrl_c_ends_with_one_word_and_keeps_what_is_done(run, titles, tmp_path):
    out = tmp_path / "out.csv"
    process = start(run, titles, out)
    wait_for_shards(out, process, 2)
    process.send_signal(signal.SIGINT)
    _, problems = process.communicate(timeout=60)
    assert process.returncode == 130
    assert problems.splitlines()[-1] == "interrupted"
    assert (out.with_name("out.csv.parts") / "manifest.json").exists()


def test_a_second_process_is_refused(run, titles, tmp_path):
    out = tmp_path / "out.csv"
    process = start(run, titles, out)
    wait_for_shards(out, process, 1)
    try:
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(catalora.CataloraError, match="another process"):
            pipeline.describe(run, titles, out)
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.kill()
        process.communicate()


def test_a_file_without_one_title_is_refused(run, tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text('title\n" "\n')
    with pytest.raises(catalora.CataloraError, match="none of its 1 rows has a title"):
        pipeline.describe(run, path, tmp_path / "out.csv")
    with pytest.raises(UsageError, match="expected a name that ends with"):
        pipeline.describe(run, path, tmp_path / "out.txt")
    assert {entry.name for entry in tmp_path.iterdir()} == {"empty.csv"}


@pytest.mark.parametrize("engine", ["ctranslate2", "openvino"])
def test_another_engine_over_the_same_weights_gives_the_same_rows(run, titles, tmp_path, engine):
    by_reference = pipeline.describe(run, titles, tmp_path / "a.parquet", batch_size=16, engine="transformers")
    made = pipeline.describe(run, titles, tmp_path / "b.parquet", batch_size=16, engine=engine)
    assert (by_reference.engine.engine, made.engine.engine) == ("transformers", engine)
    expected, found = pl.read_parquet(by_reference.out), pl.read_parquet(made.out)
    assert found["uid"].equals(expected["uid"])
    same = [a == b for a, b in zip(expected["description"], found["description"], strict=True)]
    # Both add up in another order than torch: a near tie may fall otherwise.
    assert sum(same) >= COUNT - 3
    columns = ["tokens", "stopped"]
    assert found.filter(same).select(columns).equals(expected.filter(same).select(columns))
    sure, also = (table.filter(same)["mean_log_probability"] for table in (expected, found))
    assert (sure - also).abs().max() < 1e-4
    # Converted once: the second job finds it in the run's folder.
    converted = run.path / "engines" / engine / "export.json"
    before = converted.stat().st_mtime_ns
    pipeline.describe(run, titles, tmp_path / "c.parquet", batch_size=16, engine=engine)
    assert converted.stat().st_mtime_ns == before


def test_rounded_weights_are_told_with_what_they_cost(run, titles, tmp_path, command):  # noqa: F811
    out = tmp_path / "out.csv"
    told = command("describe", run.name, titles, "-o", out, "--runs-dir", run.path.parent, "--engine", "openvino-int4")
    assert told.code == 0, told.err
    assert "its weights are rounded" in told.err and "nats per token" in told.err
    assert pl.read_csv(out).height == COUNT


def test_a_job_keeps_its_engine_and_refuses_another(run, titles, tmp_path):
    out = tmp_path / "out.csv"
    process = start(run, titles, out, "--engine", "ctranslate2")
    wait_for_shards(out, process, 1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    manifest = json.loads((tmp_path / "out.csv.parts" / "manifest.json").read_text())
    assert manifest["engine"]["engine"] == "ctranslate2"
    with pytest.raises(UsageError, match="begun with the engine ctranslate2"):
        pipeline.describe(run, titles, out, engine="transformers")
    made = pipeline.describe(run, titles, out)
    assert (made.engine.engine, made.rows) == ("ctranslate2", COUNT)


def test_auto_keeps_to_transformers_for_a_short_job(run, titles, tmp_path):
    made = pipeline.describe(run, titles, tmp_path / "out.csv")
    assert made.engine.engine == "transformers"
    assert "would not pay" in made.engine.reason


def test_vllm_is_refused_where_the_run_computes_on_a_processor(run, titles, tmp_path):
    with pytest.raises(UsageError, match="--engine vllm computes on cuda, and this run computes on cpu"):
        pipeline.describe(run, titles, tmp_path / "out.csv", engine="vllm")
