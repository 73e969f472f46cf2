"""Downloading through other services' own clients: Google Drive by `gdown`, the Hub by `huggingface_hub`.

Both keep what has arrived and go on with it. They are imported when they are asked for: neither belongs to the core.
"""

import re
from pathlib import Path
from typing import Any

from catalora.errors import CataloraError, ModelUnavailableError, UsageError
from catalora.progress import Progress

_DRIVE_ID = re.compile(r"(?:https://drive\.google\.com/\S*?(?:/d/|[?&]id=))?([\w-]{3,})(?:[/?&#]\S*)?")


def fetch_from_drive(drive_id: str, target: Path, progress: Progress) -> None:
    """Download a file of Google Drive.

    Args:
        drive_id: the id, or the link that Drive gives for sharing.
        target: the file to make.
        progress: told about bytes.

    Raises:
        UsageError: not an id, or gdown is not installed.
        ModelUnavailableError: Drive cannot be reached or refuses.
    """
    found = _DRIVE_ID.fullmatch(drive_id)
    if found is None:
        raise UsageError(
            f"{drive_id!r}: expected the id of a file on Google Drive, or its link",
            code="not-a-drive-id",
            hint="The id stands in the link: https://drive.google.com/file/d/ID/view",
        )
    try:
        import gdown
    except ModuleNotFoundError as error:
        raise _missing("gdown") from error
    stage = f"download {target.name}"
    try:
        # gdown keeps what has arrived beside the target and goes on with it.
        gdown.download(
            id=found[1],
            output=str(target),
            quiet=True,
            resume=True,
            progress=lambda done, whole: progress(stage, done, whole),
        )
    except Exception as error:
        # Drive answers in a dozen ways, and gdown passes on its HTTP library's errors.
        if {"ConnectionError", "Timeout"} & {kind.__name__ for kind in type(error).__mro__}:
            code, problem, hint = "drive-unreachable", "cannot be reached", "Check the network and proxy."
        else:
            code, problem = "drive-failed", f"could not be fetched ({_first_line(error)})"
            hint = "Drive limits how often a file may be downloaded a day; try later."
        raise ModelUnavailableError(f"Google Drive file {found[1]}: {problem}", code=code, hint=hint) from error


def fetch_from_hub(hub_file: str, out: Path, progress: Progress, endpoint: str | None = None) -> Path:
    """Download `OWNER/NAME/FILE` of a data set on the Hub, with the stored access token if there is one.

    Args:
        hub_file: which file.
        out: folder; the file keeps the path that it has in the data set.
        progress: told about bytes.
        endpoint: another Hub than the one that `HF_ENDPOINT` or the library names.

    Raises:
        UsageError: not of that form, or huggingface_hub is not installed.
        ModelUnavailableError: the Hub cannot be reached or refuses.
    """
    owner, _, rest = hub_file.partition("/")
    name, _, file = rest.partition("/")
    if not (owner and name and file):
        raise UsageError(
            f"{hub_file!r}: expected OWNER/NAME/FILE of a data set on the Hub",
            code="not-a-hub-file",
            hint="Take the three from the address of the file on the data set's page.",
        )
    try:
        import huggingface_hub
    except ModuleNotFoundError as error:
        raise _missing("huggingface_hub") from error
    try:
        path = huggingface_hub.hf_hub_download(
            f"{owner}/{name}",
            file,
            repo_type="dataset",
            local_dir=out,
            tqdm_class=_report_to(progress),
            endpoint=endpoint,
        )
    except Exception as error:
        raise _explain_hub(error, f"{owner}/{name}", file) from error
    return Path(path)


def _report_to(progress: Progress) -> type[Any]:
    """A progress bar class for `huggingface_hub` that shows nothing and tells `progress`."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]  # re-exported on purpose

    class Reporter(tqdm):  # type: ignore[misc, type-arg, unused-ignore]
        def __init__(self, *args: Any, **options: Any) -> None:
            self.bytes_done, self.bytes_whole = options.get("initial", 0), options.get("total")
            super().__init__(*args, **options | {"disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> bool | None:
            self.bytes_done += n or 0
            progress("download from the Hub", int(self.bytes_done), self.bytes_whole)
            return None

    return Reporter


def _explain_hub(error: Exception, repository: str, file: str) -> CataloraError:
    from huggingface_hub import constants, errors

    page = f"{constants.ENDPOINT}/datasets/{repository}"
    words: tuple[tuple[type[Exception], str, str, str], ...] = (
        (errors.GatedRepoError, "hub-gated", "is gated", f"Accept its terms at {page}, then run `catalora login`."),
        (errors.RepositoryNotFoundError, "hub-repository-unknown", "does not exist, or is private", f"Check {page}."),
        (errors.LocalEntryNotFoundError, "hub-unreachable", "cannot be reached", "Check the network and proxy."),
        (errors.EntryNotFoundError, "hub-file-missing", f"has no file {file}", f"See {page}/tree/main."),
        (errors.HfHubHTTPError, "hub-failed", f"cannot be read ({_first_line(error)})", f"See {page}."),
    )
    unknown = ("hub-unreachable", f"cannot be reached ({type(error).__name__})", "Check the network and proxy.")
    code, problem, hint = next((rest for kind, *rest in words if isinstance(error, kind)), unknown)
    return ModelUnavailableError(f"data set {repository!r} on the Hub {problem}", code=code, hint=hint)


def _missing(package: str) -> UsageError:
    return UsageError(
        f"this source needs {package}, which is not installed",
        code="extra-missing",
        hint='pip install "catalora[fetch]", or download the file in a browser.',
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
