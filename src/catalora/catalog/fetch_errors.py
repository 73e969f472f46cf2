"""What can go wrong while a file is fetched, each with a next step.

URLs are shown without user, query and fragment, which may hold keys.
"""

from urllib.parse import urlsplit

from catalora.errors import CataloraError, DataError, ModelUnavailableError, UsageError

_REFUSALS = {
    401: ("asks for a login", "Open the page in a browser, log in, and download the file there."),
    403: ("does not allow it", "Open the page in a browser and look what it asks for, or name another mirror."),
    404: ("has no such file", "Check the URL; mirrors move."),
    410: ("has no such file any more", "Name another mirror."),
    429: ("has had too many requests", "Wait some minutes and run the same command again; it goes on."),
}


def show_url(url: str) -> str:
    """A URL without what may be a secret in it."""
    parts = urlsplit(url)
    host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    return f"{parts.scheme}://{host}{parts.path}"


def not_a_url(url: str) -> UsageError:
    """Neither http nor https, or no file name at its end."""
    return UsageError(
        f"{show_url(url)}: not the address of a file, expected http:// or https:// with a file name at its end",
        code="not-a-url",
        hint="Copy the address of the file itself, not of the page that links to it.",
    )


def download_refused(url: str, status: int) -> CataloraError:
    """The server answered with an error."""
    problem, hint = _REFUSALS.get(status, (f"answers with error {status}", "Try again later, or name another mirror."))
    return ModelUnavailableError(
        f"{show_url(url)}: the server {problem} (status {status})", code="download-refused", hint=hint, status=status
    )


def unreachable(url: str, error: Exception) -> CataloraError:
    """No answer at all."""
    reason = getattr(error, "reason", error)
    return ModelUnavailableError(
        f"{show_url(url)}: cannot be reached ({getattr(reason, 'strerror', None) or reason or type(error).__name__})",
        code="download-unreachable",
        hint="Check the network and proxy.",
    )


def stopped_halfway(url: str, size_bytes: int, expected_bytes: int | None) -> CataloraError:
    """The connection breaks again and again."""
    of_whole = f" of {expected_bytes:,}" if expected_bytes else ""
    return ModelUnavailableError(
        f"{show_url(url)}: the connection ended after {size_bytes:,}{of_whole} bytes",
        code="download-interrupted",
        hint="Run the same command again; it goes on where it stopped.",
        bytes=size_bytes,
    )


def wrong_size(place: str, size_bytes: int, expected_bytes: int) -> CataloraError:
    """A file of that name has another size than the original."""
    return DataError(
        f"{show_url(place) if '://' in place else place}: has {size_bytes:,} bytes, expected {expected_bytes:,}",
        code="wrong-size",
        hint="It is damaged, not complete or another file: delete it if it is here, and fetch it from elsewhere.",
        bytes=size_bytes,
        expected_bytes=expected_bytes,
    )


def is_web_page(url: str) -> CataloraError:
    """A login, confirmation or error page came instead of the file."""
    return DataError(
        f"{show_url(url)}: is a web page, expected an archive",
        code="download-web-page",
        hint="Copy the address of the file itself; for a file on Google Drive use --drive-id.",
    )
