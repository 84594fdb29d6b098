"""A client that costs little: prepared bytes over raw connections, each waiting for its answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from greenroom.api.signing import ALGORITHM, SignedRequest, signature_of
from greenroom.bench.api_data import Prepared


@dataclass(slots=True, frozen=True)
class Request:
    """Makes the bytes of one request. A signature is made anew each second, as its date is."""

    lines: Callable[[], dict[str, str]]
    path: str

    @classmethod
    def plain(cls, port: int, path: str) -> Request:
        return cls(lambda: {"host": f"127.0.0.1:{port}"}, path)

    def encode(self) -> bytes:
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.lines().items())
        return f"GET {self.path} HTTP/1.1\r\n{lines}\r\n".encode()

    def headers(self) -> list[tuple[bytes, bytes]]:
        return [(name.encode(), value.encode()) for name, value in self.lines().items()]


def sign_get(prepared: Prepared, port: int, path: str) -> Request:
    """A signed GET with the headers that the public SDK sends."""

    def lines() -> dict[str, str]:
        headers = {
            "content-type": "application/json",
            "host": f"127.0.0.1:{port}",
            "user-agent": "huaweicloud-usdk-python/3.0; bench",
            "x-project-id": prepared.project_id,
            "x-sdk-date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
        }
        names = tuple(sorted(headers))
        raw_path, _, query = path.partition("?")
        signed = SignedRequest("GET", raw_path, query, headers, b"")
        signature = signature_of(signed, names, prepared.secret_key)
        access, signed_names = prepared.access_key, ";".join(names)
        authorization = f"{ALGORITHM} Access={access}, SignedHeaders={signed_names}, Signature={signature}"
        return {**headers, "authorization": authorization}

    return Request(lines, path)


@dataclass(slots=True)
class Load:
    """What came back, and when."""

    seconds: float
    failures: int = 0
    """Answers other than 200."""
    times_ms: list[float] = field(default_factory=list)
    sent: int = 0
    """With those of the warming up."""
    cpu_ms: float = 0.0
    """Processor time of the server, each request."""

    @property
    def per_second(self) -> float:
        return len(self.times_ms) / self.seconds

    @property
    def median_ms(self) -> float:
        return self.percentile_ms(50)

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


async def measure(port: int, request: Request, connections: int, seconds: float) -> Load:
    """Send as fast as the answers come, on every connection, after a second of warming up."""
    load: Load | None = None
    for length in (1.0, seconds):
        load = Load(length, sent=load.sent if load is not None else 0)
        end = time.perf_counter() + length
        await asyncio.gather(*[_connection(port, request, end, load) for _ in range(connections)])
    assert load is not None
    return load


async def _connection(port: int, request: Request, end: float, load: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    data, made_in = b"", -1
    while (now := time.perf_counter()) < end:
        if int(now) != made_in:
            data, made_in = request.encode(), int(now)
        sent = time.perf_counter()
        load.sent += 1
        if await exchange(reader, writer, data) == 200:
            load.times_ms.append((time.perf_counter() - sent) * 1000)
        else:
            load.failures += 1
    writer.close()
    await writer.wait_closed()


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> int:
    """Send a request, read the whole answer; its status."""
    writer.write(data)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length))
    return int(head.split(b" ", 2)[1])
