"""Downloading one file over HTTP, so that an interruption costs nothing but the time to start again.

What arrives is kept in `NAME.part`; the file gets its name when it is complete. Beside it `NAME.part.json` remembers
which version of which file the bytes belong to, so that two versions are never joined.
"""

import errno
import hashlib
import http.client
import json
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from catalora.catalog.fetch_errors import (
    download_refused,
    is_web_page,
    not_a_url,
    stopped_halfway,
    unreachable,
    wrong_size,
)
from catalora.errors import StorageError
from catalora.progress import Progress, ignore_progress

_CHUNK_BYTES = 1_048_576
_TIMEOUT_SECONDS = 30
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")


def name_of_url(url: str) -> str:
    """The file name that a URL ends with.

    Raises:
        UsageError: it is no http or https URL of a file.

    Example:
        >>> name_of_url("https://example.org/data/LF-Amazon-1.3M.raw.zip?download=1")
        'LF-Amazon-1.3M.raw.zip'
    """
    parts = urlsplit(url)
    name = re.sub(r"[^\w.+-]", "_", unquote(parts.path).rpartition("/")[2]).lstrip(".")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not name:
        raise not_a_url(url)
    return name


def download_file(
    url: str,
    target: Path,
    *,
    expected_bytes: int | None = None,
    progress: Progress = ignore_progress,
    wait_seconds: float = 2.0,
) -> None:
    """Download a file, going on where an earlier try stopped; goes on by itself while each try gets further.

    Args:
        url: http or https.
        target: the file to make, in a folder that exists.
        expected_bytes: size of the file, if it is known; another is refused before anything is downloaded.
        progress: told about bytes (`download NAME`).
        wait_seconds: pause before going on by itself.

    Raises:
        UsageError: not a URL.
        ModelUnavailableError: the server cannot be reached, refuses, or stops halfway.
        DataError: the size is wrong, or a web page came instead of a file.
        StorageError: the disk is full or cannot be written.
    """
    name_of_url(url)
    part = _Part(target)
    furthest = -1
    while True:
        have = part.size()
        try:
            whole = _continue(url, part, expected_bytes, progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500 or have <= furthest:
                raise download_refused(url, error.code) from None
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
            if part.size() == 0:
                raise unreachable(url, error) from error
        else:
            if whole is None or part.size() == whole:
                break
        if part.size() <= furthest:
            raise stopped_halfway(url, part.size(), expected_bytes)
        furthest = part.size()
        time.sleep(wait_seconds)
    if expected_bytes is not None and part.size() != expected_bytes:
        raise wrong_size(url, part.size(), expected_bytes)
    part.finish()


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the server says about the bytes that follow: where they start, and how many the file has in all."""

    start: int
    whole: int | None


class _Part:
    """The bytes that have arrived."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self._record = target.with_name(f"{target.name}.part.json")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def version_of(self, url: str) -> str | None:
        """The version that the bytes belong to; empty if the server named none, nothing if they are of another URL."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
            return str(record["version"]) if record["url"] == _hash_url(url) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def begin(self, url: str, version: str) -> None:
        self.path.unlink(missing_ok=True)
        self._record.write_text(json.dumps({"url": _hash_url(url), "version": version}), encoding="utf-8")

    def finish(self) -> None:
        self.path.replace(self.target)
        self._record.unlink(missing_ok=True)


def _continue(url: str, part: _Part, expected_bytes: int | None, progress: Progress) -> int | None:
    """Ask for what is missing and store what comes; returns the size of the whole file, if the server says it."""
    version = part.version_of(url)
    have = part.size() if version is not None else 0
    headers = {"User-Agent": "catalora", "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-"} | ({"If-Range": version} if version else {})
    try:
        with _open(url, headers) as response:
            answer = _read_answer(response, have)
            if answer is None and have:
                part.begin(url, "")
                return _continue(url, part, expected_bytes, progress)
            if answer is None:
                raise download_refused(url, response.status)
            if response.headers.get_content_type() == "text/html":
                raise is_web_page(url)
            if expected_bytes is not None and answer.whole not in {None, expected_bytes}:
                raise wrong_size(url, answer.whole or 0, expected_bytes)
            if answer.start == 0:
                part.begin(url, _name_version(response))
            _store(response, part, answer, progress)
            return answer.whole
    except urllib.error.HTTPError as error:
        if error.code != 416 or not have:
            raise
        error.close()
        # Nothing is left to send, or the file has become shorter than what is here.
        found = _RANGE.fullmatch(error.headers.get("Content-Range", ""))
        if found and found[2] == str(have):
            return have
        part.begin(url, "")
        return _continue(url, part, expected_bytes, progress)


def _open(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    # No handler for file: and ftp:, wherever a redirect may lead.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was checked
    response: http.client.HTTPResponse = opener.open(request, timeout=_TIMEOUT_SECONDS)
    return response


def _read_answer(response: http.client.HTTPResponse, have: int) -> _Answer | None:
    """Where the bytes start; nothing when the server sends another part than the one asked for."""
    if response.status == 206:
        found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if not have or found is None or found[1] != str(have):
            return None
        return _Answer(have, int(found[2]) if found[2] != "*" else None)
    length = response.headers.get("Content-Length", "")
    return _Answer(0, int(length) if length.isdigit() else None)


def _store(response: http.client.HTTPResponse, part: _Part, answer: _Answer, progress: Progress) -> None:
    stage, size = f"download {part.target.name}", answer.start
    try:
        if answer.whole is not None and answer.whole - size > shutil.disk_usage(part.path.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with part.path.open("ab") as file:
            while True:
                chunk = response.read1(_CHUNK_BYTES)
                if not chunk:
                    break
                file.write(chunk)
                size += len(chunk)
                progress(stage, size, answer.whole)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EFBIG}:
            raise
        raise StorageError(
            f"{part.path}: cannot be written ({error.strerror}), {answer.whole or size:,} bytes are needed",
            code="download-not-writable",
            hint="Free some space, or choose another --out folder; what has arrived is kept.",
            path=str(part.path),
        ) from error


def _name_version(response: http.client.HTTPResponse) -> str:
    """What the server compares versions by; weak tags do not promise equal bytes."""
    tag = response.headers.get("ETag", "")
    return str(tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", ""))


def _hash_url(url: str) -> str:
    # A URL may carry a key in its query.
    return hashlib.sha256(url.encode("utf-8")).hexdigest()
