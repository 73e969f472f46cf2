"""The document of the fine-tuning: what was trained with which settings, on what, and how it went."""

from collections.abc import Iterator

from catalora.config import Config
from catalora.documents.blocks import Block, Bullets, Document, Heading, Paragraph, Table, Verbatim
from catalora.documents.course_section import describe_course, describe_samples
from catalora.documents.data_document import describe_run
from catalora.documents.facts import RunFacts
from catalora.documents.results_section import NO_DIFFERENCE, describe_results, show_difference
from catalora.documents.wording import Wording

NAME = "fine_tuning"
SHOWN_SECTIONS = ("lora", "training", "generation")
# Of the data's settings, those that decide what a run is trained on; the others have done their work in `prepare`.
DATA_SETTINGS = ("max_samples", "seed", "grounded_share")
ADJUSTED = "●"
DEMO = "demo"


def build_tuning_document(facts: RunFacts, wording: Wording) -> Document:
    """Base model, method, parameters and adjustments, machine, course, before and after, limits, how to repeat it."""
    say = wording.say
    records = say(f"tuning.records{'-evaluated' if facts.results else ''}")
    blocks: list[Block] = [
        Paragraph(f"{say('tuning.intro', run=facts.name)} {records}"),
        Heading(say("common.summary")),
        summarise(facts, wording),
        *_describe_model(facts, wording),
        *_describe_method(facts, wording),
        *_describe_parameters(facts, wording),
        *_describe_adjustments(facts, wording),
        *_describe_hardware(facts, wording),
        *describe_course(facts, wording),
        *describe_samples(facts, wording),
        *describe_results(facts, wording),
        *_describe_sources(facts, wording),
        Heading(say("common.limits")),
        Bullets(list_limits(facts, wording)),
        Heading(say("common.repeat")),
        Paragraph(say("tuning.repeat-text", fingerprint=facts.record["data"]["fingerprint"])),
        Verbatim(write_train_command(facts)),
    ]
    return Document(NAME, wording.language, say("tuning.title"), describe_run(facts, wording), blocks)


def list_settings(config: Config) -> list[tuple[str, object, object]]:
    """Settings that shape a training and its answers: `section.name`, value, default."""
    used, defaults = config.model_dump(mode="json"), Config().model_dump(mode="json")
    return [
        (f"{section}.{name}", value, defaults[section][name])
        for section in ("data", *SHOWN_SECTIONS)
        for name, value in used[section].items()
        if section != "data" or name in DATA_SETTINGS
    ]


def write_train_command(facts: RunFacts) -> str:
    """The command that trains the same run again, every setting that is not the default named."""
    settings = [(name, value) for name, value, default in list_settings(facts.config) if value != default]
    values = [
        f"--set '{name}=[{', '.join(map(str, value))}]'" if isinstance(value, list) else f"--set {name}={_write(value)}"
        for name, value in settings
    ]
    head = f"catalora train --data data/prepared --model {facts.record['model']['name']}"
    return " \\\n  ".join([head, *values])


def describe_licence(facts: RunFacts) -> str:
    """Which licence text fits the base model: gemma, demo, maybe-gemma (a folder of that architecture), or other."""
    model = facts.record["model"]
    if model["name"] == DEMO:
        return "demo"
    if model["name"].lower().startswith("google/") and "gemma" in model["name"].lower():
        return "gemma"
    return "maybe-gemma" if "gemma" in model["architecture"].lower() and model["commit"] is None else "other"


def summarise(facts: RunFacts, wording: Wording) -> Table:
    """The run at a glance."""
    say, number, lora, best = wording.say, wording.number, facts.config.lora, facts.best
    epochs = facts.config.training.epochs
    products = number(facts.record["data"]["products"]["train"])
    kept = (
        say("tuning.checkpoint-value", step=number(best.step), loss=number(best.loss, 3))
        if best
        else say("tuning.checkpoint-value-last", step=number(facts.best_step))
    )
    steps, total = number(facts.end["steps"]), number(facts.start["total_steps"])
    rows = [
        (say("tuning.base"), f"`{facts.record['model']['name']}`"),
        (
            say("tuning.method"),
            say(
                "tuning.method-value",
                r=lora.r,
                alpha=lora.alpha,
                dropout=number(lora.dropout, 2 if lora.dropout else 0),
            ),
        ),
        (
            say("tuning.data"),
            say(f"tuning.data-value{'-one' if epochs == 1 else ''}", products=products, epochs=epochs),
        ),
        (say("tuning.steps"), say("tuning.steps-value", steps=steps, total=total)),
        (say("tuning.duration"), wording.duration(facts.seconds)),
        (say("tuning.machine"), _name_machine(facts, wording)),
        (say("tuning.checkpoint"), kept),
        (say("tuning.before-after"), _headline(facts, wording)),
    ]
    return Table((say("common.fact"), say("common.value")), rows, widths=(2, 5))


def _headline(facts: RunFacts, wording: Wording) -> str:
    if facts.results is None:
        return wording.say("tuning.before-after-missing", run=facts.name)
    metric = facts.results.metric("bits_per_byte")
    change, show = metric.differences["tuned-base"], wording.evaluation.figure
    verdicts = [item.differences["tuned-base"].verdict for item in facts.results.metrics]
    return wording.say(
        "tuning.before-after-value",
        before=show(metric.name, metric.columns["base"].value),
        after=show(metric.name, metric.columns["tuned"].value),
        products=wording.number(facts.results.protocol.unseen.count),
        difference=show_difference(metric.name, change, wording),
        metrics=len(verdicts),
        better=verdicts.count("better"),
        worse=verdicts.count("worse"),
        none=verdicts.count(NO_DIFFERENCE),
    )


def _name_machine(facts: RunFacts, wording: Wording) -> str:
    machine = facts.record.get("machine")
    if not machine:
        return wording.say("common.not-recorded")
    parts = [machine["processor"], wording.size(machine["memory_bytes"])]
    return ", ".join([*([machine["accelerator"]] if machine["accelerator"] else []), *parts])


def _describe_model(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, model = wording.say, facts.record["model"]
    rows = [
        (say("tuning.name"), f"`{model['name']}`"),
        *([(say("tuning.revision"), f"`{model['revision']}`")] if model["revision"] else []),
        *([(say("common.commit"), f"`{model['commit']}`")] if model["commit"] else []),
        (say("tuning.architecture"), f"`{model['architecture']}`"),
        (say("tuning.parameters"), wording.number(model["parameters"])),
        (say("tuning.weights-hash"), f"`{model['weights_hash']}`"),
        (say("tuning.precision"), f"`{facts.record['device']['dtype']}`"),
        (say("tuning.template-fingerprint"), f"`{facts.record['template']}`"),
    ]
    yield Heading(say("tuning.model"))
    yield Table((say("common.fact"), say("common.value")), rows, widths=(2, 4))
    yield Paragraph(say(f"tuning.licence-{describe_licence(facts)}"))


def _describe_method(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, lora, parameters = wording.say, facts.config.lora, facts.record["model"]["parameters"]
    scale, size = wording.setting(lora.alpha / lora.r), wording.size(facts.adapter_bytes)
    yield Heading(say("tuning.lora"))
    if trained := facts.start.get("trained_parameters"):
        yield Paragraph(
            say(
                "tuning.lora-text",
                scale=scale,
                trained=wording.number(trained),
                share=wording.share(trained / parameters, 2),
                parameters=wording.number(parameters),
                size=size,
            )
        )
    else:
        yield Paragraph(say("tuning.lora-text-unknown", scale=scale, size=size))
    yield Paragraph(say("tuning.one-copy"))


def _describe_parameters(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say = wording.say
    rows = [
        (
            f"`{name}`",
            f"`{wording.setting(value)}`{f' {ADJUSTED}' if value != default else ''}",
            f"`{wording.setting(default)}`",
            wording.explain_setting(name),
        )
        for name, value, default in list_settings(facts.config)
    ]
    yield Heading(say("tuning.parameters-heading"))
    yield Paragraph(say("tuning.parameters-text"))
    header = (say("tuning.parameter"), say("tuning.used"), say("tuning.default"), say("tuning.meaning"))
    yield Table(header, rows, widths=(5, 4, 4, 6))


def _describe_adjustments(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, training = wording.say, facts.config.training
    changed = [
        say(
            "tuning.adjustment",
            name=name,
            value=wording.setting(value),
            default=wording.setting(default),
            meaning=wording.explain_setting(name),
        )
        for name, value, default in list_settings(facts.config)
        if value != default
    ]
    yield Heading(say("tuning.adjustments"))
    if changed:
        yield Paragraph(say("tuning.adjustments-text"))
        yield Bullets(changed)
        yield Paragraph(say("tuning.adjustments-reason"))
    else:
        yield Paragraph(say("tuning.adjustments-none"))
    one = "-one" if training.epochs == 1 else ""
    fixed = [
        say(f"tuning.fixed-schedule{one}", epochs=training.epochs),
        say("tuning.fixed-eos"),
        say("tuning.fixed-loss"),
        say("tuning.fixed-forms", forms=len(facts.template.training_questions)),
        say("tuning.fixed-precision", dtype=facts.record["device"]["dtype"]),
        say("tuning.fixed-finite"),
        say("tuning.fixed-best", metric=say(f"best-metrics.{training.best_metric}"))
        if facts.evaluations
        else say("tuning.fixed-best-none"),
        _describe_early_stopping(facts, wording),
    ]
    yield Paragraph(say("tuning.fixed-text"))
    yield Bullets(fixed)


def _describe_early_stopping(facts: RunFacts, wording: Wording) -> str:
    patience, steps, total = (
        facts.config.training.early_stopping_patience,
        facts.end["steps"],
        facts.start["total_steps"],
    )
    if patience is None:
        return wording.say("tuning.early-stopping-off")
    if steps < total:
        return wording.say("tuning.early-stopped", step=wording.number(steps), total=wording.number(total))
    return wording.say("tuning.early-stopping", patience=patience)


def _describe_hardware(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, record = wording.say, facts.record
    machine, device, end = record.get("machine") or {}, record["device"], facts.end
    missing = say("common.not-recorded")

    def show_size(value: int | None) -> str:
        return wording.size(value) if value else missing

    rows = [
        (say("tuning.system"), machine.get("system") or missing),
        (say("tuning.processor"), machine.get("processor") or missing),
        (say("tuning.cores"), str(machine.get("cores") or missing)),
        (say("tuning.memory"), show_size(machine.get("memory_bytes"))),
        (say("tuning.accelerator"), machine.get("accelerator") or say("common.none")),
        *(
            [(say("tuning.accelerator-memory"), wording.size(machine["accelerator_memory_bytes"]))]
            if machine.get("accelerator_memory_bytes")
            else []
        ),
        (say("tuning.device"), f"`{device['reason']}`"),
        *([(say("tuning.threads"), str(device["threads"]))] if device.get("threads") else []),
        (say("tuning.peak-memory"), show_size(end.get("peak_memory_bytes"))),
        *(
            [(say("tuning.peak-accelerator"), wording.size(end["peak_accelerator_memory_bytes"]))]
            if end.get("peak_accelerator_memory_bytes")
            else []
        ),
        (say("tuning.versions"), ", ".join(f"{name} {number}" for name, number in record["versions"].items())),
    ]
    yield Heading(say("tuning.hardware"))
    yield Table((say("common.fact"), say("common.value")), rows, widths=(2, 5))


def _describe_sources(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, references = wording.say, facts.config.references
    yield Heading(say("tuning.sources"))
    if facts.has_references:
        score = wording.number(references.min_score, 2)
        yield Paragraph(say("tuning.sources-text", run=facts.name, count=references.count, score=score))
    else:
        yield Paragraph(say("tuning.sources-none", run=facts.name))


def list_limits(facts: RunFacts, wording: Wording) -> list[str]:
    """What the run does not show."""
    say, results = wording.say, facts.results
    limits = [say("tuning.limit-facts")]
    if facts.record["model"]["name"] == DEMO:
        limits.append(say("tuning.limit-demo", parameters=wording.number(facts.record["model"]["parameters"])))
    if results is not None:
        limits.append(say("tuning.limit-measured", products=wording.number(results.protocol.unseen.count)))
    else:
        limits.append(say("tuning.limit-unmeasured"))
        if facts.best is not None and facts.best.loss < facts.evaluations[0].loss:
            limits.append(say("tuning.limit-loss-only"))
    if results is None or results.seeds is None:
        limits.append(say("tuning.limit-seed", seed=facts.config.training.seed))
    if results is None or results.general is None:
        limits.append(say("tuning.limit-general", run=facts.name))
    if any(code == "memorising" for code, _ in facts.warnings):
        limits.append(say("tuning.limit-reciting"))
    return [*limits, say("tuning.limit-judge")]


def _write(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
