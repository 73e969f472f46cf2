"""Numbered tables through workers of a cluster, each of which opens what it needs once: for Ray Data, and no more.

A worker that is killed is started again, and what it was doing is given to a worker anew. Ray would do so for ever;
here a shard that has taken its worker with it three times ends the work, for then it is the shard that kills, by taking
too much memory for instance.
"""

import logging
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

import polars as pl
import pyarrow as pa

from catalora import __version__
from catalora.errors import ClusterError
from catalora.scale.crew import Crew

Shard = tuple[int, pl.DataFrame]
Step = Callable[[pl.DataFrame], pl.DataFrame]
ATTEMPTS = 3
# What waits at a worker while it computes; more would leave the last ones to a single worker.
IN_FLIGHT = 2
SCHEMA = pa.schema([("number", pa.int64()), ("rows", pa.large_binary())])


def map_shards(open_step: Callable[[], Step], shards: Iterable[Shard], crew: Crew) -> Iterator[Shard]:
    """Have a step done for each shard.

    Args:
        open_step: called by each worker when its first shard comes; returns the step.
        shards: numbered tables.
        crew: who works, on the cluster that is connected.

    Returns:
        What the step made of each shard, under its number, in the order in which they are finished.

    Raises:
        CataloraError: what a worker raised.
    """
    import ray.data

    _quieten()
    # A block for each shard, so that each is given out, and lost, alone.
    blocks = [_write_table([shard]) for shard in shards]
    done = ray.data.from_arrow(blocks).map_batches(
        _ShardWorker,
        fn_constructor_args=(open_step, __version__, ray.remote(num_cpus=0, max_restarts=-1)(_Attempts).remote()),
        batch_size=None,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=crew.count, max_tasks_in_flight_per_actor=IN_FLIGHT),
        num_cpus=crew.processors,
        num_gpus=crew.gpus,
    )
    for batch in done.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        yield from _read_table(batch)


class _ShardWorker:
    """The actor. What it needs is opened with the first shard: an error then is the shard's, and reaches the caller."""

    def __init__(self, open_step: Callable[[], Step], version: str, attempts: Any) -> None:
        self._open_step = open_step
        self._version = version
        self._attempts = attempts
        self._step: Step | None = None

    def __call__(self, batch: pa.Table) -> pa.Table:
        return _write_table([(number, self._do(number, rows)) for number, rows in _read_table(batch)])

    def _do(self, number: int, rows: pl.DataFrame) -> pl.DataFrame:
        import ray

        if ray.get(self._attempts.count.remote(number)) > ATTEMPTS:
            raise ClusterError(
                f"shard {number} has ended its worker {ATTEMPTS} times; expected it to be done",
                code="shard-ends-workers",
                hint="Its workers were probably killed for their memory: use a smaller --batch-size or fewer --workers "
                "on a machine; finished parts are kept.",
            )
        if self._version != __version__:
            raise ClusterError(
                f"catalora {self._version} gave the command, the worker on {socket.gethostname()} has {__version__}",
                code="worker-other-version",
                hint="Install the same version on every machine.",
            )
        if self._step is None:
            self._step = self._open_step()
        return self._step(rows)


class _Attempts:
    """Counts how often each shard was begun: whoever is killed cannot tell."""

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()

    def count(self, number: int) -> int:
        self._begun[number] += 1
        return self._begun[number]


def run_once(crew: Crew, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function on one worker's share of the cluster, in a process that ends with it and frees its memory."""
    import ray

    remote = ray.remote(max_calls=1, max_retries=ATTEMPTS - 1, num_cpus=crew.processors, num_gpus=crew.gpus)
    return ray.get(remote(function).remote(*arguments))


def _quieten() -> None:
    """Errors arrive as they were raised, and nothing is drawn or written on the terminal."""
    from ray.data import DataContext

    context = DataContext.get_current()
    context.raise_original_map_exception = True
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _write_table(shards: Sequence[Shard]) -> pa.Table:
    numbers, tables = zip(*shards, strict=True)
    return pa.Table.from_pydict({"number": numbers, "rows": [_pack(table) for table in tables]}, SCHEMA)


def _read_table(table: pa.Table) -> list[Shard]:
    return [(row["number"], _unpack(row["rows"])) for row in table.to_pylist()]


def _pack(rows: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    rows.write_ipc(buffer)
    return buffer.getvalue()


def _unpack(packed: bytes) -> pl.DataFrame:
    return pl.read_ipc(packed)
