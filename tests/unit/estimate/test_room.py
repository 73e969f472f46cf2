import doctest
from dataclasses import replace

import pytest

from catalora.config import build_config
from catalora.errors import TrainingError
from catalora.estimate import probe, room
from catalora.estimate.projection import Estimate
from catalora.estimate.room import Shape, predict_memory, require_room, suggest_smaller
from tests.unit.estimate.test_projection import MEASURED

# 2 rows of 512 tokens with an adapter of a million parameters at rank 8: 0.94 GB + 1,024 · 1 MB.
CONFIG = build_config(None, {"training.batch_size": 2, "training.max_length": 512, "lora.r": 8})
NEEDED = Estimate(products=1, steps=1, seconds=1, memory_bytes=MEASURED.batch_bytes, disk_bytes=1)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(probe).failed == 0


def test_the_peak_of_the_tried_settings_is_the_measured_one():
    assert predict_memory(MEASURED, CONFIG, Shape(2, 512, 8, "bfloat16")) == MEASURED.batch_bytes


def test_each_setting_saves_what_belongs_to_it():
    asked = Shape(2, 512, 8, "bfloat16")
    whole = predict_memory(MEASURED, CONFIG, asked)
    assert whole - predict_memory(MEASURED, CONFIG, replace(asked, rows=1)) == 512 * 1_000_000
    assert whole - predict_memory(MEASURED, CONFIG, replace(asked, length=256)) == 2 * 256 * 1_000_000
    assert whole - predict_memory(MEASURED, CONFIG, replace(asked, rank=4)) == 16 * 500_000
    full = replace(MEASURED, dtype="float32")
    assert whole - predict_memory(full, CONFIG, asked) == 250_000_000 + 960 * 500_000


@pytest.mark.parametrize(
    ("limit", "hint"),
    [
        (1_900_000_000, "--set training.batch_size=1 --set training.gradient_accumulation_steps=2: "),
        (1_400_000_000, "--set training.gradient_accumulation_steps=2 --set training.max_length=448: "),
        (1_060_000_000, "--set training.max_length=128 --set lora.r=4: "),
        (900_000_000, "even the smallest settings take 1.1 GB"),
    ],
)
def test_the_gentlest_change_that_fits_is_suggested(limit, hint):
    assert hint in suggest_smaller(MEASURED, CONFIG, limit)


def test_half_precision_comes_before_shorter_rows():
    full = replace(MEASURED, dtype="float32")
    assert "Use --set model.dtype=bfloat16: that takes 1.2 GB" in suggest_smaller(full, CONFIG, 1_300_000_000)


def test_a_batch_is_made_smaller_by_a_whole_factor():
    four = build_config(None, {"training.batch_size": 4, "training.gradient_accumulation_steps": 3, "lora.r": 8})
    hint = suggest_smaller(MEASURED, four, int(predict_memory(MEASURED, four, Shape(3, 512, 8, "bfloat16"))))
    assert "training.batch_size=3 --set training.gradient_accumulation_steps=4" in hint


def test_what_does_not_fit_is_refused_with_both_figures(monkeypatch, tmp_path):
    monkeypatch.setattr(room, "measure_free_memory", lambda device: 1_700_000_000)
    with pytest.raises(TrainingError, match=r"needs 2\.0 GB of memory at its peak, 1\.6 GB are free") as caught:
        require_room(NEEDED, MEASURED, CONFIG, tmp_path)
    assert caught.value.code == "memory-too-small"
    assert "training.batch_size=1" in caught.value.hint


def test_a_full_disk_is_refused(tmp_path):
    huge = replace(NEEDED, memory_bytes=1, disk_bytes=2**60)
    with pytest.raises(TrainingError, match="run folder grows") as caught:
        require_room(huge, MEASURED, CONFIG, tmp_path / "runs" / "not yet there")
    assert caught.value.code == "disk-too-small"
