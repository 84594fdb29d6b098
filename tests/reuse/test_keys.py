"""What a piece's name depends on."""

from __future__ import annotations

from pathlib import Path

from greenroom.reuse.keys import piece_key, with_contents


def test_content_counts_and_place_does_not(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"one")
    (tmp_path / "b.wav").write_bytes(b"one")
    (tmp_path / "c.wav").write_bytes(b"two")
    keys = {
        name: piece_key("project", "segment", {"speech": str(tmp_path / name), "fps": 25})
        for name in ("a.wav", "b.wav", "c.wav")
    }
    assert keys["a.wav"] == keys["b.wav"] != keys["c.wav"]
    before = keys["a.wav"]
    (tmp_path / "a.wav").write_bytes(b"changed")
    assert piece_key("project", "segment", {"speech": str(tmp_path / "a.wav"), "fps": 25}) != before


def test_a_folder_counts_with_the_names_in_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mouth.onnx").write_bytes(b"weights")
    assert with_contents([str(tmp_path / "one")]) == with_contents([str(tmp_path / "two")])
    (tmp_path / "two" / "mouth.onnx").rename(tmp_path / "two" / "eyes.onnx")
    assert with_contents([str(tmp_path / "one")]) != with_contents([str(tmp_path / "two")])


def test_every_member_counts_also_one_that_is_new() -> None:
    scene = {"text": "A lamp.", "seed": 0}
    keys = {
        piece_key("project", "segment", scene),
        piece_key("project", "speech", scene),
        piece_key("another", "segment", scene),
        piece_key("project", "segment", {**scene, "seed": 1}),
        piece_key("project", "segment", {**scene, "layers": []}),
    }
    assert len(keys) == 5 and all(len(key) == 64 for key in keys)
    assert piece_key("project", "segment", {"seed": 0, "text": "A lamp."}) in keys


def test_a_text_that_is_no_path_stays_a_text() -> None:
    for text in ("/no/such/file", "/" + "x" * 5000, "a\0b", "/a\0b"):
        assert with_contents({"text": text}) == {"text": text}
