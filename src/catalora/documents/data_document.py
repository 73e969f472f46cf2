"""The document of data selection and preparation."""

import re
from collections.abc import Iterator

from catalora.catalog.product import SPLITS
from catalora.catalog.profile import Lengths, Profile
from catalora.config import DataConfig
from catalora.documents.blocks import Block, Bullets, Document, Heading, Paragraph, Table, Verbatim
from catalora.documents.facts import RunFacts
from catalora.documents.wording import Wording

NAME = "data_preparation"
GLUED = "glued-words"
MAX_LINE = 90
# Settings of `data` that `catalora prepare` has options of their own for.
_OPTIONS = {"max_samples": "--max-samples", "seed": "--seed", "max_bad_rows": "--max-bad-rows"}


def build_data_document(facts: RunFacts, wording: Wording) -> Document:
    """Where the products came from, which were chosen, what was done to them, and how they become examples."""
    say = wording.say
    blocks: list[Block] = [
        Paragraph(f"{say('data.intro', run=facts.name)} {say('data.records')}"),
        Heading(say("common.summary")),
        _summarise(facts, wording),
        Paragraph(say("data.fingerprint-note")),
    ]
    if facts.profile is None:
        blocks.append(Paragraph(say("data.no-profile")))
    else:
        blocks += _describe_origin(facts.profile, wording)
        blocks += _describe_selection(facts, facts.profile, wording)
        blocks += _describe_cleaning(facts.profile, wording)
        blocks += _describe_splits(facts, facts.profile, wording)
        blocks += _describe_lengths(facts.profile, wording)
    blocks += _describe_examples(facts, wording)
    blocks += _describe_limits(facts, wording)
    if facts.profile is not None:
        blocks += [
            Heading(say("common.repeat")),
            Paragraph(say("data.repeat-text", fingerprint=facts.profile.fingerprint)),
            Verbatim(write_prepare_command(facts.profile)),
        ]
    return Document(NAME, wording.language, say("data.title"), describe_run(facts, wording), blocks)


def describe_run(facts: RunFacts, wording: Wording) -> str:
    """The line below a document's title."""
    record = facts.record
    return wording.say(
        "common.subtitle", run=facts.name, date=wording.date(record["created"]), version=record["catalora"]
    )


def write_prepare_command(profile: Profile) -> str:
    """The command that prepares the same data again: sources in order, and the settings that are not the default.

    Example:
        a profile of `trn.json.gz` with 3,000 products drawn gives
        `catalora prepare trn.json.gz --out data/prepared --max-samples 3000`
    """
    sources = [_quote(source.name) for source in profile.sources if not source.is_test_source]
    tests = [f"--test-source {_quote(source.name)}" for source in profile.sources if source.is_test_source]
    defaults = DataConfig().model_dump(mode="json")
    changed = {name: value for name, value in profile.settings.items() if defaults.get(name) != value}
    options = [
        f"{_OPTIONS[name]} {value}" if name in _OPTIONS else f"--set {_quote(f'data.{name}={_write_value(value)}')}"
        for name, value in changed.items()
    ]
    parts = ["catalora prepare", *sources, *tests, "--out data/prepared", *options]
    line = " ".join(parts)
    # A long command is broken where a shell goes on reading.
    return line if len(line) <= MAX_LINE else " \\\n  ".join(parts)


def count_warned(facts: RunFacts, code: str) -> int:
    """How many products a warning of this code speaks of; 0 when there was none."""
    messages = [message for known, message in facts.warnings if known == code]
    numbers = [int(found[0]) for message in messages if (found := re.match(r"\d+", message))]
    return max(numbers, default=0)


def _summarise(facts: RunFacts, wording: Wording) -> Table:
    say, number, used = wording.say, wording.number, facts.record["data"]["products"]
    rows: list[tuple[str, str]] = []
    if (profile := facts.profile) is not None:
        rows += [
            (say("data.rows-in"), number(profile.rows_in)),
            (say("data.removed"), number(sum(profile.removed.values()))),
            (say("data.not-sampled"), number(profile.not_sampled)),
            (say("data.kept"), number(profile.kept)),
        ]
    held_out = sum(used.get(split, 0) for split in ("validation", "test"))
    rows += [
        (say("data.trained"), number(used["train"])),
        (say("data.held-out"), number(held_out)),
        (say("data.fingerprint"), f"`{facts.record['data']['fingerprint']}`"),
        (say("data.run-fingerprint"), f"`{facts.record['data']['run_fingerprint']}`"),
    ]
    return Table((say("common.fact"), say("common.value")), rows, numbers=1, widths=(3, 2))


def _describe_origin(profile: Profile, wording: Wording) -> Iterator[Block]:
    say, sources = wording.say, profile.sources
    count = say("data.file-count-one") if len(sources) == 1 else say("data.file-count-many", count=len(sources))
    yield Heading(say("data.origin"))
    yield Paragraph(say("data.origin-text", count=count))
    rows = [
        (
            say("data.test-source", name=source.name) if source.is_test_source else source.name,
            wording.number(source.rows),
            wording.size(source.size_bytes),
        )
        for source in sources
    ]
    yield Table((say("data.file"), say("common.rows"), say("data.size")), rows, numbers=2, widths=(4, 1, 1))
    yield Bullets([say("data.sha256", name=source.name, hash=source.sha256) for source in sources])
    yield Paragraph(say("data.licence-text"))


def _describe_selection(facts: RunFacts, profile: Profile, wording: Wording) -> Iterator[Block]:
    say, number, settings = wording.say, wording.number, profile.settings
    copies = settings["max_copies"]
    yield Heading(say("data.selection"))
    yield Paragraph(
        say(
            "data.selection-text",
            min_chars=settings["min_content_chars"],
            copies=say("data.copies-one") if copies == 1 else say("data.copies-many", count=copies),
        )
    )
    if any(source.is_test_source for source in profile.sources):
        yield Paragraph(say("data.test-source-text"))
    if settings["max_samples"]:
        left = number(profile.not_sampled)
        yield Paragraph(say("data.sampled", count=number(profile.kept), seed=settings["seed"], left=left))
    else:
        yield Paragraph(say("data.not-sampled-text"))
    yield Paragraph(_describe_run_sample(facts, profile, wording))
    reasons = sorted(((name, count) for name, count in profile.removed.items() if count), key=lambda item: -item[1])
    if not reasons:
        yield Paragraph(say("data.removals-none"))
        return
    yield Paragraph(say("data.removals-text"))
    rows = [(f"`{name}`", wording.explain_catalogue("reason", name), number(count)) for name, count in reasons]
    yield Table((say("data.reason"), say("data.meaning"), say("common.rows")), rows, numbers=1, widths=(3, 6, 1))
    yield Paragraph(
        say(
            "data.sum-text",
            kept=number(profile.kept),
            removed=number(sum(profile.removed.values())),
            not_sampled=number(profile.not_sampled),
            rows_in=number(profile.rows_in),
        )
    )


def _describe_run_sample(facts: RunFacts, profile: Profile, wording: Wording) -> str:
    used, available = facts.record["data"]["products"]["train"], profile.splits["train"]
    wanted, seed = facts.config.data.max_samples, facts.config.data.seed
    if used < available:
        return wording.say(
            "data.run-sampled",
            available=wording.number(available),
            count=wording.number(used),
            wanted=wanted,
            seed=seed,
        )
    if wanted and wanted > available:
        return wording.say("data.run-fewer", wanted=wording.number(wanted), count=wording.number(available))
    return wording.say("data.run-all", count=wording.number(used))


def _describe_cleaning(profile: Profile, wording: Wording) -> Iterator[Block]:
    say = wording.say
    rules = sorted(((name, count) for name, count in profile.changed.items() if count), key=lambda item: -item[1])
    yield Heading(say("data.cleaning"))
    if not rules:
        yield Paragraph(say("data.cleaning-none"))
    else:
        yield Paragraph(say("data.cleaning-text"))
        rows = [(f"`{name}`", wording.explain_catalogue("rule", name), wording.number(count)) for name, count in rules]
        yield Table((say("data.rule"), say("data.meaning"), say("common.rows")), rows, numbers=1, widths=(3, 6, 1))
        if profile.changed.get(GLUED):
            yield Paragraph(say("data.glued-text"))
    if skipped := profile.settings["skip_rules"]:
        yield Paragraph(say("data.skipped-rules", rules=", ".join(skipped)))


def _describe_splits(facts: RunFacts, profile: Profile, wording: Wording) -> Iterator[Block]:
    say, number, settings = wording.say, wording.number, profile.settings
    near = settings["near_duplicate_similarity"]
    yield Heading(say("data.splits"))
    if near is None:
        yield Paragraph(say("data.splits-text-no-near", seed=settings["seed"]))
    else:
        yield Paragraph(say("data.splits-text", share=wording.share(near, 0), seed=settings["seed"]))
    used = facts.record["data"]["products"]
    scored = min(facts.config.training.max_validation_products, used.get("validation", 0))
    rows = [
        (
            say(f"data.split-{split}"),
            say(f"data.role-{split}", **({"used": number(scored)} if split == "validation" else {})),
            number(profile.splits[split]),
            number(used.get(split, 0)),
        )
        for split in SPLITS
    ]
    header = (say("data.split"), say("data.role"), say("data.prepared"), say("data.this-run"))
    yield Table(header, rows, numbers=2, widths=(2, 6, 2, 2))
    yield Paragraph(say("data.groups-text", products=number(profile.kept), groups=number(profile.groups)))


def _describe_lengths(profile: Profile, wording: Wording) -> Iterator[Block]:
    say = wording.say

    def show(lengths: Lengths) -> list[str]:
        return [
            wording.number(lengths.mean, 1),
            *(wording.number(value) for value in (lengths.p5, lengths.p50, lengths.p95, lengths.max)),
        ]

    yield Heading(say("data.lengths"))
    yield Paragraph(say("data.lengths-text"))
    header = (say("data.field"), say("data.mean"), "p5", say("data.median"), "p95", say("data.longest"))
    rows = [
        (say("data.title-field"), *show(profile.title_lengths)),
        (say("data.content-field"), *show(profile.content_lengths)),
    ]
    yield Table(header, rows, numbers=5, widths=(3, 2, 2, 2, 2, 2))


def _describe_examples(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, template, training, start = wording.say, facts.template, facts.config.training, facts.start
    yield Heading(say("data.examples"))
    yield Paragraph(say("data.examples-text"))
    yield Verbatim(f"{template.prompt}{template.completion}<eos>", say("data.template"))
    forms, held_out = len(template.training_questions), len(template.held_out_questions)
    yield Paragraph(say("data.forms-text", count=forms, held_out=held_out))
    yield Bullets([f"`{form}`" for form in template.training_questions])
    if template.grounded_prompt is not None:
        share = wording.share(facts.config.data.grounded_share, 0)
        yield Verbatim(template.grounded_prompt, say("data.grounded", share=share))
    yield Verbatim(
        template.render_prompt(facts.example_question) + template.render_completion(facts.example.content) + "<eos>",
        say("data.example"),
    )
    if "tokens" in start:
        yield Paragraph(
            say(
                "data.packing-text" if training.epochs > 1 else "data.packing-text-one",
                length=training.max_length,
                epochs=training.epochs,
                tokens=wording.number(start["tokens"]),
                rows=wording.number(start["rows"]),
                efficiency=wording.share(start["efficiency"]),
            )
        )
    else:
        yield Paragraph(say("data.packing-unknown", length=training.max_length))
    shortened, skipped = count_warned(facts, "shortened"), count_warned(facts, "skipped")
    if shortened:
        yield Paragraph(say("data.shortened", count=wording.number(shortened), length=training.max_length))
    else:
        yield Paragraph(say("data.shortened-none"))
    if skipped:
        yield Paragraph(say("data.skipped", count=wording.number(skipped), length=training.max_length))


def _describe_limits(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, profile = wording.say, facts.profile
    limits = [say(f"data.limit-{name}") for name in ("truth", "licence", "personal", "language")]
    if profile is not None:
        near, glued = profile.settings["near_duplicate_similarity"], profile.changed.get(GLUED, 0)
        limits += [say("data.limit-near", share=wording.share(near, 0))] if near is not None else []
        limits += [say("data.limit-glued", count=wording.number(glued))] if glued else []
    yield Heading(say("common.limits"))
    yield Bullets(limits)


def _write_value(value: object) -> str:
    if value is None:
        return "null"
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list | tuple) else str(value)


def _quote(text: str) -> str:
    """A word of a command line; quoted where a shell would read it otherwise."""
    return text if re.fullmatch(r"[\w./:=+-]+", text) else "'" + text.replace("'", "'\\''") + "'"
