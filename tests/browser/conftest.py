import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

import catalora
from tests.app.conftest import write_catalogue
from tests.pipeline.small_hub import SmallHub, hub_environment

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
# Other tests and trainings may share the machine.
PATIENCE_MS = 300_000


class AppServer:
    """`catalora app` in a process of its own."""

    def __init__(self, base: Path, hub_url: str) -> None:
        self.base = base
        self.hub_url = hub_url
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    @property
    def url(self):
        return f"http://localhost:{self.port}"

    @property
    def log(self):
        return self.base / "server.log"

    def start(self):
        folders = ["--data-dir", str(self.base / "data"), "--runs-dir", str(self.base / "runs")]
        environment = hub_environment(self.hub_url, self.base / "hf-home")
        environment["CATALORA_STATE_DIR"] = os.environ["CATALORA_STATE_DIR"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "catalora", "app", "--port", str(self.port), *folders],
                stdout=log,
                stderr=log,
                env=environment,
            )
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=1).close()
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def kill(self):
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session", autouse=True)
def own_state_dir(tmp_path_factory):
    """Claims of devices by these tests, apart from those of whoever else works on this machine."""
    os.environ["CATALORA_STATE_DIR"] = str(tmp_path_factory.mktemp("state"))
    yield
    os.environ.pop("CATALORA_STATE_DIR", None)


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    """A server that answers as the Hugging Face Hub does."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "config.json").write_text("{}")
    hub = SmallHub(folder)
    yield hub
    hub.stop()


def start_server(base, hub):
    server = AppServer(base, hub.url)
    server.start()
    return server


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory, hub):
    """An app with nothing in it."""
    server = start_server(tmp_path_factory.mktemp("empty"), hub)
    yield server
    server.kill()


@pytest.fixture(scope="session")
def server(tmp_path_factory, hub):
    """An app with a prepared data set, hostile texts in it."""
    base = tmp_path_factory.mktemp("browser")
    source = write_catalogue(base / "lamps.jsonl", products=400)
    catalora.prepare([source], base / "data" / "lamps", settings={"data.near_duplicate_similarity": None})
    server = start_server(base, hub)
    yield server
    server.kill()


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium of the system; a missing one is a failure, not a skip."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and MAC_CHROME.exists():
        found = str(MAC_CHROME)
    assert found, "tests/browser needs Chromium: sudo apt-get install chromium"
    # Chromium's own sandbox does not work for root, which containers often are.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Open an address in a browser of its own: `open_page(url, "pt-BR")`.

    The last picture of each page is kept in the test's folder, for when it fails.
    """
    pages = []
    expect.set_options(timeout=PATIENCE_MS)

    def open_address(url, locale="en-US"):
        context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 1400})
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        pages.append(page)
        page.goto(url)
        return page

    yield open_address
    for number, page in enumerate(pages):
        page.screenshot(path=tmp_path / f"page-{number}.png")
        page.context.close()
