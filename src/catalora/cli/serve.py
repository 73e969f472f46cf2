"""`catalora serve`."""

from pathlib import Path

import click

from catalora.cli.output import runs_dir_option, say
from catalora.run import open_run


@click.command()
@click.argument("run")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address; others than this machine's need a key.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--model-name", help="Name of the tuned model in requests; the run's without it.")
@click.option("--exact", is_flag=True, help="Compute in float32: no answer depends on who else is served.")
@click.option("--queue", type=click.IntRange(min=1), default=256, show_default=True, help="Requests that may wait.")
@click.option("--lanes", type=click.IntRange(min=1), help="Requests answered at once; chosen by the free memory.")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=120, show_default=True, help="Seconds per request, all included."
)
@click.option(
    "--grace", type=click.FloatRange(min=0), default=10, show_default=True, help="Seconds to finish in at the end."
)
@runs_dir_option
def command(
    run: str,
    host: str,
    port: int,
    model_name: str | None,
    exact: bool,
    queue: int,
    lanes: int | None,
    timeout: float,
    grace: float,
    runs_dir: str,
) -> None:
    """Serve RUN to OpenAI's clients: models base and RUN, at http://127.0.0.1:8000/v1.

    With CATALORA_API_KEY in the environment, clients must send that key. Ctrl-C ends the server.

    \b
    catalora serve amazon
    CATALORA_API_KEY=... catalora serve amazon --host 0.0.0.0
    """  # noqa: D301 - click reads \b as "do not wrap"
    folder = open_run(Path(runs_dir), run)
    from catalora.serving.server import Limits, serve

    serve(
        folder,
        host=host,
        port=port,
        name=model_name,
        exact=exact,
        limits=Limits(queue, lanes, timeout, grace),
        announce=say,
    )
