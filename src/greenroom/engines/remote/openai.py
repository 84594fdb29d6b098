"""Speech from servers that speak OpenAI's `POST /v1/audio/speech`.

The request and the formats of the answer are those of OpenAI's API reference, Audio, Create speech. `pcm` is
16-bit little-endian mono without a head; a server that sends a file all the same is understood by what it
sends.
"""

from __future__ import annotations

import io
import os
import time

import numpy as np

from greenroom.engines.protocols import Pcm
from greenroom.engines.remote.configuration import ServerSetting
from greenroom.engines.remote.errors import BusyServerError, SpeechServerError

MOST_SECONDS = 600
"""Of sound for one request."""
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_SLOWEST, _FASTEST = 0.25, 4.0
_CONNECT_S = 10.0
_HEADS = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_SHOWN_CHARACTERS = 200


class OpenAiSpeech:
    """A `SpeechClient`."""

    has_speed = True

    def __init__(self, setting: ServerSetting) -> None:
        self._setting = setting
        self._url = f"{setting.url.rstrip('/')}/audio/speech"

    def say(self, text: str, voice: str, language: str, speed: float) -> tuple[Pcm, int]:
        import httpx

        setting = self._setting
        body = {
            "model": setting.model,
            "input": text,
            "voice": voice,
            "response_format": "pcm",
            "speed": min(max(round(speed, 3), _SLOWEST), _FASTEST),
        }
        timeout = httpx.Timeout(setting.timeout_s, connect=min(_CONNECT_S, setting.timeout_s))
        # No proxies of the environment and no redirects: the setting alone says who is called.
        try:
            with (
                httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client,
                client.stream("POST", self._url, json=body, headers=self._headers()) as answer,
            ):
                if answer.status_code != 200:
                    raise self._refusal(answer.status_code, _beginning(answer))
                data = self._read(answer)
        except httpx.TimeoutException:
            raise self._late() from None
        except httpx.HTTPError as error:
            raise BusyServerError(
                setting.name, f"cannot be reached ({type(error).__name__})", "ask the operator to start it"
            ) from None
        return self._sound(data)

    def _headers(self) -> dict[str, str]:
        name = self._setting.api_key_env
        if name is None:
            return {}
        key = os.environ.get(name, "")
        if not key:
            raise SpeechServerError(
                self._setting.name, "has no key", f"ask the operator to set the environment variable {name}"
            )
        return {"Authorization": f"Bearer {key}"}

    def _read(self, answer: object) -> bytes:
        import httpx

        assert isinstance(answer, httpx.Response)
        until = time.monotonic() + self._setting.timeout_s
        most = 2 * MOST_SECONDS * self._setting.sample_rate
        data = bytearray()
        for block in answer.iter_bytes():
            data += block
            if len(data) > most:
                raise SpeechServerError(
                    self._setting.name, f"sent more than {MOST_SECONDS} s of sound", "give shorter sentences"
                )
            if time.monotonic() > until:
                raise self._late()
        return bytes(data)

    def _late(self) -> SpeechServerError:
        return BusyServerError(
            self._setting.name,
            f"did not answer within {self._setting.timeout_s:g} s",
            "ask the operator to look at it or to raise its timeout_s",
        )

    def _refusal(self, status: int, text: str) -> SpeechServerError:
        fault = f"answered {status}" + (f" ({text})" if text else "")
        if status in _BUSY:
            return BusyServerError(self._setting.name, fault, "try again later")
        return SpeechServerError(self._setting.name, fault, "ask the operator to look at its setting")

    def _sound(self, data: bytes) -> tuple[Pcm, int]:
        if data.startswith(_HEADS):
            return self._decoded(data)
        whole = data[: len(data) // 2 * 2]
        return (np.frombuffer(whole, "<i2") / 32768.0).astype(np.float32), self._setting.sample_rate

    def _decoded(self, data: bytes) -> tuple[Pcm, int]:
        import av

        blocks: list[Pcm] = []
        try:
            with av.open(io.BytesIO(data)) as container:
                resampler = av.AudioResampler(format="fltp", rate=self._setting.sample_rate)
                for frame in container.decode(audio=0):
                    blocks += [part.to_ndarray().mean(axis=0) for part in resampler.resample(frame)]
                blocks += [part.to_ndarray().mean(axis=0) for part in resampler.resample(None)]
        except (av.FFmpegError, IndexError, ValueError):
            raise SpeechServerError(
                self._setting.name, "sent sound that cannot be decoded", "ask the operator to look at it"
            ) from None
        sound = np.concatenate(blocks) if blocks else np.zeros(0)
        return sound.astype(np.float32), self._setting.sample_rate


def _beginning(answer: object) -> str:
    """What the server says of its refusal, in one line."""
    import httpx

    assert isinstance(answer, httpx.Response)
    text = b""
    for block in answer.iter_bytes():
        text += block
        if len(text) > 4 * _SHOWN_CHARACTERS:
            break
    return " ".join(text.decode("utf-8", "replace").split())[:_SHOWN_CHARACTERS]
