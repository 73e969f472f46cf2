"""How long a reader waits for the app: the first look at a page, and the same page after the server was killed.

    python benchmarks/app_return.py BASE        # BASE holds runs/, as a full demo leaves it

A real Chromium shows a run. Then the web server is killed (SIGKILL) and started again on the same port; the page finds
the new server by itself. Printed, in seconds and as the median of some rounds: from opening the address to the run's
state in sight, and from the moment the new server answers to the same state in sight again in the page that stayed open.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from app_in_browser import chromium, find_free_port, start_app  # noqa: E402 - found by the line above


def main() -> None:
    """Open, kill, start again, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", type=Path, help="folder with runs/")
    parser.add_argument("--run", default="demo")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    data, runs, port = arguments.base / "data", arguments.base / "runs", find_free_port()
    server = start_app(port, data, runs)
    first, back = [], []
    try:
        with chromium() as browser:
            for _ in range(arguments.rounds):
                page = browser.new_page(locale="en-US")
                started = time.perf_counter()
                page.goto(f"http://localhost:{port}/tuning?run={arguments.run}")
                wait_for_state(page)
                first.append(time.perf_counter() - started)
                server.kill()
                server.wait()
                # What is on the screen is the old server's; a mark tells it from what the new one sends.
                page.evaluate("document.querySelectorAll('h2').forEach(head => head.textContent = 'old')")
                server = start_app(port, data, runs)
                started = time.perf_counter()
                wait_for_state(page)
                back.append(time.perf_counter() - started)
                page.close()
    finally:
        server.kill()
    print(f"first look {statistics.median(first):.2f} s (longest {max(first):.2f})")
    print(f"back after the server's return {statistics.median(back):.2f} s (longest {max(back):.2f})")


def wait_for_state(page: Page) -> None:
    """Wait until the state of the run is in sight."""
    page.get_by_role("heading", name="Finished", exact=True).wait_for(timeout=60_000)


if __name__ == "__main__":
    main()
