import polars as pl
import pytest

from catalora.catalog import Product
from catalora.catalog.prepared import compute_fingerprint
from catalora.errors import DataError, EvaluationError
from catalora.evaluation import protocol
from catalora.generation.answer import Answerer
from catalora.prompts import PromptTemplate
from tests.tiny import ByteTokenizer, build_lora_model, make_products


def make_table(*rows):
    return pl.DataFrame(rows, schema=["uid", "title", "content", "split", "group"], orient="row")


CLEAN = make_table(
    ("A", "Pan", "A pan of steel.", "train", "1"),
    ("B", "Pot", "A pot of clay.", "train", "2"),
    ("C", "Cup", "A cup of tin.", "test", "3"),
    ("D", "Jug", "A jug of glass.", "test", "4"),
)


@pytest.fixture(scope="module")
def answerer():
    return Answerer(build_lora_model(), ByteTokenizer(), PromptTemplate(), "cpu")


def test_a_clean_table_passes():
    protocol.check_no_leak(CLEAN, ["C", "D"])
    protocol.check_products(CLEAN, compute_fingerprint([CLEAN]))


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (("C", "Cup", "Something else entirely.", "train", "9"), r"were trained on: C$"),
        (("X", "Mug", "A  cup OF tin. ", "train", "9"), r"C \(same as X\)"),
        (("X", "Mug", "A cup of tin, nearly.", "train", "3"), r"C \(same as X\)"),
    ],
    ids=["uid", "description", "group"],
)
def test_a_leaked_test_product_is_named(row, named):
    leaking = pl.concat([CLEAN, make_table(row)])
    with pytest.raises(DataError, match=named) as caught:
        protocol.check_no_leak(leaking, ["C", "D"])
    assert caught.value.code == "test-in-training"
    assert caught.value.facts["uids"] == ["C"]


def test_a_leak_among_products_that_are_not_scored_does_not_matter():
    leaking = pl.concat([CLEAN, make_table(("X", "Mug", "A cup of tin.", "train", "9"))])
    protocol.check_no_leak(leaking, ["D"])


def test_many_leaks_are_counted_and_some_named():
    rows = [(f"T{n}", "t", f"text {n}", split, f"{split}{n}") for n in range(9) for split in ("train", "test")]
    rows = [(uid + split, title, content, split, group) for uid, title, content, split, group in rows]
    with pytest.raises(DataError, match=r"9 of 9 test products were trained on: .* and 4 more"):
        protocol.check_no_leak(make_table(*rows), [f"T{n}test" for n in range(9)])


def test_changed_products_are_refused():
    with pytest.raises(EvaluationError, match="it was started with") as caught:
        protocol.check_products(CLEAN.reverse(), compute_fingerprint([CLEAN]))
    assert caught.value.code == "products-changed"


DESCRIPTION = "This one is made of brushed steel and keeps coffee hot from early morning until the evening."


def test_the_gold_text_in_a_prompt_is_refused(answerer):
    product = Product("P1", "Flask", DESCRIPTION)
    protocol.check_prompts("base", answerer, [product], ["What is Flask?"])
    for question in (f"What is Flask? {DESCRIPTION}", f"Flask: {DESCRIPTION.upper()[:60]}"):
        with pytest.raises(EvaluationError, match="holds the description that it asks for, of P1") as caught:
            protocol.check_prompts("base", answerer, [product], [question])
        assert caught.value.code == "gold-in-prompt"


def test_a_short_description_counts_as_a_whole(answerer):
    product = Product("P1", "Cup", "A cup of tin.")
    with pytest.raises(EvaluationError):
        protocol.check_prompts("base", answerer, [product], ["Cup? A cup of tin."])


def test_what_the_title_says_itself_is_no_gold(answerer):
    product = Product("P1", DESCRIPTION + " Blue", DESCRIPTION + " Nothing else is known of it.")
    protocol.check_prompts("base", answerer, [product], [f"What is {product.title}?"])
    product = Product("P2", DESCRIPTION, f"Free returns. {DESCRIPTION} - Flasks at the shop.")
    protocol.check_prompts("base", answerer, [product], [f"Describe {product.title} - in short."])


def test_different_decoders_are_refused_and_named():
    same = {"max_new_tokens": 200, "do_sample": False, "eos_token_id": [1]}
    protocol.check_decoders({"base": same, "tuned": dict(same)})
    with pytest.raises(EvaluationError, match=r"eos_token_id is \[1\] in 'base' and \[1, 5\] in 'tuned'") as caught:
        protocol.check_decoders({"base": same, "prompted": dict(same), "tuned": {**same, "eos_token_id": [1, 5]}})
    assert caught.value.code == "decoders-differ"


def test_the_good_prompt_holds_instruction_examples_and_ends_as_the_plain_one(answerer):
    template = protocol.build_prompted_template(PromptTemplate(), ByteTokenizer(), make_products(2))
    prompt = template.render_prompt("What is Lamp 9?")
    assert prompt.startswith(protocol.INSTRUCTION)
    assert all(product.content.strip() in prompt for product in make_products(2))
    assert prompt.endswith(PromptTemplate().render_prompt("What is Lamp 9?"))


def test_the_stop_hint_is_the_token_itself_where_it_can_be_written():
    class Speller(ByteTokenizer):
        eos_token = "</s>"

        def __call__(self, text, *, add_special_tokens):
            ids = super().__call__(text, add_special_tokens=add_special_tokens)["input_ids"]
            return {"input_ids": [[2] if item == "</s>" else row for item, row in zip(text, ids, strict=True)]}

    assert "</s>" in protocol.build_prompted_template(PromptTemplate(), Speller(), make_products(2)).prompt
    assert "</s>" not in protocol.build_prompted_template(PromptTemplate(), ByteTokenizer(), make_products(2)).prompt


def test_examples_share_no_piece_of_text_with_what_is_evaluated():
    own = "An entirely different text about a garden chair that folds flat and weighs little."
    shared = Product("A", "a", f"{DESCRIPTION[:60]} In another colour, though, and a little wider.")
    free = [Product("B", "b", own), Product("C", "c", own[::-1])]
    chosen = protocol.choose_examples([shared, *free], [Product("T", "t", DESCRIPTION)])
    assert chosen == free
    with pytest.raises(DataError, match="only 1 training products") as caught:
        protocol.choose_examples([shared, free[0]], [Product("T", "t", DESCRIPTION)])
    assert caught.value.code == "no-examples"


def test_a_list_has_its_own_hash():
    products = make_products(3)
    assert protocol.hash_products(products) == protocol.hash_products(make_products(3))
    assert protocol.hash_products(products) != protocol.hash_products(products[::-1])
    assert protocol.hash_products(products) != protocol.hash_products([*products[:2], Product("P0002", "Lamp 2", "x")])


def test_products_that_do_not_fit_are_left_out(answerer):
    long = Product("L", "Long", "word " * 200)
    products = [*make_products(2), long]
    assert protocol.select_fitting([answerer], products, [p.title for p in products], 40) == [0, 1]
