"""Options of the commands that a Ray cluster can compute: who computes, where, and by how many."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from catalora.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])
HERE_OR_RAY = click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Who computes: this process, or workers of a Ray cluster.",
)
OF_THE_CLUSTER = (
    click.option(
        "--address",
        default="",
        metavar="HOST:PORT",
        help="Head of the cluster, or auto on one of its machines; without it Ray is started on this machine.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        help="How many; one for each GPU, else for each machine, without it.",
    ),
)


def engine_options(command: Command) -> Command:
    """Add `--engine`, `--address` and `--workers` to a command."""
    return HERE_OR_RAY(cluster_options(command))


def cluster_options(command: Command) -> Command:
    """Add `--address` and `--workers` to a command that has engines of its own beside `ray`."""
    for option in reversed(OF_THE_CLUSTER):
        command = option(command)
    return command


def uses_ray(engine: str, address: str, workers: int | None) -> bool:
    """Whether a cluster is to compute.

    Raises:
        UsageError: a cluster is described, and not to be used.
    """
    if engine != "ray" and (address or workers is not None):
        raise UsageError(
            "--address and --workers describe a cluster; expected --engine ray with them",
            code="cluster-without-engine",
            hint="Add --engine ray, or leave them out.",
        )
    return engine == "ray"
