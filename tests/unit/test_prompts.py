import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

import catalora.prompts
from catalora.errors import DataError
from catalora.prompts import HELD_OUT_QUESTIONS, TRAINING_QUESTIONS, PromptTemplate
from tests.tiny import ByteTokenizer

TEMPLATE = PromptTemplate()


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(catalora.prompts).failed == 0


def test_questions_come_in_both_languages_and_held_out_ones_are_others():
    assert "{title}" in TRAINING_QUESTIONS
    assert any("O que é" in question for question in TRAINING_QUESTIONS)
    assert any("What is" in question for question in TRAINING_QUESTIONS)
    assert not set(TRAINING_QUESTIONS) & set(HELD_OUT_QUESTIONS)


@given(st.text(min_size=1), st.integers(0, 20))
def test_each_product_gets_every_form_once_in_as_many_epochs(uid, seed):
    forms = [TEMPLATE.question_form(uid, epoch, seed) for epoch in range(len(TRAINING_QUESTIONS))]
    assert sorted(forms) == list(range(len(TRAINING_QUESTIONS)))


@given(st.text(), st.text())
def test_braces_and_any_other_character_in_texts_are_kept(question, description):
    assert question.strip() in TEMPLATE.render_prompt(question)
    assert TEMPLATE.render_completion(description) == " " + description.strip()


def test_completions_always_end_with_eos():
    tokenizer = ByteTokenizer()
    ids = TEMPLATE.encode_completions(tokenizer, ["a pan", ""])
    assert all(row[-1] == tokenizer.eos_token_id for row in ids)
    assert all(row[0] == tokenizer.bos_token_id for row in TEMPLATE.encode_prompts(tokenizer, ["x", "y"]))


def test_a_tokenizer_without_eos_is_refused():
    tokenizer = ByteTokenizer()
    tokenizer.eos_token_id = None
    with pytest.raises(DataError, match="no <eos>"):
        TEMPLATE.encode_completions(tokenizer, ["x"])


@pytest.mark.parametrize(
    ("answer", "text", "has_follow_up"),
    [
        ("A pan.", "A pan.", False),
        ("A pan.\n\nQuestion: What is a pot?\nAnswer: A pot", "A pan.", True),
        ("A pan.\n  Pergunta: E uma panela?", "A pan.", True),
        ("Question: again", "", True),
        ("It answers the question: yes.", "It answers the question: yes.", False),
    ],
)
def test_follow_up_turns_are_seen_at_line_starts_only(answer, text, has_follow_up):
    assert TEMPLATE.cut_follow_up(answer) == (text, has_follow_up)


def test_a_saved_template_comes_back_equal(tmp_path):
    changed = PromptTemplate(prompt="### {question}\n", completion="{description}")
    changed.save(tmp_path)
    assert PromptTemplate.load(tmp_path) == changed
    assert changed.fingerprint != TEMPLATE.fingerprint
    (tmp_path / "prompt_template.json").write_text("{}}")
    with pytest.raises(DataError, match="no usable prompt template"):
        PromptTemplate.load(tmp_path)
