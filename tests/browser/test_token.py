"""A Hugging Face token is checked at once, used, and found nowhere afterwards."""

import subprocess
import sys

import psutil
import pytest
from playwright.sync_api import expect
from pypdfium2 import PdfDocument

from tests.browser.test_first_minute import fill, wait_until_drawn
from tests.pipeline.small_hub import BAD_TOKEN, GOOD_TOKEN, hub_environment

# Several processes start in each; others may share the machine.
pytestmark = pytest.mark.timeout(1200)


def enter_token(page, token):
    field = page.get_by_label("Hugging Face token", exact=True)
    field.fill(token)
    field.press("Enter")
    wait_until_drawn(page)


def open_form(page):
    """Unfold the form of a new run where it is folded."""
    fold = page.locator(".st-key-new_run details").first  # another one lies inside
    expect(fold).to_be_visible()
    if fold.get_attribute("open") is None:
        fold.get_by_text("Start a new run", exact=True).click()


def choose_model(page, name):
    """Type a model's name: a list that is open closes when the page is drawn anew beneath it."""
    model = page.get_by_role("combobox", name="Base model")
    model.fill(name)
    model.press("Enter")
    wait_until_drawn(page)


def wait_for_state(page, name):
    """Wait until the run is said to be in a state; a run that fails is told at once, with the page's own words."""
    state, trouble = page.get_by_role("heading", name=name, exact=True), page.get_by_text("This did not work")
    expect(state.or_(trouble).first).to_be_visible()
    assert trouble.count() == 0, page.get_by_test_id("stMain").inner_text()


def find_secret(folder, secret):
    """Files that hold a text."""
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_each_refusal_is_said_at_once_in_its_own_words(server, open_page):
    page = open_page(f"{server.url}/tuning")
    enter_token(page, BAD_TOKEN)
    expect(page.get_by_text("the Hub refuses the access token")).to_be_visible()
    page.get_by_text("Português", exact=True).click()
    expect(page.get_by_text("O Hub recusa este token")).to_be_visible()
    page.get_by_text("English", exact=True).click()
    enter_token(page, "two words")
    expect(page.get_by_text("holds a space")).to_be_visible()
    enter_token(page, GOOD_TOKEN)
    expect(page.get_by_text("ada (read)")).to_be_visible()
    expect(page.get_by_text("the Hub refuses the access token")).to_have_count(0)
    assert "hf_" not in page.url


def test_a_licence_that_is_not_accepted_is_said_before_anything_starts(server, open_page):
    page = open_page(f"{server.url}/tuning")
    enter_token(page, GOOD_TOKEN)
    open_form(page)
    choose_model(page, "gated/gemma")
    page.get_by_role("button", name="Start Fine-tuning Process").click()
    expect(page.get_by_text("its licence is not accepted")).to_be_visible()


def test_a_token_used_in_a_run_is_found_nowhere(server, open_page):
    page = open_page(f"{server.url}/tuning")
    enter_token(page, GOOD_TOKEN)
    open_form(page)
    choose_model(page, "demo")
    fill(page, "Max samples (products)", "24")
    fill(page, "Epochs (passes)", "6")  # enough to set the two sides apart
    page.get_by_text("All settings", exact=True).click()
    fill(page, "watch_products", "0")
    fill(page, "max_new_tokens", "8")
    fill(page, "Name of the run", "canary")
    page.get_by_role("button", name="Start Fine-tuning Process").click()
    wait_for_state(page, "Running")
    commands = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    wait_for_state(page, "Finished")
    assert not any(GOOD_TOKEN in command for command in commands)
    assert GOOD_TOKEN not in page.url
    assert find_secret(server.base, GOOD_TOKEN) == []
    run = server.base / "runs" / "canary"
    assert (run / "adapter").is_dir()

    # What is written about the run later, in a shell that has the token as well.
    environment = hub_environment(server.hub_url, server.base / "hf-home") | {"HF_TOKEN": GOOD_TOKEN}
    out = server.base / "exported"
    commands = (["evaluate", "canary", "--n", "2"], ["docs", "canary"], ["docs", "canary", "--lang", "en"])
    export = ["export", "canary", "--format", "adapter", "--out", str(out), "--check", "0"]
    for command in (*commands, export):
        catalora = [sys.executable, "-m", "catalora", *command, "--runs-dir", str(run.parent)]
        done = subprocess.run(catalora, check=False, env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        assert GOOD_TOKEN not in done.stdout + done.stderr
    assert find_secret(server.base, GOOD_TOKEN) == []
    assert (run / "evaluation" / "report.html").exists()
    assert list(out.rglob("*.safetensors"))
    papers = list((run / "docs").glob("*.pdf"))
    assert papers  # their texts are compressed, so they are read as a person reads them
    for paper in papers:
        assert GOOD_TOKEN not in "".join(page.get_textpage().get_text_bounded() for page in PdfDocument(paper))
