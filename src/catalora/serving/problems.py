"""What a server answers when it cannot answer, in the shape that OpenAI's clients read."""

from typing import Any


class ApiError(Exception):
    """A request that is refused or cannot be finished.

    Args:
        status: of HTTP.
        message: one line: what was found, what was expected.
        code: stable identifier.
        param: the field of the request that it is about.
        retry_seconds: when another try makes sense.
    """

    def __init__(
        self, status: int, message: str, *, code: str, param: str | None = None, retry_seconds: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.retry_seconds = retry_seconds

    @property
    def body(self) -> dict[str, Any]:
        """As JSON; letters that UTF-8 cannot write, which only a broken request holds, are replaced."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        message = self.message.encode("utf-8", "replace").decode()
        return {"error": {"message": message, "type": kind, "param": self.param, "code": self.code}}

    @property
    def headers(self) -> dict[str, str]:
        """`Retry-After` where another try makes sense."""
        return {} if self.retry_seconds is None else {"Retry-After": str(self.retry_seconds)}


def overloaded(waiting: int) -> ApiError:
    """The queue is full."""
    message = f"{waiting} requests are waiting already: expected fewer; try again in a moment"
    return ApiError(429, message, code="queue-full", retry_seconds=1)


def loading() -> ApiError:
    """The model is not there yet."""
    message = "the model is still being loaded: /health tells when it is ready"
    return ApiError(503, message, code="loading", retry_seconds=2)


def closing() -> ApiError:
    """The server is about to end."""
    return ApiError(503, "the server is shutting down: the request was not finished", code="shutting-down")


def timed_out(seconds: float) -> ApiError:
    """The request took too long, waiting included."""
    message = f"not finished within {seconds:g} seconds, waiting included: ask for fewer tokens, or later"
    return ApiError(504, message, code="timeout")


def failed(kind: str) -> ApiError:
    """Something broke; what, is not for the client."""
    return ApiError(500, f"the answer could not be computed ({kind})", code="internal-error")
