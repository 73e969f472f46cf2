import io
import zipfile
from importlib import resources

import pytest

from tests.unit.catalog.file_server import FileServer


@pytest.fixture
def server(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        sample = resources.files("catalora.catalog.sample") / "trn.json.gz"
        archive.writestr("LF-Amazon-1.3M/trn.json.gz", sample.read_bytes())
    server = FileServer()
    server.how.content = buffer.getvalue()
    yield server
    server.stop()


def test_what_was_fetched_can_be_prepared(catalora, server, tmp_path):
    result = catalora("fetch", "amazontitles", "--url", f"{server.url}/mirror.zip", "--out", tmp_path / "raw", "--json")
    assert result.code == 0
    assert "licence is unclear" in result.err
    (path,) = result.json["catalogues"]
    assert catalora("prepare", path, "--out", tmp_path / "data", "--max-samples", 100).code == 0
    assert (tmp_path / "data" / "report.html").exists()


def test_a_smaller_file_under_the_original_name_is_refused(catalora, server, tmp_path):
    url = f"{server.url}/LF-Amazon-1.3M.raw.zip"
    result = catalora("fetch", "amazontitles", "--url", url, "--out", tmp_path)
    assert result.code == 65
    assert "expected 889,969,656" in result.err
    assert list(tmp_path.iterdir()) == []


def test_without_a_source_it_says_what_to_do_and_contacts_nobody(catalora, tmp_path):
    result = catalora("fetch", "amazontitles", "--out", tmp_path)
    assert result.code == 66
    for part in ("LF-Amazon-1.3M.raw.zip", "889,969,656", str(tmp_path), "--from-hub"):
        assert part in result.err


def test_a_missing_file_ends_with_the_code_for_unavailable(catalora, server, tmp_path):
    server.how.statuses = [404]
    result = catalora("fetch", "amazontitles", "--url", f"{server.url}/mirror.zip", "--out", tmp_path)
    assert result.code == 69
    assert "no such file" in result.err
    assert "by hand" in result.err
