import polars as pl
import pytest

from catalora.descriptions.describer import SCHEMA
from catalora.descriptions.output import find_format, write_output
from catalora.descriptions.shards import Job, Manifest, Parts, hold_parts, require_same_engine, require_same_job
from catalora.engines.choice import EngineChoice
from catalora.errors import StorageError, UsageError

JOB = Job(run="r", adapter_sha256="a", weights_hash="w", input="i.csv", input_sha256="s", settings={"references": 3})
ENGINE = EngineChoice(engine="transformers", reason="asked for")


def make_parts(folder, descriptions):
    """Finished shards of two rows each, in an order of work that is not the input's."""
    folder.mkdir()
    parts = Parts(folder)
    count = len(descriptions)
    rows = pl.DataFrame(
        {"position": range(count), "uid": [f"P{n}" for n in range(count)], "tokens": [n % 3 for n in range(count)]}
    ).with_columns(title=pl.col("uid"), question=pl.col("uid"))
    removed = pl.DataFrame({"file": ["i.csv"], "line": [9], "uid": [None], "title": [None], "reason": ["bad"]})
    manifest = Manifest(job=JOB, rows=count, batch_size=2, engine=ENGINE)
    parts.begin(manifest, rows, removed)
    ordered = parts.read_rows()
    for number in range(manifest.shards):
        shard = ordered.slice(2 * number, 2)
        filled = {name: [None] * shard.height for name in SCHEMA} | {
            "position": shard["position"].to_list(),
            "uid": shard["uid"].to_list(),
            "title": shard["title"].to_list(),
            "description": [descriptions[place] for place in shard["position"]],
            "references": [[{"uid": "T1", "score": 0.75}, {"uid": "T2", "score": 0.5}]] * shard.height,
        }
        parts.write_shard(number, pl.DataFrame(filled, schema=SCHEMA))
    return parts, manifest


def test_work_begins_with_the_longest_and_ends_in_the_order_of_the_input(tmp_path):
    parts, manifest = make_parts(tmp_path / "parts", list("abcde"))
    assert parts.read_rows()["tokens"].to_list() == [2, 1, 1, 0, 0]
    assert parts.scan_shards(manifest).collect()["description"].to_list() == list("abcde")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_each_format_holds_the_same_rows_and_removed_ones_beside_them(tmp_path, suffix):
    texts = ["plain", 'with "quotes", commas', "two\nlines", "é", "last"]
    parts, manifest = make_parts(tmp_path / "parts", texts)
    out = tmp_path / f"out{suffix}"
    write_output(parts, manifest, out)
    read = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".jsonl": pl.read_ndjson}[suffix]
    table = read(out)
    assert table["uid"].to_list() == [f"P{n}" for n in range(5)]
    assert table["description"].to_list() == texts
    assert "position" not in table.columns
    assert read(tmp_path / f"out.removed{suffix}")["reason"].to_list() == ["bad"]
    first = table["references"][0]
    assert first == "T1 0.75; T2 0.5" if suffix == ".csv" else first[0] == {"uid": "T1", "score": 0.75}


def test_a_spreadsheet_gets_no_formula(tmp_path):
    parts, manifest = make_parts(tmp_path / "parts", ["=1+1", "@x", "-5 degrees", "a=b"])
    write_output(parts, manifest, tmp_path / "out.csv")
    assert pl.read_csv(tmp_path / "out.csv")["description"].to_list() == ["'=1+1", "'@x", "'-5 degrees", "a=b"]


def test_another_job_is_refused_and_told_what_changed(tmp_path):
    require_same_job(JOB, JOB, tmp_path)
    other = JOB.model_copy(update={"run": "other", "input_sha256": "t"})
    with pytest.raises(UsageError, match=r"the run \('r', now 'other'\), the content of the input"):
        require_same_job(JOB, other, tmp_path)


def test_only_one_process_works_on_a_folder(tmp_path):
    folder = tmp_path / "o.csv.parts"
    with hold_parts(folder), pytest.raises(StorageError, match="another process"), hold_parts(folder):
        pass
    with hold_parts(folder) as parts:
        parts.remove()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_ending_is_refused(tmp_path):
    with pytest.raises(UsageError, match="expected a name that ends with"):
        find_format(tmp_path / "out.xlsx")


def test_a_job_goes_on_by_the_engine_that_it_was_begun_with(tmp_path):
    require_same_engine("ctranslate2", "auto", tmp_path)
    require_same_engine("ctranslate2", "ctranslate2", tmp_path)
    with pytest.raises(UsageError, match="begun with the engine ctranslate2, now openvino is asked for"):
        require_same_engine("ctranslate2", "openvino", tmp_path)
