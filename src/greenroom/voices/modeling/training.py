"""The heavy work of a training, run in a supervised child process: train, and pack what was learnt.

Each function takes a JSON object and answers one, as `jobs.children` asks; paths travel as text.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from greenroom.engines.modelers import voice_modeler
from greenroom.engines.protocols import EngineError, Progress, Sex, VoiceOptions, VoiceRecording

_SAMPLE_TEXTS = {
    "zh-CN": "大家好，很高兴认识您。这就是我的声音。",
    "en-US": "Hello, and welcome. This is what my voice sounds like.",
    "es-ES": "Hola y bienvenidos. Así suena mi voz.",
    "fr-FR": "Bonjour et bienvenue. Voici le son de ma voix.",
    "it-IT": "Salve e benvenuti. Ecco come suona la mia voce.",
    "ja-JP": "こんにちは、ようこそ。これが私の声です。",
    "pt-BR": "Olá, sejam bem-vindos. É assim que soa a minha voz.",
    "hi-IN": "नमस्ते, आपका स्वागत है। मेरी आवाज़ ऐसी है।",
}
_SAMPLE_CHARACTERS = 300


def train(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{modeler, recordings, name, language, recorded_language, sex, edition, consent, sample_text, work_dir,
    package_dir}` -> `{quality}`. A recording is `[path, text]`.

    Goes on where an earlier run was cut off.
    """
    modeler = voice_modeler(payload["modeler"])
    if modeler is None:
        raise EngineError("no voice modeler is installed: the operator sets GREENROOM_VOICE_MODELER")
    options = VoiceOptions(
        name=payload["name"],
        language=payload["language"],
        sex=Sex(payload["sex"]) if payload["sex"] else None,
        edition=payload["edition"],
        consent_sha256=_sha256(payload["consent"]),
        sample_text=sample_text(payload["sample_text"], payload["language"]),
        recorded_language=payload["recorded_language"],
    )
    work_dir, package_dir = Path(payload["work_dir"]), Path(payload["package_dir"])
    work_dir.mkdir(parents=True, exist_ok=True)
    recordings = [VoiceRecording(Path(path), text) for path, text in payload["recordings"]]
    return {"quality": modeler.train(recordings, work_dir, package_dir, options, progress)}


def pack(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`{package_dir, archive, sample, identity}`: sign and zip the package, and lay its sample beside it.
    Answers `{voice}`: what the asset says of it. `identity` is None where nothing is signed.
    """
    import shutil

    from greenroom.engines.voice_package import VoicePackage
    from greenroom.engines.voice_package import pack as pack_voice
    from greenroom.provenance.identity import SigningIdentity
    from greenroom.provenance.packages import sign_package

    progress("packing", 0.0)
    package = VoicePackage.open(Path(payload["package_dir"]), verify=True)
    if payload["identity"] is not None:
        sign_package(package.folder, SigningIdentity(**payload["identity"]))
    pack_voice(package.folder, Path(payload["archive"]))
    shutil.copyfile(package.sample, payload["sample"])
    voice = package.voice("")
    spoken = sorted(package.manifest.get("base_voices", {voice.language.split("-")[0]: ""}))
    said = {"language": voice.language, "sex": voice.sex.value, "modeler": package.modeler, "spoken": spoken}
    return {"voice": said}


def sample_text(wanted: str | None, language: str) -> str:
    """What the sample says: the beginning of the text that was asked for, up to the end of a sentence."""
    from greenroom.voices.text import pieces

    if not wanted:
        return _SAMPLE_TEXTS[language]
    return next(pieces(wanted, _SAMPLE_CHARACTERS))[: _SAMPLE_CHARACTERS * 2]


def _sha256(path: str | None) -> str | None:
    if path is None:
        return None
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
