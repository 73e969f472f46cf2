"""The product-by-product part of the evaluation's report: every answer beside the true description.

The cards stand once in the page for both languages, and in four orders: CSS places them by numbers that each card
bears, so that sorting needs no script.
"""

from collections.abc import Sequence

from catalora.catalog.report_markup import render_text
from catalora.catalog.report_texts import LANGUAGE_NAMES
from catalora.evaluation.report_texts import EvaluationWording
from catalora.evaluation.results import Column, ColumnAnswer, ProductResult, Results
from catalora.references.markup import render_evidence, render_influences
from catalora.references.wording import WORDS, Language

ORDERS = ("extremes", "gain", "loss", "drawn")
SHOWN = ("all", "unseen", "seen")
# Words of a copied run from which it is worth showing.
_SHOWN_COPY = 6
_EVIDENCE_WORDS: dict[str, Language] = {"pt-BR": "pt", "en": "en"}
_WORDINGS = [EvaluationWording(language) for language in LANGUAGE_NAMES]


def render_products(results: Results) -> str:
    """Heading, switches for order and choice, and a card for each product."""
    order = _switch("order", ORDERS)
    show = _switch("show", SHOWN)
    ranks = rank_products(results.products)
    cards = "".join(_render_card(product, rank) for product, rank in zip(results.products, ranks, strict=True))
    return (
        f'<section class="answers"><h2>{say("answers")}</h2><p>{say("answers-note")}</p>'
        f'{order}{show}<div class="cards">{cards}</div></section>'
    )


def rank_products(products: Sequence[ProductResult]) -> list[dict[str, int]]:
    """The place of each product in each order; `extremes` takes best and worst in turns."""
    by_gain = sorted(range(len(products)), key=lambda place: -products[place].gain)
    half = -(-len(by_gain) // 2)
    best, worst = by_gain[:half], by_gain[half:][::-1]
    extremes = [place for number in range(half) for place in (best[number : number + 1] + worst[number : number + 1])]
    orders = {"extremes": extremes, "gain": by_gain, "loss": by_gain[::-1], "drawn": list(range(len(products)))}
    ranks: list[dict[str, int]] = [{} for _ in products]
    for name, order in orders.items():
        for rank, place in enumerate(order):
            ranks[place][name] = rank
    return ranks


def style_switches() -> str:
    """The rules that sort and choose the cards."""
    rules = [f"#order-{name}:checked ~ .cards > .card {{ order: var(--{name}); }}" for name in ORDERS]
    rules += [
        f"#show-{name}:checked ~ .cards > .card:not(.{name}) {{ display: none; }}" for name in SHOWN if name != "all"
    ]
    return "\n".join(rules)


def say(key: str, **values: str) -> str:
    """A text in both languages, of which the page shows one."""
    return "".join(
        f'<span lang="{wording.language}">{render_text(wording.say(key, **values))}</span>' for wording in _WORDINGS
    )


def _switch(group: str, names: Sequence[str]) -> str:
    buttons = "".join(
        f'<input class="choice" type="radio" name="{group}" id="{group}-{name}"{"" if number else " checked"}>'
        f'<label for="{group}-{name}">{say(f"{group}-{name}")}</label> '
        for number, name in enumerate(names)
    )
    return f'<span class="soft">{say(group)}</span> {buttons}<br>'


def _render_card(product: ProductResult, ranks: dict[str, int]) -> str:
    places = "; ".join(f"--{name}: {rank}" for name, rank in ranks.items())
    kind = "seen" if product.seen else "unseen"
    gain = "".join(
        f'<span lang="{wording.language}">{render_text(wording.say("gain"))} '
        f"<b>{wording.figure('bits_per_byte', product.gain, signed=True)}</b></span>"
        for wording in _WORDINGS
    )
    rows = _row("asked", render_text(product.question)) + _row("true", _text(product.description))
    rows += "".join(
        _row(f"column:{column}", _render_answer(column, answer)) for column, answer in product.answers.items()
    )
    return (
        f'<div class="card {kind}" style="{places}"><div class="head"><h3 dir="auto">{render_text(product.title)}</h3>'
        f'<span class="count">{gain} · {say(f"{kind}-mark")}</span></div>{rows}</div>\n'
    )


def _render_answer(column: Column, answer: ColumnAnswer) -> str:
    marks = [say("stopped" if answer.stopped else "cut")]
    if answer.has_follow_up:
        marks.append(say("follow-up"))
    if len(answer.copied.split()) >= _SHOWN_COPY:
        marks.append(say("copied", text=answer.copied))
    text = _text(answer.text) if answer.text.strip() else f'<span class="soft">{say("empty")}</span>'
    return f'{text}<div class="soft">{" · ".join(marks)}</div>{_render_evidence(column, answer)}'


def _render_evidence(column: Column, answer: ColumnAnswer) -> str:
    """A fold with what the answer can be held against, in both languages; empty where it was not gathered."""
    if answer.marks is None:
        return ""
    parts = ""
    for wording in _WORDINGS:
        words = WORDS[_EVIDENCE_WORDS[wording.language]]
        html = render_evidence(answer.text, answer.marks, words, wording.number)
        # The gradients are of the plain question and the tuned weights.
        if column == "tuned":
            html += render_influences(answer.influences, words, wording.number)
        parts += f'<div lang="{wording.language}">{html}</div>'
    return f"<details><summary>{say('evidence')}</summary>{parts}</details>"


def _text(text: str) -> str:
    return f'<span class="product" dir="auto">{render_text(text)}</span>'


def _row(key: str, html: str) -> str:
    return f'<div class="version"><span>{say(key)}</span><div>{html}</div></div>'
