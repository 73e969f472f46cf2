"""`catalora runs`."""

import time
from dataclasses import asdict
from pathlib import Path

import click

from catalora.cli.output import json_option, print_json, print_table, runs_dir_option
from catalora.run import RunFolder, list_runs, open_run


@click.command()
@click.argument("run", required=False)
@runs_dir_option
@json_option
def command(run: str | None, runs_dir: str, as_json: bool) -> None:
    """List all runs, or show RUN with its settings and warnings."""
    if run is not None:
        _show(open_run(Path(runs_dir), run), as_json)
        return
    runs = list_runs(Path(runs_dir))
    if as_json:
        print_json([{"run": item.name, "status": asdict(item.read_status())} for item in runs])
    elif not runs:
        click.echo(f"no runs in {runs_dir}; `catalora demo` makes one")
    else:
        print_table(["run", "state", "step", "model", "products", "started"], [_describe(item) for item in runs])


def _describe(run: RunFolder) -> list[str]:
    record, status = run.read_record(), run.read_status()
    started = time.strftime("%Y-%m-%d %H:%M", time.localtime(record["created"]))
    step = f"{status.step}/{status.total_steps}"
    products = str(record["data"]["products"]["train"])
    return [run.name, status.state, step, record["config"]["model"]["name"], products, started]


def _show(run: RunFolder, as_json: bool) -> None:
    record, status, events = run.read_record(), run.read_status(), list(run.read_events())
    if as_json:
        print_json({"record": record, "status": asdict(status), "events": [asdict(event) for event in events]})
        return
    print_table(["run", "state", "step", "model", "products", "started"], [_describe(run)])
    if status.error:
        click.echo(f"\n{status.error['message']}\n  → {status.error['hint']}")
    click.echo()
    rows = [
        [f"{section}.{name}", str(value)]
        for section, values in record["config"].items()
        for name, value in values.items()
    ]
    print_table(["setting", "value"], rows)
    evaluations = [event for event in events if event.kind == "evaluation"]
    if evaluations:
        click.echo()
        losses = [[str(event.step), f"{event.facts['eval_loss']:.4f}"] for event in evaluations]
        print_table(["step", "validation loss"], losses)
    for event in events:
        if event.kind == "warning":
            click.echo(f"note: {event.facts['message']}")
