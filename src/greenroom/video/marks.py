"""Which marks of AI a video gets: by the operator's settings and, where these let it, by the tenant's."""

from __future__ import annotations

from typing import Any

from greenroom.provenance.identity import SigningIdentity
from greenroom.provenance.label import Label, label_of
from greenroom.runtime import Context, Runtime
from greenroom.workspace.service import is_ai_marked


async def wanted_label(context: Context) -> Label | None:
    """By the operator's settings and, where these leave it to the tenant, by the tenant's."""
    settings = context.runtime.settings
    if not settings.ai_label_required and not await is_ai_marked(context):
        return None
    return label_of(settings.ai_label, settings.ai_label_text, settings.ai_label_place)


def marks_of(runtime: Runtime) -> dict[str, Any]:
    """What the child process needs to mark a finished file: `{producer, identity}`. Holds the signing key.

    Raises SigningError.
    """
    identity = SigningIdentity.of(runtime.settings, runtime.vault)
    return {
        "producer": runtime.settings.ai_producer,
        "identity": identity.to_json() if identity is not None else None,
    }
