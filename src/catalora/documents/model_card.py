"""The model card: what the adapter is, on what it was trained, how it was measured, under which terms.

Metadata follow the Hub's model card format: a YAML head that indexes can read, and Markdown below it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from catalora.documents import data_document, tuning_document
from catalora.documents.blocks import Block, Bullets, Document, Heading, Paragraph, Verbatim
from catalora.documents.facts import RunFacts
from catalora.documents.markdown import render_markdown
from catalora.documents.results_section import list_differences
from catalora.documents.wording import Wording

NAME = "model_card"
NOTICE = "NOTICE"
# The wording that the Gemma Terms of Use, section 3.1, ask distributors of derivatives to include.
GEMMA_NOTICE = "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms\n"
ExportFormat = Literal["adapter", "merged", "gguf", "openvino", "ctranslate2", "mlx"]
_LICENCES = {
    "gemma": {"license": "gemma"},
    "demo": {"license": "apache-2.0"},
}


@dataclass(frozen=True, slots=True)
class Artefact:
    """Which export of a run a card lies beside.

    Attributes:
        format: of the export.
        code: lines that show how it is loaded; without them those that load an adapter.
    """

    format: ExportFormat
    code: tuple[str, ...] = ()

    @property
    def relation(self) -> str:
        """What the export is to its base model, in the Hub's words."""
        return {"adapter": "adapter", "merged": "merge"}.get(self.format, "quantized")

    @property
    def library(self) -> str:
        """The program that it is for, in the Hub's words."""
        return {"adapter": "peft", "merged": "transformers"}.get(self.format, self.format)


def render_model_card(facts: RunFacts, wording: Wording, artefact: Artefact | None = None) -> str:
    """The card as Markdown with its YAML head; of the run's own adapter, or of an export."""
    head = yaml.safe_dump(describe_metadata(facts, artefact), allow_unicode=True, sort_keys=False, width=1_000)
    return f"---\n{head}---\n\n{render_markdown(build_model_card(facts, wording, artefact))}"


def describe_metadata(facts: RunFacts, artefact: Artefact | None = None) -> dict[str, Any]:
    """The card's YAML head. The licence is left out where the run's records do not tell it."""
    model, results = facts.record["model"], facts.results
    kind = artefact or Artefact("adapter")
    metadata: dict[str, Any] = {
        "base_model": model["name"],
        "base_model_relation": kind.relation,
        "library_name": kind.library,
        "pipeline_tag": "text-generation",
        "tags": ["lora", "catalora", "product-descriptions"],
        **_LICENCES.get(tuning_document.describe_licence(facts), {}),
        "data_fingerprint": facts.record["data"]["run_fingerprint"],
        "base_model_weights_hash": model["weights_hash"],
    }
    if results is not None:
        data = {"name": "held-out products of the run", "type": facts.record["data"]["run_fingerprint"]}
        metrics = [
            {
                "type": metric.name,
                "name": metric.name,
                "value": round(metric.columns["tuned"].value, 4),
                "interval_95": [round(metric.columns["tuned"].low, 4), round(metric.columns["tuned"].high, 4)],
                "base_value": round(metric.columns["base"].value, 4),
            }
            for metric in results.metrics
            if {"base", "tuned"} <= metric.columns.keys()
        ]
        task = {"type": "text-generation"}
        metadata["model-index"] = [
            {"name": facts.name, "results": [{"task": task, "dataset": data, "metrics": metrics}]}
        ]
    return metadata


def build_model_card(facts: RunFacts, wording: Wording, artefact: Artefact | None = None) -> Document:
    """The card below its head."""
    say, language = wording.say, wording.language
    names = {
        "data": f"{data_document.NAME}.{language}.md",
        "tuning": f"{tuning_document.NAME}.{language}.md",
    }
    licence = say(f"tuning.licence-{tuning_document.describe_licence(facts)}")
    blocks: list[Block] = [
        Paragraph(_describe_kind(facts, wording, artefact)),
        Heading(say("card.use")),
        Paragraph(say("card.use-text")),
        *_show_code(facts, wording, artefact),
        Heading(say("card.data")),
        Paragraph(_describe_data(facts, wording)),
        Heading(say("card.training")),
        tuning_document.summarise(facts, wording),
        *_describe_results(facts, wording),
        Heading(say("common.limits")),
        Bullets(tuning_document.list_limits(facts, wording)),
        Heading(say("card.licence")),
        Paragraph(f"{licence} {say('data.licence-text')}"),
    ]
    if artefact is None:
        blocks += [Heading(say("card.documents")), Paragraph(say("card.documents-text", **names))]
    else:
        blocks += [Heading(say("card.check")), Paragraph(say("card.check-text"))]
    subtitle = data_document.describe_run(facts, wording)
    return Document(NAME, language, say("card.title", run=facts.name), subtitle, blocks)


def needs_notice(facts: RunFacts) -> bool:
    """Whether the Gemma notice has to go with the adapter."""
    return tuning_document.describe_licence(facts) == "gemma"


def _describe_kind(facts: RunFacts, wording: Wording, artefact: Artefact | None) -> str:
    base = facts.record["model"]["name"]
    if artefact is None or artefact.format == "adapter":
        return wording.say("card.what", base=base)
    return wording.say("card.what-merged", base=base, format=artefact.format)


def _show_code(facts: RunFacts, wording: Wording, artefact: Artefact | None) -> Iterator[Block]:
    say, name = wording.say, facts.record["model"]["name"]
    if artefact is not None and artefact.code:
        yield Paragraph(say("card.use-export"))
        yield Verbatim("\n".join(artefact.code))
    elif name == tuning_document.DEMO:
        yield Paragraph(say("card.use-demo", run=facts.name))
    else:
        lines = [
            "from peft import PeftModel",
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            "",
            f'tokenizer = AutoTokenizer.from_pretrained("{name}")',
            f'base = AutoModelForCausalLM.from_pretrained("{name}")',
            f'model = PeftModel.from_pretrained(base, "{"adapter" if artefact is None else "."}")',
        ]
        yield Paragraph(say("card.use-code" if artefact is None else "card.use-export"))
        yield Verbatim("\n".join(lines))
    yield Paragraph(say("card.prompt-text"))
    yield Verbatim(facts.template.prompt)


def _describe_data(facts: RunFacts, wording: Wording) -> str:
    used, profile = facts.record["data"]["products"], facts.profile
    known = wording.join([source.name for source in profile.sources]) if profile else ""
    counts = {split: wording.number(used.get(split, 0)) for split in ("validation", "test")}
    return wording.say(
        "card.data-text",
        products=wording.number(used["train"]),
        **counts,
        files=known or wording.say("card.data-files-unknown"),
        fingerprint=facts.record["data"]["run_fingerprint"],
    )


def _describe_results(facts: RunFacts, wording: Wording) -> Iterator[Block]:
    say, results = wording.say, facts.results
    yield Heading(say("card.results"))
    if results is None:
        yield Paragraph(say("tuning.results-missing"))
        yield Verbatim(f"catalora evaluate {facts.name}\ncatalora docs {facts.name} --lang {wording.language}")
        return
    yield Paragraph(say("card.results-text", products=wording.number(results.protocol.unseen.count)))
    yield list_differences(results, "tuned-base", wording)
