"""A voice learnt by conversion, in a few steps: what it is, what it says, and what it survives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from greenroom.engines.conversion import choosing
from greenroom.engines.conversion.base import CONVERTER as CONVERTER_ARRAYS
from greenroom.engines.conversion.base import base_speaker, network_arrays
from greenroom.engines.conversion.engine import CONVERTER_ABROAD, CONVERTER_LIVE, Conversion
from greenroom.engines.conversion.export import abroad, begin_with
from greenroom.engines.conversion.modeler import ConversionModeler, Effort
from greenroom.engines.conversion.networks import Converter, ConverterShape
from greenroom.engines.conversion.speech import hear
from greenroom.engines.conversion.tone import tone_of
from greenroom.engines.modelers import open_voice, voice_modeler
from greenroom.engines.protocols import (
    ConvertingSpeechEngine,
    EngineError,
    Sex,
    SpeechEngine,
    SpeechStyle,
    VoiceOptions,
    VoicePackageError,
    VoiceRecording,
)
from greenroom.engines.registry import EFFORT_VARIABLE, speech_engine_for, voice
from greenroom.engines.voice_package import VoicePackage
from greenroom.engines.whisper.error_rate import error_rate
from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.media.wav import read_wav, write_wav

pytestmark = pytest.mark.media

PIPER = "piper-en_US-joe"
READ = (
    "The quick boats passed under the bridge while children waved from the shore.",
    "Would you measure the height of that old church, please, and choose a good view?",
    "Nine tired travellers shared a loaf of bread beside the frozen river.",
    "Please hang both coats behind the door, because the hallway floor is still wet.",
    "My uncle usually fixes watches, yet he failed to repair this rusty alarm clock.",
    "She chose a yellow jacket with a zipper, and he bought two pairs of leather shoes.",
    "In January the lake is frozen, so the fishermen walk across it to the other village.",
)
SAID = "Welcome to our garden, where everybody can pick flowers."
OPTIONS = VoiceOptions("Ana", "en-US", None, "BASIC", "ab" * 32, "We walked along the river.")


def quiet(stage: str, done: float) -> None:
    """Nobody watches."""


def said(engine: SpeechEngine, voice_id: str, text: str, style: SpeechStyle | None = None) -> np.ndarray:
    return np.concatenate([one.pcm for one in engine.synthesize(text, voice_id, style or SpeechStyle())])


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> list[VoiceRecording]:
    """Of a person who does not exist: Piper's voice, a third higher than it is."""
    folder = tmp_path_factory.mktemp("recordings")
    engine = speech_engine_for(PIPER)
    found = []
    for number, text in enumerate(READ):
        path = folder / f"{number}.wav"
        write_wav(path, said(engine, PIPER, text), round(voice(PIPER).sample_rate * 1.2))
        found.append(VoiceRecording(path, text))
    return found


@pytest.fixture(scope="module")
def work(recordings: list[VoiceRecording], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained `package` and the `work` of its training."""
    folder = tmp_path_factory.mktemp("trained")
    modeler = ConversionModeler(Effort(converter=8, vocoder=2, live=2, voices=1, less=2))
    modeler.train(recordings, folder / "work", folder / "package", OPTIONS, quiet)
    return folder


@pytest.fixture(scope="module")
def engine(work: Path) -> SpeechEngine:
    return open_voice(work / "package")


class TestPackage:
    def test_it_says_what_it_is_and_how_near_it_comes(self, work: Path) -> None:
        package = VoicePackage.open(work / "package", verify=True)
        assert package.modeler == "conversion"
        assert package.manifest["consent_sha256"] == "ab" * 32
        assert package.manifest["sex"] == "MALE"
        assert {"en", "zh", "es", "fr", "ja"} <= set(package.manifest["base_voices"])
        quality = package.quality()
        assert quality["pitch_distance_semitones"] < 1.5
        assert quality["spectrum_distance_db"] < quality["spectrum_distance_of_base_db"]
        assert len(read_wav(package.sample)[0]) > 20_000

    def test_it_says_by_how_much_it_is_nearer_than_the_basic_edition(self, work: Path) -> None:
        quality = VoicePackage.open(work / "package").quality()
        assert quality["held_out_mel_distance"] < quality["held_out_mel_distance_of_basic"]
        assert 20 < quality["basic_seconds"] < quality["seconds"]

    def test_it_says_what_it_was_recorded_in(self, work: Path) -> None:
        manifest = VoicePackage.open(work / "package").manifest
        assert manifest["learnt_from"]["language"] == "en-US"
        assert CONVERTER_ABROAD in manifest["files"]

    def test_it_is_small_and_holds_no_pickle(self, work: Path) -> None:
        files = [path for path in (work / "package").iterdir()]
        assert sum(path.stat().st_size for path in files) < 12 << 20
        assert {path.suffix for path in files} == {".json", ".npz", ".onnx", ".wav"}

    def test_a_training_that_was_cut_off_goes_on(
        self, recordings: list[VoiceRecording], work: Path, tmp_path: Path
    ) -> None:
        """All steps are done already: what is left is to write the same package again."""
        shutil.copytree(work / "work", tmp_path / "work")
        stages: list[str] = []
        ConversionModeler(Effort(converter=8, vocoder=2, live=2, voices=1, less=2)).train(
            recordings,
            tmp_path / "work",
            tmp_path / "package",
            OPTIONS,
            lambda stage, _: stages.append(stage),
        )
        assert not {"learning the voice", "learning the sound", "measuring what less would give"} & {*stages}
        ours, theirs = (VoicePackage.open(place / "package").manifest for place in (tmp_path, work))
        assert ours["files"] == theirs["files"]

    def test_too_little(self, recordings: list[VoiceRecording], tmp_path: Path) -> None:
        with pytest.raises(EngineError, match="too little to learn a voice: give 20 s"):
            ConversionModeler().train(recordings[:2], tmp_path / "w", tmp_path / "p", OPTIONS, quiet)
        assert not (tmp_path / "p").exists()


class TestAbroad:
    """Languages that the person was not recorded in."""

    def test_the_last_layers_are_the_person_s_and_the_first_nearly_the_base_s(self, work: Path) -> None:
        shape = ConverterShape(network_arrays(CONVERTER_ARRAYS)["enter.weight"].shape[1] - 6, 1)
        learnt = Converter(shape)
        learnt.load_state_dict(torch.load(work / "work" / "converter.pt", weights_only=True)["network"])
        base, mixed = Converter(shape), abroad(learnt, network_arrays(CONVERTER_ARRAYS)).state_dict()
        begin_with(base, network_arrays(CONVERTER_ARRAYS))
        before, after = base.state_dict(), learnt.state_dict()
        for name in ("leave.weight", "speaker.weight", "blocks.5.widen.weight"):
            assert torch.allclose(mixed[name], after[name]), name
        moved = (mixed["enter.weight"] - before["enter.weight"]).norm()
        assert 0 < moved < 0.25 * (after["enter.weight"] - before["enter.weight"]).norm()

    def test_only_other_languages_are_said_so(self, work: Path, engine: SpeechEngine) -> None:
        conversion, bases = Conversion(work / "package"), VoicePackage.open(work / "package").manifest
        for text, language, converting in (
            ("Good morning.", "en", conversion),
            ("早上好。", "zh", conversion.abroad()),
        ):
            base = bases["base_voices"][language]
            source = base_speaker(base)
            assert source is not None
            plain = said(speech_engine_for(base), base, text)
            other = conversion if converting is not conversion else conversion.abroad()
            made = said(engine, "package", text)
            assert np.array_equal(made, converting.convert(plain, 24_000, source)), language
            assert not np.array_equal(made, other.convert(plain, 24_000, source)), language


class TestFollowing:
    """Somebody else's speech, as it comes."""

    def test_the_package_has_a_converter_that_learnt_it(self, work: Path) -> None:
        assert CONVERTER_LIVE in VoicePackage.open(work / "package").manifest["files"]
        conversion = Conversion(work / "package")
        content, manner = np.ones((20, 512), np.float32), np.zeros((40, 3), np.float32)
        plain = conversion.converted(content, manner)
        assert not np.array_equal(conversion.live().converted(content, manner), plain)

    def test_an_earlier_package_is_followed_with_the_one_it_has(self, work: Path, tmp_path: Path) -> None:
        package = shutil.copytree(work / "package", tmp_path / "package")
        (package / CONVERTER_LIVE).unlink()
        conversion = Conversion(package)
        content, manner = np.ones((20, 512), np.float32), np.zeros((40, 3), np.float32)
        plain = conversion.converted(content, manner)
        assert np.array_equal(conversion.live().converted(content, manner), plain)

    def test_long_sound_is_converted_in_parts_that_join(self, engine: SpeechEngine) -> None:
        assert isinstance(engine, ConvertingSpeechEngine)
        base = "kokoro-af_heart"
        pcm = said(speech_engine_for(base), base, " ".join(READ))
        assert len(pcm) > 22 * 24_000
        made = engine.convert(pcm, 24_000)
        assert len(made) == len(pcm)
        steps = np.abs(np.diff(made))
        assert steps[len(steps) // 4 : -len(steps) // 4].max() < 4 * np.quantile(steps, 0.999)

    @pytest.mark.parametrize("seconds", [0, 1, 5])
    def test_nobody_speaks(self, engine: SpeechEngine, seconds: int) -> None:
        assert isinstance(engine, ConvertingSpeechEngine)
        silence = np.zeros(seconds * 24_000, np.float32)
        for work in (engine.convert, engine.follow):
            with pytest.raises(EngineError, match="no voice can be heard"):
                work(silence, 24_000)


class TestSpeech:
    def test_it_is_understood(self, engine: SpeechEngine) -> None:
        heard = WhisperRecogniser(threads=2).transcribe(said(engine, "package", SAID), 24_000, "en")
        assert error_rate(SAID, heard, "en") <= 0.15, heard

    @pytest.mark.parametrize("text", [SAID, "你好，欢迎来到我们的花园。"])
    def test_it_lasts_as_long_as_the_base_voice_and_keeps_its_times(
        self, engine: SpeechEngine, work: Path, text: str
    ) -> None:
        bases = VoicePackage.open(work / "package").manifest["base_voices"]
        base = bases["en" if text is SAID else "zh"]
        plain = list(speech_engine_for(base).synthesize(text, base, SpeechStyle()))
        made = list(engine.synthesize(text, "package", SpeechStyle()))
        assert [len(one.pcm) for one in made] == [len(one.pcm) for one in plain]
        assert [one.phonemes for one in made] == [one.phonemes for one in plain]
        assert all(np.isfinite(one.pcm).all() and np.abs(one.pcm).max() <= 1 for one in made)

    def test_pitch_and_volume_are_as_asked(self, engine: SpeechEngine) -> None:
        plain = said(engine, "package", SAID)
        high = said(engine, "package", SAID, SpeechStyle(pitch_percent=125))
        soft = said(engine, "package", SAID, SpeechStyle(volume_percent=50))
        assert len(high) == len(plain)
        heights = [
            float(np.median(tone.hz[tone.voiced])) for tone in (tone_of(high, 24_000), tone_of(plain, 24_000))
        ]
        assert heights[0] / heights[1] == pytest.approx(1.25, rel=0.05)
        assert np.sqrt(np.mean(soft**2)) == pytest.approx(0.5 * np.sqrt(np.mean(plain**2)), rel=0.15)

    def test_the_same_text_sounds_the_same(self, engine: SpeechEngine) -> None:
        assert np.array_equal(said(engine, "package", SAID), said(engine, "package", SAID))


class TestDamage:
    def test_a_base_voice_that_somebody_trained_is_refused(self, work: Path, tmp_path: Path) -> None:
        package = shutil.copytree(work / "package", tmp_path / "package")
        manifest = json.loads((package / "manifest.json").read_text())
        manifest["base_voices"]["en"] = "0123456789abcdef"
        (package / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(VoicePackageError, match="no built-in voice here: train it again"):
            open_voice(package)

    @pytest.mark.parametrize("name", ["converter.onnx", "vocoder.onnx", "speaker.npz"])
    def test_a_file_that_was_cut_off(self, work: Path, tmp_path: Path, name: str) -> None:
        package = shutil.copytree(work / "package", tmp_path / "package")
        (package / name).write_bytes((package / name).read_bytes()[:1000])
        with pytest.raises(VoicePackageError, match="damaged"):
            open_voice(package)


def test_the_setting_takes_the_better_one_where_it_can() -> None:
    modeler = voice_modeler("auto")
    assert modeler is not None and modeler.name == "conversion"


def test_those_who_speak_for_the_person_are_of_the_sex(work: Path) -> None:
    bases = VoicePackage.open(work / "package").manifest["base_voices"]
    assert all(voice(bases[language]).sex is Sex.MALE for language in ("en", "zh", "es", "ja"))
    assert bases["fr"] == "kokoro-ff_siwis", "the only French voice, whatever its sex"


def test_the_measure_tells_who_speaks(work: Path) -> None:
    conversion = Conversion(work / "package")
    text = "Los barcos pasaron bajo el puente."
    alex, santa = (choosing.portrait_of(conversion, f"kokoro-em_{name}", text) for name in ("alex", "santa"))
    assert choosing.distance(alex, alex) == 0
    assert choosing.distance(santa, alex) > 0.02


def test_several_voices_are_tried(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "TEXTS", {"es": "Los barcos pasaron bajo el puente."})
    conversion = Conversion(work / "package")
    recorded = hear(*read_wav(VoicePackage.open(work / "package").sample))
    done: list[float] = []
    chosen = choosing.base_voices(conversion, "en", Sex.MALE, [recorded], 2, done.append)
    assert chosen["es"] in ("kokoro-em_alex", "kokoro-em_santa") and done == [0.5, 1.0]


def test_it_can_speak_quickly(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where all speech is quick: its base voice is."""
    engine = ConversionModeler().open(work / "package")
    voice_id = engine.voices()[0].voice_id
    monkeypatch.setenv(EFFORT_VARIABLE, "full")
    quick, full = said(engine.quick(), voice_id, "Good morning."), said(engine, voice_id, "Good morning.")
    monkeypatch.setenv(EFFORT_VARIABLE, "quick")
    assert np.array_equal(said(engine, voice_id, "Good morning."), quick)
    assert quick.shape != full.shape or not np.array_equal(quick, full)
