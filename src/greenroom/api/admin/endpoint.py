"""Answers the administration's requests: signed, allowed, counted, not replayed, and noted in the record."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from greenroom.api.admin.table import ROOT, AdminRoute, Audience, Desk, admin_routes
from greenroom.api.answers import arguments_of, reply
from greenroom.api.gate import ForbiddenError, Gate, Trail, raw_path_of, source_of
from greenroom.api.routing import Router
from greenroom.api.throttle import Window, refuse
from greenroom.iam.caller import Caller
from greenroom.iam.changes import Actor
from greenroom.runtime import Scope

RATE = 20
"""Calls a second to one path, for each tenant."""
OPERATOR, OWN = "operator", "iam"
"""First parts of the actions: over all tenants, and over one's own."""


class AdminEndpoint:
    """One a process."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._router = Router(admin_routes())

    @staticmethod
    def owns(path: str) -> bool:
        return path.startswith(f"{ROOT}/")

    async def answer(self, request: Request, body: bytes, request_id: str, trail: Trail) -> Response:
        """Raises what the gate raises: see `Gate.authenticate`, `admit` and `claim`."""
        match = self._router.find(request.method, raw_path_of(request))
        route = match.entry
        trail.action = f"{OPERATOR}:{route.action}"
        caller = await self._gate.authenticate(request, body, trail, while_disabled=route.while_disabled)
        scope = self._gate.scope_of(caller, request, None, request_id)
        self._require(route, match.parameters, (caller, scope, request), trail)
        window = Window(f"{caller.tenant_id}/admin/{route.id}", RATE)
        if self._gate.runtime.settings.throttle != "off" and await self._gate.rates.take([window]):
            raise refuse(window)
        arguments = arguments_of(route, match.parameters, request, body)
        if not route.reads:
            async with self._gate.runtime.transaction(scope) as context:
                await self._gate.claim(context, caller, request)
        actor = Actor(caller.actor, source_of(request), request_id)
        return reply(await route.handler(desk=Desk(self._gate.runtime, actor), **arguments), 200)

    def _require(
        self,
        route: AdminRoute,
        parameters: Mapping[str, str],
        sender: tuple[Caller, Scope, Request],
        trail: Trail,
    ) -> None:
        """Raises ForbiddenError. Says the same of tenants that exist and of others."""
        caller, scope, _ = sender
        tenant = caller.principal.tenant
        services = []
        if route.audience is Audience.TENANT and parameters.get("tenant") == tenant.name:
            services.append(OWN)
        if tenant.name == self._gate.runtime.settings.operator_tenant:
            services.append(OPERATOR)
        if not services:
            raise ForbiddenError(
                "this is for the operator of the installation: use a key of the operator's tenant "
                "(GREENROOM_OPERATOR_TENANT); others administer their own tenant only"
            )
        trail.action = f"{services[0]}:{route.action}"
        identifier = list(parameters.values())[-1] if parameters else ""
        refusal = None
        for service in services:
            resource = f"{service}:{scope.region}:{scope.tenant_id}:{route.group}:{identifier}"
            wanted = self._gate.wanted(f"{service}:{route.action}", resource, sender)
            try:
                self._gate.require(caller, scope.project_id, wanted)
                return
            except ForbiddenError as error:
                refusal = refusal or error
        assert refusal is not None
        raise refusal
