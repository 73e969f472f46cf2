"""`catalora login`."""

import os
import sys

import click

from catalora.cli.output import clean, say
from catalora.errors import UsageError


@click.command()
@click.option("--logout", is_flag=True, help="Remove the stored token instead.")
@click.argument("misplaced", nargs=-1, metavar="")
def command(logout: bool, misplaced: tuple[str, ...]) -> None:
    """Store a Hugging Face access token, for models whose licence has to be accepted.

    The token is asked for without showing it, or read from standard input: catalora login < token.txt. It is checked
    with the Hub first and kept where other Hugging Face tools keep theirs.
    """
    if misplaced:  # click's own message would repeat it
        raise UsageError(
            "`catalora login` takes no token on the command line, where other users and the shell's history see it",
            code="token-on-command-line",
            hint="Run `catalora login` alone and paste the token, or: catalora login < token.txt",
        )
    from catalora.model import hub

    if logout:
        click.echo("The stored token is removed." if hub.forget_tokens() else "No token was stored.")
    else:
        account = hub.store_token(_read_token())
        label = ", ".join(part for part in (account.token_name, account.role) if part)
        click.echo(clean(f"Logged in as {account.name}" + (f" ({label})." if label else ".")))
    if os.environ.get("HF_TOKEN"):
        say("HF_TOKEN is set in this environment and takes precedence over the stored token.")


def _read_token() -> str:
    """A token from the hidden prompt or standard input; never from the command line, where others could see it."""
    if sys.stdin.isatty():
        token = click.prompt("Access token (from https://huggingface.co/settings/tokens)", hide_input=True, err=True)
    else:
        token = sys.stdin.readline()
    token = str(token).strip()
    if token:
        return token
    raise UsageError(
        "no token was given",
        code="token-empty",
        hint="Run `catalora login` in a terminal, or pipe the token: catalora login < token.txt",
    )
