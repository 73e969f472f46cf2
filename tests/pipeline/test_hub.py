"""The real Hub client and the real loading against a small server that answers as the Hub does.

Client and loading run in a process of their own, because HF_ENDPOINT and HF_HOME are read when huggingface_hub is
imported.
"""

import json
import subprocess
import sys
import time

import pytest

from tests.pipeline.small_hub import BAD_TOKEN, COMMIT, GOOD_TOKEN, NARROW_TOKEN, SmallHub, hub_environment
from tests.unit.model.checkpoints import save_checkpoint

CLIENT = """
import json, sys
from catalora.config import ModelConfig
from catalora.errors import CataloraError
from catalora.hardware import choose_device
from catalora.model import hub
from catalora.model.loading import load_base, load_tokenizer

def answer(request):
    token = request.get("token")
    if request["do"] == "check_token":
        account = hub.check_token(token)
        return {"name": account.name, "role": account.role}
    if request["do"] == "check_access":
        return hub.check_access(request["name"], token=token)
    config = ModelConfig(name=request["name"], revision=request.get("revision"))
    if request["do"] == "load_tokenizer":
        return len(load_tokenizer(config, token=token))
    loaded = load_base(config, choose_device("cpu", "float32"), token=token)
    identity = loaded.identity
    return {"name": identity.name, "commit": identity.commit, "parameters": identity.parameters}

for line in sys.stdin:
    try:
        result = {"value": answer(json.loads(line))}
    except CataloraError as error:
        result = {"code": error.code, "message": str(error), "hint": error.hint, "facts": repr(error.facts),
                  "exit_code": error.exit_code}
    print(json.dumps(result), flush=True)
"""


class Client:
    """A process in which huggingface_hub talks to the small server."""

    def __init__(self, home, url, **environment):
        self.home = home
        self.log = (home / "stderr.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-c", CLIENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            env=hub_environment(url, home) | environment,
        )

    def ask(self, do="load_base", **request):
        self.process.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, (self.home / "stderr.log").read_text()
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.process.stdout.close()
            self.log.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = save_checkpoint(tmp_path_factory.mktemp("hub") / "tiny", max_shard_size="20KB")
    (path / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "public/gemma"}))
    (path / "model.gguf").write_bytes(b"never downloaded" * 1000)
    (path / "evil.py").write_text("raise SystemExit('ran')")
    return path


@pytest.fixture(scope="module")
def server(folder):
    hub = SmallHub(folder)
    yield hub
    hub.stop()


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    client = Client(tmp_path_factory.mktemp("home"), server.url)
    yield client
    client.close()


REFUSALS = [
    # name, token, code, what the hint must name
    ("gated/gemma", None, "hub-token-missing", "catalora login"),
    ("gated/gemma", BAD_TOKEN, "hub-token-invalid", "/settings/tokens"),
    ("gated/gemma", GOOD_TOKEN, "hub-licence-not-accepted", "/gated/gemma"),
    ("gated/gemma", NARROW_TOKEN, "hub-token-scope", "/settings/tokens"),
    ("pending/gemma", GOOD_TOKEN, "hub-access-pending", "/pending/gemma"),
    ("public/gemma", BAD_TOKEN, "hub-token-invalid", "catalora login"),
    ("public/gemma", "hf_with space", "hub-token-malformed", "/settings/tokens"),
    ("public/gemma", "hf_line\nbreak", "hub-token-malformed", "/settings/tokens"),
    ("missing/gemma", None, "hub-repository-unknown", "/missing/gemma"),
    ("missing/gemma", GOOD_TOKEN, "hub-repository-unknown", "/missing/gemma"),
    ("gone/gemma", None, "hub-repository-unknown", "/gone/gemma"),
    ("disabled/gemma", None, "hub-repository-disabled", "/disabled/gemma"),
    ("forbidden/gemma", GOOD_TOKEN, "hub-forbidden", "/settings/tokens"),
    ("busy/gemma", None, "hub-rate-limit", "Wait"),
    ("broken/gemma", None, "hub-server-error", "later"),
    ("slow/gemma", None, "hub-timeout", "network"),
    ("portal/gemma", None, "hub-not-a-hub", "HF_ENDPOINT"),
    ("pickled/gemma", None, "model-not-safetensors", "safetensors"),
    ("adapter/gemma", None, "model-is-adapter", "public/gemma"),
    ("nothing/gemma", None, "model-broken", "base model"),
]


@pytest.mark.parametrize(("name", "token", "code", "hint"), REFUSALS)
def test_each_refusal_is_its_own_error_with_the_next_step(client, server, name, token, code, hint):
    downloads, start = server.downloads, time.monotonic()
    refused = client.ask(name=name, token=token)
    assert refused["code"] == code
    assert refused["exit_code"] == 69
    assert name in refused["message"] or code == "hub-token-malformed"
    assert hint in refused["hint"]
    assert "\n" not in refused["message"] + refused["hint"]
    assert server.downloads - downloads <= 1  # configuration at most, never weights
    assert time.monotonic() - start < 20  # no minutes of retries; the server is asked to try again in 300 s
    assert not token or token not in json.dumps(refused)


def test_an_unknown_revision_is_named(client):
    refused = client.ask(name="public/gemma", revision="no-such-branch")
    assert refused["code"] == "hub-revision-unknown"
    assert "no-such-branch" in refused["message"]


def test_a_model_is_downloaded_without_its_other_files_and_then_loads_without_network(folder, tmp_path):
    hub = SmallHub(folder)
    client = Client(tmp_path, hub.url)
    try:
        loaded = client.ask(name="public/gemma")["value"]
        assert loaded == {"name": "public/gemma", "commit": COMMIT, "parameters": loaded["parameters"]}
        fetched = {path.split("/")[-1] for path in hub.requests if "/resolve/" in path}
        assert not fetched & {"model.gguf", "evil.py"}
        assert len([file for file in fetched if file.startswith("model-")]) > 1
        asked = {path for path in hub.requests if "/public/gemma" not in path}
        assert asked <= {"/api/agent-harnesses"}, "nobody but the model is asked for"  # the client's own
        downloads = hub.downloads
        assert client.ask(name="public/gemma")["value"] == loaded
        assert hub.downloads == downloads, "nothing is downloaded twice"
        assert client.ask("load_tokenizer", name="other/gemma")["value"] == 64
        hub.stop()
        assert client.ask(name="public/gemma")["value"] == loaded
        assert client.ask(name="public/gemma", revision=COMMIT)["value"] == loaded
        # Of this model only the tokenizer is cached.
        assert client.ask(name="other/gemma")["code"] == "hub-unreachable"
        assert client.ask("load_tokenizer", name="other/gemma")["value"] == 64
        assert client.ask(name="never/seen")["code"] == "hub-unreachable"
    finally:
        client.close()
    offline = Client(tmp_path, hub.url, HF_HUB_OFFLINE="1")
    try:
        assert offline.ask(name="public/gemma")["value"] == loaded
        assert offline.ask(name="never/seen")["code"] == "hub-offline-mode"
    finally:
        offline.close()


def test_a_token_is_checked_and_its_owner_named(client):
    assert client.ask("check_token", token=GOOD_TOKEN)["value"] == {"name": "ada", "role": "read"}
    assert client.ask("check_token", token=BAD_TOKEN)["code"] == "hub-token-invalid"


def test_access_is_checked_without_downloading(client, server):
    downloads = server.downloads
    assert client.ask("check_access", name="public/gemma") == {"value": None}
    assert client.ask("check_access", name="gated/gemma", token=GOOD_TOKEN)["code"] == "hub-licence-not-accepted"
    assert client.ask("check_access", name="gated/gemma")["code"] == "hub-token-missing"
    assert server.downloads == downloads


def test_no_token_reaches_a_log_or_a_file(client):
    client.log.flush()
    for path in client.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(token.encode() in content for token in (GOOD_TOKEN, BAD_TOKEN, NARROW_TOKEN)), path
