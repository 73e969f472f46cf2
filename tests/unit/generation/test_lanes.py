import pytest
import torch

from catalora.errors import UsageError
from catalora.generation import lanes as module
from catalora.generation.lanes import Lane, LaneBatch, draw_token
from tests.tiny import FAMILIES, build_lora_model, build_model
from tests.unit.generation.test_batch import PROMPTS, answer_alone

STOP_IDS = [2]


def run_alone(model, lane, stop_ids=STOP_IDS):
    batch = LaneBatch(model, stop_ids, pad_id=0)
    batch.join([lane])
    while not lane.ended:
        batch.step()
    return lane.ids


def run_staggered(model, lanes, stop_ids=STOP_IDS):
    """One lane joins every second step; those that have ended leave after each third."""
    batch, waiting, step = LaneBatch(model, stop_ids, pad_id=0), list(lanes), 0
    while waiting or batch.lanes:
        if waiting and step % 2 == 0:
            batch.join([waiting.pop(0)])
        if step % 3 == 0:
            batch.leave()
        if batch.lanes:
            batch.step()
        step += 1
    return [lane.ids for lane in lanes]


@pytest.mark.parametrize("family", FAMILIES)
def test_lanes_that_join_and_leave_answer_as_transformers_does_one_by_one(family):
    model = build_model(family)
    free = [answer_alone(model, prompt, 24, STOP_IDS) for prompt in PROMPTS]
    stop_ids = [2, free[0][3], free[1][9]]
    expected = [answer_alone(model, prompt, 24, stop_ids) for prompt in PROMPTS]
    assert len({len(ids) for ids in expected}) > 1
    lanes = [Lane(prompt, 24) for prompt in PROMPTS]
    assert run_staggered(model, lanes, stop_ids) == expected
    assert [lane.stopped for lane in lanes] == [ids[-1] in stop_ids for ids in expected]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_adapter_answers_the_same_in_a_batch_that_changes(family):
    model = build_lora_model(family)
    expected = [run_alone(model, Lane(prompt, 12)) for prompt in PROMPTS]
    assert run_staggered(model, [Lane(prompt, 12) for prompt in PROMPTS]) == expected


def test_a_seed_gives_the_same_answer_whoever_shares_the_batch():
    model = build_model()
    make = lambda seed: Lane(PROMPTS[0], 20, temperature=1.5, top_p=0.9, seed=seed)  # noqa: E731
    alone = [run_alone(model, make(seed)) for seed in range(4)]
    assert len({tuple(ids) for ids in alone}) > 1
    others = [Lane(prompt, 9 + number, temperature=0.7, seed=number) for number, prompt in enumerate(PROMPTS)]
    mixed = [lane for pair in zip(others, map(make, range(4)), strict=False) for lane in pair]
    found = run_staggered(model, mixed)
    assert found[1::2] == alone


def test_newcomers_are_computed_in_passes_of_bounded_size(monkeypatch):
    model = build_model()
    expected = [run_alone(model, Lane(prompt, 8)) for prompt in PROMPTS]
    monkeypatch.setattr(module, "JOIN_TOKENS", 8)
    batch, lanes = LaneBatch(model, STOP_IDS, pad_id=0), [Lane(prompt, 8) for prompt in PROMPTS]
    batch.join(lanes)
    while not all(lane.ended for lane in lanes):
        batch.step()
    assert [lane.ids for lane in lanes] == expected


def test_a_dropped_lane_leaves_and_the_cache_shrinks():
    batch = LaneBatch(build_model(), [], pad_id=0)
    long, short = Lane([1, *range(40, 90)], 30), Lane([1, 40], 30)
    batch.join([long, short])
    batch.step()
    assert batch._cache.get_seq_length() == 52
    long.dropped = True
    batch.leave()
    assert batch.lanes == [short]
    assert batch._cache.get_seq_length() == 3
    short.dropped = True
    batch.leave()
    assert batch.lanes == [] and batch._cache.get_seq_length() == 0


def test_the_nucleus_holds_the_fewest_tokens_that_reach_its_share():
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    drawn = {draw_token(logits, Lane([1], 1, temperature=1.0, top_p=0.7, seed=seed)) for seed in range(200)}
    assert drawn == {0, 1}
    drawn = {draw_token(logits, Lane([1], 1, temperature=1.0, top_p=1e-9, seed=seed)) for seed in range(50)}
    assert drawn == {0}
    drawn = {draw_token(logits, Lane([1], 1, temperature=1e-40, seed=seed)) for seed in range(50)}
    assert drawn == {0}


def test_draws_have_the_model_s_probabilities():
    logits, lane = torch.tensor([0.5, 0.3, 0.15, 0.05]).log(), Lane([1], 1, temperature=1.0, seed=3)
    counts = torch.bincount(torch.tensor([draw_token(logits, lane) for _ in range(4000)]), minlength=4) / 4000
    assert torch.allclose(counts, logits.exp(), atol=0.03)


def test_layers_without_a_past_of_columns_are_refused():
    model = build_model("gemma3")
    model.config.layer_types = ["linear_attention", "full_attention"]
    with pytest.raises(UsageError, match="linear_attention"):
        LaneBatch(model, STOP_IDS, pad_id=0)
