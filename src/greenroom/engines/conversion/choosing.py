"""Which built-in voice is to speak for a person: the one whose converted speech is most like theirs.

Several voices of the person's sex say a sentence and are converted. Compared are mean and spread of each mel
band, and how much of the speech is voiced (a voice that whispers goes on whispering). On one man's voice the
choice by this measure had a likeness (Resemblyzer) of 0.86, where the voices of his pitch had 0.82 to 0.87.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from greenroom.engines.conversion.base import base_speaker
from greenroom.engines.conversion.engine import Conversion
from greenroom.engines.conversion.spectrum import Floats
from greenroom.engines.conversion.speech import Speaker, Speech, hear, is_spoken
from greenroom.engines.protocols import Sex, SpeechStyle, Voice
from greenroom.engines.registry import all_voices, speech_engine_for

Portrait = tuple[Floats, float]
"""Mean and spread of each band [2, BANDS] where somebody speaks, and how much of that is voiced."""

TEXTS = {
    "en": "The quick boats passed under the bridge while children waved from the shore.",
    "zh": "湖边的小船慢慢划过石桥，孩子们在岸上挥手。",
    "es": "Los barcos pasaron bajo el puente mientras los niños saludaban desde la orilla.",
    "fr": "Les bateaux passaient sous le pont, et les enfants faisaient signe depuis la rive.",
    "it": "Le barche passavano sotto il ponte mentre i bambini salutavano dalla riva.",
    "pt": "Os barcos passaram por baixo da ponte enquanto as crianças acenavam da margem.",
    "ja": "子どもたちが岸から手を振る中、船は橋の下をゆっくりと通り過ぎました。",
    "hi": "नावें धीरे-धीरे पुल के नीचे से निकलीं, और बच्चे किनारे से हाथ हिला रहे थे।",
}
_VOICING = 0.5


def base_voices(
    conversion: Conversion,
    language: str,
    sex: Sex,
    recorded: Sequence[Speech],
    tried: int,
    step: Callable[[float], None],
) -> dict[str, str]:
    """For each language the id of the voice that is to speak it.

    Args:
        language: of the recordings.
        tried: voices of a language that are listened to, the nearest in pitch.
    """
    person = conversion.person
    wanted = _portrait([one.mel for one in recorded], recorded)
    candidates = {spoken: _candidates(spoken, sex, person)[:tried] for spoken in TEXTS}
    total, done = sum(map(len, candidates.values())), 0
    chosen: dict[str, str] = {}
    for spoken, voices in candidates.items():
        converting = conversion if spoken == language else conversion.abroad()
        far = {voice.voice_id: 0.0 for voice in voices}
        for voice in voices if len(voices) > 1 else ():
            far[voice.voice_id] = distance(portrait_of(converting, voice.voice_id, TEXTS[spoken]), wanted)
            done += 1
            step(min(1.0, done / total))
        if far:
            chosen[spoken] = min(far, key=lambda voice_id: far[voice_id])
    return chosen


def _candidates(language: str, sex: Sex, person: Speaker) -> list[Voice]:
    """Voices of the language, of the sex if there are any, the nearest in pitch first."""
    found = [
        (abs(speaker.pitch[0] - person.pitch[0]), voice)
        for voice in all_voices()
        if voice.language.split("-")[0] == language and (speaker := base_speaker(voice.voice_id)) is not None
    ]
    same = [one for one in found if one[1].sex == sex] or found
    return [voice for _, voice in sorted(same, key=lambda one: (one[0], one[1].voice_id))]


def portrait_of(conversion: Conversion, voice_id: str, text: str) -> Portrait:
    """What is compared, of a built-in voice that says the text and is converted."""
    source = base_speaker(voice_id)
    assert source is not None
    chunks = speech_engine_for(voice_id).synthesize(text, voice_id, SpeechStyle())
    speeches = [hear(chunk.pcm, chunk.sample_rate) for chunk in chunks]
    return _portrait([conversion.spectrum(one, source) for one in speeches], speeches)


def _portrait(spectra: Sequence[Floats], speeches: Sequence[Speech]) -> Portrait:
    spoken = [is_spoken(one) for one in speeches]
    frames = np.concatenate([mel[where] for mel, where in zip(spectra, spoken, strict=True)])
    voiced = np.concatenate([one.tone.voiced[where] for one, where in zip(speeches, spoken, strict=True)])
    return np.stack([frames.mean(axis=0), frames.std(axis=0) + 1e-3]), float(voiced.mean())


def distance(one: Portrait, wanted: Portrait) -> float:
    """How little two are alike; 0 for the same."""
    (mean, spread), (wanted_mean, wanted_spread) = one[0], wanted[0]
    means = np.sqrt((((mean - wanted_mean) / wanted_spread) ** 2).mean())
    spreads = np.sqrt((np.log(spread / wanted_spread) ** 2).mean())
    return float(means + spreads + _VOICING * abs(one[1] - wanted[1]))
