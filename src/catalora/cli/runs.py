"""`catalora runs`: what there is, what it does, and stop, resume, delete."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from catalora.cli.output import clean, json_option, print_json, print_table, runs_dir_option, say
from catalora.errors import UsageError
from catalora.run import Event, RunFolder, open_run

# Exit code of `follow` by how the run ended: that of `train` for the same end.
EXIT_CODES = {"finished": 0, "stopped": 75}
POLL_SECONDS = 0.5
COLUMNS = ["run", "state", "step", "left", "model", "products", "started"]


class RunsGroup(click.Group):
    """`catalora runs` alone lists, with the options of `list`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` in front of options that stand alone."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=RunsGroup)
def command() -> None:
    """List runs, show or follow one, stop, resume or delete it."""


@command.command("list")
@runs_dir_option
@json_option
def list_command(runs_dir: str, as_json: bool) -> None:
    """List all runs, the newest first."""
    from catalora import jobs

    views = jobs.list_jobs(Path(runs_dir))
    if as_json:
        print_json([view.to_dict() for view in views])
    elif not views:
        click.echo(f"no runs in {runs_dir}; `catalora demo` makes one")
    else:
        print_table(
            ["run", "state", "step", "left", "model", "products", "started"], [describe(view) for view in views]
        )


@command.command()
@click.argument("run")
@runs_dir_option
@json_option
def show(run: str, runs_dir: str, as_json: bool) -> None:
    """Show RUN: where it is, its settings, losses and warnings."""
    from catalora import jobs

    folder = open_run(Path(runs_dir), run)
    view, series = jobs.read_job(folder), jobs.read_series(folder)
    record = folder.read_record()
    if as_json:
        curves = {name: asdict(curve) for name, curve in series.curves.items()}
        events = [asdict(event) for event in series.events]
        print_json({"job": view.to_dict(), "record": record, "curves": curves, "events": events})
        return
    print_table(COLUMNS, [describe(view)])
    if view.error:
        click.echo(f"\n{clean(view.error.message)}\n  → {clean(view.error.hint)}")
    click.echo()
    settings = [
        [f"{section}.{name}", str(value)]
        for section, values in record["config"].items()
        for name, value in values.items()
    ]
    print_table(["setting", "value"], settings)
    losses = series.curves.get("eval_loss")
    if losses:
        click.echo()
        rows = [[str(step), f"{value:.4f}"] for step, value in zip(losses.steps, losses.values, strict=True)]
        print_table(["step", "validation loss"], rows)
    for event in series.events:
        if event.kind == "warning":
            click.echo(clean(f"note: {event.facts['message']}"))


@command.command()
@click.argument("run")
@runs_dir_option
@json_option
def follow(run: str, runs_dir: str, as_json: bool) -> None:
    """Print what RUN does, as it does it; ends when it ends. Ctrl-C ends the watching, not the run.

    With --json, one object a line. The exit code is 0 when the run finished, 75 when it was stopped, else 1.
    """
    from catalora import jobs

    folder = open_run(Path(runs_dir), run)
    offset, phase = 0, ""
    try:
        while True:
            # Looked at first: what was written before the end is then read after it.
            view = jobs.read_job(folder)
            events, offset = jobs.read_events_since(folder, offset)
            for event in events:
                _print_event(event, view.total_steps, as_json)
            if not view.active:
                break
            phase = _say_phase(view, phase)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        say(f"run {run!r} goes on; `catalora runs follow {run}{name_place(runs_dir)}` shows it again")
        raise
    say(f"run {run!r} is {view.state} at step {view.step} of {view.total_steps}")
    if view.error:
        say(f"{view.error.message}\n  → {view.error.hint}")
    sys.exit(EXIT_CODES.get(view.state, 1))


@command.command()
@click.argument("run")
@click.option("--wait", is_flag=True, help="Return when the run has ended.")
@click.option("--kill", is_flag=True, help="End it at once without saving; it can be resumed from its last checkpoint.")
@runs_dir_option
@json_option
def stop(run: str, wait: bool, kill: bool, runs_dir: str, as_json: bool) -> None:
    """Ask RUN to save its state and stop at the end of its step."""
    from catalora import jobs

    folder = open_run(Path(runs_dir), run)
    view = jobs.kill(folder) if kill else jobs.stop(folder)
    while wait and view.active:
        time.sleep(POLL_SECONDS)
        view = jobs.read_job(folder)
    if as_json:
        print_json(view.to_dict())
        return
    click.echo(f"{run}: {view.state} at step {view.step} of {view.total_steps}")
    if not view.active and view.resumable:
        click.echo(f"next: catalora runs resume {run}{name_place(runs_dir)}")


@command.command()
@click.argument("run")
@click.option("--share-device", is_flag=True, help="Train although another run trains on the same device.")
@click.option("--processes", type=click.IntRange(1), help="How many train it together; as before without it.")
@runs_dir_option
@json_option
def resume(run: str, share_device: bool, processes: int | None, runs_dir: str, as_json: bool) -> None:
    """Go on with RUN in the background, from its newest checkpoint."""
    from catalora import jobs

    folder = open_run(Path(runs_dir), run)
    print_launched(jobs.resume(folder, share_device=share_device, processes=processes), runs_dir, as_json)


@command.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@runs_dir_option
@json_option
def delete(runs: Sequence[str], yes: bool, runs_dir: str, as_json: bool) -> None:
    """Delete each RUN with its adapter, checkpoints and results."""
    from catalora import jobs

    folders = [open_run(Path(runs_dir), run) for run in runs]
    if not yes:
        _confirm(folders)
    for folder in folders:
        jobs.delete(folder)
        say(f"{folder.path}: deleted")
    if as_json:
        print_json({"deleted": [folder.name for folder in folders]})


def print_launched(view: Any, runs_dir: str, as_json: bool) -> None:
    """What a run that now works by itself is called, and how to follow it."""
    if as_json:
        print_json(view.to_dict())
        return
    place = name_place(runs_dir)
    click.echo(f"{view.name}: {view.state} in process {view.pid}; it goes on when this terminal is closed")
    click.echo(f"follow: catalora runs follow {view.name}{place}")
    click.echo(f"stop: catalora runs stop {view.name}{place}")


def name_place(runs_dir: str | Path) -> str:
    """The option that names a folder of runs, or nothing for the usual one."""
    return "" if str(runs_dir) == "runs" else f" --runs-dir {runs_dir}"


def describe(view: Any) -> list[str]:
    """One line of the table of runs."""
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(view.created)) if view.created else "–"
    state = f"{view.state} ({view.phase})" if view.phase and view.phase != "train" else view.state
    left = format_duration(view.eta_seconds) if view.eta_seconds is not None else "–"
    products = str(view.products) if view.products is not None else "–"
    return [view.name, state, f"{view.step}/{view.total_steps}", left, view.model or "–", products, started]


def format_duration(seconds: float) -> str:
    """Seconds as a person says them.

    Example:
        >>> format_duration(59), format_duration(61), format_duration(7_260)
        ('59 s', '1 min 1 s', '2 h 1 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _confirm(folders: Sequence[RunFolder]) -> None:
    names = ", ".join(folder.name for folder in folders)
    if not sys.stdin.isatty():
        raise UsageError(f"deleting {names} needs --yes here", code="not-confirmed", hint="Add --yes to delete.")
    click.confirm(f"Delete {names} with adapters, checkpoints and results?", abort=True, err=True)


def _say_phase(view: Any, known: str) -> str:
    """Say what goes on when no event tells: a phase other than training has begun."""
    if view.phase and view.phase not in {known, "train"}:
        say(f"{view.phase} …")
    return view.phase or known


def _print_event(event: Event, total_steps: int, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(event), ensure_ascii=True))
        return
    clock = time.strftime("%H:%M:%S", time.localtime(event.time))
    click.echo(clean(f"{clock}  step {event.step}/{total_steps}  {event.kind}  {_describe_facts(event)}".rstrip()))


def _describe_facts(event: Event) -> str:
    facts = event.facts
    if event.kind in {"warning", "error"} or "message" in facts:
        return str(facts.get("message", ""))
    if event.kind == "sample":
        return f"{facts.get('question', '')} → {' '.join(str(facts.get('text', '')).split())}"
    return "  ".join(f"{name} {value:.4g}" for name, value in facts.items() if isinstance(value, int | float))
