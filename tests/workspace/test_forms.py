"""A multipart body that was read for its signature is still there for the operation."""

from __future__ import annotations

import httpx
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from tests.billing.conftest import (
    OpenShop,
    Shop,
    make_shop,
    migrated_file,
    migrated_url,
    open_shop,
    ready_url,
)

__all__ = ["OpenShop", "make_shop", "migrated_file", "migrated_url", "open_shop", "ready_url"]


async def test_a_form_with_a_signed_body(open_shop: Shop) -> None:
    studio = open_shop.studio
    form = httpx.Request("POST", "http://test/", files={"file": ("quotas.csv", b"wrong\n1\n", "text/csv")})
    content = form.read()
    who = studio.acme
    path = f"/v2/{who.project_id}/ies/import/user-quota"
    headers = {"Content-Type": form.headers["Content-Type"]}
    request = SdkRequest("POST", "http", "test", path, None, [], headers, content)
    # Without UNSIGNED-PAYLOAD, as whoever signs by hand does, or sends a token.
    signed = Signer(BasicCredentials(who.access_key, who.secret_key))
    done = signed.sign(request)
    answer = await studio.send(
        httpx.Request("POST", "http://test" + path, headers=done.header_params, content=content)
    )
    assert (answer.status_code, "no column" in answer.text) == (400, True), answer.text
