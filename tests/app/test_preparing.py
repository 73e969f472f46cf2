"""A catalogue is prepared by a process of its own, whose end is known however it comes."""

import time

import psutil
import pytest

from catalora.app.place import Place
from catalora.app.preparing import dismiss, list_preparations, read_preparation, start_preparing
from catalora.errors import StorageError, UsageError
from tests.app.conftest import write_catalogue

SETTINGS = {"data.near_duplicate_similarity": None}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "data", tmp_path / "runs")


def wait_for_end(place, name, seconds=240):
    deadline = time.monotonic() + seconds
    while (item := read_preparation(place, name)).state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return item


def test_a_catalogue_is_prepared_while_others_look(place, tmp_path):
    start_preparing(place, "lamps", write_catalogue(tmp_path / "lamps.jsonl"), SETTINGS)
    assert [item.name for item in list_preparations(place)] == ["lamps"]
    with pytest.raises(StorageError) as raised:
        start_preparing(place, "lamps", tmp_path / "lamps.jsonl", SETTINGS)
    assert raised.value.code == "target-occupied"
    assert wait_for_end(place, "lamps").state == "finished"
    assert place.list_datasets() == ["lamps"]
    assert list_preparations(place) == []


def test_a_bad_catalogue_is_explained_and_can_be_dismissed(place, tmp_path):
    source = tmp_path / "bad.jsonl"
    source.write_text('{"title": "a", "content": "b"}\nnot json\n')
    start_preparing(place, "bad", source, SETTINGS)
    ended = wait_for_end(place, "bad")
    assert ended.state == "failed"
    assert ended.error["code"] == "bad-json"
    assert place.list_datasets() == []
    dismiss(place, "bad")
    assert list_preparations(place) == []


def test_a_killed_process_is_noticed(place, tmp_path):
    start_preparing(place, "lamps", write_catalogue(tmp_path / "lamps.jsonl"), SETTINGS)
    psutil.Process(read_preparation(place, "lamps").pid).kill()
    ended = wait_for_end(place, "lamps")
    assert (ended.state, ended.error["code"]) == ("failed", "prepare-lost")
    start_preparing(place, "lamps", tmp_path / "lamps.jsonl", SETTINGS)
    assert wait_for_end(place, "lamps").state == "finished"


@pytest.mark.parametrize("name", ["../lamps", "a/b", ""])
def test_a_name_that_is_a_path_is_refused(place, name, tmp_path):
    with pytest.raises(UsageError):
        start_preparing(place, name, write_catalogue(tmp_path / "lamps.jsonl"), SETTINGS)
    with pytest.raises(UsageError):
        dismiss(place, name)
