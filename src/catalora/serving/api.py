"""The HTTP interface: OpenAI's paths, written over the orders and events of the model's thread."""

import base64
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from catalora.serving import schemas
from catalora.serving.following import ClientLeftError, EventStream, follow
from catalora.serving.gate import CLIENT_LEFT, Gate
from catalora.serving.problems import ApiError
from catalora.serving.work import Answered, Embedded, Embedding, Event, Generation, Order, Piece, Started
from catalora.serving.worker import Worker

BASE: Literal["base"] = "base"
EMBEDDER = "all-MiniLM-L6-v2"
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.ProblemAnswer, "description": description}
    for status, description in {
        400: "The request cannot be served as it is.",
        401: "The API key is missing or wrong.",
        403: "The host name is not one of this machine.",
        404: "There is no such model.",
        408: "The request did not arrive in time.",
        413: "The request is too large.",
        429: "The queue is full; try again.",
        500: "Something broke.",
        503: "The server is loading or shutting down.",
        504: "Not finished in time.",
    }.items()
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "The answer, or a stream."},
    **REFUSALS,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """What all requests share.

    Attributes:
        worker: the model's thread.
        name: under which the tuned model is asked for.
        timeout_seconds: for one request, waiting included.
        created: when the server was started, in seconds since 1970.
    """

    worker: Worker
    name: str
    timeout_seconds: float
    created: int

    def require_model(self, model: str, known: tuple[str, ...]) -> None:
        """Refuse a model that is not served here.

        Raises:
            ApiError: with the names that are.
        """
        if model not in known:
            message = f"model {model!r} is not served here: expected {' or '.join(known)}"
            raise ApiError(404, message, code="model_not_found", param="model")

    def list_events(self, request: Request, order: Order, *, pieces: bool = False) -> AsyncGenerator[Event, None]:
        """Put an order into the queue; its events."""
        ticket = self.worker.submit(order, wants_pieces=pieces)
        return follow(self.worker, ticket, request.receive, self.timeout_seconds)

    async def wait(self, request: Request, order: Order) -> Event:
        """The last event of an order."""
        async with aclosing(self.list_events(request, order)) as events:
            last: Event = Started()
            async for event in events:
                last = event
            return last


def build_app(
    worker: Worker, name: str, *, key: str | None = None, local: bool = True, timeout_seconds: float = 120
) -> ASGIApp:
    """The application, with its gate.

    Args:
        worker: the model's thread; started by whoever runs the server.
        name: under which the tuned model is asked for.
        key: what clients must send; nothing is asked for when empty.
        local: whether the server listens on this machine alone.
        timeout_seconds: for one request, waiting included.
    """
    app = FastAPI(title="catalora", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    desk = Desk(worker, name, timeout_seconds, int(time.time()))
    _add_errors(app)
    _add_answers(app, desk)
    _add_status(app, desk)
    _describe(app, name)
    return Gate(app, key=key, local=local, metrics=worker.metrics)


def _add_answers(app: FastAPI, desk: Desk) -> None:
    @app.post("/v1/chat/completions", response_model=schemas.ChatAnswer, responses=ANSWERS)
    async def chat(request: Request, asked: schemas.ChatRequest) -> Any:
        """Ask base or tuned model a question, through the prompt that the run was trained with."""
        order = _order_chat(desk, asked)
        head = _Head("chatcmpl", "chat.completion", asked.model, desk)
        if asked.stream:
            return await _stream(desk, request, order, _ChatChunks(head, order, usage=asked.wants_usage))
        answer = await desk.wait(request, order)
        assert isinstance(answer, Answered)
        choice = schemas.ChatChoice(message=schemas.ChatMessage(content=answer.text), finish_reason=_name_end(answer))
        return schemas.ChatAnswer(
            **head.fields, choices=[choice], usage=_count(answer), catalora=_list_sources(answer, order)
        )

    @app.post("/v1/completions", response_model=schemas.CompletionAnswer, responses=ANSWERS)
    async def complete(request: Request, asked: schemas.CompletionRequest) -> Any:
        """Let base or tuned model go on with a text, exactly as it is."""
        desk.require_model(asked.model, (BASE, desk.name))
        order = Generation(asked.text, BASE if asked.model == BASE else "tuned", raw=True, **_list_decoding(asked))
        head = _Head("cmpl", "text_completion", asked.model, desk)
        if asked.stream:
            return await _stream(desk, request, order, _TextChunks(head, order, usage=asked.wants_usage))
        answer = await desk.wait(request, order)
        assert isinstance(answer, Answered)
        choice = schemas.CompletionChoice(text=answer.text, finish_reason=_name_end(answer))
        return schemas.CompletionAnswer(**head.fields, choices=[choice], usage=_count(answer))

    @app.post("/v1/embeddings", response_model=schemas.EmbeddingAnswer, responses=REFUSALS)
    async def embed(request: Request, asked: schemas.EmbeddingRequest) -> Any:
        """Vectors of texts, as the run's references are searched with; 128 tokens of each text are read."""
        desk.require_model(asked.model, (EMBEDDER,))
        found = await desk.wait(request, Embedding(asked.texts))
        assert isinstance(found, Embedded)
        packed = asked.encoding_format == "base64"
        vectors = [
            base64.b64encode(row.astype("<f4").tobytes()).decode() if packed else row.tolist() for row in found.vectors
        ]
        return schemas.EmbeddingAnswer(
            data=[schemas.Vector(index=place, embedding=vector) for place, vector in enumerate(vectors)],
            model=EMBEDDER,
            usage=schemas.EmbeddingUsage(prompt_tokens=found.tokens, total_tokens=found.tokens),
        )


def _add_status(app: FastAPI, desk: Desk) -> None:
    names = (BASE, desk.name, EMBEDDER)
    refusals: dict[int | str, dict[str, Any]] = {status: REFUSALS[status] for status in (401, 403, 404)}

    @app.get("/v1/models", response_model=schemas.ModelList, responses=refusals)
    async def list_models() -> Any:
        """The models that requests can name."""
        return schemas.ModelList(data=[schemas.ModelCard(id=name, created=desk.created) for name in names])

    @app.get("/v1/models/{model}", response_model=schemas.ModelCard, responses=refusals)
    async def show_model(model: str) -> Any:
        """One of them."""
        desk.require_model(model, names)
        return schemas.ModelCard(id=model, created=desk.created)

    @app.get("/health", response_model=schemas.Health, responses={503: {"model": schemas.Health}, 403: REFUSALS[403]})
    async def health() -> Any:
        """200 when questions are answered, 503 while the model is being loaded or the server ends."""
        waiting, running = desk.worker.count()
        state = desk.worker.state
        found = schemas.Health(status=state, waiting=waiting, running=running, lanes=desk.worker.lanes)
        return JSONResponse(found.model_dump(), 200 if state == "ready" else 503)

    @app.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}, **refusals})
    async def metrics() -> Any:
        """Figures for Prometheus."""
        waiting, running = desk.worker.count()
        desk.worker.metrics.waiting.set(waiting)
        desk.worker.metrics.lanes.set(running)
        return Response(desk.worker.metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _order_chat(desk: Desk, asked: schemas.ChatRequest) -> Generation:
    desk.require_model(asked.model, (BASE, desk.name))
    extension = asked.catalora
    if len(asked.messages) > 1 or asked.messages[0].role != "user":
        roles = ", ".join(message.role for message in asked.messages[:8])
        raise ApiError(
            400,
            f"messages: found {roles}; expected one user message: these models know single questions alone, so a system"
            " message or an earlier turn would be lost. Put all into one message, or write the prompt yourself with"
            " /v1/completions",
            code="one-question",
            param="messages",
        )
    question = asked.messages[0].text
    if not question.strip():
        raise ApiError(400, "messages: the question is empty", code="empty-question", param="messages")
    if extension.grounded and asked.model == BASE:
        message = f"catalora.grounded: the base model knows no records; expected model {desk.name!r}"
        raise ApiError(400, message, code="grounded-base", param="catalora.grounded")
    if extension.decline_unknown and not extension.grounded:
        message = "catalora.decline_unknown: only a grounded answer looks for the record; expected grounded=true too"
        raise ApiError(400, message, code="decline-ungrounded", param="catalora.decline_unknown")
    if asked.max_tokens is not None and asked.max_completion_tokens is not None:
        message = "max_tokens and max_completion_tokens are the same here: expected one of them"
        raise ApiError(400, message, code="two-limits", param="max_tokens")
    decoding = _list_decoding(asked)
    if asked.max_completion_tokens is not None:
        decoding |= {"max_tokens": asked.max_completion_tokens, "limit_name": "max_completion_tokens"}
    return Generation(
        question,
        BASE if asked.model == BASE else "grounded" if extension.grounded else "tuned",
        references=extension.references,
        decline_unknown=extension.decline_unknown,
        facts=extension.facts,
        **decoding,
    )


def _list_decoding(asked: schemas.ChatRequest | schemas.CompletionRequest) -> dict[str, Any]:
    return {
        "max_tokens": asked.max_tokens,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "seed": secrets.randbits(63) if asked.seed is None else asked.seed,
        "stops": asked.stops,
    }


class _Head:
    """What every chunk of one answer begins with."""

    def __init__(self, prefix: str, kind: str, model: str, desk: Desk) -> None:
        self.kind = kind
        self.fields: dict[str, Any] = {
            "id": f"{prefix}-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": model,
            "system_fingerprint": f"fp_{desk.worker.fingerprint}",
        }


@dataclass(frozen=True, slots=True)
class _ChatChunks:
    """A chat answer in chunks; the sources stand in the one that says how it ended."""

    head: _Head
    order: Generation
    usage: bool

    def __call__(self, event: Event) -> list[dict[str, Any]]:
        match event:
            case Started():
                return [self._write({"role": "assistant", "content": ""})]
            case Piece(text):
                return [self._write({"content": text})]
            case Answered():
                sources = _list_sources(event, self.order).model_dump()
                return [self._write({}, _name_end(event), catalora=sources), *self._end(event)]
        return []

    def _write(self, delta: dict[str, Any], end: str | None = None, **more: Any) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": end}
        return {**self.head.fields, "object": "chat.completion.chunk", "choices": [choice], **more}

    def _end(self, answer: Answered) -> list[dict[str, Any]]:
        return _end_stream(self.head, "chat.completion.chunk", answer) if self.usage else []


@dataclass(frozen=True, slots=True)
class _TextChunks:
    """A continuation in chunks."""

    head: _Head
    order: Generation
    usage: bool

    def __call__(self, event: Event) -> list[dict[str, Any]]:
        match event:
            case Piece(text):
                return [self._write(text)]
            case Answered():
                end = _end_stream(self.head, self.head.kind, event) if self.usage else []
                return [self._write("", _name_end(event)), *end]
        return []

    def _write(self, text: str, end: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": end}
        return {**self.head.fields, "object": self.head.kind, "choices": [choice]}


def _end_stream(head: _Head, kind: str, answer: Answered) -> list[dict[str, Any]]:
    return [{**head.fields, "object": kind, "choices": [], "usage": _count(answer).model_dump()}]


async def _stream(
    desk: Desk, request: Request, order: Generation, write: Callable[[Event], list[dict[str, Any]]]
) -> EventStream:
    """A stream whose order is accepted: what can be refused is refused before, with its status."""
    events = desk.list_events(request, order, pieces=True)
    try:
        first = await anext(events)
    except BaseException:
        await events.aclose()
        raise

    async def go_on() -> AsyncGenerator[Event, None]:
        async with aclosing(events):
            yield first
            async for event in events:
                yield event

    return EventStream(go_on(), write)


def _name_end(answer: Answered) -> Any:
    return "stop" if answer.stopped else "length"


def _count(answer: Answered) -> schemas.Usage:
    return schemas.Usage(
        prompt_tokens=answer.prompt_tokens,
        completion_tokens=answer.tokens,
        total_tokens=answer.prompt_tokens + answer.tokens,
    )


def _list_sources(answer: Answered, order: Generation) -> schemas.Sources:
    record = answer.record
    return schemas.Sources(
        references=[
            schemas.FoundReference(uid=near.uid, title=near.title, score=near.score, rank=near.rank, match=near.match)
            for near in answer.references
        ],
        record=None
        if record is None
        else schemas.FoundRecord(
            uid=record.uid, title=record.title, content=record.content, status=record.status, score=record.score
        ),
        facts=None
        if answer.facts is None
        else [
            schemas.Fact(
                text=item.fact.text,
                kind=item.fact.kind,
                start=item.fact.start,
                end=item.fact.end,
                verdict=item.verdict,
                evidence=item.evidence,
                in_title=item.in_title,
            )
            for item in answer.facts
        ],
        grounded=order.side == "grounded" and record is not None,
        declined=answer.declined,
    )


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(ApiError)
    async def refuse(_request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)
        return JSONResponse(error.body, error.status, error.headers)

    @app.exception_handler(RequestValidationError)
    async def refuse_request(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        place = _name_place(found[0])
        told = "; ".join(dict.fromkeys(f"{_name_place(item)}: {_word(item)}" for item in found[:5]))
        return JSONResponse(ApiError(400, told, code="invalid_value", param=place).body, 400)

    @app.exception_handler(HTTPException)
    async def refuse_path(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = f"{request.method} {request.url.path}: {error.detail}"
        return JSONResponse(ApiError(error.status_code, message, code="http").body, error.status_code, error.headers)

    @app.exception_handler(ClientLeftError)
    async def forget(_request: Request, _error: Exception) -> Response:
        return Response(status_code=CLIENT_LEFT)


def _name_place(item: dict[str, Any]) -> str:
    # Of a field that may have several types, the types' own names stand in its place too.
    return ".".join(str(part) for part in item["loc"][1:] if "[" not in str(part)) or "body"


def _word(item: dict[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "this field is not served here"
    return str(item["msg"]).removeprefix("Value error, ")


def _describe(app: FastAPI, name: str) -> None:
    """The OpenAPI document, with the models' names and without FastAPI's own answer to a wrong request."""
    document = app.openapi()
    for request, names in (("Chat", [BASE, name]), ("Completion", [BASE, name]), ("Embedding", [EMBEDDER])):
        document["components"]["schemas"][f"{request}Request"]["properties"]["model"]["enum"] = names
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
