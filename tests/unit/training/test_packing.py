import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalora.catalog import Product
from catalora.errors import DataError
from catalora.prompts import PromptTemplate
from catalora.training import packing
from catalora.training.packing import (
    IGNORED,
    PACKING_WINDOW,
    Examples,
    PackedRows,
    collate_rows,
    iterate_batches,
    pack_examples,
    tokenise_products,
)
from catalora.training.rows import tokenise_epoch
from tests.tiny import ByteTokenizer, make_products

TEMPLATE = PromptTemplate()


def tokenise(products, max_length=256):
    questions = [product.title for product in products]
    return tokenise_products(products, TEMPLATE, ByteTokenizer(), questions=questions, max_length=max_length)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(packing).failed == 0


@given(st.lists(st.integers(1, 64), min_size=1, max_size=300), st.integers(0, 5))
def test_every_example_is_in_exactly_one_row_and_no_row_overflows(lengths, seed):
    rows = pack_examples(lengths, 64, seed)
    assert sorted(index for row in rows for index in row) == list(range(len(lengths)))
    assert all(sum(lengths[index] for index in row) <= 64 for row in rows)
    assert rows == pack_examples(lengths, 64, seed)


@given(st.lists(st.integers(1, 64), min_size=1, max_size=600), st.integers(0, 5))
def test_no_example_moves_far_from_its_turn_in_the_shuffle(lengths, seed):
    order = np.random.default_rng(seed).permutation(len(lengths)).tolist()
    turns = {index: turn for turn, index in enumerate(order)}
    waiting = set(turns.values())
    for row in pack_examples(lengths, 64, seed):
        # Each row takes the one that has waited longest, so none waits longer than the window is wide.
        assert turns[row[0]] == min(waiting)
        nearest = sorted(waiting)[:PACKING_WINDOW]
        assert {turns[index] for index in row} <= set(nearest)
        waiting -= {turns[index] for index in row}


def test_examples_that_can_fill_rows_to_the_last_token_do():
    lengths = np.random.default_rng(0).integers(40, 200, 2000)
    rows = pack_examples(lengths, 512, seed=1)
    assert lengths.sum() / (512 * len(rows)) > 0.995


def test_a_row_holds_what_the_template_renders_token_for_token():
    products = make_products(8)
    rows = PackedRows([tokenise(products)], 256, seed=0)
    tokenizer = ByteTokenizer()
    wanted = {
        tuple(prompt + completion): len(prompt)
        for prompt, completion in zip(
            TEMPLATE.encode_prompts(tokenizer, [product.title for product in products]),
            TEMPLATE.encode_completions(tokenizer, [product.content for product in products]),
            strict=True,
        )
    }
    seen = 0
    for index in range(len(rows)):
        row = rows[index]
        starts = [*(row["position_ids"] == 0).nonzero().flatten().tolist(), len(row["input_ids"])]
        for start, end in itertools.pairwise(starts):
            ids = row["input_ids"][start:end]
            prompt_length = wanted[tuple(ids.tolist())]
            assert row["position_ids"][start:end].tolist() == list(range(end - start))
            assert row["labels"][start : start + prompt_length].eq(IGNORED).all()
            assert row["labels"][start + prompt_length : end].equal(ids[prompt_length:])
            assert row["labels"][end - 1] == tokenizer.eos_token_id
            seen += 1
    assert seen == len(products)


@given(lengths=st.lists(st.integers(1, 40), min_size=1, max_size=30), batch_size=st.integers(1, 5))
def test_what_is_computed_are_the_tokens_of_the_batches(lengths, batch_size):
    ids = np.zeros(sum(lengths), dtype=np.int32)
    offsets = np.cumsum([0, *lengths])
    count = len(lengths)
    examples = Examples(ids, offsets, np.ones(count, dtype=np.int32), ("",) * count, 0, 0, 0, ())
    rows = PackedRows([examples], 64, seed=0)
    computed = sum(batch["input_ids"].numel() for batch in iterate_batches(rows, batch_size, 0))
    assert rows.count_computed(batch_size) == computed


def test_padding_of_a_batch_is_a_block_of_its_own_without_labels():
    rows = PackedRows([tokenise(make_products(9))], 256, seed=0)
    batch = collate_rows([rows[index] for index in range(len(rows))], pad_token_id=0)
    for line, index in zip(range(len(rows)), range(len(rows)), strict=True):
        used = len(rows[index]["input_ids"])
        assert batch["labels"][line, used:].eq(IGNORED).all()
        if used < batch["input_ids"].shape[1]:
            assert batch["position_ids"][line, used] == 0


LONG = "One short sentence. " * 30


def test_a_long_description_is_cut_after_a_whole_sentence_and_still_ends_with_eos():
    examples = tokenise([Product("1", "Lamp", LONG)], max_length=200)
    ids = examples.ids.tolist()
    assert examples.shortened == 1
    assert examples.dropped_tokens > 0
    assert len(ids) <= 200
    assert ids[-1] == ByteTokenizer.eos_token_id
    assert ids.count(ByteTokenizer.eos_token_id) == 1
    text = ByteTokenizer().decode(ids[int(examples.prompt_lengths[0]) :], skip_special_tokens=True)
    assert text.endswith("One short sentence.")


@given(st.text(alphabet="ab .ção🙂", min_size=1, max_size=400), st.integers(60, 120))
def test_no_example_is_ever_too_long_or_without_eos(text, max_length):
    examples = tokenise([Product("1", "Lamp", text)], max_length=max_length)
    assert len(examples.ids) <= max_length
    assert examples.ids[-1] == ByteTokenizer.eos_token_id


def test_a_product_whose_title_alone_fills_the_row_is_skipped_by_name():
    examples = tokenise([Product("long", "x" * 300, "text"), Product("fits", "Lamp", "text")])
    assert examples.skipped == ("long",)
    assert examples.uids == ("fits",)
    with pytest.raises(DataError, match="none of 1 products fits"):
        tokenise([Product("long", "x" * 300, "text")])


def test_the_order_of_rows_depends_on_the_seed_alone():
    examples = tokenise(make_products(40))
    orders = [PackedRows([examples], 256, seed).rows for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_grounded_examples_have_their_record_in_the_prompt_and_only_where_it_fits():
    products = [Product("short", "Pan", "A steel pan."), Product("long", "Pot", "A pot. " * 60)]
    questions = [product.title for product in products]
    examples = tokenise_products(
        products, TEMPLATE, ByteTokenizer(), questions=questions, max_length=512, grounded={"short", "long"}
    )
    short = TEMPLATE.encode_grounded_prompts(ByteTokenizer(), ["Pan"], [("Pan", "A steel pan.")])[0]
    assert examples.prompt_lengths.tolist() == [len(short), len(TEMPLATE.encode_prompts(ByteTokenizer(), ["Pot"])[0])]
    assert examples.ids[: len(short)].tolist() == short
    completion = TEMPLATE.encode_completions(ByteTokenizer(), ["A steel pan."])[0]
    assert examples.ids[len(short) : examples.offsets[1]].tolist() == completion


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_an_epoch_grounds_about_the_share_that_is_asked_for_and_others_in_the_next(share):
    products = [Product(f"P{n}", f"Lamp {n}", "It shines.") for n in range(400)]
    plain = TEMPLATE.encode_prompts(ByteTokenizer(), ["x"])[0]
    grounded = [
        tokenise_epoch(
            products, TEMPLATE, ByteTokenizer(), epoch=epoch, max_length=300, seed=1, grounded_share=share
        ).prompt_lengths
        > len(plain) + 100
        for epoch in range(2)
    ]
    assert grounded[0].mean() == pytest.approx(share, abs=0.08)
    assert (grounded[0] == grounded[1]).all() == (share in {0.0, 1.0})
