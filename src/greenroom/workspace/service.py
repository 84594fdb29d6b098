"""Agencies, one-off codes, collections and settings of a tenant."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from greenroom.api.wire import PageQuery
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context, Runtime, Scope
from greenroom.workspace.errors import AgencyNotFoundError
from greenroom.workspace.models import Agency, AgencyRole, CodePurpose, Collection, OnceCode, ServiceConfig
from greenroom.workspace.repository import (
    AgencyRepository,
    CollectionRepository,
    OnceCodeRepository,
    ServiceConfigRepository,
    take_code,
)
from greenroom.workspace.wire import (
    AgencyResponse,
    CollectionInfo,
    CollectionsReq,
    OnceCodeResponse,
    ServiceSharedConfig,
    ShowTenantServiceConfigsResponse,
    ShowTenantUserConfigurationResponse,
    SubAccountControlConfig,
    TenantLogConfig,
    UpdateTenantServiceConfigsReq,
    UpdateTenantServiceConfigsResponse,
)

CODE_LIFE = timedelta(minutes=5)
"""Between asking for a code and connecting with it."""
_KINDS = ("VOICE",)
_MAX_MEMBERS = 10_000


async def create_agency(context: Context, role_type: str) -> AgencyResponse:
    """The agency of a role; asking again gives the same one.

    Raises:
        InvalidParameterError: no such role.
    """
    rows = AgencyRepository(context)
    role = _role(role_type)
    row = await rows.of_role(role) or await rows.add(Agency(role=role))
    return AgencyResponse(agency_id=row.id)


async def show_agency(context: Context, role_type: str | None) -> AgencyResponse:
    """Raises AgencyNotFoundError."""
    row = await AgencyRepository(context).of_role(_role(role_type) if role_type else None)
    if row is None:
        raise AgencyNotFoundError(role_type)
    return AgencyResponse(agency_id=row.id)


async def delete_agency(context: Context, role_type: str) -> None:
    """Raises InvalidParameterError: no such role; AgencyNotFoundError: no agency of it."""
    rows = AgencyRepository(context)
    row = await rows.of_role(_role(role_type))
    if row is None:
        raise AgencyNotFoundError(role_type)
    await rows.remove(row)


async def create_once_code(context: Context, purpose: CodePurpose) -> OnceCodeResponse:
    """A code that opens one connection within `CODE_LIFE`; only its hash is kept."""
    rows = OnceCodeRepository(context)
    await rows.forget_ended()
    code = secrets.token_urlsafe(32)
    await rows.add(
        OnceCode(
            id=_digest(code),
            purpose=purpose,
            region=context.scope.region,
            expires_at=context.now() + CODE_LIFE,
        )
    )
    return OnceCodeResponse(once_code=code)


async def redeem_once_code(runtime: Runtime, code: str, purpose: CodePurpose) -> Scope | None:
    """Whose connection a code opens; None: it is wrong, used up or too old. It opens nothing afterwards."""
    async with runtime.sessions.write.begin() as session:
        row = await take_code(session, _digest(code), purpose, runtime.clock())
        if row is None:
            return None
        return Scope(
            tenant_id=row.tenant_id,
            project_id=row.project_id,
            region=row.region,
            app_user_id=row.app_user_id,
            base_url=runtime.local_url,
        )


async def add_to_collections(context: Context, body: CollectionsReq) -> None:
    """Put more into the user's collections; what is there already stays where it is.

    Raises:
        InvalidParameterError: a collection would grow too large.
    """
    rows = CollectionRepository(context)
    for wanted in body.my_collections:
        row = await rows.find(_collection_id(context, wanted.collection_type))
        if row is None:
            row = await rows.add(
                Collection(
                    id=_collection_id(context, wanted.collection_type),
                    kind=wanted.collection_type,
                    members=[],
                )
            )
        row.members = list(dict.fromkeys([*row.members, *wanted.collection_ids]))
        if len(row.members) > _MAX_MEMBERS:
            raise InvalidParameterError(
                f"a collection holds at most {_MAX_MEMBERS} ids: take some out with "
                "delete_tenant_user_configuration"
            )
        rows.touch(row)


async def remove_from_collections(context: Context, body: CollectionsReq) -> None:
    """Take out what is in; the rest is ignored."""
    rows = CollectionRepository(context)
    for unwanted in body.my_collections:
        row = await rows.find(_collection_id(context, unwanted.collection_type))
        if row is not None:
            gone = set(unwanted.collection_ids)
            row.members = [member for member in row.members if member not in gone]
            rows.touch(row)


async def show_collections(context: Context, query: PageQuery) -> ShowTenantUserConfigurationResponse:
    """A page of the ids of each collection."""
    rows = CollectionRepository(context)
    found = [await rows.find(_collection_id(context, kind)) for kind in _KINDS]
    return ShowTenantUserConfigurationResponse(
        my_collections=[
            CollectionInfo.model_validate(
                {
                    "collection_type": row.kind,
                    "collection_ids": row.members[query.offset : query.offset + query.limit],
                }
            )
            for row in found
            if row is not None and row.members
        ]
    )


async def show_service_configs(context: Context) -> ShowTenantServiceConfigsResponse:
    return _shown(await ServiceConfigRepository(context).find(context.project_id))


async def update_service_configs(
    context: Context, body: UpdateTenantServiceConfigsReq
) -> UpdateTenantServiceConfigsResponse:
    """What is left out stays.

    Raises:
        InvalidParameterError: users are to be told apart, but not how.
    """
    rows = ServiceConfigRepository(context)
    row = await rows.find(context.project_id)
    if row is None:
        row = await rows.add(
            ServiceConfig(id=context.project_id, separately_controlled=False, is_ai_mark_on=True)
        )
    control = body.sub_account_control_config
    if control is not None:
        if control.separately_controlled is not None:
            row.separately_controlled = control.separately_controlled
        row.sub_account_type = control.sub_account_type or row.sub_account_type
        if row.separately_controlled and row.sub_account_type is None:
            raise InvalidParameterError(
                "sub_account_control_config.sub_account_type is missing: send IAM_USER with "
                "separately_controlled"
            )
    if body.is_ai_mark_on is not None:
        row.is_ai_mark_on = body.is_ai_mark_on
    rows.touch(row)
    shown = _shown(row)
    return UpdateTenantServiceConfigsResponse(tenant_id=context.tenant_id, **dict(shown))


async def is_ai_marked(context: Context) -> bool:
    """Whether the tenant wants a visible label on its videos; it does unless it has turned it off."""
    row = await ServiceConfigRepository(context).find(context.project_id)
    return row is None or row.is_ai_mark_on


def _shown(row: ServiceConfig | None) -> ShowTenantServiceConfigsResponse:
    return ShowTenantServiceConfigsResponse(
        service_shared_config=ServiceSharedConfig(
            enable=False, optional_project_ids=[], no_need_review=False
        ),
        tenant_log_config=TenantLogConfig(log_group_id="", log_stream_id=""),
        sub_account_control_config=SubAccountControlConfig.model_validate(
            {
                "separately_controlled": row.separately_controlled if row else False,
                "sub_account_type": row.sub_account_type if row else None,
            }
        ),
        is_ai_mark_on=row.is_ai_mark_on if row else True,
    )


def _role(text: str) -> AgencyRole:
    """Raises InvalidParameterError."""
    if text not in list(AgencyRole):
        raise InvalidParameterError(f"role_type is {text!r}: send {' or '.join(AgencyRole)}")
    return AgencyRole(text)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _collection_id(context: Context, kind: str) -> str:
    return _digest("\n".join((context.project_id, kind, context.app_user_id or "")))
