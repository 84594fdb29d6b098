"""Business cards as pictures: all texts are on them, whatever their length and script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from greenroom.engines.mouth.package import write_manifest
from greenroom.engines.photo.painter import FACE
from greenroom.stage.subtitle_fonts import scripts_without_font
from greenroom.video.cards.drawing import draw
from greenroom.video.cards.looks import CANVAS, LOOKS, OWN

TEXTS = {
    "name": "Mira Halloway",
    "title": "Head of Lanterns",
    "company": "Northlight Lamps Ltd",
    "phone": "+00 555 0100",
    "mail": "mira@northlight.example",
    "address": "7 Harbour Lane, Eastport",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """As much of a photo's package as a card asks for."""
    folder = tmp_path / "avatar"
    folder.mkdir()
    places = np.array([[[300.0, 120.0], [300.0, 420.0]]] * 3, np.float32)
    np.savez(folder / FACE, places=places)
    write_manifest(
        folder, {"name": "Mira", "fps": 25, "size": [600, 800], "frame_count": 3, "segments": [[0, 2]]}
    )
    return folder


def drawn(package: Path, **members: Any) -> tuple[Any, dict[str, int]]:
    """The card [height, width, 3], and the person's place."""
    out, place = package.parent / "card.png", package.parent / "card.json"
    payload = {
        "templet": "business-card-light",
        "texts": TEXTS,
        "templet_picture": None,
        "logo": None,
        "package": str(package),
        "canvas": list(CANVAS),
        "out": str(out),
        "place": str(place),
    }
    draw({**payload, **members}, lambda stage, done: None)
    return np.asarray(Image.open(out)), json.loads(place.read_text())


def ink(card: Any) -> Any:
    """Where the text's panel is not of its background."""
    panel = card[:, CANVAS[0] // 2 :].astype(int)
    return np.abs(panel - panel[2, -2]).max(axis=2) > 60


@pytest.mark.parametrize("templet", [name for name in LOOKS if name != OWN])
def test_every_look_has_its_texts_within_the_panel(package: Path, templet: str) -> None:
    card, _ = drawn(package, templet=templet)
    assert card.shape == (CANVAS[1], CANVAS[0], 3)
    found = ink(card)
    assert found.sum() > 5000
    assert not found[:, -40:].any()
    assert not found[:20].any() and not found[-20:].any()


def test_each_text_more_is_more_on_the_card(package: Path) -> None:
    short, _ = drawn(package, texts={"name": "Mira Halloway"})
    long, _ = drawn(package)
    assert ink(long).sum() > 1.5 * ink(short).sum()


def test_the_longest_texts_of_the_contract_fit(package: Path) -> None:
    texts = {name: ("Wide Lantern " * 20)[:length] for name, length in {
        "name": 32, "company": 256, "title": 128, "mobile_phone": 32, "phone": 32, "mail": 64, "address": 256,
        "other1": 256, "other2": 256, "other3": 256}.items()}  # fmt: skip
    found = ink(drawn(package, texts=texts)[0])
    assert not found[:20].any() and not found[-8:].any() and not found[:, -40:].any()


@pytest.mark.skipif("Chinese" in scripts_without_font(), reason="no Chinese font is installed")
def test_chinese_is_drawn(package: Path) -> None:
    assert ink(drawn(package, texts={"name": "林晓光", "company": "北光灯具有限公司"})[0]).sum() > 2000


def test_the_person_stands_on_the_left_with_their_feet_below_the_edge(package: Path) -> None:
    _, place = drawn(package)
    scale = place["height"] / 800
    face = place["dx"] + 300 * scale
    assert 0.15 * CANVAS[0] < face < 0.3 * CANVAS[0]
    assert place["dy"] + place["height"] >= CANVAS[1] - 1
    assert abs(place["width"] / place["height"] - 600 / 800) < 0.01


def test_a_logo_and_a_picture_of_ones_own(package: Path) -> None:
    wall, logo = package.parent / "wall.png", package.parent / "logo.png"
    Image.new("RGB", (640, 480), (200, 30, 30)).save(wall)
    Image.new("RGBA", (100, 50), (0, 90, 200, 255)).save(logo)
    card, _ = drawn(package, templet=OWN, templet_picture=str(wall), logo=str(logo))
    assert tuple(card[500, 100]) == (200, 30, 30)
    assert (np.abs(card.astype(int) - (0, 90, 200)).max(axis=2) < 5).sum() > 3000
