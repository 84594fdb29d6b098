"""A tenant's own server that takes callbacks, in a thread of the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Inbox:
    """What came in, in order; `answers` are the statuses to give, the last one on and on."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    paths: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def take(self, path: str, body: bytes, callback_id: str) -> int:
        self.paths.append(path)
        self.bodies.append(json.loads(body))
        self.ids.append(callback_id)
        return self.answers[min(len(self.paths), len(self.answers)) - 1]


@contextmanager
def receiving(port: int = 0) -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = inbox.take(self.path, body, self.headers["X-Greenroom-Callback-Id"])
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    inbox.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
