"""Requests and answers as OpenAI's interface writes them, as far as they mean something here.

A field that would change the answer and is not served is refused, never ignored; fields that only label a request
(`user`, `metadata`, ...) are accepted and have no effect.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

MAX_STOPS = 4
MAX_TEXTS = 256
MAX_TOKENS = 1_000_000  # beyond any model's context, which decides
INT64 = 2**63

Stop = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class StreamOptions(_Asked):
    """What a stream holds besides the text."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class Extension(_Asked):
    """catalora's own part of a chat request."""

    references: int | None = Field(None, ge=0, le=50, description="Nearest products; the run's setting if empty.")
    grounded: bool = Field(False, description="Answer from the record of the product that the question names.")
    decline_unknown: bool = Field(False, description="With grounded: say so when no record fits the question.")
    facts: bool = Field(False, description="Hold the answer's facts against the product's record.")


class _Decoding(_Asked):
    model: str
    max_tokens: int | None = Field(None, ge=1, le=MAX_TOKENS)
    temperature: float | None = Field(None, ge=0, le=2, description="The run's setting when empty; 0 is greedy.")
    top_p: float | None = Field(None, gt=0, le=1)
    seed: int | None = Field(None, ge=-INT64, lt=INT64)
    stop: Stop | Annotated[list[Stop], Field(max_length=MAX_STOPS)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, json_schema_extra={"enum": [1, None]})
    frequency_penalty: float | None = Field(None, json_schema_extra={"enum": [0, None]})
    presence_penalty: float | None = Field(None, json_schema_extra={"enum": [0, None]})
    logit_bias: dict[str, float] | None = Field(None, json_schema_extra={"maxProperties": 0})
    # Labels without effect on the answer.
    user: str | None = None
    metadata: dict[str, Any] | None = None
    store: bool | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None

    @field_validator("n")
    @classmethod
    def _one(cls, value: int | None) -> int | None:
        if value not in (None, 1):
            raise ValueError(f"one answer per request is served, not {value}: send the request again with another seed")
        return value

    @field_validator("frequency_penalty", "presence_penalty", "logit_bias")
    @classmethod
    def _none(cls, value: object) -> object:
        if value:
            raise ValueError("is not served: leave it out")
        return value

    @property
    def stops(self) -> tuple[str, ...]:
        """As a tuple, however it was written."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with the token counts."""
        return bool(self.stream_options and self.stream_options.include_usage)


class TextPart(_Asked):
    """A part of a message; texts alone are served."""

    type: Literal["text"]
    text: str


class Message(_Asked):
    """One message."""

    # The others are read to be refused with the reason.
    role: Literal["system", "developer", "user", "assistant"] = Field(json_schema_extra={"enum": ["user"]})
    content: str | list[TextPart]
    name: str | None = None

    @property
    def text(self) -> str:
        """The content, its parts joined."""
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class ResponseFormat(_Asked):
    """Plain text alone is served."""

    type: Literal["text"]


class ChatRequest(_Decoding):
    """A question."""

    messages: list[Message] = Field(
        min_length=1, description="One user message, the question.", json_schema_extra={"maxItems": 1}
    )
    max_completion_tokens: int | None = Field(None, ge=1, le=MAX_TOKENS)
    response_format: ResponseFormat | None = None
    logprobs: Literal[False] | None = None
    catalora: Extension = Extension()


class CompletionRequest(_Decoding):
    """A text to go on with, exactly as it is."""

    prompt: str | Annotated[list[str], Field(min_length=1, max_length=1)]
    echo: Literal[False] | None = None
    suffix: Literal[""] | None = None
    best_of: Literal[1] | None = None
    logprobs: Literal[0] | None = None

    @property
    def text(self) -> str:
        """The prompt."""
        return self.prompt if isinstance(self.prompt, str) else self.prompt[0]


class EmbeddingRequest(_Asked):
    """Texts whose vectors are wanted."""

    model: str
    input: str | Annotated[list[str], Field(min_length=1, max_length=MAX_TEXTS)]
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: Literal[384] | None = None
    user: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """As a tuple, however they were written."""
        return (self.input,) if isinstance(self.input, str) else tuple(self.input)


class Usage(BaseModel):
    """Tokens read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class FoundReference(BaseModel):
    """A training product near to the question."""

    uid: str
    title: str
    score: float
    rank: int
    match: str


class FoundRecord(BaseModel):
    """The product of the run's catalogue that the question names."""

    uid: str
    title: str
    content: str
    status: str
    score: float


class Fact(BaseModel):
    """A fact of the answer and what the record says to it."""

    text: str
    kind: str
    start: int
    end: int
    verdict: str
    evidence: str
    in_title: bool


class Sources(BaseModel):
    """catalora's own part of an answer."""

    references: list[FoundReference]
    record: FoundRecord | None
    facts: list[Fact] | None
    grounded: bool = Field(description="Whether the record stood in the prompt.")
    declined: bool = Field(description="Whether the model was left out because no record fits.")


class ChatMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class ChatChoice(BaseModel):
    """The one answer."""

    index: int = 0
    message: ChatMessage
    logprobs: None = None
    finish_reason: Literal["stop", "length"]


class ChatAnswer(BaseModel):
    """What a chat request gets."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    system_fingerprint: str
    choices: list[ChatChoice]
    usage: Usage
    catalora: Sources


class CompletionChoice(BaseModel):
    """The one continuation."""

    index: int = 0
    text: str
    logprobs: None = None
    finish_reason: Literal["stop", "length"]


class CompletionAnswer(BaseModel):
    """What a completion request gets."""

    id: str
    object: Literal["text_completion"] = "text_completion"
    created: int
    model: str
    system_fingerprint: str
    choices: list[CompletionChoice]
    usage: Usage


class Vector(BaseModel):
    """One text's vector, as numbers or as base64 of little-endian float32."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class EmbeddingUsage(BaseModel):
    """Tokens read."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingAnswer(BaseModel):
    """What an embedding request gets."""

    object: Literal["list"] = "list"
    data: list[Vector]
    model: str
    usage: EmbeddingUsage


class ModelCard(BaseModel):
    """A model that can be named in a request."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "catalora"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class Health(BaseModel):
    """Whether the server answers."""

    status: Literal["loading", "ready", "closing", "closed", "failed"]
    waiting: int
    running: int
    lanes: int


class Problem(BaseModel):
    """Why a request was refused or failed."""

    message: str
    type: str
    param: str | None
    code: str | None


class ProblemAnswer(BaseModel):
    """What any other request gets."""

    error: Problem
