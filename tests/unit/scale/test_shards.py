"""How many workers do a job, and the tables that go to them and back."""

import polars as pl
import pytest

pytest.importorskip("ray")

from catalora.errors import ClusterError
from catalora.scale.cluster import Cluster
from catalora.scale.crew import choose_crew
from catalora.scale.shards import _read_table, _write_table


def make(*, local=False, nodes=2, node_processors=16, gpus=0):
    return Cluster("10.0.0.1:6379", local, nodes=nodes, node_processors=node_processors, gpus=gpus)


@pytest.mark.parametrize(
    ("cluster", "workers", "device", "expected"),
    [
        (make(), None, "auto", (2, 1, 16, 0)),
        (make(), 4, "auto", (4, 2, 8, 0)),
        (make(), 5, "auto", (5, 3, 5, 0)),
        (make(gpus=8), None, "auto", (8, 4, 1, 1)),
        (make(gpus=8), 3, "cuda", (3, 2, 1, 1)),
        (make(gpus=8), 4, "cpu", (4, 2, 8, 0)),
        # Machines may still come.
        (make(nodes=1, node_processors=4), 64, "auto", (64, 64, 1, 0)),
        (make(nodes=1, gpus=0), 2, "cuda", (2, 2, 1, 1)),
    ],
)
def test_each_worker_gets_its_share(cluster, workers, device, expected):
    crew = choose_crew(cluster, workers, device)
    assert (crew.count, crew.neighbours, crew.processors, crew.gpus) == expected


@pytest.mark.parametrize(("gpus", "device"), [(0, "auto"), (2, "cuda"), (2, "auto")])
def test_more_workers_than_this_machine_has_are_refused(gpus, device):
    with pytest.raises(ClusterError, match="this machine has 2"):
        choose_crew(make(local=True, nodes=1, node_processors=2, gpus=gpus), 3, device)


def test_tables_come_back_as_they_went():
    nested = pl.DataFrame(
        {"position": [3, 1], "references": [[{"uid": "é", "score": 0.5}], []], "facts": [None, 2]},
        schema_overrides={"position": pl.UInt32},
    )
    vectors = pl.DataFrame({"vector": pl.Series([[0.5, 1.0], [2.0, 3.0]], dtype=pl.Array(pl.Float32, 2))})
    for sent in ([(7, nested)], [(0, vectors), (1, vectors.head(0))]):
        back = _read_table(_write_table(sent))
        assert [number for number, _ in back] == [number for number, _ in sent]
        assert all(
            found.equals(rows) and found.schema == rows.schema for (_, found), (_, rows) in zip(back, sent, strict=True)
        )
