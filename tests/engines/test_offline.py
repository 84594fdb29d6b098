"""Speech needs no network once the weights are here, and no PyTorch."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        raise RuntimeError(f"network use: {event} {arguments}")

sys.addaudithook(refuse)
from greenroom.engines.g2p.fronts import front_for
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.stage.speech import speak

for language, text in {
    "en-GB": "Hello Zyntrolix", "zh-CN": "你好", "ja-JP": "こんにちは", "fr-FR": "bonjour", "es-ES": "hola",
    "it-IT": "ciao", "pt-BR": "bom dia",
}.items():
    assert front_for(language).read(text)
speech = speak("Good morning.", "piper-en_US-joe")
assert "torch" not in sys.modules, "it is for training, and takes seconds to import"
print(WhisperRecogniser().transcribe(speech.pcm, speech.sample_rate, "en"))
"""


@pytest.mark.media
def test_no_network() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "morning" in done.stdout.lower()
