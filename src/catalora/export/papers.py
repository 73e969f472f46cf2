"""What goes with the weights: model card, notice, prompt template, the run's record, and `export.json`."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from catalora.catalog.prepared import compute_file_sha256
from catalora.documents.model_card import GEMMA_NOTICE, NOTICE, Artefact, ExportFormat, needs_notice, render_model_card
from catalora.documents.wording import Wording
from catalora.export.check import Check
from catalora.export.source import ExportSource
from catalora.model.adapter import RECORD_FILE, WEIGHTS_FILE
from catalora.record import publish_record
from catalora.run import write_json

CARD = "README.md"  # where the Hub looks for a model card
REPORT = "export.json"


def write_papers(source: ExportSource, folder: Path, artefact: Artefact, language: str) -> None:
    """Write card, notice, prompt template and the run's record beside the weights."""
    card = render_model_card(source.facts, Wording(language), artefact)
    (folder / CARD).write_text(card, encoding="utf-8")
    if needs_notice(source.facts):
        (folder / NOTICE).write_text(GEMMA_NOTICE, encoding="utf-8")
    source.template.save(folder)
    write_json(folder / RECORD_FILE, publish_record(source.run))


def describe_export(
    source: ExportSource, folder: Path, kind: ExportFormat, precision: str, check: Check | None, seconds: float
) -> dict[str, Any]:
    """`export.json`: what was written, from what, and how its answers compare; the check is nothing when left out."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != REPORT)
    return {
        "format": kind,
        "precision": precision,
        "catalora": version("catalora"),
        "created": time.time(),
        "run": source.run.name,
        "base_model": source.facts.record["model"],
        "adapter_sha256": compute_file_sha256(source.run.adapter / WEIGHTS_FILE),
        "prompt": source.template.prompt,
        "seconds": round(seconds, 3),
        "files": {path.relative_to(folder).as_posix(): _describe_file(path) for path in files},
        "check": describe_check(check) if check else None,
    }


def describe_check(check: Check) -> dict[str, Any]:
    """A comparison with the shares that follow from its counts."""
    loss = {**asdict(check.loss), "change": check.loss.change} if check.loss else None
    return {**asdict(check), "differing_share": check.differing_share, "loss": loss}


def _describe_file(path: Path) -> Mapping[str, object]:
    return {"bytes": path.stat().st_size, "sha256": compute_file_sha256(path)}
