"""`catalora presets`."""

import click

from catalora.cli.output import json_option, print_json, print_table
from catalora.config import describe_settings, read_presets


@click.command()
@click.option("--settings", "show_settings", is_flag=True, help="List every setting with its type and default.")
@json_option
def command(show_settings: bool, as_json: bool) -> None:
    """List presets, or with --settings everything that --set can change."""
    if show_settings:
        settings = describe_settings()
        if as_json:
            rows = {key: {"type": k, "default": d, "description": text} for key, (k, d, text) in settings.items()}
            print_json(rows)
            return
        print_table(
            ["setting", "default", "meaning"],
            [[key, _show(default), text] for key, (_, default, text) in settings.items()],
        )
        return
    presets = read_presets()
    if as_json:
        print_json({name: preset.model_dump() for name, preset in presets.items()})
        return
    print_table(["preset", "hardware", "purpose"], [[p.name, p.hardware, p.purpose] for p in presets.values()])


def _show(default: object) -> str:
    if default is None:
        return "–"
    return " ".join(map(str, default)) if isinstance(default, tuple) else str(default)
