"""The worker process: reads requests from standard input, one JSON object a line, and answers on standard output.

One request is worked on at a time, so no two of them ever share a model's state. At most one run is open; opening
another closes it. When nothing was asked for a while, or the web server is gone, the process ends.
"""

import gc
import json
import os
import queue
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from catalora.errors import CataloraError

if TYPE_CHECKING:
    from catalora.pipeline import Session
    from catalora.run import RunFolder

Request = dict[str, Any]
Service = Callable[["Desk", Request], dict[str, Any]]


class _CancelledError(Exception):
    """Whoever asked is gone."""


class Desk:
    """What the services share: the way back to the page, and the one open run."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._cancelled: set[int] = set()
        self._current = 0
        self._session: tuple[tuple[str, int], Session] | None = None

    def cancel(self, number: int) -> None:
        """Stop working on a request, or leave it out when its turn comes."""
        self._cancelled.add(number)

    def work_on(self, request: Request) -> None:
        """Do what a request asks for and send what came of it."""
        self._current = request["id"]
        try:
            self._check_wanted()
            self.send(result=SERVICES[request["do"]](self, request))
        except _CancelledError:
            pass
        except CataloraError as error:
            facts = json.loads(json.dumps(error.facts, default=str))
            self.send(error={"code": error.code, "message": error.message, "hint": error.hint, "facts": facts})
        except Exception as error:
            sys.stderr.write(f"request failed: {type(error).__name__}\n")
            said = {"code": "worker-failed", "message": f"{type(error).__name__}: {error}"}
            self.send(error={**said, "hint": "Ask again; if it happens again, report it.", "facts": {}})
        finally:
            self._cancelled.discard(self._current)

    def send(self, **values: object) -> None:
        """One line back to whoever made the current request."""
        self._out.write(json.dumps({"id": self._current, **values}) + "\n")
        self._out.flush()

    def send_text(self, _question: int, side: str, text: str) -> None:
        """New text of an answer; ends the generation when nobody waits for it any more."""
        self._check_wanted()
        self.send(text=[side, text])

    def send_stage(self, stage: str, done: int, total: int | None) -> None:
        """How far a longer step is."""
        self._check_wanted()
        self.send(stage=[stage, done, total])

    def open(self, run: "RunFolder", token: str | None) -> "Session":
        """The run, opened for questions; another one that was open is closed first."""
        from catalora import pipeline

        # A run that was trained on has another adapter under the same name.
        written = run.adapter.stat().st_mtime_ns if run.adapter.is_dir() else 0
        key = (str(run.path), written)
        if self._session is not None and self._session[0] == key:
            return self._session[1]
        self.close()
        self.send_stage("load model", 0, None)
        session = pipeline.open_session(run, token=token)
        self._session = (key, session)
        return session

    def close(self) -> None:
        """Let go of the open run and its memory."""
        if self._session is not None:
            self._session[1].close()
            self._session = None
            gc.collect()

    def _check_wanted(self) -> None:
        if self._current in self._cancelled:
            raise _CancelledError


def ask(desk: Desk, request: Request) -> dict[str, Any]:
    """Answer a question with one side or both, with references."""
    from catalora import pipeline

    session = desk.open(_open_run(request), request.get("token"))
    desk.send_stage("generate", 0, None)
    reply = pipeline.ask(session, request["question"], sides=request["sides"], on_text=desk.send_text)
    return asdict(reply)


def trace(desk: Desk, request: Request) -> dict[str, Any]:
    """The evidence for an answer that was given to a question."""
    from catalora import pipeline
    from catalora.references.trace import mark_answer

    session = desk.open(_open_run(request), request.get("token"))
    found = pipeline.trace(session, request["answer"], about=request["question"], progress=desk.send_stage)
    (evidence,) = found.answers
    return {
        "record": asdict(found.record) if found.record else None,
        "marks": asdict(mark_answer(evidence, session.products)),
        "resembling": [asdict(reference) for reference in evidence.resembling],
    }


def influence(desk: Desk, request: Request) -> dict[str, Any]:
    """The training examples whose gradients point most towards an answer; the first time in a run this takes long."""
    from catalora import pipeline

    session = desk.open(_open_run(request), request.get("token"))
    found = pipeline.influence(session, request["answer"], about=request["question"], progress=desk.send_stage)
    return asdict(found)


def search(desk: Desk, request: Request) -> dict[str, Any]:
    """Search a run's reference index; no model is loaded for it."""
    from catalora import pipeline

    run = _open_run(request)
    desk.send_stage("open index", 0, None)
    with pipeline.index(run, progress=desk.send_stage) as index:
        (found,) = index.search([request["question"]], request["count"], request["min_score"])
    return {"references": [asdict(reference) for reference in found]}


def preview(desk: Desk, request: Request) -> dict[str, Any]:
    """What a model sees of one product."""
    from catalora import pipeline

    desk.send_stage("load tokenizer", 0, None)
    (view,) = pipeline.preview(
        request["data"],
        uids=[request["uid"]],
        model=request["model"],
        settings=request["settings"],
        token=request.get("token"),
    )
    return asdict(view)


def measure(desk: Desk, request: Request) -> dict[str, Any]:
    """Token lengths of a data set's training products."""
    from catalora import pipeline

    desk.send_stage("load tokenizer", 0, None)
    fit = pipeline.measure_fit(
        request["data"],
        model=request["model"],
        settings=request["settings"],
        token=request.get("token"),
        progress=desk.send_stage,
    )
    return asdict(fit)


def estimate(desk: Desk, request: Request) -> dict[str, Any]:
    """What runs on growing numbers of products would take, after a short trial in a process of its own."""
    from catalora import pipeline

    measured, estimates = pipeline.estimate(
        request["data"],
        preset=request["preset"],
        settings=request["settings"],
        seconds=request["seconds"],
        token=request.get("token"),
        progress=desk.send_stage,
    )
    return {"device": measured.device, "estimates": [asdict(item) for item in estimates]}


SERVICES: dict[str, Service] = {
    "ask": ask,
    "trace": trace,
    "influence": influence,
    "search": search,
    "preview": preview,
    "measure": measure,
    "estimate": estimate,
}


def _open_run(request: Request) -> "RunFolder":
    from catalora.run import open_run

    return open_run(Path(request["runs_dir"]), request["run"])


def main(idle_seconds: float) -> None:
    """Work until the web server goes away or nobody has asked for `idle_seconds`."""
    warnings.simplefilter("ignore")
    # Libraries print; only our lines may reach the pipe.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    desk = Desk(out)
    requests: queue.Queue[Request | None] = queue.Queue()
    threading.Thread(target=_read_requests, args=(desk, requests), daemon=True).start()
    while True:
        try:
            request = requests.get(timeout=idle_seconds)
        except queue.Empty:
            break
        if request is None:
            break
        desk.work_on(request)
    desk.close()
    out.flush()
    # Threads of libraries must not keep a process alive that nobody needs.
    os._exit(0)


def _read_requests(desk: Desk, requests: "queue.Queue[Request | None]") -> None:
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "cancel":
            desk.cancel(request["id"])
        else:
            requests.put(request)
    requests.put(None)


if __name__ == "__main__":
    main(float(sys.argv[1]))
