"""A small HTTP server on 127.0.0.1 that sends one file, well or badly."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """How the server answers; tests change it between requests."""

    content: bytes = b""
    ranges: bool = True
    etag: str = '"one"'
    content_type: str = "application/zip"
    breaks_after: list[int] = field(default_factory=list)  # bytes sent by the next answers before the line drops
    statuses: list[int] = field(default_factory=list)  # statuses of the next answers
    wrong_part: bool = False  # answers a range with another one
    redirect: str = ""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        how = self.server.how
        self.server.requests.append((self.path, self.headers.get("Range"), self.headers.get("If-Range")))
        if how.redirect and self.path != how.redirect:
            return self.answer(302, b"", {"Location": how.redirect})
        if how.statuses and (status := how.statuses.pop(0)) != 200:
            return self.answer(status, b"no")
        start = self.find_start(how)
        if start is None:
            return self.answer(200, how.content)
        whole = len(how.content)
        if start >= whole:
            return self.answer(416, b"", {"Content-Range": f"bytes */{whole}"})
        if how.wrong_part:
            start = 1
        return self.answer(206, how.content[start:], {"Content-Range": f"bytes {start}-{whole - 1}/{whole}"})

    def do_HEAD(self):
        how = self.server.how
        found = how.redirect == "" and self.path.endswith(".zip")
        self.send_response(200 if found else 404)
        headers = {"ETag": how.etag, "X-Repo-Commit": "0" * 40, "Content-Length": str(len(how.content))}
        for name, value in (headers if found else {"X-Error-Code": "EntryNotFound"}).items():
            self.send_header(name, value)
        self.end_headers()

    def find_start(self, how):
        asked, condition = self.headers.get("Range"), self.headers.get("If-Range")
        if not asked or not how.ranges or (condition and condition != how.etag):
            return None
        return int(asked.removeprefix("bytes=").partition("-")[0])

    def answer(self, status, body, headers=None):
        how = self.server.how
        self.send_response(status)
        headers = {"Content-Type": how.content_type, "Content-Length": len(body), "ETag": how.etag} | (headers or {})
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        sent = how.breaks_after.pop(0) if how.breaks_after and status in {200, 206} else len(body)
        self.wfile.write(body[:sent])
        self.close_connection = True

    def log_message(self, *args):
        pass


class FileServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.how = Behaviour()
        self.requests = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def stop(self):
        self.shutdown()
        self.server_close()
