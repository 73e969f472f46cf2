"""Writing the documents of a run into its folder `docs/`."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from catalora.documents.blocks import Document, Figure
from catalora.documents.data_document import build_data_document
from catalora.documents.facts import RunFacts, read_facts
from catalora.documents.html import render_html
from catalora.documents.markdown import FIGURES, render_markdown
from catalora.documents.model_card import GEMMA_NOTICE, NAME, NOTICE, needs_notice, render_model_card
from catalora.documents.pdf import render_pdf
from catalora.documents.tuning_document import build_tuning_document
from catalora.documents.wording import Wording
from catalora.errors import StorageError
from catalora.run import RunFolder

Format = Literal["md", "html", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)


def write_documents(run: RunFolder, language: str = "pt-BR", formats: Sequence[Format] = FORMATS) -> list[Path]:
    """Write the documents of data and fine-tuning in each format, and the model card.

    They appear together or not at all; those of another language stay.

    Args:
        run: a finished run; only its own files are read.
        language: "pt-BR" or "en".
        formats: of "md", "html", "pdf"; the model card is always Markdown.

    Returns:
        The files, the documents first.

    Raises:
        UsageError: the run is not finished, the language is unknown, or PDF is wanted without Typst.
        StorageError: the folder cannot be written.
    """
    wording, facts = Wording(language), read_facts(run)
    try:
        run.documents.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".tmp-", dir=run.documents) as name:
            written = _write_all(facts, wording, formats, Path(name))
            return [_move(path, Path(name), run.documents) for path in written]
    except OSError as error:
        raise StorageError(
            f"{run.documents}: the documents cannot be written ({error.strerror})",
            code="documents-not-writable",
            hint="Free some space, or make the run's folder writable; documents written before are untouched.",
        ) from error


def _write_all(facts: RunFacts, wording: Wording, formats: Sequence[Format], folder: Path) -> list[Path]:
    written: list[Path] = []
    for document in (build_data_document(facts, wording), build_tuning_document(facts, wording)):
        for kind in FORMATS:
            if kind in formats:
                path = folder / f"{document.name}.{wording.language}.{kind}"
                _write_one(document, kind, path, facts.record["created"])
                written.append(path)
        if "md" in formats:
            written += _write_figures(document, folder / FIGURES)
    card = folder / f"{NAME}.{wording.language}.md"
    card.write_text(render_model_card(facts, wording), encoding="utf-8")
    written.append(card)
    if needs_notice(facts):
        (folder / NOTICE).write_text(GEMMA_NOTICE, encoding="utf-8")
        written.append(folder / NOTICE)
    return written


def _write_one(document: Document, kind: Format, path: Path, created: float) -> None:
    if kind == "pdf":
        render_pdf(document, path, created)
    else:
        text = render_markdown(document) if kind == "md" else render_html(document)
        path.write_text(text, encoding="utf-8")


def _write_figures(document: Document, folder: Path) -> list[Path]:
    written = []
    for block in document.blocks:
        if isinstance(block, Figure):
            folder.mkdir(exist_ok=True)
            path = folder / f"{block.name}.svg"
            path.write_text(block.svg, encoding="utf-8")
            written.append(path)
    return written


def _move(path: Path, source: Path, target: Path) -> Path:
    place = target / path.relative_to(source)
    place.parent.mkdir(exist_ok=True)
    return path.replace(place)
