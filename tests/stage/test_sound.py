"""Music behind speech: loops, fades, ducking, volume, loudness, and files that are no music."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import pytest

from greenroom.media.loudness import TARGET_LUFS, measure
from greenroom.media.mux import AUDIO_RATE, Pcm
from greenroom.stage.ducking import DEPTH_DB, Ducking, is_speech, levels_of
from greenroom.stage.mix import SoundPlan, mixed_sound
from greenroom.stage.music import Music, MusicError, examine_music, music_blocks

pytestmark = pytest.mark.media

RATE = 44_100
SECONDS = 16
HUM = 110.0
"""Hz of the test's music; the speech of the tests has nothing there."""


def _hum(seconds: float, decibels: float = -20.0) -> np.ndarray:
    return 10 ** (decibels / 20) * np.sin(2 * np.pi * HUM * np.arange(round(seconds * RATE)) / RATE)


def _voice(pcm: Pcm) -> float:
    """Level of the speech alone, in decibels: all that is above 1 kHz."""
    spectrum = np.fft.rfft(pcm[0].astype(np.float64))
    return 10 * float(np.log10(np.square(np.abs(spectrum[1000 * SECONDS :])).sum())) - 100


def _write(path: Path, pcm: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(pcm * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def hum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """7.3 s of a hum: not a whole number of its periods, so that a hard cut would click."""
    return _write(tmp_path_factory.mktemp("music") / "hum.wav", _hum(7.303))


@pytest.fixture(scope="module")
def long_hum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Longer than the speech, so that no seam is in the way."""
    return _write(tmp_path_factory.mktemp("music") / "hum.wav", _hum(SECONDS + 2))


def _speech(decibels: float = -24.0) -> Pcm:
    """Noise above 1 kHz, as words with short pauses: from 4 to 7 s and from 10 to 12 s."""
    rng = np.random.default_rng(3)
    spectrum = np.fft.rfft(rng.standard_normal(SECONDS * AUDIO_RATE))
    spectrum[: 1000 * SECONDS] = 0
    pcm = np.fft.irfft(spectrum)
    at = np.arange(len(pcm)) / AUDIO_RATE
    spoken = ((at >= 4) & (at < 7)) | ((at >= 10) & (at < 12))
    pcm *= spoken & ((at * 4) % 1 < 0.8)
    return (pcm / pcm.std() * 10 ** (decibels / 20)).astype(np.float32)[None]


def _mix(speech: Pcm, plan: SoundPlan, folder: Path) -> Pcm:
    with mixed_sound([speech], plan, folder) as sound:
        mixed = np.concatenate(list(sound.blocks), axis=1)
    assert list(folder.iterdir()) == []
    return mixed


def _level(pcm: Pcm, start_s: float, end_s: float) -> float:
    """Of the hum alone, in decibels: the amplitude at its frequency."""
    part = pcm[0, round(start_s * AUDIO_RATE) : round(end_s * AUDIO_RATE)].astype(np.float64)
    at = np.arange(len(part)) / AUDIO_RATE
    window = np.hanning(len(part))
    found = abs(np.sum(part * window * np.exp(-2j * np.pi * HUM * at))) / window.sum()
    return 20 * float(np.log10(found + 1e-9))


class TestMusic:
    def test_a_loop_has_no_click_and_no_hole(self, hum: Path) -> None:
        samples = 30 * AUDIO_RATE
        music = examine_music(hum, 50, samples)
        assert music.samples == pytest.approx(7.303 * AUDIO_RATE, abs=2)
        pcm = np.concatenate(list(music_blocks(music, samples)), axis=1)
        assert pcm.shape == (2, samples)
        steepest = 0.1 * 2 * np.pi * HUM / AUDIO_RATE
        # In the seam two hums of another phase are heard together.
        assert float(np.abs(np.diff(pcm[0])).max()) < 1.6 * steepest
        levels = [_level(pcm, at, at + 0.25) for at in np.arange(2.0, 27.0, 0.25)]
        assert max(levels) < -26 + 3.5

    def test_music_that_is_unlike_itself_stays_as_loud_in_the_seam(self, tmp_path: Path) -> None:
        noise = np.random.default_rng(5).standard_normal(6 * RATE) * 0.05
        music = examine_music(_write(tmp_path / "noise.wav", noise), 50, 20 * AUDIO_RATE)
        pcm = np.concatenate(list(music_blocks(music, 20 * AUDIO_RATE)), axis=1)[
            :, 2 * AUDIO_RATE : -3 * AUDIO_RATE
        ]
        power = np.square(pcm[0, : 14 * AUDIO_RATE]).reshape(-1, AUDIO_RATE // 4).mean(axis=1)
        assert float(np.ptp(10 * np.log10(power))) < 1.5

    def test_it_fades_in_and_out(self, hum: Path) -> None:
        samples = 12 * AUDIO_RATE
        pcm = np.concatenate(list(music_blocks(examine_music(hum, 50, samples), samples)), axis=1)
        assert float(np.abs(pcm[:, :50]).max()) < 1e-4 and float(np.abs(pcm[:, -50:]).max()) < 1e-4
        assert _level(pcm, 0, 0.2) < _level(pcm, 2, 3) - 15
        assert _level(pcm, 11.6, 12) < _level(pcm, 2, 3) - 15

    def test_a_long_piece_is_not_looped(self, hum: Path) -> None:
        music = examine_music(hum, 50, 3 * AUDIO_RATE)
        assert music.samples == 3 * AUDIO_RATE
        assert sum(block.shape[1] for block in music_blocks(music, 3 * AUDIO_RATE)) == 3 * AUDIO_RATE

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("text.mp3", b"this is no music at all, but a long line of words " * 40, "cannot be decoded"),
            ("empty.wav", b"", "cannot be decoded"),
            ("header.wav", b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00", "decoded"),
        ],
    )
    def test_what_is_no_music_is_refused(self, tmp_path: Path, name: str, content: bytes, words: str) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MusicError, match=words):
            examine_music(tmp_path / name, 50, AUDIO_RATE)

    def test_a_list_of_other_files_is_not_followed(self, hum: Path, tmp_path: Path) -> None:
        (tmp_path / "hum.mp3").write_bytes(hum.read_bytes())
        (tmp_path / "list.mp3").write_text(
            "#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:7,\nhum.mp3\n#EXT-X-ENDLIST\n"
        )
        with pytest.raises(MusicError, match="cannot be decoded"):
            examine_music(tmp_path / "list.mp3", 50, AUDIO_RATE)

    def test_a_film_without_sound_is_no_music(self, package: Path) -> None:
        with pytest.raises(MusicError, match="no sound in it"):
            examine_music(package / "base.mp4", 50, AUDIO_RATE)

    def test_silent_and_very_short_files_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(MusicError, match="is silent"):
            examine_music(_write(tmp_path / "a.wav", np.zeros(3 * RATE)), 50, AUDIO_RATE)
        with pytest.raises(MusicError, match=r"lasts 0\.5 s"):
            examine_music(_write(tmp_path / "b.wav", _hum(0.5)), 50, AUDIO_RATE)

    def test_an_mp3_with_a_cover_is_music(self, hum: Path, tmp_path: Path) -> None:
        pcm = _hum(3).astype(np.float32)
        with av.open(str(tmp_path / "song.mp3"), "w") as song:
            stream = song.add_stream("mp3", rate=RATE, layout="mono")
            frame = av.AudioFrame.from_ndarray(pcm[None], format="fltp", layout="mono")
            frame.sample_rate = RATE
            song.mux(stream.encode(frame))
            song.mux(stream.encode(None))
        music = examine_music(tmp_path / "song.mp3", 50, 10 * AUDIO_RATE)
        assert music.samples == pytest.approx(3 * AUDIO_RATE, abs=4000)


class TestDucking:
    def test_it_is_down_when_a_word_begins_and_up_after_it(self) -> None:
        ducking = Ducking(is_speech(levels_of([_speech()])))

        def decibels(at_s: float) -> float:
            return 20 * float(np.log10(ducking.gain(round(at_s * AUDIO_RATE), 1)[0]))

        assert decibels(3.8) == pytest.approx(0, abs=0.1)
        assert -DEPTH_DB < decibels(3.92) < -1
        for at_s in (4.02, 5.0, 5.93, 6.7):  # pauses between words among them
            assert decibels(at_s) == pytest.approx(-DEPTH_DB, abs=0.2)
        assert -DEPTH_DB < decibels(7.5) < -1
        assert decibels(8.5) == pytest.approx(0, abs=0.1)
        steps = np.diff(20 * np.log10(ducking.gain(3 * AUDIO_RATE, 6 * AUDIO_RATE)))
        assert float(np.abs(steps).max()) * AUDIO_RATE < 200  # decibels a second: no jump

    def test_breath_and_clicks_are_no_speech(self) -> None:
        pcm = np.zeros(2 * AUDIO_RATE, np.float32)
        pcm[AUDIO_RATE : AUDIO_RATE + 9600] = 0.2
        pcm[10_000] = 0.9
        pcm[30_000:40_000] = 0.001
        speech = is_speech(levels_of([pcm[None]]))
        assert np.flatnonzero(speech).tolist() == list(range(100, 120))

    def test_without_speech_nothing_happens(self) -> None:
        assert (Ducking(is_speech(levels_of([]))).gain(0, 100) == 1).all()
        silent = np.zeros((1, AUDIO_RATE), np.float32)
        assert (Ducking(is_speech(levels_of([silent]))).gain(0, AUDIO_RATE) == 1).all()


class TestMix:
    def _music(self, long_hum: Path, volume: int = 50) -> Music:
        return examine_music(long_hum, volume, SECONDS * AUDIO_RATE)

    @pytest.mark.parametrize("decibels", [-38.0, -14.0])
    def test_speech_and_music_together_are_at_the_target(
        self, long_hum: Path, tmp_path: Path, decibels: float
    ) -> None:
        mixed = _mix(_speech(decibels), SoundPlan(self._music(long_hum), is_levelled=True), tmp_path)
        found = measure([mixed])
        assert found.integrated_lufs == pytest.approx(TARGET_LUFS, abs=0.3)
        assert found.true_peak_dbtp <= -1.5
        assert mixed.shape == (2, SECONDS * AUDIO_RATE)

    def test_the_music_steps_back_behind_the_speech(self, long_hum: Path, tmp_path: Path) -> None:
        mixed = _mix(_speech(), SoundPlan(self._music(long_hum), is_levelled=True), tmp_path)
        pause, spoken = _level(mixed, 2, 3.7), _level(mixed, 4.1, 6.9)
        assert pause - spoken == pytest.approx(DEPTH_DB, abs=1)
        assert _level(mixed, 8.5, 9.5) == pytest.approx(pause, abs=1.5)

    def test_the_volume_is_that_of_the_music(self, long_hum: Path, tmp_path: Path) -> None:
        levels = {}
        for volume in (100, 50, 10):
            plan = SoundPlan(self._music(long_hum, volume), is_levelled=True)
            mixed = _mix(_speech(), plan, tmp_path)
            levels[volume] = _level(mixed, 2, 3.7) - _voice(mixed)
        assert levels[100] - levels[50] == pytest.approx(6, abs=0.5)
        assert levels[50] - levels[10] == pytest.approx(14, abs=0.5)

    def test_volume_0_is_no_music(self, long_hum: Path, tmp_path: Path) -> None:
        with_none = _mix(_speech(), SoundPlan(is_levelled=True), tmp_path)
        silent = _mix(_speech(), SoundPlan(self._music(long_hum, 0), is_levelled=True), tmp_path)
        assert np.array_equal(silent, with_none)

    def test_a_louder_voice_stays_louder(self, long_hum: Path, tmp_path: Path) -> None:
        louder = _mix(_speech(-20.0), SoundPlan(is_levelled=True, voice_gain_db=4.0), tmp_path)
        assert measure([louder]).integrated_lufs == pytest.approx(TARGET_LUFS + 4, abs=0.3)
        music = self._music(long_hum)
        usual = _mix(_speech(), SoundPlan(music, is_levelled=True), tmp_path)
        forward = _mix(_speech(), SoundPlan(music, is_levelled=True, voice_gain_db=4.0), tmp_path)
        assert measure([forward]).integrated_lufs == pytest.approx(TARGET_LUFS, abs=0.3)
        behind = [_level(mixed, 2, 3.7) - _voice(mixed) for mixed in (usual, forward)]
        assert behind[0] - behind[1] == pytest.approx(4, abs=0.5)

    def test_without_levelling_speech_keeps_its_loudness(self, long_hum: Path, tmp_path: Path) -> None:
        speech = _speech(-34.0)
        assert np.allclose(_mix(speech, SoundPlan(), tmp_path), np.repeat(speech, 2, axis=0))
        loud, quiet = (
            _mix(_speech(level), SoundPlan(self._music(long_hum)), tmp_path) for level in (-28.0, -34.0)
        )
        assert _voice(quiet) == pytest.approx(_voice(speech), abs=0.2)
        # The music goes by the speech.
        assert _level(loud, 2, 3.7) - _level(quiet, 2, 3.7) == pytest.approx(6, abs=0.5)

    def test_music_alone_is_as_loud_as_its_volume_says(self, long_hum: Path, tmp_path: Path) -> None:
        silent = np.zeros((1, SECONDS * AUDIO_RATE), np.float32)
        mixed = _mix(silent, SoundPlan(self._music(long_hum, 50), is_levelled=True), tmp_path)
        assert measure([mixed]).integrated_lufs == pytest.approx(TARGET_LUFS - 6, abs=1)  # it fades

    def test_signs_of_life_come_all_the_time(self, long_hum: Path, tmp_path: Path) -> None:
        shares: list[float] = []
        plan = SoundPlan(self._music(long_hum), is_levelled=True)
        with mixed_sound([_speech()], plan, tmp_path, lambda _, share: shares.append(share)) as sound:
            assert len(shares) >= 3
            assert sum(block.shape[1] for block in sound.blocks) == SECONDS * AUDIO_RATE
        assert len(shares) >= 6 and shares == sorted(shares) and shares[-1] <= 1

    def test_the_same_again_is_the_same(self, long_hum: Path, tmp_path: Path) -> None:
        plan = SoundPlan(self._music(long_hum), is_levelled=True)
        assert np.array_equal(_mix(_speech(), plan, tmp_path), _mix(_speech(), plan, tmp_path))
