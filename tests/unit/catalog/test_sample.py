import gzip
import json
import subprocess
import sys
from collections import Counter, defaultdict
from html import unescape
from pathlib import Path

import pytest

from catalora.catalog.sample import SAMPLE_PATH, TRUTH_PATH

SCRIPT = Path(__file__).parents[3] / "scripts" / "build_sample.py"


def read_lines(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def rows():
    return read_lines(SAMPLE_PATH)


@pytest.fixture(scope="module")
def truth():
    return {fact["uid"]: fact for fact in read_lines(TRUTH_PATH)}


def defect_names(fact):
    return {defect["name"] for defect in fact["defects"]}


def without_spaces(text):
    return "".join(text.split())


def test_rebuilding_gives_the_committed_bytes_and_every_rate_is_met():
    result = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "the committed files equal a rebuild" in result.stdout
    assert "MISSED" not in result.stdout


def test_rows_follow_the_schema_of_the_real_file(rows):
    for row in rows:
        assert list(row) == ["uid", "title", "content", "target_ind", "target_rel"]
        assert len(row["uid"]) == 10 and row["uid"].isascii() and row["uid"].isalnum()
        assert isinstance(row["title"], str) and isinstance(row["content"], str)
        assert all(isinstance(label, int) for label in row["target_ind"])
        assert row["target_rel"] == [1.0] * len(row["target_ind"])


def test_uids_are_unique_and_every_row_has_its_truth(rows, truth):
    uids = [row["uid"] for row in rows]

    assert len(set(uids)) == len(uids)
    assert set(uids) == set(truth)


def test_enough_usable_products_with_descriptions_of_their_own(truth):
    usable = [fact for fact in truth.values() if fact["usable"]]

    assert len(usable) >= 4200
    assert len({fact["content"] for fact in usable}) >= 4000


def test_undamaged_fields_equal_the_truth(rows, truth):
    for row in rows:
        fact = truth[row["uid"]]
        marks = {"empty_title", "empty_content", "repeated_title", "shared_description", "near_duplicate"}
        damaged = {defect["field"] for defect in fact["defects"] if defect["name"] not in marks}
        for field in ("title", "content"):
            if field not in damaged:
                assert row[field] == fact[field]


def test_spacing_entities_and_glue_are_all_that_separates_a_body_from_the_truth(rows, truth):
    plain = {"entities", "space_runs", "glued_words", "empty_title", "repeated_title", "shared_description"}
    checked = 0
    for row in rows:
        fact = truth[row["uid"]]
        if "entities" in defect_names(fact) and defect_names(fact) <= plain:
            assert without_spaces(unescape(row["content"])) == without_spaces(fact["content"])
            checked += 1
    assert checked > 300


def test_tails_notices_and_glued_pieces_stand_in_the_raw_content(rows, truth):
    for row in rows:
        raw = " ".join(unescape(row["content"]).split())
        for defect in truth[row["uid"]]["defects"]:
            if defect["name"] in ("edition_tail", "copyright_notice", "glued_words"):
                assert without_spaces(defect["detail"]) in without_spaces(raw)
                assert defect["detail"] not in truth[row["uid"]]["content"]


def test_clean_texts_hold_no_defect(truth):
    for fact in truth.values():
        for text in (fact["title"], fact["content"]):
            assert text == " ".join(text.split())
            assert unescape(text) == text
            assert not any(mark in text for mark in ("<", ">", "{", "}", "|", "a_", "Copyright", "This text refers"))


def test_facts_stand_where_the_truth_says(truth):
    for fact in truth.values():
        for attribute in fact["facts"]:
            assert attribute["in_title"] or attribute["in_description"]
            value = attribute["value"].lower()
            assert not attribute["in_title"] or value in fact["title"].lower()
            assert not attribute["in_description"] or value in fact["content"].lower().replace("\u2019", "'")


def test_titles_facts_are_taken_up_by_the_description(truth):
    own = [fact for fact in truth.values() if fact["usable"] and not defect_names(fact) & {"shared_description"}]
    told = [attribute["in_description"] for fact in own for attribute in fact["facts"] if attribute["in_title"]]

    assert sum(told) / len(told) > 0.97


def test_rows_of_one_description_id_share_one_description(truth):
    contents = defaultdict(set)
    sizes = Counter()
    for fact in truth.values():
        if fact["description_id"] is not None:
            contents[fact["description_id"]].add(fact["content"])
            sizes[fact["description_id"]] += 1

    assert all(len(texts) == 1 for texts in contents.values())
    assert len(contents) == len({fact["content"] for fact in truth.values() if fact["description_id"] is not None})
    assert sizes.most_common(1)[0][1] == 27


def test_near_duplicates_point_to_a_row_of_the_same_type_with_other_words(truth):
    copies = [fact for fact in truth.values() if fact["near_duplicate_of"]]

    assert len(copies) == 90
    for fact in copies:
        source = truth[fact["near_duplicate_of"]]
        assert source["type"] == fact["type"]
        assert source["content"] != fact["content"]
        assert 0.05 <= fact["edited_share"] <= 0.20


def test_the_files_are_small_enough_to_ship():
    assert SAMPLE_PATH.stat().st_size + TRUTH_PATH.stat().st_size < 1_500_000
