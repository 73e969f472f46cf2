"""The Hugging Face Hub: the one place that talks to it.

The first question to the Hub is asked once, without retries, so that a refusal is quick; downloads that have started
are retried by `huggingface_hub`. What can go wrong is put into words in `hub_errors`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub import HfApi, constants
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # public, but not marked as exported
    build_hf_headers,
    get_session,
    hf_raise_for_status,
)

from catalora.errors import CataloraError
from catalora.model.hub_errors import translate_hub_error, word_error

TIMEOUT_SECONDS = float(constants.HF_HUB_ETAG_TIMEOUT)  # 10, unless the user's environment says otherwise
# Errors under which a model that is already in the cache may be used.
TRANSIENT = frozenset({"hub-unreachable", "hub-timeout", "hub-server-error", "hub-rate-limit", "hub-offline-mode"})


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
        raise word_error("hub-token-organisation") from None
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
                return word_error("hub-token-invalid", error, name)
    return translated


def _check_form(token: str | None) -> Any:
    """Return the token, or False for none; refuse one that an HTTP library would quote in its own error message."""
    if not token:
        return False  # None would make huggingface_hub look for a stored one
    if re.fullmatch(r"[\x21-\x7e]+", token):
        return token
    raise word_error("hub-token-malformed") from None


def _snapshot_folder(path: Path, file: str) -> Path:
    for _ in Path(file).parts:
        path = path.parent
    return path
