import subprocess
import sys

CODE = """
import atexit, gc
atexit.register(lambda: print("frozen" if gc.get_freeze_count() > 1000 else "searched"))  # the last of all handlers
{ending}
"""


def run(ending):
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(ending=ending)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_what_a_process_holds_is_not_searched_when_it_ends():
    assert run("from catalora.ending import end_without_search; end_without_search()") == "frozen"
    assert run("") == "searched"
