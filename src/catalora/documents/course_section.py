"""How the training went: curves, evaluations on the way, warnings, and answers of the same products."""

from collections.abc import Iterator, Sequence
from typing import Any

from catalora.documents.blocks import Block, Bullets, Figure, Heading, Paragraph, Table, Verbatim
from catalora.documents.charts import Curve, draw_curves
from catalora.documents.data_document import count_warned
from catalora.documents.facts import Evaluated, RunFacts
from catalora.documents.wording import Wording

RUN_WORDS = 8  # see catalora.training.memorisation, which is not imported: it needs torch
SHOWN_PRODUCTS = 2
GREY, GREEN, ORANGE = "#8c959f", "#0f766e", "#b45309"


def describe_course(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    """Duration, curves, evaluations, warnings."""
    say, end = wording.say, facts.end
    sessions = say(f"tuning.course-{'sessions' if facts.sessions > 1 else 'one-session'}", sessions=facts.sessions)
    speed = wording.number(end["tokens_per_second"])
    text = say(
        "tuning.course-text", steps=wording.number(end["steps"]), duration=wording.duration(facts.seconds), speed=speed
    )
    yield Heading(say("tuning.course"))
    yield Paragraph(f"{text} {sessions}")
    if facts.losses:
        yield _draw_losses(facts, wording)
    if facts.evaluations:
        yield Paragraph(_read_losses(facts, wording))
        yield from _list_evaluations(facts, wording)
    yield from _list_warnings(facts, wording)


def describe_samples(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    """Answers of the first watched products: before the first step, half-way, and at the checkpoint that was kept."""
    say = wording.say
    yield Heading(say("tuning.samples"))
    shown = list(facts.samples.values())[:SHOWN_PRODUCTS]
    if not shown:
        off = facts.config.training.watch_products == 0
        yield Paragraph(f"{say('tuning.samples-none')} {say('tuning.watch-off') if off else ''}".strip())
        return
    chosen = [_choose_steps(answers, facts.best_step) for answers in shown]
    has_middle = any(len(answers) > 2 for answers in chosen)
    moments = say("tuning.samples-with-middle" if has_middle else "tuning.samples-without-middle")
    yield Paragraph(say("tuning.samples-text", moments=moments, tokens=facts.config.training.watch_new_tokens))
    for answers in chosen:
        yield Heading(say("tuning.question", question=answers[0][1]["question"]), 3)
        for step, answer in answers:
            key = "before" if step == 0 else "after" if step == facts.best_step else "during"
            ending = say(f"tuning.{'stopped' if answer['stopped'] else 'cut'}", tokens=answer["tokens"])
            yield Verbatim(answer["text"].strip(), say(f"tuning.{key}", step=wording.number(step), ending=ending))


def describe_warning(code: str | None, message: str, facts: RunFacts, wording: Wording) -> str:
    """A warning in the document's language; one that it has no words for is quoted."""
    if code in {"shortened", "skipped"}:
        count, length = wording.number(count_warned(facts, code)), facts.config.training.max_length
        return wording.say(f"warnings.{code}", count=count, length=length)
    known = code if code in {"fewer-products", "versions", "memorising", "memory-ran-out"} else "other"
    return wording.say(f"warnings.{known}", message=message)


def _choose_steps(answers: Sequence[tuple[int, dict[str, Any]]], best_step: int) -> list[tuple[int, dict[str, Any]]]:
    """Of the answers to one product: the first, one half-way, and that of the best step."""
    until = [item for item in answers if item[0] <= best_step]
    if len(until) < 3:
        return until
    middle = min(until[1:-1], key=lambda item: abs(item[0] - best_step / 2))
    return [until[0], middle, until[-1]]


def _draw_losses(facts: RunFacts, wording: Wording) -> Figure:
    say = wording.say
    curves = [Curve(say("tuning.train-loss"), facts.losses, GREY)]
    if facts.evaluations:
        validation = [(item.step, item.loss) for item in facts.evaluations]
        curves.append(Curve(say("tuning.validation-loss"), validation, GREEN))
    svg = draw_curves(
        curves,
        x_label=say("tuning.step-axis"),
        y_label=say("tuning.loss-axis"),
        number=wording.number,
        mark=(facts.best_step, say("tuning.kept-mark")) if facts.evaluations else None,
    )
    return Figure(f"loss.{wording.language}", svg, say(f"tuning.loss-caption{'' if facts.evaluations else '-train'}"))


def _read_losses(facts: RunFacts, wording: Wording) -> str:
    """What the validation curve shows, in words."""
    say, number = wording.say, wording.number
    first, last = facts.evaluations[0], facts.evaluations[-1]
    best = min(facts.evaluations, key=lambda item: (item.loss, item.step))
    if first is last:
        return say("tuning.loss-reading-single", step=number(first.step), loss=number(first.loss, 3))
    text = say(
        "tuning.loss-reading",
        first=number(first.loss, 3),
        first_step=number(first.step),
        best=number(best.loss, 3),
        best_step=number(best.step),
    )
    if best is last:
        return f"{text} {say('tuning.loss-reading-falling')}"
    rest = say(
        "tuning.loss-reading-rising",
        best_step=number(best.step),
        last_step=number(last.step),
        last=number(last.loss, 3),
    )
    return f"{text} {rest}"


def _list_evaluations(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, training = wording.say, facts.config.training
    validation = min(training.max_validation_products, facts.record["data"]["products"].get("validation", 0))
    watched = next((item.watch["answers"] for item in facts.evaluations if item.watch), 0)
    if watched:
        values = {"validation": wording.number(validation), "watched": int(watched)}
        yield Paragraph(say("tuning.evaluations-text", **values, tokens=training.watch_new_tokens))
    else:
        yield Paragraph(say("tuning.evaluations-text-plain", validation=wording.number(validation)))
    header = ["step", "loss", "bits", *(("stops", "follow-ups", "copied") if watched else ())]
    rows = [_list_evaluation(item, facts.best_step, bool(watched), wording) for item in facts.evaluations]
    yield Table([say(f"tuning.{key}") for key in header], rows, numbers=len(header) - 1, widths=[2] * len(header))
    if not watched:
        yield Paragraph(say("tuning.watch-off" if training.watch_products == 0 else "tuning.not-watched"))
        return
    yield Paragraph(say("tuning.copied-text", words=RUN_WORDS))
    if len(facts.looks) > 1:
        yield _draw_looks(facts, int(watched), wording)


def _list_evaluation(item: Evaluated, best_step: int, watched: bool, wording: Wording) -> list[str]:
    number, missing = wording.number, wording.say("common.not-recorded")
    step = wording.say("tuning.kept", step=number(item.step)) if item.step == best_step else number(item.step)
    cells = [step, number(item.loss, 3), missing if item.bits_per_byte is None else number(item.bits_per_byte, 3)]
    if not watched:
        return cells
    if item.watch is None:
        return [*cells, *[missing] * 3]
    shares = [wording.share(item.watch[name], 0) for name in ("stop_rate", "follow_up_rate")]
    return [*cells, *shares, number(item.watch["copied_words"], 1)]


def _draw_looks(facts: RunFacts, watched: int, wording: Wording) -> Figure:
    say = wording.say
    curves = [
        Curve(say("tuning.stops"), [(step, look["stop_rate"]) for step, look in facts.looks], GREEN),
        Curve(say("tuning.follow-ups"), [(step, look["follow_up_rate"]) for step, look in facts.looks], ORANGE, True),
    ]
    svg = draw_curves(
        curves,
        x_label=say("tuning.step-axis"),
        y_label=say("tuning.watch-axis"),
        number=wording.number,
        y_range=(0.0, 1.0),
    )
    return Figure(f"answers.{wording.language}", svg, say("tuning.watch-caption", watched=watched))


def _list_warnings(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    if not facts.warnings:
        yield Paragraph(wording.say("tuning.warnings-none"))
        return
    yield Paragraph(wording.say("tuning.warnings-text"))
    texts = [describe_warning(code, message, facts, wording) for code, message in facts.warnings]
    yield Bullets(list(dict.fromkeys(texts)))
