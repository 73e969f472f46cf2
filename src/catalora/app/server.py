"""Starting the web server: Streamlit on the app's script, on this machine only."""

import os
import socket
from importlib import import_module
from pathlib import Path

from catalora.app.place import DATA_DIR, RUNS_DIR
from catalora.errors import UsageError

ADDRESS = "127.0.0.1"
SCRIPT = Path(__file__).parent / "app.py"
PRELOADED = ("pandas", "pyarrow", "catalora.pipeline", "catalora.jobs", "catalora.model.hub", "streamlit.components.v1")


def serve(*, port: int, data_dir: Path, runs_dir: Path, open_browser: bool = False) -> None:
    """Run the server until it is interrupted.

    Args:
        port: where it listens on this machine.
        data_dir: folder of catalogues and prepared data sets; created when needed.
        runs_dir: folder of runs; created when needed.
        open_browser: whether to open the reader's browser.

    Raises:
        UsageError: another program has the port.
        SystemExit: at the end, from Streamlit.
    """
    from streamlit.web import cli

    _require_free(port)
    # Loaded now, the first reader does not wait for them.
    for name in PRELOADED:
        import_module(name)
    # Pages, model worker and jobs read their places from here.
    os.environ[DATA_DIR], os.environ[RUNS_DIR] = str(data_dir.resolve()), str(runs_dir.resolve())
    options = {
        # Also in .streamlit/config.toml; here no other configuration file can change them.
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": str(not open_browser).lower(),
        "browser.gatherUsageStats": "false",
        "server.fileWatcherType": "none",
        # A click waits until the drawing that it interrupts has let go. By default it would start a second one beside
        # it, and both would write to the session.
        "runner.fastReruns": "false",
    }
    cli.main(["run", str(SCRIPT), *(f"--{name}={value}" for name, value in options.items())])


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used ({error.strerror})",
                code="port-taken",
                hint=f"Choose another one: catalora app --port {port + 1}",
                port=port,
            ) from error
