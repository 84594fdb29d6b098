"""A multipart body that the gate has read is still there for the operation."""

from __future__ import annotations

from datetime import timedelta

import httpx
from tests.billing.conftest import (
    OpenShop,
    Shop,
    make_shop,
    open_shop,
)

from greenroom.iam.tokens import Token

__all__ = ["OpenShop", "make_shop", "open_shop"]


async def test_a_form_with_a_token(open_shop: Shop) -> None:
    studio = open_shop.studio
    gate, who = studio.app.gate, studio.acme
    holder = await gate.directory.holder(who.access_key)
    assert holder is not None
    now = studio.clock()
    token = Token(holder.principal.user_id, who.project_id, now, now + timedelta(hours=1))
    request = httpx.Request(
        "POST",
        f"http://test/v2/{who.project_id}/ies/import/user-quota",
        files={"file": ("quotas.csv", b"wrong\n1\n", "text/csv")},
        headers={"X-Auth-Token": gate.tokens.seal(token)},
    )
    answer = await studio.send(request)
    assert (answer.status_code, "no column" in answer.text) == (400, True), answer.text
