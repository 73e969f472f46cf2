"""How a process of catalora ends: at once."""

import atexit
import gc


def end_without_search() -> None:
    """Let this process end without Python's last search for reference cycles.

    The interpreter looks through all objects again when it ends. Torch, transformers and peft leave a million of them,
    so that a command that has printed everything stays for seconds, and the search finds nothing that the end of the
    process does not free. Files, locks and handlers are closed as ever.
    """
    atexit.register(gc.freeze)
