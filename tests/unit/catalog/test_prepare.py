import json
import os

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalora.catalog import find_product, load_prepared, prepare_catalogue, read_products, save_products
from catalora.catalog.replacement import replace_folder
from catalora.config import DataConfig
from catalora.errors import ConfigError, DataError, InputNotFoundError, StorageError, UsageError

ROWS = [
    {"uid": "a", "title": "Mug", "content": "A mug of brushed steel &amp; glass."},
    {"uid": "b", "title": "Lamp", "content": "  A lamp for   reading. Copyright 2003 Example, Inc."},
    {"uid": "c", "title": "", "content": "A description of something."},
    {"uid": "d", "title": "Chair", "content": " "},
    {"uid": "e", "title": "Table", "content": "TABLE"},
    {"uid": "f", "title": "Rug", "content": "A rug."},
    {"uid": "g", "title": "Other mug", "content": "a MUG of brushed steel & glass."},
    {"uid": "h", "title": "Bed", "content": "--This text refers to thePaperbackedition."},
    {"uid": "i", "title": '<span class="a-size-medium"', "content": "A description of a magazine."},
    {"uid": "b", "title": "Lamp 2", "content": "Another lamp for reading."},
    {"uid": "k", "title": "lamp", "content": "The same title as a lamp."},
]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def source(tmp_path):
    return write(tmp_path / "catalogue.jsonl", ROWS)


def everything_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_each_row_is_kept_or_removed_for_a_named_reason(source, tmp_path):
    data = prepare_catalogue([source], tmp_path / "out", DataConfig())
    assert [row[:3] for row in data.table().rows()] == [
        ("a", "Mug", "A mug of brushed steel & glass."),
        ("b", "Lamp", "A lamp for reading."),
        ("b#2", "Lamp 2", "Another lamp for reading."),
        ("k", "lamp", "The same title as a lamp."),
    ]
    removed = data.removed()
    assert list(zip(removed["line"], removed["uid"], removed["reason"], strict=True)) == [
        (3, "c", "empty-title"),
        (4, "d", "empty-content"),
        (5, "e", "content-equals-title"),
        (6, "f", "short-content"),
        (7, "g", "duplicate-content"),
        (8, "h", "only-boilerplate"),
        (9, "i", "scraping-residue"),
    ]
    assert removed.filter(uid="g")["detail"].item() == "same description as a"
    assert removed.filter(uid="h")["content"].item() == "--This text refers to thePaperbackedition."
    assert set(removed["file"]) == {str(source)}
    profile = data.profile
    assert (profile.rows_in, profile.kept, sum(profile.removed.values()), profile.renamed_uids) == (11, 4, 7, 1)
    assert profile.changed["entities"] == 1
    assert profile.changed["spacing"] == 1
    assert everything_in(tmp_path / "out") == [
        "changed.parquet",
        "products.parquet",
        "profile.json",
        "removed.parquet",
        "report.html",
    ]
    assert everything_in(tmp_path) == ["catalogue.jsonl", "out"]


def test_products_with_one_title_share_group_and_split(source, tmp_path):
    table = prepare_catalogue([source], tmp_path / "out", DataConfig()).table()
    lamps = find_product(table, "What is LAMP?")
    assert lamps.height == 2
    assert lamps["group"].n_unique() == lamps["split"].n_unique() == 1


def test_the_same_input_gives_the_same_fingerprint_and_another_seed_another(source, tmp_path):
    def fingerprint(name, **settings):
        return prepare_catalogue([source], tmp_path / name, DataConfig(**settings)).fingerprint

    assert fingerprint("a") == fingerprint("b")
    assert len({fingerprint(str(seed), seed=seed) for seed in range(6)}) > 1


def test_max_samples_counts_usable_products(source, tmp_path):
    data = prepare_catalogue([source], tmp_path / "out", DataConfig(max_samples=3))
    assert (data.profile.kept, data.profile.not_sampled) == (3, 1)
    with pytest.raises(DataError, match="max_samples = 5, but only 4 of 11 rows are usable"):
        prepare_catalogue([source], tmp_path / "more", DataConfig(max_samples=5))


def test_samples_are_nested(tmp_path):
    rows = [
        {"uid": str(n), "title": f"Product {n}", "content": f"Item {n} tells {n + 300} of {n + 600} things."}
        for n in range(200)
    ]
    source = write(tmp_path / "a.jsonl", rows)
    small, large = (
        prepare_catalogue([source], tmp_path / str(n), DataConfig(max_samples=n)).table() for n in (50, 100)
    )
    assert set(small.rows()) < set(large.rows())


def test_samples_keep_their_splits(tmp_path):
    # Neighbours share nearly all words, so that a sample leaves out links of the chain.
    words = [f"word{n}" for n in range(120)]
    rows = [{"uid": str(n), "title": f"Product {n}", "content": " ".join(words[n : n + 20])} for n in range(100)]
    source = write(tmp_path / "a.jsonl", rows)
    small, large = (prepare_catalogue([source], tmp_path / str(n), DataConfig(max_samples=n)).table() for n in (30, 90))
    assert set(small.select("uid", "split").rows()) <= set(large.select("uid", "split").rows())


def test_changes_show_before_after_and_rules(source, tmp_path):
    changed = prepare_catalogue([source], tmp_path / "out", DataConfig()).changed()
    assert changed.select("line", "uid", "field", "rules", "after").rows() == [
        (1, "a", "content", ["entities"], "A mug of brushed steel & glass."),
        (2, "b", "content", ["spacing", "copyright-notices"], "A lamp for reading."),
    ]
    assert changed["before"].to_list() == [ROWS[0]["content"], ROWS[1]["content"]]


def test_rules_can_be_left_out_by_name(source, tmp_path):
    settings = DataConfig(skip_rules=("copyright-notices", "content-equals-title"), min_content_chars=5)
    table = prepare_catalogue([source], tmp_path / "out", settings).table()
    assert table.filter(uid="b")["content"].item() == "A lamp for reading. Copyright 2003 Example, Inc."
    assert table.filter(uid="e")["content"].item() == "TABLE"
    with pytest.raises(ConfigError, match=r"'copyrigt-notices' is no rule \(did you mean 'copyright-notices'\?\)"):
        prepare_catalogue([source], tmp_path / "out", DataConfig(skip_rules=("copyrigt-notices",)))


def test_copies_of_a_description_are_capped(tmp_path):
    rows = [{"uid": str(n), "title": f"Product {n % 5}", "content": "One blurb for many."} for n in range(8)]
    source = write(tmp_path / "a.jsonl", rows)
    for copies, uids in ((1, ["0"]), (3, ["0", "1", "2"]), (9, ["0", "1", "2", "3", "4"])):
        data = prepare_catalogue([source], tmp_path / "out", DataConfig(max_copies=copies))
        assert data.table()["uid"].to_list() == uids
        assert data.table()["split"].n_unique() == 1
        assert set(data.removed()["detail"]) == {"same description as 0"}


def test_near_duplicates_share_a_split(tmp_path):
    blurb = [f"word{n}" for n in range(40)]
    rows = []
    for n in range(60):
        edited = [word if n == 0 or (place + n) % 12 else f"other{n}" for place, word in enumerate(blurb)]
        rows.append({"uid": str(n), "title": f"Edition {n}", "content": " ".join(edited)})
    rows += [{"uid": f"x{n}", "title": f"Else {n}", "content": f"Quite another text, number {n}."} for n in range(60)]
    source = write(tmp_path / "a.jsonl", rows)
    grouped = prepare_catalogue([source], tmp_path / "grouped", DataConfig()).table().head(60)
    assert grouped["group"].n_unique() == grouped["split"].n_unique() == 1
    apart = prepare_catalogue([source], tmp_path / "apart", DataConfig(near_duplicate_similarity=None)).table().head(60)
    assert apart["group"].n_unique() == 60


def test_a_test_source_is_the_test_split_and_overlaps_leave_training(source, tmp_path):
    held_out = [
        {"uid": "t1", "title": "Steel mug", "content": "A mug of brushed steel & glass."},
        {"uid": "t2", "title": "LAMP 2", "content": "Something else entirely, about light."},
    ]
    data = prepare_catalogue(
        [source],
        tmp_path / "out",
        DataConfig(near_duplicate_similarity=None),
        test_sources=[write(tmp_path / "tst.jsonl", held_out)],
    )
    table = data.table()
    assert table.filter(split="test")["uid"].to_list() == ["t1", "t2"]
    assert set(table.filter(pl.col("split") != "test")["title"]) == {"Lamp", "lamp"}
    assert data.profile.removed["duplicate-content"] == 2
    assert data.profile.removed["in-test-source"] == 1
    assert [record.is_test_source for record in data.profile.sources] == [True, False]
    assert data.profile.rows_in == data.profile.kept + sum(data.profile.removed.values())


def test_failure_leaves_nothing_and_keeps_what_was_there(source, tmp_path):
    out = tmp_path / "out"
    before = prepare_catalogue([source], out, DataConfig()).fingerprint
    broken = write(tmp_path / "broken.jsonl", ROWS)
    broken.write_text(broken.read_text() + "{broken", encoding="utf-8")
    with pytest.raises(DataError, match=r"broken.jsonl:12: broken JSON"):
        prepare_catalogue([broken], out, DataConfig())
    assert load_prepared(out).fingerprint == before
    assert everything_in(tmp_path) == ["broken.jsonl", "catalogue.jsonl", "out"]


def test_tolerated_rows_are_removed_rows(source, tmp_path):
    source.write_text(source.read_text() + "{broken\n", encoding="utf-8")
    data = prepare_catalogue([source], tmp_path / "out", DataConfig(max_bad_rows=1))
    last = data.removed().row(-1, named=True)
    assert (last["line"], last["reason"]) == (12, "unreadable-row")
    assert "broken JSON at column 2" in last["detail"]
    assert data.profile.rows_in == data.profile.kept + sum(data.profile.removed.values())


def test_a_folder_with_other_files_is_refused(source, tmp_path):
    with pytest.raises(StorageError, match="holds other files"):
        prepare_catalogue([source], tmp_path, DataConfig())
    (tmp_path / "empty").mkdir()
    prepare_catalogue([source], tmp_path / "empty", DataConfig())


def test_no_source_and_no_usable_product_are_named(tmp_path):
    with pytest.raises(UsageError):
        prepare_catalogue([], tmp_path / "out", DataConfig())
    source = write(tmp_path / "a.jsonl", ROWS[2:4])
    with pytest.raises(DataError, match="none of the 2 rows is usable: 1 empty-title, 1 empty-content"):
        prepare_catalogue([source], tmp_path / "out", DataConfig())
    assert everything_in(tmp_path) == ["a.jsonl"]


def test_what_a_killed_process_left_is_cleared_away(source, tmp_path):
    dead = 2**22 + 1  # above every process number
    (tmp_path / f".out.{dead}.preparing").mkdir()
    old = tmp_path / f".out.{dead}.replaced"
    old.mkdir()
    (old / "kept").touch()
    with replace_folder(tmp_path / "out", lambda path: True):
        assert everything_in(tmp_path) == [f".out.{os.getpid()}.preparing", "catalogue.jsonl", "out"]
        assert everything_in(tmp_path / "out") == ["kept"]


def test_damage_is_noticed_when_loading(source, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(InputNotFoundError, match="not a prepared data set"):
        load_prepared(out)
    data = prepare_catalogue([source], out, DataConfig())
    assert load_prepared(out).profile == data.profile
    (out / "profile.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="damaged profile"):
        load_prepared(out)
    prepare_catalogue([source], out, DataConfig())
    products = out / "products.parquet"
    products.write_bytes(products.read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match="differs"):
        load_prepared(out)
    with pytest.raises(DataError, match="damaged products"):
        read_products(products)


def test_products_of_a_split_are_typed_and_limited(source, tmp_path):
    data = prepare_catalogue([source], tmp_path / "out", DataConfig(test_share=0, validation_share=0))
    assert [product.uid for product in data.products("train")] == ["a", "b", "b#2", "k"]
    assert data.products("train", limit=1)[0].title == "Mug"
    assert data.products("test") == []


def test_saved_products_are_read_back(source, tmp_path):
    table = prepare_catalogue([source], tmp_path / "out", DataConfig()).table()
    save_products(table, tmp_path / "products.parquet")
    assert read_products(tmp_path / "products.parquet").equals(table)


def test_several_files_without_uid_get_distinct_uids(tmp_path):
    sources = [
        write(
            tmp_path / f"{name}.jsonl",
            [{"title": f"{name}{n}", "content": f"Text {n} of file {name}."} for n in (1, 2)],
        )
        for name in "ab"
    ]
    table = prepare_catalogue(sources, tmp_path / "out", DataConfig()).table()
    assert table["uid"].to_list() == ["1", "2", "1#2", "2#2"]


texts = st.sampled_from(["", " ", "Mug", "mug", "MUG ", "A lamp that is warm", "a lamp  that is warm", "&lt;b&gt;"])
records = st.fixed_dictionaries(
    {"uid": st.sampled_from("abc"), "title": texts, "content": texts | st.text(max_size=30)}
)


@given(st.lists(records, min_size=1, max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_add_up_and_nothing_crosses_splits(tmp_path, rows):
    source = write(tmp_path / "a.jsonl", rows)
    try:
        data = prepare_catalogue([source], tmp_path / "out", DataConfig(min_content_chars=1, test_share=0.3))
    except DataError as error:
        assert error.code == "no-usable-product"
        return
    assert data.profile.rows_in == len(rows) == data.profile.kept + sum(data.profile.removed.values())
    assert data.removed().height == sum(data.profile.removed.values())
    table = data.table()
    assert table["uid"].is_unique().all()
    by_title = table.group_by(pl.col("title").map_elements(str.casefold, return_dtype=pl.String))
    assert by_title.agg(pl.col("split").n_unique())["split"].max() == 1
