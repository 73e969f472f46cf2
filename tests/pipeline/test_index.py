"""The reference index with the real embedding model, several processes and kills."""

import gzip
import html
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalora.references.embedding import Embedder
from catalora.references.index import build_index, open_index
from tests.unit.references.words import CONTENTS, TITLES, UIDS, WordEmbedder

FORMS = [
    "{}",
    "What is {}?",
    "O que é {}?",
    "Fale sobre {}.",
    "Can you explain what {} is?",
    "Como você descreveria {}?",
]
REPOSITORY = Path(__file__).parents[2]
SHARED = Path(os.environ.get("CATALORA_PRODUCTS", REPOSITORY.parent / "shared" / "data" / "products"))

# Builds one index after the other until it is killed: rows-0, rows-1, rows-0, ...
BUILD_FOREVER = """
import itertools, sys
from pathlib import Path
from catalora.references.index import build_index
from tests.unit.references.words import WordEmbedder
names = [f"product {i}" for i in range(400)]
for turn in itertools.count():
    build_index(Path(sys.argv[1]), names, names, names, fingerprint=f"rows-{turn % 2}", embedder=WordEmbedder()).close()
    print(turn, flush=True)
"""

READ = """
import sys
from pathlib import Path
from catalora.references.index import open_index
from tests.unit.references.words import WordEmbedder
with open_index(Path(sys.argv[1]), fingerprint="rows", embedder=WordEmbedder()) as index:
    for _ in range(50):
        found = index.search(["What is Emma?", "wool scarf"], 2, 0.0)
    print([[reference.uid for reference in row] for row in found])
"""


def start(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_kill_leaves_the_old_index_or_the_new_one(tmp_path):
    rng = random.Random(4)
    for _ in range(4):
        builder = start(BUILD_FOREVER, str(tmp_path))
        builder.stdout.readline()  # one index stands; the next is being built
        time.sleep(rng.uniform(0, 1.5))
        builder.send_signal(signal.SIGKILL)
        builder.communicate()
        opened = [try_open(tmp_path, fingerprint) for fingerprint in ("rows-0", "rows-1")]
        assert sorted(opened) == ["index-stale", "works"]
    build_index(tmp_path, UIDS, TITLES, CONTENTS, fingerprint="last", embedder=WordEmbedder()).close()
    # The newest and the one that it replaced; whatever the killed builds left is gone.
    assert len(list(tmp_path.glob("gen-*"))) == 2


def try_open(folder, fingerprint):
    from catalora.references.generations import IndexUnavailableError

    try:
        with open_index(folder, fingerprint=fingerprint, embedder=WordEmbedder()) as index:
            (found,) = index.search(["What is product 7?"], 1, 0.0)
    except IndexUnavailableError as error:
        return error.code
    return "works" if index.count == 400 and found[0].uid == "product 7" else "wrong"


def test_several_processes_read_at_once(tmp_path):
    build_index(tmp_path, UIDS, TITLES, CONTENTS, fingerprint="rows", embedder=WordEmbedder()).close()
    readers = [start(READ, str(tmp_path)) for _ in range(3)]
    answers = [reader.communicate(timeout=120) for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0, 0], answers
    assert len({out for out, _ in answers}) == 1
    assert answers[0][0].startswith("[['u2', ")


@pytest.fixture(scope="module")
def embedder():
    return Embedder()


@pytest.mark.parametrize("form", FORMS)
def test_made_up_products_asked_in_both_languages_come_first(tmp_path, embedder, form):
    titles = ["Harbour Lights: A Novel", "Zephyr 300 Desk Fan, white", "Trilha Mochila 40 L", "Oak Bread Board"]
    contents = ["Two sisters inherit a lighthouse.", "Three speeds.", "Mochila impermeável.", "Solid oak, oiled."]
    with build_index(tmp_path, ["a", "b", "c", "d"], titles, contents, fingerprint="f", embedder=embedder) as index:
        found = index.search([form.format(title) for title in titles], 2, 0.35)
    assert [row[0].uid for row in found] == ["a", "b", "c", "d"]


def test_what_only_the_description_says_is_found(tmp_path, embedder):
    titles = ["Harbour Lights: A Novel", "Zephyr 300", "Trilha 40", "Classic Board"]
    contents = ["Two sisters inherit a lighthouse.", "A quiet fan for the desk.", "A backpack for rain.", "Cuts bread."]
    with build_index(tmp_path, ["a", "b", "c", "d"], titles, contents, fingerprint="f", embedder=embedder) as index:
        found = index.search(["something to cool my office in summer", "a bag for hiking"], 1, 0.0)
    assert [row[0].uid for row in found] == ["b", "c"]


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real product files are not here")
def test_real_products_asked_by_name_come_first(tmp_path, embedder):
    products = read_real_products(150)
    uids, titles, contents = zip(*products, strict=True)
    with build_index(tmp_path, uids, titles, contents, fingerprint="f", embedder=embedder) as index:
        for form in ("What is {}?", "O que é {}?"):
            found = index.search([form.format(title) for title in titles], 1, 0.35)
            first = [
                bool(row) and row[0].title.casefold() == t.casefold() for row, t in zip(found, titles, strict=True)
            ]
            assert sum(first) >= 0.98 * len(titles), form


def read_real_products(count):
    rows = []
    for path in sorted(SHARED.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows += [json.loads(line) for line in file]
    sample = random.Random(8).sample(rows, count)
    return [(row["uid"], html.unescape(row["title"]), html.unescape(row["content"])) for row in sample]
