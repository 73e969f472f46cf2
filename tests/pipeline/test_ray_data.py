"""Indexing and describing by two workers of a Ray cluster: the same rows as without one, whoever is killed."""

import json
import signal
from functools import partial

import numpy as np
import polars as pl
import psutil
import pytest

from catalora import pipeline
from catalora.descriptions.describe import build_request
from catalora.errors import ClusterError, InputNotFoundError
from catalora.references import product_vectors
from catalora.references.vectors import VectorIndex
from catalora.run import RunFolder
from catalora.scale import describing
from catalora.scale.cluster import connected
from catalora.scale.crew import choose_crew
from catalora.scale.describing import describe_on_cluster
from catalora.scale.indexing import index_on_cluster
from catalora.scale.shards import map_shards
from tests.cli.conftest import catalora as command  # noqa: F401 - a fixture
from tests.pipeline.deadly import open_deadly_step

pytestmark = [
    # Ray's own: sockets and processes that it leaves to the garbage collector, and names it is leaving behind.
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
]
COUNT = 24


@pytest.fixture
def titles(tmp_path, run):
    """Titles of the run's products and made ones, and a row that cannot be described."""
    known = pl.read_parquet(run.products)["title"].head(6).to_list()
    made = [f"{'Brass ' * (number % 5)}kettle {number}" for number in range(COUNT - len(known))]
    path = tmp_path / "titles.jsonl"
    rows = [{"sku": f"S{number}", "nome": title} for number, title in enumerate([*known, *made, " "])]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def find_workers():
    """Processes of this test's cluster that describe or embed."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "MapWorker" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def compare(found, expected):
    """All columns equal; a mean of logarithms to the last digits, for threads may add them up in another order."""
    assert found.drop("mean_log_probability").equals(expected.drop("mean_log_probability"))
    assert np.allclose(found["mean_log_probability"], expected["mean_log_probability"], atol=1e-5)


def test_two_workers_index_the_same_products_with_the_same_vectors(cluster, run, tmp_path, monkeypatch):
    monkeypatch.setattr(product_vectors, "SHARD_PRODUCTS", 16)
    found = {}
    for name, build in (("alone", pipeline.index), ("cluster", partial(index_on_cluster, workers=2))):
        folder = RunFolder(tmp_path / name)
        folder.path.mkdir()
        folder.products.write_bytes(run.products.read_bytes())
        with build(folder) as index:
            assert index.count > 3 * product_vectors.SHARD_PRODUCTS
            titles = index.search(["What is a kettle?"], 10, -1.0)
        (path,) = folder.references.rglob("chroma")
        vectors = VectorIndex(path)
        found[name] = (titles, vectors.read(range(vectors.count)))
        vectors.close()
    (titles, vectors), (expected_titles, expected) = found["cluster"], found["alone"]
    # The same shards, and so the same batches: the same bits, where as many threads compute them.
    np.testing.assert_allclose(vectors, expected, rtol=0, atol=1e-6)
    assert [reference.uid for reference in titles[0]] == [reference.uid for reference in expected_titles[0]]


def test_a_killed_worker_and_an_interruption_are_survived_and_every_row_is_there_once(cluster, run, titles, tmp_path):
    alone = pipeline.describe(run, titles, tmp_path / "alone.parquet", batch_size=2)
    killed = []

    def kill_one_then_stop(stage, done, total):
        if stage == "describe" and done >= 4 and not killed:
            worker = find_workers()[0]
            worker.send_signal(signal.SIGKILL)
            killed.append(worker.pid)
        if stage == "describe" and done == COUNT - 4:
            raise KeyboardInterrupt

    out = tmp_path / "ray.parquet"
    with pytest.raises(KeyboardInterrupt):
        describe_on_cluster(run, titles, out, batch_size=2, workers=2, progress=kill_one_then_stop)
    assert killed and not psutil.pid_exists(killed[0])
    # What the cluster has done counts here, because the shards and their manifest are the same.
    made = pipeline.describe(run, titles, out, batch_size=2)
    assert (made.rows, made.removed, made.computed, made.stopped) == (COUNT, 1, 4, alone.stopped)
    found = pl.read_parquet(made.out)
    assert found["uid"].to_list() == [f"S{number}" for number in range(COUNT)]
    compare(found, pl.read_parquet(alone.out))
    removed = [pl.read_parquet(item.removed_file) for item in (made, alone)]
    assert removed[0].equals(removed[1])


def test_a_worker_that_does_not_see_the_run_says_so_in_one_error(cluster, run, titles):
    # The path that the worker gets is not there: as with a disk that only the first machine has.
    request = build_request(RunFolder(run.path.parent / "elsewhere" / run.name), titles, references=0)
    rows = pl.DataFrame({"position": [0], "uid": ["a"], "title": ["Pan"], "question": ["Pan"], "tokens": [9]})
    with pytest.raises(InputNotFoundError) as caught, connected():
        list(
            map_shards(
                partial(describing._open_describing, request, "of another"), [(0, rows)], choose_crew(cluster, 1)
            )
        )
    assert caught.value.code == "worker-without-run"
    assert "finds nothing there" in caught.value.message and "storage" in caught.value.hint
    with pytest.raises(InputNotFoundError, match="another adapter"):
        describing._require_run(run, "of another")
    with pytest.raises(InputNotFoundError) as caught:
        describing._require_file(titles.with_name("none.zip::titles.jsonl"))
    assert caught.value.code == "worker-without-input"


def test_a_shard_that_kills_every_worker_ends_the_work(cluster):
    with pytest.raises(ClusterError) as caught, connected():
        list(map_shards(open_deadly_step, [(0, pl.DataFrame({"a": [1]}))], choose_crew(cluster, 1)))
    assert caught.value.code == "shard-ends-workers"


def test_the_commands_take_the_cluster(cluster, run, command):  # noqa: F811
    place = ["--runs-dir", run.path.parent]
    indexed = command("index", run.name, "--engine", "ray", "--workers", 2, *place)
    assert indexed.code == 0 and "training products indexed" in indexed.out
    too_many = command("index", run.name, "--engine", "ray", "--workers", 3, *place)
    assert too_many.code == 69 and "this machine has 2" in too_many.err
    without = command("index", run.name, "--workers", 2, *place)
    assert without.code == 2 and "--engine ray" in without.err
