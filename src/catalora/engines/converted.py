"""OpenVINO and CTranslate2 over the run's merged weights, converted once and kept in the run's folder.

runs/NAME/engines/ctranslate2/   an export as `catalora export` writes it, made when it is wanted for the first time
"""

import json
import shutil
from typing import Any, cast

from catalora.catalog.prepared import compute_file_sha256
from catalora.engines.kinds import EngineKind
from catalora.export.papers import REPORT
from catalora.export.source import ExportSource
from catalora.export.write import export_run
from catalora.export.writers import find_writer
from catalora.model.adapter import WEIGHTS_FILE
from catalora.progress import Progress


def open_converted(source: ExportSource, kind: EngineKind, progress: Progress) -> Any:
    """Load the conversion of a run, making it first where it is missing or of another adapter.

    Returns:
        An engine of `catalora.export` with `answer` and `score`.

    Raises:
        ModuleNotFoundError: its library is not installed.
        ModelUnavailableError: it does not know this architecture.
        StorageError: the conversion cannot be written.
    """
    folder = source.run.path / "engines" / kind.name
    if folder.exists() and not is_converted(source, kind):
        shutil.rmtree(folder)
    if not folder.exists():
        progress(f"convert for {kind.name}", 0, None)
        export_run(source.run, cast("Any", kind.format), folder, precision=kind.precision, questions=0)
    return find_writer(cast("Any", kind.format)).load(folder, source)


def is_converted(source: ExportSource, kind: EngineKind) -> bool:
    """Whether a conversion of the run as it is now lies there."""
    try:
        report = json.loads((source.run.path / "engines" / kind.name / REPORT).read_text(encoding="utf-8"))
        made_from = (report["adapter_sha256"], report["base_model"]["weights_hash"], report["precision"])
    except (OSError, ValueError, KeyError):
        return False
    base = source.run.read_record()["model"]["weights_hash"]
    return bool(made_from == (compute_file_sha256(source.run.adapter / WEIGHTS_FILE), base, kind.precision))
