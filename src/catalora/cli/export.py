"""`catalora export`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from catalora.cli.output import clean, json_option, print_json, runs_dir_option, show_progress
from catalora.documents.model_card import ExportFormat
from catalora.documents.wording import LANGUAGES
from catalora.run import open_run

if TYPE_CHECKING:
    from catalora.export.write import Export


@click.command()
@click.argument("run")
@click.option("--format", "kind", required=True, type=click.Choice(get_args(ExportFormat)), help="Who is to read it.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new folder.")
@click.option("--precision", help="Of the weights, such as float32 or int8; the format's default without it.")
@click.option(
    "--check",
    "questions",
    type=click.IntRange(0, 1_000),
    default=40,
    show_default=True,
    help="Questions that run and export both answer; 0 compares nothing.",
)
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True, help="Of the model card."
)
@runs_dir_option
@json_option
def command(
    run: str,
    kind: ExportFormat,
    out: Path,
    precision: str | None,
    questions: int,
    lang: str,
    runs_dir: str,
    as_json: bool,
) -> None:
    """Write RUN as files for other programs into --out, and compare their answers with the run's own.

    \b
    adapter       LoRA weights for PEFT and vLLM, without the base model
    merged        one model in safetensors for transformers and vLLM
    gguf          one file for llama.cpp, and a Modelfile for Ollama
    openvino      for OpenVINO on CPUs
    ctranslate2   for CTranslate2 on CPUs and GPUs
    mlx           for mlx-lm on Apple's processors

    The last four need an extra of the same name; comparing GGUF needs the extra llama-cpp, or leave it out: --check 0.

    \b
    catalora export amazon --format merged --out exports/amazon
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline

    folder = open_run(Path(runs_dir), run)
    with show_progress() as progress:
        export = pipeline.export(
            folder, kind, out, precision=precision, questions=questions, language=lang, progress=progress
        )
    if as_json:
        from catalora.export.papers import describe_check

        print_json({**asdict(export), "check": describe_check(export.check) if export.check else None})
    else:
        print_export(export)


def print_export(export: "Export") -> None:
    """Where it is, how large, and whether it answers as the run does."""
    size = f"{export.size_bytes / 1e6:,.1f} MB"
    click.echo(f"{export.folder}: {export.format}, {export.precision}, {size}, in {export.seconds:.0f} s")
    check = export.check
    if check is None:
        click.echo("answers were not compared")
        return
    click.echo(
        f"{check.identical} of {check.questions} answers by {check.engine} are the run's own, token by token; "
        f"{check.differing_share:.1%} of {check.tokens:,} tokens differ"
    )
    if check.first:
        first = check.first
        click.echo(f"first difference: {clean(first.question)!r}, token {first.token}")
        click.echo(f"  run:    {clean(first.expected)!r}")
        click.echo(f"  export: {clean(first.found)!r}")
    if check.loss:
        loss = check.loss
        click.echo(
            f"loss on {loss.descriptions} held-out descriptions: {loss.export_nats_per_token:.4f} nats per token, the "
            f"run's {loss.run_nats_per_token:.4f} ({loss.change:+.2%}); {loss.export_bits_per_byte:.4f} bits per byte, "
            f"the run's {loss.run_bits_per_byte:.4f}"
        )
