"""`catalora train`."""

from pathlib import Path
from typing import get_args

import click

from catalora.cli.output import (
    describe_duration,
    json_option,
    print_json,
    runs_dir_option,
    say,
    show_progress,
)
from catalora.cli.runs import name_place, print_launched
from catalora.config import Tracker
from catalora.errors import CataloraError, UsageError
from catalora.run import RunFolder, open_run


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="A folder made by `catalora prepare`.")
@click.option("--model", help="Hub id, local folder, or `demo` for the bundled model.")
@click.option("--preset", help="Named settings; `catalora presets` lists them.")
@click.option("--set", "settings", multiple=True, metavar="SECTION.NAME=VALUE", help="Change a setting; repeatable.")
@click.option(
    "--report-to",
    "trackers",
    multiple=True,
    type=click.Choice(get_args(Tracker)),
    help="Send the figures to an experiment tracker as well; repeatable.",
)
@click.option("--run", "name", help="Name of the run; made of date and time without it.")
@click.option("--resume", is_flag=True, help="Go on with the run named by --run, with its own settings.")
@click.option("--detach", is_flag=True, help="Train in a process of its own, which this terminal may leave behind.")
@click.option("--no-index", is_flag=True, help="Do not index the training products as references.")
@click.option("--no-estimate", is_flag=True, help="Start at once, without a trial of time, memory and disk.")
@click.option("--share-device", is_flag=True, help="Train although another run trains on the same device.")
@runs_dir_option
@json_option
def command(
    data: Path | None,
    model: str | None,
    preset: str | None,
    settings: tuple[str, ...],
    trackers: tuple[str, ...],
    name: str | None,
    resume: bool,
    detach: bool,
    no_index: bool,
    no_estimate: bool,
    share_device: bool,
    runs_dir: str,
    as_json: bool,
) -> None:
    """Tune a model on prepared products.

    \b
    catalora train --data data/amazon --model google/gemma-2b --preset overnight --run amazon
    catalora train --data data/amazon --preset overnight --run night --detach
    catalora train --resume --run amazon
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline

    if resume:
        _refuse_with_resume(
            data=data, model=model, preset=preset, settings=settings, report_to=trackers, no_index=no_index
        )
        run = _open_interrupted(Path(runs_dir), name)
    else:
        run = pipeline.request_run(
            _require_data(data),
            model=model,
            preset=preset,
            settings=(*settings, *([f"training.report_to=[{', '.join(trackers)}]"] if trackers else ())),
            runs_dir=runs_dir,
            run=name,
            references=not no_index,
            share_device=share_device,
        )
        if not no_estimate:
            say(_foresee(run))
    if detach:
        from catalora import jobs

        print_launched(jobs.launch(run, share_device=share_device), runs_dir, as_json)
        return
    with show_progress(lambda: run.read_status().eta_seconds) as progress:
        pipeline.train_run(run, share_device=share_device, progress=progress)
    _print_result(run, as_json)


def _foresee(run: RunFolder) -> str:
    """What the run will take, in a line. One that can't fit is not left behind."""
    from catalora import jobs, pipeline

    try:
        with show_progress() as progress:
            forecast = pipeline.foresee(run, progress=progress)
    except CataloraError:
        jobs.delete(run)
        raise
    estimate, age = forecast.estimate, forecast.trial_age_seconds
    tried = f"a trial {describe_duration(age)} ago" if age else "a short trial"
    return (
        f"estimate: about {describe_duration(estimate.seconds)} for {estimate.products:,} products in "
        f"{estimate.steps:,} steps, {estimate.memory_bytes / 1e9:.1f} GB of memory, "
        f"{estimate.disk_bytes / 1e6:,.0f} MB on disk (by {tried} on this machine)"
    )


def _require_data(data: Path | None) -> Path:
    if data is None:
        raise UsageError(
            "--data is missing: expected a folder made by `catalora prepare`",
            code="data-missing",
            hint="catalora prepare trn.json.gz --out data/amazon",
        )
    return data


def _open_interrupted(runs_dir: Path, name: str | None) -> RunFolder:
    if name is None:
        raise UsageError("--resume needs --run NAME", code="resume-without-run", hint="`catalora runs` lists them.")
    run = open_run(runs_dir, name)
    status = run.read_status()
    say(f"{run.name}: {status.state} at step {status.step} of {status.total_steps}")
    return run


def _refuse_with_resume(**given: object) -> None:
    extra = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if extra:
        raise UsageError(
            f"{', '.join(extra)} cannot be changed when resuming: a run goes on with its own settings",
            code="resume-with-settings",
            hint="Leave them out, or start a new run.",
        )


def _print_result(run: RunFolder, as_json: bool) -> None:
    events = list(run.read_events())
    facts = next(dict(event.facts) for event in reversed(events) if event.kind == "end")
    warnings = [str(event.facts["message"]) for event in events if event.kind == "warning"]
    if as_json:
        print_json({"run": run.name, "path": str(run.path), **facts, "warnings": warnings})
        return
    for warning in dict.fromkeys(warnings):
        say(f"note: {warning}")
    start = next(dict(event.facts) for event in events if event.kind == "start")
    say(f"packed: {start['tokens']:,} tokens in {start['rows']:,} rows, {start['efficiency']:.1%} of their room filled")
    loss = facts["best_validation_loss"]
    scored = f", validation loss {loss:.3f} nats per token" if loss is not None else ""
    speed = f"{facts['tokens_per_second']:,.0f} tokens/s"
    click.echo(
        f"{run.name}: {facts['steps']} steps in {facts['seconds']:.0f} s at {speed}; "
        f"best adapter from step {facts['best_step']}{scored}"
    )
    click.echo(f"adapter: {run.adapter}")
    where = name_place(run.path.parent)
    click.echo(f'next: catalora compare {run.name}{where}; catalora ask {run.name}{where} "a title or a question"')
