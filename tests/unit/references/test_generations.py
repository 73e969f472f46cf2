import errno
import json
import sqlite3

import filelock
import pytest

from catalora.errors import StorageError
from catalora.references.generations import read_current, replace_generation


def make(folder, text):
    with replace_generation(folder) as path:
        (path / "content").write_text(text)
    return path


def test_the_new_generation_becomes_current_and_the_old_one_stays_for_its_readers_until_the_next(tmp_path):
    old, new = make(tmp_path, "old"), make(tmp_path, "new")
    assert read_current(tmp_path) == new
    assert (new / "content").read_text() == "new"
    assert (old / "content").read_text() == "old"
    newest = make(tmp_path, "newest")
    assert {path.name for path in tmp_path.glob("gen-*")} == {new.name, newest.name}


def test_a_failed_build_leaves_the_old_generation(tmp_path):
    old = make(tmp_path, "old")
    with pytest.raises(ZeroDivisionError), replace_generation(tmp_path) as path:
        (path / "content").write_text("half")
        raise ZeroDivisionError
    assert read_current(tmp_path) == old
    assert not path.exists()
    assert old.exists()


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path):
    current = make(tmp_path, "old")
    killed = tmp_path / "gen-0123456789abcdef"
    killed.mkdir()
    (killed / "half").write_text("x")
    with replace_generation(tmp_path):
        assert current.exists()
        assert not killed.exists()


def test_other_files_stay(tmp_path):
    (tmp_path / "gen-notes").mkdir()
    (tmp_path / "spans").mkdir()
    make(tmp_path, "x")
    assert (tmp_path / "gen-notes").exists()
    assert (tmp_path / "spans").exists()


def test_a_second_writer_is_refused(tmp_path):
    with filelock.FileLock(tmp_path / ".lock"), pytest.raises(StorageError) as caught, replace_generation(tmp_path):
        pass
    assert caught.value.code == "index-locked"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"null", b'{"generation": "../../etc"}', b'{"generation": "gen-1"}', b'{"generation": 3}', b"\xff"],
)
def test_a_current_that_is_no_name_of_ours_names_nothing(tmp_path, content):
    (tmp_path / "CURRENT").write_bytes(content)
    assert read_current(tmp_path) is None


def test_current_is_plain_json(tmp_path):
    path = make(tmp_path, "x")
    assert json.loads((tmp_path / "CURRENT").read_text()) == {"generation": path.name}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk-full"),
        (sqlite3.OperationalError("database or disk is full"), "disk-full"),
        (PermissionError(errno.EACCES, "Permission denied"), "index-not-writable"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "index-not-writable"),
    ],
)
def test_storage_problems_are_translated(tmp_path, error, code):
    with pytest.raises(StorageError) as caught, replace_generation(tmp_path):
        raise error
    assert caught.value.code == code
    assert caught.value.hint


def test_too_little_space_is_refused_before_anything_is_computed(tmp_path):
    old = make(tmp_path, "old")
    with pytest.raises(StorageError) as caught, replace_generation(tmp_path, size_bytes=10**18):
        raise AssertionError("must not start")
    assert caught.value.code == "disk-full"
    assert read_current(tmp_path) == old


def test_a_file_in_place_of_the_folder_is_reported(tmp_path):
    (tmp_path / "references").write_text("not a folder")
    with pytest.raises(StorageError) as caught, replace_generation(tmp_path / "references"):
        pass
    assert caught.value.code == "index-not-writable"
