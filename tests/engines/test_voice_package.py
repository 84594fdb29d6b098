"""Packages of trained voices: the simple modeler makes them, and what comes from outside does no harm."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.voices import sounds

from greenroom.engines.modelers import ModelerSettingError, open_voice, voice_modeler
from greenroom.engines.pitch import median_pitch
from greenroom.engines.protocols import (
    EngineError,
    SpeechStyle,
    VoiceOptions,
    VoicePackageError,
    VoiceRecording,
)
from greenroom.engines.simple_voice.colour import colour_of, distance_db, filter_between, recolour
from greenroom.engines.simple_voice.modeler import SimpleModeler
from greenroom.engines.voice_package import VoicePackage, pack, unpack
from greenroom.media.wav import write_wav

pytestmark = pytest.mark.media


def quiet(stage: str, done: float) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Learnt from Piper's own voice, a fifth higher than it is and with dull highs."""
    folder = tmp_path_factory.mktemp("voice")
    pcm, rate = sounds.said()
    dull = np.convolve(pcm, np.ones(8) / 8, mode="same").astype(np.float32)
    # Played faster, the voice is higher, as another person's would be.
    write_wav(folder / "take.wav", dull, round(rate * 1.15))
    options = VoiceOptions("Ana", "en-US", None, "BASIC", "ab" * 32, "We walked along the river.")
    taken = [VoiceRecording(folder / "take.wav", sounds.SENTENCE)]
    SimpleModeler().train(taken, folder / "work", folder / "package", options, quiet)
    return folder / "package"


class TestSimpleModeler:
    def test_the_package_says_what_it_is(self, package: Path) -> None:
        opened = VoicePackage.open(package, verify=True)
        assert "no clone" in opened.manifest["note"]
        assert opened.manifest["consent_sha256"] == "ab" * 32
        assert opened.voice("v1").language == "en-US"
        assert opened.sample.is_file()

    def test_it_comes_nearer_to_the_person_than_the_base_voice(self, package: Path) -> None:
        quality = VoicePackage.open(package).quality()
        assert quality["pitch_distance_semitones"] < quality["pitch_distance_of_base_semitones"] - 1
        assert quality["spectrum_distance_db"] < quality["spectrum_distance_of_base_db"]

    def test_it_speaks_in_time_with_the_person_s_pitch(self, package: Path) -> None:
        chunks = list(open_voice(package).synthesize(sounds.SENTENCE, "v1", SpeechStyle()))
        assert all(chunk.phonemes[-1].end_sample == len(chunk.pcm) for chunk in chunks)
        own = median_pitch(*sounds.said())
        assert own is not None
        pcm = np.concatenate([chunk.pcm for chunk in chunks])
        assert median_pitch(pcm, chunks[0].sample_rate) == pytest.approx(own * 1.15, rel=0.1)

    def test_too_little_to_learn_from(self, tmp_path: Path) -> None:
        write_wav(tmp_path / "a.wav", np.zeros(16_000, np.float32), 16_000)
        options = VoiceOptions("Ana", "en-US", None, "BASIC", None, "Hello.")
        with pytest.raises(EngineError, match=r"1\.0 s of recordings are too little"):
            SimpleModeler().train(
                [VoiceRecording(tmp_path / "a.wav", "")], tmp_path, tmp_path / "p", options, quiet
            )


def test_the_filter_moves_a_colour_and_no_sample_in_time() -> None:
    pcm, rate = sounds.said()
    dull = np.convolve(pcm, np.ones(6) / 6, mode="same").astype(np.float32)
    base, wanted = colour_of([(pcm, rate)]), colour_of([(dull, rate)])
    made = recolour(pcm, rate, filter_between(base, wanted))
    assert distance_db(colour_of([(made, rate)]), wanted) < distance_db(base, wanted) / 2
    assert len(made) == len(pcm) and sounds.level(made) == pytest.approx(sounds.level(pcm), rel=0.02)
    lag = np.argmax(np.correlate(made[:20_000], pcm[100:19_900], "valid")) - 100
    assert abs(lag) <= 2


class TestFromOutside:
    def test_there_and_back(self, package: Path, tmp_path: Path) -> None:
        pack(package, tmp_path / "voice.zip")
        first = (tmp_path / "voice.zip").read_bytes()
        pack(package, tmp_path / "voice.zip")
        assert (tmp_path / "voice.zip").read_bytes() == first
        assert unpack(tmp_path / "voice.zip", tmp_path / "v").manifest == VoicePackage.open(package).manifest

    def test_a_changed_file_is_noticed(self, package: Path, tmp_path: Path) -> None:
        archive = repacked(package, tmp_path, {"voice.npz": b"other numbers"})
        with pytest.raises(VoicePackageError, match=r"voice\.npz has changed"):
            unpack(archive, tmp_path / "v")
        assert not (tmp_path / "v").exists()

    @pytest.mark.parametrize("name", ["../evil", "a/b", "/etc/evil"])
    def test_names_that_leave_the_folder(self, tmp_path: Path, name: str) -> None:
        with zipfile.ZipFile(tmp_path / "voice.zip", "w") as into:
            into.writestr(name, b"x")
        with pytest.raises(VoicePackageError):
            unpack(tmp_path / "voice.zip", tmp_path / "v")

    @pytest.mark.parametrize(
        "changes", [{"sex": "OTHER"}, {"files": {"../x": ""}}, {"sample_rate": "24k"}, {"format_version": 9}]
    )
    def test_a_manifest_that_is_none(self, package: Path, tmp_path: Path, changes: dict[str, object]) -> None:
        manifest = {**VoicePackage.open(package).manifest, **changes}
        archive = repacked(package, tmp_path, {"manifest.json": json.dumps(manifest).encode()})
        with pytest.raises(VoicePackageError):
            unpack(archive, tmp_path / "v")

    def test_a_package_cannot_borrow_a_voice_that_somebody_trained(
        self, package: Path, tmp_path: Path
    ) -> None:
        manifest = {**VoicePackage.open(package).manifest, "base_voice": "9b2f6a1c77de4a10"}
        archive = repacked(package, tmp_path, {"manifest.json": json.dumps(manifest).encode()})
        unpack(archive, tmp_path / "v")
        with pytest.raises(VoicePackageError, match="no built-in voice"):
            open_voice(tmp_path / "v")

    def test_a_modeler_that_is_not_here(self, package: Path, tmp_path: Path) -> None:
        manifest = {**VoicePackage.open(package).manifest, "modeler": "neural"}
        unpack(repacked(package, tmp_path, {"manifest.json": json.dumps(manifest).encode()}), tmp_path / "v")
        with pytest.raises(VoicePackageError, match="'neural', which is not installed"):
            open_voice(tmp_path / "v")


def repacked(package: Path, folder: Path, changes: dict[str, bytes]) -> Path:
    archive = folder / "voice.zip"
    with zipfile.ZipFile(archive, "w") as into:
        for path in sorted(package.iterdir()):
            into.writestr(path.name, changes.get(path.name, path.read_bytes()))
    return archive


def test_the_setting() -> None:
    assert voice_modeler("none") is None
    with pytest.raises(ModelerSettingError, match="auto, conversion, simple, none"):
        voice_modeler("magic")
    with pytest.raises(ModelerSettingError, match="nowhere"):
        voice_modeler("nowhere.at_all:factory")
