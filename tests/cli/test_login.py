import os
import stat
import subprocess
import sys

import pytest

from tests.pipeline.small_hub import BAD_TOKEN, GOOD_TOKEN, SmallHub, hub_environment

CATALORA = [sys.executable, "-c", "from catalora.cli.main import main; main()"]


@pytest.fixture
def hub(tmp_path):
    server = SmallHub(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def run(hub, home, *arguments, text="", **environment):
    return subprocess.run(
        [*CATALORA, "login", *arguments],
        check=False,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        env=hub_environment(hub.url, home) | environment,
    )


def test_a_token_from_standard_input_is_checked_stored_and_removed(hub, home):
    done = run(hub, home, text=f"{GOOD_TOKEN}\n")
    assert (done.returncode, done.stdout) == (0, "Logged in as ada (laptop, read).\n")
    assert (home / "token").read_text() == GOOD_TOKEN
    assert stat.S_IMODE((home / "token").stat().st_mode) & 0o077 == 0
    assert GOOD_TOKEN not in done.stdout + done.stderr
    assert run(hub, home, "--logout").stdout == "The stored token is removed.\n"
    assert not (home / "token").exists()
    assert run(hub, home, "--logout").stdout == "No token was stored.\n"


@pytest.mark.parametrize(
    ("token", "exit_code", "words"),
    [
        (BAD_TOKEN, 69, "refuses the access token"),
        ("hf_with space", 69, "no token has"),
        ("", 2, "no token was given"),
    ],
)
def test_a_bad_token_is_one_line_and_nothing_is_stored(hub, home, token, exit_code, words):
    done = run(hub, home, text=f"{token}\n")
    assert done.returncode == exit_code
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 2  # the error and the next step
    assert not token or token not in done.stdout + done.stderr
    assert not (home / "token").exists()


def test_a_hub_that_is_not_there_is_one_line(hub, home):
    hub.stop()
    done = run(hub, home, text=f"{GOOD_TOKEN}\n")
    assert done.returncode == 69
    assert "cannot be reached" in done.stderr
    assert GOOD_TOKEN not in done.stdout + done.stderr
    assert not (home / "token").exists()


def test_a_token_on_the_command_line_is_refused_and_not_repeated(hub, home):
    for arguments in ([GOOD_TOKEN], ["--token", GOOD_TOKEN], [f"--token={GOOD_TOKEN}"]):
        done = run(hub, home, *arguments)
        assert done.returncode == 2
        assert GOOD_TOKEN not in done.stdout + done.stderr


def test_a_token_in_the_environment_is_said_to_win(hub, home):
    done = run(hub, home, text=f"{GOOD_TOKEN}\n", HF_TOKEN=BAD_TOKEN)
    assert done.returncode == 0
    assert "takes precedence" in done.stderr
    assert BAD_TOKEN not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_the_prompt_does_not_show_the_token(hub, home):
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*CATALORA, "login"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=hub_environment(hub.url, home),
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"tokens):" not in shown:
        shown += os.read(ours, 1000)
    os.write(ours, f"{GOOD_TOKEN}\n".encode())
    while b"Logged in" not in shown:
        shown += os.read(ours, 1000)
    assert process.wait(30) == 0
    os.close(ours)
    assert GOOD_TOKEN.encode() not in shown
    assert (home / "token").read_text() == GOOD_TOKEN
