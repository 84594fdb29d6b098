"""The one way out: public addresses only, whatever a name says and however an address is written."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from greenroom.outgoing import (
    AddressRefusedError,
    Outgoing,
    OutgoingError,
    OutgoingLimits,
    is_public,
    parse_networks,
)

HOME = parse_networks("127.0.0.0/8")


class Receiver:
    """An HTTP server on 127.0.0.1 that answers with fixed bytes and keeps what it got."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.got: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-l")
            ),
            0,
        )
        self.got.append(head + await reader.readexactly(length))
        writer.write(self.answer)
        try:
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except ConnectionError:
            pass  # the other side has read enough


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one


def resolving(*answers: Sequence[str]) -> tuple[list[str], object]:
    """A name server that gives another answer each time, and the names that it was asked for."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return asked, resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "168.63.129.16", "100.100.100.200", "192.0.0.192",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "::7f00:1",
    ],
)  # fmt: skip
def test_what_is_not_outside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_what_is_outside_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://a.example/x", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://a.example/", "only http and https"),
        ("https:///x", "names no host"),
        ("a.example/x", "only http and https"),
        ("https://user:word@a.example/x", "user name or a password"),
        ("http://127.0.0.1/x", "not a public address"),
        ("http://localhost:8080/x", "not a public address"),
        ("http://2130706433/", "not a public address"),
        ("http://0x7f.1/", "not a public address"),
        ("http://[::ffff:10.0.0.1]/", "not a public address"),
        ("http://169.254.169.254/latest/meta-data", "not a public address"),
    ],
)
async def test_urls_that_are_refused_at_once(url: str, words: str) -> None:
    with pytest.raises(AddressRefusedError, match=words) as caught:
        Outgoing().check("callback_config.callback_url", url)
    assert caught.value.message.startswith("callback_config.callback_url: ")
    with pytest.raises(AddressRefusedError, match=words):
        await Outgoing().post(url, b"", {})


async def test_a_name_that_stands_for_a_private_address_too_is_refused(receiver: Receiver) -> None:
    _, resolve = resolving(["93.184.216.34", "10.0.0.5"])
    with pytest.raises(AddressRefusedError, match=r"a\.example \(10\.0\.0\.5\) is not a public address"):
        await Outgoing(resolve=resolve).post(f"http://a.example:{receiver.port}/x", b"", {})
    assert receiver.got == []


async def test_the_address_that_was_looked_at_is_the_one_that_is_used(receiver: Receiver) -> None:
    asked, resolve = resolving(["127.0.0.1"], ["10.0.0.5"])
    answer = await Outgoing(HOME, resolve=resolve).post(
        f"http://a.example:{receiver.port}/x?y=1", b"{}", {"X-Id": "7"}
    )
    assert (answer.status, answer.body, asked) == (200, b"ok", ["a.example"])
    head = receiver.got[0].decode()
    assert head.startswith("POST /x?y=1 HTTP/1.1\r\n") and head.endswith("\r\n\r\n{}")
    assert f"host: a.example:{receiver.port}\r\n" in head.lower() and "x-id: 7" in head.lower()


async def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert (await Outgoing(HOME).post(f"http://127.0.0.1:{receiver.port}/", b"", {})).status == 200


async def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.answer = (
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n"
        b"Connection: close\r\n\r\n"
    )
    answer = await Outgoing(HOME).post(f"http://127.0.0.1:{receiver.port}/", b"", {})
    assert answer.status == 302 and len(receiver.got) == 1


async def test_an_endless_answer_is_cut(receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 3_000_000
    limits = OutgoingLimits(answer_bytes=1000)
    answer = await Outgoing(HOME, limits).post(f"http://127.0.0.1:{receiver.port}/", b"", {})
    assert len(answer.body) == 1000


async def test_a_receiver_that_says_nothing_costs_no_more_than_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        outgoing = Outgoing(HOME, OutgoingLimits(whole_s=0.3))
        with pytest.raises(OutgoingError, match=r"no answer within 0\.3 seconds"):
            await asyncio.wait_for(outgoing.post(f"http://127.0.0.1:{port}/", b"", {}), 5)


async def test_a_closed_port_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    with pytest.raises(OutgoingError, match="cannot be reached"):
        await Outgoing(HOME).post(f"http://127.0.0.1:{port}/", b"", {})


def test_networks_are_read() -> None:
    assert [str(network) for network in parse_networks("10.1.0.0/16, fd00::/8,")] == [
        "10.1.0.0/16",
        "fd00::/8",
    ]
    with pytest.raises(ValueError, match=r"10\.1\.0\.0/33"):
        parse_networks("10.1.0.0/33")


async def test_a_file_is_sent_whole_with_its_length(receiver: Receiver, tmp_path: Path) -> None:
    data = bytes(range(256)) * 3000
    (tmp_path / "lamps.mp4").write_bytes(data)
    answer = await Outgoing(HOME).put_file(
        f"http://127.0.0.1:{receiver.port}/lamps.mp4", tmp_path / "lamps.mp4", {}
    )
    assert answer.status == 200
    head, _, body = receiver.got[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /lamps.mp4 ") and b"chunked" not in head.lower()
    assert body == data
