"""The presenter that ships, looked at while she speaks: in step, out of step, and with a mouth that hangs."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

from greenroom.engines.mouth.package import STEERING
from greenroom.engines.mouth.renderer import MouthTrack
from greenroom.engines.mouth.steering import Steering
from greenroom.engines.protocols import Image
from greenroom.media.wav import write_wav
from greenroom.settings import Settings
from greenroom.stage.base_frame import BaseFrame
from greenroom.stage.performance import Performer, PersonPicture, open_avatar
from greenroom.stage.plan import ScenePlan, SegmentSpec
from greenroom.stage.quality.figures import PartFigures
from greenroom.stage.quality.inspector import Inspector
from greenroom.stage.speech import Speech, speak
from greenroom.video.quality.limits import Limits

pytestmark = pytest.mark.media

TEXT = "Papa may buy a map. Bob and I pay for a lamp."
PAUSE_S = 1.4
STEP = 3


@dataclass
class Take:
    """A performance of which every third picture was made."""

    package: Path
    speech: Speech
    pictures: dict[int, PersonPicture]
    hanging: dict[int, PersonPicture]
    """The same in the pause at the beginning, with the mouth left open."""
    base_of: Callable[[int], Image]
    frames: int
    folder: Path

    def figures(self, pictures: dict[int, PersonPicture], sound_late_ms: int = 0) -> PartFigures:
        """As a part with this sound, which may be moved against the pictures."""
        speech = moved(self.speech, sound_late_ms)
        wav = self.folder / f"{sound_late_ms}.wav"
        write_wav(wav, speech.pcm, speech.sample_rate)
        scene = ScenePlan(str(self.package), str(wav), speech.phonemes)
        inspection = Inspector().part(scene, SegmentSpec(0, 0, 0, self.frames, 0), 25, self.base_of)
        for number, person in sorted(pictures.items()):
            inspection.look(number, person)
        return inspection.figures()


def moved(speech: Speech, late_ms: int) -> Speech:
    """The speech so much later, with silence before it; earlier where that is negative."""
    samples = late_ms * speech.sample_rate // 1000
    pcm = np.roll(speech.pcm, samples)
    spans = tuple(
        replace(span, start_sample=max(0, span.start_sample + samples), end_sample=span.end_sample + samples)
        for span in speech.phonemes or ()
    )
    return replace(speech, pcm=pcm, phonemes=spans)


def with_pauses(speech: Speech) -> Speech:
    pause = np.zeros(round(PAUSE_S * speech.sample_rate), np.float32)
    late = moved(replace(speech, pcm=np.zeros(0, np.float32)), round(PAUSE_S * 1000))
    return replace(late, pcm=np.concatenate([pause, speech.pcm, pause]))


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    folder = tmp_path_factory.mktemp("inspector")
    with as_file(files("greenroom.cast") / "anna" / "avatar.zip") as path, zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "anna")
    speech = with_pauses(speak(TEXT, "piper-en_US-joe"))
    performer = Performer(open_avatar(folder / "anna"))
    track = performer.drive(speech.pcm, speech.sample_rate, speech.phonemes)
    # So long a part is looked at in every third picture.
    frames = 99
    assert len(track) >= frames
    wide = Steering.load(folder / "anna" / STEERING).wide
    hangs = MouthTrack(np.repeat(wide[None], len(track), axis=0))
    pause = range(0, round(PAUSE_S * 25) - 2, STEP)
    return Take(
        package=folder / "anna",
        speech=speech,
        pictures={n: performer.frame(n, track, n) for n in range(0, frames, STEP)},
        hanging={n: performer.frame(n, hangs, n) for n in pause},
        base_of=performer.base_picture,
        frames=frames,
        folder=folder,
    )


@pytest.fixture(scope="module")
def good(take: Take) -> PartFigures:
    return take.figures(take.pictures)


def test_a_good_part_has_plausible_figures(take: Take, good: PartFigures) -> None:
    lips = good.lips()
    assert lips is not None and abs(lips.offset_ms) <= 40 and lips.confidence > 0.65
    assert good.faces == good.looked_at == len(take.pictures)
    assert good.closed is not None and good.closed.value == 1.0 and good.closed.count >= 8
    assert good.border is not None and 0.1 < good.border.value < 1.5
    assert good.shape is not None and good.shape.value < 1.0
    assert good.colour is not None and good.colour.value < 1.0
    limits = Limits.of(Settings())
    assert limits is not None and limits.part_fault(good) is None


def test_two_looks_see_the_same(take: Take, good: PartFigures) -> None:
    assert take.figures(take.pictures) == good


@pytest.mark.parametrize("late_ms", [200, -200])
def test_sound_that_is_moved_against_the_picture_is_measured(
    take: Take, good: PartFigures, late_ms: int
) -> None:
    lips, in_step = take.figures(take.pictures, sound_late_ms=late_ms).lips(), good.lips()
    assert lips is not None and in_step is not None
    assert abs(in_step.offset_ms - lips.offset_ms - late_ms) <= 20
    assert lips.gain > 0.2


def test_a_mouth_that_hangs_open_in_pauses_is_seen(take: Take) -> None:
    hanging = take.figures({**take.pictures, **take.hanging})
    assert hanging.closed is not None and hanging.closed.value < 0.3
    limits = Limits.of(Settings())
    assert limits is not None
    fault = limits.part_fault(hanging)
    assert fault is not None and "of the pauses" in fault


def test_another_face_and_another_skin_are_seen(take: Take, good: PartFigures) -> None:
    def other(person: PersonPicture) -> PersonPicture:
        # A narrower face, and greener.
        width = person.colour.shape[1]
        columns = np.clip(np.arange(width) + 12 * np.sin(np.arange(width) / 40), 0, width - 1).astype(int)
        colour = person.colour[:, columns].copy()
        colour[..., 1] = np.minimum(255, colour[..., 1].astype(int) + 40)
        return replace(person, base=BaseFrame.of(colour, person.alpha))

    compared = {n: other(take.pictures[n]) for n in range(0, take.frames, STEP * 10)}
    seen = take.figures({**take.pictures, **compared})
    assert seen.shape is not None and good.shape is not None and seen.shape.value > 3 * good.shape.value
    assert seen.colour is not None and seen.colour.value > 10
    assert seen.border is not None and seen.border.value > 8
