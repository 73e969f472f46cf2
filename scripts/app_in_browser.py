"""The real app in a real browser, for pictures: starts `catalora app`, opens Chromium, clicks what a reader clicks."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_MS = 180_000


@contextmanager
def running_app(data_dir: Path, runs_dir: Path) -> Iterator[str]:
    """The address of an app that runs as long as the block."""
    port = find_free_port()
    process = start_app(port, data_dir, runs_dir)
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def find_free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_app(port: int, data_dir: Path, runs_dir: Path) -> "subprocess.Popen[bytes]":
    """Start the app and wait until it answers."""
    folders = ["--data-dir", str(data_dir), "--runs-dir", str(runs_dir)]
    command = [sys.executable, "-m", "catalora", "app", "--port", str(port), *folders]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", process)
    return process


def wait_until_healthy(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - our own address
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("the app did not start; run `catalora app` to see why")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        sys.exit("Chromium is missing: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def settle(page: Page) -> None:
    """Wait until the page has stopped changing."""
    stop = page.get_by_role("button", name="Stop", exact=True)
    quiet = 0
    while quiet < 3:
        page.wait_for_timeout(600)
        # Streamlit shows this button while the page's script runs; on a busy machine it comes late.
        quiet = 0 if stop.count() else quiet + 1


def fill(page: Page, label: str, value: str) -> None:
    """Type into a field and let the page take it."""
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(page)
