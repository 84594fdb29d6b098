"""Clothes: layers over the body's own clothes mesh, cut where `keep` is negative, with collars, lapels and hems."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.spatial import cKDTree

from presets import body
from presets.anatomy import Anatomy, Part, grid_triangles, strongest
from presets.mesh import F32, F64, neighbour_mean, vertex_normals
from presets.paint import noise

Colour = tuple[float, float, float]
_BESIDE = 0.4
"""Decimetres; layers further apart have nothing to do with one another."""
_ROUNDS = 4
_EASE_ROUNDS = 24
_SCARF_EASE = 8.0
_BONES = 6
"""That move one place of a garment; with fewer, the weakest falls away in steps."""


@dataclass(slots=True)
class Cloth:
    """One piece of clothing, ready to be drawn."""

    part: Part
    keep: F32
    """[n] decimetres inside the cut; not drawn where negative."""
    tint: Colour
    weave: str = "plain"
    tiles: float = 40.0
    sheen: float = 0.10
    fold_mm: float = 5.0
    weave_mm: float = 0.25
    hem: float = 0.10
    metal: bool = False
    covers: bool = False
    """Whether skin under it is left out."""


@dataclass(slots=True)
class Tailor:
    """Measures one person and makes clothes for them."""

    anatomy: Anatomy
    skin: Part
    layers: dict[float, tuple[Part, F64]] = field(default_factory=dict)

    @property
    def pit(self) -> F64:
        """The hollow at the throat."""
        return self.anatomy.skeleton.heads[self.anatomy.skeleton.number("neck01")] + [0, -0.12, 0.50]

    def shell(self, offset: float, calm: int, loose: float = 0.0) -> Part:
        """The clothes mesh `offset` decimetres off the body, smoothed `calm` times, wider at the waist by `loose`."""
        quads, uv_quads = body.base_mesh().groups["helper-tights"]
        vertices = self.anatomy.vertices
        keep = vertices[quads][:, :, 1].min(axis=1) > -0.4
        part = self.anatomy.surface(quads[keep], uv_quads[keep], levels=2, with_units=False)
        assert part.twins is not None
        mean = neighbour_mean(part.twins[part.faces], len(part.rest))
        p = part.rest.astype(np.float64)
        for _ in range(calm):
            q = np.asarray(mean @ p)
            q = q[part.twins]
            moved = q - p
            p = p + 0.7 * moved
        part.rest = p.astype(np.float32)
        self._ease(part)
        normals = part.normals(part.rest).astype(np.float64)
        trunk = np.clip((1.55 - np.abs(p[:, 0])) / 0.5, 0, 1)
        low = np.clip((self.pit[1] - 0.9 - p[:, 1]) / 1.8, 0, 1)
        sleeve = np.clip((np.abs(p[:, 0]) - 1.3) / 0.5, 0, 1)
        p = p + normals * (offset * (1 - 0.55 * sleeve) + loose * trunk * low)[:, None]
        bust = np.clip((p[:, 2] - 0.3), 0, 1) * trunk
        p[:, 2] += 0.02 * bust
        part.rest = p.astype(np.float32)
        part.uv = self._cloth_uv(p)
        return part

    def _ease(self, part: Part) -> None:
        """Let bones share their pull more widely: cloth does not fold where skin does, between neck and shoulder."""
        assert part.twins is not None
        mean = neighbour_mean(part.twins[part.faces], len(part.rest))
        table = np.zeros((len(part.rest), len(self.anatomy.skeleton.names)), np.float32)
        for k in range(part.bones.shape[1]):
            np.add.at(table, (np.arange(len(table)), part.bones[:, k]), part.weights[:, k])
        for _ in range(_EASE_ROUNDS):
            table = 0.5 * table + 0.5 * np.asarray(mean @ table)[part.twins]
        part.bones, part.weights = strongest(table, _BONES)

    def lay_over(self, part: Part, under: Part, gap: float) -> None:
        """Move `part` outwards where it is less than `gap` decimetres off `under`, and a little around there."""
        p, below = part.rest.astype(np.float64), under.rest.astype(np.float64)
        distance, nearest = cKDTree(below).query(p)
        normals = under.normals(under.rest).astype(np.float64)[nearest]
        height = ((p - below[nearest]) * normals).sum(axis=1)
        need = np.where(distance < _BESIDE, np.clip(gap - height, 0, _BESIDE), 0.0)
        assert part.twins is not None
        mean = neighbour_mean(part.twins[part.faces], len(p))
        for _ in range(_ROUNDS):
            need = np.maximum(need, np.asarray(mean @ need)[part.twins])
        part.rest = (p + normals * need[:, None]).astype(np.float32)

    def _crease(self, part: Part, size_mm: float) -> None:
        """Soft folds: across the trunk slanting to the waist, along the sleeves, deeper at elbows."""
        p = part.rest
        slanted = p * np.array([1.5, 1.0, 1.3], np.float32) + 0.7 * np.abs(p[:, :1]) * np.array(
            [0, 1, 0], np.float32
        )
        fold = noise(np.ascontiguousarray(slanted, np.float32), 1.7, 2, 5) - 0.5
        elbow = self._joint("lowerarm01.L")
        near = np.exp(-((np.abs(p[:, 0]) - elbow[0]) ** 2 + (p[:, 1] - elbow[1]) ** 2) / 0.5)
        rings = np.sin((p[:, 1] - np.abs(p[:, 0])) * 9.0 + 4 * fold) * near * 0.35
        waist = np.exp(-(((p[:, 1] - (self.pit[1] - 3.6)) / 1.0) ** 2)) + 0.45
        move = size_mm * 0.01 * (2.0 * fold * np.minimum(waist, 1.0) + rings)
        part.rest = (p + part.normals(p) * move[:, None]).astype(np.float32)

    def _cloth_uv(self, p: F64) -> F32:
        """[n, 2] in decimetres across and along: trunk from the front, arms along their length."""
        arm = np.abs(p[:, 0]) > 1.55
        shoulder, elbow = self._joint("upperarm01.L"), self._joint("lowerarm01.L")
        way = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
        q = p * np.where(p[:, :1] < 0, [[-1.0, 1.0, 1.0]], [[1.0, 1.0, 1.0]])
        along = (q - shoulder) @ way
        angle = np.arctan2(q[:, 2] - 0.3, (q - shoulder) @ np.array([way[1], -way[0], 0.0]))
        u = np.where(arm, angle * 0.55, p[:, 0] + 0.6 * p[:, 2])
        v = np.where(arm, along, p[:, 1])
        return (np.stack([u, v], axis=1) / 10).astype(np.float32)

    def _joint(self, name: str) -> F64:
        return self.anatomy.skeleton.heads[self.anatomy.skeleton.number(name)]

    def neck_cut(self, p: F64, front: float, back: float) -> F64:
        """How far below the neckline: a sloping plane through `front` below the pit and `back` above it."""
        pit = self.pit
        zf, zb = pit[2], pit[2] - 0.75
        height = np.interp(-p[:, 2], [-zf, -zb], [pit[1] - front, pit[1] + back])
        height = height + 0.45 * np.minimum(np.abs(p[:, 0]), 0.9) ** 2 * np.clip(
            p[:, 2] / 0.6, 0, 1
        ) * np.clip(0.5 + 2 * front, 0, 1)
        return np.asarray(height - p[:, 1])

    def v_cut(self, p: F64, bottom: float, width: float, curve: float = 1.0) -> F64:
        """How far outside a V that opens from `bottom` below the pit to `width` each side at the pit."""
        pit = self.pit
        t = np.clip((p[:, 1] - (pit[1] - bottom)) / bottom, 0, 1)
        half = width * t**curve
        # Over the shoulder the cut fades into the neckline of the back.
        out = (np.abs(p[:, 0]) - half) * 0.9 + 2.5 * np.clip(0.10 - p[:, 2], 0, None)
        return np.where(p[:, 1] > pit[1] - bottom, out, 1.0)

    def neck_width(self, p: F64, front: float, back: float) -> float:
        """Half the width of the neckline on a shell: a V that is as wide at the pit goes over into it."""
        near = np.abs(self.neck_cut(p, front, back)) < 0.06
        return float(np.median(np.abs(p[near & (np.abs(p[:, 2] - 0.15) < 0.12)][:, 0])))

    def sleeve_cut(self, p: F64, end: float) -> F64:
        """How far above the sleeve's end: 1 at the elbow, 2 at the wrist."""
        a, b, c = self._joint("upperarm01.L"), self._joint("lowerarm01.L"), self._joint("wrist.L")
        q = p * np.where(p[:, :1] < 0, [[-1.0, 1.0, 1.0]], [[1.0, 1.0, 1.0]])
        first, second = np.linalg.norm(b - a), np.linalg.norm(c - b)
        if end <= 1.0:
            cut = end * first - (q - a) @ ((b - a) / first)
        else:
            cut = (end - 1.0) * second - (q - b) @ ((c - b) / second)
        return np.where(q[:, 0] > 1.35, cut, 1.0)

    def top(
        self,
        tint: Colour,
        offset: float = 0.05,
        sleeve: float = 1.97,
        front: float = 0.0,
        back: float = 0.42,
        v: tuple[float, float | None, float] | None = None,
        calm: int = 6,
        loose: float = 0.10,
        **look: object,
    ) -> Cloth:
        """A shirt, jumper or tunic; `v` for `v_cut`, its width that of the neckline where None."""
        part = self.shell(offset, calm, loose)
        self._crease(part, float(look.get("fold_mm", 5.0)))  # type: ignore[arg-type]
        p = part.rest.astype(np.float64)
        keep = np.minimum(self.neck_cut(p, front, back), self.sleeve_cut(p, sleeve))
        if v is not None:
            bottom, width, curve = v
            width = self.neck_width(p, front, back) if width is None else width
            keep = np.minimum(keep, self.v_cut(p, bottom, width, curve))
        return Cloth(part, keep.astype(np.float32), tint, covers=True, **look)  # type: ignore[arg-type]

    def neck_loop(self, front: float, back: float, count: int = 72, widen: float = 0.0) -> tuple[F64, F64]:
        """[count, 3] the neckline on the skin and [count, 3] outward directions; it starts in front, goes left."""
        p = self.skin.rest.astype(np.float64)
        near = np.abs(self.neck_cut(p, front, back)) < 0.10
        near &= np.abs(p[:, 0]) < 1.0
        ring = p[near]
        middle = np.array([0.0, 0.0, self.pit[2] - 0.55])
        angle = np.arctan2(ring[:, 0], ring[:, 2] - middle[2])
        radius = np.hypot(ring[:, 0], ring[:, 2] - middle[2])
        grid = np.linspace(-np.pi, np.pi, count, endpoint=False) + np.pi
        grid = np.where(grid > np.pi, grid - 2 * np.pi, grid)
        out = []
        for a in grid:
            away = np.abs((angle - a + np.pi) % (2 * np.pi) - np.pi)
            w = np.exp(-((away / 0.16) ** 2))
            out.append((w * radius).sum() / (w.sum() + 1e-9))
        r = gaussian_filter1d(np.array(out), 1.5, mode="wrap")
        r = (r + r[(-np.arange(count)) % count]) / 2 + widen
        place = np.stack([r * np.sin(grid), np.zeros(count), middle[2] + r * np.cos(grid)], axis=1)
        place[:, 1] = self.neck_cut(
            np.concatenate([place[:, :1], np.zeros((count, 1)), place[:, 2:]], 1), front, back
        )
        outward = np.stack([np.sin(grid), np.zeros(count), np.cos(grid)], axis=1)
        return place, outward

    def bound(
        self, points: F64, rows: int, cols: int, closed: bool, source: Part | None = None, ease: float = 0.0
    ) -> Part:
        """A grid of points that moves with the nearest place of `source` (the skin where None).

        Args:
            ease: over how many points the bones' pull is spread: large cloth does not fold where skin does.
        """
        source = source or self.skin
        tree = cKDTree(source.rest)
        distance, index = tree.query(points, k=8)
        share = 1 / (distance + 0.05) ** 2
        names = len(self.anatomy.skeleton.names)
        table = np.zeros((len(points), names))
        for k in range(8):
            for j in range(source.bones.shape[1]):
                np.add.at(
                    table,
                    (np.arange(len(points)), source.bones[index[:, k], j]),
                    share[:, k] * source.weights[index[:, k], j],
                )
        if ease:
            grid = gaussian_filter1d(table.reshape(rows, cols, names), ease, axis=0, mode="nearest")
            table = gaussian_filter1d(grid, ease, axis=1, mode="wrap" if closed else "nearest")
            table = table.reshape(-1, names)
        bones, weights = strongest(table, _BONES)
        tris = grid_triangles(rows, cols, closed)
        normals = vertex_normals(points.astype(np.float32), tris)
        if closed and rows > cols:  # a tube: away from its middle
            middle = points.reshape(rows, cols, 3).mean(axis=1, keepdims=True)
            facing = (normals * (points.reshape(rows, cols, 3) - middle).reshape(-1, 3)).sum()
        else:  # of a folded piece its visible half: away from the body
            outer = np.tile(np.arange(cols) >= cols // 2, rows)
            facing = (normals * source.normals(source.rest)[index[:, 0]])[outer].sum()
        if facing < 0:
            tris = np.ascontiguousarray(tris[:, ::-1])
        uv = np.stack(np.meshgrid(np.arange(cols) / cols, np.arange(rows) / rows * 0.3), axis=-1).reshape(
            -1, 2
        )
        return Part(
            points.astype(np.float32),
            tris,
            bones,
            weights,
            uv.astype(np.float32),
        )

    def shirt_collar(self, tint: Colour, open_by: float = 0.30, fall: float = 0.42, **look: object) -> Cloth:
        """A turned-down collar; `open_by` radians of gap each side of the front."""
        loop, outward = self.neck_loop(0.0, 0.42, 96, 0.03)
        angle = np.arctan2(outward[:, 0], outward[:, 2])
        order = np.argsort((angle + 2 * np.pi) % (2 * np.pi))
        loop, outward = loop[order], outward[order]
        turn = np.linspace(0, 2 * np.pi, 96, endpoint=False)
        u = np.linspace(open_by, 2 * np.pi - open_by, 121)

        def pick(table):
            return np.stack(
                [
                    np.interp(u, np.append(turn, 2 * np.pi), np.append(table[:, k], table[0, k]))
                    for k in range(3)
                ],
                1,
            )

        base, out = pick(loop), pick(outward)
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        front = np.exp(-((np.minimum(u - open_by, 2 * np.pi - open_by - u) / 0.55) ** 2))[:, None]
        stand = 0.27 - 0.13 * front
        v = np.linspace(0, 1, 15)
        profile_r = np.interp(v, [0, 0.3, 0.42, 0.5, 0.6, 1.0], [0.04, 0.04, 0.055, 0.09, 0.12, 0.22])
        profile_y = np.interp(v, [0, 0.3, 0.42, 0.5, 0.6, 1.0], [-0.10, 0.80, 1.0, 1.0, 0.85, 0.0])
        down = np.clip((v - 0.5) / 0.5, 0, 1)
        side = np.sign(out[:, :1])
        points = (
            base[:, None]
            + out[:, None] * (profile_r[None, :, None] + 0.06 * front[:, None] * down[None, :, None])
            + np.array([0, 1.0, 0])
            * (profile_y[None, :] * stand - down[None] * (fall - stand) * (0.25 + 0.9 * front))[..., None]
            + np.array([1.0, 0, 0.0]) * (side * front * 0.20 * down[None])[..., None]
        )
        part = self.bound(points.reshape(-1, 3), len(u), len(v), False)
        keep = np.full(len(part.rest), 0.3, np.float32)
        return Cloth(part, keep, tint, fold_mm=0.6, hem=0.0, **look)  # type: ignore[arg-type]

    def ribbed_neck(
        self,
        tint: Colour,
        front: float,
        back: float,
        thick: float = 0.055,
        high: float = 1.6,
        off: float = 0.07,
    ) -> Cloth:
        """A knitted band around the neckline."""
        loop, outward = self.neck_loop(front, back, 96, off - 0.02)
        turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        lean = np.array([0, 1.0, 0])
        points = (
            loop[:, None]
            + outward[:, None] * (np.cos(turn) * thick - np.sin(turn) * thick * high * 0.35)[None, :, None]
            + lean * (np.sin(turn) * thick * high)[None, :, None]
        )
        points = np.concatenate([points, points[:1]])
        part = self.bound(points.reshape(-1, 3), len(points), 14, True)
        part.uv = np.stack(
            [np.repeat(np.linspace(0, 3.0, len(points)), 14), np.tile(np.linspace(0, 0.05, 14), len(points))],
            1,
        ).astype(np.float32)
        return Cloth(part, np.full(len(part.rest), 0.3, np.float32), tint, "knit", 22.0, 0.15, 0.3, 0.5, 0.0)

    def front_depth(self, part: Part, flat: F64) -> F64:
        """Depth z of a part's front at places [..., 2]."""
        n = part.normals(part.rest)
        front = (n[:, 2] > 0.05) & (part.rest[:, 2] > -0.1) & (np.abs(part.rest[:, 0]) < 1.9)
        p = part.rest[front].astype(np.float64)
        distance, index = cKDTree(p[:, :2]).query(flat, k=8)
        share = 1 / (distance**2 + 1e-4)
        return np.asarray((share * p[index, 2]).sum(axis=-1) / share.sum(axis=-1))

    def patch(self, flat: F64, lift: F64, on: Part, tint: Colour, **look: object) -> Cloth:
        """A piece laid on the front of `on`: flat [rows, cols, 2], lift [rows, cols] decimetres off it."""
        z = self.front_depth(on, flat)
        rows, cols = flat.shape[:2]
        points = np.concatenate([flat, (z + lift)[..., None]], axis=-1)
        part = self.bound(points.reshape(-1, 3), rows, cols, False, on)
        part.uv = (points[..., :2].reshape(-1, 2) / 10).astype(np.float32)
        return Cloth(part, np.full(rows * cols, 0.3, np.float32), tint, hem=0.0, **look)  # type: ignore[arg-type]

    def lapels(self, jacket: Cloth, bottom: float, **look: object) -> Cloth:
        """Lapels and collar in one sweep (a shawl collar): a second layer on the jacket along its opening."""
        part = self.shell(0.165, 14, 0.14)
        self._crease(part, jacket.fold_mm)
        self.lay_over(part, jacket.part, 0.03)
        p = part.rest.astype(np.float64)
        y = p[:, 1] - (self.pit[1] - bottom)
        at = np.array([-0.02, 0.12, 0.75, 1.40, 1.90, 2.40, 3.2])
        broad = np.array([0.0, 0.15, 0.38, 0.52, 0.44, 0.26, 0.24])
        front = p[:, 2] > 0.05
        wide = np.where(front, np.interp(y, at, broad), 0.24)
        keep = np.minimum(jacket.keep + 0.012, wide - jacket.keep)
        # on the shoulders height says nothing about the way to the neck
        keep = np.minimum(keep, np.where(y > 1.6, 1.05 - np.abs(p[:, 0]), 1.0))
        keep = np.where(y > 0.02, keep, -0.3)
        near = np.clip(1 - jacket.keep / 0.25, 0, 1)
        part.rest = (p - part.normals(part.rest) * (0.020 * near)[:, None]).astype(np.float32)
        return Cloth(part, keep.astype(np.float32), jacket.tint, fold_mm=1.0, hem=0.035, **look)  # type: ignore[arg-type]

    def tube(
        self, flat: F64, radius: float, on: Part, tint: Colour, lift: float = 0.0, metal: bool = False
    ) -> Cloth:
        """A cord along [n, 2] on the front of `on`."""
        z = self.front_depth(on, flat)
        z = gaussian_filter1d(z, 2.0)
        line = np.concatenate([flat, (z + radius + lift)[:, None]], axis=1)
        along = np.gradient(line, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
        side = np.cross(along, [0.0, 0.0, 1.0])
        side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
        turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
        points = line[:, None] + radius * (
            side[:, None] * np.cos(turn)[None, :, None] + np.array([0, 0, 1.0]) * np.sin(turn)[None, :, None]
        )
        part = self.bound(points.reshape(-1, 3), len(flat), 10, True, on)
        return Cloth(
            part, np.full(len(part.rest), 0.3, np.float32), tint, sheen=0.0, fold_mm=0.0, hem=0.0, metal=metal
        )

    def disc(self, x: float, y: float, radius: float, on: Part, tint: Colour, lift: float = 0.03) -> Cloth:
        """A button or badge."""
        r = np.array([0.0, 0.5, 0.85, 1.0])[:, None] * radius
        turn = np.linspace(0, 2 * np.pi, 25)
        flat = np.stack([x + r * np.cos(turn), y + r * np.sin(turn)], axis=-1)
        high = np.array([1.0, 1.0, 0.9, 0.2])[:, None] * lift * np.ones_like(turn)
        return self.patch(flat, high, on, tint, fold_mm=0.0, weave_mm=0.0, sheen=0.0)

    def scarf(self, tint: Colour, seed: int = 0, **look: object) -> Cloth:
        """A headscarf around the face, wrapped under the chin and laid over the shoulders."""
        rng = np.random.default_rng(seed)
        mark = self.anatomy.landmarks
        eye, chin, crown = mark["eye_left"], mark["chin"], mark["crown"]
        rows, cols = 150, 180
        ys = np.linspace(crown[1] + 0.11, self.pit[1] - 1.0, rows)
        angles = np.linspace(-np.pi, np.pi, cols, endpoint=False)
        p = self.skin.rest.astype(np.float64)
        p = p[(np.abs(p[:, 0]) < 2.2)]
        centre_z = np.interp(
            -ys, [-crown[1], -(eye[1]), -(chin[1] - 0.3), -(self.pit[1] - 1)], [0.35, 0.40, 0.12, 0.10]
        )
        radius = np.zeros((rows, cols))
        for r, (y, cz) in enumerate(zip(ys, centre_z, strict=True)):
            ring = p[np.abs(p[:, 1] - min(y, crown[1] - 0.03)) < 0.10]
            ring = ring[np.hypot(ring[:, 0], ring[:, 2] - cz) < (1.2 if y > chin[1] - 0.35 else 2.2)]
            a = np.arctan2(ring[:, 0], ring[:, 2] - cz)
            q = np.hypot(ring[:, 0], ring[:, 2] - cz)
            for c, angle in enumerate(angles):
                away = np.abs((a - angle + np.pi) % (2 * np.pi) - np.pi)
                here = q[away < 0.22]
                radius[r, c] = np.quantile(here, 0.93) if len(here) else 0.2
        top = np.clip((ys - crown[1] + 0.42) / 0.53, 0, 1)
        radius *= np.sqrt(np.clip(1 - top**6, 0, 1))[:, None]
        # the cloth hangs from jaw to shoulder and does not follow the neck inwards
        below = np.flatnonzero(ys < chin[1] + 0.35)
        for c in range(cols):
            start, end = radius[below[0], c], radius[-1, c]
            hang = np.linspace(start, end, len(below))
            bow = hang - 0.10 * np.sin(np.linspace(0, np.pi, len(below)))
            radius[below, c] = np.maximum(radius[below, c], bow)
        smooth = gaussian_filter1d(gaussian_filter1d(radius, 5.0, axis=1, mode="wrap"), 3.0, axis=0)
        # smoothing leaves the crown open
        smooth *= np.sqrt(np.clip(1 - top**16, 0, 1))[:, None]
        lower = np.clip((chin[1] + 0.45 - ys) / 0.6, 0, 1)[:, None]
        phase = rng.uniform(0, 6, 3)
        diagonal = angles[None] * 1.2 + ys[:, None] * 3.6
        wave = (
            np.sin(diagonal * 2.2 + phase[0]) * 0.5
            + np.sin(diagonal * 4.1 + 1.5 * np.sin(angles * 2)[None] + phase[1]) * 0.3
        )
        fine = np.sin(angles[None] * 5 + ys[:, None] * 7.0 + phase[2]) * 0.2
        folds = 0.055 * lower * (wave + fine) + 0.010 * (1 - lower) * np.sin(
            ys[:, None] * 6 + 3 * np.cos(angles)[None] + phase[1]
        )
        cap = np.sqrt(np.clip(1 - top**3, 0, 1))[:, None]
        smooth = smooth + (0.085 + 0.06 * lower) * cap + folds * cap
        x = smooth * np.sin(angles)[None]
        z = centre_z[:, None] + smooth * np.cos(angles)[None]
        points = np.stack([x, np.repeat(ys[:, None], cols, 1), z], axis=-1).reshape(-1, 3)
        # the opening: an oval round the face
        low, high = chin[1] - 0.06, eye[1] + 0.62
        middle, half = (low + high) / 2, (high - low) / 2
        level = (points[:, 1] - middle) / half
        wide = 0.615 * (1 - 0.10 * level)
        oval = np.sqrt((points[:, 0] / wide) ** 2 + level**2) - 1
        keep = np.where(points[:, 2] > 0.30, oval * 0.6, 0.5)
        rim = (
            np.exp(-((np.maximum(keep, 0) / 0.14) ** 2))
            * (points[:, 1] > chin[1] - 0.3)
            * (points[:, 2] > 0.2)
        )
        inwards = points - np.array([0.0, middle, 0.3])
        points = points - inwards / np.linalg.norm(inwards, axis=1, keepdims=True) * (0.055 * rim)[:, None]
        hem_y = self.pit[1] - 0.95 + 0.10 * np.cos(np.arctan2(points[:, 0], points[:, 2]) * 3 + phase[0])
        keep = np.minimum(keep, points[:, 1] - hem_y)
        part = self.bound(points, rows, cols, True, ease=_SCARF_EASE)
        head = self.anatomy.skeleton.number("head")
        high_up = np.clip((points[:, 1] - (chin[1] - 0.25)) / 0.4, 0, 1)
        on_head = high_up > 0.99
        part.bones[on_head] = head
        part.weights[on_head] = np.eye(1, part.weights.shape[1], dtype=np.float32)
        part.uv = np.stack([np.tile(angles / 6.28, rows), np.repeat(ys / 10, cols)], 1).astype(np.float32)
        return Cloth(part, keep.astype(np.float32), tint, hem=0.05, **look)  # type: ignore[arg-type]


def hidden(points: F32, cover: list[Cloth], margin: float = 0.28) -> npt.NDArray[np.bool_]:
    """[n] whether each point is well under one of the clothes."""
    out = np.zeros(len(points), bool)
    for cloth in (c for c in cover if c.covers):
        distance, index = cKDTree(cloth.part.rest).query(points, k=24)
        out |= (cloth.keep[index].min(axis=1) > margin) & (distance[:, 0] < 0.35)
    return out
