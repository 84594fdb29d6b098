"""Speech from servers of the Wyoming protocol (Rhasspy, Home Assistant), over TCP.

An event is a line of JSON with `type`, `data`, and the lengths of what follows it: more data as JSON, then
bytes. A `synthesize` is answered by `audio-start`, `audio-chunk`s of PCM and `audio-stop`, or by `error`.
Source: the description of the protocol in the repository OHF-Voice/wyoming.
"""

from __future__ import annotations

import json
import socket
import time
from io import BufferedReader
from typing import Any

import numpy as np

from greenroom.engines.protocols import Pcm
from greenroom.engines.remote.configuration import ServerSetting
from greenroom.engines.remote.errors import BusyServerError, SpeechServerError

MOST_SECONDS = 600
"""Of sound for one request."""
_LONGEST_LINE, _MOST_DATA, _MOST_PAYLOAD = 65_536, 1 << 20, 1 << 24
_CONNECT_S = 10.0
_SHOWN_CHARACTERS = 200

Event = tuple[str, dict[str, Any], bytes]
"""Type, data, payload."""


class EventError(Exception):
    """What came is no event."""


def encoded_event(kind: str, data: dict[str, Any]) -> bytes:
    more = json.dumps(data).encode()
    return json.dumps({"type": kind, "data_length": len(more)}).encode() + b"\n" + more


def read_event(stream: BufferedReader) -> Event | None:
    """None at the end of the stream. Raises EventError."""
    line = stream.readline(_LONGEST_LINE)
    if not line:
        return None
    try:
        head = json.loads(line)
        kind, data = str(head["type"]), dict(head.get("data") or {})
        lengths = int(head.get("data_length") or 0), int(head.get("payload_length") or 0)
    except (ValueError, KeyError, TypeError):
        raise EventError from None
    if not (0 <= lengths[0] <= _MOST_DATA and 0 <= lengths[1] <= _MOST_PAYLOAD):
        raise EventError
    more, payload = (stream.read(length) for length in lengths)
    if (len(more), len(payload)) != lengths:
        raise EventError
    if more:
        try:
            data |= json.loads(more)
        except (ValueError, TypeError):
            raise EventError from None
    return kind, data, payload


class WyomingSpeech:
    """A `SpeechClient`."""

    has_speed = False

    def __init__(self, setting: ServerSetting) -> None:
        self._setting = setting
        self._address = setting.address

    def say(self, text: str, voice: str, language: str, speed: float) -> tuple[Pcm, int]:
        """`speed` is not known to the protocol."""
        until = time.monotonic() + self._setting.timeout_s
        try:
            connect_s = min(_CONNECT_S, self._setting.timeout_s)
            with socket.create_connection(self._address, timeout=connect_s) as connection:
                connection.settimeout(self._setting.timeout_s)
                connection.sendall(encoded_event("synthesize", {"text": text, "voice": {"name": voice}}))
                with connection.makefile("rb") as stream:
                    return self._listen(stream, until)
        except TimeoutError:
            raise self._late() from None
        except OSError as error:
            raise BusyServerError(
                self._setting.name, f"cannot be reached ({error.strerror})", "ask the operator to start it"
            ) from None
        except EventError:
            raise self._strange("sent what is not of the Wyoming protocol") from None

    def _listen(self, stream: BufferedReader, until: float) -> tuple[Pcm, int]:
        blocks: list[Pcm] = []
        rate, samples = self._setting.sample_rate, 0
        while (event := read_event(stream)) is not None:
            kind, data, payload = event
            if kind == "error":
                said = " ".join(str(data.get("text", "")).split())[:_SHOWN_CHARACTERS]
                raise SpeechServerError(self._setting.name, f"refused ({said})", "change the text")
            if kind == "audio-chunk":
                rate, block = self._block(data, payload)
                blocks.append(block)
                samples += len(block)
            if kind == "audio-stop":
                return np.concatenate(blocks) if blocks else np.zeros(0, np.float32), rate
            if samples > MOST_SECONDS * rate:
                raise self._strange(f"sent more than {MOST_SECONDS} s of sound")
            if time.monotonic() > until:
                raise self._late()
        raise BusyServerError(self._setting.name, "hung up before the end", "try again later")

    def _block(self, data: dict[str, Any], payload: bytes) -> tuple[int, Pcm]:
        try:
            rate, width, channels = (int(data[name]) for name in ("rate", "width", "channels"))
        except (KeyError, ValueError, TypeError):
            raise EventError from None
        if width != 2 or not 1 <= channels <= 8 or not 8000 <= rate <= 192_000:
            raise self._strange(f"sent sound of {8 * width} bits, {channels} channels and {rate} Hz")
        whole = payload[: len(payload) // (2 * channels) * 2 * channels]
        samples = np.frombuffer(whole, "<i2").reshape(-1, channels).mean(axis=1) / 32768.0
        return rate, samples.astype(np.float32)

    def _late(self) -> SpeechServerError:
        return BusyServerError(
            self._setting.name,
            f"did not answer within {self._setting.timeout_s:g} s",
            "ask the operator to look at it or to raise its timeout_s",
        )

    def _strange(self, fault: str) -> SpeechServerError:
        return SpeechServerError(self._setting.name, fault, "ask the operator to look at it")
