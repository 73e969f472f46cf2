"""Whatever happens to page and server, a run goes on and its view comes back."""

import time

import pytest
from playwright.sync_api import expect

from catalora import jobs, pipeline
from catalora.run import open_run
from tests.app.conftest import SETTINGS

# Several processes start in each; others may share the machine.
pytestmark = pytest.mark.timeout(1200)

ENDLESS = SETTINGS | {
    "training.epochs": 400,
    "training.save_steps": 1000,
    "training.learning_rate": 1e-5,
    "training.max_validation_products": 1,
}


@pytest.fixture
def launch(server):
    """Start a run as the command line does."""
    started = []

    def start(name, settings):
        run = pipeline.request_run(
            server.base / "data" / "lamps", settings=settings, runs_dir=server.base / "runs", run=name, references=False
        )
        jobs.launch(run)
        started.append(run)
        return run

    yield start
    for run in started:
        if jobs.read_job(run).active:
            jobs.kill(run)


def wait_for(condition, seconds=240):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def read_step(page):
    """The step that the page shows."""
    shown = page.locator("[data-testid=stMetric]", has_text="Step").locator("[data-testid=stMetricValue]")
    return int(shown.inner_text().partition("/")[0].strip().replace(",", ""))


def test_a_run_survives_refresh_new_tab_and_a_killed_server_and_can_be_stopped_and_resumed(server, open_page, launch):
    run = launch("endless", ENDLESS)
    address = f"{server.url}/tuning?run=endless"
    page = open_page(address)
    expect(page.get_by_role("heading", name="Running")).to_be_visible()
    wait_for(lambda: jobs.read_job(run).step >= 2)
    pid = jobs.read_job(run).pid

    page.reload()
    expect(page.get_by_role("heading", name="Running")).to_be_visible()
    other = open_page(address)
    expect(other.get_by_role("heading", name="Running")).to_be_visible()
    expect(other.get_by_role("button", name="Start Fine-tuning Process")).to_have_count(0)

    before = jobs.read_job(run).step
    server.kill()
    wait_for(lambda: jobs.read_job(run).step > before)
    server.start()
    page.reload()
    expect(page.get_by_role("heading", name="Running")).to_be_visible()
    wait_for(lambda: read_step(page) > before)
    assert jobs.read_job(run).pid == pid

    page.get_by_role("button", name="Stop and save").click()
    expect(page.get_by_role("heading", name="Stopped, can be resumed")).to_be_visible()
    stopped_at = jobs.read_job(run).step
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name="Running")).to_be_visible()
    wait_for(lambda: jobs.read_job(run).step > stopped_at)


def test_a_run_finishes_while_the_server_is_down(server, open_page, launch):
    run = launch("short", SETTINGS)
    server.kill()
    wait_for(lambda: jobs.read_job(run).state == "finished")
    server.start()
    page = open_page(f"{server.url}/tuning?run=short", "pt-BR")
    expect(page.get_by_role("heading", name="Concluído")).to_be_visible()
    expect(page.get_by_role("button", name="Iniciar o Fine-tuning")).to_have_count(0)
    assert open_run(server.base / "runs", "short").adapter.is_dir()
