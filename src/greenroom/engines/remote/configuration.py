"""The setting that names further speech engines, and the engines that it makes."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from greenroom.engines.protocols import EngineError, Sex, SpeechEngine, Voice

VARIABLE = "GREENROOM_SPEECH_ENGINES"
LONGEST_VOICE_ID = 48
"""The shortest place of the wire that a voice's id must fit."""
_BUILT_IN = frozenset({"kokoro", "piper"})

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
VoiceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class EngineSettingError(EngineError):
    """The setting cannot be used; the text says where and why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VoiceSetting(_Strict):
    id: VoiceName
    """Greenroom calls the voice by the engine's name, a hyphen and this."""
    voice: str | None = Field(None, min_length=1, max_length=256)
    """What the server calls it; None: as here."""
    name: str | None = Field(None, min_length=1, max_length=64)
    language: Language
    """BCP 47, for example `de-DE`."""
    sex: Sex

    @property
    def remote_name(self) -> str:
        return self.voice or self.id


class ServerSetting(_Strict):
    """An engine behind an address."""

    name: Name
    protocol: Literal["openai", "wyoming"]
    url: str
    """`http://host:port/v1` or `tcp://host:port`"""
    model: str = Field("tts-1", min_length=1, max_length=256)
    api_key_env: str | None = Field(None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """The environment variable that holds the key, so that the setting holds no secret."""
    sample_rate: int = Field(24_000, ge=8000, le=48_000)
    """Of raw sound that the server sends, and of the speech."""
    timeout_s: float = Field(60.0, ge=1, le=600)
    """For each sentence."""
    licence: str = Field("see the operator of the speech engine", max_length=128)
    voices: tuple[VoiceSetting, ...] = Field(min_length=1, max_length=500)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        url = urlsplit(self.url)
        return url.hostname or "", url.port or {"http": 80, "https": 443}.get(url.scheme, 0)

    def voice_id(self, voice: VoiceSetting) -> str:
        return f"{self.name}-{voice.id}"

    def offered(self) -> dict[str, tuple[Voice, str]]:
        """By id, each with what the server calls it."""
        return {self.voice_id(voice): (self._voice(voice), voice.remote_name) for voice in self.voices}

    def _voice(self, voice: VoiceSetting) -> Voice:
        return Voice(
            voice_id=self.voice_id(voice),
            engine=self.name,
            name=voice.name or voice.id,
            language=voice.language,
            sex=voice.sex,
            licence=self.licence,
            sample_rate=self.sample_rate,
        )


class PythonSetting(_Strict):
    """An engine that another package brings."""

    name: Name
    protocol: Literal["python"]
    factory: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")
    """`package.module:factory`; called with nothing, it gives a `SpeechEngine`."""


Setting = Annotated[ServerSetting | PythonSetting, Field(discriminator="protocol")]
_SETTINGS: TypeAdapter[list[ServerSetting | PythonSetting]] = TypeAdapter(list[Setting])


def checked(data: Any) -> list[ServerSetting | PythonSetting]:
    """
    Raises:
        EngineSettingError: names the engine, the member, the fault and the cure.
    """
    try:
        settings = _SETTINGS.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise EngineSettingError(f"{place}: {first['msg']}; see docs/engines.md") from None
    names = [setting.name for setting in settings]
    for number, setting in enumerate(settings):
        if setting.name in _BUILT_IN or setting.name in names[:number]:
            raise EngineSettingError(f"{number}.name: there is an engine {setting.name!r} already: rename it")
        if isinstance(setting, ServerSetting):
            _check_server(number, setting)
    return settings


def _check_server(number: int, setting: ServerSetting) -> None:
    schemes, example = {
        "openai": (("http", "https"), "http://127.0.0.1:8880/v1"),
        "wyoming": (("tcp",), "tcp://127.0.0.1:10200"),
    }[setting.protocol]
    url = urlsplit(setting.url)
    try:
        is_whole = url.scheme in schemes and bool(url.hostname) and (url.scheme != "tcp" or bool(url.port))
    except ValueError:
        is_whole = False
    if not is_whole or url.username or url.password:
        raise EngineSettingError(f"{number}.url is {setting.url!r}: give an address such as {example}")
    ids = [setting.voice_id(voice) for voice in setting.voices]
    for place, voice_id in enumerate(ids):
        if len(voice_id) > LONGEST_VOICE_ID or voice_id in ids[:place]:
            fault = "is there twice" if voice_id in ids[:place] else f"is longer than {LONGEST_VOICE_ID}"
            raise EngineSettingError(f"{number}.voices.{place}.id: the voice {voice_id} {fault}: shorten it")


def configured_engines() -> Sequence[SpeechEngine]:
    """The engines of the environment's setting; their programs are asked for nothing yet.

    Raises:
        EngineSettingError: see `checked`; or a factory that makes no engine.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return []
    try:
        data = json.loads(given)
    except ValueError as error:
        raise EngineSettingError(f"{VARIABLE} is no JSON: {error}") from None
    return [_engine(setting) for setting in checked(data)]


def _engine(setting: ServerSetting | PythonSetting) -> SpeechEngine:
    if isinstance(setting, PythonSetting):
        return _from_factory(setting)
    from greenroom.engines.remote.engine import RemoteEngine
    from greenroom.engines.remote.openai import OpenAiSpeech
    from greenroom.engines.remote.wyoming import WyomingSpeech

    client = OpenAiSpeech(setting) if setting.protocol == "openai" else WyomingSpeech(setting)
    return RemoteEngine(setting, client)


def _from_factory(setting: PythonSetting) -> SpeechEngine:
    module, _, name = setting.factory.partition(":")
    try:
        engine: SpeechEngine = getattr(importlib.import_module(module), name)()
    except Exception as error:
        raise EngineSettingError(
            f"the speech engine {setting.name!r}: {setting.factory} does not make one: "
            f"{type(error).__name__}: {error}"
        ) from error
    return engine
