"""How long a reader waits for the app in the middle of a run: the first look, and the page after the server was killed.

    python benchmarks/app_return.py BASE        # BASE holds data/, as a full demo leaves it

A run of the bundled model trains on BASE's data all the while. A real Chromium shows it. Then the web server is killed
(SIGKILL) and started again on the same port; the page finds the new server by itself. Printed, in seconds and as the
median of some rounds: from opening the address to the run's state in sight, and from the moment the new server answers
until the page that stayed open has got all of itself again.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, WebSocket

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
from app_in_browser import chromium, find_free_port, start_app

RUN = "watched"
# Longer than the page takes between two parts of one drawing, shorter than between two drawings.
GAP_S = 0.5


def main() -> None:
    """Train, open, kill, start again, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", type=Path, help="folder with data/")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        catalora("train", "--data", str(arguments.base / "data"), "--detach", "--no-estimate", runs=runs)
        try:
            first, back = watch(arguments.base / "data", runs, arguments.rounds)
        finally:
            catalora("runs", "stop", RUN, runs=runs)
            while b'"running"' in (runs / RUN / "status.json").read_bytes():
                time.sleep(0.5)
    print(f"first look {statistics.median(first):.2f} s (longest {max(first):.2f})")
    print(f"back after the server's return {statistics.median(back):.2f} s (longest {max(back):.2f})")


def catalora(*arguments: str, runs: Path) -> None:
    """Run a command on the run that is watched."""
    named = ["--run", RUN, "--no-index", "--preset", "quick"] if arguments[0] == "train" else []
    subprocess.run([sys.executable, "-m", "catalora", *arguments, *named, "--runs-dir", str(runs)], check=True)


def watch(data: Path, runs: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds to the first look and back to it, for each round."""
    port = find_free_port()
    server = start_app(port, data, runs)
    first, back = [], []
    try:
        with chromium() as browser:
            for _ in range(rounds):
                page = browser.new_page(locale="en-US")
                frames = listen(page)
                started = time.perf_counter()
                page.goto(f"http://localhost:{port}/tuning?run={RUN}")
                wait_for_state(page)
                first.append(time.perf_counter() - started)
                wait_for_drawing(page, frames, started)
                server.kill()
                server.wait()
                killed = time.perf_counter()
                server = start_app(port, data, runs)
                answering = time.perf_counter()
                # The page may find the server before we do.
                back.append(max(0.0, wait_for_drawing(page, frames, killed) - answering))
                wait_for_state(page)
                page.close()
    finally:
        server.kill()
    return first, back


def listen(page: Page) -> list[float]:
    """The moments at which the page gets something from a server, over all its connections."""
    frames: list[float] = []

    def follow(socket: WebSocket) -> None:
        socket.on("framereceived", lambda _frame: frames.append(time.perf_counter()))

    page.on("websocket", follow)
    return frames


def wait_for_drawing(page: Page, frames: list[float], since: float) -> float:
    """The moment of the last frame of the first drawing after `since`."""
    while True:
        page.wait_for_timeout(50)
        drawn = [moment for moment in frames if moment > since]
        for moment, following in zip(drawn, [*drawn[1:], time.perf_counter()], strict=False):
            if following - moment > GAP_S:
                return moment


def wait_for_state(page: Page) -> None:
    """Wait until the state of the run is in sight."""
    page.get_by_role("heading", name="Running", exact=True).wait_for(timeout=60_000)


if __name__ == "__main__":
    main()
