"""The way back from the model's thread to a client: events in order, the client's leaving, the timeout, and streams."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from catalora.serving.problems import ApiError, timed_out
from catalora.serving.work import Answered, Embedded, Event, Failed, Gone, Ticket
from catalora.serving.worker import Worker

DONE = b"data: [DONE]\n\n"


class ClientLeftError(Exception):
    """Nobody is there to read the answer."""


async def follow(worker: Worker, ticket: Ticket, receive: Receive, seconds: float) -> AsyncGenerator[Event, None]:
    """The events of an order, up to the last. However this ends, its lane and its place in the queue are free after it.

    Raises:
        ApiError: it failed, or took longer than `seconds`.
        ClientLeftError: its client closed the connection.
    """
    loop = asyncio.get_running_loop()
    watcher = loop.create_task(_watch(receive, ticket))
    timer = loop.call_later(seconds, ticket.events.put_nowait, Failed(timed_out(seconds)))
    try:
        while True:
            event = await ticket.events.get()
            if isinstance(event, Failed):
                raise event.error
            if isinstance(event, Gone):
                raise ClientLeftError
            yield event
            if isinstance(event, Answered | Embedded):
                return
    finally:
        worker.drop(ticket)
        timer.cancel()
        watcher.cancel()


async def _watch(receive: Receive, ticket: Ticket) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    ticket.events.put_nowait(Gone())


class EventStream(Response):
    """Server-sent events. The status goes out before the first event, so what fails later is told in an event.

    Args:
        events: of one order, from the first piece on.
        write: the chunks that an event becomes.
    """

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[Event, None], write: Callable[[Event], list[dict[str, Any]]]) -> None:
        self.status_code = 200
        self.background = None
        self._events = events
        self._write = write
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        async with aclosing(self._events):
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            try:
                async for chunk in self._list_chunks():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except (ClientLeftError, OSError):
                return

    async def _list_chunks(self) -> AsyncIterator[bytes]:
        try:
            async for event in self._events:
                for chunk in self._write(event):
                    yield _encode(chunk)
            yield DONE
        except ApiError as error:
            yield _encode(error.body)


def _encode(chunk: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()
