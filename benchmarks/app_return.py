"""How long a reader waits for the app: the first look at a page, and the same page after the server was killed.

    python benchmarks/app_return.py BASE        # BASE holds runs/, as a full demo leaves it

A real Chromium shows a run. Then the web server is killed (SIGKILL) and started again on the same port; the page finds
the new server by itself. Printed, in seconds and as the median of some rounds: from opening the address to the run's
state in sight, and from the moment the new server answers until the page that stayed open has got all of itself again.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, WebSocket

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from app_in_browser import chromium, find_free_port, start_app


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
                frames = listen(page)
                started = time.perf_counter()
                page.goto(f"http://localhost:{port}/tuning?run={arguments.run}")
                wait_for_state(page)
                first.append(time.perf_counter() - started)
                wait_until_quiet(page, frames, 0.0)
                server.kill()
                server.wait()
                server = start_app(port, data, runs)
                started = time.perf_counter()
                back.append(wait_until_quiet(page, frames, started) - started)
                wait_for_state(page)
                page.close()
    finally:
        server.kill()
    print(f"first look {statistics.median(first):.2f} s (longest {max(first):.2f})")
    print(f"back after the server's return {statistics.median(back):.2f} s (longest {max(back):.2f})")


def listen(page: Page) -> list[float]:
    """The moments at which the page gets something from a server, over all its connections."""
    frames: list[float] = []

    def follow(socket: WebSocket) -> None:
        socket.on("framereceived", lambda _frame: frames.append(time.perf_counter()))

    page.on("websocket", follow)
    return frames


def wait_until_quiet(page: Page, frames: list[float], since: float) -> float:
    """The moment of the last frame after `since` that a second without any follows."""
    while True:
        page.wait_for_timeout(100)
        if frames and frames[-1] > since and time.perf_counter() - frames[-1] > 1:
            return frames[-1]


def wait_for_state(page: Page) -> None:
    """Wait until the state of the run is in sight."""
    page.get_by_role("heading", name="Finished", exact=True).wait_for(timeout=60_000)


if __name__ == "__main__":
    main()
