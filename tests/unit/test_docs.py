"""The documents say what the code does: settings, commands, calls, links, and both languages alike."""

import ast
import importlib
import importlib.util
import inspect
import re
import shlex
from pathlib import Path

import click
import pytest

import catalora
from catalora.cli.main import COMMANDS, cli
from catalora.config import build_config, read_presets

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.pt-BR.md")
PAGES = sorted(
    [ROOT / name for name in (*READMES, "CHANGELOG.md", "CONTRIBUTING.md")] + list((ROOT / "docs").rglob("*.md"))
)
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(catalora [^`]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# An inline mention may leave out what a command needs, and may name a placeholder.
PLACEHOLDERS = {"X", "…"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def find_blocks(text, *languages):
    return [block for language, block in FENCE.findall(text) if language in languages]


def find_commands(text):
    """Words of each command line in the code blocks, the program's name left out."""
    lines = [line.strip() for block in find_blocks(text, "sh", "bat") for line in block.splitlines()]
    lines = [re.sub(r"^\.venv\\Scripts\\", "", line) for line in lines]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("catalora ")]


def find_options(name):
    command = cli.get_command(click.Context(cli), name)
    commands = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    named = {option for item in commands for parameter in item.params for option in parameter.opts}
    return named | {"--help", "--debug"}


def find_headings(text):
    return re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)


def strip_comments(block):
    return [re.sub(r"(^|\s+)#.*", "", line).rstrip() for line in block.splitlines()]


def load_script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_settings_page_equals_a_rebuild():
    assert read("docs/settings.md") == load_script("build_docs").render_page(), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_line_is_accepted(page):
    for words in find_commands(page.read_text(encoding="utf-8")):
        name, arguments = words[0], words[1:]
        if name == "--help":
            continue
        assert name in COMMANDS, words
        # Parses and checks the arguments, and runs nothing.
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
            command, arguments = command.commands[arguments[0]], arguments[1:]
        context = command.make_context(name, arguments)
        if context.params.get("preset") or context.params.get("settings"):
            build_config(context.params.get("preset"), context.params["settings"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_named_in_a_sentence_exists(page):
    for mention in INLINE.findall(page.read_text(encoding="utf-8")):
        name = mention.split()[1]
        if name in PLACEHOLDERS or name.startswith("--"):
            continue
        assert name in COMMANDS, mention
        assert set(re.findall(r"(?<!\S)--[a-z-]+", mention)) <= find_options(name), mention


@pytest.mark.parametrize("name", READMES)
def test_every_option_named_in_a_readme_exists(name):
    known = {option for command in COMMANDS for option in find_options(command)}
    named = {word for text in re.findall(r"`(--[^`]+)`", read(name)) for word in text.split() if word.startswith("--")}
    assert named <= known


@pytest.mark.parametrize("name", READMES)
def test_python_examples_call_what_exists(name):
    for block in find_blocks(read(name), "python"):
        tree = ast.parse(block)
        names = {"catalora": catalora}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                module = importlib.import_module(node.module)
                names |= {alias.name: getattr(module, alias.name) for alias in node.names}
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            function = find_function(call.func, names)
            if function is not None:
                inspect.signature(function).bind(*call.args, **{word.arg: word.value for word in call.keywords})


def find_function(node, names):
    """The function behind `name(…)` or `catalora.name(…)`; nothing for other calls."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and names.get(node.value.id) is catalora:
        return getattr(catalora, node.attr)
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_leads_to_a_file(page):
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if target.startswith("https://") or target.startswith("http://"):
            continue
        file, _, anchor = target.partition("#")
        assert (page.parent / file).exists(), target
        if anchor and not file:
            assert anchor in {line.lower() for line in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_of_the_project_exists(page):
    named = re.findall(r"(?:^|[` ])((?:src|scripts|benchmarks|tests|docs)/[\w./-]+)", page.read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path.rstrip(".")).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_the_table_of_presets_is_true(name):
    rows = re.findall(r"^\| `(\w+)` \|(.+)\|$", read(name), re.MULTILINE)
    assert [preset for preset, _ in rows] == list(read_presets())
    for preset, cells in rows:
        config = build_config(preset)
        _, products, passes, lora, batch, rate = (cell.strip() for cell in cells.split("|"))
        assert re.sub(r"\D", "", products) == str(config.data.max_samples or "")
        assert int(passes) == config.training.epochs
        shape = [float(number) for number in lora.replace(",", ".").split("/")]
        assert shape == [config.lora.r, config.lora.alpha, config.lora.dropout]
        steps = [config.training.batch_size, config.training.gradient_accumulation_steps]
        assert [int(number) for number in batch.split("×")] == (steps if steps[1] > 1 else steps[:1])
        assert float(rate) == config.training.learning_rate


@pytest.mark.parametrize("name", READMES)
def test_the_source_tree_names_existing_paths(name):
    (tree,) = [block for block in find_blocks(read(name), "text") if block.startswith("src/")]
    parents = []
    for line in strip_comments(tree):
        depth = (len(line) - len(line.lstrip())) // 2
        parents = [*parents[:depth], line.strip()]
        assert ROOT.joinpath(*parents).exists(), line


def test_both_readmes_have_the_same_shape():
    english, portuguese = map(read, READMES)
    assert find_headings(english) == find_headings(portuguese)
    languages = [[language for language, _ in FENCE.findall(text)] for text in (english, portuguese)]
    assert languages[0] == languages[1]
    blocks = [[strip_comments(block) for _, block in FENCE.findall(text)] for text in (english, portuguese)]
    for one, other in zip(*blocks, strict=True):
        assert one == other


def test_the_decisions_are_numbered_and_listed():
    pages = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    listed = read("docs/decisions/README.md")
    for number, page in enumerate(pages, start=1):
        title = page.read_text(encoding="utf-8").splitlines()[0]
        assert page.name.startswith(f"{number:04}-")
        assert title.startswith(f"# {number}. ")
        assert f"[{title.removeprefix(f'# {number}. ')}]({page.name})" in listed
