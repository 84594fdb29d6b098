"""A person as parts that can be lit and drawn: skin, eyes, teeth, tongue, with face units and a skeleton."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from presets import body
from presets.mesh import F32, F64, I32, catmull_clark, linear_split, skin_vertices, triangles, vertex_normals

UNITS = [
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeLookDownLeft",
    "eyeLookDownRight",
    "eyeLookInLeft",
    "eyeLookInRight",
    "eyeLookOutLeft",
    "eyeLookOutRight",
    "eyeLookUpLeft",
    "eyeLookUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawOpen",
    "jawRight",
    "mouthClose",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "noseSneerLeft",
    "noseSneerRight",
    "tongueOut",
]
WAIST = 0.0
"""Nothing lower than this above the spine's root is made, decimetres."""


@dataclass(slots=True)
class Part:
    """A surface that follows the skeleton and, where `deltas` is given, the face units."""

    rest: F32
    """[n, 3] unposed."""
    tris: I32
    bones: I32
    weights: F32
    uv: F32
    """[n, 2]."""
    deltas: F32 | None = None
    """[units, m, 3] on the vertices `moved`."""
    moved: I32 | None = None
    twins: I32 | None = None
    """[n]: the first vertex at the same place, where texture seams split one."""
    faces: I32 = field(default_factory=lambda: np.zeros((0, 4), np.int32))

    def shape(self, units: F32) -> F32:
        """[n, 3] unposed, with face units [units]."""
        out = self.rest.copy()
        if self.deltas is not None and self.moved is not None:
            active = np.flatnonzero(np.abs(units) > 1e-4)
            if len(active):
                out[self.moved] += np.tensordot(units[active], self.deltas[active], axes=1).astype(np.float32)
        return out

    def posed(self, units: F32, matrices: F32) -> tuple[F32, F32]:
        """Vertices and normals, both [n, 3]."""
        vertices = skin_vertices(self.shape(units), self.bones, self.weights, matrices)
        return vertices, self.normals(vertices)

    def normals(self, vertices: F32) -> F32:
        if self.twins is None:
            return vertex_normals(vertices, self.tris)
        return vertex_normals(vertices, self.twins[self.tris])[self.twins]


def strongest(weights: F64, k: int = 4) -> tuple[I32, F32]:
    """The `k` strongest bones of each vertex and their weights, which sum to one."""
    order = np.argsort(-weights, axis=1)[:, :k]
    top = np.take_along_axis(weights, order, axis=1)
    return order.astype(np.int32), (top / top.sum(axis=1, keepdims=True)).astype(np.float32)


class Anatomy:
    """One person's base mesh with all that hangs on it."""

    def __init__(self, shape: body.Shape, head_size: float = 1.0) -> None:
        self.vertices = body.shaped_vertices(shape)
        self.skeleton = body.skeleton(self.vertices)
        self.weights = body.bone_weights(self.skeleton.names)
        self.units = np.stack([body.face_unit(name) for name in UNITS])
        self._scale_head(head_size)
        self._correct_units()
        self.eye_centres, self.eye_radius = self._eyes()
        self.landmarks = self._landmarks()

    def _scale_head(self, size: float) -> None:
        """A head a little larger than life reads better in a small picture; the neck follows smoothly."""
        names = self.skeleton.names
        share = self.weights[:, names.index("head")] + 0.75 * self.weights[:, names.index("neck03")]
        share += 0.5 * self.weights[:, names.index("neck02")] + 0.25 * self.weights[:, names.index("neck01")]
        joints = body.joint_vertices()
        share[joints] = np.clip(
            (self.vertices[joints, 1] - self.skeleton.heads[names.index("neck01"), 1]) / 0.9, 0, 1
        )
        centre = self.skeleton.heads[names.index("neck02")]
        scale = 1 + (size - 1) * np.clip(share, 0, 1)[:, None]
        self.vertices = centre + (self.vertices - centre) * scale
        self.units *= scale
        self.skeleton = body.skeleton(self.vertices)

    def _correct_units(self) -> None:
        """Lashes and lids of the helper mesh take no part; nothing to correct but the tongue's own unit."""

    def group(self, name: str) -> I32:
        """Vertices of a group of the base mesh."""
        return np.unique(body.base_mesh().groups[name][0])

    def _eyes(self) -> tuple[F64, float]:
        """Centres [2, 3] (left, right: x > 0, x < 0) and the radius, from spheres through the helper's front."""
        centres, radii = [], []
        for name in ("helper-l-eye", "helper-r-eye"):
            points = self.vertices[self.group(name)]
            front = points[points[:, 2] > np.quantile(points[:, 2], 0.4)]
            system = np.concatenate([2 * front, np.ones((len(front), 1))], axis=1)
            solution = np.linalg.lstsq(system, (front**2).sum(axis=1), rcond=None)[0]
            centres.append(solution[:3])
            radii.append(np.sqrt(solution[3] + solution[:3] @ solution[:3]))
        return np.array(centres), float(np.mean(radii))

    def _landmarks(self) -> dict[str, F64]:
        """Places on the face at rest, decimetres."""
        skin = self.vertices[self.group("body")]
        eyes = self.eye_centres.mean(axis=0)
        jaw_tail = self.skeleton.tails[self.skeleton.number("jaw")]
        middle = skin[
            (np.abs(skin[:, 0]) < 0.08) & (skin[:, 1] < eyes[1] + 0.1) & (skin[:, 1] > jaw_tail[1] - 0.1)
        ]
        nose = middle[np.argmax(middle[:, 2])]
        mouth = self.vertices[self.group("helper-upper-teeth")].mean(axis=0)
        lips = middle[(np.abs(middle[:, 1] - mouth[1]) < 0.2)]
        crown = skin[np.argmax(skin[:, 1])]
        chin = middle[(middle[:, 1] < mouth[1] - 0.25)]
        chin_point = chin[np.argmax(chin[:, 2])]
        return {
            "nose": nose,
            "mouth": np.array([0.0, mouth[1] - 0.07, lips[:, 2].max()]),
            "crown": crown,
            "chin": chin_point,
            "eye_left": self.eye_centres[0],
            "eye_right": self.eye_centres[1],
            "neck": self.skeleton.heads[self.skeleton.number("neck01")],
        }

    def surface(
        self,
        quads: I32,
        uv_quads: I32 | None,
        levels: int = 1,
        with_units: bool = True,
        offset: F64 | None = None,
    ) -> Part:
        """A refined part of the base mesh.

        Args:
            quads: [q, 4] vertices of the base mesh.
            uv_quads: [q, 4] texture indices of the base mesh, or None for a part without texture.
            offset: [n, 3] added to the base mesh's vertices.
        """
        used, local = np.unique(quads, return_inverse=True)
        faces = local.reshape(-1, 4).astype(np.int32)
        matrix = sp.identity(len(used)).tocsr()
        uv_table = body.base_mesh().uv
        uv_used, uv_local = np.unique(uv_quads if uv_quads is not None else quads * 0, return_inverse=True)
        uv_faces = uv_local.reshape(-1, 4).astype(np.int32)
        uv_matrix = sp.identity(len(uv_used)).tocsr()
        for _ in range(levels):
            step, next_faces = catmull_clark(faces, matrix.shape[0])
            matrix, faces = step @ matrix, next_faces
            uv_step, uv_next = linear_split(uv_faces, uv_matrix.shape[0])
            uv_matrix, uv_faces = uv_step @ uv_matrix, uv_next
        corners = np.stack([faces.ravel(), uv_faces.ravel()], axis=1)
        unique, _first, inverse = np.unique(corners, axis=0, return_index=True, return_inverse=True)
        inverse = inverse.ravel()
        picked = matrix[unique[:, 0]]
        base = self.vertices[used] + (offset[used] if offset is not None else 0.0)
        place = np.full(matrix.shape[0], -1, np.int64)
        twins = np.empty(len(unique), np.int32)
        for i, v in enumerate(unique[:, 0]):
            if place[v] < 0:
                place[v] = i
            twins[i] = place[v]
        bones, weights = strongest(picked @ self.weights[used])
        deltas = moved = None
        if with_units:
            dense = np.stack([picked @ self.units[u][used] for u in range(len(UNITS))]).astype(np.float32)
            moved = np.flatnonzero(np.abs(dense).max(axis=(0, 2)) > 1e-5).astype(np.int32)
            deltas = np.ascontiguousarray(dense[:, moved])
        new_faces = inverse.reshape(-1, 4).astype(np.int32)
        return Part(
            (picked @ base).astype(np.float32),
            triangles(new_faces),
            bones,
            weights,
            (uv_matrix[unique[:, 1]] @ uv_table[uv_used]).astype(np.float32),
            deltas,
            moved,
            twins,
            new_faces,
        )

    def skin(self, lowest: float) -> Part:
        """The body above `lowest` (decimetres, at rest), without the legs."""
        quads, uv_quads = body.base_mesh().groups["body"]
        keep = self.vertices[quads][:, :, 1].min(axis=1) > lowest
        return self.surface(quads[keep], uv_quads[keep])

    def tongue(self) -> Part:
        quads, _ = body.base_mesh().groups["helper-tongue"]
        return self.surface(quads, None)

    def head_only(self, points: F32, uv: F32, tris: I32) -> Part:
        """Something rigid that belongs to the head."""
        bones = np.full((len(points), 1), self.skeleton.number("head"), np.int32)
        return Part(points, tris, bones, np.ones((len(points), 1), np.float32), uv)

    def eyes(self, segments: int = 48) -> Part:
        """Both eyeballs, with the cornea's bulge, looking along +z."""
        rings = segments // 2
        theta = np.concatenate([np.linspace(0, 0.75, rings), np.linspace(0.8, 2.2, rings // 2)])
        phi = np.linspace(0, 2 * np.pi, segments, endpoint=False)
        radius = 1.0 + 0.055 * np.clip(np.cos(theta / 0.50 * np.pi / 2), 0, 1) ** 1.0 * (theta < 0.50)
        ring = np.stack([np.sin(theta) * radius, np.cos(theta) * radius], axis=1)
        points = np.stack(
            [
                ring[:, None, 0] * np.cos(phi),
                ring[:, None, 0] * np.sin(phi),
                np.repeat(ring[:, None, 1], segments, axis=1),
            ],
            axis=-1,
        ).reshape(-1, 3)
        tris = grid_triangles(len(theta), segments, True)
        vertices = [points * self.eye_radius + c for c in self.eye_centres]
        uv = np.concatenate([np.zeros((len(points), 2)), np.ones((len(points), 2))])
        return self.head_only(
            np.concatenate(vertices).astype(np.float32),
            uv.astype(np.float32),
            np.concatenate([tris, tris + len(points)]).astype(np.int32),
        )

    def teeth(self) -> tuple[Part, Part, Part, Part]:
        """Upper teeth, lower teeth, upper and lower gum: a modelled row of teeth along the helper's arch."""
        upper, upper_gum = self._arch("helper-upper-teeth", True)
        lower, lower_gum = self._arch("helper-lower-teeth", False)
        return upper, lower, upper_gum, lower_gum

    def _arch(self, name: str, upper: bool) -> tuple[Part, Part]:
        points = self.vertices[self.group(name)]
        low, high = points.min(axis=0), points.max(axis=0)
        # half ellipse: teeth stand on it, the front teeth at its tip
        half_width = (high[0] - low[0]) / 2 * 0.84
        depth = (high[2] - low[2]) * 0.98
        front = high[2] - 0.055
        widths = (
            np.array([0.088, 0.070, 0.078, 0.072, 0.070, 0.100])
            if upper
            else np.array([0.056, 0.062, 0.070, 0.072, 0.072, 0.105])
        )
        heights = (
            np.array([0.112, 0.100, 0.108, 0.086, 0.078, 0.070])
            if upper
            else np.array([0.088, 0.090, 0.100, 0.084, 0.076, 0.070])
        )
        t = np.linspace(0, np.pi / 2, 400)
        curve = np.stack([half_width * np.sin(t) ** 0.9, front - depth * (1 - np.cos(t) ** 0.95)], axis=1)
        length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
        scale = min(1.15, length[-1] * 0.95 / widths.sum())
        edge = low[1] - 0.030 if upper else high[1] - 0.050
        direction = 1.0 if upper else -1.0
        all_points, all_uv, all_tris, count = [], [], [], 0
        place = 0.0
        for w, h in zip(widths * scale, heights, strict=True):
            centre = place + w / 2
            place += w
            x = np.interp(centre, length, curve[:, 0])
            z = np.interp(centre, length, curve[:, 1])
            ahead = np.interp(centre + 0.01, length, curve[:, 0]) - np.interp(
                centre - 0.01, length, curve[:, 0]
            )
            back = np.interp(centre + 0.01, length, curve[:, 1]) - np.interp(
                centre - 0.01, length, curve[:, 1]
            )
            along = np.array([ahead, 0, back]) / np.hypot(ahead, back)
            out = np.array([-along[2], 0, along[0]])
            front_tooth = centre < 0.25
            for sign in (1.0, -1.0):
                p, uv, tris = _tooth(w * 0.985, h, 0.055 if front_tooth else 0.085, front_tooth, direction)
                place_at = np.array(
                    [x, edge - direction * (0.006 if abs(centre) > 0.09 and centre < 0.16 else 0), z]
                )
                world = place_at + p[:, :1] * along + p[:, 1:2] * [0, 1, 0] + p[:, 2:] * out
                if sign < 0:
                    world = world * [-1, 1, 1]
                if (sign < 0) != (not upper):
                    tris = tris[:, ::-1]
                all_points.append(world)
                all_uv.append(uv)
                all_tris.append(tris + count)
                count += len(p)
        teeth = self._jaw_part(
            np.concatenate(all_points), np.concatenate(all_uv), np.concatenate(all_tris), name, upper
        )
        return teeth, self._gum(curve, edge, direction, name, upper)

    def _gum(self, curve: F64, edge: float, direction: float, name: str, upper: bool) -> Part:
        k = np.linspace(-1, 1, 61)
        pick = np.abs(k) * (len(curve) - 1)
        x = np.interp(pick, np.arange(len(curve)), curve[:, 0]) * np.sign(k)
        z = np.interp(pick, np.arange(len(curve)), curve[:, 1])
        turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        tangent = np.gradient(np.stack([x, z], 1), axis=0)
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        outwards = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
        scallop = 0.012 * np.cos(np.arange(len(k)) * 1.35)
        y = edge + direction * (0.155 + scallop[:, None] + 0.075 * np.sin(turn)[None])
        r = 0.052 * np.cos(turn)[None] - 0.01
        points = np.stack([x[:, None] + outwards[:, :1] * r, y, z[:, None] + outwards[:, 1:] * r], axis=-1)
        return self._jaw_part(
            points.reshape(-1, 3), np.zeros((points.size // 3, 2)), grid_triangles(61, 14, True), name, upper
        )

    def _jaw_part(self, points: F64, uv: F64, tris: I32, name: str, upper: bool) -> Part:
        part = self.head_only(points.astype(np.float32), uv.astype(np.float32), tris.astype(np.int32))
        if not upper:
            helper = self.group(name)
            source = self.vertices[helper]
            basis = np.concatenate([source, np.ones((len(source), 1))], axis=1)
            ours = np.concatenate([points, np.ones((len(points), 1))], axis=1)
            part.deltas = np.stack(
                [
                    ours @ np.linalg.lstsq(basis, self.units[u][helper], rcond=None)[0]
                    for u in range(len(UNITS))
                ]
            ).astype(np.float32)
            part.moved = np.arange(len(points), dtype=np.int32)
        return part


def _tooth(width: float, height: float, depth: float, front: bool, direction: float) -> tuple[F64, F64, I32]:
    """One crown, its cutting edge at y = 0: a rounded block that narrows to the gum (and, in front, to the edge)."""
    cols = 20
    # The cutting edge is flat: its first ring is a point in the middle, its second the whole edge.
    v = np.concatenate([[0.0, 0.0, 0.02, 0.06], np.linspace(0.12, 1, 9)])
    rows = len(v)
    turn = np.linspace(0, 2 * np.pi, cols, endpoint=False)
    c, s = np.cos(turn), np.sin(turn)
    power = 0.42
    ring_x, ring_z = np.sign(c) * np.abs(c) ** power, np.sign(s) * np.abs(s) ** power
    cap = np.sqrt(np.clip(1 - (1 - np.clip(v / 0.10, 0, 1)) ** 2, 0, 1)) * 0.12 + 0.88
    cap[0] = 0.0
    wide = width / 2 * (1.0 - 0.16 * v**2) * np.where(v < 0.12, 0.95 + 0.05 * v / 0.12, 1.0)
    thick = depth * ((0.35 + 0.65 * np.sqrt(v)) if front else np.full(rows, 0.9))
    bulge = 0.012 * np.sin(np.pi * np.clip(v * 0.9 + 0.1, 0, 1))
    x = (wide * cap)[:, None] * ring_x
    z = (thick * cap)[:, None] * ring_z + bulge[:, None] - 0.02
    z -= 0.010 * (np.abs(x) / (width / 2)) ** 2
    y = direction * height * np.repeat(v[:, None], cols, axis=1) * 1.25
    y += direction * 0.006 * (np.abs(ring_x) ** 4)[None] * (v < 0.15)[:, None]
    uv = np.stack(
        [np.repeat(np.clip(v[:, None] * 1.3 - 0.5, 0, 1), cols, 1), np.repeat(v[:, None], cols, 1)], -1
    )
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    return points, uv.reshape(-1, 2), grid_triangles(rows, cols, True)


def grid_triangles(rows: int, cols: int, closed: bool) -> I32:
    """[t, 3] triangles of a grid of points; `closed` joins the last column to the first."""
    last = cols if closed else cols - 1
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(last), indexing="ij")
    a, b = r * cols + c, r * cols + (c + 1) % cols
    d, e = a + cols, b + cols
    return np.concatenate(
        [np.stack([a, d, b], -1).reshape(-1, 3), np.stack([b, d, e], -1).reshape(-1, 3)]
    ).astype(np.int32)
