"""Many clients at once on `catalora serve`: nothing lost, no answer of the wrong side, how long, and how much memory.

    python benchmarks/serve.py RUN_FOLDER --clients 64 --seconds 60

Starts the server in a process of its own and asks it over loopback by the `openai` client, every other request as a
stream, both models in turn by chance, greedily. What each side answers to each title is computed beforehand, one by
one, without the server. An answer is held against both:

    same      letter by letter that of its side
    rounded   not the same, but more likely under its side's weights than under the other's: in bfloat16 the company in
              a batch moves the last bits, and where two tokens are nearly level the other one can win
    wrong     the other side's, or more likely under its weights

With --exact, server and expectation compute in float32.
"""

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil
import torch
from openai import APIError, AsyncOpenAI

from catalora import pipeline
from catalora.generation.answer import Side
from catalora.pipeline import Session
from catalora.run import RunFolder

MIB = 1 << 20


class Load:
    """What came back."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, str, str]] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.first: list[float] = []
        self.tokens = 0
        self.memory: list[int] = []


SIDES: dict[str, Side] = {"base": "base", "tuned": "tuned"}


def compute_expected(session: Session, count: int, chance: random.Random) -> dict[tuple[str, str], str]:
    """Each side's own answer to titles of the run, by side and title."""
    expected, titles = {}, session.products["title"].to_list()
    for title in chance.sample(titles, min(count, len(titles))):
        for side in SIDES.values():
            expected[side, title] = pipeline.ask(session, title, sides=[side], references=0).answers[side].text
    return expected


def judge(session: Session, side: str, title: str, text: str, expected: dict[tuple[str, str], str]) -> str:
    """Whose answer it is."""
    if text == expected[side, title]:
        return "same"
    likely = {name: compute_likelihood(session, name, title, text) for name in SIDES.values()}
    return "rounded" if likely[SIDES[side]] == max(likely.values()) else "wrong"


def compute_likelihood(session: Session, side: Side, title: str, text: str) -> float:
    """Log-probability of an answer under a side's weights."""
    answerer = session.answerer
    (prompt,) = answerer.template.encode_prompts(answerer.tokenizer, [title])
    (answer,) = answerer.tokenizer([f" {text}"], add_special_tokens=False)["input_ids"]
    ids = torch.tensor([[*prompt, *answer]], device=answerer.device)
    with torch.inference_mode(), answerer.weights_of([side]):
        logits = answerer.model(input_ids=ids).logits[0, len(prompt) - 1 : -1].float().log_softmax(-1)
    return float(logits.gather(1, ids[0, len(prompt) :, None]).sum())


async def ask_on(
    port: int, name: str, number: int, ends: float, expected: dict[tuple[str, str], str], load: Load
) -> None:
    """One client: the next question when the answer is there, until time is up."""
    chance, asked = random.Random(number), list(expected)
    async with AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0) as client:
        streams = number % 2 == 0
        while time.monotonic() < ends:
            side, title = chance.choice(asked)
            streams = not streams
            started = time.monotonic()
            try:
                text, end = await ask_once(client, "base" if side == "base" else name, title, streams, load)
            except APIError as error:
                load.problems[type(error).__name__] += 1
                continue
            load.seconds.append(time.monotonic() - started)
            if end not in ("stop", "length"):
                load.problems["no end"] += 1
            else:
                load.answers[side, title, text] += 1


async def ask_once(client: AsyncOpenAI, model: str, title: str, streams: bool, load: Load) -> tuple[str, str | None]:
    """One question; the answer's text and how it ended."""
    messages = [{"role": "user", "content": title}]
    if not streams:
        answer = await client.chat.completions.create(model=model, messages=messages, temperature=0)  # type: ignore[call-overload]
        load.tokens += answer.usage.completion_tokens
        return answer.choices[0].message.content, answer.choices[0].finish_reason
    started, first, parts, end = time.monotonic(), None, [], None
    options = {"include_usage": True}
    async for chunk in await client.chat.completions.create(  # type: ignore[call-overload]
        model=model, messages=messages, temperature=0, stream=True, stream_options=options
    ):
        if chunk.usage:
            load.tokens += chunk.usage.completion_tokens
        if not chunk.choices:
            continue
        if first is None and chunk.choices[0].delta.content:
            first = time.monotonic() - started
            load.first.append(first)
        parts.append(chunk.choices[0].delta.content or "")
        end = chunk.choices[0].finish_reason or end
    return "".join(parts), end


async def watch(process: psutil.Process, ends: float, load: Load) -> None:
    """The server's resident memory, twice a second."""
    while time.monotonic() < ends:
        load.memory.append(process.memory_info().rss)
        await asyncio.sleep(0.5)


async def press(port: int, process: psutil.Process, options: argparse.Namespace, expected: dict, load: Load) -> None:  # type: ignore[type-arg]
    """All clients at once."""
    ends = time.monotonic() + options.seconds
    clients = [ask_on(port, options.run.name, number, ends, expected, load) for number in range(options.clients)]
    await asyncio.gather(watch(process, ends, load), *clients)
    load.memory.append(process.memory_info().rss)


def start_server(run: RunFolder, port: int, *, exact: bool) -> subprocess.Popen[bytes]:
    """The server, ready."""
    command = [sys.executable, "-m", "catalora", "serve", run.name, "--runs-dir", str(run.path.parent)]
    server = subprocess.Popen(
        [*command, "--port", str(port), *["--exact"][: int(exact)]], env={**os.environ, "CATALORA_API_KEY": ""}
    )
    while True:
        if server.poll() is not None:
            sys.exit(f"the server ended with {server.returncode}")
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return server
        except httpx.TransportError:
            pass
        time.sleep(0.2)


def find_quantile(values: list[float], share: float) -> float:
    """The value under which this share of them lies."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]


def main() -> None:
    """Measure and print; exit code 1 when anything was lost or of the wrong side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--titles", type=int, default=16)
    parser.add_argument("--port", type=int, default=8799)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    options.run = options.run.resolve()
    run = RunFolder(options.run)
    session = pipeline.open_session(run, references=False, dtype="float32" if options.exact else None)
    expected = compute_expected(session, options.titles, random.Random(options.seed))
    server, load = start_server(run, options.port, exact=options.exact), Load()
    try:
        started = time.monotonic()
        asyncio.run(press(options.port, psutil.Process(server.pid), options, expected, load))
        took = time.monotonic() - started
    finally:
        server.terminate()
        code = server.wait(timeout=30)
    for (side, title, text), count in load.answers.items():
        load.verdicts[judge(session, side, title, text, expected)] += count
    answered, lost = sum(load.verdicts.values()), sum(load.problems.values())
    print(f"{options.clients} clients, {took:.0f} s, {len(expected)} different questions; the server ended with {code}")
    print(
        f"requests      {answered + lost:6}   {answered / took:.1f} a second, {load.tokens / took:.0f} tokens a second"
    )
    print(f"lost          {lost:6}   {dict(load.problems) or ''}")
    print(f"wrong side    {load.verdicts['wrong']:6}")
    print(f"same          {load.verdicts['same']:6}   rounded {load.verdicts['rounded']}")
    for name, values in (("whole answer", load.seconds), ("first token", load.first)):
        print(f"{name:13} p50 {find_quantile(values, 0.5):6.2f} s   p95 {find_quantile(values, 0.95):6.2f} s")
    start, end, peak = (value / MIB for value in (load.memory[0], load.memory[-1], max(load.memory)))
    half = max(load.memory[: len(load.memory) // 2]) / MIB
    peaks = f"peak {peak:.0f} ({half:.0f} in the first half)"
    print(f"memory        {start:.0f} MiB at the start, {end:.0f} at the end, {peaks}")
    sys.exit(1 if lost or load.verdicts["wrong"] else 0)


if __name__ == "__main__":
    main()
