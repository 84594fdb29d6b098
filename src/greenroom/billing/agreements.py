"""The agreements that a tenant signs: that of the service, and that to pay automatically.

The second one is also the switch of pay-per-use, as in chapter 6 ("agree to the agreement, click OK"):
signing it switches pay-per-use of video on in the project, withdrawing it switches it off.
"""

from __future__ import annotations

from greenroom.billing.ledger import Ledger
from greenroom.billing.models import Resource, ResourceState
from greenroom.billing.products import PRODUCTS, ChargingMode, Item, Source
from greenroom.billing.repository.rows import AgreementRepository, ResourceRepository
from greenroom.billing.wire import (
    SignAgreementResponse,
    SignSpecialAgreementResponse,
    SpecialAgreementSignReq,
)
from greenroom.clock import wire_time
from greenroom.runtime import Context

SERVICE, AUTO_PAY = "SERVICE", "AUTO_PAY"


async def sign_agreement(context: Context) -> SignAgreementResponse:
    """Sign the present version; signing it again changes nothing."""
    current = context.settings.agreement_version
    rows = AgreementRepository(context)
    row = await rows.find(SERVICE)
    if row is None or row.version != current:
        row = await rows.sign(SERVICE, current)
    return SignAgreementResponse(
        current_version=current,
        need_to_sign=False,
        signed_version=row.version,
        signed_time=wire_time(row.signed_at),
        resign_deadline="",
        resign_expire_process_mode="EXPIRE_AUTO_AGREE",
    )


async def sign_special_agreement(
    context: Context, body: SpecialAgreementSignReq
) -> SignSpecialAgreementResponse:
    """Sign or withdraw; doing it again changes nothing."""
    current = context.settings.agreement_version
    rows = AgreementRepository(context)
    row = await rows.find(body.agreement_type)
    if body.to_sign and (row is None or row.version != current):
        row = await rows.sign(body.agreement_type, current)
    elif not body.to_sign:
        await rows.withdraw(body.agreement_type)
        row = None
    await switch_pay_per_use(context, on=body.to_sign)
    return SignSpecialAgreementResponse(
        agreement_type=body.agreement_type,
        current_version=current,
        signed_version=row.version if row else "",
        signed_time=wire_time(row.signed_at) if row else "",
    )


async def has_signed(context: Context, name: str) -> bool:
    """In whichever version."""
    return await AgreementRepository(context).find(name) is not None


async def switch_pay_per_use(context: Context, *, on: bool) -> None:
    """Switch pay-per-use of everything that has it on or off in the project. What was used so far stays
    owed.
    """
    await Ledger(context.runtime, context.session).lock(context.tenant_id)
    resources = ResourceRepository(context)
    now = context.now()
    for item in (product.item for product in PRODUCTS.values() if product.by_use):
        there = await resources.pay_per_use(item)
        if on and there is None:
            await resources.add(_by_use(context, item))
        elif not on and there is not None:
            there.advance(ResourceState.RELEASED, now)


def _by_use(context: Context, item: Item) -> Resource:
    now = context.now()
    return Resource(
        item=item,
        charging_mode=ChargingMode.ON_DEMAND,
        source=Source.PURCHASED,
        amount=0,
        used=0,
        starts_at=now,
        state=ResourceState.ACTIVE,
        state_since=now,
        term_count=1,
        auto_renew=False,
    )
