"""The sections of the evaluation's report that tell about all products at once; each returns HTML in one language."""

import time
from html import escape

from catalora.catalog.report_facts import Histogram
from catalora.catalog.report_markup import render_histogram, render_table, render_text
from catalora.evaluation.metrics import split_words
from catalora.evaluation.report_charts import Curve, Whisker, render_curves, render_interval
from catalora.evaluation.report_texts import EvaluationWording
from catalora.evaluation.results import Column, Difference, Metric, Results

TILES = ("bits_per_byte", "stop_rate", "follow_up_rate", "rouge_l", "attribute_precision")
WORD_EDGES = tuple(range(0, 200, 20))
_LOOKS = {"better": "good", "worse": "bad", "no significant difference": "even"}


def render_head(results: Results, wording: EvaluationWording) -> str:
    """Title, what was measured, and on which run."""
    protocol, origin = results.protocol, results.origin
    lead = wording.say(
        "lead",
        unseen=wording.number(protocol.unseen.count),
        seen=wording.number(protocol.seen.count if protocol.seen else 0),
    )
    run = wording.say(
        "run",
        run=origin.run,
        model=str(origin.model.get("name", "?")),
        date=time.strftime("%Y-%m-%d %H:%M", time.gmtime(origin.created)),
        version=origin.catalora,
    )
    return f"<h1>{render_text(wording.say('title'))}</h1>{_paragraph(lead)}{_paragraph(run, soft=True)}"


def render_tiles(results: Results, wording: EvaluationWording) -> str:
    """The main figures before and after, with their verdicts."""
    tiles = ""
    for name in TILES:
        metric = next((item for item in results.metrics if item.name == name), None)
        change = metric.differences.get("tuned-base") if metric else None
        if metric is None or change is None:
            continue
        before, after = (wording.figure(name, metric.columns[column].value) for column in ("base", "tuned"))
        tiles += (
            f'<div class="card"><b>{wording.say("tile-change", before=before, after=after)}</b>'
            f"{render_text(wording.say(f'metric:{name}'))}<p>{_badge(change, wording)}</p></div>"
        )
    return f'{_heading("headline", wording)}<div class="tiles">{tiles}</div>'


def render_limits(results: Results, wording: EvaluationWording) -> str:
    """What the figures do not show."""
    protocol = results.protocol
    tokens = next(iter(protocol.columns.values())).decoder.get("max_new_tokens")
    three = f"{wording.number(300 / protocol.unseen.count, 1)}%"
    texts = [wording.say(f"limit-{number}", tokens=str(tokens), three=three) for number in range(1, 6)]
    if results.grounding is not None:
        texts.append(wording.say("limit-grounded"))
    searched, available = protocol.copy_search
    texts.append(wording.say("limit-copies", searched=wording.number(searched), available=wording.number(available)))
    too_long = protocol.unseen.too_long + (protocol.seen.too_long if protocol.seen else 0)
    if too_long:
        texts.append(wording.say("limit-long", count=wording.number(too_long)))
    items = "".join(f"<li>{render_text(text)}</li>" for text in texts)
    return f'{_heading("limits", wording)}<div class="card"><ul>{items}</ul></div>'


def render_metrics(results: Results, wording: EvaluationWording) -> str:
    """Every metric on unseen products, with its intervals drawn."""
    note = wording.say("metrics-note", resamples=wording.number(results.protocol.resamples))
    cards = "".join(_render_metric(metric, wording) for metric in results.metrics)
    several = wording.say("several-note", count=wording.number(len(results.metrics)))
    return f"{_heading('metrics', wording)}{_paragraph(note)}{_paragraph(several, soft=True)}{cards}"


def _render_metric(metric: Metric, wording: EvaluationWording) -> str:
    """Values of the columns on one axis, and the differences on another with its zero."""
    name = wording.say(f"metric:{metric.name}")
    values = [
        (
            wording.column(column),
            f"<b>{wording.figure(metric.name, item.value)}</b> ({wording.range(metric.name, item.low, item.high)})",
            Whisker(item.value, item.low, item.high, column),
        )
        for column, item in metric.columns.items()
    ]
    differences = [
        (
            wording.say(f"pair:{pair}"),
            f"<b>{wording.figure(metric.name, item.value, signed=True)}</b> "
            f"({wording.range(metric.name, item.low, item.high, signed=True)})<br>{_badge(item, wording)}",
            Whisker(item.value, item.low, item.high, _LOOKS[item.verdict]),
        )
        for pair, item in metric.differences.items()
    ]
    return (
        f'<div class="card"><div class="head"><h3>{render_text(name)}</h3>'
        f'<span class="count soft">{render_text(wording.say(f"direction:{metric.direction}"))}</span></div>'
        f"{_paragraph(wording.say(f'about:{metric.name}'), soft=True)}"
        f"{_render_figures(values, None)}{_render_figures(differences, 0.0)}</div>\n"
    )


def _render_figures(rows: list[tuple[str, str, Whisker]], marked: float | None) -> str:
    """Name, numbers and drawing of each row, all drawings on one axis."""
    if not rows:
        return ""
    ends = [value for _, _, item in rows for value in (item.low, item.high)] + ([marked] if marked is not None else [])
    html = ""
    for name, html_numbers, item in rows:
        drawing = render_interval(item, (min(ends), max(ends)), name, marked=marked)
        html += f'<span>{render_text(name)}</span><span class="number">{html_numbers}</span>{drawing}'
    return f'<div class="figures">{html}</div>'


def render_grounding(results: Results, wording: EvaluationWording) -> str:
    """Invented facts with and without the record in the prompt; empty when that was not asked for."""
    grounding = results.grounding
    if grounding is None:
        return ""
    counts = {name: wording.number(getattr(grounding, name)) for name in ("found", "wrong", "none")}
    note = _paragraph(wording.say("grounding-note", **counts))
    return f"{_heading('grounding', wording)}{note}{_render_metric(grounding.invented, wording)}"


def render_power(results: Results, wording: EvaluationWording) -> str:
    """How many products would show a small difference."""
    needed = [(metric, metric.differences.get("tuned-base")) for metric in results.metrics]
    rows = [
        [render_text(wording.say(f"metric:{metric.name}")), wording.number(change.products_to_see)]
        for metric, change in needed
        if change is not None and change.products_to_see is not None and metric.name != "length_ratio"
    ]
    note = wording.say(
        "power-note",
        difference=wording.number(results.protocol.power_difference, 2),
        count=wording.number(results.protocol.unseen.count),
    )
    table = render_table([wording.say("metric"), wording.say("needed")], rows, numbers=1)
    return f'{_heading("power", wording)}{_paragraph(note)}<div class="card">{table}</div>'


def render_seen(results: Results, wording: EvaluationWording) -> str:
    """The tuned column on seen against unseen products."""
    if not results.seen_metrics:
        return _heading("seen", wording) + _paragraph(wording.say("seen-none"))
    rows = []
    for metric in results.seen_metrics:
        gap = results.gaps.get(metric.name)
        if gap is None:
            continue
        seen, unseen = metric.columns["tuned"].value, results.metric(metric.name).columns["tuned"].value
        rows.append(
            [
                render_text(wording.say(f"metric:{metric.name}")),
                wording.figure(metric.name, unseen),
                wording.figure(metric.name, seen),
                wording.figure(metric.name, gap.value, signed=True),
                wording.range(metric.name, gap.low, gap.high, signed=True),
                _badge(gap, wording),
            ]
        )
    header = [wording.say(key) for key in ("metric", "on-unseen", "on-seen", "gap", "interval", "verdict")]
    note = _paragraph(wording.say("seen-note"))
    return f'{_heading("seen", wording)}{note}<div class="card">{render_table(header, rows, numbers=5)}</div>'


def render_forms(results: Results, wording: EvaluationWording) -> str:
    """Question forms of training against held-out ones; empty when there are none."""
    robustness = results.robustness
    if robustness is None:
        return ""
    rows = []
    for form in robustness.forms:
        stopped = "–" if form.stop_rate is None else wording.figure("stop_rate", form.stop_rate)
        bits = [wording.figure("bits_per_byte", form.bits_per_byte[column]) for column in ("base", "tuned")]
        rows.append([render_text(form.form or wording.say("form-trained")), *bits, stopped])
    header = [
        wording.say("form"),
        *(wording.say("form-bits", column=wording.column(column)) for column in ("base", "tuned")),
        wording.say("form-stop", count=wording.number(robustness.forms[0].answered)),
    ]
    loss = robustness.loss
    note = wording.say(
        "forms-note",
        count=wording.number(robustness.asked),
        loss=wording.figure("bits_per_byte", loss.value, signed=True),
        low=wording.figure("bits_per_byte", loss.low, signed=True),
        high=wording.figure("bits_per_byte", loss.high, signed=True),
    )
    return f'{_heading("forms", wording)}{_paragraph(note)}<div class="card">{render_table(header, rows, 3)}</div>'


def render_general(results: Results, wording: EvaluationWording) -> str:
    """Tasks beyond the catalogue before and after; empty when none was asked for."""
    general = results.general
    if general is None:
        return ""
    rows = []
    for score in general.scores:
        base, tuned, change = score.columns["base"], score.columns["tuned"], score.differences["tuned-base"]
        rows.append(
            [
                f"{render_text(score.name)} ({render_text(wording.say(f'direction:{score.direction}'))})",
                wording.number(base.products),
                wording.figure(score.name, base.value),
                wording.figure(score.name, tuned.value),
                wording.figure(score.name, change.value, signed=True),
                wording.range(score.name, change.low, change.high, signed=True),
                _badge(change, wording),
            ]
        )
    header = [wording.say(key) for key in ("task", "questions", "column:base", "column:tuned")]
    header += [wording.say(key) for key in ("difference", "interval", "verdict")]
    note = _paragraph(wording.say("general-note", version=general.harness))
    return f'{_heading("general", wording)}{note}<div class="card">{render_table(header, rows, numbers=6)}</div>'


def render_seeds(results: Results, wording: EvaluationWording) -> str:
    """The spread over training seeds; empty for one seed."""
    if results.seeds is None:
        return ""
    rows = [
        [
            render_text(wording.say(f"metric:{name}")),
            wording.figure(name, spread.mean),
            wording.figure(name, spread.deviation),
            " · ".join(wording.figure(name, value) for value in spread.values),
        ]
        for name, spread in results.seeds.metrics.items()
    ]
    note = wording.say("seeds-note", count=wording.number(len(results.seeds.seeds)))
    header = [wording.say(key) for key in ("metric", "mean", "deviation", "per-seed")]
    return f'{_heading("seeds", wording)}{_paragraph(note)}<div class="card">{render_table(header, rows, 3)}</div>'


def render_losses(curves: dict[str, list[tuple[float, float]]], wording: EvaluationWording) -> str:
    """Loss curves of the training."""
    looks = {"loss-train": "base", "loss-validation": "tuned"}
    drawn = [Curve(wording.say(name), tuple(points), looks[name]) for name, points in curves.items()]
    chart = render_curves(drawn, wording.say("curves-label"), wording.say("step"))
    return f'{_heading("curves", wording)}<div class="card">{chart or _paragraph(wording.say("curves-none"))}</div>'


def render_lengths(results: Results, wording: EvaluationWording) -> str:
    """Histograms of the answers' lengths beside those of the true descriptions."""
    unseen = [product for product in results.products if not product.seen]
    lengths: dict[str, list[int]] = {"length:true": [len(split_words(product.description)) for product in unseen]}
    columns: tuple[Column, ...] = tuple(results.protocol.columns)
    for column in columns:
        lengths[f"column:{column}"] = [len(split_words(product.answers[column].text)) for product in unseen]
    charts = "".join(
        f'<div class="card"><h3>{render_text(wording.say(key))}</h3>'
        f"{render_histogram(_count(values), wording.say(key), wording)}</div>"
        for key, values in lengths.items()
    )
    note = wording.say("lengths-note", mean=wording.number(results.reference_words, 1))
    return f'{_heading("lengths", wording)}{_paragraph(note)}<div class="pair">{charts}</div>'


def _count(lengths: list[int]) -> Histogram:
    counts = [0] * len(WORD_EDGES)
    for length in lengths:
        counts[max(step for step, edge in enumerate(WORD_EDGES) if edge <= length)] += 1
    return Histogram(WORD_EDGES, tuple(counts))


def render_proof(results: Results, wording: EvaluationWording) -> str:
    """Which weights answered, how they decoded, and the prompts."""
    protocol, origin = results.protocol, results.origin
    rows = [
        [
            render_text(wording.column(column)),
            render_text(wording.say(f"weights:{proof.weights}")),
            f"<code>{escape(proof.logits_fingerprint)}</code>",
            wording.number(proof.distance_to_base, 3),
            f"{wording.number(100 * proof.own_argmax_share, 1)}%",
            f"{wording.number(100 * proof.other_argmax_share, 1)}%",
        ]
        for column, proof in protocol.columns.items()
    ]
    header = [wording.say(key) for key in ("value", "weights", "logits", "distance", "own-share", "other-share")]
    header[0] = ""
    first = next(iter(protocol.columns.values()))
    decoder = [[f"<code>{render_text(name)}</code>", render_text(str(value))] for name, value in first.decoder.items()]
    prompts = "".join(
        f"<details><summary>{render_text(wording.say('prompt-of', column=wording.column(column)))}</summary>"
        f'<span class="product" dir="auto">{render_text(proof.prompt)}</span></details>'
        for column, proof in protocol.columns.items()
    )
    lists = wording.say(
        "lists",
        unseen=wording.number(protocol.unseen.count),
        unseen_hash=protocol.unseen.fingerprint,
        seen=wording.number(protocol.seen.count if protocol.seen else 0),
        seen_hash=protocol.seen.fingerprint if protocol.seen else "–",
        data=origin.data_fingerprint,
        adapter=origin.adapter_sha256[:12],
        seed=str(protocol.seed),
    )
    settings = (
        f"<details><summary>{render_text(wording.say('decoder'))}</summary>{_settings(decoder, wording)}</details>"
    )
    return (
        f"{_heading('proof', wording)}{_paragraph(wording.say('proof-note'))}"
        f'<div class="card">{render_table(header, rows, numbers=3)}{settings}{prompts}</div>'
        f"{_paragraph(lists, soft=True)}"
    )


def _settings(rows: list[list[str]], wording: EvaluationWording) -> str:
    return render_table([wording.say("setting"), wording.say("value")], rows, numbers=0)


def _badge(difference: Difference, wording: EvaluationWording) -> str:
    look = _LOOKS[difference.verdict]
    return f'<span class="badge {look}">{render_text(wording.verdict(difference.verdict))}</span>'


def _heading(key: str, wording: EvaluationWording) -> str:
    return f"\n<h2>{render_text(wording.say(key))}</h2>\n"


def _paragraph(text: str, soft: bool = False) -> str:
    return f'<p class="soft">{render_text(text)}</p>' if soft else f"<p>{render_text(text)}</p>"
