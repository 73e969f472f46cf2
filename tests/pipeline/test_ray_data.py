"""Indexing and describing by two workers of a Ray cluster: the same rows as without one, whoever is killed."""

import json
import os
import signal
import threading
import time
from functools import partial

import numpy as np
import polars as pl
import psutil
import pytest

from catalora import pipeline
from catalora.errors import InputNotFoundError, UsageError
from catalora.references import product_vectors
from catalora.references.vectors import VectorIndex
from catalora.run import RunFolder
from catalora.scale import describing
from catalora.scale.describing import describe_on_cluster
from catalora.scale.indexing import index_on_cluster
from tests.cli.conftest import catalora as command  # noqa: F401 - a fixture
from tests.pipeline.ray_cluster import cluster  # noqa: F401 - a fixture

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


def test_two_workers_index_the_same_products_with_the_same_vectors(cluster, run, tmp_path, monkeypatch):  # noqa: F811
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
    assert vectors.keys() == expected.keys()
    # The same shards, and so the same batches: the same bits, where as many threads compute them.
    assert all(np.allclose(vectors[position], expected[position], atol=1e-6) for position in expected)
    assert [reference.uid for reference in titles[0]] == [reference.uid for reference in expected_titles[0]]


def test_a_killed_worker_is_survived_and_every_row_is_there_once(cluster, run, titles, tmp_path):  # noqa: F811
    alone = pipeline.describe(run, titles, tmp_path / "alone.parquet", batch_size=2)
    killed = []

    def kill_one(stage, done, total):
        if stage == "describe" and done >= 4 and not killed:
            worker = find_workers()[0]
            worker.send_signal(signal.SIGKILL)
            killed.append(worker.pid)

    made = describe_on_cluster(run, titles, tmp_path / "ray.parquet", batch_size=2, workers=2, progress=kill_one)
    assert killed and not psutil.pid_exists(killed[0])
    assert (made.rows, made.removed, made.computed, made.stopped) == (COUNT, 1, COUNT, alone.stopped)
    found = pl.read_parquet(made.out)
    assert found["uid"].to_list() == [f"S{number}" for number in range(COUNT)]
    compare(found, pl.read_parquet(alone.out))
    removed = [pl.read_parquet(item.removed_file) for item in (made, alone)]
    assert removed[0].equals(removed[1])
