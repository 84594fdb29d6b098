"""Who sends a request: what the gate finds out and every later step asks."""

from __future__ import annotations

from dataclasses import dataclass

from greenroom.iam.directory import Principal
from greenroom.iam.policies import AccessRequest, PolicySet


@dataclass(slots=True, frozen=True)
class Caller:
    """An authenticated user."""

    principal: Principal
    project_id: str
    """The token's project, or the one that the access key was made for."""
    bound: bool
    """True: only that project (a token's); False: any project of the tenant."""
    actor: str
    """For the record: the access key, or `user/NAME` for a token."""
    signature: str | None
    """Of a signed request; None for a token."""
    is_temporary: bool = False
    """It came with temporary credentials."""
    limits: PolicySet | None = None
    """Temporary credentials may do only what these allow too."""

    @property
    def tenant_id(self) -> str:
        return self.principal.tenant.id

    def allows(self, project_id: str, request: AccessRequest) -> bool:
        if self.limits is not None and not self.limits.allows(request):
            return False
        return self.principal.policies_in(project_id).allows(request)
