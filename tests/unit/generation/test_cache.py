import pytest
import torch
from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

from catalora.generation.cache import ROOM, RoomyLayer, make_cache
from tests.tiny import build_model


def draw(rows, tokens):
    return torch.randn(rows, 2, tokens, 4), torch.randn(rows, 2, tokens, 4)


def test_it_holds_what_transformers_layer_holds():
    torch.manual_seed(0)
    ours, theirs = RoomyLayer(), DynamicLayer()

    def both(act):
        act(ours)
        act(theirs)
        assert torch.equal(ours.keys, theirs.keys)
        assert torch.equal(ours.values, theirs.values)
        assert ours.get_seq_length() == theirs.get_seq_length()
        assert ours.get_mask_sizes(1) == theirs.get_mask_sizes(1)

    def write(rows, tokens):
        states = draw(rows, tokens)
        both(lambda layer: layer.update(*states))

    write(1, 40)
    both(lambda layer: layer.batch_repeat_interleave(5))
    write(5, 7)
    for _ in range(ROOM + 3):
        write(5, 1)
    both(lambda layer: layer.batch_select_indices(torch.tensor([0, 3])))
    write(2, 1)
    both(lambda layer: layer.crop(-2))
    write(2, 1)
    write(2, 3 * ROOM)
    write(2, 1)


def test_the_past_is_not_copied_for_each_token():
    layer, places = RoomyLayer(), []
    layer.update(*draw(3, 10))
    for _ in range(ROOM):
        keys, _ = layer.update(*draw(3, 1))
        places.append(keys.data_ptr())
    assert len(set(places)) == 1


@pytest.mark.parametrize(
    ("family", "windows", "kind"),
    [("gemma", True, RoomyLayer), ("gemma3", True, DynamicSlidingWindowLayer), ("gemma3", False, RoomyLayer)],
)
def test_a_window_stays_transformers_own_unless_the_whole_past_is_wanted(family, windows, kind):
    assert {type(layer) for layer in make_cache(build_model(family).config, windows=windows).layers} == {kind}
