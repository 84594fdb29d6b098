"""The visible label: words, size, corner, and a machine without the letters."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from greenroom.provenance.label import Label, Place, draw_sign, label_layer, label_of
from greenroom.stage.errors import SceneError
from greenroom.stage.subtitle_fonts import SubtitleFontError, font_chain


def test_the_settings_choose_words_and_corner() -> None:
    assert label_of("off", "Hello", None) is None
    assert label_of("default", None, None) == Label("AI-generated", 0.032, Place.TOP_LEFT)
    assert label_of("eu", "Made by a machine", "bottom-right") == Label(
        "Made by a machine", 0.032, Place.BOTTOM_RIGHT
    )


def test_letters_are_white_on_dark_and_as_high_as_asked() -> None:
    sign = draw_sign("AI", 40)
    alpha, white = sign[..., 3], (sign[..., :3].min(axis=2) > 200) & (sign[..., 3] > 200)
    rows = np.flatnonzero(white.any(axis=1))
    assert 24 <= rows[-1] - rows[0] + 1 <= 44, "capitals of letters of 40 pixels"
    assert alpha[0, 0] < 40 and alpha[alpha.shape[0] // 2, 2] > 100, "round corners, a ground that is seen"


@pytest.mark.parametrize("place", list(Place))
def test_it_lies_in_its_corner_inside_the_picture(tmp_path: Path, place: Place) -> None:
    layer = label_layer(Label("AI-generated", 0.05, place), (640, 360), (100, 40), tmp_path)
    assert layer.x is not None and layer.y is not None and layer.width and layer.height
    left, top = layer.x - 100, layer.y - 40
    assert left > 0 and left + layer.width < 640 and top > 0 and top + layer.height < 360
    assert (left < 100) == ("left" in place) and (top < 100) == ("top" in place)
    assert cv2.imread(str(tmp_path / "ai-label.png"), cv2.IMREAD_UNCHANGED).shape[2] == 4


def test_long_words_stay_in_a_narrow_picture(tmp_path: Path) -> None:
    layer = label_layer(Label("Made from beginning to end by a machine", 0.1), (128, 128), (0, 0), tmp_path)
    assert layer.width and layer.width <= 0.9 * 128


def test_letters_without_a_font_are_refused_and_latin_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str | None, text: str = "") -> None:
        raise SubtitleFontError("this machine has no fonts")

    monkeypatch.setattr("greenroom.provenance.label.font_chain", none)
    assert draw_sign("AI-generated", 30)[..., 3].max() > 200
    with pytest.raises(SceneError, match="AI生成"):
        draw_sign("AI生成", 30)


def test_chinese_letters_are_drawn_where_there_is_a_font() -> None:
    try:
        font_chain(None, "AI生成")
    except SubtitleFontError:
        pytest.skip("no Chinese font is installed")
    label = label_of("cn", None, None)
    assert label is not None
    sign = draw_sign(label.text, round(label.letters * 1080))
    white = np.flatnonzero(((sign[..., :3].min(axis=2) > 150) & (sign[..., 3] > 180)).any(axis=1))
    assert white[-1] - white[0] + 1 >= 0.05 * 1080, "as China's standard asks"
