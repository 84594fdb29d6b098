"""The presenters that ship with Greenroom. All are invented; none has the likeness of a person."""

from __future__ import annotations

from presets.body import Shape
from presets.description import Hair, Presenter
from presets.paint import SkinLook

_WOMAN = {
    "eyes/eye-scale-decr-incr": 0.35, "head/head-oval": 0.40, "head/head-scale-horiz-decr-incr": -0.22,
    "head/head-fat-decr-incr": -0.25, "chin/chin-width-decr-incr": -0.40, "cheek/cheek-bones-decr-incr": 0.30,
    "neck/measure-neck-height-decr-incr": -0.25, "torso/measure-shoulder-dist-decr-incr": -0.6,
    "arms/upperarm-fat-decr-incr": -0.7, "arms/lowerarm-fat-decr-incr": -0.4, "torso/torso-scale-horiz-decr-incr": -0.35, "arms/upperarm-shoulder-muscle-decr-incr": -0.5,
    "mouth/mouth-lowerlip-volume-decr-incr": 0.2,
}  # fmt: skip
_MAN = {
    "eyes/eye-scale-decr-incr": 0.35, "head/head-scale-horiz-decr-incr": -0.15, "head/head-fat-decr-incr": -0.2,
    "neck/measure-neck-height-decr-incr": -0.15, "torso/measure-shoulder-dist-decr-incr": -1.0,
    "torso/torso-scale-horiz-decr-incr": -0.4, "torso/torso-vshape-decr-incr": -0.4, "torso/torso-muscle-dorsi-decr-incr": -0.6,
    "arms/upperarm-shoulder-muscle-decr-incr": -1.0, "arms/upperarm-fat-decr-incr": -0.7, "arms/upperarm-muscle-decr-incr": -0.5,
}  # fmt: skip

_AWAKE = {
    "mouthSmile": 0.36, "eyeWide": 0.30, "cheekSquint": 0.12, "mouthPress": 0.10, "mouthClose": 0.06, "browInnerUp": 0.04,
}  # fmt: skip

_FRIENDLY = {
    "mouthSmile": 0.62, "mouthDimple": 0.15, "eyeWide": 0.08, "cheekSquint": 0.22, "mouthPress": 0.08, "mouthClose": 0.06,
    "browInnerUp": 0.05,
}  # fmt: skip

ANNA = Presenter(
    name="anna",
    role="news anchor",
    seed=11,
    voice="kokoro-af_heart",
    shape=Shape(
        male=0.06, years=31, weight=0.36, muscle=0.45, proportions=0.9,
        details=_WOMAN | {
            "nose/nose-scale-vert-decr-incr": -0.15, "nose/nose-width2-decr-incr": -0.3,
            "mouth/mouth-scale-horiz-decr-incr": 0.20, "mouth/mouth-upperlip-volume-decr-incr": 0.25,
            "forehead/forehead-scale-vert-decr-incr": -0.25,
        },
    ),
    skin=SkinLook((0.62, 0.39, 0.285), lips=(0.45, 0.13, 0.12), freckles=0.25, age=0.15, eyeshadow=-0.03),
    hair=Hair("tied", (0.090, 0.046, 0.022), (0.060, 0.034, 0.020), front=0.56, part=0.30, volume=0.085, scalp=0.95),
    clothes="blazer",
    colours=((0.013, 0.024, 0.055), (0.62, 0.60, 0.56)),
    iris=(0.050, 0.075, 0.070),
    rest_face=_FRIENDLY,
)  # fmt: skip

AMARA = Presenter(
    name="amara",
    role="doctor",
    seed=23,
    voice="kokoro-af_bella",
    shape=Shape(
        male=0.04, years=38, weight=0.52, proportions=0.85, african=1.0, caucasian=0.0,
        details=_WOMAN | {
            "head/head-round": 0.2, "cheek/cheek-volume-decr-incr": 0.3, "nose/nose-scale-horiz-decr-incr": -0.35,
            "eyes/eye-scale-decr-incr": 0.6, "chin/chin-width-decr-incr": -0.55, "head/head-scale-horiz-decr-incr": -0.30,
        },
    ),
    skin=SkinLook((0.205, 0.098, 0.058), blush=0.7, lips=(0.21, 0.065, 0.055), age=0.2, eyeshadow=-0.03),
    hair=Hair("coils", (0.012, 0.009, 0.008), (0.012, 0.009, 0.008), length=0.23, front=0.62, scalp=0.9, gloss=0.5),
    clothes="scrubs",
    colours=((0.035, 0.060, 0.135), (0.60, 0.60, 0.58)),
    iris=(0.050, 0.026, 0.014),
    rest_face=_FRIENDLY,
    brow_thick=0.8,
    brow_arch=1.2,
    brow_lift=0.02,
    skin_relief_mm=0.35,
    skin_gloss=0.8,
)  # fmt: skip

LEYLA = Presenter(
    name="leyla",
    role="livestream host",
    seed=37,
    voice="kokoro-af_sarah",
    shape=Shape(
        male=0.02, years=27, weight=0.48, proportions=0.9, african=0.12, asian=0.18, caucasian=0.7,
        details=_WOMAN | {"mouth/mouth-upperlip-volume-decr-incr": 0.3, "nose/nose-curve-convex": 0.0, "eyes/eye-scale-decr-incr": 0.5},
    ),
    skin=SkinLook((0.52, 0.30, 0.195), lips=(0.42, 0.10, 0.11), age=0.08, eyeshadow=-0.03),
    hair=Hair("scarf", (0.30, 0.105, 0.115), (0.020, 0.014, 0.011), front=0.60),
    clothes="tunic",
    colours=((0.16, 0.145, 0.135),),
    iris=(0.060, 0.034, 0.018),
    brow_thick=1.15,
    brow_arch=1.2,
    lashes=75,
    lash_length=0.060,
    rest_face=_FRIENDLY,
)  # fmt: skip

KENJI = Presenter(
    name="kenji",
    role="customer service",
    seed=41,
    voice="kokoro-am_michael",
    shape=Shape(male=0.95, years=27, weight=0.36, muscle=0.45, proportions=0.85, asian=1.0, caucasian=0.0, details=_MAN),
    skin=SkinLook((0.56, 0.345, 0.225), blush=0.75, lips=(0.42, 0.17, 0.14), beard=0.25, age=0.1, eyeshadow=-0.03),
    hair=Hair("short", (0.014, 0.011, 0.010), (0.014, 0.011, 0.010), length=0.38, sides=0.13, sweep=0.55, front=0.60, scalp=0.92, gloss=0.9),
    clothes="shirt",
    colours=((0.33, 0.45, 0.62),),
    iris=(0.036, 0.020, 0.012),
    rest_face=_FRIENDLY,
    brow_thick=1.2,
    brow_arch=0.5,
    head_size=1.10,
    lashes=55,
    lash_length=0.040,
)  # fmt: skip

MATEO = Presenter(
    name="mateo",
    role="guide",
    seed=53,
    voice="kokoro-am_puck",
    shape=Shape(male=1.0, years=43, weight=0.44, muscle=0.5, proportions=0.8, african=0.1, asian=0.15, caucasian=0.75, details=_MAN),
    skin=SkinLook((0.46, 0.262, 0.168), lips=(0.36, 0.135, 0.11), beard=0.85, age=0.4, eyeshadow=-0.03),
    hair=Hair("short", (0.030, 0.019, 0.013), (0.022, 0.015, 0.011), length=0.25, sides=0.10, sweep=-0.35, curl=0.10, front=0.64, recede=0.12, scalp=0.9),
    clothes="polo",
    colours=((0.42, 0.125, 0.055), (0.6, 0.55, 0.45)),
    iris=(0.062, 0.036, 0.018),
    brow_thick=1.3,
    brow_arch=0.6,
    head_size=1.10,
    lashes=60,
    lash_length=0.045,
    rest_face=_FRIENDLY,
)  # fmt: skip

HENRIK = Presenter(
    name="henrik",
    role="teacher",
    seed=67,
    voice="kokoro-bm_george",
    shape=Shape(male=1.0, years=60, weight=0.45, muscle=0.45, proportions=0.75, details=_MAN | {"head/head-rectangular": 0.2}),
    skin=SkinLook((0.62, 0.385, 0.285), blush=1.2, lips=(0.44, 0.19, 0.165), beard=0.35, age=0.75, eyeshadow=-0.03),
    hair=Hair("short", (0.30, 0.29, 0.275), (0.20, 0.185, 0.165), length=0.24, sides=0.10, sweep=0.45, front=0.68, recede=0.35, scalp=0.7, gloss=0.7),
    clothes="suit",
    colours=((0.055, 0.048, 0.040), (0.50, 0.54, 0.58)),
    iris=(0.075, 0.105, 0.135),
    brow_thick=1.25,
    brow_arch=0.5,
    head_size=1.09,
    lashes=45,
    lash_length=0.038,
    rest_face=_AWAKE | {"mouthSmile": 0.55, "mouthDimple": 0.12, "eyeWide": 0.32},
)  # fmt: skip

CAST = {p.name: p for p in (ANNA, AMARA, LEYLA, KENJI, MATEO, HENRIK)}
