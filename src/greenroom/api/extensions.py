"""Operations of our own, which the contract lacks: below `x-greenroom`, where no path of the contract begins.

They go through the same gate as the contract's: signature, project, policy, rate, replay. Policies know them
by the group that they are of. See docs/adr/0009.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from greenroom.api.catalogue import CatalogueEntry, UnknownOperationError, catalogue, find_entry

ROOT = "/v1/{project_id}/x-greenroom"
_READ = {"cn-north-4": 20, "cn-east-3": 10, "ap-southeast-3": 10}
_CHANGE = {"cn-north-4": 5, "cn-east-3": 3, "ap-southeast-3": 3}
"""Calls a second, as the contract has them for showing and for creating a video."""


def _video(
    name: str, python: str, method: str, path: str, request: str | None, rates: Mapping[str, int]
) -> CatalogueEntry:
    return CatalogueEntry(
        id=name,
        python=python,
        method=method,
        path=ROOT + path,
        context="video",
        group="2d-digital-human-video",
        request=request,
        multipart=False,
        response=f"{name}Response",
        stream=False,
        status=200,
        rates=rates,
    )


@cache
def extensions() -> Mapping[str, CatalogueEntry]:
    """All of them by id."""
    entries = (
        _video("RetryVideo", "retry_video", "POST", "/videos/{job_id}/retry", None, _CHANGE),
        _video(
            "CreateVideoPreview",
            "create_video_preview",
            "POST",
            "/video-previews",
            "CreateVideoPreviewReq",
            _CHANGE,
        ),
        _video("ShowVideoPreview", "show_video_preview", "GET", "/video-previews/{preview_id}", None, _READ),
        _video(
            "DeleteVideoPreview",
            "delete_video_preview",
            "DELETE",
            "/video-previews/{preview_id}",
            None,
            _CHANGE,
        ),
    )
    return {entry.id: entry for entry in entries}


@cache
def all_entries() -> Mapping[str, CatalogueEntry]:
    """The contract's operations and ours."""
    return {**catalogue(), **extensions()}


def find_any(name: str) -> CatalogueEntry:
    """As `catalogue.find_entry`, with ours among them. Raises UnknownOperationError."""
    for entry in extensions().values():
        if name in (entry.id, entry.python):
            return entry
    return find_entry(name)


__all__ = ["UnknownOperationError", "all_entries", "extensions", "find_any"]
