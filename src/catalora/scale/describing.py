"""A whole catalogue described by the workers of a cluster: the job of `catalora.descriptions`, computed elsewhere.

This process reads and writes `OUT.parts/` and puts the output together, so that a kill of it is gone on from as without
a cluster. A worker opens the run once and describes the shards that it is sent, as `Describer` does it everywhere. Run
and input are read where they lie: on storage that every machine sees under the same path. What the workers need of the
run is made before they start (the index, by them; the titles of the records, here), since only one may write it.
"""

import socket
from dataclasses import replace
from functools import partial
from pathlib import Path

from catalora.catalog.prepared import compute_file_sha256
from catalora.catalog.rows import Columns
from catalora.catalog.sources import Source
from catalora.descriptions.describe import (
    Descriptions,
    Plan,
    Request,
    build_request,
    check_output,
    complete_job,
    plan_shards,
)
from catalora.descriptions.describer import Describer
from catalora.engines.choice import EngineChoice
from catalora.errors import InputNotFoundError
from catalora.model.adapter import WEIGHTS_FILE
from catalora.progress import Progress, ignore_progress
from catalora.record import load_config
from catalora.references.run_index import open_run_records
from catalora.run import RunFolder
from catalora.scale.cluster import connected
from catalora.scale.crew import Crew, choose_crew
from catalora.scale.indexing import open_index_by
from catalora.scale.shards import Step, map_shards, run_once
from catalora.session import open_session, require_adapter


def describe_on_cluster(  # noqa: PLR0913 - what `pipeline.describe` takes, and the cluster
    run: RunFolder,
    source: str | Path,
    out: str | Path,
    *,
    references: int | None = None,
    grounded: bool = False,
    batch_size: int | None = None,
    columns: Columns | None = None,
    address: str = "",
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> Descriptions:
    """Describe every title of a file, as `pipeline.describe`, by workers of a cluster.

    Workers find a gated model's token as every command does: in `HF_TOKEN`, or stored on their machine.

    Args:
        run: a finished run, on storage that all machines see under this path.
        source: the input, on such storage too.
        out: a new file; only this process touches it.
        references: nearest training products per row; the run's setting when empty, none with 0.
        grounded: put the record of the run's catalogue into the prompt where a title has one.
        batch_size: rows of a shard; chosen by a worker's free memory when empty.
        columns: names of uid and title where they are not recognised.
        address: of the cluster; empty to start one on this machine.
        workers: how many; one for each GPU, else for each machine, when empty.
        progress: told how far it is.

    Raises:
        InputNotFoundError: a worker does not see the run, or sees another one under its path (`worker-without-run`).
        ClusterError, UsageError: as `connected` and `choose_crew`.
        DataError, StorageError, UsageError: as `pipeline.describe`.
    """
    check_output(Path(out))
    Source(Path(source))
    require_adapter(run)
    request = build_request(
        RunFolder(run.path.absolute()),
        Path(source).absolute(),
        references=references,
        grounded=grounded,
        batch_size=batch_size,
        columns=columns,
        # The workers' machines may have other engines installed.
        engine="transformers",
    )
    with connected(address) as cluster:
        crew = choose_crew(cluster, workers, load_config(run).model.device)
        _complete_run(crew, request, progress)
        adapter = compute_file_sha256(run.adapter / WEIGHTS_FILE)
        return complete_job(
            request,
            Path(out),
            lambda: _plan_by(crew, request, adapter, progress),
            lambda _engine, shards: map_shards(partial(_open_describing, request, adapter), shards, crew),
            progress=progress,
        )


def _complete_run(crew: Crew, request: Request, progress: Progress) -> None:
    """Make what workers would otherwise all make at once."""
    if request.references:
        open_index_by(crew, request.run, progress).close()
    open_run_records(request.run).close()


def _plan_by(crew: Crew, request: Request, adapter: str, progress: Progress) -> Plan:
    """Have a worker read the input, because it has the tokenizer, and the memory that decides the batch size."""
    progress("read", 0, None)
    sharers = 1 if crew.gpus else crew.neighbours
    plan: Plan = run_once(crew, _plan, request, adapter, sharers)
    return plan


def _plan(request: Request, adapter: str, sharers: int) -> Plan:
    _require_run(request.run, adapter)
    _require_file(request.source)
    engine = EngineChoice(engine="transformers", reason="computed by a cluster's workers")
    plan = plan_shards(request, _open_describer(request), lambda _rows: engine)
    return plan if request.batch_size else replace(plan, batch_size=max(1, plan.batch_size // sharers))


def _open_describing(request: Request, adapter: str) -> Step:
    _require_run(request.run, adapter)
    return _open_describer(request).describe


def _open_describer(request: Request) -> Describer:
    session = open_session(request.run, references=request.references != 0)
    return Describer(session, request.references, grounded=request.grounded)


def _require_run(run: RunFolder, adapter: str) -> None:
    """Refuse to compute with anything but the run that was meant."""
    weights = run.adapter / WEIGHTS_FILE
    if weights.is_file() and compute_file_sha256(weights) == adapter:
        return
    found = "another adapter" if weights.is_file() else "nothing"
    raise InputNotFoundError(
        f"{run.path}: the worker on {socket.gethostname()} finds {found} there; expected the run {run.name!r}",
        code="worker-without-run",
        hint="Keep the runs on storage that every machine mounts at the same path, and name it with --runs-dir.",
        path=str(run.path),
    )


def _require_file(source: Path) -> None:
    place = Path(str(source).partition("::")[0])
    if not place.is_file():
        raise InputNotFoundError(
            f"{place}: the worker on {socket.gethostname()} does not see this file",
            code="worker-without-input",
            hint="Put it on storage that every machine mounts at the same path, beside the runs for instance.",
            path=str(place),
        )
