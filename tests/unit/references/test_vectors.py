import errno
import json
import shutil
import sqlite3
from types import SimpleNamespace

import numpy as np
import pytest
from chromadb import EmbeddingFunction
from chromadb.errors import InternalError
from chromadb.utils.embedding_functions import known_embedding_functions

from catalora.references.vectors import COLLECTION, VectorIndex, _open_client, write_vectors

VECTORS = np.eye(8, 16, dtype=np.float32)


def test_vectors_come_back_by_position(tmp_path):
    write_vectors(tmp_path / "chroma", VECTORS)
    index = VectorIndex(tmp_path / "chroma")
    assert index.count == 8
    assert [next(iter(row)) for row in index.find_nearest(VECTORS, 3)] == list(range(8))
    assert all(len(row) == 8 for row in index.find_nearest(VECTORS, 100))
    stored = index.read([5, 2])
    np.testing.assert_array_equal(stored, VECTORS[[5, 2]])
    assert index.read([]).shape == (0, 16)
    index.close()
    index.close()


def test_opening_nothing_makes_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        VectorIndex(tmp_path / "chroma")
    assert not list(tmp_path.iterdir())


def test_a_dot_env_file_in_the_working_directory_is_ignored(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("chroma_api_impl=chromadb.api.fastapi.FastAPI\nchroma_server_host=203.0.113.1\n")
    monkeypatch.chdir(tmp_path)
    write_vectors(tmp_path / "chroma", VECTORS)
    assert (tmp_path / "chroma" / "chroma.sqlite3").is_file()


def test_a_disk_that_fills_up_while_writing_is_named(tmp_path, monkeypatch):
    def fill_up(stage, done, total):
        # What Chroma raises then, and what the disk says.
        monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
        raise InternalError("Error in compaction: Failed to apply logs to the hnsw segment writer")

    with pytest.raises(OSError, match="No space left") as caught:
        write_vectors(tmp_path / "chroma", VECTORS, fill_up)
    assert caught.value.errno == errno.ENOSPC


@pytest.fixture
def planted():
    """An embedding function that records whether it is ever built or called."""
    calls = []

    class Planted(EmbeddingFunction):
        def __init__(self):
            calls.append("built")

        def __call__(self, input):  # noqa: A002 (Chroma's name)
            calls.append("called")
            return [np.ones(16, dtype=np.float32) for _ in input]

        @staticmethod
        def name():
            return "planted"

        def get_config(self):
            return {"trust_remote_code": True}

        @staticmethod
        def build_from_config(config):
            return Planted()

    known_embedding_functions["planted"] = Planted
    yield calls
    del known_embedding_functions["planted"]


@pytest.mark.parametrize("column", ["config_json_str", "schema_str"])
def test_a_stored_embedding_function_is_never_built(tmp_path, planted, column):
    path = tmp_path / "chroma"
    write_vectors(path, VECTORS)
    plant(path / "chroma.sqlite3", column)

    index = VectorIndex(path)
    index.find_nearest(VECTORS, 2)
    index.read([0, 1])
    index.close()
    assert planted == []

    # The plant works: Chroma's ordinary text query builds and calls it.
    with _open_client(path) as client:
        client.get_collection(COLLECTION, embedding_function=None).query(query_texts=["x"], n_results=1)
    assert planted == ["built", "called"]


def plant(database, column):
    function = {"type": "known", "name": "planted", "config": {"trust_remote_code": True}}
    connection = sqlite3.connect(database)
    if column == "config_json_str":
        config = {"embedding_function": function, "hnsw": {"space": "cosine"}}
        connection.execute("UPDATE collections SET schema_str = NULL, config_json_str = ?", (json.dumps(config),))
    else:
        schema = json.loads(connection.execute("SELECT schema_str FROM collections").fetchone()[0])
        for part in (schema["defaults"], schema["keys"]["#embedding"]):
            part["float_list"]["vector_index"]["config"]["embedding_function"] = function
        connection.execute("UPDATE collections SET schema_str = ?", (json.dumps(schema),))
    connection.commit()
    connection.close()
