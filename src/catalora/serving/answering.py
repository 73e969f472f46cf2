"""One generation in work: its prompt, its lane, its text so far, and what it ends with."""

from dataclasses import dataclass, field
from typing import Literal

from catalora.generation.grounded import decline
from catalora.generation.lanes import Lane
from catalora.generation.pieces import Pieces, StopFinder
from catalora.references.grounding import CheckedFact, check_facts
from catalora.references.index import Reference
from catalora.references.records import ProductRecord
from catalora.serving.problems import ApiError
from catalora.serving.work import Answered, Generation, Piece, Ticket
from catalora.session import Session


@dataclass(slots=True, eq=False)
class Answering:
    """A generation from its start to its end.

    Attributes:
        ticket: whose it is.
        order: what is wanted.
        lane: its place in a batch; nothing when no model is asked.
        record: of the product that the question is about.
        parts: the text so far.
        stopped: whether the model or a stop string ended it.
    """

    ticket: Ticket
    order: Generation
    lane: Lane | None
    record: ProductRecord | None
    pieces: Pieces | None = None
    stop_finder: StopFinder = field(default_factory=lambda: StopFinder(()))
    parts: list[str] = field(default_factory=list)
    stopped: bool = False
    read: int = 0
    begun: bool = False

    @property
    def weights(self) -> Literal["base", "tuned"]:
        """Which of the two sides' weights it is computed with."""
        return "base" if self.order.side == "base" else "tuned"

    def take_tokens(self) -> None:
        """Turn the lane's new tokens into text, send it, and end the lane where a stop string or nobody is."""
        lane, pieces = self.lane, self.pieces
        if lane is None or pieces is None:
            return
        while self.read < len(lane.ids):
            self._show(pieces.add(lane.ids[self.read]))
            self.read += 1
        if lane.ended and not self.stop_finder.found:
            self._show(pieces.finish())
        if self.stop_finder.found or self.ticket.dropped:
            lane.dropped = True
        if lane.ended:
            self.stopped = lane.stopped or self.stop_finder.found
            self._send(self.stop_finder.finish())

    def _show(self, text: str) -> None:
        if not self.begun and not self.order.raw:
            text = text.lstrip(" ")  # the space between prompt and answer belongs to neither
        self.begun = self.begun or bool(text)
        self._send(self.stop_finder.add(text))

    def _send(self, text: str) -> None:
        if text:
            self.parts.append(text)
            if self.ticket.wants_pieces:
                self.ticket.send(Piece(text))

    def finish(self, references: tuple[Reference, ...]) -> Answered:
        """What it ends with."""
        text, lane = "".join(self.parts), self.lane
        facts: tuple[CheckedFact, ...] | None = None
        if self.order.facts and self.record is not None:
            facts = check_facts(text, self.record.title, self.record.content).facts
        return Answered(
            text=text,
            stopped=self.stopped,
            prompt_tokens=len(lane.prompt) if lane else 0,
            tokens=len(lane.ids) if lane else 0,
            references=references,
            record=self.record,
            facts=facts,
            declined=lane is None,
        )


def start_answering(session: Session, ticket: Ticket, order: Generation) -> Answering:
    """Find the record, write the prompt, and see that prompt and answer fit into the model's context.

    Raises:
        ApiError: they do not.
    """
    record = session.find_record(order.text) if order.side == "grounded" or order.facts else None
    if order.side == "grounded" and record is None and order.decline_unknown:
        answering = Answering(ticket, order, None, None, stopped=True)
        answering._send(decline(order.text).text)
        return answering
    prompt = _encode(session, order, record)
    config, context = session.config.generation, session.answerer.context_length
    if not prompt:
        raise ApiError(400, "the prompt is empty", code="empty-prompt", param="prompt")
    room = context - len(prompt)
    limit = min(config.max_new_tokens, room) if order.max_tokens is None else order.max_tokens
    if room < 1 or limit > room:
        wanted = "an answer" if order.max_tokens is None else f"{order.limit_name}={limit}"
        raise ApiError(
            400,
            f"a prompt of {len(prompt)} tokens and {wanted} do not fit into the model's context of {context} tokens",
            code="context_length_exceeded",
            param=None if order.max_tokens is None else order.limit_name,
        )
    lane = Lane(
        prompt,
        limit,
        temperature=config.temperature if order.temperature is None else order.temperature,
        top_p=config.top_p if order.top_p is None else order.top_p,
        seed=order.seed,
    )
    pieces = Pieces(session.answerer.tokenizer, prompt)
    return Answering(ticket, order, lane, record, pieces, StopFinder(order.stops))


def _encode(session: Session, order: Generation, record: ProductRecord | None) -> list[int]:
    answerer = session.answerer
    if order.raw:
        start = [] if answerer.tokenizer.bos_token_id is None else [answerer.tokenizer.bos_token_id]
        (ids,) = answerer.tokenizer([order.text], add_special_tokens=False)["input_ids"]
        return [*start, *ids]
    if order.side == "grounded" and record is not None:
        texts = [(record.title, record.content)]
        return answerer.template.encode_grounded_prompts(answerer.tokenizer, [order.text], texts)[0]
    return answerer.template.encode_prompts(answerer.tokenizer, [order.text])[0]
