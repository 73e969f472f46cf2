import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalora.catalog.keys import normalise_texts
from catalora.catalog.splitting import number_groups, select_products, split_groups
from catalora.errors import DataError


def split(keys, seed=17, validation_share=0.05, test_share=0.1):
    products = pl.DataFrame({"group_key": keys}, schema={"group_key": pl.UInt64})
    products = products.with_columns(group_size=pl.len().over("group_key"), among=pl.len())
    return split_groups(products, seed, validation_share, test_share)


def test_shares_are_met_and_nothing_is_lost():
    splits = split(range(20_000))
    counts = dict(splits.value_counts().iter_rows())
    assert counts["test"] == pytest.approx(2_000, rel=0.1)
    assert counts["validation"] == pytest.approx(1_000, rel=0.1)
    assert sum(counts.values()) == 20_000


def test_added_products_do_not_move_others():
    assert split(range(500)).equals(split(range(2_000))[:500])


def test_another_seed_gives_another_split():
    assert not split(range(500)).equals(split(range(500), seed=18))


@pytest.mark.parametrize("groups", [3, 4, 10])
def test_small_catalogues_have_every_split(groups):
    for seed in range(20):
        assert set(split(range(groups), seed=seed)) == {"train", "validation", "test"}


def test_a_very_large_group_is_trained_on():
    keys = [1] * 100 + list(range(2, 400))
    for seed in range(20):
        assert set(split(keys, seed=seed)[:100]) == {"train"}


def test_no_share_means_no_products():
    assert set(split(range(50), validation_share=0, test_share=0)) == {"train"}


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=25))
@settings(deadline=None)
def test_no_group_crosses_a_split(rows):
    table = pl.DataFrame(rows, schema={"title": pl.Int64, "content": pl.Int64}, orient="row")
    groups = number_groups(table, ["title", "content"])
    table = table.with_columns(split=split(groups, validation_share=0.2, test_share=0.3))
    for key in ("title", "content"):
        assert table.group_by(key).agg(pl.col("split").n_unique())["split"].max() == 1


@given(st.text(max_size=8), st.text(max_size=8))
@settings(deadline=None)
def test_texts_equal_without_case_are_equal_normalised(left, right):
    forms = [left, left.upper(), left.lower(), left.casefold(), right]
    forms = [form for form in forms if form.casefold() == left.casefold()]
    assert normalise_texts(pl.Series(forms)).n_unique() == 1


PRODUCTS = pl.DataFrame(
    {"uid": [str(n) for n in range(100)], "split": ["train"] * 80 + ["validation"] * 10 + ["test"] * 10}
)


def test_samples_are_nested_and_leave_held_out_products_alone():
    small, large = (select_products(PRODUCTS, size, seed=3) for size in (20, 50))
    for sample, size in ((small, 20), (large, 50)):
        assert sample["split"].value_counts().sort("split").rows() == [
            ("test", 10),
            ("train", size),
            ("validation", 10),
        ]
        assert sample["uid"].cast(pl.Int64).is_sorted()
    assert set(small["uid"]) < set(large["uid"])
    assert select_products(PRODUCTS, None, seed=3).equals(PRODUCTS)


def test_a_sample_does_not_depend_on_the_order_of_products():
    assert set(select_products(PRODUCTS, 20, seed=3)["uid"]) == set(
        select_products(PRODUCTS.reverse(), 20, seed=3)["uid"]
    )


def test_a_sample_larger_than_the_catalogue_is_the_catalogue():
    assert select_products(PRODUCTS, 81, seed=3).equals(PRODUCTS)


def test_a_data_set_without_training_products_is_refused():
    with pytest.raises(DataError, match="no training products"):
        select_products(PRODUCTS.filter(pl.col("split") != "train"), 20, seed=3)
