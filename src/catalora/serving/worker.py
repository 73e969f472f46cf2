"""The one thread that owns the model: a bounded queue in front of it, one running batch per side behind it.

    queue ──► admit ──► base   ▒▒▒▒▒▒▒▒  a few steps, all lanes without the adapter
                   └──► tuned  ▒▒▒▒▒     a few steps, all lanes with it           ──► references, facts ──► back

Newcomers are let in between two turns, in the order in which they came, as long as lanes are free. A lane is freed
within a turn of its end, of its client's leaving, or of its timeout.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

import torch

from catalora.errors import CataloraError
from catalora.generation.batch import BatchGenerator
from catalora.generation.lanes import JOIN_TOKENS, LaneBatch
from catalora.references.embedding import Embedder
from catalora.references.index import Reference
from catalora.serving.answering import Answering, start_answering
from catalora.serving.metrics import Metrics
from catalora.serving.problems import ApiError, closing, failed, loading, overloaded
from catalora.serving.work import Embedded, Embedding, Generation, Order, Started, Ticket
from catalora.session import Session

logger = logging.getLogger("catalora.serving")

State = Literal["loading", "ready", "closing", "closed", "failed"]
Weights = Literal["base", "tuned"]
# A side goes on for so long before the other one and newcomers have their turn; switching costs about one step.
TURN_STEPS = 8
TURN_SECONDS = 0.25
# However much memory there is: more lanes make each answer slower and few of them faster together.
MAX_LANES = 64


class Worker:
    """Answers orders with one session, which it opens, uses and closes in a thread of its own.

    Args:
        open_session: called in that thread.
        queue: how many orders may wait; more are refused.
        lanes: how many may be answered at once; chosen by the free memory when empty.
        metrics: what is counted goes there.

    Attributes:
        on_ready: called when the model is loaded.
        on_failure: called when it cannot be; `failure` says why.
    """

    def __init__(
        self,
        open_session: Callable[[], Session],
        *,
        queue: int = 256,
        lanes: int | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._open_session = open_session
        self._queue_size = queue
        self._lanes = lanes
        self.on_ready: Callable[[], None] = lambda: None
        self.on_failure: Callable[[], None] = lambda: None
        self.metrics = metrics or Metrics()
        self.state: State = "loading"
        self.failure: BaseException | None = None
        self.fingerprint = ""
        self._changed = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._close_at: float | None = None
        # From here on for the thread alone.
        self._batches: dict[Weights, LaneBatch] = {}
        self._newcomers: dict[Weights, list[Answering]] = {"base": [], "tuned": []}
        self._running: dict[Weights, list[Answering]] = {"base": [], "tuned": []}
        self._embedder: Embedder | None = None
        self._thread = threading.Thread(target=self._run, name="catalora-model", daemon=True)

    @property
    def lanes(self) -> int:
        """How many orders may be answered at once."""
        return self._lanes or 1

    def start(self) -> None:
        """Begin to load the model."""
        self._thread.start()

    def submit(self, order: Order, *, wants_pieces: bool = False) -> Ticket:
        """Put an order into the queue; to be called in an event loop, where its events will come.

        Raises:
            ApiError: the model is not there, or too many are waiting.
        """
        with self._changed:
            if self.state == "loading":
                raise loading()
            if self.state != "ready":
                raise closing()
            if len(self._waiting) >= self._queue_size:
                raise overloaded(len(self._waiting))
            ticket = Ticket(order, wants_pieces)
            self._waiting.append(ticket)
            self._changed.notify()
        return ticket

    def drop(self, ticket: Ticket) -> None:
        """Nobody waits for an order any more: it leaves the queue at once, a lane within a turn."""
        with self._changed:
            ticket.dropped = True
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                self.metrics.dropped.inc()

    def count(self) -> tuple[int, int]:
        """How many orders wait, and how many are being answered."""
        return len(self._waiting), sum(map(len, (*self._running.values(), *self._newcomers.values())))

    def close(self, grace_seconds: float = 0) -> None:
        """Refuse what waits, finish what runs as far as the time allows, and end; returns at once."""
        with self._changed:
            if self.state in ("loading", "ready"):
                self.state = "closing"
            deadline = time.monotonic() + grace_seconds
            self._close_at = deadline if self._close_at is None else min(deadline, self._close_at)
            self._changed.notify()

    def join(self, timeout_seconds: float | None = None) -> None:
        """Wait for the thread's end."""
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        try:
            session = self._load()
        except BaseException as error:
            self.failure, self.state = error, "failed"
            self.on_failure()
            return
        if self.state == "ready":
            self.on_ready()
        try:
            while self._wait():
                self._admit(session)
                for weights in self._batches:
                    if self._newcomers[weights] or self._running[weights]:
                        self._take_turn(session, weights)
        except BaseException as error:
            self.failure = error
        finally:
            self._end(session)

    def _end(self, session: Session) -> None:
        """Whatever the end's reason, nobody waits for an answer that will not come."""
        with self._changed:
            self.state = "closed" if self.failure is None else "failed"
            refused = list(self._waiting)
            self._waiting.clear()
        self.metrics.ready.set(0)
        for ticket in refused:
            ticket.fail(closing())
        self._abandon_all(closing())
        session.close()
        if self.failure is not None:
            self.on_failure()

    def _load(self) -> Session:
        session = self._open_session()
        answerer = session.answerer
        model, stop_ids, pad_id = answerer.model, answerer.stop_ids, answerer.pad_id
        self._batches = {weights: LaneBatch(model, stop_ids, pad_id) for weights in self._newcomers}
        if self._lanes is None:
            fitting = BatchGenerator(model, stop_ids, pad_id).choose_batch_size(answerer.context_length, 0)
            self._lanes = min(MAX_LANES, fitting)
        self._embedder = getattr(session.references, "embedder", None) or Embedder()
        self.fingerprint = answerer.template.fingerprint
        # The first one to ask would wait for these, and all others with them.
        _ = session.records
        self._embedder.embed(["ready"])
        with self._changed:
            if self.state == "loading":
                self.state = "ready"
                self.metrics.ready.set(1)
        return session

    def _wait(self) -> bool:
        """Until there is something to do; false when it is time to end."""
        with self._changed:
            while self.state == "ready" and not self._waiting and not any(self._running.values()):
                self._changed.wait()
            if self.state != "closing":
                return True
            refused = list(self._waiting)
            self._waiting.clear()
        for ticket in refused:
            ticket.fail(closing())
        late = self._close_at is not None and time.monotonic() >= self._close_at
        if late:
            self._abandon_all(closing())
        return any(self._running.values())

    def _admit(self, session: Session) -> None:
        """Take orders from the queue while lanes are free, and no more prompts at once than one pass holds."""
        tokens = 0
        while tokens < JOIN_TOKENS and sum(map(len, (*self._running.values(), *self._newcomers.values()))) < self.lanes:
            with self._changed:
                if not self._waiting:
                    break
                ticket = self._waiting.popleft()
            try:
                if isinstance(ticket.order, Embedding):
                    self._embed(ticket, ticket.order)
                    break  # the lanes go on between two of them
                tokens += self._begin(session, ticket, ticket.order)
            except ApiError as error:
                ticket.fail(error)
            except Exception as error:
                ticket.fail(_translate(error))
        self._show_load()

    def _begin(self, session: Session, ticket: Ticket, order: Generation) -> int:
        answering = start_answering(session, ticket, order)
        ticket.send(Started())
        if answering.lane is None:
            self._finish(session, [answering])
            return 0
        self._newcomers[answering.weights].append(answering)
        return len(answering.lane.prompt)

    def _embed(self, ticket: Ticket, order: Embedding) -> None:
        assert self._embedder is not None
        vectors = self._embedder.embed(order.texts)
        ticket.send(Embedded(vectors, sum(self._embedder.count_tokens(order.texts))))

    def _take_turn(self, session: Session, weights: Weights) -> None:
        """Some steps of one side, its newcomers first."""
        batch, running = self._batches[weights], self._running[weights]
        try:
            with session.answerer.weights_of([weights]):
                finished = self._step(batch, running, weights)
        except Exception as error:
            # Half of a step may be done: nothing of this batch can be trusted any more.
            self._abandon(weights, _translate(error))
            return
        self._finish(session, finished)
        self._show_load()

    def _step(self, batch: LaneBatch, running: list[Answering], weights: Weights) -> list[Answering]:
        newcomers = self._newcomers[weights]
        self._newcomers[weights] = []
        running += newcomers
        batch.join([answering.lane for answering in newcomers if answering.lane])
        for answering in newcomers:
            self.metrics.first_token.observe(time.monotonic() - answering.ticket.started)
        ends = time.monotonic() + TURN_SECONDS
        for step in range(TURN_STEPS):
            # Newcomers have a token that nobody has looked at yet.
            for answering in running:
                answering.take_tokens()
            if all(lane.ended for lane in batch.lanes) or (step and time.monotonic() > ends):
                break
            batch.step()
        for answering in running:
            answering.take_tokens()
        finished = [answering for answering in running if answering.lane and answering.lane.ended]
        running[:] = [answering for answering in running if answering not in finished]
        batch.leave()
        return finished

    def _finish(self, session: Session, finished: Sequence[Answering]) -> None:
        """References for all that ended together, and the last event for each."""
        wanted = [answering for answering in finished if not answering.ticket.dropped]
        self.metrics.dropped.inc(len(finished) - len(wanted))
        for answering in finished:
            self._count_tokens(answering)
        if not wanted:
            return
        try:
            default = session.config.references.count
            counts = [default if item.order.references is None else item.order.references for item in wanted]
            if session.references is None:
                counts = [0 for _ in wanted]
            asked = [item for item, count in zip(wanted, counts, strict=True) if count]
            found: dict[int, tuple[Reference, ...]] = {}
            if asked and session.references is not None:
                texts = [item.order.text for item in asked]
                near = session.references.search(texts, max(counts), session.config.references.min_score)
                found = {id(item): tuple(row) for item, row in zip(asked, near, strict=True)}
            for item, count in zip(wanted, counts, strict=True):
                item.ticket.send(item.finish(found.get(id(item), ())[:count]))
        except Exception as error:
            problem = _translate(error)
            for item in wanted:
                item.ticket.fail(problem)

    def _count_tokens(self, answering: Answering) -> None:
        if answering.lane is not None:
            model = "base" if answering.weights == "base" else "tuned"
            self.metrics.tokens.labels(model, "prompt").inc(len(answering.lane.prompt))
            self.metrics.tokens.labels(model, "completion").inc(len(answering.lane.ids))

    def _abandon(self, weights: Weights, error: ApiError) -> None:
        for answering in (*self._running[weights], *self._newcomers[weights]):
            answering.ticket.fail(error)
        self._running[weights].clear()
        self._newcomers[weights].clear()
        self._batches[weights].clear()

    def _abandon_all(self, error: ApiError) -> None:
        for weights in self._batches:
            self._abandon(weights, error)

    def _show_load(self) -> None:
        waiting, running = self.count()
        self.metrics.waiting.set(waiting)
        self.metrics.lanes.set(running)


def _translate(error: Exception) -> ApiError:
    """What a client is told of an error; the log gets its kind alone, for its text may hold a prompt."""
    if isinstance(error, torch.OutOfMemoryError):
        message = "not enough memory for this many answers at once: try again"
        return ApiError(503, message, code="memory", retry_seconds=2)
    if isinstance(error, CataloraError):
        return ApiError(503, error.message, code=error.code)
    logger.error("an answer could not be computed: %s", type(error).__name__)
    return failed(type(error).__name__)
