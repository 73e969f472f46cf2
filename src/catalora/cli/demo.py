"""`catalora demo`."""

import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalora.cli.ask import print_reply
from catalora.cli.compare import print_comparison
from catalora.cli.output import json_option, print_json, say, show_progress
from catalora.config import build_config
from catalora.record import load_config
from catalora.run import RunFolder, open_run

if TYPE_CHECKING:
    from catalora.session import Session

# Of the whole time; the rest goes into comparing, which must decode what a base model says that does not stop.
TRAINING_SHARE = 0.7
# A fifth pass no longer lowers the held-out loss much, and fewer products teach nothing that is worth showing.
MOST_EPOCHS = 4
LEAST_PRODUCTS = 500
QUESTIONS = ("O que é {title}?", "What is {title}?")


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("catalora-demo"),
    show_default=True,
    help="Folder of the demo.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=1),
    default=4.0,
    show_default=True,
    help="About how long it may take; a slower machine tunes on fewer products.",
)
@click.option("--fresh", is_flag=True, help="Train again although a finished demo run is there.")
@json_option
def command(out: Path, minutes: float, fresh: bool, as_json: bool) -> None:
    """The whole path in minutes, offline: prepare, index, train, compare, ask.

    The bundled catalogue is fictional and the bundled model is small; the code is what a real model goes through.
    """
    from catalora import pipeline
    from catalora.catalog.sample import SAMPLE_PATH

    started = time.monotonic()
    run_path = out / "runs" / "demo"
    if fresh and run_path.exists():
        shutil.rmtree(run_path)
    with show_progress() as progress:
        if not (out / "data" / "profile.json").exists():
            say("1. prepare: a fictional catalogue with the defects of a real one")
            pipeline.prepare([SAMPLE_PATH], out / "data", progress=progress)
        if not run_path.exists():
            config = pipeline.fit_into(
                out / "data",
                build_config("quick"),
                seconds=minutes * 60 * TRAINING_SHARE,
                most_epochs=MOST_EPOCHS,
                least_products=LEAST_PRODUCTS,
                progress=progress,
            )
            run = pipeline.start_run(out / "data", config, runs_dir=out / "runs", name="demo")
        run = open_run(out / "runs", "demo")
        say("2. index: the training products, as references")
        pipeline.index(run, progress=progress)
        say(f"3. train: {_describe_training(run)}")
        pipeline.train_run(run, progress=progress)
        with pipeline.open_session(run) as session:
            say("4. compare: held-out products, before and after")
            comparison = pipeline.compare(session, progress=progress)
            questions = _choose_questions(session, [item.title for item in comparison.products])
            replies = [pipeline.ask(session, question) for question in questions]
    if as_json:
        print_json({"comparison": comparison.to_dict(), "replies": [asdict(reply) for reply in replies]})
        return
    click.echo()
    print_comparison(comparison)
    for reply in replies:
        click.secho(f"\n── {reply.question}\n", bold=True)
        print_reply(reply)
    if load_config(run).training.epochs == 1:
        click.echo(
            "\nOne pass teaches the catalogue's form and few of its facts; more: catalora demo --fresh --minutes 15"
        )
    click.echo(f"\ndone in {time.monotonic() - started:.0f} s; the run is in {run.path}")
    click.echo(f'ask more: catalora ask demo --runs-dir {out / "runs"} "a title or a question"')


def _choose_questions(session: "Session", titles: list[str]) -> list[str]:
    """A question of each form about another product that was held out.

    The first products with sources are taken: a slow machine tunes on few products, and not every other one is like
    some of them.
    """
    questions, left = [], list(titles)
    for form in QUESTIONS:
        asked = {form.replace("{title}", title): title for title in left}
        question = next((question for question in asked if session.search(question, None)), next(iter(asked)))
        questions.append(question)
        left.remove(asked[question])
    return questions


def _describe_training(run: RunFolder) -> str:
    if run.read_status().state == "finished":
        return "finished earlier; catalora demo --fresh trains anew"
    config = load_config(run)
    passes = "one pass" if config.training.epochs == 1 else f"{config.training.epochs} passes"
    return (
        f"LoRA on the bundled model, {passes} over {config.data.max_samples:,} products "
        "(what this machine does in the time; --minutes gives it more)"
    )
