"""`catalora train`: in this process, in several of this machine, under torchrun, or on a Ray cluster."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, get_args

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
from catalora.processes import Processes, join_processes, leave_processes, read_asked_processes, share_batch
from catalora.record import load_config
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
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="Train in so many processes, each with its share of every step's rows; 1 without it.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where these processes are: on this machine, or on a Ray cluster.",
)
@click.option("--address", default="", help="HOST:PORT of the Ray cluster, or auto; Ray is started here without it.")
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
    processes: int | None,
    engine: str,
    address: str,
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
    torchrun --nproc-per-node 4 -m catalora train --data data/amazon --preset overnight --run four
    """  # noqa: D301 - click reads \b as "do not wrap"
    from catalora import pipeline

    _refuse_together(detach=detach, engine=engine, address=address)
    group = join_processes()
    if group.count > 1:
        _refuse_under_torchrun(group, processes=processes, detach=detach, engine=engine)

    def begin() -> RunFolder:
        wanted = group.count if group.count > 1 else processes
        if resume:
            _refuse_with_resume(
                data=data, model=model, preset=preset, settings=settings, report_to=trackers, no_index=no_index
            )
            run = _open_interrupted(Path(runs_dir), name)
            share_batch(load_config(run).training, wanted or read_asked_processes(run))
            return run
        run = pipeline.request_run(
            _require_data(data),
            model=model,
            preset=preset,
            settings=(*settings, *([f"training.report_to=[{', '.join(trackers)}]"] if trackers else ())),
            runs_dir=runs_dir,
            run=name,
            references=not no_index,
            share_device=share_device or engine == "ray",
            processes=wanted or 1,
        )
        if not no_estimate and engine == "local":
            say(_foresee(run))
        return run

    with _one_voice(group):
        run = RunFolder(Path(group.lead(lambda: str(begin().path))))
        # Under torchrun each of them is one; else they are still to be started.
        count = 1 if group.count > 1 else processes or read_asked_processes(run)
        if detach:
            from catalora import jobs

            print_launched(jobs.launch(run, share_device=share_device, processes=count), runs_dir, as_json)
            return
        train = _choose_engine(engine, address, count)
        if group.leads:
            with show_progress(lambda: run.read_status().eta_seconds) as progress:
                train(run, share_device=share_device, progress=progress)
            _print_result(run, as_json)
        else:
            train(run, share_device=share_device)
    leave_processes()


def _choose_engine(engine: str, address: str, processes: int) -> Callable[..., Any]:
    """What trains a run and returns when it is finished."""
    from catalora import jobs, pipeline

    if engine == "ray":
        from catalora.scale.train import train_on_ray

        return partial(train_on_ray, processes=processes, address=address)
    if processes > 1:
        return partial(jobs.train_together, processes=processes)
    return pipeline.train_run


@contextmanager
def _one_voice(group: Processes) -> Iterator[None]:
    """Let one of several processes say what went wrong; the others end with the same exit code."""
    try:
        yield
    except CataloraError as error:
        if group.leads:
            raise
        sys.exit(error.exit_code)


def _refuse_together(*, detach: bool, engine: str, address: str) -> None:
    if address and engine != "ray":
        raise UsageError(
            f"--address {address} names a Ray cluster, but --engine is {engine}",
            code="address-without-ray",
            hint="Add --engine ray, or leave --address out.",
        )
    if detach and engine == "ray":
        raise UsageError(
            "--detach cannot be used with --engine ray",
            code="ray-detached",
            hint="Hand the command to the cluster: ray job submit -- catalora train … --engine ray --address auto.",
        )


def _refuse_under_torchrun(group: Processes, *, processes: int | None, detach: bool, engine: str) -> None:
    extra = [name for name, given in (("--detach", detach), ("--engine ray", engine == "ray")) if given]
    if processes not in {None, group.count}:
        extra.append(f"--processes {processes}")
    if extra:
        raise UsageError(
            f"{', '.join(extra)} cannot be used here: {group.count} processes were started already (WORLD_SIZE)",
            code="processes-given-twice",
            hint="Leave it out under torchrun.",
        )


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
