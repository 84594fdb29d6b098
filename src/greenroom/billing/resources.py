"""What a tenant has: packages, allocations and pay-per-use, listed, summed and bound to assets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from greenroom.api.wire import PageQuery
from greenroom.assets.errors import AssetNotFoundError
from greenroom.assets.service import require_asset
from greenroom.assets.states import AssetType
from greenroom.billing.errors import InsufficientResourcesError, ResourceStateError
from greenroom.billing.ledger import Ledger, Posting
from greenroom.billing.lifecycle import unfreeze
from greenroom.billing.models import EntryKind, Resource, ResourceState
from greenroom.billing.products import (
    PRODUCTS,
    ChargingMode,
    Item,
    Product,
    Source,
    find_product,
    product_names,
)
from greenroom.billing.repository.rows import ResourceFilter, ResourceRepository, tenant_name
from greenroom.billing.storage import GIGABYTE, storage_of
from greenroom.billing.wire import (
    AllocateSpResourceInfo,
    AllocateSpResourceSummaryInfo,
    BindAssetResourceReq,
    BoundAssetInfo,
    CountTenantResourcesQuery,
    CountTenantResourcesResponse,
    ListTenantResourcesQuery,
    ListTenantResourcesResponse,
    ResourceAvailableNums,
    ResourceItemInfo,
    ResourcesCount,
    ResourceUsageInfo,
    ResourceUsageQuery,
    ShowResourceUsageResponse,
    ShowTenantAssginRecordResponse,
    ShowVoiceTrainingQuotasResponse,
    VoiceTrainingResource,
)
from greenroom.clock import parse_wire_time, wire_time
from greenroom.errors import InvalidParameterError
from greenroom.runtime import Context

_VOICES = {
    Item.VOICE_BASIC: "BASIC",
    Item.VOICE_MIDDLE: "MIDDLE",
    Item.VOICE_ADVANCE: "ADVANCE",
    Item.VOICE_FLEXUS: "FLEXUS",
}
_ASSET_TYPES = {
    Item.AVATAR: AssetType.HUMAN_MODEL_2D,
    Item.AVATAR_FLEXUS: AssetType.HUMAN_MODEL_2D,
    **{item: AssetType.VOICE_MODEL for item in _VOICES},
}


async def show_resource_usage(context: Context, query: ResourceUsageQuery) -> ShowResourceUsageResponse:
    """What is usable now. Raises InvalidParameterError: an unknown resource type."""
    items = _items(query.resource, query.business)
    if items == []:
        return ShowResourceUsageResponse(resources=[])
    wanted = ResourceFilter(items=items or (), states=(ResourceState.ACTIVE,))
    totals = await ResourceRepository(context).totals(wanted)
    resources = [
        ResourceUsageInfo.model_validate(_usage(PRODUCTS[item], mode, source, amount, used))
        for item, mode, source, _, amount, used in totals
        if item != Item.STORAGE
    ]
    if items is None or Item.STORAGE in items:
        resources.append(await _storage_usage(context, [row for row in totals if row[0] == Item.STORAGE]))
    return ShowResourceUsageResponse(resources=resources)


async def _storage_usage(
    context: Context, packages: Sequence[tuple[Item, str, str, int, int, int]]
) -> ResourceUsageInfo:
    """Over all projects of the tenant, with the space that is free."""
    allowed, used = await storage_of(context.session, context.tenant_id, context.now())
    source = packages[0][2] if packages else Source.ADMIN_ALLOCATED
    row = _usage(PRODUCTS[Item.STORAGE], ChargingMode.PERIODIC, source, 0, 0)
    return ResourceUsageInfo.model_validate(
        row | {"amount": allowed / GIGABYTE, "usage": round(used / GIGABYTE, 6)}
    )


async def list_tenant_resources(
    context: Context, query: ListTenantResourcesQuery
) -> ListTenantResourcesResponse:
    """Raises InvalidParameterError: an unknown resource type."""
    items = _items(query.resource, query.business, query.sub_resource)
    if items == []:
        return ListTenantResourcesResponse(count=0, resources=[])
    wanted = ResourceFilter(
        items=items or (),
        sources=_split(query.resource_source),
        resource_id=query.resource_id,
        order_id=query.order_id,
        charging_mode=query.charging_mode,
        expires_from=_time(query.resource_expire_start_time),
        expires_until=_time(query.resource_expire_end_time),
        frozen=None if query.status is None else query.status == 1,
    )
    page = await ResourceRepository(context).page_of(wanted, query.offset, query.limit)
    resources = [await _info(context, row) for row in page.rows]
    return ListTenantResourcesResponse(count=float(page.count), resources=resources)


async def count_tenant_resources(
    context: Context, query: CountTenantResourcesQuery
) -> CountTenantResourcesResponse:
    items = _items(None, query.business)
    wanted = ResourceFilter(
        items=items or (),
        expires_from=_time(query.resource_expire_start_time),
        expires_until=_time(query.resource_expire_end_time),
    )
    numbers: dict[tuple[str, str, str], int] = {}
    totals = [] if items == [] else await ResourceRepository(context).totals(wanted)
    for item, mode, source, count, _, _ in totals:
        kind = (str(PRODUCTS[item].business), mode, source)
        numbers[kind] = numbers.get(kind, 0) + count
    return CountTenantResourcesResponse(
        resources_count=[
            ResourcesCount(
                business_type=business, count=float(count), charging_mode=mode, resource_source=source
            )
            for (business, mode, source), count in numbers.items()
        ]
    )


async def show_tenant_assgin_record(context: Context, query: PageQuery) -> ShowTenantAssginRecordResponse:
    """What the administrator or a service provider allocated, the newest first."""
    resources = ResourceRepository(context)
    page = await resources.allocated(query.offset, query.limit)
    sources = ResourceFilter(sources=("ADMIN_ALLOCATED", "SP_ALLOCATED"))
    overview: dict[Item, tuple[int, int]] = {}
    for item, _, _, _, amount, used in await resources.totals(sources):
        before = overview.get(item, (0, 0))
        overview[item] = (before[0] + amount, before[1] + used)
    return ShowTenantAssginRecordResponse(
        customer_project_id=context.project_id,
        customer_name=await tenant_name(context.session, context.tenant_id),
        region_id=context.scope.region,
        resource_count=page.count,
        resources=[_record(row) for row in page.rows],
        resources_overview=[_summary(PRODUCTS[item], *numbers) for item, numbers in overview.items()],
    )


async def bind_user_asset_resource(context: Context, body: BindAssetResourceReq) -> None:
    """Let an asset live on a package that nothing uses yet, such as one whose own package has ended.

    Raises:
        AssetNotFoundError: no such asset.
        InvalidParameterError: nothing of this business makes such an asset.
        ResourceStateError: the asset lives on an active package.
        InsufficientResourcesError: no package is free.
    """
    await Ledger(context.runtime, context.session).lock(context.tenant_id)
    asset = await require_asset(context, body.asset_id)
    items = [
        item
        for item, kind in _ASSET_TYPES.items()
        if kind == asset.type and PRODUCTS[item].business == body.business_type
    ]
    if not items:
        raise InvalidParameterError(
            f"the asset {asset.id} is of type {asset.type}, which nothing of {body.business_type} makes: "
            "send the business type that fits the asset"
        )
    resources = ResourceRepository(context)
    old = await resources.of_asset(asset.id)
    if old is not None and old.state == ResourceState.ACTIVE:
        raise ResourceStateError(f"the asset {asset.id} lives on the package {old.id} until that ends")
    package = next(iter(await resources.free_packages(items)), None)
    if package is None:
        raise InsufficientResourcesError(
            f"no package of {body.business_type} is free: order one (create_meta_studio_orders)"
        )
    package.used, package.asset_id = package.amount, asset.id
    resources.touch(package)
    if old is not None:
        old.asset_id = None
        await unfreeze(context, asset)
    await _note_binding(context, package, asset.id)


async def show_voice_training_quotas(context: Context, query: PageQuery) -> ShowVoiceTrainingQuotasResponse:
    resources = ResourceRepository(context)
    page = await resources.page_of(ResourceFilter(items=tuple(_VOICES)), query.offset, query.limit)
    free: dict[str, int] = {}
    for row in await resources.free_packages(list(_VOICES)):
        name = _VOICES[Item(row.item)].lower()
        free[name] = free.get(name, 0) + row.left
    return ShowVoiceTrainingQuotasResponse(
        count=page.count,
        resource_available_nums=ResourceAvailableNums(**free),
        resources=[_voice(row) for row in page.rows],
    )


async def _note_binding(context: Context, package: Resource, asset_id: str) -> None:
    """In the ledger too, at no cost: it says what the package was used for."""
    await Ledger(context.runtime, context.session).post(
        Posting(
            tenant_id=context.tenant_id,
            project_id=context.project_id,
            kind=EntryKind.ALLOCATION,
            key=f"bind:{package.id}:{context.new_id()[:8]}",
            amount_micros=0,
            subject_id=package.id,
            details={"asset_id": asset_id},
        )
    )


def _items(resource: str | None, business: str | None, sub_resource: str | None = None) -> list[Item] | None:
    """The items that all of the comma-separated filters name; None: no filter.

    Raises InvalidParameterError.
    """
    chosen: set[Item] | None = None
    for text in (resource, sub_resource):
        if text:
            named = {_named(name).item for name in _split(text)}
            chosen = named if chosen is None else chosen & named
    if business:
        named = {product.item for product in PRODUCTS.values() if product.business in _split(business)}
        chosen = named if chosen is None else chosen & named
    return None if chosen is None else sorted(chosen)


def _named(name: str) -> Product:
    product = find_product(name)
    if product is None:
        raise InvalidParameterError(f"there is no resource {name!r}: send one of {product_names()}")
    return product


def _split(text: str) -> Sequence[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _time(text: str | None) -> datetime | None:
    return parse_wire_time(text) if text else None


def _usage(product: Product, mode: str, source: str, amount: int, used: int) -> dict[str, object]:
    return {
        "resource_type": product.code,
        "business_type": product.business,
        "sub_resource_type": product.item if product.is_flexus else None,
        "is_sub_resource": product.is_flexus,
        "charging_mode": mode,
        "resource_source": source,
        "amount": product.shown(amount),
        "usage": product.shown(used),
        "unit": product.unit,
    }


async def _info(context: Context, row: Resource) -> ResourceItemInfo:
    product = PRODUCTS[Item(row.item)]
    return ResourceItemInfo.model_validate(
        {
            **_usage(product, row.charging_mode, row.source, row.amount, row.used),
            "resource_id": row.id,
            "order_id": row.order_id,
            "bound_asset": await _bound(context, row.asset_id),
            "resource_expire_time": wire_time(row.expires_at) if row.expires_at else None,
            "status": _status(row),
        }
    )


def _status(row: Resource) -> int:
    """0: usable; 1: frozen."""
    return 0 if row.state == ResourceState.ACTIVE else 1


async def _bound(context: Context, asset_id: str | None) -> BoundAssetInfo | None:
    if asset_id is None:
        return None
    try:
        name = (await require_asset(context, asset_id)).name
    except AssetNotFoundError:
        name = ""
    return BoundAssetInfo(asset_id=asset_id, asset_name=name)


def _record(row: Resource) -> AllocateSpResourceInfo:
    product = PRODUCTS[Item(row.item)]
    return AllocateSpResourceInfo(
        assignment_record_id=row.id,
        resource_spec_code=product.code,
        charging_mode=row.charging_mode,
        resource_num=product.shown(row.amount),
        resource_used_num=product.shown(row.used),
        resource_allocate_time=int(row.starts_at.timestamp()),
        resource_expire_time=min(int(row.expires_at.timestamp()), 2_147_483_647) if row.expires_at else None,
    )


def _summary(product: Product, amount: int, used: int) -> AllocateSpResourceSummaryInfo:
    return AllocateSpResourceSummaryInfo(
        resource_spec_code=product.code,
        resource_num=product.shown(amount),
        resource_used_num=product.shown(used),
        resource_remind_quota=product.shown(max(0, amount - used)),
    )


def _voice(row: Resource) -> VoiceTrainingResource:
    return VoiceTrainingResource(
        operation_type="ADD" if row.state == ResourceState.ACTIVE else "FREEZE",
        resource_source=row.source,
        asset_id=row.asset_id or "",
        resource_id=row.id,
        resource_nums=row.amount,
        resource_available_nums=row.left if row.state == ResourceState.ACTIVE else 0,
        resource_type=_VOICES[Item(row.item)],
        charge_mode=str(row.charging_mode),
        expire_time=wire_time(row.expires_at) if row.expires_at else None,
        status=_status(row),
    )
