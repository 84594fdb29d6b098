"""Conversion as the sound comes: nothing missing, no seams, and not too late."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from greenroom.engines.conversion.base import (
    CONVERTER as BASE_CONVERTER,
)
from greenroom.engines.conversion.base import (
    VOCODER as BASE_VOCODER,
)
from greenroom.engines.conversion.base import (
    base_speaker,
    network_arrays,
)
from greenroom.engines.conversion.engine import CONVERTER, NUMBERS, VOCODER, Conversion
from greenroom.engines.conversion.export import begin_with, export_converter, export_vocoder
from greenroom.engines.conversion.networks import Converter, ConverterShape, VocoderNetwork, VocoderShape
from greenroom.engines.conversion.speech import Speaker
from greenroom.engines.conversion.streaming import AHEAD, STEP, ConversionStream
from greenroom.engines.protocols import Pcm, SpeechEngine, SpeechStyle
from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser

pytestmark = pytest.mark.media

RATE = 24_000
SOURCE, TARGET = "kokoro-af_heart", "kokoro-am_michael"
SAID = "Welcome to our garden, where everybody can pick flowers."


@pytest.fixture(scope="module")
def conversion(tmp_path_factory: pytest.TempPathFactory) -> Conversion:
    """With the weights that every voice begins with."""
    folder = tmp_path_factory.mktemp("conversion")
    converter = Converter(ConverterShape(512, 1))
    begin_with(converter, network_arrays(BASE_CONVERTER))
    export_converter(converter, folder / CONVERTER)
    vocoder = VocoderNetwork(VocoderShape())
    begin_with(vocoder, network_arrays(BASE_VOCODER))
    export_vocoder(vocoder, folder / VOCODER)
    np.savez(folder / NUMBERS, **speaker(TARGET).to_arrays())
    return Conversion(folder)


@pytest.fixture(scope="module")
def sound(kokoro: SpeechEngine) -> Pcm:
    return np.concatenate([one.pcm for one in kokoro.synthesize(SAID, SOURCE, SpeechStyle())])


def speaker(voice_id: str) -> Speaker:
    found = base_speaker(voice_id)
    assert found is not None
    return found


@pytest.mark.parametrize(("rate", "piece"), [(24_000, 480), (48_000, 7_001)])
def test_all_of_it_comes_and_in_time(conversion: Conversion, sound: Pcm, rate: int, piece: int) -> None:
    given = np.repeat(sound, rate // RATE)
    stream = ConversionStream(conversion, rate, speaker(SOURCE))
    parts: list[Pcm] = []
    late = []
    for at in range(0, len(given), piece):
        parts.append(stream.push(given[at : at + piece]))
        late.append(min(at + piece, len(given)) - sum(len(one) for one in parts))
    parts.append(stream.flush())
    made = np.concatenate(parts)
    assert abs(len(made) - len(given)) <= rate // 50
    # A step, what lies ahead, and the filters of the two resamplings.
    assert max(late) <= (STEP + AHEAD + 3) * rate // 100 + piece
    assert np.isfinite(made).all() and np.abs(made).max() <= 1.0


def test_pieces_join_without_a_click_and_it_is_understood(conversion: Conversion, sound: Pcm) -> None:
    stream = ConversionStream(conversion, RATE, speaker(SOURCE))
    made = np.concatenate([*(stream.push(part) for part in np.array_split(sound, 40)), stream.flush()])
    steps = np.abs(np.diff(made))
    length = STEP * RATE // 100
    seams = range(length, len(made) - length, length)
    at_seams = np.array([steps[at - 30 : at + 30].max() for at in seams])
    elsewhere = np.array([steps[at - length // 2 - 30 : at - length // 2 + 30].max() for at in seams])
    assert np.median(at_seams) <= 2 * np.median(elsewhere) + 0.01
    heard = WhisperRecogniser(threads=2).transcribe(made, RATE, "en")
    assert error_rate(SAID, heard, "en") <= 0.25, heard


def test_flushing_nothing(conversion: Conversion) -> None:
    assert len(ConversionStream(conversion, 16_000, speaker(SOURCE)).flush()) == 0
