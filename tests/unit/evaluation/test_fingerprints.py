import pytest
import torch

from catalora.config import GenerationConfig
from catalora.errors import EvaluationError
from catalora.evaluation.fingerprints import check_answers, check_sides
from catalora.generation.answer import ADAPTER_NAMES, Answerer
from catalora.prompts import PromptTemplate
from tests.tiny import ByteTokenizer, build_lora_model


@pytest.fixture
def answerer():
    return Answerer(build_lora_model(), ByteTokenizer(), PromptTemplate(), "cpu")


def test_each_side_has_a_fingerprint_of_its_own(answerer):
    found = check_sides(answerer)
    assert found["base"].values.shape == (4, 64)
    assert found["base"].digest != found["tuned"].digest
    assert found["base"].distance(found["tuned"]) > 0.01
    assert check_sides(answerer)["tuned"].digest == found["tuned"].digest


def test_an_adapter_that_is_switched_off_is_an_error(answerer):
    answerer.model.base_model.disable_adapter_layers()
    with pytest.raises(EvaluationError, match="switched off or empty") as caught:
        check_sides(answerer)
    assert caught.value.code == "adapter-inactive"


def test_an_adapter_that_does_nothing_is_an_error(answerer):
    with torch.no_grad():
        for name, weight in answerer.model.named_parameters():
            if "lora_B" in name:
                weight.zero_()
    with pytest.raises(EvaluationError, match="switched off or empty"):
        check_sides(answerer)


def test_an_adapter_that_changes_no_more_than_rounding_proves_nothing(answerer):
    answerer.model.to(torch.bfloat16)
    with torch.no_grad():
        for name, weight in answerer.model.named_parameters():
            if "lora_B" in name:
                weight.mul_(0.02)
    with pytest.raises(EvaluationError, match="which weights answer cannot be proved") as caught:
        check_sides(answerer)
    assert caught.value.code == "sides-too-close"
    assert "train it for more steps" in caught.value.hint


@pytest.mark.parametrize(
    ("names", "side"),
    [
        ({"base": "default", "tuned": "__base__"}, "base"),
        ({"base": "default"}, "base"),
        ({"tuned": "__base__"}, "tuned"),
    ],
    ids=["swapped", "adapter on the base side", "no adapter on the tuned side"],
)
def test_lanes_with_the_wrong_weights_are_an_error(answerer, monkeypatch, names, side):
    for key, value in names.items():
        monkeypatch.setitem(ADAPTER_NAMES, key, value)
    with pytest.raises(EvaluationError, match=f"the {side} side answers with the .* side's weights") as caught:
        check_sides(answerer)
    assert caught.value.code == "sides-swapped"


class LosslessTokenizer(ByteTokenizer):
    """Every token has a character, so that what a random model writes can be read back."""

    def decode(self, ids, *, skip_special_tokens):
        return "".join(chr(0x2800 + token) for token in ids if token >= 4)

    def __call__(self, text, *, add_special_tokens):
        rows = [
            [token for char in item for token in ([ord(char) - 0x2800] if ord(char) >= 0x2800 else self.read(char))]
            for item in text
        ]
        return {"input_ids": rows}

    def read(self, char):
        return [byte + 4 for byte in char.encode()]


def test_answers_are_recognised_by_their_own_weights(answerer):
    answerer.tokenizer = LosslessTokenizer()
    answerer.template = PromptTemplate(completion="{description}")  # no space that the random models did not write
    questions = ["a lamp", "a pan", "a very long bench"]
    answers = answerer.answer(questions, GenerationConfig(max_new_tokens=24)).by_question
    base, tuned = ([answer[side] for answer in answers] for side in ("base", "tuned"))
    for side, own in (("base", base), ("tuned", tuned)):
        own_share, other_share = check_answers(answerer, side, own)
        assert own_share > 0.99
        assert other_share < own_share
    with pytest.raises(EvaluationError, match="the tuned side's answers are the base side's") as caught:
        check_answers(answerer, "tuned", base)
    assert caught.value.code == "sides-swapped"


def test_empty_answers_prove_nothing_and_are_no_error(answerer):
    assert check_answers(answerer, "base", []) == (1.0, 1.0)
