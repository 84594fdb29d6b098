"""Draws what the film shows: pictures, clips, music and a deck, all invented and the same each time."""

from __future__ import annotations

import math
import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Emu, Pt

FPS = 25
NIGHT, DUSK, SEA = (64, 40, 22), (118, 92, 160), (96, 70, 30)
LAMP = (120, 215, 255)


def draw_all(folder: Path) -> dict[str, Path]:
    """Every file of the film, by its name in the script."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "harbour": _video(folder / "harbour.mp4", harbour(6.0, (1280, 720)), "libx264", "yuv420p"),
        "waves": _video(folder / "waves.mp4", waves(5.0, (640, 400)), "libx264", "yuv420p"),
        "moths": _video(folder / "moths.webm", moths(4.0, (720, 720)), "libvpx-vp9", "yuva420p"),
        "lamp": _picture(folder / "lamp.png", lamp(700, 1000)),
        "chart": _picture(folder / "chart.png", chart(1000, 640)),
        "office": _picture(folder / "office.jpg", office(1920, 1080)),
        "quay": _picture(folder / "quay.jpg", quay(1920, 1080)),
        "music": _music(folder / "music.wav", 24),
        "deck": _deck(folder / "deck.pptx"),
    }
    return files


def harbour(seconds: float, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Dusk over water: a sky, hills, and lamps whose light trembles on the sea."""
    width, height = size
    horizon = int(height * 0.56)
    rows = np.arange(height, dtype=np.float32)[:, None, None]
    sky = np.array(NIGHT) + (np.array(DUSK) - np.array(NIGHT)) * np.clip(rows / horizon, 0, 1)
    still = np.broadcast_to(sky, (height, width, 3)).astype(np.uint8).copy()
    across = np.arange(width)
    ridge = horizon - 40 - 26 * np.sin(across / width * 9) - 14 * np.sin(across / width * 23 + 1)
    hills = np.stack([across, ridge], axis=1)
    hills = np.concatenate([[[0, horizon]], hills, [[width, horizon]]])
    cv2.fillPoly(still, [np.round(hills * 16).astype(np.int32)], (58, 44, 40), cv2.LINE_AA, shift=4)
    lamps = [(int(width * (0.04 + 0.92 * n / 13)), horizon - 12 - 9 * (n % 3)) for n in range(14)]
    frames = round(seconds * FPS)
    for number in range(frames):
        phase = 2 * math.pi * number / frames
        picture = still.astype(np.float32)
        depth = (np.arange(horizon, height) - horizon)[:, None]
        ripple = np.sin(depth / (4 + depth / 26) - 3 * phase + across[None] / 90) * 7
        picture[horizon:] = np.array(SEA) + ripple[..., None] * np.array([1.0, 0.9, 0.7])
        lit = np.zeros((height, width, 3), np.uint8)
        for place, (x, y) in enumerate(lamps):
            cv2.circle(lit, (x, y), 5, LAMP, -1, cv2.LINE_AA)
            for step in range(0, height - horizon, 7):
                shift = int(6 * math.sin(step / 11 - 2 * phase + place))
                reach = max(1, int(10 - step / 40))
                fade = max(0.0, 0.5 - step / (height - horizon) * 0.5)
                colour = tuple(fade * value for value in LAMP)
                cv2.line(
                    lit, (x + shift - reach, horizon + step), (x + shift + reach, horizon + step), colour, 2
                )
        glow = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), 0.8)
        glow += cv2.GaussianBlur(glow, (0, 0), 12) * 2
        yield np.clip(picture + glow, 0, 255).astype(np.uint8)


def waves(seconds: float, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Bands of water in a round-cornered window."""
    width, height = size
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    frames = round(seconds * FPS)
    for number in range(frames):
        phase = 2 * math.pi * number / frames
        swell = np.sin(rows / 17 + 2.2 * np.sin(columns / 120 + phase) - 2 * phase)
        light = np.clip((swell + 0.4 * np.sin(columns / 45 - phase)) * 0.5 + 0.5, 0, 1)[..., None]
        yield (np.array([70, 44, 16]) + light**2 * np.array([150, 150, 90])).astype(np.uint8)


def moths(seconds: float, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Sparks that circle a middle, over nothing: BGRA."""
    width, height = size
    frames = round(seconds * FPS)
    for number in range(frames):
        phase = 2 * math.pi * number / frames
        picture = np.zeros((height, width, 4), np.float32)
        for moth in range(9):
            turn = phase * (1 if moth % 2 else -1) + moth * 0.9
            reach = 0.24 + 0.2 * math.sin(moth * 1.7 + phase)
            x, y = width * (0.5 + reach * math.cos(turn)), height * (0.5 + 0.8 * reach * math.sin(turn))
            cv2.circle(picture, (int(x), int(y)), 5 + moth % 3, (150, 225, 255, 255), -1, cv2.LINE_AA)
        soft = cv2.GaussianBlur(picture, (0, 0), 7)
        alpha = np.clip(soft[..., 3:] * 2.2, 0, 255)
        colour = np.full((height, width, 3), (150, 225, 255), np.float32)
        yield np.concatenate([colour, alpha], axis=2).astype(np.uint8)


def lamp(width: int, height: int) -> np.ndarray:
    """A lantern with a glow, over nothing: BGRA."""
    alpha = np.zeros((height, width), np.uint8)
    middle = width // 2
    body = np.array([[middle - 150, 330], [middle + 150, 330], [middle + 110, 760], [middle - 110, 760]])
    cv2.fillPoly(alpha, [body], 235, cv2.LINE_AA)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    flame = np.exp(-(((columns - middle) / 90) ** 2 + ((rows - 560) / 170) ** 2))
    colour = np.array([60, 150, 215]) + flame[..., None] * np.array([120, 95, 40])
    colour = np.clip(colour, 0, 255).astype(np.uint8)
    for box in ((middle - 190, 270, middle + 190, 330), (middle - 140, 760, middle + 140, 830)):
        cv2.rectangle(colour, box[:2], box[2:], (70, 62, 58), -1)
        cv2.rectangle(alpha, box[:2], box[2:], 255, -1)
    roof = np.array([[middle - 170, 270], [middle + 170, 270], [middle + 40, 170], [middle - 40, 170]])
    cv2.fillPoly(colour, [roof], (84, 74, 70), cv2.LINE_AA)
    cv2.fillPoly(alpha, [roof], 255, cv2.LINE_AA)
    cv2.circle(colour, (middle, 140), 36, (84, 74, 70), 12, cv2.LINE_AA)
    cv2.circle(alpha, (middle, 140), 36, 255, 12, cv2.LINE_AA)
    for x in (middle - 130, middle, middle + 130):
        foot = middle + int((x - middle) * 0.75)
        cv2.line(colour, (x, 330), (foot, 760), (70, 62, 58), 10, cv2.LINE_AA)
    halo = np.exp(-(((columns - middle) / 260) ** 2 + ((rows - 550) / 300) ** 2)) * 150
    colour[alpha < 1] = (150, 215, 255)
    alpha = np.maximum(halo, alpha)
    return np.concatenate([colour, alpha[..., None]], axis=2).astype(np.uint8)


def chart(width: int, height: int) -> np.ndarray:
    """Bars that grow, on a sheet of paper."""
    sheet = np.full((height, width, 3), 248, np.uint8)
    cv2.line(sheet, (90, height - 80), (width - 40, height - 80), (120, 110, 100), 4)
    lit = (205, 310, 385, 520, 670, 886)
    step = (width - 160) // len(lit)
    for number, lamps in enumerate(lit):
        left = 110 + number * step
        top = height - 80 - int(lamps / 1000 * (height - 200))
        cv2.rectangle(sheet, (left, top), (left + step - 34, height - 82), (176, 122 + 12 * number, 60), -1)
        for words, place in ((str(2021 + number), height - 36), (str(lamps), top - 16)):
            cv2.putText(
                sheet, words, (left + 8, place), cv2.FONT_HERSHEY_DUPLEX, 1.0, (90, 80, 70), 2, cv2.LINE_AA
            )
    cv2.putText(
        sheet, "Lamps of the harbour", (90, 70), cv2.FONT_HERSHEY_DUPLEX, 1.4, (70, 60, 50), 2, cv2.LINE_AA
    )
    return sheet


def office(width: int, height: int) -> np.ndarray:
    """A wall with soft light from a window, a shelf and its shadow."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    light = np.exp(-(((columns / width - 0.22) / 0.4) ** 2 + ((rows / height - 0.2) / 0.6) ** 2))
    wall = np.array([150, 158, 160]) + light[..., None] * np.array([56, 66, 72])
    for left in range(4):
        x = int(width * (0.06 + 0.07 * left))
        bar = np.exp(-(((columns - x - rows * 0.18) / 70) ** 2))[..., None]
        wall += bar * 16 * (rows < height * 0.75)[..., None]
    wall[int(height * 0.82) :] = np.array([92, 112, 132])
    wall[int(height * 0.82) : int(height * 0.825)] = np.array([70, 84, 100])
    noise = np.random.default_rng(1).normal(0, 1.6, (height, width, 1))
    return np.clip(cv2.GaussianBlur(wall, (0, 0), 6) + noise, 0, 255).astype(np.uint8)


def quay(width: int, height: int) -> np.ndarray:
    """The last picture of the harbour clip, out of focus."""
    picture = next(harbour(0.04, (width, height)))
    return cv2.GaussianBlur(picture, (0, 0), 9)


def _picture(path: Path, picture: np.ndarray) -> Path:
    cv2.imwrite(str(path), picture)
    return path


def _video(path: Path, pictures: Iterator[np.ndarray], codec: str, pixels: str) -> Path:
    options = (
        {"crf": "18"}
        if codec == "libx264"
        else {"crf": "24", "b": "0", "cpu-used": "6", "deadline": "realtime"}
    )
    with av.open(str(path), "w") as movie:
        stream = None
        for number, picture in enumerate(pictures):
            if stream is None:
                stream = movie.add_stream(codec, rate=FPS, options=options)
                stream.width, stream.height, stream.pix_fmt = picture.shape[1], picture.shape[0], pixels
            frame = av.VideoFrame.from_ndarray(picture, format="bgra" if picture.shape[2] == 4 else "bgr24")
            frame = frame.reformat(format=pixels)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            movie.mux(stream.encode(frame))
        movie.mux(stream.encode(None))
    return path


def _music(path: Path, seconds: int) -> Path:
    """Slow chords with plucked notes above them."""
    rate = 48_000
    time_s = np.arange(seconds * rate) / rate
    roots = np.array([146.8, 123.5, 98.0, 110.0])[(time_s / 3).astype(int) % 4]
    pad = sum(np.sin(2 * np.pi * roots * ratio * time_s) for ratio in (1.0, 1.5, 2.0)) * 0.05
    pluck = np.zeros_like(time_s)
    for note in range(seconds * 2):
        start = note * rate // 2
        pitch = 146.8 * 2 ** ((0, 7, 12, 16, 19, 12, 7, 4)[note % 8] / 12)
        span = time_s[: min(rate, len(time_s) - start)]
        pluck[start : start + len(span)] += 0.12 * np.sin(2 * np.pi * pitch * 2 * span) * np.exp(-span * 4)
    samples = np.round(np.clip(pad + pluck, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def _deck(path: Path) -> Path:
    """A page with a title and three lines, and notes that are said."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Emu(12192000), Emu(6858000)
    page = deck.slides.add_slide(deck.slide_layouts[6])
    page.background.fill.solid()
    page.background.fill.fore_color.rgb = RGBColor(0xF4, 0xF1, 0xEA)
    lines = [("Three promises", 44), ("Every lamp is lit by six", 30), ("Every pane is clean", 30)]
    lines.append(("Nobody comes home in the dark", 30))
    for number, (text, size) in enumerate(lines):
        box = page.shapes.add_textbox(Emu(700000), Emu(700000 + 1150000 * number), Emu(7000000), Emu(900000))
        run = box.text_frame.paragraphs[0].add_run()
        run.text, run.font.size = text, Pt(size)
        run.font.bold = number == 0
        run.font.color.rgb = RGBColor(0x20, 0x38, 0x5C)
    page.notes_slide.notes_text_frame.text = (
        "We make three promises. The first: every lamp is lit by six. The second: every pane is clean, "
        "inside and outside. And the third is the one that matters: nobody comes home in the dark."
    )
    deck.save(path)
    return path
