"""The Hugging Face Hub: the one place that talks to it, and the words for each way it can refuse.

Every refusal becomes its own error with the page to open or the command to run. The first question to the Hub is asked
once, without retries, so that a refusal is quick; downloads that have started are retried by `huggingface_hub`. No
message made here quotes the Hub's text or a request, so that an access token cannot slip into one.
"""

import errno
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub import HfApi, constants
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # public, but not marked as exported
    build_hf_headers,
    get_session,
    hf_raise_for_status,
)

from catalora.errors import CataloraError, ModelUnavailableError, StorageError

TIMEOUT_SECONDS = float(constants.HF_HUB_ETAG_TIMEOUT)  # 10, unless the user's environment says otherwise
# Errors under which a model that is already in the cache may be used.
TRANSIENT = frozenset({"hub-unreachable", "hub-timeout", "hub-server-error", "hub-rate-limit", "hub-offline-mode"})

REFUSED_BY_KIND: tuple[tuple[type[Exception], str], ...] = (
    (DisabledRepoError, "hub-repository-disabled"),
    (RepositoryNotFoundError, "hub-repository-unknown"),
    (RevisionNotFoundError, "hub-revision-unknown"),
    (EntryNotFoundError, "hub-file-missing"),
)
REFUSED_BY_STATUS = {401: "hub-token-invalid", 403: "hub-forbidden", 429: "hub-rate-limit"}
FAILED_BY_KIND = (
    ("OfflineModeIsEnabled", "hub-offline-mode"),
    ("TimeoutException", "hub-timeout"),
    ("TransportError", "hub-unreachable"),
    ("LocalEntryNotFoundError", "hub-unreachable"),
    ("JSONDecodeError", "hub-not-a-hub"),
    ("FileMetadataError", "hub-not-a-hub"),
)
FAILED_BY_ERRNO = {
    errno.ENOSPC: "cache-disk-full",
    errno.EDQUOT: "cache-disk-full",
    errno.EACCES: "cache-not-writable",
    errno.EPERM: "cache-not-writable",
    errno.EROFS: "cache-not-writable",
}
# code: what is wrong, and what to do next
WORDS = {
    "hub-token-missing": (
        "{subject} is gated and no access token was given",
        "Accept its licence at {page}, then run `catalora login` (or set HF_TOKEN).",
    ),
    "hub-token-invalid": (
        "{subject}: the Hub refuses the access token (wrong, expired or revoked)",
        "Make a new token at {tokens} and run `catalora login`; a token in HF_TOKEN takes precedence.",
    ),
    "hub-token-malformed": (
        "the access token holds a space, a line break or a letter that no token has",
        "Copy it again from {tokens}; it starts with hf_.",
    ),
    "hub-token-organisation": (
        "this is the token of an organisation; expected one of a person",
        "Make one at {tokens}.",
    ),
    "hub-token-scope": (
        "{subject}: the token's fine-grained permissions do not include gated models",
        "Allow read access to public gated repositories for this token at {tokens}.",
    ),
    "hub-licence-not-accepted": (
        "{subject}: its licence is not accepted by the account of this token",
        "Open {page} with that account and accept the licence.",
    ),
    "hub-access-pending": (
        "{subject}: its authors have not granted access to the account of this token yet",
        "See {page}; they decide, usually within days.",
    ),
    "hub-repository-unknown": (
        "{subject} does not exist on the Hub, or it is private and this login may not see it",
        "Check the spelling at {page}; for a private model run `catalora login`. A folder needs its path: ./{model}",
    ),
    "hub-repository-disabled": ("{subject} was disabled on the Hub", "See {page}."),
    "hub-revision-unknown": ("{subject} has no revision {revision!r}", "See {page}/tree/main for branches and tags."),
    "hub-file-missing": ("{subject}: a file that it lists is not on the Hub", "See {page}/tree/main."),
    "hub-forbidden": (
        "{subject}: the access token is not allowed to read it",
        "Check the token's permissions at {tokens}.",
    ),
    "hub-rate-limit": (
        "{subject}: the Hub's limit of requests is reached",
        "Wait some minutes and run the command again; `catalora login` raises the limit.",
    ),
    "hub-server-error": (
        "{subject}: the Hub answers with error {status}",
        "Try again later; https://status.huggingface.co shows the Hub's state.",
    ),
    "hub-offline-mode": (
        "{subject}: HF_HUB_OFFLINE is set, which forbids asking the Hub",
        "Unset it for the first download. A model that was downloaded whole loads without network; `demo` always does.",
    ),
    "hub-timeout": (
        "{subject}: {endpoint} did not answer in time",
        "Check the network and try again. A model that was downloaded whole loads without network; `demo` always does.",
    ),
    "hub-unreachable": (
        "{subject}: {endpoint} cannot be reached",
        "Check the network and proxy. A model that was downloaded whole loads without network; `demo` always does.",
    ),
    "hub-not-a-hub": (
        "{subject}: what answers at {endpoint} is not the Hub",
        "Check HF_ENDPOINT, and whether a proxy or a Wi-Fi login page stands in between.",
    ),
    "hub-failed": ("{subject} could not be fetched ({kind}, status {status})", "Run again with --debug to see more."),
    "cache-disk-full": (
        "{subject}: the disk of the cache {cache} is full",
        "Free some space, or set HF_HOME to a bigger disk; what was downloaded is kept.",
    ),
    "cache-not-writable": ("{subject}: the cache {cache} cannot be written", "Set HF_HOME to a folder you may write."),
}


@dataclass(frozen=True, slots=True)
class Account:
    """Who a token belongs to."""

    name: str
    role: str | None = None  # what the token may do: read, write or fineGrained
    token_name: str | None = None


@dataclass(frozen=True, slots=True)
class Repository:
    """A model on the Hub at one commit."""

    commit: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A model in the local cache at one commit."""

    commit: str
    folder: Path


def find_token() -> str | None:
    """The access token from `HF_TOKEN`, or the one that `catalora login` or `hf auth login` stored; nothing without."""
    return huggingface_hub.get_token()


def check_token(token: str) -> Account:
    """Ask the Hub whose token this is.

    Raises:
        ModelUnavailableError: the token is malformed or refused, or the Hub cannot be reached.
    """
    try:
        response = get_session().get(
            f"{constants.ENDPOINT}/api/whoami-v2",
            headers=build_hf_headers(token=_check_form(token)),
            timeout=TIMEOUT_SECONDS,
        )
        hf_raise_for_status(response)
        answer = response.json()
        access = (answer.get("auth") or {}).get("accessToken") or {}
        return Account(name=str(answer["name"]), role=access.get("role"), token_name=access.get("displayName"))
    except CataloraError:
        raise
    except Exception as error:
        raise translate_hub_error(error, None) from error


def store_token(token: str) -> Account:
    """Check a token with the Hub and keep it where `huggingface_hub` and every tool built on it look for one.

    Raises:
        ModelUnavailableError: the Hub refuses the token or cannot be reached; nothing is stored.
        StorageError: the token's file cannot be written.
    """
    account = check_token(token)
    try:
        huggingface_hub.login(token, add_to_git_credential=False)
    except ValueError:
        raise _word("hub-token-organisation", None, None) from None
    except Exception as error:
        raise translate_hub_error(error, None) from error
    return account


def forget_tokens() -> bool:
    """Remove all stored tokens from this machine; whether there were any. `HF_TOKEN` is not ours to unset.

    Raises:
        StorageError: the token's file cannot be removed.
    """
    files = [Path(constants.HF_TOKEN_PATH), Path(constants.HF_STORED_TOKENS_PATH)]
    found = any(file.exists() for file in files)
    try:
        for file in files:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise translate_hub_error(error, None) from error
    return found


def look_up(name: str, revision: str | None, *, token: str | None) -> Repository:
    """Ask the Hub which commit a revision is and which files it holds.

    Raises:
        ModelUnavailableError: one code per kind of refusal.
    """
    try:
        info = HfApi().model_info(name, revision=revision, timeout=TIMEOUT_SECONDS, token=_check_form(token))
    except Exception as error:
        raise _explain(error, name, token, revision) from error
    return Repository(commit=str(info.sha), files=tuple(file.rfilename for file in info.siblings or ()))


def download(name: str, repository: Repository, files: Sequence[str], *, token: str | None) -> Snapshot:
    """Bring files of a repository into the local cache; those that are there already cost nothing.

    Raises:
        ModelUnavailableError: one code per kind of refusal.
        StorageError: the cache cannot be written.
    """
    path = None
    try:
        for file in files:
            path = huggingface_hub.hf_hub_download(
                name, file, revision=repository.commit, token=_check_form(token), etag_timeout=TIMEOUT_SECONDS
            )
    except Exception as error:
        raise _explain(error, name, token, repository.commit) from error
    assert path is not None, "at least one file is asked for"
    return Snapshot(commit=repository.commit, folder=_snapshot_folder(Path(path), files[-1]))


def remember_revision(snapshot: Snapshot, revision: str | None) -> None:
    """Note in the cache which commit a branch or tag is, so that it is found there without network.

    Done once a download is complete: an interrupted update leaves the older snapshot in use.

    Raises:
        StorageError: the cache cannot be written.
    """
    if revision == snapshot.commit:
        return
    reference = snapshot.folder.parent.parent / "refs" / (revision or constants.DEFAULT_REVISION)
    try:
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(snapshot.commit, encoding="utf-8")
    except OSError as error:
        raise translate_hub_error(error, None) from error


def find_cached(name: str, revision: str | None) -> Snapshot | None:
    """The newest snapshot of a revision in the local cache, possibly with files missing; nothing if there is none."""
    path = huggingface_hub.try_to_load_from_cache(name, "config.json", revision=revision)
    if not isinstance(path, str):
        return None
    folder = Path(path).parent
    return Snapshot(commit=folder.name, folder=folder)


def check_access(name: str, *, token: str | None) -> None:
    """Ask whether the files of a model may be downloaded; nothing is.

    Raises:
        ModelUnavailableError: one code per kind of refusal.
    """
    repository = look_up(name, None, token=token)
    url = huggingface_hub.hf_hub_url(name, "config.json", revision=repository.commit)
    try:
        huggingface_hub.get_hf_file_metadata(url, token=_check_form(token), timeout=TIMEOUT_SECONDS)
    except Exception as error:
        raise _explain(error, name, token, None) from error


def translate_hub_error(error: Exception, model: str | None, revision: str | None = None) -> CataloraError:
    """Put what the Hub or the network said into our own words.

    Args:
        error: what `huggingface_hub` raised.
        model: Hub id, or nothing when the account itself was asked for.
        revision: the revision asked for.

    Returns:
        An error with its own code; `hub-failed` when it is nothing known.
    """
    while isinstance(error, LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    code = _name_refusal(error) if isinstance(error, HfHubHTTPError) else _name_failure(error)
    return _word(code, error, model, revision)


def _name_refusal(error: HfHubHTTPError) -> str:
    """The code for an answer of the Hub that is not the one hoped for."""
    status = error.response.status_code
    said = (error.server_message or "").lower()
    if status == 403 and "fine-grained" in said:
        return "hub-token-scope"
    if isinstance(error, GatedRepoError):
        if status == 401:
            return "hub-token-missing"
        return "hub-access-pending" if "awaiting" in said else "hub-licence-not-accepted"
    for kind, code in REFUSED_BY_KIND:
        if isinstance(error, kind):
            return code
    return "hub-server-error" if status >= 500 else REFUSED_BY_STATUS.get(status, "hub-failed")


def _name_failure(error: Exception) -> str:
    """The code for no answer at all, for an answer that did not come from the Hub, or for a full disk."""
    if isinstance(error, OSError) and error.errno in FAILED_BY_ERRNO:
        return FAILED_BY_ERRNO[error.errno]
    # By name, because huggingface_hub has changed its HTTP library and re-exports none of its errors.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return next((code for kind, code in FAILED_BY_KIND if kind in kinds), "hub-failed")


def _word(code: str, error: Exception | None, model: str | None, revision: str | None = None) -> CataloraError:
    message, hint = WORDS[code]
    facts: dict[str, Any] = {
        "model": model,
        "page": f"{constants.ENDPOINT}/{model}" if model else f"{constants.ENDPOINT}/settings/tokens",
        "status": error.response.status_code if isinstance(error, HfHubHTTPError) else None,
    }
    values = {
        **facts,
        "subject": f"model {model!r}" if model else "the account of this token",
        "revision": revision,
        "endpoint": constants.ENDPOINT,
        "tokens": f"{constants.ENDPOINT}/settings/tokens",
        "cache": constants.HF_HUB_CACHE,
        "kind": type(error).__name__,
    }
    kind = StorageError if code.startswith("cache-") else ModelUnavailableError
    return kind(message.format(**values), code=code, hint=hint.format(**values), **facts)


def _explain(error: Exception, name: str, token: str | None, revision: str | None) -> CataloraError:
    """Translate an error; a 401 in spite of a token is first checked against the account."""
    if isinstance(error, CataloraError):
        return error
    translated = translate_hub_error(error, name, revision)
    if token and translated.facts.get("status") == 401:
        # The Hub answers "not found" and "gated" alike to a token that it does not know.
        try:
            check_token(token)
        except CataloraError as refused:
            if refused.code == "hub-token-invalid":
                return _word("hub-token-invalid", error, name)
    return translated


def _check_form(token: str | None) -> Any:
    """Return the token, or False for none; refuse one that an HTTP library would quote in its own error message."""
    if not token:
        return False  # None would make huggingface_hub look for a stored one
    if re.fullmatch(r"[\x21-\x7e]+", token):
        return token
    raise _word("hub-token-malformed", None, None) from None


def _snapshot_folder(path: Path, file: str) -> Path:
    for _ in Path(file).parts:
        path = path.parent
    return path
