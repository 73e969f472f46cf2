"""A small HTTP server that answers as the Hugging Face Hub does; the owner in a model's name decides how."""

import hashlib
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD_TOKEN = "hf_GoodCanaryToken0123456789abcdefghi"
BAD_TOKEN = "hf_BadCanaryToken0123456789abcdefghij"
NARROW_TOKEN = "hf_NarrowCanaryToken0123456789abcdefg"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LICENCE = (
    "Access to model {name} is restricted and you are not in the authorized list. Visit the page to ask for access."
)


def hub_environment(url, home):
    """The environment of a process whose Hub is the small one and whose cache and token live in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    ours = {"HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_ETAG_TIMEOUT": "3", "OMP_NUM_THREADS": "1"}
    return kept | ours


class HubHandler(BaseHTTPRequestHandler):
    """Enough of the Hub: model information, file resolution, whoami; refusals with the Hub's headers."""

    def do_GET(self):
        self.server.requests.append(self.path)
        path = self.path.split("?")[0]
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if path == "/api/whoami-v2":
            self.answer_whoami(token)
        elif token == BAD_TOKEN:
            self.refuse(401, None, "Invalid credentials in Authorization header")
        elif path.startswith("/api/models/"):
            self.answer_model(path.removeprefix("/api/models/"))
        elif "/resolve/" in path:
            name, _, rest = path.removeprefix("/").partition("/resolve/")
            self.answer_file(name, rest.partition("/")[2], token)
        else:
            self.refuse(404, None, "Not found")

    do_HEAD = do_GET  # noqa: N815 (the name that http.server calls)

    def answer_whoami(self, token):
        if token in {GOOD_TOKEN, NARROW_TOKEN}:
            access = {"displayName": "laptop", "role": "read"}
            self.send(json.dumps({"type": "user", "name": "ada", "auth": {"accessToken": access}}).encode())
        else:
            self.refuse(401, None, "Invalid username or password.")

    def answer_model(self, path):
        name, _, revision = path.partition("/revision/")
        match name.split("/")[0]:
            case "missing":
                self.refuse(401, "RepoNotFound", "Invalid username or password.")
            case "gone":
                self.refuse(404, "RepoNotFound", "Repository not found")
            case "busy":
                self.refuse(429, None, "Too many requests", {"Retry-After": "300"})
            case "broken":
                self.refuse(503, None, "Service unavailable")
            case "slow":
                time.sleep(8)
            case "disabled":
                self.refuse(403, None, "Access to this resource is disabled.")
            case "portal":
                self.send(b"<html>Please log in to the Wi-Fi</html>", {"Content-Type": "text/html"})
            case _ if revision not in {"", "main", COMMIT}:
                self.refuse(404, "RevisionNotFound", "Invalid rev id")
            case _:
                files = [{"rfilename": file} for file in self.server.list_files(name)]
                self.send(json.dumps({"id": name, "sha": COMMIT, "siblings": files}).encode())

    def answer_file(self, name, file, token):
        owner = name.split("/")[0]
        if owner == "gated" and not token:
            self.refuse(401, "GatedRepo", f"Access to model {name} is restricted.")
        elif owner == "gated" and token == NARROW_TOKEN:
            self.refuse(
                403, None, "Please enable access to public gated repositories in your fine-grained token settings"
            )
        elif owner == "gated":
            self.refuse(403, "GatedRepo", LICENCE.format(name=name))
        elif owner == "pending":
            self.refuse(403, "GatedRepo", f"Your request to access model {name} is awaiting a review from the authors.")
        elif owner == "forbidden":
            self.refuse(403, None, "Forbidden")
        elif file not in self.server.list_files(name):
            self.refuse(404, "EntryNotFound", "Entry not found")
        else:
            content = (self.server.folder / file).read_bytes()
            self.server.downloads += self.command == "GET"
            self.send(content, {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha256(content).hexdigest()}"'})

    def send(self, content, headers=None):
        self.send_response(200)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def refuse(self, status, code, message, headers=None):
        body = json.dumps({"error": message}).encode()
        self.send_response(status)
        for name, value in {"X-Error-Code": code, "X-Error-Message": message, **(headers or {})}.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args):
        pass


class SmallHub(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.folder = folder
        self.requests = []
        self.downloads = 0
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def list_files(self, name):
        files = sorted(path.name for path in self.folder.iterdir())
        if name.startswith("pickled/"):
            return ["config.json", "pytorch_model.bin"]
        if name.startswith("adapter/"):
            return ["adapter_config.json", "adapter_model.safetensors"]
        if name.startswith("nothing/"):
            return ["README.md"]
        return files

    def stop(self):
        self.shutdown()
        self.server_close()
