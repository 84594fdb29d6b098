from __future__ import annotations

from pathlib import Path

import pytest

from greenroom.cli.errors import UserError
from greenroom.cli.studio import TimeLeft, digest
from greenroom.cli.video import parse_background, parse_codec, parse_size


class TestTimeLeft:
    def test_from_the_pace_of_the_last_minute(self) -> None:
        now = [100.0]
        left = TimeLeft(lambda: now[0])
        assert left.text(0.1) == ""
        now[0] = 110.0
        assert left.text(0.5) == "0:12 left"
        # From here on it is slower: a hundredth every ten seconds.
        for step in range(1, 21):
            now[0] += 10.0
            text = left.text(0.5 + step / 100)
        assert text == "5:00 left"
        assert left.text(1.0) == ""


class TestDigest:
    def test_a_file_counts_by_its_content(self, tmp_path: Path) -> None:
        one, two, other = tmp_path / "one", tmp_path / "two", tmp_path / "other"
        one.write_bytes(b"film")
        two.write_bytes(b"film")
        other.write_bytes(b"filn")
        assert digest("train", one) == digest("train", two)
        assert digest("train", one) != digest("train", other)
        assert digest("train", one) != digest("video", one)


class TestParse:
    def test_size(self) -> None:
        assert parse_size("1280x720") == (1280, 720)
        with pytest.raises(UserError, match="1920x1080"):
            parse_size("720p")

    def test_background(self, tmp_path: Path) -> None:
        picture = tmp_path / "wall.png"
        picture.write_bytes(b"")
        assert parse_background("#00aa88") == "#00AA88"
        assert parse_background("white") == "#FFFFFF"
        assert parse_background(str(picture)) == picture
        assert parse_background(None) is None
        with pytest.raises(UserError, match="neither a colour"):
            parse_background("nowhere.png")

    def test_codec_by_the_ending(self) -> None:
        assert parse_codec(None, Path("a.mp4"), None) == "H264"
        assert parse_codec(None, Path("a.WEBM"), "transparent") == "VP9"
        assert parse_codec(None, Path("a.mov"), None) == "PRORES_4444"
        assert parse_codec("qtrle", Path("a.mov"), None) == "QTRLE"
        assert parse_background("transparent") == "transparent"

    def test_codecs_that_do_not_fit(self) -> None:
        with pytest.raises(UserError, match="choose one of H264, H265"):
            parse_codec("AV1", Path("a.mp4"), None)
        with pytest.raises(UserError, match=r"VP9 goes into a \.webm file: name it a\.webm"):
            parse_codec("VP9", Path("a.mp4"), None)
        with pytest.raises(UserError, match=r"\.mp4 file cannot be transparent"):
            parse_codec(None, Path("a.mp4"), "transparent")
