import gzip
import io
import socket
import sys
import zipfile
from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from catalora.catalog.download import download_file, name_of_url
from catalora.catalog.download_services import fetch_from_hub
from catalora.catalog.fetch import ARCHIVES, Archive, describe_archive, fetch_archive, take_catalogues
from catalora.errors import DataError, InputNotFoundError, ModelUnavailableError, StorageError, UsageError
from tests.unit.catalog.file_server import FileServer

CATALOGUE = gzip.compress(b'{"uid": "a", "title": "Lamp", "content": "A lamp for reading."}\n' * 2_000, mtime=0)


def build_zip(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


ZIP = build_zip(
    **{"LF/trn.json.gz": CATALOGUE, "LF/tst.json.gz": CATALOGUE[::-1], "../../evil.txt": b"no", "x/lbl.json.gz": b"no"}
)
ARCHIVE = Archive(
    "shop.raw.zip", len(ZIP), "https://example.org/page", "A shop.", "Theirs.", ("trn.json.gz", "tst.json.gz")
)


@pytest.fixture
def server(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    server = FileServer()
    server.how.content = ZIP
    yield server
    server.stop()


@pytest.fixture
def nobody():
    """The address of a port on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def download(server, target, **options):
    seen = []
    download_file(
        f"{server.url}/shop.raw.zip", target, wait_seconds=0, progress=lambda *call: seen.append(call), **options
    )
    return seen


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_arrives_whole_and_progress_counts_its_bytes(server, tmp_path):
    seen = download(server, tmp_path / "a.zip", expected_bytes=len(ZIP))
    assert (tmp_path / "a.zip").read_bytes() == ZIP
    assert seen[-1] == ("download a.zip", len(ZIP), len(ZIP))
    assert names_in(tmp_path) == ["a.zip"]


def test_a_dropped_line_is_taken_up_where_it_broke(server, tmp_path):
    server.how.breaks_after = [100, 50, 0, 10]
    with pytest.raises(ModelUnavailableError, match=r"the connection ended after 150") as caught:
        download(server, tmp_path / "a.zip")
    assert caught.value.code == "download-interrupted"
    assert names_in(tmp_path) == ["a.zip.part", "a.zip.part.json"]
    download(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == ZIP
    asked = [asked for _, asked, _ in server.requests]
    assert asked == [None, "bytes=100-", "bytes=150-", "bytes=150-", "bytes=160-"]
    assert {condition for _, _, condition in server.requests[1:]} == {'"one"'}


def test_a_killed_download_goes_on_in_the_next_process(server, tmp_path):
    class KilledError(BaseException):
        pass

    def die(stage, done, whole):
        raise KilledError

    with pytest.raises(KilledError):
        download_file(f"{server.url}/a.zip", tmp_path / "a.zip", progress=die)
    part = tmp_path / "a.zip.part"
    part.write_bytes(ZIP[:200])  # what a kill leaves depends on what was flushed
    download_file(f"{server.url}/a.zip", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == ZIP
    assert server.requests[-1][1] == "bytes=200-"


def test_a_server_without_ranges_starts_again_and_stops_when_it_gets_no_further(server, tmp_path):
    server.how.ranges = False
    server.how.breaks_after = [100]
    download(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == ZIP
    server.how.breaks_after = [100] * 9
    with pytest.raises(ModelUnavailableError):
        download(server, tmp_path / "b.zip")
    assert len(server.how.breaks_after) == 7


def test_a_file_that_changed_meanwhile_is_fetched_from_the_start(server, tmp_path):
    server.how.breaks_after = [100, 0]
    with pytest.raises(ModelUnavailableError):
        download(server, tmp_path / "a.zip")
    server.how.content, server.how.etag = b"another file", '"two"'
    download(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == b"another file"


def test_bytes_of_another_address_are_not_continued(server, tmp_path):
    server.how.breaks_after = [100, 0]
    with pytest.raises(ModelUnavailableError):
        download(server, tmp_path / "a.zip")
    download_file(f"{server.url}/other/shop.raw.zip", tmp_path / "a.zip", wait_seconds=0)
    assert server.requests[-1][1] is None


def test_a_part_that_is_whole_or_too_long_is_recognised(server, tmp_path):
    server.how.breaks_after = [100, 0]
    with pytest.raises(ModelUnavailableError):
        download(server, tmp_path / "a.zip")
    (tmp_path / "a.zip.part").write_bytes(ZIP)
    download(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == ZIP
    server.how.breaks_after = [100, 0]
    with pytest.raises(ModelUnavailableError):
        download(server, tmp_path / "b.zip")
    (tmp_path / "b.zip.part").write_bytes(ZIP + b"too much")
    download(server, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == ZIP


def test_another_part_than_the_one_asked_for_is_not_joined(server, tmp_path):
    server.how.breaks_after = [100]
    server.how.wrong_part = True
    download(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == ZIP


def test_a_wrong_size_is_refused_before_anything_is_stored(server, tmp_path):
    with pytest.raises(DataError, match=rf"has {len(ZIP):,} bytes, expected 7") as caught:
        download(server, tmp_path / "a.zip", expected_bytes=7)
    assert caught.value.code == "wrong-size"
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("status", "word"), [(404, "no such file"), (403, "does not allow"), (401, "login"), (418, "418")]
)
def test_a_refusal_is_named_and_not_repeated(server, tmp_path, status, word):
    server.how.statuses = [status, status]
    with pytest.raises(ModelUnavailableError, match=word) as caught:
        download(server, tmp_path / "a.zip")
    assert caught.value.facts["status"] == status
    assert len(server.requests) == 1


def test_a_passing_server_error_is_tried_again(server, tmp_path):
    server.how.statuses = [503]
    download(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").exists()
    server.how.statuses = [503] * 5
    with pytest.raises(ModelUnavailableError, match="error 503"):
        download(server, tmp_path / "b.zip")


def test_a_web_page_is_no_archive(server, tmp_path):
    server.how.content_type = "text/html; charset=utf-8"
    with pytest.raises(DataError, match="is a web page"):
        download(server, tmp_path / "a.zip")
    assert names_in(tmp_path) == []


def test_redirects_are_followed_over_http_alone(server, tmp_path):
    server.how.redirect = "/elsewhere/shop.raw.zip"
    download(server, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == ZIP
    secret = tmp_path / "secret.zip"
    secret.write_bytes(b"mine")
    server.how.redirect = f"file://{secret}"
    with pytest.raises(ModelUnavailableError):
        download(server, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_no_network_is_said_with_the_way_to_do_it_by_hand(nobody, monkeypatch, tmp_path):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(ModelUnavailableError, match="cannot be reached") as caught:
        fetch_archive(ARCHIVE, tmp_path, url=f"{nobody}/shop.raw.zip?key=secret")
    assert ARCHIVE.page in caught.value.hint
    assert f"{len(ZIP):,} bytes" in caught.value.hint
    assert str(tmp_path) in caught.value.hint
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/a.zip", "https://example.org/", "a.zip", "http:///a"]
)
def test_what_is_no_address_of_a_file_is_refused(url):
    with pytest.raises(UsageError, match="not the address of a file"):
        name_of_url(url)


def test_names_of_files_cannot_leave_the_folder():
    assert name_of_url("https://example.org/a/..%2f..%2fevil.zip?x=/y.zip") == "evil.zip"
    assert name_of_url("https://example.org/a/%2e%2e%5cc%00.zip") == "_c_.zip"


def test_an_archive_is_fetched_checked_and_its_catalogues_taken_out(server, tmp_path):
    fetched = fetch_archive(ARCHIVE, tmp_path / "raw", url=f"{server.url}/shop.raw.zip")
    assert [path.name for path in fetched.catalogues] == ["trn.json.gz", "tst.json.gz"]
    assert fetched.catalogues[0].read_bytes() == CATALOGUE
    assert names_in(tmp_path / "raw") == ["shop.raw.zip", "trn.json.gz", "tst.json.gz"]
    assert names_in(tmp_path) == ["raw"]
    before = fetched.catalogues[0].stat().st_mtime_ns
    again = fetch_archive(ARCHIVE, tmp_path / "raw", url=f"{server.url}/shop.raw.zip")
    assert again == fetched
    assert again.catalogues[0].stat().st_mtime_ns == before
    assert len(server.requests) == 1


def test_an_archive_put_there_by_hand_is_taken(tmp_path):
    with pytest.raises(InputNotFoundError, match="no source was named") as caught:
        fetch_archive(ARCHIVE, tmp_path)
    assert ARCHIVE.page in caught.value.hint
    (tmp_path / "shop.raw.zip").write_bytes(ZIP)
    assert len(fetch_archive(ARCHIVE, tmp_path).catalogues) == 2


def test_an_archive_of_another_size_or_with_altered_bytes_is_refused(tmp_path):
    path = tmp_path / "shop.raw.zip"
    path.write_bytes(ZIP[:-5])
    with pytest.raises(DataError, match="expected") as caught:
        fetch_archive(ARCHIVE, tmp_path)
    assert caught.value.code == "wrong-size"
    altered = bytearray(ZIP)
    altered[100] ^= 0xFF
    path.write_bytes(altered)
    with pytest.raises(DataError, match="damaged") as caught:
        fetch_archive(ARCHIVE, tmp_path)
    assert caught.value.code == "damaged-archive"
    assert names_in(tmp_path) == ["shop.raw.zip"]


def test_a_mirror_may_offer_the_catalogue_itself(server, tmp_path):
    server.how.content = CATALOGUE
    fetched = fetch_archive(ARCHIVE, tmp_path, url=f"{server.url}/trn.json.gz")
    assert fetched.catalogues == (tmp_path / "trn.json.gz",)
    assert fetched.catalogues[0].read_bytes() == CATALOGUE


@pytest.mark.parametrize("content", [b"", b"text", build_zip(other=b"x"), ZIP[:300]])
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "mirror.zip"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        take_catalogues(path, tmp_path, ARCHIVE.catalogues)
    assert caught.value.code == "damaged-archive"


def test_one_source_at_a_time(tmp_path):
    with pytest.raises(UsageError, match="more than one source"):
        fetch_archive(ARCHIVE, tmp_path, url="https://example.org/a.zip", drive_id="x")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        fetch_archive(ARCHIVE, tmp_path / "file" / "raw")


@pytest.mark.parametrize(
    "named",
    [
        "abc_1-2",
        "https://drive.google.com/file/d/abc_1-2/view?usp=sharing",
        "https://drive.google.com/file/d/abc_1-2",
        "https://drive.google.com/uc?export=download&id=abc_1-2",
        "https://drive.google.com/open?id=abc_1-2&x=y",
    ],
)
def test_drive_is_asked_through_gdown(tmp_path, monkeypatch, named):
    calls = []

    def fake_download(*, id, output, quiet, resume, progress):  # noqa: A002 (gdown's name)
        calls.append((id, quiet, resume))
        progress(3, None)
        with open(output, "wb") as file:  # noqa: PTH123
            file.write(ZIP)

    monkeypatch.setitem(sys.modules, "gdown", SimpleNamespace(download=fake_download))
    assert len(fetch_archive(ARCHIVE, tmp_path, drive_id=named).catalogues) == 2
    assert calls == [("abc_1-2", True, True)]


@pytest.mark.parametrize("named", ["", "a b", "https://example.org/file/d/abc/view", "../x"])
def test_what_is_no_id_of_drive_is_refused(tmp_path, named):
    with pytest.raises(UsageError, match="expected the id of a file on Google Drive"):
        fetch_archive(ARCHIVE, tmp_path, drive_id=named)


def test_drive_without_gdown_and_with_a_refusal(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "gdown", None)
    with pytest.raises(UsageError, match="needs gdown") as missing:
        fetch_archive(ARCHIVE, tmp_path, drive_id="abc")
    assert "catalora[fetch]" in missing.value.hint

    def refuse(**options):
        raise RuntimeError("Too many users have viewed this file\nmore")

    monkeypatch.setitem(sys.modules, "gdown", SimpleNamespace(download=refuse))
    with pytest.raises(ModelUnavailableError, match=r"Too many users have viewed this file\)") as refused:
        fetch_archive(ARCHIVE, tmp_path, drive_id="abc")
    assert ARCHIVE.page in refused.value.hint

    def get_no_answer(**options):
        raise ConnectionError("HTTPSConnectionPool(host=…)")

    monkeypatch.setitem(sys.modules, "gdown", SimpleNamespace(download=get_no_answer))
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        fetch_archive(ARCHIVE, tmp_path, drive_id="abc")


def test_a_data_set_on_a_hub_is_fetched_by_its_client(server, tmp_path):
    seen = []
    path = fetch_from_hub("ada/books/raw/shop.raw.zip", tmp_path, lambda *call: seen.append(call), server.url)
    assert path.read_bytes() == ZIP
    assert seen[-1][1] == len(ZIP)
    assert server.requests[0][0] == "/datasets/ada/books/resolve/main/raw/shop.raw.zip"
    with pytest.raises(ModelUnavailableError, match="has no file"):
        fetch_from_hub("ada/books/other.txt", tmp_path, lambda *call: None, server.url)


@pytest.mark.parametrize(
    ("error", "code"),
    [(LocalEntryNotFoundError("not here"), "hub-unreachable"), (OSError("no route"), "hub-unreachable")],
)
def test_a_hub_that_cannot_be_reached_is_named(tmp_path, monkeypatch, error, code):
    def fail(*args, **options):
        raise error

    # The real client tries for 20 seconds.
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fail)
    with pytest.raises(ModelUnavailableError, match="cannot be reached") as caught:
        fetch_archive(ARCHIVE, tmp_path, hub_file="ada/books/a.zip")
    assert caught.value.code == code
    assert "by hand" in caught.value.hint


def test_a_file_on_the_hub_needs_three_names(tmp_path):
    with pytest.raises(UsageError, match="expected OWNER/NAME/FILE"):
        fetch_from_hub("ada/books", tmp_path, lambda *call: None)


def test_the_description_names_licence_source_size_and_place(tmp_path):
    text = describe_archive(ARCHIVES["amazontitles"], tmp_path)
    for part in ("licence is unclear", "LF-Amazon-1.3M.raw.zip", "889,969,656", "http", str(tmp_path)):
        assert part in text
