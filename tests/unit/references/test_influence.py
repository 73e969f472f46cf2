import numpy as np
import pytest
import torch

from catalora.references.generations import IndexUnavailableError
from catalora.references.influence import build_influence, open_influence
from catalora.references.sketch import Sketch

ROWS, DIMENSIONS = 40, 4096
KEY = "0123456789abcdef"


def make_sketches(seed):
    return np.random.default_rng(seed).normal(size=(ROWS, DIMENSIONS)).astype(np.float32)


def reader(sketches, *, stop_at=None):
    """Batches of four rows, from the last row to the first."""

    def read(done):
        rows = list(reversed(range(ROWS)))
        for number, start in enumerate(range(0, ROWS, 4)):
            if number == stop_at:
                raise KeyboardInterrupt
            if number >= done:
                read.batches.append(number)
                yield tuple(rows[start : start + 4]), sketches[rows[start : start + 4]]

    read.batches = []
    return read


def build(folder, *readers, fingerprint=KEY):
    uids = [f"P{row}" for row in range(ROWS)]
    named = [(f"step-{number}", read) for number, read in enumerate(readers)]
    return build_influence(folder, uids, uids, named, dimensions=DIMENSIONS, fingerprint=fingerprint)


def test_scores_are_mean_cosines_up_to_the_error_of_signs(tmp_path):
    parts, answer = [make_sketches(1), make_sketches(2)], [make_sketches(3)[0], make_sketches(4)[0]]
    store = build(tmp_path, *map(reader, parts))
    cosines = [
        part @ sketch / np.linalg.norm(part, axis=1) / np.linalg.norm(sketch)
        for part, sketch in zip(parts, answer, strict=True)
    ]
    scores = store.score(answer)
    # Standard error sqrt(pi / 2 / 4096 / 2) = 0.014, of which the signs' own part is less.
    assert np.abs(scores - np.mean(cosines, axis=0)).max() < 0.05
    own = store.rank(store.score([part[7] for part in parts]), 3)
    assert (own[0].rank, own[0].uid) == (1, "P7")
    assert own[0].score == pytest.approx(1, abs=0.03)
    assert [item.score for item in own] == sorted((item.score for item in own), reverse=True)


def test_the_store_is_taken_for_its_own_fingerprint_alone(tmp_path):
    with pytest.raises(IndexUnavailableError) as missing:
        open_influence(tmp_path, fingerprint=KEY)
    assert missing.value.code == "index-missing"
    build(tmp_path, reader(make_sketches(1)))
    assert open_influence(tmp_path, fingerprint=KEY).facts.rows == ROWS
    with pytest.raises(IndexUnavailableError) as stale:
        open_influence(tmp_path, fingerprint=KEY[::-1])
    assert stale.value.code == "index-stale"


def test_an_interrupted_build_goes_on_where_it_was_saved(tmp_path, monkeypatch):
    monkeypatch.setattr("catalora.references.influence._SECONDS_BETWEEN_SAVES", 0.0)
    first, second = make_sketches(1), make_sketches(2)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, reader(first), reader(second, stop_at=6))
    with pytest.raises(IndexUnavailableError):
        open_influence(tmp_path, fingerprint=KEY)
    readers = reader(first), reader(second)
    store = build(tmp_path, *readers)
    assert readers[0].batches == []
    assert readers[1].batches == [6, 7, 8, 9]
    whole = build(tmp_path / "at-once", reader(first), reader(second))
    answer = [make_sketches(3)[0], make_sketches(4)[0]]
    assert (store.score(answer) == whole.score(answer)).all()


def test_what_is_left_of_another_build_is_not_gone_on_with(tmp_path, monkeypatch):
    monkeypatch.setattr("catalora.references.influence._SECONDS_BETWEEN_SAVES", 0.0)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, reader(make_sketches(1), stop_at=6))
    other = reader(make_sketches(2))
    build(tmp_path, other, fingerprint=KEY[::-1])
    assert len(other.batches) == 10
    assert not (tmp_path / f"gen-{KEY}").exists()


@pytest.mark.parametrize("name", ["signs-0.bits", "written-0.u8", "rows.parquet"])
def test_a_damaged_store_is_refused_and_built_again(tmp_path, name):
    build(tmp_path, reader(make_sketches(1)))
    path = tmp_path / f"gen-{KEY}" / name
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(IndexUnavailableError) as damaged:
        open_influence(tmp_path, fingerprint=KEY)
    assert damaged.value.code == "index-damaged"
    build(tmp_path, reader(make_sketches(1)))
    assert open_influence(tmp_path, fingerprint=KEY).facts.rows == ROWS


def test_sketches_keep_inner_products():
    sizes = {"a": 30_000, "b": 70_001}
    generator = torch.Generator().manual_seed(5)
    common = {name: torch.randn(size, generator=generator) for name, size in sizes.items()}
    near = {name: 0.6 * common[name] + 0.8 * torch.randn(size, generator=generator) for name, size in sizes.items()}
    sketch = Sketch(sizes)
    one, other = (sum(sketch.fold(name, weights[name][None])[0] for name in sizes) for weights in (common, near))
    # Standard error 1 / sqrt(16,384) = 0.008.
    assert float(torch.cosine_similarity(one, other, dim=0)) == pytest.approx(0.6, abs=0.03)
    assert Sketch(sizes).fingerprint == sketch.fingerprint != Sketch({**sizes, "b": 70_000}).fingerprint


def test_folding_is_linear_and_divides_first():
    sketch = Sketch({"w": 5_000}, 64)
    one, other = torch.randn(2, 50, 100), torch.rand(50, 100) + 0.5
    divided = sketch.fold("w", one, other)
    assert torch.allclose(divided, sketch.fold("w", one / other))
    assert torch.allclose(sketch.fold("w", 2 * one) - sketch.fold("w", one), sketch.fold("w", one), atol=1e-4)
