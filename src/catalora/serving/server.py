"""A server from its start to its end: the socket, the model's thread, signals, and what is still running then."""

import ipaddress
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from catalora.errors import InputNotFoundError, UsageError
from catalora.pipeline import open_session
from catalora.run import RunFolder
from catalora.serving.api import BASE, EMBEDDER, build_app
from catalora.serving.worker import Worker

KEY_VARIABLE = "CATALORA_API_KEY"
# After the grace is over, the last answers have so long to reach their clients.
LAST_WORDS_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a server takes on.

    Attributes:
        queue: how many requests may wait.
        lanes: how many are answered at once; chosen by the free memory when empty.
        timeout_seconds: for one request, waiting included.
        grace_seconds: what runs at the end may go on for so long.
    """

    queue: int = 256
    lanes: int | None = None
    timeout_seconds: float = 120
    grace_seconds: float = 10


def serve(
    run: RunFolder,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    name: str | None = None,
    exact: bool = False,
    limits: Limits = Limits(),
    announce: Callable[[str], None] = lambda _line: None,
) -> None:
    """Answer requests until Ctrl-C or SIGTERM.

    Args:
        run: a finished run.
        host: address to listen at; without a key only one of this machine.
        port: a free one is chosen when 0.
        name: of the tuned model in requests; the run's when empty.
        exact: compute in float32, where the company in a batch changes no answer.
        limits: how much, and how long.
        announce: told the address, and when the model is ready.

    Raises:
        UsageError: the name is taken, the key is missing, or the address cannot be listened at.
        InputNotFoundError: the run has no adapter.
    """
    name = check_name(name or run.name)
    key = read_key(host)
    if not run.adapter.is_dir():
        raise InputNotFoundError(
            f"run {run.name!r} has no adapter yet: its state is {run.read_status().state}",
            code="no-adapter",
            hint=f"Finish it with `catalora train --resume --run {run.name}`.",
        )
    with listen(host, port) as listener:
        worker = Worker(
            lambda: open_session(run, dtype="float32" if exact else None), queue=limits.queue, lanes=limits.lanes
        )
        app = build_app(worker, name, key=key, local=is_loopback(host), timeout_seconds=limits.timeout_seconds)
        server = Server(app, worker, grace_seconds=limits.grace_seconds)
        address = f"http://{_write_address(listener)}/v1"
        announce(f"{address}: loading run {run.name!r}; Ctrl-C ends the server")
        worker.on_ready = lambda: announce(f"{address}: ready; models {BASE}, {name}; {worker.lanes} requests at once")
        worker.on_failure = server.stop
        worker.start()
        server.run(sockets=[listener])
        worker.close()
        worker.join(limits.grace_seconds + LAST_WORDS_SECONDS)
    if worker.failure is not None:
        raise worker.failure


def check_name(name: str) -> str:
    """The tuned model's name, when it is free.

    Raises:
        UsageError: it is that of another model.
    """
    if name in (BASE, EMBEDDER):
        raise UsageError(
            f"the tuned model cannot be called {name!r}: that is another model's name here",
            code="model-name-taken",
            hint="Give it another one: --model-name tuned.",
        )
    return name


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def read_key(host: str) -> str | None:
    """The API key of the environment; nothing when there is none and none is needed.

    Raises:
        UsageError: others can reach the address, and there is no key.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip() or None
    if key is None and not is_loopback(host):
        raise UsageError(
            f"{host} can be reached from other machines, and {KEY_VARIABLE} is not set: expected a key there",
            code="key-missing",
            hint=f"Set {KEY_VARIABLE} in the environment, or listen at 127.0.0.1.",
        )
    return key


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there.

    Raises:
        UsageError: the address is none of this machine's, or the port is taken.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(
            f"cannot listen at {host} port {port}: {error.strerror or error}",
            code="cannot-listen",
            hint="Choose another one with --port, or an address of this machine with --host.",
        ) from error
    with listener:
        yield listener


def _write_address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn that ends with its answers: what runs may finish in the grace, what waits is told that it will not.

    Args:
        app: the application.
        worker: the model's thread.
        grace_seconds: what runs at the end may go on for so long.
    """

    def __init__(self, app: object, worker: Worker, *, grace_seconds: float) -> None:
        super().__init__(
            uvicorn.Config(
                app,  # type: ignore[arg-type]
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=int(grace_seconds + LAST_WORDS_SECONDS),
            )
        )
        self._worker = worker
        self._grace_seconds = grace_seconds

    def stop(self) -> None:
        """End, from any thread."""
        self._worker.close(self._grace_seconds)
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM end the server, a second one at once; the process then goes on to its own end."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal asks, the second one does not."""
        if self.should_exit:
            self.force_exit = True
        else:
            # Not in the handler: the main thread may hold the very lock that closing needs.
            threading.Thread(target=self.stop).start()
