"""The presenters that ship with Greenroom. All are invented; none has the likeness of a person."""

from __future__ import annotations

from presets.body import Shape
from presets.description import Hair, Presenter
from presets.paint import SkinLook

ANNA = Presenter(
    name="anna",
    role="news anchor",
    seed=11,
    voice="kokoro-af_heart",
    shape=Shape(
        male=0.06, years=31, muscle=0.5, weight=0.45, proportions=0.9,
        details={
            "eyes/eye-scale-decr-incr": 0.35, "head/head-oval": 0.45, "head/head-scale-horiz-decr-incr": -0.25,
            "head/head-fat-decr-incr": -0.25, "chin/chin-width-decr-incr": -0.45, "cheek/cheek-bones-decr-incr": 0.35,
            "nose/nose-scale-vert-decr-incr": -0.15, "nose/nose-width2-decr-incr": -0.3, "nose/nose-point-up": 0.0,
            "mouth/mouth-scale-horiz-decr-incr": 0.20, "mouth/mouth-lowerlip-volume-decr-incr": 0.25,
            "mouth/mouth-upperlip-volume-decr-incr": 0.25, "neck/neck-scale-horiz-decr-incr": -0.25,
            "forehead/forehead-scale-vert-decr-incr": -0.25, "breast/breast-volume-vert-down-up": 0.0,
        },
    ),
    skin=SkinLook(tone=(0.62, 0.39, 0.285), blush=1.0, lips=(0.45, 0.13, 0.12), freckles=0.25, age=0.15, eyeshadow=0.22),
    hair=Hair("tied", (0.090, 0.046, 0.022), (0.060, 0.034, 0.020), front=0.56, part=0.30),
    clothes="blazer",
    colours=((0.022, 0.045, 0.11), (0.72, 0.70, 0.66)),
    iris=(0.050, 0.075, 0.070),
)  # fmt: skip

CAST = {p.name: p for p in (ANNA,)}
