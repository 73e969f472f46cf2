"""Bad input gives one line with its place, a next step and the right exit code, and leaves nothing behind."""

import json

import pytest

from catalora.catalog.sample import SAMPLE_PATH

GOOD = [{"uid": str(n), "title": f"Lamp {n}", "content": f"Lamp number {n} shines on every desk."} for n in range(30)]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def truncated_gzip(folder):
    path = folder / "cut.json.gz"
    path.write_bytes(SAMPLE_PATH.read_bytes()[:50_000])
    return path


def invalid_utf8(folder):
    path = write_lines(folder / "latin.jsonl", GOOD)
    path.write_bytes(path.read_bytes() + b'{"uid": "x", "title": "Caf\xe9", "content": "Latin-1 text here"}\n')
    return path


def broken_json(folder):
    path = write_lines(folder / "broken.jsonl", GOOD)
    path.write_text(path.read_text() + '{"uid": "x", "title": \n')
    return path


def csv_without_columns(folder):
    path = folder / "stock.csv"
    path.write_text("sku;colour;price\n1;red;2\n")
    return path


def empty_file(folder):
    path = folder / "empty.jsonl"
    path.write_text("")
    return path


def long_line(folder):
    return write_lines(folder / "long.jsonl", [*GOOD, {"uid": "x", "title": "Lamp", "content": "x" * 10_000_000}])


@pytest.mark.parametrize(
    ("make", "place", "expected"),
    [
        (truncated_gzip, "cut.json.gz", "gzip"),
        (invalid_utf8, "latin.jsonl:31", "UTF-8"),
        (broken_json, "broken.jsonl:31", "JSON"),
        (csv_without_columns, "stock.csv", "title"),
        (empty_file, "empty.jsonl", "empty"),
        (long_line, "long.jsonl:31", "bytes"),
    ],
)
def test_a_bad_catalogue_gives_one_line_with_its_place(make, place, expected, catalora, tmp_path):
    source = make(tmp_path)
    result = catalora("prepare", source, "--out", tmp_path / "out")
    message, hint = result.err.split("error: ")[1].splitlines()[:2]
    assert result.code == 65
    assert place in message
    assert expected in message
    assert hint.startswith("  → ")
    assert len(result.err.split("error: ")[1].splitlines()) == 2
    assert "Traceback" not in result.err
    assert result.out == ""
    assert list(tmp_path.iterdir()) == [source]


def test_more_samples_than_usable_says_how_many_there_are(catalora, tmp_path):
    source = write_lines(tmp_path / "good.jsonl", GOOD)
    result = catalora("prepare", source, "--out", tmp_path / "out", "--max-samples", 31)
    assert result.code == 65
    assert "max_samples = 31, but only 30" in result.err
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(catalora, tmp_path):
    result = catalora("prepare", tmp_path / "nope.json", "--out", tmp_path / "out")
    assert result.code == 66
    assert "nope.json" in result.err


@pytest.fixture
def prepared(catalora, tmp_path):
    source = write_lines(tmp_path / "good.jsonl", GOOD)
    assert catalora("prepare", source, "--out", tmp_path / "data").code == 0
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (["--preset", "overnigt"], 78, "did you mean 'overnight'"),
        (["--set", "training.epoch=3"], 78, "did you mean 'training.epochs'"),
        (["--set", "training.epochs=0"], 78, "training.epochs = 0"),
        (["--run", "../elsewhere"], 2, "'../elsewhere' is not a name"),
        (["--run", "/tmp/x"], 2, "'/tmp/x' is not a name"),
        (["--model", "no/such/folder/here"], 66, "no/such/folder/here"),
        (["--resume"], 2, "--data, --no-index cannot be changed when resuming"),
    ],
)
def test_a_bad_training_request_leaves_nothing_half_written(options, code, expected, catalora, prepared, tmp_path):
    runs = tmp_path / "runs"
    result = catalora("train", "--data", prepared, "--runs-dir", runs, "--no-index", *options)
    assert (result.code, "Traceback" in result.err) == (code, False)
    assert expected in result.err
    assert not runs.exists() or list(runs.iterdir()) == []


def test_training_on_something_else_than_prepared_data_is_refused(catalora, tmp_path):
    result = catalora("train", "--data", tmp_path, "--model", "demo", "--runs-dir", tmp_path / "runs")
    assert result.code == 66
    assert "not a prepared data set" in result.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "command", [["ask", "nope", "What?"], ["compare", "nope"], ["index", "nope"], ["runs", "show", "nope"]]
)
def test_an_unknown_run_is_named(command, catalora, tmp_path):
    result = catalora(*command, "--runs-dir", tmp_path)
    assert result.code == 66
    assert "'nope' not found" in result.err


def test_usage_errors_exit_with_2(catalora):
    assert catalora("train", "--nonsense").code == 2
    assert catalora("nonsense").code == 2
    assert catalora("train").code == 2
