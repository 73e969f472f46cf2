"""How many workers of a cluster do one job: training, indexing or describing; and what each of them holds meanwhile."""

from dataclasses import dataclass

from catalora.errors import ClusterError
from catalora.scale.cluster import Cluster


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers of a cluster that do one job.

    Attributes:
        count: how many.
        neighbours: most of them that share one machine's memory.
        processors: logical processors that each holds.
        gpus: graphics cards that each holds, 0 or 1.
    """

    count: int
    neighbours: int
    processors: int
    gpus: int


def choose_crew(cluster: Cluster, workers: int | None, device: str = "auto", option: str = "--workers") -> Crew:
    """As many workers as asked for, else one for each GPU, else one for each machine; each with its share.

    Args:
        cluster: where to work.
        workers: how many.
        device: what is to be computed on, as `model.device` names it.
        option: by which the user chooses the number, for the error's hint.

    Raises:
        ClusterError: a cluster of this machine has fewer processors or GPUs (`cluster-too-small`). One that was joined
            may grow, and is waited for.

    Example:
        >>> choose_crew(Cluster("10.0.0.1:6379", False, nodes=2, node_processors=16, gpus=0), workers=4)
        Crew(count=4, neighbours=2, processors=8, gpus=0)
    """
    on_gpus = device == "cuda" or (device == "auto" and cluster.gpus > 0)
    count = workers or (cluster.gpus if on_gpus else 0) or cluster.nodes
    there, what = (cluster.gpus, "GPUs") if on_gpus else (cluster.node_processors, "processors")
    if cluster.local and there < count:
        raise ClusterError(
            f"{count} workers need {count} {what}, this machine has {there}",
            code="cluster-too-small",
            hint=f"Use {option} {max(1, there)}, or --address of a larger cluster.",
        )
    neighbours = -(-count // max(1, cluster.nodes))
    if on_gpus:
        return Crew(count, neighbours, processors=1, gpus=1)
    return Crew(count, neighbours, processors=max(1, cluster.node_processors // neighbours), gpus=0)
