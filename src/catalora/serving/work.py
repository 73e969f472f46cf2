"""What passes between the HTTP side and the one thread that owns the model: orders in, events out."""

import asyncio
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from catalora.generation.answer import Side
from catalora.references.grounding import CheckedFact
from catalora.references.index import Reference
from catalora.references.records import ProductRecord
from catalora.serving.problems import ApiError


@dataclass(frozen=True, slots=True)
class Generation:
    """An answer or a continuation.

    Attributes:
        text: the question, or with `raw` the prompt as the model is to see it.
        side: whose weights; `grounded` is the tuned side with the product's record in the prompt.
        raw: leave out the run's prompt template.
        max_tokens: of the answer; the run's setting when empty.
        temperature: 0 is greedy; the run's setting when empty.
        top_p: nucleus sampling; the run's setting when empty.
        seed: of the random numbers.
        stops: texts that end the answer; they are not part of it.
        references: how many; the run's setting when empty.
        decline_unknown: do not ask the model about a product without a record.
        facts: hold the answer's facts against the record.
        limit_name: what the client calls `max_tokens`.
    """

    text: str
    side: Side
    raw: bool = False
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: int = 0
    stops: tuple[str, ...] = ()
    references: int | None = 0
    decline_unknown: bool = False
    facts: bool = False
    limit_name: str = "max_tokens"


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors of texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """The order is accepted; its answer begins."""


@dataclass(frozen=True, slots=True)
class Piece:
    """New text of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The end of a generation.

    Attributes:
        text: the whole of it.
        stopped: whether the model or a stop string ended it; otherwise the token limit did.
        prompt_tokens: `<bos>` included.
        tokens: of the answer, the end token included.
        references: training products near to the question.
        record: the product whose record was used.
        facts: checked against the record; nothing when that was not asked for, or there is no record.
        declined: whether the model was left out, because the product is not in the catalogue.
    """

    text: str
    stopped: bool
    prompt_tokens: int
    tokens: int
    references: tuple[Reference, ...] = ()
    record: ProductRecord | None = None
    facts: tuple[CheckedFact, ...] | None = None
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Embedded:
    """The end of an embedding: vectors of shape (texts, 384), and how many tokens were read."""

    vectors: NDArray[np.float32]
    tokens: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of anything that went wrong."""

    error: ApiError


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody waits any more."""


Order = Generation | Embedding
Event = Started | Piece | Answered | Embedded | Failed | Gone


@dataclass(slots=True, eq=False)
class Ticket:
    """One order on its way, with the way back to whoever waits for it.

    Attributes:
        order: what is wanted.
        wants_pieces: whether the text is to come while it grows.
        events: for the event loop alone; the model's thread sends by `send`.
        dropped: set when nobody waits any more; the model's thread looks at it after every token.
    """

    order: Order
    wants_pieces: bool = False
    events: "asyncio.Queue[Event]" = field(default_factory=asyncio.Queue)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    started: float = field(default_factory=time.monotonic)
    dropped: bool = False

    def send(self, event: Event) -> None:
        """Hand an event to the event loop, from any thread."""
        if not self.dropped and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.events.put_nowait, event)

    def fail(self, error: ApiError) -> None:
        """The last event of an order that cannot be finished."""
        self.send(Failed(error))
