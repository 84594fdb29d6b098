"""The words of a recording beside its text."""

from __future__ import annotations

import numpy as np
import pytest
from tests.voices import sounds

from greenroom.engines.whisper.recogniser import WhisperRecogniser
from greenroom.subtitles.speaking import can_hear
from greenroom.voices.recordings.check import check_recording
from greenroom.voices.recordings.faults import RecordingReport
from greenroom.voices.recordings.recording import Recording
from greenroom.voices.recordings.words import compare


class TestCompare:
    @pytest.mark.parametrize(
        ("text", "heard", "language"),
        [
            ("Turn left, then right!", "turn left then right", "en-US"),
            ("We sell 12 apples.", "We sell twelve apples.", "en-US"),
            ("The shoemaker’s door", "The shoe maker's door", "en-US"),
            ("The colour of Mr. Reed's hat", "the color of Mister Reeds hat", "en-US"),
            ("她在那儿等他。", "他在那儿等她", "zh-CN"),
            ("我有12个苹果", "我有十二个苹果", "zh-CN"),
        ],
    )
    def test_what_sounds_alike_is_alike(self, text: str, heard: str, language: str) -> None:
        assert compare(text, heard, language).error_rate == 0

    def test_missing_words_are_placed_in_the_text(self) -> None:
        text = "Please close the heavy door."
        found = compare(text, "please close the door", "en-US")
        assert found.error_rate == pytest.approx(1 / 5)
        assert "".join(text[place] for place in found.unmatched) == "heavy"
        assert found.missing == ("heavy",)

    def test_extra_words_count(self) -> None:
        assert compare("one two", "one and a two", "en-US").error_rate == 1

    def test_another_text_is_far(self) -> None:
        assert compare("春天来了，树发芽了。", "请把窗户关上好吗", "zh-CN").error_rate > 0.8

    def test_nothing_was_heard(self) -> None:
        assert compare("one two", "", "en-US").error_rate == 1


@pytest.mark.media
@pytest.mark.skipif(not can_hear(), reason="speech recognition is not installed")
class TestHeard:
    hear = staticmethod(WhisperRecogniser(1).words)

    def report(self, text: str | None, pcm: sounds.Pcm | None = None) -> RecordingReport:
        own, rate = sounds.said()
        given = Recording("take 7", own if pcm is None else pcm, rate, text, "en-US")
        return check_recording(given, self.hear)

    def test_the_right_words_pass(self) -> None:
        report = self.report(sounds.SENTENCE)
        assert report.is_fit, [fault.line for fault in report.faults]
        assert report.measures["error_rate"] <= 0.1
        assert 120 < report.measures["words_per_minute"] < 260

    def test_another_text_is_refused(self) -> None:
        report = self.report("Nine huge trucks carried gravel up the hill while the foreman shouted.")
        (fault,) = report.faults
        assert fault.code == "OTHER_TEXT" and "orchard" in fault.line

    def test_a_wrong_ending_is_refused_with_the_words_and_their_time(self) -> None:
        text = "The orchard opens at nine, and we sell tractors, hammers and wooden ladders to farmers."
        report = self.report(text)
        (fault,) = report.faults
        assert fault.code == "WORDS" and "tractors" in fault.line
        assert fault.ranges[0][0] > 2.0
        assert "hammers" in "".join(text[place] for place in report.unmatched)

    def test_without_a_text_what_is_heard_is_taken(self) -> None:
        report = self.report(None)
        assert report.is_fit and report.text is not None and "orchard" in report.text

    def test_no_speech_at_all_is_refused(self) -> None:
        tone = np.random.default_rng(3).standard_normal(60_000).astype(np.float32) * 0.1
        assert not self.report(None, tone).is_fit


def test_without_a_recogniser_the_report_says_so() -> None:
    pcm, rate = sounds.said()
    with_text = check_recording(Recording("take 7", pcm, rate, "text", "en-US"), None)
    assert with_text.is_fit and "not compared" in with_text.faults[-1].line
    without = check_recording(Recording("take 7", pcm, rate, None, "en-US"), None)
    assert not without.is_fit and "upload its text" in without.faults[-1].line
