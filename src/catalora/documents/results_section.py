"""Before and after with intervals, as `catalora evaluate` measured it; or that it was not measured."""

from collections.abc import Iterator, Sequence

from catalora.documents.blocks import Block, Bullets, Figure, Heading, Paragraph, Table, Verbatim
from catalora.documents.charts import Interval, Kind, draw_intervals
from catalora.documents.facts import RunFacts
from catalora.documents.wording import Wording
from catalora.evaluation.results import Column, Difference, Grounding, Metric, ProductResult, Results, Verdict

PRIMARY = "bits_per_byte"
# Bits, nats and a ratio of lengths would press the shares, which lie between 0 and 1, together on one axis.
NOT_DRAWN = frozenset({"bits_per_byte", "nll_per_token", "length_ratio"})
# In the texts, verdicts stand without spaces.
NO_DIFFERENCE: Verdict = "no significant difference"
KINDS: dict[Verdict, Kind] = {"better": "better", "worse": "worse", NO_DIFFERENCE: "unclear"}
SHORT: dict[Verdict, str] = {"better": "better", "worse": "worse", NO_DIFFERENCE: "none"}


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
    yield from _describe_general(results, wording)
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
    say, columns = wording.evaluation.say, _split_key(key)
    header = [say("metric"), *(say(f"column:{column}") for column in columns)]
    rows = [
        [
            say(f"metric:{metric.name}"),
            *(wording.evaluation.figure(metric.name, metric.columns[column].value) for column in columns),
            show_difference(metric.name, change, wording),
            say(f"verdict:{change.verdict}"),
        ]
        for metric in results.metrics
        if (change := metric.differences.get(key)) is not None
    ]
    header += [f"{say('difference')} [95%]", say("verdict")]
    return Table(header, rows, widths=(5, 2, 2, 5, 4))


def show_difference(metric: str, change: Difference, wording: Wording) -> str:
    """A difference with its interval: "−0.120 [−0.150 to −0.090]"."""
    figure = wording.evaluation.figure(metric, change.value, signed=True)
    return f"{figure} [{wording.evaluation.range(metric, change.low, change.high, signed=True)}]"


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
    texts.append(wording.evaluation.say("several-note", count=str(len(results.metrics))))
    yield Paragraph(" ".join(texts))


def _read_verdicts(results: Results, key: str, wanted: Sequence[str], prefix: str, wording: Wording) -> list[str]:
    """One sentence for each verdict that some metric has."""
    sentences = []
    for verdict, short in SHORT.items():
        named = [
            wording.evaluation.say(f"metric:{metric.name}")
            for metric in results.metrics
            if key in metric.differences and metric.differences[key].verdict == verdict
        ]
        if named and short in wanted:
            sentences.append(wording.say(f"tuning.{prefix}-{short}", metrics="; ".join(named)))
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
    say, show, texts = wording.say, wording.evaluation.figure, []
    gap = results.gaps.get(PRIMARY)
    if gap is None:
        texts.append(say("tuning.gap-text-none"))
    else:
        seen, unseen = (results.metric(PRIMARY, seen=flag).columns["tuned"].value for flag in (True, False))
        values = {"seen": show(PRIMARY, seen), "unseen": show(PRIMARY, unseen)}
        texts.append(say("tuning.gap-text", **values, **_describe_change(gap, wording)))
    if results.robustness is None:
        texts.append(say("tuning.robustness-none"))
    else:
        texts.append(say("tuning.robustness-text", **_describe_change(results.robustness.loss, wording)))
    spread = results.seeds.metrics.get(PRIMARY) if results.seeds else None
    if results.seeds is None or spread is None:
        texts.append(say("tuning.seeds-none", run=facts.name))
    else:
        seeds = ", ".join(map(str, results.seeds.seeds))
        mean, deviation = show(PRIMARY, spread.mean), show(PRIMARY, spread.deviation)
        texts.append(
            say("tuning.seeds-text", count=len(results.seeds.seeds), seeds=seeds, mean=mean, deviation=deviation)
        )
    if results.grounding is not None:
        texts.append(_describe_grounding(results.grounding, results.protocol.unseen.count, wording))
    return texts


def _describe_grounding(grounding: Grounding, questions: int, wording: Wording) -> str:
    """Facts that the records do not have, with and without the record in the prompt."""
    invented, figure = grounding.invented, wording.evaluation.figure
    change = invented.differences["grounded-tuned"]
    columns = {column: figure(invented.name, estimate.value) for column, estimate in invented.columns.items()}
    return wording.say(
        "tuning.grounding-text",
        found=wording.number(grounding.found),
        questions=wording.number(questions),
        wrong=wording.number(grounding.wrong),
        change=show_difference(invented.name, change, wording),
        verdict=wording.evaluation.say(f"verdict:{change.verdict}"),
        **columns,
    )


def _describe_general(results: Results, wording: Wording) -> Iterator[Block]:
    """Tasks beyond the catalogue before and after, where they were asked."""
    general = results.general
    if general is None:
        return
    say = wording.evaluation.say
    rows = []
    for score in general.scores:
        base, tuned, change = score.columns["base"], score.columns["tuned"], score.differences["tuned-base"]
        rows.append(
            [
                f"{score.name} ({say(f'direction:{score.direction}')})",
                wording.number(base.products),
                *(wording.evaluation.figure(score.name, item.value) for item in (base, tuned)),
                show_difference(score.name, change, wording),
                say(f"verdict:{change.verdict}"),
            ]
        )
    header = [*map(say, ("task", "questions", "column:base", "column:tuned")), f"{say('difference')} [95%]"]
    yield Paragraph(wording.say("tuning.general-text", version=general.harness))
    yield Table([*header, say("verdict")], rows, widths=(5, 2, 2, 2, 5, 4))


def _describe_change(change: Difference, wording: Wording) -> dict[str, str]:
    figures = {name: getattr(change, name) for name in ("value", "low", "high")}
    shown = {name: wording.evaluation.figure(PRIMARY, value, signed=True) for name, value in figures.items()}
    return {**shown, "verdict": wording.evaluation.say(f"verdict:{change.verdict}")}


def _explain(metric: Metric, wording: Wording) -> str:
    say = wording.evaluation.say
    direction = say(f"direction:{metric.direction}")
    return f"{say(f'metric:{metric.name}')} ({direction}). {say(f'about:{metric.name}')}"


def _draw_differences(results: Results, wording: Wording) -> Figure | None:
    intervals = [
        Interval(
            wording.evaluation.say(f"metric:{metric.name}"),
            change.value,
            change.low,
            change.high,
            KINDS[change.verdict],
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
        gain = wording.evaluation.figure(PRIMARY, product.gain, signed=True)
        yield Paragraph(say(f"tuning.{key}", gain=gain, title=product.title))
        yield from _show_product(product, wording)


def _show_product(product: ProductResult, wording: Wording) -> Iterator[Block]:
    say = wording.say
    yield Verbatim(product.description, say("tuning.true-description"))
    for column, answer in product.answers.items():
        if column in {"base", "tuned"}:
            label = say("tuning.answer-of", column=wording.evaluation.say(f"column:{column}"))
            ending = say(f"tuning.{'stopped' if answer.stopped else 'cut'}", tokens=answer.tokens)
            yield Verbatim(answer.text.strip(), f"{label} ({ending})")
