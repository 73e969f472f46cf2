"""Looking at the model while it trains: the same few held-out products, asked again and again.

At the start, with each evaluation, and every `training.watch_steps` steps, the model answers the questions greedily.
What comes out are cheap task metrics (does it stop, does it go on to ask, does it copy), the answers of the first
products as `sample` events, and at most one warning that the model recites its training texts.

Training never notices: the random state is put back, the model is switched to evaluation and back, nothing is learned,
and the time is not counted as training speed. A run with the watch ends in the same bits as one without.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
import torch
from transformers import TrainerCallback

from catalora.catalog import Product, pick_products, read_products
from catalora.config import Config, GenerationConfig
from catalora.processes import ALONE, Processes
from catalora.prompts import PromptTemplate
from catalora.run import Event, RunFolder
from catalora.training.memorisation import SEARCHED_DESCRIPTIONS, CopySearch, find_memorisation

SHOWN_PRODUCTS = 5
MEMORISING = "memorising"


class Answer(Protocol):
    """The part of an answer that is looked at; see `catalora.generation.answer.Answer`."""

    @property
    def text(self) -> str:
        """As decoded."""

    @property
    def tokens(self) -> int:
        """Generated tokens, `<eos>` included."""

    @property
    def stopped(self) -> bool:
        """Whether the model ended it itself within the token limit."""

    @property
    def has_follow_up(self) -> bool:
        """Whether it went on to invent a next turn."""


class Answerer(Protocol):
    """The part of `catalora.generation.answer.Answerer` that the watch uses."""

    model: Any
    tokenizer: Any
    template: PromptTemplate
    context_length: int

    def answer(self, questions: Sequence[str], config: GenerationConfig, sides: Sequence[Any]) -> Any:
        """Answers of each side to each question."""


@dataclass(frozen=True, slots=True)
class WatchMetrics:
    """What one look came to.

    Attributes:
        answers: how many products were asked.
        stop_rate: share of answers that the model ended itself within the watch's token limit.
        follow_up_rate: share that went on to invent a next turn.
        mean_tokens: generated tokens per answer.
        copied_words: words of the longest run copied from a training description, averaged over the answers.
    """

    answers: int
    stop_rate: float
    follow_up_rate: float
    mean_tokens: float
    copied_words: float


class TaskWatch(TrainerCallback):
    """Asks held-out products during training, and writes down what comes back.

    Args:
        run: where `watch`, `sample` and `warning` events go.
        model: the model in training; it is in its former mode again after each look.
        products: the products to ask about, the same each time.
        questions: the question of each product, same order.
        answer: generates an answer to each question; greedy, and short.
        copies: the training descriptions, to find copied runs.
        every: look also after each so many steps; with evaluations alone when empty.
    """

    def __init__(
        self,
        run: RunFolder,
        model: torch.nn.Module,
        products: Sequence[Product],
        questions: Sequence[str],
        answer: Callable[[Sequence[str]], Sequence[Answer]],
        copies: CopySearch,
        every: int | None,
    ) -> None:
        self.run = run
        self.model = model
        self.products = products
        self.questions = questions
        self.answer = answer
        self.copies = copies
        self.every = every
        self.log: Callable[[dict[str, float]], None] = lambda metrics: None
        self.pausing: Callable[[], AbstractContextManager[None]] = nullcontext
        self.processes = ALONE
        self._last_step = -1

    def attach(
        self,
        log: Callable[[dict[str, float]], None],
        pausing: Callable[[], AbstractContextManager[None]],
        processes: Processes = ALONE,
    ) -> None:
        """Say where metrics are logged, how time is kept out of the training speed, and who else trains."""
        self.log, self.pausing, self.processes = log, pausing, processes

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look at the model before its first step."""
        if state.global_step == 0:
            self._look(state, control)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look between the evaluations, when that is asked for."""
        if self.every and state.global_step % self.every == 0:
            self._look(state, control)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look with each evaluation, and hold the copying against the validation loss."""
        if self._last_step != state.global_step:
            self._look(state, control)
        found = find_memorisation(state.log_history)
        # A resumed run repeats steps; what was said before the interruption is not said again.
        if found and not any(event.facts.get("code") == MEMORISING for event in self.run.read_events()):
            self._warn(state.global_step, found)

    def _look(self, state: Any, control: Any) -> None:
        self._last_step = state.global_step
        with self.pausing():
            metrics = self.processes.lead(lambda: self._ask(state.global_step))
        wants_log = control.should_log
        self.log({f"watch_{name}": value for name, value in asdict(metrics).items() if name != "answers"})
        control.should_log = wants_log  # logging clears it, and the step's own loss would be left out

    def _ask(self, step: int) -> WatchMetrics:
        with leaving_no_trace(self.model):
            answers = self.answer(self.questions)
        metrics = summarise(answers, self.copies)
        self.run.append_event(Event("watch", step, asdict(metrics)))
        asked = list(zip(self.products, self.questions, answers, strict=True))
        for product, question, answer in asked[:SHOWN_PRODUCTS]:
            self.run.append_event(Event("sample", step, _describe_sample(product, question, answer)))
        return metrics

    def _warn(self, step: int, found: dict[str, float]) -> None:
        message = (
            f"the model begins to recite training texts: the longest copied run grew from "
            f"{found['copied_words_at_best']:.1f} to {found['copied_words']:.1f} words per answer since step "
            f"{found['best_step']:.0f}, where the validation loss was lowest"
        )
        self.run.append_event(Event("warning", step, {"code": MEMORISING, "message": message, **found}))


def build_watch(run: RunFolder, config: Config, answerer: Answerer) -> TaskWatch | None:
    """The watch that a configuration asks for.

    Args:
        run: whose validation products are asked about, in an order that the data's seed fixes.
        config: decoding is the run's own, made greedy and as short as `training.watch_new_tokens`.
        answerer: generates with the model in training.

    Returns:
        Nothing when it is switched off, or no validation product fits into the model's context.
    """
    wanted, seed = config.training.watch_products, config.data.seed
    decoding = config.generation.model_copy(
        update={"temperature": 0.0, "max_new_tokens": config.training.watch_new_tokens}
    )
    table = read_products(run.products)
    products = [] if not wanted else pick_products(table, "validation", wanted, seed)
    template = answerer.template
    asked = [(product, template.render_question(product.title, form)) for form, product in enumerate(products)]
    prompts = template.encode_prompts(answerer.tokenizer, [question for _, question in asked])
    room = answerer.context_length - decoding.max_new_tokens
    fitting = [pair for pair, prompt in zip(asked, prompts, strict=True) if len(prompt) <= room]
    if not fitting:
        return None
    trained = pick_products(table, "train", SEARCHED_DESCRIPTIONS, seed)
    return TaskWatch(
        run,
        answerer.model,
        [product for product, _ in fitting],
        [question for _, question in fitting],
        lambda questions: [sides["tuned"] for sides in answerer.answer(questions, decoding, ("tuned",)).by_question],
        CopySearch(product.content for product in trained),
        config.training.watch_steps,
    )


def summarise(answers: Sequence[Answer], copies: CopySearch) -> WatchMetrics:
    """Metrics of the answers to all watched products."""
    return WatchMetrics(
        answers=len(answers),
        stop_rate=float(np.mean([answer.stopped for answer in answers])),
        follow_up_rate=float(np.mean([answer.has_follow_up for answer in answers])),
        mean_tokens=float(np.mean([answer.tokens for answer in answers])),
        copied_words=float(np.mean([copies.longest_run(answer.text) for answer in answers])),
    )


@contextmanager
def leaving_no_trace(model: torch.nn.Module) -> Iterator[None]:
    """Use a model in training for something else: evaluation mode, no gradients, random state put back after it."""
    was_training = {name: module.training for name, module in model.named_modules()}
    device = next(model.parameters()).device
    accelerator = None if device.type == "cpu" else torch.get_device_module(device)
    states = torch.get_rng_state(), accelerator.get_rng_state() if accelerator else None
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for name, module in model.named_modules():
            module.training = was_training[name]
        torch.set_rng_state(states[0])
        if accelerator:
            accelerator.set_rng_state(states[1])


def _describe_sample(product: Product, question: str, answer: Answer) -> dict[str, Any]:
    return {
        "uid": product.uid,
        "title": product.title,
        "question": question,
        "text": answer.text,
        "tokens": answer.tokens,
        "stopped": answer.stopped,
        "has_follow_up": answer.has_follow_up,
    }
