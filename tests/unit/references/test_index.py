import gc
import shutil
import sqlite3

import numpy as np
import pytest

from catalora.errors import DataError, StorageError
from catalora.references.generations import IndexUnavailableError, read_current
from catalora.references.index import ReferenceIndex, build_index, open_index
from catalora.references.product_vectors import embed_products
from catalora.references.titles import write_titles
from tests.unit.references.words import CONTENTS, TITLES, UIDS, WordEmbedder

EMBEDDER = WordEmbedder()


def build(folder, fingerprint="rows-1", **changes) -> ReferenceIndex:
    products = {"uids": UIDS, "titles": TITLES, "contents": CONTENTS, **changes}
    return build_index(folder, **products, fingerprint=fingerprint, embedder=EMBEDDER)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with build(tmp_path_factory.mktemp("references")) as built:
        yield built


@pytest.mark.parametrize("form", ["{}", "What is {}?", "O que é {}?", "Fale sobre {}.", "please describe: {}!!"])
@pytest.mark.parametrize("position", range(4))
def test_a_product_asked_by_its_name_comes_first(index, form, position):
    (found,) = index.search([form.format(TITLES[position])], 3, 0.0)
    assert found[0].uid == UIDS[position]
    assert found[0].title == TITLES[position]
    assert found[0].match == "title"
    assert found[0].status == "trained on"
    assert [reference.rank for reference in found] == list(range(1, len(found) + 1))


def test_equal_titles_stand_in_order_of_their_score(index):
    (found,) = index.search(["Blue Wool Scarf, the one woven by hand with fringes?"], 2, 0.0)
    assert [reference.uid for reference in found] == ["u5", "u4"]


def test_scores_are_cosines(index):
    (found,) = index.search(["whistles when done"], 6, -1.0)
    products = dict(zip(UIDS, embed_products(TITLES, CONTENTS, EMBEDDER), strict=True))
    (question,) = EMBEDDER.embed(["whistles when done"])
    assert found[0].uid == "u1"
    assert [r.score for r in found] == pytest.approx([float(products[r.uid] @ question) for r in found], abs=1e-5)


def test_nothing_is_claimed_under_the_threshold_except_by_name(index):
    unrelated, named = index.search(["capital of France", "Emma"], 3, 0.99)
    assert unrelated == []
    assert [reference.uid for reference in named] == ["u2"]


@pytest.mark.parametrize(("questions", "k"), [([], 3), (["Emma"], 0), ([""], 3), (["  \n"], 3)])
def test_nothing_asked_gives_nothing(index, questions, k):
    assert index.search(questions, k, 0.0) == [[] for _ in questions]


def test_one_question_gets_what_it_gets_in_a_batch(index):
    questions = [f"What is {title}?" for title in TITLES] + ["warm and light", "???"]
    assert index.search(questions, 4, 0.1) == [index.search([question], 4, 0.1)[0] for question in questions]


def test_asking_for_more_than_there_is_gives_all(index):
    (found,) = index.search(["kettle"], 500, -1.0)
    assert sorted(reference.uid for reference in found) == UIDS


def test_only_indexed_products_are_ever_returned(index):
    rng = np.random.default_rng(3)
    words = " ".join(TITLES + CONTENTS + ["zebra", "rocket", "maçã"]).split()
    questions = [" ".join(rng.choice(words, size=rng.integers(1, 9))) for _ in range(200)]
    for found in index.search(questions, 6, -1.0):
        assert {(r.uid, r.title) for r in found} <= set(zip(UIDS, TITLES, strict=True))


def test_a_single_product_is_enough(tmp_path):
    with build(tmp_path, uids=["only"], titles=["Pan"], contents=["A pan."]) as index:
        assert index.search(["What is Pan?"], 5, 0.0)[0][0].uid == "only"


def test_odd_and_repeated_uids_are_kept(tmp_path):
    uids = ["", "same", "same", "a/b", "'; --", "é"]
    with build(tmp_path, uids=uids) as index:
        (found,) = index.search(["kettle"], 6, -1.0)
        assert sorted(reference.uid for reference in found) == sorted(uids)


def test_no_products_is_an_error_that_leaves_nothing(tmp_path):
    with pytest.raises(DataError) as caught:
        build(tmp_path / "references", uids=[], titles=[], contents=[])
    assert caught.value.code == "no-training-products"
    assert not (tmp_path / "references").exists()


def test_opened_again_it_answers_the_same(tmp_path):
    with build(tmp_path) as built, open_index(tmp_path, fingerprint="rows-1", embedder=EMBEDDER) as opened:
        assert (opened.count, opened.fingerprint) == (6, "rows-1")
        assert opened.search(["scarf"], 3, 0.0) == built.search(["scarf"], 3, 0.0)


def open_code(folder, fingerprint="rows-1", embedder=EMBEDDER) -> str:
    with pytest.raises(IndexUnavailableError) as caught:
        open_index(folder, fingerprint=fingerprint, embedder=embedder)
    assert "catalora index" in caught.value.hint
    return caught.value.code


def test_a_missing_index_says_so(tmp_path):
    assert open_code(tmp_path / "nowhere") == "index-missing"


def test_an_index_of_other_products_is_stale(tmp_path):
    build(tmp_path).close()
    assert open_code(tmp_path, fingerprint="rows-2") == "index-stale"


def test_an_index_of_another_embedding_model_is_stale(tmp_path):
    build(tmp_path).close()
    other = WordEmbedder()
    other.fingerprint = "words-2"
    assert open_code(tmp_path, embedder=other) == "index-stale"


def remove_row(path):
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM product WHERE position = 0")
    connection.commit()
    connection.close()


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-8])


def swap_words(path):
    other = path.parent / "other"
    other.mkdir()
    write_titles(other, ["x"], ["One title"])
    shutil.rmtree(path / "title-words")
    shutil.move(other / "title-words", path / "title-words")


DAMAGES = {
    "generation removed": shutil.rmtree,
    "facts missing": lambda path: (path / "generation.json").unlink(),
    "facts cut off": lambda path: (path / "generation.json").write_text('{"format": 1'),
    "titles missing": lambda path: (path / "titles.sqlite").unlink(),
    "titles cut off": lambda path: (path / "titles.sqlite").write_bytes(b"SQLite format 3\0" + b"x" * 500),
    "a title missing": lambda path: remove_row(path / "titles.sqlite"),
    "words missing": lambda path: shutil.rmtree(path / "title-words"),
    "words cut off": lambda path: cut_off(path / "title-words" / "data.csc.index.npy"),
    "words of other titles": swap_words,
    "vectors missing": lambda path: shutil.rmtree(path / "chroma"),
    "vectors emptied": lambda path: (path / "chroma" / "chroma.sqlite3").write_bytes(b""),
    "vectors cut off": lambda path: (path / "chroma" / "chroma.sqlite3").write_bytes(
        b"SQLite format 3\0" + b"x" * 9000
    ),
    "plain vectors missing": lambda path: (path / "chroma" / "vectors.npy").unlink(),
    "plain vectors cut off": lambda path: cut_off(path / "chroma" / "vectors.npy"),
    "plain vectors of other products": lambda path: np.save(path / "chroma" / "vectors.npy", np.zeros((5, 384), "f")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_says_so_and_can_be_rebuilt(tmp_path, damage):
    build(tmp_path).close()
    DAMAGES[damage](read_current(tmp_path))
    assert open_code(tmp_path) == "index-damaged"
    with build(tmp_path) as rebuilt:
        assert rebuilt.count == 6


def test_a_reader_keeps_its_generation_while_another_is_built(tmp_path):
    with build(tmp_path) as reader:
        before = reader.search(["kettle"], 3, 0.0)
        build(tmp_path, "rows-2", uids=[f"new{i}" for i in range(6)]).close()
        assert reader.search(["kettle"], 3, 0.0) == before
    with open_index(tmp_path, fingerprint="rows-2", embedder=EMBEDDER) as opened:
        assert opened.search(["kettle"], 1, 0.0)[0][0].uid.startswith("new")


def test_opening_while_a_build_switches_takes_the_new_generation(tmp_path, monkeypatch):
    build(tmp_path).close()
    first = read_current(tmp_path)
    build(tmp_path).close()
    build(tmp_path).close()
    assert not first.exists()
    # The reader read CURRENT just before the switch.
    answers = iter([first])
    monkeypatch.setattr(
        "catalora.references.index.read_current", lambda folder: next(answers, None) or read_current(folder)
    )
    open_index(tmp_path, fingerprint="rows-1", embedder=EMBEDDER).close()


def test_an_index_nobody_holds_closes_itself(tmp_path):
    index = build(tmp_path)
    finalizer = index._finalizer
    del index
    gc.collect()
    assert not finalizer.alive


def test_a_failing_check_keeps_the_old_index(tmp_path, monkeypatch):
    build(tmp_path).close()
    kept = read_current(tmp_path)
    monkeypatch.setattr("catalora.references.index.write_vectors", write_shifted_vectors)
    with pytest.raises(IndexUnavailableError) as caught:
        build(tmp_path)
    assert caught.value.code == "index-damaged"
    assert read_current(tmp_path) == kept
    open_index(tmp_path, fingerprint="rows-1", embedder=EMBEDDER).close()


def write_shifted_vectors(path, vectors, progress):
    from catalora.references.vectors import write_vectors

    write_vectors(path, np.roll(vectors, 1, axis=0), progress)


def test_progress_reaches_its_totals(tmp_path):
    seen = {}
    build_index(
        tmp_path,
        UIDS,
        TITLES,
        CONTENTS,
        fingerprint="f",
        embedder=EMBEDDER,
        progress=lambda stage, done, total: seen.update({stage: (done, total)}),
    ).close()
    assert seen == {"embed": (12, 12), "index": (6, 6)}


def test_a_build_interrupted_by_the_user_leaves_the_old_index(tmp_path):
    build(tmp_path).close()
    kept = read_current(tmp_path)

    def interrupt(stage, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_index(tmp_path, UIDS, TITLES, CONTENTS, fingerprint="f", embedder=EMBEDDER, progress=interrupt)
    assert read_current(tmp_path) == kept
    assert [path.name for path in tmp_path.glob("gen-*")] == [kept.name]


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(StorageError) as caught:
        build(tmp_path / "run" / "references")
    assert caught.value.code == "index-not-writable"
