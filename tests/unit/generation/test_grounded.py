import pytest
import torch

from catalora.config import GenerationConfig
from catalora.errors import UsageError
from catalora.generation.answer import Answerer
from catalora.generation.grounded import UNKNOWN, answer_sides, decline
from catalora.prompts import PromptTemplate
from tests.tiny import ByteTokenizer, build_lora_model

CONFIG = GenerationConfig(max_new_tokens=8)
RECORD = ("Pan", "A steel pan, 10 inches wide.")
ALL = ("base", "tuned", "grounded")


@pytest.fixture(scope="module")
def answerer():
    torch.manual_seed(0)
    return Answerer(build_lora_model(), ByteTokenizer(), PromptTemplate(), "cpu")


def test_the_grounded_side_is_the_tuned_model_with_the_record_in_the_prompt(answerer):
    together, _ = answer_sides(answerer, "What is Pan?", CONFIG, ALL, record=RECORD)
    template = answerer.template.model_copy(
        update={"prompt": answerer.template.render_grounded_prompt("What is Pan?", *RECORD)}
    )
    alone = Answerer(answerer.model, answerer.tokenizer, template, "cpu").answer(["x"], CONFIG, ["tuned"])
    assert list(together) == list(ALL)
    assert together["grounded"].text == alone.by_question[0]["tuned"].text


def test_base_and_tuned_answer_the_same_with_a_grounded_lane_beside_them(answerer):
    two, _ = answer_sides(answerer, "What is Pan?", CONFIG, ALL[:2], record=None)
    three, _ = answer_sides(answerer, "What is Pan?", CONFIG, ALL, record=RECORD)
    assert {side: answer.text for side, answer in two.items()} == {side: three[side].text for side in two}


@pytest.mark.parametrize(("question", "language"), [("What is Zorb?", "en"), ("O que é Zorb?", "pt"), ("Zorb", "en")])
def test_an_unknown_product_is_declined_in_the_language_of_the_question(answerer, question, language):
    shown = []
    answers, _ = answer_sides(
        answerer, question, CONFIG, ALL, record=None, decline_unknown=True, on_text=lambda *piece: shown.append(piece)
    )
    assert answers["grounded"].text == UNKNOWN[language] == decline(question).text
    assert answers["grounded"].tokens == 0
    assert (0, "grounded", UNKNOWN[language]) in shown
    assert answers["tuned"].tokens > 0


def test_declining_alone_asks_no_model(answerer):
    answers, seconds = answer_sides(answerer, "Zorb", CONFIG, ["grounded"], record=None, decline_unknown=True)
    assert (list(answers), seconds) == (["grounded"], 0.0)


def test_without_a_record_and_without_declining_it_answers_as_tuned(answerer):
    answers, _ = answer_sides(answerer, "What is Zorb?", CONFIG, ALL, record=None)
    assert answers["grounded"].text == answers["tuned"].text
    alone, _ = answer_sides(answerer, "What is Zorb?", CONFIG, ["grounded"], record=None)
    assert alone["grounded"].text == answers["grounded"].text


def test_the_grounded_side_needs_records(answerer):
    with pytest.raises(UsageError) as caught:
        answerer.answer(["What is Pan?"], CONFIG, ["grounded"])
    assert caught.value.code == "no-record"
