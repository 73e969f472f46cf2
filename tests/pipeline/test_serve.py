"""A run served over loopback, asked by the real `openai` client and attacked by schemathesis."""

import asyncio
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import httpx
import openai
import pytest

from catalora import pipeline
from catalora.errors import UsageError
from catalora.generation.grounded import UNKNOWN
from catalora.serving import server as server_module
from catalora.serving.api import build_app
from catalora.serving.gate import MAX_BODY_BYTES
from catalora.serving.server import Server, check_name, is_loopback, listen, read_key
from catalora.serving.worker import Worker
from tests.cli.conftest import catalora as command  # noqa: F401 - a fixture

NAME = "small"
LIMIT = 40  # generation.max_new_tokens of the run


@contextmanager
def serving(run, *, key=None, grace_seconds=0.2, timeout_seconds=60, **limits):
    """A server in threads of this process: its address, and its worker to look at."""
    worker = Worker(lambda: pipeline.open_session(run), **limits)
    app = build_app(worker, NAME, key=key, timeout_seconds=timeout_seconds)
    server = Server(app, worker, grace_seconds=grace_seconds)
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        worker.start()
        thread.start()
        try:
            wait_until(lambda: worker.state != "loading")
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", worker, server
        finally:
            server.stop()
            thread.join(30)
            worker.join(30)
    assert not thread.is_alive() and worker.state == "closed"


def wait_until(found, seconds=60):
    ends = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < ends
        time.sleep(0.005)


@pytest.fixture(scope="module")
def titles(session):
    return session.products["title"].to_list()[:8]


@pytest.fixture(scope="module")
def expected(session, titles):
    """Each side's own greedy answer, one by one."""
    found = {}
    for title in titles:
        for side, model in (("base", "base"), ("tuned", NAME)):
            found[model, title] = pipeline.ask(session, title, sides=[side], references=0).answers[side]
    assert all(found["base", title].text != found[NAME, title].text for title in titles)
    return found


@pytest.fixture(scope="module")
def served(run, expected):
    with serving(run, lanes=8) as (address, worker, _server):
        yield address, worker


@pytest.fixture(scope="module")
def client(served):
    with openai.OpenAI(base_url=f"{served[0]}/v1", api_key="none", max_retries=0, timeout=60) as opened:
        yield opened


def chat(client, question, model=NAME, **options):
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": question}], **options)


def read_stream(stream):
    chunks = list(stream)
    told = [chunk for chunk in chunks if chunk.choices]
    return "".join(chunk.choices[0].delta.content or "" for chunk in told), told[-1], chunks[-1]


def test_chat_answers_as_ask_does_with_its_sources(client, session, expected, titles):
    for (model, title), answer in expected.items():
        said = chat(client, title, model)
        assert said.choices[0].message.content == answer.text
        assert said.choices[0].finish_reason == ("stop" if answer.stopped else "length")
        assert said.usage.completion_tokens == answer.tokens
        assert said.model == model
    found = chat(client, titles[0], extra_body={"catalora": {"references": 2}}).catalora["references"]
    assert [item["uid"] for item in found] == [item.uid for item in session.search(titles[0], 2)]
    assert chat(client, titles[0], extra_body={"catalora": {"references": 0}}).catalora["references"] == []


def test_a_stream_says_the_same_in_pieces(client, session, expected, titles):
    for model in ("base", NAME):
        text, last, end = read_stream(
            chat(client, titles[0], model, stream=True, stream_options={"include_usage": True})
        )
        assert text == expected[model, titles[0]].text
        assert last.choices[0].finish_reason in ("stop", "length")
        near = session.search(titles[0], None)
        assert [item["uid"] for item in last.catalora["references"]] == [item.uid for item in near]
        assert end.usage.completion_tokens == expected[model, titles[0]].tokens


def test_a_stop_string_ends_the_answer_in_front_of_it(client, expected, titles):
    whole = expected["base", titles[0]].text
    stop = whole[len(whole) // 2 :][:7]
    before = whole[: whole.index(stop)]
    said = chat(client, titles[0], "base", stop=[stop, "never said"])
    assert (said.choices[0].message.content, said.choices[0].finish_reason) == (before, "stop")
    assert said.usage.completion_tokens < expected["base", titles[0]].tokens
    text, last, _ = read_stream(chat(client, titles[0], "base", stop=stop, stream=True))
    assert (text, last.choices[0].finish_reason) == (before, "stop")


def test_max_tokens_cuts(client, expected, titles):
    for name in ("max_tokens", "max_completion_tokens"):
        said = chat(client, titles[0], **{name: 3})
        assert (said.usage.completion_tokens, said.choices[0].finish_reason) == (3, "length")
        assert expected[NAME, titles[0]].text.startswith(said.choices[0].message.content)


def test_a_seed_gives_its_answer_whoever_else_is_there(client, titles):
    ask = lambda seed: chat(client, titles[1], temperature=1.2, top_p=0.95, seed=seed).choices[0].message.content  # noqa: E731
    alone = [ask(seed) for seed in (1, 2, -3)]
    assert len(set(alone)) > 1
    others = [threading.Thread(target=chat, args=(client, title), kwargs={"temperature": 1.0}) for title in titles]
    for thread in others:
        thread.start()
    assert [ask(seed) for seed in (1, 2, -3)] == alone
    for thread in others:
        thread.join()
    assert len({chat(client, titles[1], temperature=1.5).choices[0].message.content for _ in range(3)}) > 1


def test_grounding_facts_and_declining(client, session, titles):
    extension = {"grounded": True, "facts": True, "references": 0}
    said = chat(client, titles[0], extra_body={"catalora": extension})
    own = pipeline.ask(session, titles[0], sides=["grounded"], references=0)
    assert said.choices[0].message.content == own.answers["grounded"].text
    assert said.catalora["record"]["uid"] == own.record.uid
    assert said.catalora["grounded"] and not said.catalora["declined"]
    assert {fact["verdict"] for fact in said.catalora["facts"]} <= {"supported", "contradicted", "unsupported"}
    unknown = {"catalora": {"grounded": True, "decline_unknown": True, "references": 0}}
    said = chat(client, "O que é Zorbulon Ultraflex 9?", extra_body=unknown)
    assert said.choices[0].message.content == UNKNOWN["pt"]
    assert said.catalora["declined"] and said.catalora["record"] is None
    assert said.usage.completion_tokens == 0
    text, last, _ = read_stream(chat(client, "What is Zorbulon Ultraflex 9?", stream=True, extra_body=unknown))
    assert text == UNKNOWN["en"] and last.catalora["declined"]


def test_a_completion_goes_on_with_the_text_as_it_is(client, session, expected, titles):
    prompt = session.answerer.template.render_prompt(titles[0])
    for model in ("base", NAME):
        said = client.completions.create(model=model, prompt=prompt, max_tokens=LIMIT)
        assert said.choices[0].text.lstrip(" ") == expected[model, titles[0]].text
        pieces = client.completions.create(model=model, prompt=[prompt], max_tokens=LIMIT, stream=True)
        assert "".join(chunk.choices[0].text for chunk in pieces) == said.choices[0].text


def test_embeddings_are_those_of_the_references(client, session, titles):
    own = session.references.embedder.embed(titles[:3])
    for form in ("float", "base64", openai.omit):
        found = client.embeddings.create(model="all-MiniLM-L6-v2", input=titles[:3], encoding_format=form)
        if form != "base64":
            assert [len(item.embedding) for item in found.data] == [384] * 3
            assert max(abs(a - b) for item, row in zip(found.data, own, strict=True)
                       for a, b in zip(item.embedding, row, strict=True)) < 2e-3  # fmt: skip
    assert found.usage.prompt_tokens > 6
    assert {model.id for model in client.models.list()} == {"base", NAME, "all-MiniLM-L6-v2"}
    assert client.models.retrieve("base").id == "base"


@pytest.mark.parametrize(
    ("options", "status", "word"),
    [
        ({"model": "gpt-4"}, 404, "expected base or small"),
        ({"n": 2}, 400, "one answer per request"),
        ({"frequency_penalty": 1}, 400, "frequency_penalty"),
        ({"tools": []}, 400, "tools: this field is not served"),
        ({"temperature": -1}, 400, "temperature"),
        ({"stop": ["a", "b", "c", "d", "e"]}, 400, "stop"),
        ({"max_tokens": 100_000}, 400, "do not fit into the model's context"),
        ({"max_tokens": 1, "max_completion_tokens": 1}, 400, "expected one of them"),
        ({"messages": [{"role": "user", "content": "lamp " * 5000}]}, 400, "do not fit into the model's context"),
        ({"messages": [{"role": "user", "content": "x" * MAX_BODY_BYTES}]}, 413, "larger than"),
        ({"messages": [{"role": "user", "content": "  "}]}, 400, "question is empty"),
        ({"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]}, 400, "system, user"),
        ({"messages": []}, 400, "messages"),
        ({"model": "base", "extra_body": {"catalora": {"grounded": True}}}, 400, "base model knows no records"),
        ({"extra_body": {"catalora": {"decline_unknown": True}}}, 400, "grounded=true"),
        ({"extra_body": {"catalora": {"refs": 1}}}, 400, "catalora.refs"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_served_is_refused_with_its_reason(client, options, status, word, stream):
    asked = {"model": NAME, "messages": [{"role": "user", "content": "lamp"}], "stream": stream} | options
    with pytest.raises(openai.APIStatusError, match=word) as caught:
        client.chat.completions.create(**asked)
    assert caught.value.status_code == status
    assert set(caught.value.body) == {"message", "type", "param", "code"}


def test_broken_requests_get_an_answer_in_the_same_shape(served):
    address, _ = served
    head = {"Content-Type": "application/json"}
    lone = '{"model": "small", "messages": [{"role": "user", "content": "\\ud800"}], "\\udfff": 1}'
    for body in (
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        lone.encode(),
        b'{"model": "small", "prompt": "x", "top_p": NaN}',
    ):
        for path in ("chat/completions", "completions"):
            answer = httpx.post(f"{address}/v1/{path}", content=body, headers=head)
            assert answer.status_code == 400, body[:50]
            assert answer.json()["error"]["message"]
    assert httpx.get(f"{address}/v1/nothing").json()["error"]["message"] == "GET /v1/nothing: Not Found"
    assert httpx.get(f"{address}/v1/completions").status_code == 405
    foreign = httpx.get(f"{address}/health", headers={"Host": "evil.example"})
    assert foreign.status_code == 403


def test_health_and_metrics(served, client):
    address, worker = served
    chat(client, "lamp", max_tokens=2)
    assert httpx.get(f"{address}/health").json() == {"status": "ready", "waiting": 0, "running": 0, "lanes": 8}
    text = httpx.get(f"{address}/metrics").text
    for name in ("catalora_requests_total", "catalora_waiting_requests", "catalora_request_seconds_bucket"):
        assert name in text
    assert 'catalora_tokens_total{kind="completion",model="tuned"}' in text
    assert 'catalora_requests_total{path="/v1/chat/completions",status="200"}' in text
    assert worker.count() == (0, 0)


def test_sixteen_clients_get_their_own_answers(served, expected):
    address, _ = served
    told = []

    async def ask_on(client, number):
        chance = random.Random(number)
        for turn in range(4):
            model, title = chance.choice(list(expected))
            messages = [{"role": "user", "content": title}]
            if (turn + number) % 2:
                said = await client.chat.completions.create(model=model, messages=messages)
                text = said.choices[0].message.content
            else:
                stream = await client.chat.completions.create(model=model, messages=messages, stream=True)
                text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
            told.append((model, title, text))

    async def press():
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
            await asyncio.gather(*(ask_on(client, number) for number in range(16)))

    asyncio.run(press())
    assert len(told) == 64
    assert [text for _, _, text in told] == [expected[model, title].text for model, title, _ in told]


def start_long(address, tokens=900, **more):
    """A request that takes long, unread."""
    body = {"model": "base", "prompt": "Question", "max_tokens": tokens, "temperature": 2.0, "stream": True, **more}
    content = json.dumps(body).encode()
    host, port = address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    head = ["POST /v1/completions HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    head += [f"Content-Length: {len(content)}", "", ""]
    connection.sendall("\r\n".join(head).encode() + content)
    return connection


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_frees_its_lane_in_the_middle(served, stream):
    address, worker = served
    connection = start_long(address, stream=stream)
    wait_until(lambda: worker.count()[1] == 1)
    (answering,) = worker._running["base"] or worker._newcomers["base"]
    connection.close()
    wait_until(lambda: worker.count()[1] == 0, seconds=10)
    assert len(answering.lane.ids) < 900
    assert answering.lane.dropped


def test_a_full_queue_refuses_and_who_leaves_it_makes_room(run):
    with serving(run, lanes=1, queue=1) as (address, worker, _):
        running = start_long(address)
        wait_until(lambda: worker.count()[1] == 1)
        waiting = start_long(address)
        wait_until(lambda: worker.count()[0] == 1)
        refused = httpx.post(f"{address}/v1/completions", json={"model": "base", "prompt": "x"})
        assert refused.status_code == 429 and refused.headers["Retry-After"] == "1"
        assert refused.json()["error"]["code"] == "queue-full"
        waiting.close()
        wait_until(lambda: worker.count()[0] == 0)
        running.close()
        said = httpx.post(f"{address}/v1/completions", json={"model": "base", "prompt": "x", "max_tokens": 2})
        assert said.status_code == 200


def test_timeout_key_and_the_end_of_the_server(run):
    key = "s3cret-é"
    with serving(run, key=key, timeout_seconds=1.5, grace_seconds=0.1) as (address, worker, server):
        assert httpx.get(f"{address}/health").status_code == 200
        for path in ("/v1/models", "/metrics", "/openapi.json"):
            assert httpx.get(f"{address}{path}").status_code == 401
        with (
            openai.OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0) as wrong,
            pytest.raises(openai.AuthenticationError, match="API key is missing or wrong"),
        ):
            chat(wrong, "lamp")
        head = {"Authorization": f"Bearer {key}".encode()}
        assert httpx.get(f"{address}/v1/models", headers=head).status_code == 200
        long = {"model": "base", "prompt": "Question", "max_tokens": 900, "temperature": 2.0}
        late = httpx.post(f"{address}/v1/completions", json=long, headers=head, timeout=30)
        assert late.status_code in (200, 504)  # a fast machine may be done
        found = {}

        def ask(name, stream):
            said = httpx.post(f"{address}/v1/completions", json=long | {"stream": stream}, headers=head, timeout=30)
            found[name] = said

        askers = [threading.Thread(target=ask, args=pair) for pair in (("whole", False), ("stream", True))]
        for asker in askers:
            asker.start()
        wait_until(lambda: worker.count()[1] == 2)
        server.stop()
        for asker in askers:
            asker.join()
    assert found["whole"].status_code == 503
    assert "shutting down" in found["whole"].json()["error"]["message"]
    last = json.loads(found["stream"].text.strip().splitlines()[-1].removeprefix("data: "))
    assert found["stream"].status_code == 200 and "shutting down" in last["error"]["message"]


def test_an_error_in_the_model_fails_its_requests_and_no_others(served, client, monkeypatch, caplog):
    _, worker = served

    def break_down():
        raise RuntimeError("secret prompt")

    monkeypatch.setattr(worker._batches["base"], "step", break_down)
    with pytest.raises(openai.InternalServerError, match="RuntimeError"):
        chat(client, "lamp", "base")
    assert chat(client, "lamp").choices[0].message.content
    monkeypatch.undo()
    assert chat(client, "lamp", "base").choices[0].message.content
    assert "RuntimeError" in caplog.text and "secret prompt" not in caplog.text


def count_answered(text, path):
    found = re.search(rf'catalora_requests_total{{path="/v1/{path}",status="200"}} (\d+)', text)
    return int(found[1]) if found else 0


def test_schemathesis_finds_no_500(served, tmp_path):
    before = httpx.get(f"{served[0]}/metrics").text
    code = [sys.executable, "-m", "schemathesis.cli", "run", f"{served[0]}/openapi.json", "--max-examples", "20"]
    code += [
        "--checks",
        "not_a_server_error,content_type_conformance,status_code_conformance",
        "--seed",
        "5",
        "--phases",
        "examples,coverage,fuzzing",
        "--no-color",
    ]
    found = subprocess.run(code, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    text = httpx.get(f"{served[0]}/metrics").text
    failures = r'status="5\d\d"\} \d+'
    assert re.findall(failures, text) == re.findall(failures, before)
    for path in ("chat/completions", "completions", "embeddings"):
        # It reached the model, and did not only meet refusals.
        assert count_answered(text, path) - count_answered(before, path) >= 5


def test_the_command_serves_and_ends_on_sigterm(run, tmp_path):
    code = [sys.executable, "-m", "catalora", "serve", run.name, "--runs-dir", str(run.path.parent), "--port", "0"]
    environment = {**os.environ, "CATALORA_API_KEY": "quiet-key"}
    process = subprocess.Popen(code, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    line = process.stderr.readline()
    address = line.split("/v1")[0]
    assert httpx.get(f"{address}/health").status_code in (200, 503)
    assert "ready" in process.stderr.readline()
    with openai.OpenAI(base_url=f"{address}/v1", api_key="quiet-key", max_retries=0) as client:
        assert chat(client, "secret lamp", run.name).choices[0].message.content
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == "" and "secret lamp" not in errors and "quiet-key" not in line + errors


def test_wrong_starts_are_refused_in_one_line(run, command, monkeypatch, tmp_path):  # noqa: F811
    monkeypatch.delenv(server_module.KEY_VARIABLE, raising=False)
    place = ["--runs-dir", run.path.parent]
    open_to_all = command("serve", run.name, "--host", "0.0.0.0", *place)
    assert open_to_all.code == 2 and "CATALORA_API_KEY is not set" in open_to_all.err
    taken_name = command("serve", run.name, "--model-name", "base", *place)
    assert taken_name.code == 2 and "cannot be called 'base'" in taken_name.err
    with listen("127.0.0.1", 0) as listener:
        taken = command("serve", run.name, "--port", listener.getsockname()[1], *place)
    assert taken.code == 2 and "cannot listen" in taken.err and taken.err.count("error: ") == 1
    assert command("serve", "none", *place).code == 66
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "shop.example")] == [
        *(True, True, True, False, False)
    ]
    monkeypatch.setenv(server_module.KEY_VARIABLE, " k ")
    assert read_key("0.0.0.0") == "k" and check_name("mine") == "mine"
    with pytest.raises(UsageError):
        check_name("all-MiniLM-L6-v2")
