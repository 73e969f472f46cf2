"""Names from a browser stay names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalora.app.place import UPLOADS, Place, name_upload
from catalora.errors import UsageError


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "data", tmp_path / "runs")


@pytest.mark.parametrize(
    "name", ["..", "../x", "a/b", "a\\b", "/etc", "", ".hidden", "CON", "nul.txt", "a" * 65, UPLOADS]
)
def test_a_data_set_s_name_cannot_be_a_path(place, name):
    with pytest.raises(UsageError):
        place.dataset(name)


@settings(deadline=None)
@given(st.text())
def test_an_upload_gets_a_name_of_our_own(name):
    made = name_upload(name + ".csv", b"a,b")
    assert "/" not in made
    assert "\\" not in made
    assert not made.startswith(".")
    assert made.endswith(".csv")


def test_an_upload_lands_in_its_folder(place):
    path = place.save_upload("../../../etc/passwd.json.gz", b"{}")
    assert path.parent == place.data_dir / UPLOADS
    assert path.name.startswith("passwd-")
    assert path.name in place.list_sources()


def test_the_same_name_with_other_content_is_another_file(place):
    assert place.save_upload("a.csv", b"1") != place.save_upload("a.csv", b"2")


def test_files_of_other_kinds_are_refused(place):
    with pytest.raises(UsageError, match="ending"):
        place.save_upload("model.bin", b"x")


def test_links_are_no_sources(place, tmp_path):
    place.data_dir.mkdir()
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    (place.data_dir / "link.json").symlink_to(secret)
    assert list(place.list_sources()) == [""]
