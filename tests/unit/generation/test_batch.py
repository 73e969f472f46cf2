import pytest
import torch

from catalora.generation.batch import BatchGenerator, estimate_row_bytes
from tests.tiny import FAMILIES, build_model

PROMPTS = [[1, 40, 41, 42], [1, 90], [1, 77, 78, 79, 80, 81, 82], [1, 5, 6], [1, 200]]


def answer_alone(model, prompt, limit, stop_ids):
    """What transformers' own greedy search gives for one prompt."""
    ids = torch.tensor([prompt])
    output = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=limit,
        do_sample=False,
        eos_token_id=list(stop_ids),
        pad_token_id=0,
    )
    return output[0, ids.shape[1] :].tolist()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_shrinking_batch_answers_as_transformers_does_one_by_one(family):
    model = build_model(family)
    # Tokens that some of the greedy answers reach and others do not, so that rows leave at different steps.
    free = [answer_alone(model, prompt, 24, [2]) for prompt in PROMPTS]
    stop_ids = [2, free[0][3], free[1][9]]
    expected = [answer_alone(model, prompt, 24, stop_ids) for prompt in PROMPTS]
    assert len({len(ids) for ids in expected}) > 1
    found = BatchGenerator(model, stop_ids, pad_id=0).generate(PROMPTS, 24)
    assert [answer.ids for answer in found] == expected
    assert [answer.stopped for answer in found] == [ids[-1] in stop_ids for ids in expected]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_beginning_that_all_prompts_share_changes_no_answer(family):
    model = build_model(family)
    beginning = [1, *(7 + place % 190 for place in range(60))]
    prompts = [[*beginning, *prompt[1:]] for prompt in PROMPTS]
    expected = [answer_alone(model, prompt, 16, [2]) for prompt in prompts]
    read = []
    model.get_input_embeddings().register_forward_hook(lambda _, inputs, __: read.append(inputs[0].numel()))
    found = BatchGenerator(model, [2], pad_id=0).generate(prompts, 16)
    assert [answer.ids for answer in found] == expected
    # The model computed it once, but for the families whose layers see a window of the text only.
    assert (read[0] == len(beginning)) == (family not in {"gemma2", "gemma3"})


def test_prompts_that_are_all_the_same_are_answered_the_same():
    model = build_model()
    prompt = [1, *range(50, 90)]
    found = BatchGenerator(model, [2], pad_id=0).generate([prompt] * 3, 8)
    assert [answer.ids for answer in found] == [answer_alone(model, prompt, 8, [2])] * 3


def test_the_log_probability_is_that_of_the_chosen_tokens():
    model = build_model()
    (answer,) = BatchGenerator(model, [2], pad_id=0).generate([PROMPTS[0]], 8)
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([PROMPTS[0] + answer.ids])).logits[0].log_softmax(-1)
    start = len(PROMPTS[0]) - 1
    expected = [float(logits[start + place, token]) for place, token in enumerate(answer.ids)]
    assert answer.mean_log_probability == pytest.approx(sum(expected) / len(expected), abs=1e-4)


def test_a_batch_that_does_not_fit_is_answered_in_halves():
    model = build_model()
    whole = BatchGenerator(model, [2], pad_id=0)
    expected = [answer.ids for answer in whole.generate(PROMPTS, 6)]

    class SmallMemory(BatchGenerator):
        def _generate(self, prompts, max_new_tokens):
            if len(prompts) > 2:
                raise torch.OutOfMemoryError("out of memory")
            return super()._generate(prompts, max_new_tokens)

    assert [answer.ids for answer in SmallMemory(model, [2], pad_id=0).generate(PROMPTS, 6)] == expected


def test_the_batch_grows_with_free_memory_and_shrinks_with_length(monkeypatch):
    model = build_model()
    generator = BatchGenerator(model, [2], pad_id=0)
    row = estimate_row_bytes(model, 10, 20)

    class Memory:
        available = 40 * row

    monkeypatch.setattr("psutil.virtual_memory", lambda: Memory)
    assert generator.choose_batch_size(10, 20) == 10
    assert generator.choose_batch_size(100, 200) < 10
    Memory.available = 0
    assert generator.choose_batch_size(10, 20) == 1


def test_a_gap_is_how_far_a_token_is_below_the_best():
    model = build_model()
    generator = BatchGenerator(model, [2], pad_id=0)
    with torch.no_grad():
        logits = [model(input_ids=torch.tensor([prompt])).logits[0, -1] for prompt in PROMPTS[:2]]
    best = [int(row.argmax()) for row in logits]
    assert generator.compute_gaps(PROMPTS[:2], best) == [0.0, 0.0]
    gaps = generator.compute_gaps(PROMPTS[:2], [9, 77])
    assert gaps == pytest.approx(
        [float(logits[0].max() - logits[0][9]), float(logits[1].max() - logits[1][77])], abs=1e-5
    )
