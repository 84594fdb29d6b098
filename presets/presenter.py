"""One presenter, put together: made, lit once, and drawn frame by frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import moderngl
import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter

from presets import face_hair, head_hair, light, paint, strands
from presets.anatomy import UNITS, Anatomy, Part
from presets.description import Presenter
from presets.garments import Cloth, Tailor, hidden
from presets.growth import Grower
from presets.mesh import F32, F64, I32, neighbour_mean
from presets.poses import Pose, bone_turns
from presets.stage import Camera, Drawn, Stage
from presets.wardrobe import dress

_APART = {
    "jawOpen": 1.0, "mouthLowerDownLeft": 0.35, "mouthLowerDownRight": 0.35, "mouthUpperUpLeft": 0.3,
    "mouthUpperUpRight": 0.3, "mouthFunnel": 0.15, "mouthPucker": -0.1, "mouthClose": -0.5,
}  # fmt: skip
UNIT_NUMBER = {name: k for k, name in enumerate(UNITS)}


def unit_array(values: Mapping[str, float]) -> F32:
    """[units] from names; `eyeBlink` without a side means both."""
    out = np.zeros(len(UNITS), np.float32)
    for name, value in values.items():
        for full in (name, f"{name}Left", f"{name}Right"):
            if full in UNIT_NUMBER:
                out[UNIT_NUMBER[full]] += value
    return out


@dataclass(slots=True)
class Moment:
    """All that makes one frame."""

    units: F32
    """[52] face units."""
    pose: Pose
    gaze: tuple[float, float] = (0.0, 0.0)
    """Yaw and pitch of the eyes, degrees."""
    tongue: float = 0.0
    """How far the tip is raised, 0..1."""
    pose_light: dict[str, float] = field(default_factory=dict)
    """Shares of the lights baked for poses."""


@dataclass(slots=True)
class Surface:
    name: str
    part: Part
    drawn: Drawn
    rest_normals: F32
    baked: F32
    """[n, 6, 3]."""
    open: F32
    """[n, 4] how freely each lamp is seen."""
    extra: dict[str, tuple[F32, F32]] = field(default_factory=dict)
    """Pose or unit and the difference that it makes to the light [n, 6, 3] and to the normals [n, 3]."""


@dataclass(slots=True)
class Tuft:
    """Strands that are drawn as such: brows, lashes, a beard."""

    hair: strands.Strands
    drawn: Drawn
    lit: F32
    hinge_deg: float | None
    """How far lashes swing down with the lids; None for hair that lies on the skin."""


class Performer:
    """Draws a presenter."""

    def __init__(
        self, who: Presenter, size: tuple[int, int], texture: int = 4096, quick: bool = False
    ) -> None:
        self.who = who
        self.context = moderngl.create_standalone_context(backend="egl", require=430)
        self.stage = Stage(self.context, size)
        self.anatomy = Anatomy(who.shape, who.head_size)
        self.skin = self.anatomy.skin(-0.3)
        self.tailor = Tailor(self.anatomy, self.skin)
        self.clothes = dress(self.tailor, who)
        self.grower = Grower(self.anatomy, self.skin, who.seed)
        self.hairline = head_hair.Hairline(who.hair.front, who.hair.recede)
        self._drop_covered()
        self.axes, self.colours, self.wrap = light.lamp_arrays()
        self.baker = light.LightBaker(self.context)
        self.quick = quick
        self.rest = Moment(unit_array(who.rest_face), Pose())
        self.card: tuple[F32, F32, I32, Any] | None = None
        self.surfaces: list[Surface] = []
        self.tufts: list[Tuft] = []
        self._make(texture)

    # -- making -------------------------------------------------------------------------------------------

    def _drop_covered(self) -> None:
        """Skin well under clothes is not drawn."""
        away = hidden(self.skin.rest, self.clothes)
        if self.who.hair.kind == "scarf":
            p, eye = self.skin.rest, self.anatomy.landmarks["eye_left"]
            away |= (p[:, 2] < 0.15) & (p[:, 1] > eye[1] - 0.9)
        normals = self.skin.normals(self.skin.rest)
        away |= (
            (normals[:, 2] < -0.55)
            & (self.skin.rest[:, 1] > self.tailor.pit[1] - 0.5)
            & (np.abs(self.skin.rest[:, 0]) < 1.0)
        )
        self.skin_shown = self.skin.tris[~away[self.skin.tris].all(axis=1)]

    def _parts(self) -> dict[str, tuple[Part, I32, str, dict[str, Any], dict[str, F32]]]:
        """Name: part, triangles, material, its values, its fixed arrays."""
        who, a = self.who, self.anatomy
        parts: dict[str, tuple[Part, I32, str, dict[str, Any], dict[str, F32]]] = {}
        parts["skin"] = (
            self.skin,
            self.skin_shown,
            "SKIN",
            {"detail_mm": who.skin_relief_mm, "gloss": who.skin_gloss} | self.skin_textures,
            {},
        )
        eyes = a.eyes()
        parts["eyes"] = (
            eyes, eyes.tris, "EYE",
            {"iris": self.stage.texture(paint.paint_iris(who.iris, who.seed), False), "turn": np.stack([np.eye(3)] * 2),
             "centre": a.eye_centres, "ball": a.eye_radius, "pupil": 0.36, "sclera": np.array([0.60, 0.57, 0.54]),
             "iris_radius": 0.435}, {},
        )  # fmt: skip
        upper, lower, upper_gum, lower_gum = a.teeth()
        pink = np.array([0.36, 0.12, 0.115])
        for name, part, tint in (
            ("upper teeth", upper, np.array([0.72, 0.68, 0.60])), ("lower teeth", lower, np.array([0.66, 0.62, 0.54])),
            ("upper gum", upper_gum, pink), ("lower gum", lower_gum, pink), ("tongue", a.tongue(), np.array([0.40, 0.135, 0.13])),
        ):  # fmt: skip
            if "teeth" not in name:
                part.uv = np.zeros_like(part.uv)
            parts[name] = (part, part.tris, "WET", {"tint": tint}, {})
        for number, cloth in enumerate(self.clothes):
            p = cloth.part
            shown = p.tris[(cloth.keep[p.tris] > -0.05).any(axis=1)]
            shown = shown[(p.rest[shown][:, :, 1] > 0.6).all(axis=1)]
            shown = self._seen_cloth(cloth, number, shown)
            values = {
                "weave": self.stage.texture(paint.weave(cloth.weave, who.seed)), "tiles": cloth.tiles,
                "tint": np.array(cloth.tint), "sheen": cloth.sheen, "weave_mm": cloth.weave_mm,
                "fold_mm": cloth.fold_mm, "hem": cloth.hem, "gloss": 1.0 if cloth.metal else 0.0,
            }  # fmt: skip
            parts[f"cloth {number}"] = (p, shown, "CLOTH", values, {"keep": cloth.keep})
        return parts

    def _seen_cloth(self, cloth: Cloth, number: int, tris: I32) -> I32:
        """Without what lies well under a later garment and without the trunk's back."""
        p = cloth.part
        if not cloth.covers:
            return tris
        later = [c for c in self.clothes[number + 1 :] if c.covers]
        away = (
            hidden(p.rest, later, 0.50) & (np.abs(p.rest[:, 0]) < 2.6)
            if later
            else np.zeros(len(p.rest), bool)
        )
        normals = p.normals(p.rest)
        away |= (normals[:, 2] < -0.35) & (np.abs(p.rest[:, 0]) < 1.1) & (cloth.keep > 0.25)
        return tris[~away[tris].all(axis=1)]

    def _make(self, texture: int) -> None:
        who = self.who
        albedo, detail = paint.paint_skin(self.context, self.anatomy, self.skin, who.skin, who.seed, texture)
        if who.hair.kind in ("tied", "short", "coils", "shaved"):
            self._tint_scalp(albedo, texture)
        self.skin_textures = {"albedo": self.stage.texture(albedo), "detail": self.stage.texture(detail)}
        self.parts = self._parts()
        self._grow()
        baked = self._bake(self.rest)
        matrices = self._matrices(self.rest.pose)
        for name, (part, tris, material, values, fixed) in self.parts.items():
            drawn = self.stage.add(
                material, {"uv": part.uv, "rest": part.rest} | fixed, tris, len(part.rest), **values
            )
            _, normals = part.posed(self.rest.units, matrices)
            rgb, free = baked[name]
            self.surfaces.append(Surface(name, part, drawn, normals, rgb, free))
        self._bake_more()

    def _tint_scalp(self, albedo: F32, size: int) -> None:
        """Hair's colour on the skin under it, so that no scalp shines through."""
        places, covered = paint.texel_places(self.context, self.skin, size)
        inside = covered > 0.5
        p = places[inside].astype(np.float64)
        # As dense as the roots stand, or the hairline would be a painted edge.
        shade = self.hairline.mask(self.anatomy, 0.15)(p)
        if self.who.hair.kind == "tied":
            shade = shade**1.5 * np.clip(np.abs(p[:, 0] - self.who.hair.part) / 0.02, 0.8, 1)
        shade = (shade * self.who.hair.scalp)[:, None]
        now = (albedo[inside, :3] / 255.0) ** 2
        tint = np.array(self.who.hair.tint) * [0.45, 0.52, 0.60]
        albedo[inside, :3] = np.round(np.sqrt(now * (1 - shade) + tint * shade) * 255)

    def _grow(self) -> None:
        """Brows, lashes and beard stay strands; the hair of the head becomes one picture on a relief."""
        who, g = self.who, self.grower
        skin_now, _ = self.skin.posed(self.rest.units, self._matrices(self.rest.pose))
        blockers = [
            (p.posed(self.rest.units, self._matrices(self.rest.pose))[0], t)
            for p, t, _, _, _ in self.parts.values()
        ]
        brows = face_hair.brows(g, who.brow_hairs, who.brow_thick, who.brow_arch, who.brow_lift)
        upper, lower = face_hair.lashes(g, who.lashes, who.lash_length)
        black = (0.012, 0.009, 0.008)
        tufts: list[tuple[strands.Strands, Any, float, float | None]] = [
            (brows, who.hair.brow_tint, 0.35, None),
            (upper, black, 0.2, 62.0),
            (lower, black, 0.2, 0.0),
        ]
        if who.beard_hairs:
            mask = face_hair.beard_mask(self.anatomy, face_hair.lip_mask(self.anatomy))
            tufts.append(
                (
                    head_hair.stubble(g, mask, who.beard_hairs, who.beard_length),
                    who.beard_tint or who.hair.tint,
                    0.5,
                    None,
                )
            )
        for hair, tint, gloss, hinge_deg in tufts:
            drawn, lit = self._strand_part(hair, tint, gloss, skin_now, blockers)
            self.tufts.append(Tuft(hair, drawn, lit, hinge_deg))
        kinds = {
            "tied": lambda: head_hair.tied_back(g, self.hairline, 55_000, who.hair.part, who.hair.volume),
            "short": lambda: head_hair.short_hair(
                g, self.hairline, 60_000, who.hair.length, who.hair.sides, who.hair.sweep, who.hair.curl
            ),
            "coils": lambda: head_hair.coils(g, self.hairline, 26_000, who.hair.length),
            "shaved": lambda: head_hair.stubble(
                g, self.hairline.mask(self.anatomy, 0.10), 30_000, who.hair.length, 0.006
            ),
        }
        if who.hair.kind in kinds:
            self._picture_of(kinds[who.hair.kind](), skin_now, blockers)

    def _strand_light(self, hair: strands.Strands, points: F32, blockers: Any) -> F32:
        """[s, 3] light of each strand."""
        count = hair.points.shape[1]
        (seen,) = self.baker.bake(
            blockers, [(np.ascontiguousarray(points[:, count // 3]), hair.normals)], bias=0.06, share=0.34
        )
        rgb = np.ascontiguousarray(np.repeat(seen[:, :, None], 3, axis=2))
        return light.relight(rgb, hair.normals, hair.normals, self.axes, self.colours, self.wrap)

    def _strand_part(
        self, hair: strands.Strands, tint: Any, gloss: float, skin_now: F32, blockers: Any
    ) -> tuple[Drawn, F32]:
        points = hair.follow(self.skin.rest, skin_now)
        lit = np.repeat(self._strand_light(hair, points, blockers), hair.points.shape[1] * 2, axis=0)
        tint = np.array(tint)
        drawn = self.stage.add(
            "HAIR",
            {"look": hair.look(), "side": hair.sides()},
            hair.triangles(),
            len(lit),
            tint=tint,
            tint_tip=tint * 1.35,
            gloss=gloss,
        )
        position, tangent = hair.ribbons(points)
        self.stage.update(drawn, position=position, tangent=tangent, light=lit)
        return drawn, lit

    def _picture_of(self, hair: strands.Strands, skin_now: F32, blockers: Any) -> None:
        """Draw the hair once, finely, with the head before it, and keep it as a picture on its own relief."""
        matrices = self._matrices(self.rest.pose)
        points = hair.follow(self.skin.rest, skin_now)
        lit = self._strand_light(hair, points, blockers).astype(np.float64)
        low, high = points.reshape(-1, 3).min(axis=0), points.reshape(-1, 3).max(axis=0)
        middle = (low + high) / 2
        extent = float(max(high[0] - low[0], high[1] - low[1])) * 1.06
        side = 1536
        camera = Camera((float(middle[0]), float(middle[1]), float(middle[2])), extent, (side, side), 26.0)
        easel = Stage(self.context, (side, side))
        head = []
        for name in ("skin", "eyes"):
            part, tris, _, _, _ = self.parts[name]
            vertices, _normals = part.posed(self.rest.units, matrices)
            block = easel.add("BLOCK", {}, tris, len(vertices))
            easel.update(block, position=vertices)
            head.append(block)
        near, far = camera.distance - 8.0, camera.distance + 8.0
        ndc = easel.depth(head, camera) * 2 - 1
        bare = np.repeat(np.repeat(2 * far * near / (far + near - ndc * (far - near)), 2, axis=0), 2, axis=1)
        who = self.who.hair
        lamps = (self.axes[:4].astype(np.float64), self.colours[:4].astype(np.float64))
        colours = strands.shade(
            hair, points.astype(np.float64), lit, lamps, camera.eye, np.array(who.tint), who.gloss
        )
        away = camera.eye[2] - points[..., 2]
        scale = camera.distance / (extent / 2) / away
        column = ((points[..., 0] - middle[0]) * scale * 0.5 + 0.5) * side * 2
        row = (-(points[..., 1] - middle[1]) * scale * 0.5 + 0.5) * side * 2
        place = np.linspace(0, 1, points.shape[1])
        widths = np.maximum(hair.width[:, None] * (1 - 0.75 * place**2) * side * 2 / extent, 0.9)
        fine = np.zeros((side * 2, side * 2, 3), np.float32)
        depth = np.full((side * 2, side * 2), 1e9, np.float32)
        strands.rasterise(
            np.stack([column, row, away], -1).astype(np.float32), colours.astype(np.float32),
            widths.astype(np.float32), bare.astype(np.float32), fine, depth,
        )  # fmt: skip
        covered = depth < 1e8
        colour = np.concatenate([fine, covered[..., None].astype(np.float32)], axis=-1)
        colour = np.round(colour.reshape(side, 2, side, 2, 4).mean(axis=(1, 3)) * 255).astype(np.uint8)
        cells = depth.reshape(side, 2, side, 2).min(axis=(1, 3))
        hairy = cells < 1e8
        distance = np.where(hairy, cells, 0.0)
        step = 8
        weight = gaussian_filter(hairy.astype(np.float64), 7)
        smooth = gaussian_filter(np.where(hairy, distance, 0.0), 7) / np.maximum(weight, 1e-6)
        lost = distance_transform_edt(weight < 0.01, return_distances=False, return_indices=True)
        smooth = smooth[tuple(lost)]
        grid = np.arange(0, side + 1, step)
        yy, xx = np.meshgrid(grid, grid, indexing="ij")
        d = smooth[np.minimum(yy, side - 1), np.minimum(xx, side - 1)] - 0.012
        scale = extent / 2 / camera.distance
        x = (xx / side * 2 - 1) * scale * d + middle[0]
        y = -(yy / side * 2 - 1) * scale * d + middle[1]
        z = camera.eye[2] - d
        points = np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)
        uv = np.stack([xx / side, yy / side], -1).reshape(-1, 2).astype(np.float32)
        full = colour[..., 3].reshape(side // step, step, side // step, step).max(axis=(1, 3)) > 0
        n = side // step + 1
        r, c = np.nonzero(full)
        a = r * n + c
        tris = np.concatenate(
            [np.stack([a, a + 1, a + n], 1), np.stack([a + 1, a + n + 1, a + n], 1)]
        ).astype(np.int32)
        solid = colour[..., 3].reshape(side // step, step, side // step, step).mean(axis=(1, 3)) > 150
        r, c = np.nonzero(solid)
        a = r * n + c
        block_tris = np.concatenate(
            [np.stack([a, a + 1, a + n], 1), np.stack([a + 1, a + n + 1, a + n], 1)]
        ).astype(np.int32)
        self.parts_card = (points, block_tris)
        card = self.stage.add(
            "CARD", {"position": points, "uv": uv}, tris, len(points), picture=self.stage.texture(colour)
        )
        head_bone = matrices[self.anatomy.skeleton.number("head")]
        self.card = (points, uv, tris, card)
        self._card_rest = np.concatenate([head_bone, [[0, 0, 0, 1]]]).astype(np.float64)

    # -- light --------------------------------------------------------------------------------------------

    def _bake(self, moment: Moment, share: float = 1.0) -> dict[str, tuple[F32, F32]]:
        """For each part the light [n, 6, 3] and how freely lamps are seen [n, 4]."""
        if self.quick:
            share = min(share, 0.34)
        matrices = self._matrices(moment.pose)
        posed = {name: entry[0].posed(moment.units, matrices) for name, entry in self.parts.items()}
        blockers = []
        for name, (part, tris, _, _, fixed) in self.parts.items():
            if "keep" in fixed:
                tris = part.tris[(fixed["keep"][part.tris] > 0).all(axis=1)]
            blockers.append((posed[name][0], tris))
        if self.card is not None:
            blockers.append(self.parts_card)
        results = self.baker.bake(blockers, list(posed.values()), share=share)
        out = {}
        for (name, (part, _, _, _, _)), seen in zip(self.parts.items(), results, strict=True):
            vertices, normals = posed[name]
            facing = np.stack([np.clip(normals @ self.axes[k] * 0.85 + 0.15, 0.12, 1) for k in range(4)], 1)
            free = np.clip(seen[:, :4] / facing, 0, 1).astype(np.float32)
            if name == "skin":
                assert part.twins is not None
                mean = neighbour_mean(part.twins[part.faces], len(vertices))
                rgb = np.stack([light.spread(seen, vertices, mean, mm) for mm in (2.6, 1.6, 1.1)], -1)
                rgb = light.grey_in_shade(rgb)[part.twins]
            elif name.startswith("cloth") and len(part.faces):
                assert part.twins is not None
                mean = neighbour_mean(part.twins[part.faces], len(vertices))
                rgb = np.repeat(light.spread(seen, vertices, mean, 4.0)[part.twins][:, :, None], 3, axis=2)
            else:
                rgb = np.repeat(seen[:, :, None], 3, axis=2)
                if "gum" in name or "teeth" in name or name == "tongue":
                    rgb = self._mouth_light(part)
            if name == "eyes":
                rgb = rgb * np.array([1.0, 0.985, 0.97]) ** 1.0
            out[name] = (np.ascontiguousarray(rgb, np.float32), free)
        return out

    def _mouth_light(self, part: Part) -> F32:
        """Light inside an open mouth: bright in front, little at the back; `draw` dims it as the lips close."""
        depth = self.anatomy.landmarks["mouth"][2] - part.rest[:, 2]
        front = np.exp(-np.clip(depth - 0.10, 0, None) / 0.28) * np.exp(-((part.rest[:, 0] / 0.30) ** 2))
        lamps = np.array([0.74, 0.84, 0.0, 0.0, 0.58, 0.52])
        return np.repeat((front[:, None] * lamps)[:, :, None], 3, axis=2).astype(np.float32)

    def _bake_more(self) -> None:
        """The differences that an open mouth, closed lids and raised arms make."""
        base = {s.name: s.baked for s in self.surfaces}
        states = {
            "jawOpen": Moment(self.rest.units + unit_array({"jawOpen": 0.6}), Pose()),
            "eyeBlinkLeft": Moment(self.rest.units + unit_array({"eyeBlink": 0.9}), Pose()),
        }
        if not self.quick:
            for name, pose in self.who.gesture_poses().items():
                states[f"pose {name}"] = Moment(self.rest.units, pose)
        for name, moment in states.items():
            scale = 0.6 if name == "jawOpen" else 0.9 if name.startswith("eye") else 1.0
            now = self._bake(moment, 0.5)
            matrices = self._matrices(moment.pose)
            for s in self.surfaces:
                if name.startswith("pose") or s.name in ("skin", "eyes"):
                    change = (now[s.name][0] - base[s.name]) / scale
                    if float(np.abs(change).max()) > 0.05:
                        _, normals = s.part.posed(moment.units, matrices)
                        s.extra[name] = change, (normals - s.rest_normals) / scale

    # -- drawing ------------------------------------------------------------------------------------------

    def _matrices(self, pose: Pose) -> F32:
        turns, moves = bone_turns(self.anatomy.skeleton, pose)
        return self.anatomy.skeleton.matrices(turns, moves).astype(np.float32)

    def draw(self, moment: Moment, camera: Camera, head_only: bool = False) -> Any:
        """[height, width, 4] uint8, colour times coverage and coverage.

        With `head_only` the picture below the chin stays that of the frame before.
        """
        matrices = self._matrices(moment.pose)
        head = matrices[self.anatomy.skeleton.number("head")].astype(np.float64)
        skin_now: F32 | None = None
        for s in self.surfaces:
            if s.name == "tongue" and moment.tongue > 0:
                vertices, normals = self._tongue(s.part, moment, matrices)
            elif s.name == "eyes":
                vertices, normals = self._eyes(s, moment, head)
            else:
                vertices, normals = s.part.posed(moment.units, matrices)
            if s.name == "skin":
                skin_now = vertices
            baked = s.baked
            if "teeth" in s.name or "gum" in s.name or s.name == "tongue":
                baked = baked * np.float32(self._open_mouth(moment.units))
            changes = []
            for name, change in s.extra.items():
                amount = (
                    moment.pose_light.get(name[5:], 0.0)
                    if name.startswith("pose ")
                    else float(moment.units[UNIT_NUMBER[name]] - self.rest.units[UNIT_NUMBER[name]])
                )
                if abs(amount) > 0.01:
                    changes.append((amount, change))
            reference = s.rest_normals
            if changes:
                baked = baked + sum(amount * change for amount, (change, _) in changes)
                np.maximum(baked, 0.0, out=baked)
                reference = reference + sum(amount * turned for amount, (_, turned) in changes)
                reference = reference / (np.linalg.norm(reference, axis=1, keepdims=True) + 1e-6)
            same = s.name == "eyes"
            lit = light.relight(
                baked, normals if not same else reference, reference, self.axes, self.colours, self.wrap
            )
            self.stage.update(s.drawn, position=vertices, normal=normals, light=lit, vis=s.open)
        assert skin_now is not None
        shut = self._shut(moment.units)
        for tuft in self.tufts:
            if tuft.hinge_deg is None:
                points = tuft.hair.follow(self.skin.rest, skin_now)
            else:
                points = tuft.hair.swing(self.skin.rest, skin_now, head[:, :3], shut, tuft.hinge_deg)
            position, tangent = tuft.hair.ribbons(points)
            self.stage.update(tuft.drawn, position=position, tangent=tangent, light=tuft.lit)
        shown = [s.drawn for s in self.surfaces] + [t.drawn for t in self.tufts]
        if self.card is not None:
            now = np.concatenate([head, [[0, 0, 0, 1]]])
            self.card[3].uniforms["model"] = (now @ np.linalg.inv(self._card_rest)).T.astype(np.float32)
            shown.append(self.card[3])
        return self.stage.draw(shown, camera, self._head_window(camera) if head_only else None)

    def _head_window(self, camera: Camera) -> tuple[int, int, int, int]:
        """Left, top, width and height in pixels of where the head may be while its presenter speaks."""
        scale = camera.size[1] / camera.height
        low = float(self.anatomy.landmarks["chin"][1]) - 0.40
        bottom = min(camera.size[1], round((camera.target[1] + camera.height / 2 - low) * scale))
        half = min(camera.size[0] // 2, round(1.5 * scale))
        return camera.size[0] // 2 - half, 0, 2 * half, bottom

    def _shut(self, units: F32) -> float:
        """How far the lids are closed beyond their rest, 0..1."""
        lids = float(units[UNIT_NUMBER["eyeBlinkLeft"]] + units[UNIT_NUMBER["eyeBlinkRight"]]) / 2
        return float(np.clip(lids, 0.0, 1.0))

    def _open_mouth(self, units: F32) -> float:
        """0.12 with closed lips, 1 wide open."""
        apart = sum(float(units[UNIT_NUMBER[n]]) * w for n, w in _APART.items())
        return float(np.clip(0.12 + 2.4 * apart, 0.12, 1.0))

    def _eyes(self, s: Surface, moment: Moment, head: F64) -> tuple[F32, F32]:
        """Eyeballs turned to the gaze; the shading knows where the iris is."""
        turn = head[:, :3]
        centres = self.anatomy.eye_centres @ turn.T + head[:, 3]
        yaw, pitch = np.radians(moment.gaze)
        look = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
        side = np.cross([0, 1.0, 0], look)
        side /= np.linalg.norm(side)
        basis = np.stack([side, np.cross(look, side), look], axis=1)
        half = len(s.part.rest) // 2
        vertices = np.empty_like(s.part.rest)
        for eye in (0, 1):
            rows = slice(0, half) if eye == 0 else slice(half, None)
            local = s.part.rest[rows] - self.anatomy.eye_centres[eye]
            vertices[rows] = local @ basis.T + centres[eye]
        s.drawn.uniforms["turn"] = np.stack([basis.T, basis.T])
        s.drawn.uniforms["centre"] = centres
        return vertices, s.part.normals(vertices)

    def _tongue(self, part: Part, moment: Moment, matrices: F32) -> tuple[F32, F32]:
        """The tongue with its front raised towards the upper teeth."""
        rest = part.shape(moment.units)
        z = part.rest[:, 2]
        front = np.clip((z - np.quantile(z, 0.45)) / (z.max() - np.quantile(z, 0.45)), 0, 1)
        rest[:, 1] += (0.13 * moment.tongue * front**1.3).astype(np.float32)
        rest[:, 2] += (0.03 * moment.tongue * front).astype(np.float32)
        from presets.mesh import skin_vertices

        vertices = skin_vertices(rest, part.bones, part.weights, matrices)
        return vertices, part.normals(vertices)
