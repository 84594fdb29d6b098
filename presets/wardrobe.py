"""Outfits: which garments make a blazer, scrubs, a polo shirt and so on."""

from __future__ import annotations

import numpy as np

from presets.description import Presenter
from presets.garments import Cloth, Tailor


def dress(t: Tailor, who: Presenter) -> list[Cloth]:
    """The clothes of a presenter, innermost first."""
    clothes = OUTFITS[who.clothes](t, who)
    if who.hair.kind == "scarf":
        clothes.append(t.scarf(who.hair.tint, who.seed, weave="plain", tiles=60.0, sheen=0.16, fold_mm=1.5))
    return clothes


def _buttons(
    t: Tailor, on: Cloth, ys: list[float], x: float, tint: tuple[float, float, float], radius: float = 0.055
) -> list[Cloth]:
    return [t.disc(x, t.pit[1] + y, radius, on.part, tint) for y in ys]


def blazer(t: Tailor, who: Presenter) -> list[Cloth]:
    """A blazer over a plain top."""
    outer, inner = who.colours[0], who.colours[1]
    top = t.top(
        inner, 0.05, front=0.16, back=0.24, calm=8, weave="plain", tiles=60.0, sheen=0.12, fold_mm=2.5
    )
    return [top, *_jacket(t, outer, top)]


def _jacket(t: Tailor, outer: tuple[float, float, float], under: Cloth) -> list[Cloth]:
    look = {"weave": "twill", "tiles": 30.0, "sheen": 0.10, "weave_mm": 0.3}
    bottom = 2.55
    jacket = t.top(
        outer,
        0.13,
        1.93,
        front=-0.15,
        back=0.30,
        v=(bottom, None, 0.80),
        calm=14,
        loose=0.14,
        fold_mm=5.0,
        hem=0.06,
        **look,
    )
    t.lay_over(jacket.part, under.part, 0.05)
    pieces = [jacket, t.lapels(jacket, bottom, **look)]
    dark = tuple(c * 0.35 + 0.004 for c in outer)
    return pieces + _buttons(t, jacket, [-bottom - 0.10], 0.02, dark, 0.075)  # type: ignore[arg-type]


def suit(t: Tailor, who: Presenter) -> list[Cloth]:
    """A jacket over an open shirt."""
    outer, shirt = who.colours[0], who.colours[1]
    under = t.top(
        shirt,
        0.05,
        front=0.02,
        back=0.40,
        v=(0.95, 0.20, 1.0),
        calm=8,
        weave="plain",
        tiles=60.0,
        fold_mm=2.5,
        hem=0.05,
    )
    collar = t.shirt_collar(shirt, 0.36, 0.40, weave="plain", tiles=60.0)
    return [under, collar, *_jacket(t, outer, under)]


def shirt(t: Tailor, who: Presenter) -> list[Cloth]:
    """A shirt with a collar and a button row."""
    tint = who.colours[0]
    body = t.top(
        tint,
        0.07,
        front=0.02,
        back=0.40,
        v=(0.62, 0.16, 1.0),
        calm=9,
        weave="plain",
        tiles=60.0,
        fold_mm=6.0,
        hem=0.05,
    )
    y = np.linspace(t.pit[1] - 0.62, t.pit[1] - 4.6, 60)
    flat = np.stack([np.linspace(-0.11, 0.11, 6)[None] * np.ones((60, 1)), y[:, None] * np.ones((1, 6))], -1)
    lift = np.full((60, 6), 0.022)
    lift[:, 0] = lift[:, -1] = 0.004
    placket = t.patch(flat, lift, body.part, tint, fold_mm=1.5, weave="plain", tiles=60.0)
    pearl = tuple(0.5 * c + 0.32 for c in tint)
    return [
        body,
        placket,
        t.shirt_collar(tint, 0.20, 0.38, weave="plain", tiles=60.0),
        *_buttons(t, body, [-1.05, -1.75, -2.45, -3.15], 0.0, pearl, 0.045),
    ]  # type: ignore[arg-type]


def polo(t: Tailor, who: Presenter) -> list[Cloth]:
    """A short-sleeved shirt with a soft collar."""
    tint, trim = who.colours[0], who.colours[1]
    body = t.top(
        tint,
        0.08,
        0.62,
        front=0.02,
        back=0.40,
        v=(0.70, 0.17, 1.0),
        calm=9,
        loose=0.16,
        weave="pique",
        tiles=34.0,
        weave_mm=0.4,
        fold_mm=6.0,
        hem=0.09,
    )
    y = np.linspace(t.pit[1] - 0.62, t.pit[1] - 1.35, 30)
    flat = np.stack([np.linspace(-0.13, 0.13, 6)[None] * np.ones((30, 1)), y[:, None] * np.ones((1, 6))], -1)
    placket = t.patch(flat, np.full((30, 6), 0.02), body.part, tint, fold_mm=1.0, weave="pique", tiles=34.0)
    return [
        body,
        placket,
        t.shirt_collar(tint, 0.28, 0.36, weave="pique", tiles=34.0, weave_mm=0.4),
        *_buttons(t, body, [-0.85, -1.20], 0.0, trim, 0.045),
    ]


def scrubs(t: Tailor, who: Presenter) -> list[Cloth]:
    """A clinical tunic with a bound V and a stethoscope."""
    tint = who.colours[0]
    v = (0.95, 0.46, 0.9)
    body = t.top(
        tint,
        0.10,
        0.66,
        front=-0.05,
        back=0.30,
        v=v,
        calm=10,
        loose=0.20,
        weave="plain",
        tiles=50.0,
        fold_mm=7.0,
        hem=0.10,
    )
    under = t.top(
        who.colours[1], 0.05, 0.5, front=0.32, back=0.15, calm=8, weave="knit", tiles=40.0, fold_mm=2.0
    )
    s = np.linspace(0, 1, 60)
    pit = t.pit
    cords = []
    for sign in (1.0, -1.0):
        x = sign * np.interp(s, [0, 0.25, 0.7, 1], [0.62, 0.74, 0.66, 0.52])
        y = pit[1] + np.interp(s, [0, 0.25, 0.7, 1], [0.15, -0.5, -1.9, -2.7])
        cords.append(t.tube(np.stack([x, y], 1), 0.032, body.part, (0.02, 0.025, 0.03), 0.02))
    chest = t.disc(0.52, pit[1] - 2.78, 0.155, body.part, (0.45, 0.46, 0.48), 0.09)
    chest.metal = True
    return [under, body, *cords, chest]


def jumper(t: Tailor, who: Presenter) -> list[Cloth]:
    """A knitted jumper with a ribbed neck."""
    tint = who.colours[0]
    body = t.top(
        tint,
        0.12,
        front=0.14,
        back=0.36,
        calm=12,
        loose=0.18,
        weave="knit",
        tiles=26.0,
        weave_mm=1.0,
        sheen=0.22,
        fold_mm=6.0,
    )
    return [body, t.ribbed_neck(tint, 0.12, 0.38)]


def tunic(t: Tailor, who: Presenter) -> list[Cloth]:
    """A plain long-sleeved dress top, for under a scarf."""
    return [
        t.top(
            who.colours[0],
            0.10,
            front=0.05,
            back=0.35,
            calm=12,
            loose=0.15,
            weave="twill",
            tiles=34.0,
            sheen=0.14,
            fold_mm=5.0,
        )
    ]


OUTFITS = {
    "blazer": blazer,
    "suit": suit,
    "shirt": shirt,
    "polo": polo,
    "scrubs": scrubs,
    "jumper": jumper,
    "tunic": tunic,
}
