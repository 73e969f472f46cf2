"""`catalora evaluate` on a real, small run: the results, the report, the command."""

import json
from dataclasses import replace
from html import escape
from html.parser import HTMLParser

import polars as pl
import pytest

from catalora import measurement, pipeline
from catalora.attribution import Attributor
from catalora.errors import DataError, InputNotFoundError
from catalora.evaluation.evaluate import add_seeds, measure_seed
from catalora.evaluation.evidence import add_evidence
from catalora.evaluation.lists import choose_lists
from catalora.evaluation.metrics import METRICS
from catalora.evaluation.report import read_curves, render_report
from catalora.evaluation.results import load_results
from catalora.references.wording import WORDS
from tests.cli.conftest import catalora  # noqa: F401 - a fixture


@pytest.fixture(scope="module")
def estimates():
    return []


@pytest.fixture(scope="module")
def results(run, estimates):
    return pipeline.evaluate(run, products=6, grounded=True, announce=estimates.append)


def test_every_metric_stands_with_interval_and_verdict(results):
    assert [metric.name for metric in results.metrics] == list(METRICS)
    for metric in results.metrics:
        assert set(metric.columns) <= {"base", "prompted", "tuned", "grounded"}
        for estimate in metric.columns.values():
            assert estimate.low <= estimate.value <= estimate.high
            assert 0 < estimate.products <= 6
        for difference in metric.differences.values():
            if metric.direction != "one":
                leaves_zero_out = difference.low > 0 or difference.high < 0
                assert leaves_zero_out == (difference.verdict != "no significant difference")
    bits = results.metric("bits_per_byte")
    assert set(bits.differences) == {"prompted-base", "tuned-base", "tuned-prompted"}  # the record holds the answer
    assert bits.differences["tuned-base"].verdict == "better"
    assert bits.differences["tuned-base"].value == pytest.approx(
        bits.columns["tuned"].value - bits.columns["base"].value
    )


def test_the_grounded_column_is_measured_where_the_record_is_not_the_answer(results, session):
    assert "grounded" not in results.metric("bits_per_byte").columns
    assert set(results.metric("attribute_precision").differences) >= {"grounded-base", "grounded-tuned"}
    assert "{record}" in results.protocol.columns["grounded"].prompt
    grounding = results.grounding
    assert grounding.found + grounding.wrong + grounding.none == 6
    assert set(grounding.invented.columns) <= {"tuned", "grounded"}
    first = next(product for product in results.products if not product.seen)
    alone = pipeline.ask(session, first.question, sides=("grounded",))
    assert first.answers["grounded"].text == alone.answers["grounded"].text


def test_the_first_products_have_their_evidence(results, run):
    marked = [answer for product in results.products for answer in product.answers.values() if answer.text.strip()]
    assert all(answer.marks is not None for answer in marked)  # fewer products than the report shows first
    html = (run.evaluation / "report.html").read_text(encoding="utf-8")
    for words in WORDS.values():
        assert html.count(escape(words["copied_means"])) == len(marked)
    for answer in marked:
        assert all(answer.text[mark.start : mark.end].strip() for mark in answer.marks.facts)


def test_influence_stands_in_the_report_once_its_gradients_are_there(results, session, tmp_path, monkeypatch):
    pipeline.build_influence(session)
    mark_answer = measurement._hold_against_record(session)
    known = add_evidence(results, mark_answer, measurement._rank_known_examples(session))
    tuned = [product.answers["tuned"] for product in known.products if product.answers["tuned"].text.strip()]
    assert {len(answer.influences) for answer in tuned} == {measurement.EXAMPLES_SHOWN}
    product = known.products[0]
    asked = pipeline.influence(session, product.answers["tuned"].text, about=product.question)
    assert product.answers["tuned"].influences == asked.influences
    assert all(product.answers["base"].influences is None for product in known.products)
    html = render_report(known, {})
    for words in WORDS.values():
        assert html.count(escape(words["influence_limits"])) == len(tuned)
        assert escape(words["influence_missing"]) not in html
    (tmp_path / "results.json").write_text(json.dumps(known.to_dict()), encoding="utf-8")
    assert load_results(tmp_path / "results.json") == known

    monkeypatch.setattr(Attributor, "find_store", lambda _: None)
    assert measurement._rank_known_examples(session) is None
    unknown = [
        replace(product, answers={**product.answers, "tuned": replace(product.answers["tuned"], influences=None)})
        for product in known.products
    ]
    html = render_report(replace(known, products=tuple(unknown)), {})
    for words in WORDS.values():
        assert html.count(escape(words["influence_missing"])) == len(tuned)


def test_bits_per_byte_are_those_of_compare(results, session):
    compared = pipeline.compare(session, products=6)
    bits = results.metric("bits_per_byte")
    assert bits.columns["base"].value == pytest.approx(compared.base.bits_per_byte, rel=1e-4)
    assert bits.columns["tuned"].value == pytest.approx(compared.tuned.bits_per_byte, rel=1e-4)


def test_unseen_products_are_test_products_and_seen_ones_were_trained_on(results, session):
    splits = dict(session.products.select("uid", "split").iter_rows())
    assert [(product.seen, splits[product.uid]) for product in results.products] == (
        [(False, "test")] * 6 + [(True, "train")] * 2
    )
    assert all(splits[uid] == "train" for uid in results.protocol.examples)
    assert not {product.uid for product in results.products} & set(results.protocol.examples)


def test_the_lists_are_frozen(results, session):
    again, _ = choose_lists(session.answerer, session.products, session.config, 6)
    assert [p.uid for p in again.unseen] == [p.uid for p in results.products if not p.seen]


def test_results_are_read_back_as_they_were_written(results, run):
    assert load_results(run.evaluation / "results.json") == results


def test_results_of_another_version_or_none_are_refused(results, tmp_path):
    with pytest.raises(InputNotFoundError, match="no evaluation results"):
        load_results(tmp_path / "results.json")
    for text in ("{", json.dumps({**results.to_dict(), "schema_version": 0}), json.dumps({"schema_version": 1}), "[]"):
        (tmp_path / "results.json").write_text(text)
        with pytest.raises(DataError, match="not usable evaluation results"):
            load_results(tmp_path / "results.json")


def test_the_time_is_estimated_first(results, estimates):
    assert len(estimates) == 1
    assert estimates[0] > 0


def test_the_tokens_of_a_description_are_counted_without_its_end(results, session):
    product = results.products[0]
    (ids,) = session.answerer.template.encode_completions(session.answerer.tokenizer, [product.description])
    found = product.answers["base"].metrics
    bits = found["bits_per_byte"] * len(product.description.encode())
    assert found["nll_per_token"] == pytest.approx(bits * 0.6931471805599453 / (len(ids) - 1), rel=1e-6)


class Page(HTMLParser):
    """Texts and tags of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_the_report_tells_the_figures_in_both_languages_and_loads_nothing(results, run):
    html = (run.evaluation / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert "O que estes números não mostram" in page.text
    assert "What these figures do not show" in page.text
    bits = results.metric("bits_per_byte").columns["tuned"].value
    assert f"{bits:.3f}" in page.text
    assert f"{bits:.3f}".replace(".", ",") in page.text
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.tags}
    assert "http" not in html.replace("http-equiv", "")
    cards = [attrs for tag, attrs in page.tags if tag == "div" and "--gain" in attrs.get("style", "")]
    assert len(cards) == len(results.products)


def test_the_best_and_the_worst_product_come_first(results, run):
    page = Page((run.evaluation / "report.html").read_text(encoding="utf-8"))
    styles = [attrs["style"] for tag, attrs in page.tags if "--gain" in attrs.get("style", "")]
    order = [dict(part.strip().split(": ") for part in style.split(";")) for style in styles]
    first = {int(places["--extremes"]): product.gain for places, product in zip(order, results.products, strict=True)}
    gains = sorted(product.gain for product in results.products)
    assert (first[0], first[1]) == (gains[-1], gains[0])
    by_gain = sorted(zip(order, results.products, strict=True), key=lambda pair: int(pair[0]["--gain"]))
    assert [product.gain for _, product in by_gain] == gains[::-1]


def test_hostile_texts_stay_texts(results, run):
    hostile = "<script>alert(1)</script>\u202e</style><b onload=x>&amp;"
    product = results.products[0]
    answers = {column: replace(answer, text=hostile, copied=hostile) for column, answer in product.answers.items()}
    spoilt = replace(product, title=hostile, question=hostile, description=hostile, answers=answers)
    html = render_report(replace(results, products=(spoilt, *results.products[1:])), read_curves(run))
    assert not {"script", "b onload"} & {tag for tag, _ in Page(html).tags}
    assert "\u202e" not in html
    assert "<script>alert(1)</script>" in Page(html).text


def test_another_seed_is_trained_once_and_measured_on_the_same_products(run, results, session):
    (sibling,) = pipeline.train_siblings(run, 2)
    weights = sibling.adapter / "adapter_model.safetensors"
    written = weights.stat().st_mtime_ns
    with pipeline.open_session(sibling, references=False) as opened:
        assert opened.config.training.seed == 18
        figures = measure_seed(sibling, opened.answerer, session.products, session.config, 6)
    spread = add_seeds(results, {17: results.tuned_figures, 18: figures}).seeds
    bits = spread.metrics["bits_per_byte"]
    assert bits.values[0] == results.metric("bits_per_byte").columns["tuned"].value
    assert bits.values[0] != bits.values[1]
    assert bits.deviation == pytest.approx(abs(bits.values[0] - bits.values[1]) / 2**0.5)
    (again,) = pipeline.train_siblings(run, 2)
    assert again.path == sibling.path
    assert weights.stat().st_mtime_ns == written


def test_a_run_without_test_products_says_so(run, session):
    table = session.products.filter(pl.col("split") != "test")
    with pytest.raises(DataError, match="no test products"):
        choose_lists(session.answerer, table, session.config, 6)


def test_the_command_prints_the_table_and_the_estimate(catalora, run):  # noqa: F811
    shown = catalora("evaluate", run.name, "--n", "4", "--seeds", "2", "--runs-dir", run.path.parent)
    assert shown.code == 0
    assert "this will take about" in shown.err
    assert "bits_per_byte" in shown.out
    assert "no significant difference" in shown.out or "better" in shown.out
    assert "report.html" in shown.out
    bits = load_results(run.evaluation / "results.json").metric("bits_per_byte").columns["tuned"].value
    assert f"{bits:.3f}" in shown.out
    assert "2 seeds: bits per byte" in shown.out
