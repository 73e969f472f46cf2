"""What the Hub or the network said, in our own words: one code per kind of refusal, with the next step.

Each error names the page to open or the command to run. None quotes the Hub's text or a request, so that an access
token cannot slip into one.
"""

import errno
from typing import Any

from huggingface_hub import constants
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from catalora.errors import CataloraError, ModelUnavailableError, StorageError

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
    return word_error(code, error, model, revision)


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


def word_error(
    code: str, error: Exception | None = None, model: str | None = None, revision: str | None = None
) -> CataloraError:
    """Build the error of a code from its words."""
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
