"""Several processes that train one run together, and how they stay together.

Each holds the whole model and computes its share of every step's rows; torch averages the gradients. The first one
leads: it alone writes the run's folder. What only it does, the others wait for, and an error of one is the error of
all, so that nobody waits for a process that has given up.

How many there are is said by whoever starts them (`torchrun`, `catalora train --processes`, Ray) in the environment
variables of torch: RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT. Without them a process is alone, nothing
here does anything, and torch is not imported.
"""

import os
import platform
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import Any, Literal, TypeVar

from catalora.config import TrainingConfig
from catalora.errors import CataloraError, ConfigError, StorageError, TrainingError, UsageError
from catalora.run import Event, RunFolder, Status

# What the leader does alone, such as indexing a large catalogue, can take hours. A process that dies is noticed by its
# closed connections, and by whoever started it; this is for a machine that falls silent.
PATIENCE = timedelta(hours=12)
ADDRESS = ("RANK", "MASTER_ADDR", "MASTER_PORT")
# How torch's backends word that another process is gone.
LOST_PHRASES = ("gloo", "connection closed by peer", "connection reset by peer", "nccl", "broken pipe")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of one training, seen from one of them.

    Attributes:
        rank: which one this is, from 0.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes."""
        return self.rank == 0

    @property
    def place(self) -> str:
        """This process, as errors name it."""
        return f"process {self.rank + 1} of {self.count} on {platform.node()}"

    def lead(self, compute: Callable[[], T]) -> T:
        """Let the leader compute, and give all its result, or its error.

        Args:
            compute: its result is sent to the others, so it must be picklable.
        """
        if self.count == 1:
            return compute()
        outcome = _attempt(compute) if self.leads else None
        value: T
        value, error = self._broadcast(outcome)
        if error is not None:
            raise error
        return value

    def each(self, compute: Callable[[], T]) -> T:
        """Let every process compute its own; when one fails, all raise the error of the first that did."""
        if self.count == 1:
            return compute()
        value: T
        value, error = _attempt(compute)
        errors = self.gather(None if error is None else _name_place(error, self))
        failed = next((found for found in errors if found is not None), None)
        if failed is not None:
            raise failed from error
        return value

    @contextmanager
    def leading(self, open_context: Callable[[], AbstractContextManager[T]]) -> Iterator[T | None]:
        """Let the leader enter a context; the others get nothing, and its error when it cannot be entered."""
        with ExitStack() as held:
            entered: list[T] = []
            self.lead(lambda: entered.append(held.enter_context(open_context())))
            yield entered[0] if entered else None

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process."""
        return self._reduce([float(flag)], "MAX")[0] > 0

    def add(self, *values: float) -> tuple[float, ...]:
        """The sum of each value over all processes."""
        return tuple(self._reduce(values, "SUM"))

    def gather(self, value: T) -> list[T]:
        """The value of each process, in their order."""
        if self.count == 1:
            return [value]
        from torch import distributed

        gathered: list[Any] = [None] * self.count
        distributed.all_gather_object(gathered, value)
        return gathered

    def follow(self, run: RunFolder) -> RunFolder:
        """The run as this process may use it: the leader writes, the others look."""
        return run if self.leads else FollowedRun(run.path)

    def _reduce(self, values: Sequence[float], how: Literal["MAX", "SUM"]) -> list[float]:
        if self.count == 1:
            return list(values)
        import torch
        from torch import distributed

        reduced = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(reduced, getattr(distributed.ReduceOp, how))
        found: list[float] = reduced.tolist()
        return found

    def _broadcast(self, value: Any) -> Any:
        from torch import distributed

        box = [value]
        distributed.broadcast_object_list(box, src=0)
        return box[0]


ALONE = Processes()


class FollowedRun(RunFolder):
    """A run that another process writes: what this one would write is dropped."""

    def write_record(self, record: Any) -> None:
        """Leave it to the leader."""

    def write_status(self, status: Status) -> None:
        """Leave it to the leader."""

    def append_event(self, event: Event) -> None:
        """Leave it to the leader."""


def count_processes() -> int:
    """How many processes this one was started as, by the environment.

    Raises:
        UsageError: WORLD_SIZE is no number.
    """
    wanted = os.environ.get("WORLD_SIZE", "1")
    if not wanted.isdigit():
        raise UsageError(
            f"WORLD_SIZE = {wanted!r} in the environment: expected the number of processes",
            code="processes-not-started",
            hint="Start several processes with `catalora train --processes N` or torchrun; else unset WORLD_SIZE.",
        )
    return max(1, int(wanted))


def read_asked_processes(run: RunFolder) -> int:
    """How many processes of its machine a run was asked to be trained by."""
    return int(run.read_record().get("asked_processes", 1))


def join_processes() -> Processes:
    """Meet the other processes of this training; called again, it returns the same.

    Raises:
        UsageError: several processes are wanted, but where they meet is not said (`processes-not-started`).
        TrainingError: they did not meet.
    """
    count = count_processes()
    if count == 1 and not _is_together():
        return Processes()
    if not _is_together():
        _meet(count)
    from torch import distributed

    processes = Processes(distributed.get_rank(), distributed.get_world_size())
    if count > 1 and processes.count != count:
        raise UsageError(
            f"{count} processes were asked for (WORLD_SIZE), torch.distributed has {processes.count}",
            code="processes-not-started",
            hint="Start all of them with one `catalora train --processes N`, or one torchrun on each machine.",
        )
    return processes


def leave_processes() -> None:
    """Part from the others at the end of a training that went well."""
    if _is_together():
        from torch import distributed

        distributed.destroy_process_group()


def require_one_folder(run: RunFolder, processes: Processes) -> None:
    """Refuse processes of which some see another run, or none, under the same path.

    Raises:
        StorageError: with the process and its machine (`run-not-shared`).
    """
    if processes.count == 1:
        return
    made = processes.lead(lambda: run.read_record()["created"])

    def look() -> None:
        try:
            found = run.read_record()["created"]
        except CataloraError:
            found = None
        if found != made:
            raise StorageError(
                f"{run.path}: the run that the first process trains is not there",
                code="run-not-shared",
                hint="Put --runs-dir on storage that all machines share, at the same path.",
            )

    processes.each(look)


def share_batch(config: TrainingConfig, count: int) -> TrainingConfig:
    """What each of several processes computes of a step, so that all together compute what one would.

    Returns:
        The configuration with the batch size and accumulation of one process: as many rows at once as before, or the
        most that divide its share.

    Raises:
        ConfigError: the rows of a step cannot be shared evenly (`uneven-batch`).

    Example:
        >>> shared = share_batch(TrainingConfig(batch_size=4, gradient_accumulation_steps=3), 2)
        >>> shared.batch_size, shared.gradient_accumulation_steps
        (3, 2)
    """
    batch, accumulation = config.batch_size, config.gradient_accumulation_steps
    rows = batch * accumulation
    if rows % count:
        even = [str(number) for number in range(1, rows + 1) if rows % number == 0]
        more = count // _greatest_divisor(count, batch)
        raise ConfigError(
            f"training.batch_size × training.gradient_accumulation_steps = {batch} × {accumulation} = {rows} rows per "
            f"step, which {count} processes cannot share evenly; expected {', '.join(even)} processes, or a multiple "
            f"of {count} rows",
            code="uneven-batch",
            hint=f"Use --processes {even[-1]}, or --set training.gradient_accumulation_steps={more}, which changes "
            "the step.",
            processes=count,
            rows=rows,
        )
    share = rows // count
    at_once = max(size for size in range(1, batch + 1) if share % size == 0)
    return config.model_copy(update={"batch_size": at_once, "gradient_accumulation_steps": share // at_once})


@contextmanager
def explaining_loss(run: RunFolder, processes: Processes) -> Iterator[None]:
    """Say that another process is gone where torch says that a connection is closed.

    Raises:
        TrainingError: `process-lost`.
    """
    try:
        yield
    except RuntimeError as error:
        text = str(error).lower()
        if processes.count == 1 or not any(phrase in text for phrase in LOST_PHRASES):
            raise
        raise TrainingError(
            f"run {run.name!r} lost one of its {processes.count} processes: it ended or cannot be reached any more",
            code="process-lost",
            hint="Resume the run: it goes on from its newest checkpoint. What ended it stands in the log of its "
            "machine; the system ends processes when memory runs out.",
        ) from error


@contextmanager
def noting_requests() -> Iterator[threading.Event]:
    """Note SIGTERM and the first Ctrl-C instead of dying of them."""
    asked = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    # Only the main thread may handle signals; elsewhere the run's stop file still works.
    signals = (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()
    before = {number: signal.signal(number, note) for number in signals}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _meet(count: int) -> None:
    missing = [name for name in ADDRESS if name not in os.environ]
    if missing:
        raise UsageError(
            f"WORLD_SIZE = {count} asks for several processes, but {', '.join(missing)} is not set",
            code="processes-not-started",
            hint="Start them with `catalora train --processes N` or torchrun; else unset WORLD_SIZE.",
        )
    import torch
    from torch import distributed

    cards = torch.cuda.is_available()
    if cards:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())
    try:
        # Signs and objects go over the processor, so that they never wait for a card.
        distributed.init_process_group("cpu:gloo,cuda:nccl" if cards else "gloo", timeout=PATIENCE)
    except (RuntimeError, ValueError) as error:
        raise TrainingError(
            f"{count} processes could not meet at {os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}: "
            f"{str(error).splitlines()[0]}",
            code="processes-not-started",
            hint="Check that each machine reaches this address, and that all were started.",
        ) from error


def _is_together() -> bool:
    torch = sys.modules.get("torch")
    return bool(torch and torch.distributed.is_available() and torch.distributed.is_initialized())


def _attempt(compute: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return compute(), None
    except CataloraError as error:
        return None, error
    except Exception as error:  # others must learn of it, and it may not be picklable
        note = RuntimeError(f"{type(error).__name__}: {error}")
        note.__cause__ = error
        return None, note


def _name_place(error: Exception, processes: Processes) -> Exception:
    if processes.leads or not isinstance(error, CataloraError):
        return error
    message = f"{error.message} ({processes.place})"
    return type(error)(message, code=error.code, hint=error.hint, **error.facts)


def _greatest_divisor(number: int, other: int) -> int:
    return max(size for size in range(1, number + 1) if number % size == 0 and other % size == 0)
