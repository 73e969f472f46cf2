"""The web server's side of the model worker: requests with ids, each answer back to whoever asked."""

import contextlib
import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from catalora.errors import CataloraError, ModelUnavailableError

IDLE_SECONDS = 600.0
# How often a waiting page looks whether its reader has gone.
POLL_SECONDS = 0.2

OnText = Callable[[str, str], None]
OnStage = Callable[[str, int, int | None], None]


class WorkerError(CataloraError):
    """An error that was raised in the worker, with the same code, message, hint and facts."""


class ModelWorker:
    """Starts the worker process when it is needed first, and again when it has ended.

    Safe to use from many threads: each call waits for the lines with its own id and sees no others.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._process: subprocess.Popen[str] | None = None

    def call(
        self,
        do: str,
        *,
        on_text: OnText = lambda side, text: None,
        on_stage: OnStage = lambda stage, done, total: None,
        **values: object,
    ) -> dict[str, Any]:
        """Have the worker do something and wait for it.

        Args:
            do: one of the names in `process.SERVICES`.
            on_text: called with (side, new text) while an answer grows.
            on_stage: called when a longer step begins, and every `POLL_SECONDS` with the last one while it lasts. What
                either raises ends the call, and the worker stops working on it.
            **values: of the request; plain data.

        Raises:
            CataloraError: what the worker raised.
            ModelUnavailableError: the worker ended, as it does when memory runs out.
        """
        for attempt in (1, 2):
            number, answers = self._send(do, values)
            try:
                result = self._follow(answers, on_text, on_stage)
            except WorkerError:
                raise
            except BaseException:  # the reader has gone, or clicked elsewhere
                self._cancel(number)
                raise
            finally:
                self._waiting.pop(number, None)
            if result is not None:
                return result
            # It had gone to sleep just before the request reached it; a second time it is not sleep.
            if attempt == 2 or self._exit_code() != 0:
                break
        raise ModelUnavailableError(
            f"the process that holds the model ended (exit code {self._exit_code()}) before it answered",
            code="worker-ended",
            hint="Ask again. If it happens again, memory may be too small for this model.",
        )

    def close(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def pid(self) -> int | None:
        """Of the process, while one runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _follow(
        self, answers: "queue.SimpleQueue[dict[str, Any]]", on_text: OnText, on_stage: OnStage
    ) -> dict[str, Any] | None:
        """The result of one request, or nothing when the worker ended first."""
        stage: tuple[str, int, int | None] = ("start", 0, None)
        while True:
            try:
                answer = answers.get(timeout=POLL_SECONDS)
            except queue.Empty:
                on_stage(*stage)
                continue
            if "text" in answer:
                on_text(*answer["text"])
            elif "stage" in answer:
                stage = (answer["stage"][0], answer["stage"][1], answer["stage"][2])
                on_stage(*stage)
            elif "error" in answer:
                said = answer["error"]
                raise WorkerError(said["message"], code=said["code"], hint=said["hint"], **said["facts"])
            elif "result" in answer:
                result: dict[str, Any] = answer["result"]
                return result
            else:
                return None

    def _send(self, do: str, values: dict[str, object]) -> tuple[int, "queue.SimpleQueue[dict[str, Any]]"]:
        answers: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        with self._lock:
            number = next(self._ids)
            process = self._start()
            self._waiting[number] = answers
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps({"id": number, "do": do, **values}) + "\n")
                process.stdin.flush()
            except (OSError, ValueError):  # it is just ending, or its pipe is closed already
                answers.put({"ended": True})
        return number, answers

    def _cancel(self, number: int) -> None:
        with self._lock:
            process = self._process
            if process is not None and process.poll() is None and process.stdin is not None:
                with contextlib.suppress(OSError, ValueError):
                    process.stdin.write(json.dumps({"id": number, "do": "cancel"}) + "\n")
                    process.stdin.flush()

    def _start(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "catalora.app.worker.process", str(self._idle_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                # The page's own token is in no environment; what the server was started with stays.
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
            threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        return self._process

    def _read(self, process: "subprocess.Popen[str]") -> None:
        """Hand each line to whoever waits for it; runs in a thread of its own until the process ends."""
        assert process.stdout is not None
        assert process.stdin is not None
        with process.stdout:
            for line in process.stdout:
                answer = json.loads(line)
                waiting = self._waiting.get(answer["id"])
                if waiting is not None:
                    waiting.put(answer)
        process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()
        with self._lock:
            if self._process is process:
                for waiting in list(self._waiting.values()):
                    waiting.put({"ended": True})

    def _exit_code(self) -> int | None:
        process = self._process
        return process.poll() if process is not None else None
