from __future__ import annotations

import pytest

from greenroom.stage.clock import MediaClock, performance_frame


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("fps", [24, 25, 30])
def test_frames_cover_the_sound_and_no_more(rate: int, fps: int) -> None:
    clock = MediaClock(rate, fps)
    for samples in (1, rate - 1, rate, 7 * rate + 123):
        frames = clock.frames_for(samples)
        assert (frames - 1) * rate < samples * fps <= frames * rate


def test_no_drift_after_a_day() -> None:
    clock = MediaClock(44_100, 25)
    frame = 24 * 3600 * 25
    assert clock.first_sample(frame) == 24 * 3600 * 44_100
    assert clock.frame_at(clock.first_sample(frame)) == frame
    assert clock.frame_at(clock.first_sample(frame) - 1) == frame - 1


def test_other_rates_show_the_performance_in_time() -> None:
    assert [performance_frame(n, 25) for n in range(5)] == [0, 1, 2, 3, 4]
    for fps in (24, 30):
        for n in range(0, 10 * fps, 7):
            assert abs((n + 0.5) / fps - (performance_frame(n, fps) + 0.5) / 25) <= 0.5 / 25 + 1e-9
