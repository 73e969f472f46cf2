"""Training on a Ray cluster: each of Ray's workers goes through `pipeline.train_run`, as it would under torchrun.

Ray starts the workers, connects them, and starts all of them again when one is lost; the run then goes on from its
newest whole checkpoint, which lies in the run's folder. So the folder must be on storage that all machines share. What
Ray itself writes down about the training stands in the folder's `ray/`.
"""

import threading
from pathlib import Path
from typing import Any

from catalora.errors import CataloraError, TrainingError
from catalora.processes import noting_requests
from catalora.progress import Progress, ignore_progress
from catalora.record import explain_outcome, load_config
from catalora.run import RunFolder
from catalora.scale.cluster import connected
from catalora.scale.crew import Crew, choose_crew

# How often all workers are started again after one was lost, before it counts as a failure.
RESTARTS = 3
POLL_SECONDS = 0.2
# As long as `catalora.processes.PATIENCE`, and for the same reason.
PATIENCE_SECONDS = 12 * 3600
# What another try cannot mend is no failure to Ray, which would try again.
WORTH_ANOTHER_TRY = {"process-lost"}


def train_on_ray(
    run: RunFolder,
    *,
    processes: int = 1,
    address: str = "",
    share_device: bool = False,
    progress: Progress = ignore_progress,
) -> None:
    """Train a run with workers on a cluster, and return when it is finished.

    SIGTERM and Ctrl-C stop all of them at the same step with their state saved; a second Ctrl-C ends them at once.

    Args:
        run: pending or resumable, in a folder that all machines see under the same path.
        processes: how many workers, each with its share of every step's rows, and with a graphics card of its own where
            the run computes on cards.
        address: of the cluster, see `catalora.scale.cluster.connected`; empty to start Ray on this machine.
        share_device: train although another run trains on the same device.
        progress: told how far it is.

    Raises:
        ClusterError: the cluster cannot be reached, or is too small (`cluster-too-small`).
        RunStoppedError: stopped on request; resumable.
        CataloraError: what ended it.
    """
    before = run.read_status().updated
    with connected(address) as cluster:
        crew = choose_crew(cluster, processes, load_config(run).model.device, option="--processes")
        ended = _fit(run, crew, share_device, progress)
    if isinstance(ended, CataloraError):
        raise ended
    problem = explain_outcome(run, since=before)
    if problem is not None:
        raise problem
    if run.read_status().state != "finished":
        raise TrainingError(
            f"run {run.name!r} did not finish on the cluster: {_say(ended)}",
            code="process-lost",
            hint=f"Resume the run; what Ray says is in {run.path / 'ray'}.",
        ) from ended


def _fit(run: RunFolder, crew: Crew, share_device: bool, progress: Progress) -> BaseException | None:
    """Let Ray train, watch the run's folder meanwhile, and return what Ray's training ended with."""
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchConfig, TorchTrainer

    from catalora import __version__

    path = run.path.resolve()
    trainer = TorchTrainer(
        _work,
        train_loop_config={
            "path": str(path),
            "workers": crew.count,
            "share_device": share_device,
            "version": __version__,
            "threads": None if crew.gpus else crew.processors,
        },
        scaling_config=ScalingConfig(
            num_workers=crew.count,
            use_gpu=crew.gpus > 0,
            resources_per_worker={"CPU": crew.processors, "GPU": crew.gpus},
        ),
        run_config=RunConfig(
            name="train", storage_path=str(path / "ray"), failure_config=FailureConfig(max_failures=RESTARTS)
        ),
        torch_config=TorchConfig("cpu:gloo,cuda:nccl" if crew.gpus else "gloo", timeout_s=PATIENCE_SECONDS),
    )
    ended: list[BaseException] = []

    def fit() -> None:
        try:
            trainer.fit()
        except BaseException as error:  # handed to the thread that waits
            ended.append(error)

    # Not in the main thread, where Ray takes Ctrl-C for a request to drop everything.
    thread = threading.Thread(target=fit, daemon=True)
    with noting_requests() as asked:
        thread.start()
        while thread.is_alive():
            if asked.is_set():
                run.stop_file.touch()  # again and again: a run that only begins takes older requests away
            status = run.read_status()
            if status.state == "running" and status.phase:
                progress(status.phase, status.phase_done, status.phase_total)
            thread.join(POLL_SECONDS)
        if asked.is_set():
            run.stop_file.unlink(missing_ok=True)
    return ended[0] if ended else None


def _work(task: dict[str, Any]) -> None:
    """One of Ray's workers."""
    from torch import distributed, set_num_threads

    from catalora import __version__
    from catalora.pipeline import train_run
    from catalora.processes import leave_processes

    run = RunFolder(Path(task["path"]))
    if task["threads"]:
        set_num_threads(task["threads"])
    if distributed.get_world_size() != task["workers"]:
        raise RuntimeError(f"{task['workers']} workers were asked for, there are {distributed.get_world_size()}")
    if __version__ != task["version"]:
        raise RuntimeError(f"catalora {task['version']} gave the command, this machine has {__version__}")
    try:
        train_run(run, share_device=task["share_device"])
    except CataloraError as error:
        if error.code in WORTH_ANOTHER_TRY:
            raise
        # The run's status says it, and the other workers end the same way; should one not know, it loses us now.
        leave_processes()


def _say(error: BaseException | None) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] if error else []
    return lines[-1] if lines else "it says no reason"
