"""Real speech for tests of recordings, and what can happen to it on its way."""

from __future__ import annotations

import io
import wave
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, fftconvolve, sosfiltfilt

from greenroom.voices.sentences import sentences

Pcm = npt.NDArray[np.float32]
ENGLISH = "piper-en_US-joe"
SENTENCE = "The orchard opens at nine, and we sell apples, pears and fresh honey until the evening."


@cache
def said(text: str = SENTENCE, voice_id: str = ENGLISH) -> tuple[Pcm, int]:
    """Speech and its rate; once a process for each text."""
    from greenroom.stage.speech import speak

    speech = speak(text, voice_id)
    pause = np.zeros(round(0.3 * speech.sample_rate), np.float32)
    # A microphone is never quite silent.
    pcm = np.concatenate([pause, speech.pcm, pause])
    hiss = np.random.default_rng(5).standard_normal(len(pcm)).astype(np.float32)
    return pcm + hiss * np.float32(2e-4), speech.sample_rate


def readings(count: int) -> tuple[str, ...]:
    """Sentences to read aloud that the recogniser hears well enough as `ENGLISH` says them; the second one
    ("measure the garden by yourself") it does not always."""
    texts = sentences("EN", count + 1)
    return texts[:1] + texts[2:]


def level(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(pcm, dtype=np.float64))))


def noisy(pcm: Pcm, snr_db: float) -> Pcm:
    hiss = np.random.default_rng(1).standard_normal(len(pcm)).astype(np.float32)
    return pcm + hiss * np.float32(level(pcm) * 10 ** (-snr_db / 20))


def in_a_hall(pcm: Pcm, rate: int, decay_s: float) -> Pcm:
    """Through a synthetic impulse response: noise that falls by 60 dB in `decay_s`, as loud as the sound."""
    times = np.arange(int(rate * decay_s * 1.2)) / rate
    response = np.random.default_rng(2).standard_normal(len(times)) * 10 ** (-3 * times / decay_s)
    response /= np.sqrt(np.sum(response**2))
    response[0] += 1
    out = fftconvolve(pcm, response)[: len(pcm)]
    return (out / np.abs(out).max() * 0.6).astype(np.float32)


def over_a_telephone(pcm: Pcm, rate: int) -> Pcm:
    band = butter(6, [300, 3400], "band", fs=rate, output="sos")
    return np.asarray(sosfiltfilt(band, pcm), np.float32)


def with_music(pcm: Pcm, rate: int, below_db: float) -> Pcm:
    """Four chords, one every second and a half."""
    times = np.arange(len(pcm)) / rate
    out = np.zeros(len(pcm))
    chords = [(220, 277.2, 329.6), (196, 246.9, 293.7), (174.6, 220, 261.6), (196, 246.9, 293.7)]
    for number, chord in enumerate(chords):
        playing = (times // 1.5 % 4) == number
        for tone in chord:
            out += playing * sum(np.sin(2 * np.pi * tone * k * times) / k for k in (1, 2, 3))
    return pcm + (out * level(pcm) * 10 ** (-below_db / 20) / level(out.astype(np.float32))).astype(
        np.float32
    )


def wav_bytes(pcm: Pcm, rate: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def zip_bytes(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as into:
        for name, data in files.items():
            into.writestr(name, data)
    return out.getvalue()


def human(shared_data: Path) -> list[tuple[Path, str]]:
    """Recordings of a person, with their texts."""
    folder = shared_data / "voice"
    lines = (folder / "transcripts.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines if "\t" in line]
    return [(folder / name, text) for name, text in pairs if (folder / name).is_file()]
