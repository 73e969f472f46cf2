import math

import numpy as np
import pytest
import torch

from catalora.export.loss import TrueTexts, compute_loss, pick_log_probabilities


def test_log_probabilities_are_those_of_a_softmax():
    logits = np.random.default_rng(3).normal(scale=8, size=(6, 11)).astype(np.float32)
    ids = [4, 0, 10, 3, 3, 7]
    expected = torch.tensor(logits).double().log_softmax(-1)[range(5), ids[1:]]
    assert pick_log_probabilities(logits, ids) == pytest.approx(expected.numpy(), abs=1e-5)


class Scorer:
    """Finds each token as likely as its number says."""

    def score(self, ids):
        return np.array([-0.1 * token for token in ids[1:]])


def test_the_loss_counts_the_description_alone_and_is_told_beside_the_run_s():
    texts = TrueTexts(((2, 50), (2, 60, 70)), ((1, 2, 3), (4,)), size_bytes=20, run_nats=0.8)
    loss = compute_loss(Scorer(), texts)
    assert (loss.descriptions, loss.tokens) == (2, 4)
    assert loss.export_nats_per_token == pytest.approx(1.0 / 4)
    assert loss.run_nats_per_token == pytest.approx(0.2)
    assert loss.change == pytest.approx(0.25)
    assert loss.export_bits_per_byte == pytest.approx(1.0 / math.log(2) / 20)
