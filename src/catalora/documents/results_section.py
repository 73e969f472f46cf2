"""Before and after with intervals, as `catalora evaluate` measured it; or that it was not measured."""

from collections.abc import Iterator, Sequence

from catalora.documents.blocks import Block, Bullets, Figure, Heading, Paragraph, Table, Verbatim
from catalora.documents.charts import Interval, draw_intervals
from catalora.documents.facts import RunFacts
from catalora.documents.wording import Wording
from catalora.evaluation.results import Column, Difference, Metric, ProductResult, Results, Verdict

PRIMARY = "bits_per_byte"
# Bits, nats and a ratio of lengths would press the shares, which lie between 0 and 1, together on one axis.
NOT_DRAWN = frozenset({"bits_per_byte", "nll_per_token", "length_ratio"})
SHARES = frozenset({"stop_rate", "follow_up_rate"})
VERDICTS: dict[Verdict, str] = {
    "better": "verdict-better",
    "worse": "verdict-worse",
    "no significant difference": "verdict-none",
}


def describe_results(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    """The section of the fine-tuning document."""
    say, results = wording.say, facts.results
    yield Heading(say("tuning.results"))
    if results is None:
        if facts.without_results:
            yield Paragraph(say("tuning.results-unusable", problem=facts.without_results))
        yield Paragraph(say("tuning.results-missing"))
        yield Verbatim(f"catalora evaluate {facts.name}\ncatalora docs {facts.name} --lang {wording.language}")
        return
    yield from _describe_protocol(facts, results, wording)
    yield Paragraph(say("tuning.results-table-text"))
    yield list_differences(results, "tuned-base", wording)
    yield Bullets(_read_verdicts(results, "tuned-base", ("better", "worse", "none"), "reading", wording))
    if figure := _draw_differences(results, wording):
        yield figure
    if any("tuned-prompted" in metric.differences for metric in results.metrics):
        yield Paragraph(say("tuning.prompted-table-text"))
        yield list_differences(results, "tuned-prompted", wording)
        yield Bullets(_read_prompted(results, wording))
    yield Bullets(_read_more(facts, results, wording))
    yield Paragraph(say("tuning.metrics-text"))
    yield Bullets([_explain(metric, wording) for metric in results.metrics])
    yield from _show_extremes(results, wording)


def list_differences(results: Results, key: str, wording: Wording) -> Table:
    """One row for each metric: the figures of both columns, their difference with its interval, and the verdict.

    Args:
        results: of an evaluation.
        key: "later-earlier", e.g. "tuned-base".
        wording: of the document.
    """
    say, columns = wording.say, _split_key(key)
    header = [say("tuning.metric"), *(say(f"tuning.column-{column}") for column in columns)]
    rows = []
    for metric in results.metrics:
        if (change := metric.differences.get(key)) is not None:
            figures = [show_figure(metric.columns[column].value, metric.name, wording) for column in columns]
            rows.append([name_metric(metric.name, wording), *figures, show_difference(change, wording)])
            rows[-1].append(say(f"tuning.{VERDICTS[change.verdict]}"))
    return Table([*header, say("tuning.difference"), say("tuning.verdict")], rows, widths=(4, 2, 2, 5, 4))


def show_difference(change: Difference, wording: Wording) -> str:
    """A difference with its interval: "−0.12 [−0.15; −0.09]"."""
    ends = "; ".join(show_signed(value, wording) for value in (change.low, change.high))
    return f"{show_signed(change.value, wording)} [{ends}]"


def show_signed(value: float, wording: Wording) -> str:
    """A difference with three decimals and its sign."""
    rounded = round(value, 3)
    return f"{'+' if rounded > 0 else ''}{wording.number(rounded + 0.0, 3)}"


def show_figure(value: float, name: str, wording: Wording) -> str:
    """A metric's value: rates in percent, the others with three decimals."""
    return wording.share(value) if name in SHARES else wording.number(value, 3)


def name_metric(name: str, wording: Wording) -> str:
    """A metric's name in the document's language; its own where there is none yet."""
    return wording.find("metrics", name) or f"`{name}`"


def _split_key(key: str) -> tuple[Column, Column]:
    later, earlier = key.split("-")
    return earlier, later  # type: ignore[return-value]


def _describe_protocol(facts: RunFacts, results: Results, wording: Wording) -> Iterator[Block]:
    say, protocol = wording.say, results.protocol
    tokens = protocol.columns["tuned"].decoder.get("max_new_tokens", facts.config.generation.max_new_tokens)
    texts = [say("tuning.protocol-text", unseen=wording.number(protocol.unseen.count), tokens=tokens)]
    if "prompted" in protocol.columns:
        texts.append(say("tuning.protocol-prompted", examples=len(protocol.examples)))
    base, tuned = protocol.columns["base"], protocol.columns["tuned"]
    texts.append(say("tuning.protocol-proof", base=base.logits_fingerprint, tuned=tuned.logits_fingerprint))
    resamples = wording.number(protocol.resamples)
    texts.append(say("tuning.protocol-interval", resamples=resamples, seed=protocol.seed))
    yield Paragraph(" ".join(texts))


def _read_verdicts(results: Results, key: str, wanted: Sequence[str], prefix: str, wording: Wording) -> list[str]:
    """One sentence for each verdict that some metric has."""
    sentences = []
    for verdict, name in VERDICTS.items():
        short = name.removeprefix("verdict-")
        named = [
            name_metric(metric.name, wording)
            for metric in results.metrics
            if key in metric.differences and metric.differences[key].verdict == verdict
        ]
        if named and short in wanted:
            sentences.append(wording.say(f"tuning.{prefix}-{short}", metrics=wording.join(named)))
    return sentences


def _read_prompted(results: Results, wording: Wording) -> list[str]:
    sentences = _read_verdicts(results, "tuned-prompted", ("better", "worse"), "reading-prompted", wording)
    has_better = any(
        metric.differences["tuned-prompted"].verdict == "better"
        for metric in results.metrics
        if "tuned-prompted" in metric.differences
    )
    return sentences if has_better else [wording.say("tuning.reading-prompted-not"), *sentences]


def _read_more(facts: RunFacts, results: Results, wording: Wording) -> list[str]:
    """Seen against unseen products, question forms, seeds; what was not measured is said to be so."""
    say, texts = wording.say, []
    gap = results.gaps.get(PRIMARY)
    if gap is None:
        texts.append(say("tuning.gap-text-none"))
    else:
        seen, unseen = (results.metric(PRIMARY, seen=flag).columns["tuned"].value for flag in (True, False))
        values = {"seen": wording.number(seen, 3), "unseen": wording.number(unseen, 3), **_ends(gap, wording)}
        texts.append(say("tuning.gap-text", **values, difference=show_signed(gap.value, wording)))
    if results.robustness is None:
        texts.append(say("tuning.robustness-none"))
    else:
        loss = results.robustness.loss
        texts.append(say("tuning.robustness-text", loss=show_signed(loss.value, wording), **_ends(loss, wording)))
    spread = results.seeds.metrics.get(PRIMARY) if results.seeds else None
    if results.seeds is None or spread is None:
        texts.append(say("tuning.seeds-none", run=facts.name))
    else:
        seeds = ", ".join(map(str, results.seeds.seeds))
        mean, deviation = wording.number(spread.mean, 3), wording.number(spread.deviation, 3)
        texts.append(
            say("tuning.seeds-text", count=len(results.seeds.seeds), seeds=seeds, mean=mean, deviation=deviation)
        )
    return texts


def _ends(change: Difference, wording: Wording) -> dict[str, str]:
    return {
        "low": show_signed(change.low, wording),
        "high": show_signed(change.high, wording),
        "verdict": wording.say(f"tuning.{VERDICTS[change.verdict]}"),
    }


def _explain(metric: Metric, wording: Wording) -> str:
    return wording.say(
        "tuning.metric-line",
        name=name_metric(metric.name, wording),
        direction=wording.say(f"tuning.direction-{metric.direction}"),
        meaning=wording.find("metric-meanings", metric.name) or metric.name,
    )


def _draw_differences(results: Results, wording: Wording) -> Figure | None:
    intervals = [
        Interval(
            name_metric(metric.name, wording).strip("`"),
            change.value,
            change.low,
            change.high,
            change.verdict != "no significant difference",
        )
        for metric in results.metrics
        if metric.name not in NOT_DRAWN and (change := metric.differences.get("tuned-base")) is not None
    ]
    if not intervals:
        return None
    svg = draw_intervals(intervals, label=wording.say("tuning.figure-axis"), number=wording.number)
    return Figure(f"differences.{wording.language}", svg, wording.say("tuning.figure-caption"))


def _show_extremes(results: Results, wording: Wording) -> Iterator[Block]:
    """The unseen products with the largest and the smallest gain: the best and the worst, both as they are."""
    say = wording.say
    unseen = sorted((item for item in results.products if not item.seen), key=lambda item: item.gain)
    if len(unseen) < 2:
        return
    yield Heading(say("tuning.examples-heading"), 3)
    yield Paragraph(say("tuning.examples-text"))
    for key, product in (("example-best", unseen[-1]), ("example-worst", unseen[0])):
        yield Paragraph(say(f"tuning.{key}", gain=show_signed(product.gain, wording), title=product.title))
        yield from _show_product(product, wording)


def _show_product(product: ProductResult, wording: Wording) -> Iterator[Block]:
    say = wording.say
    yield Verbatim(product.description, say("tuning.true-description"))
    for column, answer in product.answers.items():
        if column in {"base", "tuned"}:
            label = say("tuning.answer-of", column=say(f"tuning.column-{column}"))
            ending = say(f"tuning.{'stopped' if answer.stopped else 'cut'}", tokens=answer.tokens)
            yield Verbatim(answer.text.strip(), f"{label} ({ending})")
