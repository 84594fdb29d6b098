"""Requests to addresses that a tenant named: the one way out, which leads to public addresses only.

A name is resolved once, every address it has is looked at, and the connection goes to an address that was
looked at: a name that answers differently the second time (DNS rebinding) gains nothing. Redirects are not
followed, the environment's proxies are not used, an answer is read up to a limit and within a time.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from pathlib import Path

import httpx

from greenroom.errors import InvalidParameterError
from greenroom.settings import Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, for a port. Raises OSError."""

_PORTS = {"http": 80, "https": 443}
_BLOCK = 1 << 18
_NOT_OUTSIDE = tuple(ip_network(text) for text in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24"))
"""Not private by Python's tables, but answered by the cloud that a server runs in (Azure's WireServer), or
set aside for protocols (RFC 6890)."""
_CARRY_IPV4 = (ip_network("64:ff9b::/96"), ip_network("::/96"))
"""NAT64 (RFC 6052) and the old IPv4-compatible form: the last 32 bits are where the packet ends up."""


class AddressRefusedError(InvalidParameterError):
    """The address is none that this server may send to; the text says why."""


class OutgoingError(Exception):
    """The receiver could not be reached or did not answer in time; the text is fit for a user."""


@dataclass(slots=True, frozen=True)
class OutgoingLimits:
    connect_s: float = 5.0
    whole_s: float = 10.0
    """From the look-up of the name to the end of the answer."""
    answer_bytes: int = 16 * 1024


@dataclass(slots=True, frozen=True)
class Answer:
    status: int
    body: bytes
    """At most as much as the limits allow; the rest is not read."""


@dataclass(slots=True, frozen=True)
class _Sending:
    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: Callable[[], bytes | AsyncIterator[bytes]]
    """Called anew for each address that is tried."""


class Outgoing:
    """Sends requests to public addresses, and to the networks that the operator allowed on purpose."""

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        limits: OutgoingLimits | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._allowed = tuple(allowed)
        self._limits = limits or OutgoingLimits()
        self._resolve = resolve or _addresses_of

    @classmethod
    def of(cls, settings: Settings, limits: OutgoingLimits | None = None) -> Outgoing:
        return cls(parse_networks(settings.outgoing_networks or ""), limits)

    def check(self, field: str, url: str) -> None:
        """What can be said of a URL without asking the network, for the moment a request names it.

        Raises:
            AddressRefusedError: not http or https, no host, a password in it, or a forbidden address.
        """
        try:
            host = _parsed(url).host
            address = _literal(host)
            if address is not None:
                self._require(host, address)
            elif host == "localhost" or host.endswith(".localhost"):
                self._require(host, ip_address("127.0.0.1"))
        except AddressRefusedError as error:
            raise AddressRefusedError(f"{field}: {error.message}") from None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """
        Raises:
            AddressRefusedError: the address, or what its name stands for, is forbidden.
            OutgoingError: no answer came.
        """
        return await self._request(_Sending("POST", _parsed(url), headers, lambda: body))

    async def put_file(self, url: str, path: Path, headers: Mapping[str, str]) -> Answer:
        """Send a file, read while it is sent. Raises as `post`."""
        size = await asyncio.to_thread(lambda: path.stat().st_size)
        # Storage takes no chunked upload to a signed link.
        sized = {**headers, "Content-Length": str(size)}
        return await self._request(_Sending("PUT", _parsed(url), sized, lambda: _blocks(path)))

    async def _request(self, sending: _Sending) -> Answer:
        try:
            async with asyncio.timeout(self._limits.whole_s):
                return await self._to_first(sending)
        except TimeoutError:
            raise OutgoingError(f"no answer within {self._limits.whole_s:g} seconds") from None

    async def _to_first(self, sending: _Sending) -> Answer:
        """To the first of the addresses that takes a connection."""
        url = sending.url
        port = url.port or _PORTS[url.scheme]
        try:
            found = await self._resolve(url.host, port)
        except OSError as error:
            raise OutgoingError(f"the name {url.host} cannot be resolved ({error.strerror})") from None
        # All are looked at before any is used: a name that also stands for a forbidden one is a trick.
        addresses = list(dict.fromkeys(ip_address(text.partition("%")[0]) for text in found))
        for address in addresses:
            self._require(url.host, address)
        fault = OutgoingError(f"the name {url.host} has no address")
        for address in addresses:
            try:
                return await self._send(sending, address)
            except httpx.ConnectError as error:
                fault = OutgoingError(f"{url.host} cannot be reached ({error})")
            except httpx.HTTPError as error:
                raise OutgoingError(f"{url.host} did not answer ({type(error).__name__})") from None
        raise fault

    async def _send(self, sending: _Sending, address: Address) -> Answer:
        url = sending.url
        timeout = httpx.Timeout(self._limits.whole_s, connect=self._limits.connect_s)
        transport = httpx.AsyncHTTPTransport(verify=_tls(), trust_env=False)
        async with httpx.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=timeout
        ) as client:
            request = client.build_request(
                sending.method,
                url.copy_with(host=str(address)),
                content=sending.body(),
                headers={"User-Agent": "Greenroom", **sending.headers, "Host": url.netloc.decode("ascii")},
                # The certificate is that of the name, not of the address.
                extensions={"sni_hostname": url.host},
            )
            answer = await client.send(request, stream=True)
            try:
                return Answer(answer.status_code, await self._read(answer))
            finally:
                await answer.aclose()

    async def _read(self, answer: httpx.Response) -> bytes:
        """The raw bytes: a small compressed answer may be endless once unpacked."""
        found = b""
        async for chunk in answer.aiter_raw():
            found += chunk
            if len(found) >= self._limits.answer_bytes:
                break
        return found[: self._limits.answer_bytes]

    def _require(self, host: str, address: Address) -> None:
        """Raises AddressRefusedError."""
        if any(address in network for network in self._allowed):
            return
        if not is_public(address):
            shown = host if host == str(address) else f"{host} ({address})"
            raise AddressRefusedError(
                f"{shown} is not a public address: give one that can be reached from the internet, or have "
                "the operator allow its network (GREENROOM_OUTGOING_NETWORKS)"
            )


async def _blocks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while block := await asyncio.to_thread(file.read, _BLOCK):
            yield block


def is_public(address: Address) -> bool:
    """Whether the address leads out to the internet: neither private, loopback, link-local (where clouds
    keep their metadata), shared, multicast, reserved, nor an IPv6 address that stands for such a one."""
    if isinstance(address, IPv6Address):
        inner = _inner_ipv4(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    is_special = address.is_multicast or address.is_reserved or address.is_unspecified
    is_inside = any(address in network for network in _NOT_OUTSIDE)
    return address.is_global and not is_special and not is_inside


def parse_networks(text: str) -> tuple[Network, ...]:
    """`10.1.0.0/16, fd00::/8` as networks.

    Raises:
        ValueError: a part is no network in CIDR notation.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _inner_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address behind an IPv6 one that carries it: mapped, 6to4 (RFC 3056), Teredo, NAT64."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _CARRY_IPV4):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def _parsed(url: str) -> httpx.URL:
    """Raises AddressRefusedError."""
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise AddressRefusedError(f"this is no URL ({error}): write https://host/path") from None
    if found.scheme not in _PORTS:
        raise AddressRefusedError("only http and https are spoken: write https://host/path")
    if not found.host:
        raise AddressRefusedError("the URL names no host: write https://host/path")
    if found.userinfo:
        raise AddressRefusedError("the URL holds a user name or a password: put a token into its query")
    return found


def _literal(host: str) -> Address | None:
    """The address that the host is written as, or None for a name. `127.1` and `0x7f000001` are addresses
    too, as the system's own look-up reads them."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


async def _addresses_of(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for _, _, _, _, place in found]


@cache
def _tls() -> ssl.SSLContext:
    """Reading the list of authorities takes 20 ms, so it is read once."""
    return httpx.create_ssl_context(trust_env=False)
