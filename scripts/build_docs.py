"""Write the generated page of docs/: every setting and preset, from the code that declares them.

Run ``python scripts/build_docs.py`` to write ``docs/settings.md``, ``--check`` to compare the committed page with a
rebuild.
"""

import argparse
import inspect
import sys
from itertools import groupby
from pathlib import Path

from catalora.config import Config, Preset, build_config, describe_settings, read_presets

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"

HEAD = """# Settings

Made by `make docs` from `src/catalora/config.py` and `src/catalora/presets/`; changes by hand are overwritten.

Order of precedence: the default, the preset, `--set SECTION.NAME=VALUE`. `--model` wins over `model.name`. Values are
read as YAML: `--set training.epochs=5`, `--set lora.target_modules=q_proj,v_proj`, `--set data.max_samples=null`.
All problems of a configuration are reported in one message, with the nearest known name.

`catalora prepare` reads the section `data` alone. `catalora train` reads all the others, and of `data` only
`max_samples` and `seed`: the products are cleaned and split by then. `max_samples` is an exact number in `prepare`,
and an upper limit of training products in `train`.
"""


def render_page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    for section, items in groupby(describe_settings().items(), key=lambda item: item[0].partition(".")[0]):
        rows = [(f"`{key}`", _code(kind), _show(default), text) for key, (kind, default, text) in items]
        parts.append(f"## {section}\n\n{inspect.getdoc(Config.model_fields[section].annotation)}\n")
        parts.append(_render_table(("setting", "type", "default", "meaning"), rows))
    parts.append("## Presets\n\nA preset names only what it changes; everything else keeps its default.\n")
    presets = list(read_presets().values())
    purposes = [(f"`{preset.name}`", preset.purpose, preset.hardware) for preset in presets]
    parts.append(_render_table(("preset", "purpose", "hardware"), purposes))
    parts.append(_render_table(("setting", *(f"`{preset.name}`" for preset in presets)), _compare_presets(presets)))
    return "\n".join(parts)


def _compare_presets(presets: list[Preset]) -> list[tuple[str, ...]]:
    """One row for each setting that some preset names, with the value that each preset ends up with."""
    named = {(section, name) for preset in presets for section, values in preset.settings.items() for name in values}
    configs = [build_config(preset.name).model_dump() for preset in presets]
    places = [(key, *key.split(".")) for key in describe_settings()]
    return [
        (f"`{key}`", *(_show(config[section][name]) for config in configs))
        for key, section, name in places
        if (section, name) in named
    ]


def _render_table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _code(kind: str) -> str:
    # A bar would end the cell.
    return "`" + kind.replace("Literal", "one of ").replace("|", "\\|") + "`"


def _show(value: object) -> str:
    if value is None or value == ():
        return "empty"
    return "`" + (", ".join(map(str, value)) if isinstance(value, tuple) else str(value)) + "`"


def main() -> int:
    """Write or check the page; 0 when all is well."""
    parser = argparse.ArgumentParser(description="Build the generated page of docs/.")
    parser.add_argument("--check", action="store_true", help="compare the committed page with a rebuild; write nothing")
    page = render_page()
    if parser.parse_args().check:
        is_current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page
        print(f"{PAGE.name} equals a rebuild" if is_current else f"{PAGE.name} differs from a rebuild: run `make docs`")
        return 0 if is_current else 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
