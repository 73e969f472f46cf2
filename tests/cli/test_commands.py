import json
import subprocess
import sys

import pytest

from catalora.catalog.sample import SAMPLE_PATH
from catalora.cli.main import COMMANDS


def test_help_imports_no_heavy_library():
    code = "import sys\nsys.argv = ['catalora', '--help']\nfrom catalora.cli.main import main\n"
    code += "try: main()\nfinally: print(sorted({'torch', 'transformers', 'polars', 'chromadb'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.rstrip().endswith("[]")
    assert all(name in shown for name in COMMANDS)


def test_importing_catalora_imports_no_heavy_library():
    code = "import sys, catalora\nprint(sorted({'torch', 'transformers', 'polars', 'chromadb'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, catalora):
    result = catalora(name, "--help")
    assert result.code == 0
    assert "Usage: catalora" in result.out


def test_prepare_prints_what_was_removed_and_the_same_as_json(catalora, tmp_path):
    text = catalora("prepare", SAMPLE_PATH, "--out", tmp_path / "a")
    shown = catalora("prepare", SAMPLE_PATH, "--out", tmp_path / "b", "--json")
    assert (text.code, shown.code) == (0, 0)
    profile = shown.json
    assert profile == json.loads((tmp_path / "b" / "profile.json").read_text())
    assert profile["rows_in"] == profile["kept"] + sum(profile["removed"].values())
    assert f"{profile['removed']['empty-content']:,}" in text.out
    assert profile["kept"] >= 4000


def test_presets_and_settings_are_listed(catalora):
    assert {"quick", "overnight", "production"} == set(catalora("presets", "--json").json)
    settings = catalora("presets", "--settings", "--json").json
    assert settings["training.epochs"]["default"] == 3
    assert "lora.dropout" in catalora("presets", "--settings").out


def test_no_runs_yet_says_what_makes_one(catalora, tmp_path):
    result = catalora("runs", "--runs-dir", tmp_path)
    assert result.code == 0
    assert "catalora demo" in result.out


def test_control_characters_of_strangers_never_reach_the_terminal(catalora, tmp_path):
    result = catalora("runs", "x\x1b[31m", "--runs-dir", tmp_path)
    assert result.code == 2
    assert "\x1b" not in result.err
