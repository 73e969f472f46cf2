"""What stands before every request: key, host name, size, count; and behind every error that nobody foresaw.

Neither keys nor anything that a request holds is written to a log.
"""

import asyncio
import hmac
import json
import logging
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalora.serving.metrics import Metrics
from catalora.serving.problems import ApiError, failed

logger = logging.getLogger("catalora.serving")

MAX_BODY_BYTES = 1 << 20
BODY_SECONDS = 30
# Known without the key, for those who only look whether the server lives.
OPEN_PATHS = {"/health"}
PATHS = (
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/models",
    "/health",
    "/metrics",
    "/openapi.json",
)
CLIENT_LEFT = 499
LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}


class Gate:
    """Wraps the application.

    Args:
        app: the application.
        key: what `Authorization: Bearer` must hold; nothing is asked for when empty.
        local: whether the server listens on this machine alone. Without a key it then only answers to names of this
            machine, so that a page in a browser here cannot reach it under a name of its own.
        metrics: where requests are counted.
    """

    def __init__(self, app: ASGIApp, *, key: str | None, local: bool, metrics: Metrics) -> None:
        self._app = app
        self._key = key
        self._local = local
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.monotonic(), CLIENT_LEFT
        path = scope["path"] if scope["path"] in PATHS else "other"

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            self._check(scope)
            body = await _read_body(scope, receive)
            await self._app(scope, _replay(body, receive), send_counted)
        except _LeftError:
            pass
        except ApiError as error:
            await _answer(error, send_counted)
        except Exception as error:
            logger.error("%s failed: %s", path, type(error).__name__)
            if status == CLIENT_LEFT:
                await _answer(failed(type(error).__name__), send_counted)
        finally:
            self._metrics.requests.labels(path, str(status)).inc()
            self._metrics.seconds.labels(path).observe(time.monotonic() - started)

    def _check(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        if self._key is None:
            name = headers.get(b"host", b"localhost").decode("latin-1")
            if self._local and _strip_port(name) not in LOOPBACK_NAMES:
                raise ApiError(403, "the host name is not one of this machine: expected localhost", code="unknown-host")
        elif scope["path"] not in OPEN_PATHS:
            given = headers.get(b"authorization", b"")
            expected = b"Bearer " + self._key.encode()
            if not hmac.compare_digest(given, expected):
                raise ApiError(
                    401, "the API key is missing or wrong: expected `Authorization: Bearer KEY`", code="invalid_api_key"
                )


class _LeftError(Exception):
    """The client went away before its request was whole."""


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _LeftError
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    raise ApiError(
                        413, f"the request is larger than {MAX_BODY_BYTES:,} bytes: send less at once", code="too-large"
                    )
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise ApiError(408, f"the request was not whole after {BODY_SECONDS} seconds", code="slow-request") from None


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _answer(error: ApiError, send: Any) -> None:
    body = json.dumps(error.body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _strip_port(host: str) -> str:
    return host[: host.rindex("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0].lower()
