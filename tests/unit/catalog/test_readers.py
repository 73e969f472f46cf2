import gzip
import json
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
import pytest

from catalora.catalog.json_lines import parse_block, read_block_by_line, split_at_surrogates
from catalora.catalog.readers import read_rows
from catalora.catalog.rows import BadRows, Columns, FoundColumns
from catalora.catalog.sources import LineBlock, Source
from catalora.errors import CataloraError, DataError, InputNotFoundError

MUG = {"uid": "1", "title": "Mug", "content": "A mug of steel.", "target_ind": [1], "target_rel": [1.0]}
LAMP = {"uid": "2", "title": "Lâmpada", "content": 'Uma lâmpada "quente".\nBoa.', "source": "x"}


def read(path, *, columns=None, max_bad_rows=0, max_row_bytes=4_000_000):
    source = Source(path)
    batches = list(read_rows(source, columns or Columns(), BadRows(max_bad_rows), max_row_bytes))
    return pl.concat(batches).to_dicts()


def write(path, text):
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def lines(*records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def texts(rows):
    return [(row["uid"], row["title"], row["content"]) for row in rows]


EXPECTED = [(p["uid"], p["title"], p["content"]) for p in (MUG, LAMP)]
CSV = 'sku,Título,Preço,Descrição\n1,Mug,5,A mug of steel.\n2,Lâmpada,7,"Uma lâmpada ""quente"".\nBoa."\n'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("trn.json", lines(MUG, LAMP)),
        ("trn.json.gz", lines(MUG, LAMP)),
        ("gzip without the name.jsonl", gzip.compress(lines(MUG, LAMP).encode())),
        ("several members.jsonl.gz", lines(MUG, LAMP)),
        ("no name", lines(MUG, LAMP)),
        ("windows.jsonl", "\ufeff" + lines(MUG, LAMP).replace("\n", "\r\n")),
        ("blank lines.jsonl", "\n" + lines(MUG) + "\n  \n" + lines(LAMP)),
        ("no end.jsonl", lines(MUG, LAMP).rstrip("\n")),
        ("compact.jsonl", lines(MUG, LAMP).replace('": "', '":"')),
        ("escaped.jsonl", json.dumps(MUG) + "\n" + json.dumps(LAMP)),
        ("numbers as uid.jsonl", lines({**MUG, "uid": 1}, {**LAMP, "uid": 2})),
        ("array.json", json.dumps([MUG, LAMP], indent=2)),
        ("array.json.gz", "\ufeff" + json.dumps([MUG, LAMP], ensure_ascii=False)),
        ("table.csv", CSV),
        ("table.csv.gz", "\ufeff" + CSV.replace("7,", "7,")),
        ("semicolons.csv", 'id;nome;descricao\n1;Mug;A mug of steel.\n2;Lâmpada;"Uma lâmpada ""quente"".\nBoa."\n'),
        ("tabs.tsv", 'id\tnome\tdescricao\n1\tMug\tA mug of steel.\n2\tLâmpada\t"Uma lâmpada ""quente"".\nBoa."\n'),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_formats_are_recognised_and_read(tmp_path, name, content):
    assert texts(read(write(tmp_path / name, content))) == EXPECTED


def test_parquet_is_read_by_row_number(tmp_path):
    path = tmp_path / "catalogue.parquet"
    pl.DataFrame({"asin": [1, 2], "name": ["Mug", "Lâmpada"], "body": [MUG["content"], LAMP["content"]]}).write_parquet(
        path
    )
    rows = read(path)
    assert texts(rows) == EXPECTED
    assert [row["line"] for row in rows] == [1, 2]


def test_rows_without_uid_are_numbered_by_line(tmp_path):
    rows = read(
        write(tmp_path / "a.jsonl", "\n" + lines({"title": "a", "content": "b"}, {"title": "c", "content": "d"}))
    )
    assert [row["uid"] for row in rows] == ["2", "3"]


def test_named_columns_win_over_guessed_ones(tmp_path):
    path = write(tmp_path / "a.csv", "id,title,headline,content\n1,short,Long title,text\n")
    assert texts(read(path, columns=Columns(title="headline"))) == [("1", "Long title", "text")]


def test_many_blocks_keep_line_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr("catalora.catalog.sources.BLOCK_BYTES", 100)
    records = [{"uid": str(n), "title": f"t{n}", "content": "c" * (n % 90)} for n in range(1, 60)]
    rows = read(write(tmp_path / "a.jsonl.gz", lines(*records)))
    assert [(row["line"], row["uid"]) for row in rows] == [(n, str(n)) for n in range(1, 60)]


BAD_INPUTS = {
    "broken json": (
        "a.jsonl",
        lines(MUG) + '{"uid": "2", "title": \n',
        "bad-json",
        r"a.jsonl:2: broken JSON at column \d+",
    ),
    "no object": ("a.jsonl", lines(MUG) + "[1, 2]\n", "not-an-object", "a.jsonl:2: a list, expected an object"),
    "missing field": (
        "a.jsonl",
        lines(MUG, {"uid": "2", "title": "x"}),
        "bad-field",
        "a.jsonl:2: field 'content' is missing",
    ),
    "null field": ("a.jsonl", lines(MUG, {**MUG, "content": None}), "bad-field", "a.jsonl:2: field 'content' is null"),
    "number": ("a.jsonl", lines(MUG, {**MUG, "title": 7.5}), "bad-field", "a.jsonl:2: field 'title' is a number"),
    "list": ("a.jsonl", lines(MUG, {**MUG, "content": ["x"]}), "bad-field", "a.jsonl:2: field 'content' is a list"),
    "nested": (
        "a.jsonl",
        lines(MUG, {"meta": MUG, "uid": "2", "title": "x"}),
        "bad-field",
        "a.jsonl:2: field 'content' is missing",
    ),
    "surrogate": (
        "a.jsonl",
        lines(MUG) + '{"uid": "2", "title": "\\ud800", "content": "x"}',
        "bad-field",
        "a.jsonl:2: .*surrogate",
    ),
    "deep": ("a.jsonl", lines(MUG) + '{"uid": ' + "[" * 100_000, "bad-json", "a.jsonl:2: broken JSON"),
    "utf-8": (
        "a.jsonl",
        lines(MUG).encode() + b'{"uid": "2", "title": "\xff"}',
        "invalid-utf8",
        r"a.jsonl:2: byte 0xff at position 122 ",
    ),
    "utf-8 csv": (
        "a.csv",
        b"title,content\nMug,steel\nL\xe2mpada,x\n",
        "invalid-utf8",
        "a.csv:3: byte 0xe2 at position 25 ",
    ),
    "utf-8 array": ("a.json", b'[\n{"title": "\xff"}]', "invalid-utf8", "a.json:2: byte 0xff at position 13 "),
    "utf-16": ("a.csv", "title,content".encode("utf-16"), "unknown-format", "UTF-16"),
    "zip": ("a.zip", b"PK\x03\x04xxxx", "damaged-zip", "damaged zip archive"),
    "binary": ("a.bin", b"\x00\x01\x02", "unknown-format", "binary data"),
    "no columns": (
        "a.csv",
        "a,b\n1,2\n",
        "column-missing",
        "no column for title: found 'a', 'b'; expected one of title, name",
    ),
    "no json columns": ("a.jsonl", '{"a": 1}\n', "column-missing", "no column for title: found 'a'"),
    "short csv row": ("a.csv", "title,content\nMug,steel\nLamp\n", "bad-csv", "a.csv:3: 1 fields, expected 2"),
    "open quote": ("a.csv", 'title,content\nMug,"steel\nLamp,x\n', "bad-csv", "a.csv:2: not valid CSV"),
    "stray quote": ("a.csv", 'title,content\nMug,"3" wide"\n', "bad-csv", "a.csv:2: not valid CSV"),
    "empty": ("a.jsonl", "", "empty-file", "is empty"),
    "blank": ("a.jsonl.gz", " \n\n", "empty-file", "is empty"),
    "broken array": (
        "a.json",
        '[{"title": "a", "content": "b"},\n{"title": ]',
        "bad-json",
        "a.json:2: broken JSON in the element",
    ),
    "cut array": ("a.json", '[{"title": "a", "content": "b"},', "bad-json", "a.json:1: broken JSON"),
    "long line": (
        "a.jsonl",
        lines(MUG, {**MUG, "content": "x" * 10_000_000}),
        "row-too-long",
        "a.jsonl:2: the line is longer than",
    ),
    "long last line": (
        "a.jsonl",
        lines(MUG) + '"' + "x" * 10_000_000,
        "row-too-long",
        "a.jsonl:2: the line is longer than",
    ),
    "parquet": ("a.parquet", b"PAR1" + b"\x00" * 50, "damaged-parquet", "damaged Parquet"),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_one_line_with_place_and_next_step(tmp_path, case):
    name, content, code, message = BAD_INPUTS[case]
    with pytest.raises(DataError, match=message) as caught:
        read(write(tmp_path / name, content))
    assert caught.value.code == code
    assert str(tmp_path / name) in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_truncated_gzip_and_wrong_checksum_are_told_apart(tmp_path):
    packed = gzip.compress(lines(*[MUG] * 500).encode(), mtime=0)
    cases = {"ends too early": packed[:-40], "checksum does not match": packed[:-8] + b"\0\0\0\0" + packed[-4:]}
    for message, data in cases.items():
        path = tmp_path / "a.jsonl.gz"
        path.write_bytes(data)
        with pytest.raises(DataError, match=message) as caught:
            read(path)
        assert caught.value.code == "damaged-gzip"


def write_zip(path, **members):
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return path


PACKED = gzip.compress(lines(MUG, LAMP).encode())


@pytest.mark.parametrize(
    ("members", "suffix", "name"),
    [
        ({"trn_json_gz": PACKED}, "", "trn.json.gz"),
        ({"trn_json_gz": PACKED, "tst_json_gz": b"x", "lbl_json_gz": b"x"}, "", "trn.json.gz"),
        ({"a__trn_json": lines(MUG, LAMP), "readme_txt": "x"}, "", "a/trn.json"),
        ({"trn_json_gz": b"x", "tst_json_gz": PACKED}, "::tst.json.gz", "tst.json.gz"),
        ({"a__b_csv": CSV, "c_csv": "x"}, "::b.csv", "a/b.csv"),
        ({"a__b_csv": CSV, "c_csv": "x"}, "::a/b.csv", "a/b.csv"),
    ],
)
def test_a_catalogue_is_read_out_of_a_zip_archive(tmp_path, members, suffix, name):
    write_zip(tmp_path / "raw.zip", **members)
    path = tmp_path / f"raw.zip{suffix}"
    assert texts(read(path)) == EXPECTED
    assert Source(path).name == f"raw.zip::{name}"


@pytest.mark.parametrize(
    ("members", "suffix", "code"),
    [
        ({"a_csv": CSV, "b_csv": CSV}, "", "member-not-named"),
        ({"readme_txt": "x"}, "", "member-not-named"),
        ({}, "", "member-not-named"),
        ({"a_csv": CSV}, "::b.csv", "member-not-found"),
        ({"a__c_csv": CSV, "b__c_csv": CSV}, "::c.csv", "member-not-found"),
        ({"a_csv": b"PK\x03\x04"}, "", "unknown-format"),
        ({"a_parquet": b"PAR1"}, "::a.parquet", "unknown-format"),
        ({"a_jsonl_gz": PACKED[:-9]}, "", "damaged-gzip"),
    ],
)
def test_an_archive_without_a_clear_catalogue_is_refused_with_the_names_in_it(tmp_path, members, suffix, code):
    write_zip(tmp_path / "raw.zip", **members)
    with pytest.raises(CataloraError) as caught:
        read(tmp_path / f"raw.zip{suffix}")
    assert caught.value.code == code
    assert "raw.zip" in caught.value.message
    if code.startswith("member"):
        assert all(repr(name.replace("__", "/").replace("_", ".")) in caught.value.message for name in members)


def test_a_damaged_archive_and_a_member_of_no_archive_are_told_apart(tmp_path):
    whole = write_zip(tmp_path / "raw.zip", trn_json=lines(*[MUG] * 300)).read_bytes()
    for data in (whole[:-40], whole[:60] + b"\0" * 20 + whole[80:]):
        (tmp_path / "bad.zip").write_bytes(data)
        with pytest.raises(DataError) as caught:
            read(tmp_path / "bad.zip")
        assert caught.value.code == "damaged-zip"
    write(tmp_path / "a.jsonl", lines(MUG))
    with pytest.raises(DataError, match="is no zip archive"):
        Source(tmp_path / "a.jsonl::trn.json")


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress], ids=["deflated", "gzip in it"])
def test_zip_bomb_is_refused_while_it_streams(tmp_path, monkeypatch, pack):
    monkeypatch.setattr("catalora.catalog.sources.RATIO_CHECKED_FROM_BYTES", 1_000_000)
    path = write_zip(tmp_path / "raw.zip", trn_json=pack((lines(MUG) * 300_000).encode()))
    with pytest.raises(DataError) as caught:
        read(path)
    assert caught.value.code == "gzip-bomb"


@pytest.mark.parametrize("separator", [",", ", ", ",\n  "])
def test_reading_goes_on_behind_a_broken_element_of_an_array(tmp_path, separator):
    parts = [json.dumps(MUG), '{"uid": "x", "title": "T" "content"}', json.dumps(LAMP), '{"uid": 1, "title": }']
    path = write(tmp_path / "a.json", f"[{separator.join(parts)}]\n")
    rows = read(path, max_bad_rows=2)
    assert [row["problem"] is None for row in rows] == [True, False, True, False]
    assert texts(rows[::2]) == EXPECTED
    assert "broken JSON" in rows[1]["problem"]
    with pytest.raises(DataError, match="bad row number 2, 1 tolerated"):
        read(path, max_bad_rows=1)


def test_an_array_without_its_end_is_damaged_however_much_is_tolerated(tmp_path):
    for text in (json.dumps([MUG, LAMP])[:-1], json.dumps([MUG, LAMP])[:-20]):
        with pytest.raises(DataError, match="broken JSON"):
            read(write(tmp_path / "a.json", text), max_bad_rows=9)


def test_missing_file_and_folder_are_named(tmp_path):
    with pytest.raises(InputNotFoundError, match="No such file"):
        Source(tmp_path / "none.jsonl")
    with pytest.raises(InputNotFoundError, match="is a folder"):
        Source(tmp_path)


def test_gzip_bomb_is_refused_while_it_streams(tmp_path, monkeypatch):
    monkeypatch.setattr("catalora.catalog.sources.RATIO_CHECKED_FROM_BYTES", 1_000_000)
    path = write(tmp_path / "a.jsonl.gz", (lines(MUG) * 300_000))
    with pytest.raises(DataError) as caught:
        read(path)
    assert caught.value.code == "gzip-bomb"


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.json"])
def test_tolerated_rows_are_counted_and_stay_rows(tmp_path, name):
    path = tmp_path / name
    good = {"uid": "1", "title": "Mug", "content": "A mug."}
    if name == "a.jsonl":
        write(path, lines(good) + "{broken\n" + lines(good))
    elif name == "a.csv":
        write(path, b"uid,title,content\n1,Mug,A mug.\n\xff\n1,Mug,A mug.\n")
    elif name == "a.json":
        write(path, json.dumps([good, {**good, "title": None}, good]))
    else:
        pl.DataFrame([good, {**good, "title": None}, good]).write_parquet(path)
    rows = read(path, max_bad_rows=1)
    assert [row["problem"] is None for row in rows] == [True, False, True]
    assert texts(rows)[::2] == [("1", "Mug", "A mug.")] * 2


def test_one_bad_row_more_than_tolerated_stops(tmp_path):
    path = write(tmp_path / "a.jsonl", lines(MUG) + "{\n" * 3)
    with pytest.raises(DataError, match=r"bad row number 3, 2 tolerated"):
        read(path, max_bad_rows=2)


def test_fast_and_slow_parsing_agree():
    records = [MUG, LAMP, {**MUG, "content": 'says "title": "x" \\ / \b\f\n\r\t é 🙂'}, {**MUG, "title": ""}]
    block = LineBlock(lines(*records).encode(), 7, 0)
    columns = FoundColumns("uid", "title", "content")
    fast = parse_block(block, columns)
    assert fast is not None
    assert fast.equals(read_block_by_line(block, columns, "a", BadRows(0)))


def test_lines_with_surrogate_pairs_are_cut_out_in_order():
    records = [{**MUG, "uid": str(n), "content": "a smile 🙂" if n in {0, 3, 4, 9} else "plain"} for n in range(10)]
    data = "\n".join(json.dumps(record) for record in records).encode()
    parts = split_at_surrogates(LineBlock(data, 5, 100))
    assert b"".join(part.data for part in parts) == data
    assert [part.first_line for part in parts] == [5, 6, 8, 9, 10, 14]
    assert all(data[part.offset - 100 :].startswith(part.data) for part in parts)


@pytest.mark.parametrize(
    "line",
    [
        lines({**MUG, "uid": 5}),
        lines({**MUG, "title": 7}),
        lines({"meta": {"title": "x"}, **MUG}),
        '{"uid": "1", "title": "a", "title": "b", "content": "c"}\n',
        '{"uid": "1", "title" : "a", "content": "c"}\n',
        '{"uid": "1", "title": "\\ud83d\\ude42", "content": "c"}\n',
        "\n",
    ],
)
def test_blocks_that_polars_reads_differently_are_read_by_line(line):
    block = LineBlock((lines(MUG) + line).encode(), 1, 0)
    assert parse_block(block, FoundColumns("uid", "title", "content")) is None
