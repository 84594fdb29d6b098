"""Meshes of quadrilaterals: reading, Catmull-Clark refinement as a matrix, normals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]


@dataclass(slots=True)
class ObjMesh:
    vertices: F64
    """[n, 3]."""
    uv: F64
    """[m, 2]."""
    groups: dict[str, tuple[I32, I32]]
    """Group name: ([q, 4] vertex indices, [q, 4] texture indices)."""


def read_obj(path: Path) -> ObjMesh:
    """Read an OBJ of quadrilaterals in named groups."""
    vertices: list[list[float]] = []
    uv: list[list[float]] = []
    groups: dict[str, list[list[list[int]]]] = {}
    current = ""
    for line in path.read_text().splitlines():
        head, _, rest = line.partition(" ")
        if head == "v":
            vertices.append([float(x) for x in rest.split()[:3]])
        elif head == "vt":
            uv.append([float(x) for x in rest.split()[:2]])
        elif head == "g":
            current = rest.strip()
        elif head == "f":
            corners = [([*c.split("/"), "1"])[:2] for c in rest.split()]
            groups.setdefault(current, []).append(
                [[int(c[0]) - 1 for c in corners], [int(c[1] or 1) - 1 for c in corners]]
            )
    parsed = {}
    for name, faces in groups.items():
        table = np.array(faces, np.int32)
        parsed[name] = (table[:, 0], table[:, 1])
    return ObjMesh(np.array(vertices), np.array(uv), parsed)


def _edges(faces: I32) -> tuple[I32, I32, I32]:
    """Unique edges [e, 2], for each face its four edges [q, 4], and how many faces each edge has."""
    pairs = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)
    pairs = np.sort(pairs, axis=1)
    unique, inverse, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    return unique.astype(np.int32), inverse.reshape(-1, 4).astype(np.int32), counts.astype(np.int32)


def _split(faces: I32, count: int, face_edges: I32, edge_count: int) -> I32:
    """The four quadrilaterals of each face; new points are ordered vertices, edges, faces."""
    q = len(faces)
    centre = count + edge_count + np.arange(q)
    out = []
    for k in range(4):
        out.append(
            np.stack(
                [faces[:, k], count + face_edges[:, k], centre, count + face_edges[:, (k - 1) % 4]], axis=1
            )
        )
    return np.stack(out, axis=1).reshape(-1, 4).astype(np.int32)


def catmull_clark(faces: I32, count: int) -> tuple[sp.csr_matrix, I32]:
    """One refinement (Catmull and Clark 1978) of `count` vertices, as a matrix [new, count], and the new faces.

    Borders are refined as cubic B-splines; vertices of no face stay.
    """
    edges, face_edges, uses = _edges(faces)
    q, e = len(faces), len(edges)
    face_points = sp.csr_matrix(
        (np.full(q * 4, 0.25), (np.repeat(np.arange(q), 4), faces.ravel())), (q, count)
    )
    ends = sp.csr_matrix((np.full(e * 2, 0.5), (np.repeat(np.arange(e), 2), edges.ravel())), (e, count))
    edge_faces = sp.csr_matrix((np.ones(q * 4), (face_edges.ravel(), np.repeat(np.arange(q), 4))), (e, q))
    inner = uses == 2
    edge_points = sp.diags(np.where(inner, 0.5, 1.0)) @ ends + sp.diags(np.where(inner, 0.25, 0.0)) @ (
        edge_faces @ face_points
    )
    vertex_faces = sp.csr_matrix((np.ones(q * 4), (faces.ravel(), np.repeat(np.arange(q), 4))), (count, q))
    vertex_edges = sp.csr_matrix((np.ones(e * 2), (edges.ravel(), np.repeat(np.arange(e), 2))), (count, e))
    n = np.asarray(vertex_faces.sum(axis=1)).ravel()
    safe = np.maximum(n, 1)
    border = np.zeros(count, bool)
    border[edges[~inner].ravel()] = True
    smooth = (
        sp.diags(1 / safe**2) @ (vertex_faces @ face_points)
        + sp.diags(2 / safe**2) @ (vertex_edges @ ends)
        + sp.diags((safe - 3) / safe)
    )
    border_edges = sp.diags((~inner).astype(float)) @ ends
    degree = np.maximum(np.asarray((vertex_edges @ sp.diags((~inner).astype(float))).sum(axis=1)).ravel(), 1)
    along = sp.diags(0.5 / degree) @ (vertex_edges @ border_edges) + sp.diags(np.full(count, 0.5))
    keep = sp.identity(count)
    pick_border = border.astype(float)
    pick_smooth = ((~border) & (n > 0)).astype(float)
    pick_keep = (n == 0).astype(float)
    vertex_points = (
        sp.diags(pick_smooth) @ smooth + sp.diags(pick_border) @ along + sp.diags(pick_keep) @ keep
    )
    matrix = sp.vstack([vertex_points, edge_points, face_points]).tocsr()
    return matrix, _split(faces, count, face_edges, e)


def linear_split(faces: I32, count: int) -> tuple[sp.csr_matrix, I32]:
    """One refinement without smoothing, for texture coordinates; faces in `catmull_clark`'s order."""
    edges, face_edges, _ = _edges(faces)
    q, e = len(faces), len(edges)
    face_points = sp.csr_matrix(
        (np.full(q * 4, 0.25), (np.repeat(np.arange(q), 4), faces.ravel())), (q, count)
    )
    ends = sp.csr_matrix((np.full(e * 2, 0.5), (np.repeat(np.arange(e), 2), edges.ravel())), (e, count))
    return sp.vstack([sp.identity(count), ends, face_points]).tocsr(), _split(faces, count, face_edges, e)


def triangles(faces: I32) -> I32:
    """[2 q, 3] from [q, 4]."""
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]).astype(np.int32)


@numba.njit(cache=True, fastmath=True)
def vertex_normals(vertices, tris):  # type: ignore[no-untyped-def]
    """[n, 3] float32 unit normals, weighted by area."""
    normals = np.zeros_like(vertices)
    for t in range(tris.shape[0]):
        a, b, c = tris[t, 0], tris[t, 1], tris[t, 2]
        ux = vertices[b, 0] - vertices[a, 0]
        uy = vertices[b, 1] - vertices[a, 1]
        uz = vertices[b, 2] - vertices[a, 2]
        vx = vertices[c, 0] - vertices[a, 0]
        vy = vertices[c, 1] - vertices[a, 1]
        vz = vertices[c, 2] - vertices[a, 2]
        nx = uy * vz - uz * vy
        ny = uz * vx - ux * vz
        nz = ux * vy - uy * vx
        for i in (a, b, c):
            normals[i, 0] += nx
            normals[i, 1] += ny
            normals[i, 2] += nz
    for i in range(normals.shape[0]):
        length = np.sqrt(normals[i, 0] ** 2 + normals[i, 1] ** 2 + normals[i, 2] ** 2) + 1e-12
        normals[i, 0] /= length
        normals[i, 1] /= length
        normals[i, 2] /= length
    return normals


@numba.njit(cache=True, fastmath=True)
def skin_vertices(rest, bones, weights, matrices):  # type: ignore[no-untyped-def]
    """Linear blend skinning: rest [n, 3], bones and weights [n, k], matrices [b, 3, 4]."""
    out = np.empty_like(rest)
    for i in range(rest.shape[0]):
        x, y, z = rest[i, 0], rest[i, 1], rest[i, 2]
        ox = oy = oz = np.float32(0.0)
        for k in range(bones.shape[1]):
            w = weights[i, k]
            if w > 0.0:
                m = matrices[bones[i, k]]
                ox += w * (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3])
                oy += w * (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3])
                oz += w * (m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3])
        out[i, 0] = ox
        out[i, 1] = oy
        out[i, 2] = oz
    return out


def neighbour_mean(faces: I32, count: int) -> sp.csr_matrix:
    """[count, count] matrix that gives each vertex the mean of its edge neighbours."""
    edges, _, _ = _edges(faces)
    ones = np.ones(len(edges))
    links = sp.csr_matrix((ones, (edges[:, 0], edges[:, 1])), (count, count))
    links = links + links.T
    degree = np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1)
    return (sp.diags(1 / degree) @ links).tocsr()


def unit(v: F64) -> F64:
    """Vectors [..., 3] at length 1."""
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)
