import re
from dataclasses import replace

import pytest

from catalora.evaluation.metrics import METRICS
from catalora.evaluation.report_charts import Curve, Whisker, render_curves, render_interval
from catalora.evaluation.report_products import rank_products
from catalora.evaluation.report_texts import ENGLISH, PORTUGUESE, SHARES, EvaluationWording
from catalora.evaluation.results import ProductResult


def find_placeholders(text):
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_keys_and_placeholders():
    assert PORTUGUESE.keys() == ENGLISH.keys()
    for key, text in ENGLISH.items():
        assert find_placeholders(text) == find_placeholders(PORTUGUESE[key]), key


def test_every_metric_has_a_name_and_an_explanation():
    for name in METRICS:
        assert {f"metric:{name}", f"about:{name}"} <= ENGLISH.keys()
    assert {*METRICS, "invented_facts"} >= SHARES


@pytest.mark.parametrize(
    ("language", "metric", "value", "signed", "text"),
    [
        ("en", "chrf", -0.1234, True, "−0.123"),
        ("pt-BR", "chrf", 0.1234, True, "+0,123"),
        ("en", "stop_rate", 0.256, False, "25.6%"),
        ("pt-BR", "stop_rate", 0.256, True, "+25,6 p.p."),
        ("en", "stop_rate", -0.00001, True, "0.0 pp"),
    ],
)
def test_figures_have_their_unit_and_their_sign(language, metric, value, signed, text):
    assert EvaluationWording(language).figure(metric, value, signed=signed) == text


def make_products(*gains):
    empty = ProductResult("", "", "", "", False, 0.0, {})
    return [replace(empty, uid=str(place), gain=gain) for place, gain in enumerate(gains)]


def order_by(ranks, name):
    return sorted(range(len(ranks)), key=lambda place: ranks[place][name])


def test_products_are_ranked_in_four_orders():
    ranks = rank_products(make_products(0.3, -0.5, 0.9, 0.0, 0.1))
    assert order_by(ranks, "gain") == [2, 0, 4, 3, 1]
    assert order_by(ranks, "loss") == [1, 3, 4, 0, 2]
    assert order_by(ranks, "drawn") == [0, 1, 2, 3, 4]
    assert order_by(ranks, "extremes") == [2, 1, 0, 3, 4]


def test_intervals_share_an_axis_and_mark_zero():
    svg = render_interval(Whisker(0.0, -1.0, 1.0, "even"), (-1.0, 3.0), 'a "label"', marked=0.0)
    assert 'aria-label="a &quot;label&quot;"' in svg
    (value,) = re.findall(r'circle cx="([\d.]+)"', svg)
    assert f'class="mark" d="M{value} ' in svg
    point = render_interval(Whisker(0.0, 0.0, 0.0, "even"), (0.0, 0.0), "nothing")
    assert "nan" not in point


def test_curves_need_points():
    assert render_curves([Curve("training", (), "base")], "label", "step") == ""
    svg = render_curves([Curve("training", ((1, 3.0), (2, 2.0)), "base"), Curve("v", (), "tuned")], "label", "step")
    assert svg.count("<polyline") == 1
    assert "training" in svg
    assert "nan" not in render_curves([Curve("training", ((0, 3.0),), "base")], "label", "step")
