"""Small real speech servers of both protocols, which speak with Piper."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

from greenroom.engines.protocols import SpeechEngine, SpeechStyle
from greenroom.media.wav import write_wav

PIPER_VOICE = "piper-en_US-joe"
RATE = 22_050


@dataclass
class Desk:
    """What a server was asked for, and how it is to behave."""

    piper: SpeechEngine
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    fails: list[int] = field(default_factory=list)
    """Statuses to answer before the next success."""
    delay_s: float = 0.0
    as_file: bool = False
    """Send a WAV file whatever was asked for."""
    url: str = ""

    def sound(self, text: str, speed: float) -> bytes:
        time.sleep(self.delay_s)
        style = SpeechStyle(speed_percent=round(speed * 100))
        pcm = np.concatenate([chunk.pcm for chunk in self.piper.synthesize(text, PIPER_VOICE, style)])
        return (np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes()


@contextmanager
def openai_server(desk: Desk, folder: Any = None) -> Iterator[Desk]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            desk.asked.append({"path": self.path, **body})
            desk.headers.append(dict(self.headers.items()))
            if desk.fails:
                self._answer(
                    desk.fails.pop(0), b'{"error": {"message": "no such voice"}}', "application/json"
                )
                return
            data = desk.sound(body["input"], body["speed"])
            if desk.as_file:
                path = folder / "sound.wav"
                write_wav(path, np.frombuffer(data, "<i2").astype(np.float32) / 32768, RATE)
                data = path.read_bytes()
            self._answer(200, data, "audio/pcm")

        def _answer(self, status: int, data: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(data)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        desk.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield from _served(server, desk)


@contextmanager
def wyoming_server(desk: Desk) -> Iterator[Desk]:
    """Reads and writes the protocol with its own few lines, from its description."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = json.loads(self.rfile.readline())
            data = head.get("data", {}) | json.loads(self.rfile.read(head.get("data_length", 0)) or b"{}")
            assert head["type"] == "synthesize"
            desk.asked.append({"input": data["text"], "voice": data["voice"]["name"]})
            if desk.fails:
                desk.fails.pop(0)
                self._event("error", {"text": "no such voice", "code": "voice"})
                return
            pcm = desk.sound(data["text"], 1.0)
            sound = {"rate": RATE, "width": 2, "channels": 1}
            try:
                self._event("audio-start", sound)
                for start in range(0, len(pcm), 2048):
                    self._event("audio-chunk", sound, pcm[start : start + 2048])
                self._event("audio-stop", {})
            except ConnectionError:
                pass

        def _event(self, kind: str, data: dict[str, Any], payload: bytes = b"") -> None:
            head = {"type": kind, "data": data, "payload_length": len(payload) or None}
            self.wfile.write(json.dumps(head).encode() + b"\n" + payload)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        desk.url = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield from _served(server, desk)


def _served(server: Any, desk: Desk) -> Iterator[Desk]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
