"""A Ray cluster to work on: joined at its address, or started on this machine for as long as the work takes.

Ray runs whatever code it is sent, so who may send some matters. A cluster that is started here asks for a token, shows
its dashboard on this machine alone and sends no statistics about its use; one that is joined is sent the token too. Ray
finds the token in `RAY_AUTH_TOKEN`, in the file that `RAY_AUTH_TOKEN_PATH` names, or in `~/.ray/auth_token`. Without
any of them a cluster of this machine gets one that is in this process's environment alone: the file that Ray would
write can be read by every user of the machine. `RAY_AUTH_MODE=disabled` in the environment says that none is wanted.

Ray's errors leave this module as `CataloraError`s; one that was raised in a worker leaves it as itself.
"""

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalora.errors import CataloraError, ClusterError, UsageError

LOCALHOST = "127.0.0.1"
# Ray's shared memory on this machine; batches pass through it, nothing is kept there.
LOCAL_STORE_BYTES = 10**9
# What Ray reads from the environment, unless somebody said otherwise.
DEFAULTS = {
    "RAY_AUTH_MODE": "token",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # a worker without a GPU of its own sees what this process sees
    "RAY_TRAIN_V2_ENABLED": "1",
    "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": "600",  # a busy machine takes its time to import torch
    "RAY_CHDIR_TO_TRIAL_DIR": "0",  # paths are relative to where the command was given
}
PROBE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is there to work with.

    Attributes:
        address: of the head, as `HOST:PORT`.
        local: started here, and ended with the work.
        nodes: machines that are alive.
        node_processors: logical processors of the machine that has the fewest.
        gpus: graphics cards of all machines.
    """

    address: str
    local: bool
    nodes: int
    node_processors: int
    gpus: int


@contextmanager
def connected(address: str = "", *, processors: int | None = None) -> Iterator[Cluster]:
    """Work on a cluster: what is called inside may use `ray`. Where Ray is connected already, that one is used.

    Args:
        address: `HOST:PORT` of the head, or `auto` on one of the cluster's machines; empty to start Ray here.
        processors: logical processors that a cluster started here has; as many as the machine when empty.

    Raises:
        UsageError: the address is none (`bad-cluster-address`).
        ClusterError: nobody answers there (`cluster-unreachable`), the token is missing or another one
            (`cluster-refuses`), or Ray failed at the work (`cluster-failed`).
        CataloraError: what a worker raised.
    """
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    import ray

    if ray.is_initialized():
        with _translating(address):
            yield _describe(local=not address)
        return
    _require_reachable(address)
    with _translating(address), _holding_token(address):
        # Ray takes SIGTERM for itself.
        with _keeping_signals():
            ray.init(address or "local", **_choose_options(address, processors))
        try:
            yield _describe(local=not address)
        finally:
            ray.shutdown()


def _choose_options(address: str, processors: int | None) -> dict[str, Any]:
    options: dict[str, Any] = {"logging_level": logging.WARNING, "log_to_driver": False}
    if address:
        return options
    return options | {
        "num_cpus": processors,
        "dashboard_host": LOCALHOST,
        "object_store_memory": LOCAL_STORE_BYTES,
    }


@contextmanager
def _holding_token(address: str) -> Iterator[None]:
    """A token for a cluster of this machine where nobody has one, for as long as the cluster lives."""
    given = os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")
    if address or given or os.environ["RAY_AUTH_MODE"] != "token" or (Path.home() / ".ray" / "auth_token").exists():
        yield
        return
    os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    try:
        yield
    finally:
        del os.environ["RAY_AUTH_TOKEN"]


def _require_reachable(address: str) -> None:
    """Ask at the address before Ray does, which waits long and says little."""
    if not address or address == "auto":
        return
    host, colon, port = address.rpartition(":")
    if not (host and colon and port.isdigit() and "/" not in host):
        raise UsageError(
            f"--address {address!r} is no address of a cluster: expected HOST:PORT of its head, or auto",
            code="bad-cluster-address",
            hint="`ray start --head` prints the address; its port is 6379 unless another one was chosen.",
            address=address,
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PROBE_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _explain_unreachable(address, str(error)) from error


@contextmanager
def _translating(address: str) -> Iterator[None]:
    from ray.exceptions import AuthenticationError, RayError, RayTaskError

    try:
        yield
    except RayTaskError as error:  # first: it is an error of the class that the worker raised as well
        cause = error.cause
        if isinstance(cause, CataloraError):
            raise cause from error
        raise _explain_failure(error) from error
    except CataloraError:
        raise
    except AuthenticationError as error:
        raise ClusterError(
            f"Ray cluster at {address or 'this machine'} refuses: {_first_line(error)}",
            code="cluster-refuses",
            hint="Put the cluster's token, which `ray get-auth-token` prints there, into RAY_AUTH_TOKEN or "
            "~/.ray/auth_token; for a cluster without a token set RAY_AUTH_MODE=disabled.",
        ) from error
    except ConnectionError as error:
        raise _explain_unreachable(address or "this machine", _first_line(error)) from error
    except RayError as error:
        raise _explain_failure(error) from error


@contextmanager
def _keeping_signals() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _describe(*, local: bool) -> Cluster:
    import ray

    alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    return Cluster(
        address=str(ray.get_runtime_context().gcs_address),
        local=local,
        nodes=len(alive),
        node_processors=min((int(resources.get("CPU", 0)) for resources in alive), default=0),
        gpus=sum(int(resources.get("GPU", 0)) for resources in alive),
    )


def _explain_unreachable(address: str, why: str) -> ClusterError:
    return ClusterError(
        f"Ray cluster at {address} cannot be reached: {why}",
        code="cluster-unreachable",
        hint="Give the command on a machine of the cluster, which `ray start --address=HOST:PORT` makes of this one, "
        "and check that `ray status` answers there.",
        address=address,
    )


def _explain_failure(error: Exception) -> ClusterError:
    return ClusterError(
        f"Ray failed at the work: {type(error).__name__}: {_first_line(error)}",
        code="cluster-failed",
        hint="Give the command again: finished parts are kept. Ray's logs are under /tmp/ray/session_latest/logs.",
    )


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
