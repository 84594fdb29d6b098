"""The administration over HTTP: who may use it, and that it does what the command line does."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from greenroom.api.admin.table import AdminRoute, Audience, admin_routes
from greenroom.api.throttle import MemoryRates
from greenroom.iam import permissions
from greenroom.iam.changes import Actor
from greenroom.iam.record import list_audit_events
from greenroom.iam.repository import AuditFilter
from greenroom.iam.service import Credentials, create_credentials

from .conftest import MakeStudio, Studio
from .test_gate import allow, error, new_user

DOCS = Path(__file__).parents[2] / "docs" / "administration.md"
ROUTES = sorted(admin_routes(), key=lambda route: route.id)


@pytest.fixture
async def studio(make_studio: MakeStudio) -> Studio:
    """With an operator's tenant."""
    opened: Studio = await make_studio(operator_tenant="ops", throttle="off")
    return opened


@pytest.fixture
async def ops(studio: Studio) -> Credentials:
    """A key of the operator's."""
    keys = await create_credentials(studio.runtime, "ops", "cn-north-4")
    await permissions.set_attached(
        studio.runtime, Actor(), "ops", "admin", "Greenroom Operator", attached=True
    )
    return keys


def path_of(route: AdminRoute, tenant: str = "acme") -> str:
    return re.sub(r"{\w+}", "x", route.path.replace("{tenant}", tenant))


async def ask(studio: Studio, by: Credentials, method: str, path: str, body: Any = None) -> Any:
    """The answer's JSON, which must be there."""
    answer = await studio.call(method, f"/admin/v1{path}", body, by)
    assert answer.status_code == 200, answer.text
    return answer.json() if answer.content else None


class TestWhoMay:
    async def test_a_tenant_neither_the_installation_nor_another_tenant(self, studio: Studio) -> None:
        for route in ROUTES:
            answer = await studio.call(route.method, path_of(route), {}, studio.globex)
            assert error(answer) == (403, "APIGW.0302"), route.path

    async def test_a_new_user_not_even_its_own_tenant(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana", "MetaStudio FullAccess")
        for route in ROUTES:
            answer = await studio.call(route.method, path_of(route), {}, ana)
            assert error(answer) == (403, "APIGW.0302"), route.path

    async def test_an_operator_without_the_policy_neither(self, studio: Studio) -> None:
        keys = await create_credentials(studio.runtime, "ops", "cn-north-4")
        answer = await studio.call("GET", "/admin/v1/tenants", by=keys)
        assert error(answer) == (403, "APIGW.0302")
        assert "operator:tenant:list" in answer.json()["error_msg"]

    async def test_the_policy_is_of_no_effect_elsewhere(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana", "Greenroom Operator")
        assert error(await studio.call("GET", "/admin/v1/tenants", by=ana)) == (403, "APIGW.0302")
        assert error(await studio.call("GET", "/admin/v1/tenants/acme/users", by=ana))[0] == 403

    async def test_nobody_where_no_operator_is_named(self, make_studio: MakeStudio) -> None:
        studio = await make_studio()
        answer = await studio.call("GET", "/admin/v1/tenants")
        assert error(answer) == (403, "APIGW.0302")
        assert "GREENROOM_OPERATOR_TENANT" in answer.json()["error_msg"]

    async def test_nobody_without_a_signature(self, studio: Studio) -> None:
        answer = await studio.send(httpx.Request("GET", "http://test/admin/v1/tenants"))
        assert error(answer) == (401, "MSS.00000001")

    async def test_one_action_by_a_policy_of_ones_own(self, studio: Studio) -> None:
        document = allow("iam:user:list")
        await permissions.save_policy(studio.runtime, Actor(), "acme", "lookers", document)
        ana = await new_user(studio, "ana", "lookers")
        assert len((await ask(studio, ana, "GET", "/tenants/acme/users"))["users"]) == 2
        refused = await studio.call("POST", "/admin/v1/tenants/acme/users", {"name": "bob"}, ana)
        assert error(refused) == (403, "APIGW.0302")
        assert "iam:user:create" in refused.json()["error_msg"]


class TestTenants:
    async def test_from_a_new_tenant_to_a_working_key(self, studio: Studio, ops: Credentials) -> None:
        made = await ask(studio, ops, "POST", "/tenants", {"name": "initech"})
        assert made["region"] == "cn-north-4"
        await ask(studio, ops, "POST", "/tenants/initech/users", {"name": "ana"})
        await ask(studio, ops, "POST", "/tenants/initech/groups", {"name": "editors"})
        await ask(studio, ops, "PUT", "/tenants/initech/groups/editors/members/ana")
        attached = "/tenants/initech/groups/editors/policies/MetaStudio%20FullAccess"
        await ask(studio, ops, "PUT", attached)
        keys = Credentials(**await ask(studio, ops, "POST", "/tenants/initech/keys", {"user": "ana"}))
        assets = "/v1/{p}/digital-assets"
        assert (await studio.call("GET", assets, by=keys)).status_code == 200
        await ask(studio, ops, "DELETE", attached)
        await asyncio.sleep(0.6)
        assert error(await studio.call("GET", assets, by=keys)) == (403, "APIGW.0302")
        await ask(studio, ops, "POST", "/tenants/initech/disable", {"reason": "unpaid"})
        await asyncio.sleep(0.6)
        assert error(await studio.call("GET", assets, by=keys)) == (401, "MSS.00000001")
        rows = (await ask(studio, ops, "GET", "/tenants"))["tenants"]
        assert [row["reason"] for row in rows if row["name"] == "initech"] == ["unpaid"]

    async def test_a_tenant_administers_itself(self, studio: Studio) -> None:
        by = studio.acme
        await ask(studio, by, "POST", "/tenants/acme/users", {"name": "ana", "password": "Secret-123"})
        await ask(studio, by, "PUT", "/tenants/acme/users/ana/password", {"password": "Other-4567"})
        document = allow("metastudio:digitalAsset:*")
        await ask(studio, by, "PUT", "/tenants/acme/policies/assets", {"document": document})
        names = [one["name"] for one in (await ask(studio, by, "GET", "/tenants/acme/policies"))["policies"]]
        assert "assets" in names
        limits = {"limits": {"video_time_2d_model": 60}}
        await ask(studio, by, "PUT", "/tenants/acme/quotas/ana", limits)
        (row,) = (await ask(studio, by, "GET", "/tenants/acme/quotas"))["quotas"]
        assert (row["user"], row["item"], row["limit"]) == ("ana", "video_time_2d_model", 60)
        await ask(studio, by, "DELETE", "/tenants/acme/users/ana")
        actions = [one["action"] for one in (await ask(studio, by, "GET", "/tenants/acme/audit"))["events"]]
        assert {"iam:user:create", "iam:user:setPassword", "billing:quota", "iam:user:delete"} <= set(actions)

    async def test_rates_and_what_is_wrong(self, studio: Studio, ops: Credentials) -> None:
        rate = {"tenant": "acme", "operation": "show_asset", "per_second": 7}
        await ask(studio, ops, "PUT", "/rates", rate)
        (row,) = (await ask(studio, ops, "GET", "/rates"))["rates"]
        assert (row["tenant"], row["operation"], row["per_second"]) == ("acme", "ShowAsset", 7)
        await ask(studio, ops, "DELETE", "/rates?tenant=acme&operation=ShowAsset")
        wrong = await studio.call("PUT", "/admin/v1/rates", rate | {"operation": "Fly"}, ops)
        assert error(wrong) == (400, "MSS.10000003")
        unknown = await studio.call("GET", "/admin/v1/tenants/nobody/users", by=ops)
        assert error(unknown) == (404, "MSS.00000002")


class TestContent:
    async def test_a_frozen_tenant_can_appeal_and_nothing_else(
        self, studio: Studio, ops: Credentials
    ) -> None:
        body = {"kind": "tenant", "subject": "acme", "reason": "complaint 9"}
        made = await ask(studio, ops, "POST", "/freezes", body)
        await asyncio.sleep(0.6)
        assert error(await studio.call("GET", "/v1/{p}/digital-assets"))[0] == 401
        assert error(await studio.call("GET", "/admin/v1/tenants/acme/users"))[0] == 401
        (shown,) = (await ask(studio, studio.acme, "GET", "/tenants/acme/freezes"))["freezes"]
        assert (shown["id"], shown["reason"], shown["state"]) == (made["id"], "complaint 9", "FROZEN")
        appeal = f"/tenants/acme/freezes/{made['id']}/appeal"
        assert (await ask(studio, studio.acme, "POST", appeal, {"text": "Not ours"}))["state"] == "APPEALED"
        theirs = await studio.call(
            "POST", f"/admin/v1{appeal.replace('acme', 'globex')}", {"text": "x"}, studio.globex
        )
        assert error(theirs) == (404, "MSS.00000002")
        await ask(studio, ops, "POST", f"/freezes/{made['id']}/lift", {"answer": "You were right"})
        await asyncio.sleep(0.6)
        assert (await studio.call("GET", "/v1/{p}/digital-assets")).status_code == 200

    async def test_words_and_exemptions(self, studio: Studio, ops: Credentials) -> None:
        await ask(studio, ops, "PUT", "/words", {"word": "zorblax", "category": "fraud"})
        refused = await studio.call(
            "POST", "/v1/{p}/digital-assets", {"asset_name": "zorblax", "asset_type": "IMAGE"}
        )
        asset_id = refused.json()["asset_id"]
        shown = (await studio.call("GET", f"/v1/{{p}}/digital-assets/{asset_id}")).json()
        assert (shown["asset_state"], shown["fail_type"]) == ("FAILED", "AUTOMATIC_REVIEW_REJECT")
        await ask(studio, ops, "PUT", "/tenants/acme/exemption", {"reason": "contract 12"})
        (row,) = (await ask(studio, ops, "GET", "/exemptions"))["exemptions"]
        assert (row["tenant"], row["reason"]) == ("acme", "contract 12")
        await ask(studio, ops, "DELETE", "/tenants/acme/exemption")
        await ask(studio, ops, "DELETE", "/words?word=zorblax")
        assert (await ask(studio, ops, "GET", "/words"))["words"] == []


class TestMoney:
    async def test_payments_packages_ledger_and_invoices(self, studio: Studio, ops: Credentials) -> None:
        await ask(studio, ops, "POST", "/tenants/acme/payments", {"amount": "100", "reference": "bank-1"})
        wanted = {"item": "live_channel_2d_model", "amount": 3}
        (made,) = (await ask(studio, ops, "POST", "/tenants/acme/resources", wanted))["resources"]
        await ask(studio, ops, "PUT", f"/resources/{made['id']}/auto-renew", {"on": True})
        heads = await ask(studio, ops, "GET", "/ledger/heads")
        verified = await ask(studio, ops, "POST", "/ledger/verify", heads)
        assert verified == {"chains": 1, "faults": []}
        entries = (await ask(studio, studio.acme, "GET", "/tenants/acme/ledger"))["entries"]
        assert [entry["kind"] for entry in entries] == ["PAYMENT", "ALLOCATION"]
        month = entries[0]["time"][:7]
        pdf = await studio.call("GET", f"/admin/v1/tenants/acme/invoices/{month}", by=studio.acme)
        assert pdf.content.startswith(b"%PDF-")
        table = await studio.call("GET", f"/admin/v1/tenants/acme/invoices/{month}?format=csv")
        assert table.text.startswith("invoice,")
        wrong = await studio.call("GET", "/admin/v1/tenants/acme/invoices/May")
        assert error(wrong) == (400, "MSS.10000003")


class TestRequests:
    async def test_a_change_is_not_made_twice_and_names_who_made_it(
        self, studio: Studio, ops: Credentials
    ) -> None:
        request = studio.signed("POST", "/admin/v1/tenants", {"name": "initech"}, ops)
        assert (await studio.send(request)).status_code == 200
        assert error(await studio.send(request)) == (401, "MSS.00000001")
        await studio.app.close()
        found = await list_audit_events(studio.runtime, AuditFilter())
        (change,) = [one for one in found if one["action"] == "iam:tenant:create"]
        assert (change["actor"], change["source"]) == (ops.access_key, "192.0.2.7")
        (refusal,) = [one for one in found if one["kind"] == "REFUSAL"]
        assert (refusal["action"], refusal["tenant"]) == ("operator:tenant:create", "ops")

    async def test_twenty_a_second(self, make_studio: MakeStudio) -> None:
        studio = await make_studio()
        studio.app.gate.rates = MemoryRates(lambda: 1000.0)
        path = "/admin/v1/tenants/acme/groups"
        answers = [await studio.call("GET", path) for _ in range(22)]
        assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 2
        assert error(answers[-1]) == (429, "APIGW.0308")

    async def test_unknown_paths_and_methods(self, studio: Studio, ops: Credentials) -> None:
        assert error(await studio.call("GET", "/admin/v1/nothing", by=ops)) == (404, "APIGW.0101")
        assert error(await studio.call("PATCH", "/admin/v1/tenants", by=ops)) == (400, "MSS.00010004")


def test_every_path_is_documented() -> None:
    text = DOCS.read_text()
    missing = [route.path for route in ROUTES if f"`{route.method} {route.path[9:]}`" not in text]
    assert not missing


def test_only_what_names_a_tenant_is_for_tenants() -> None:
    assert {route.id for route in ROUTES if route.while_disabled} == {"list_tenant_freezes", "appeal_freeze"}
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert all("{tenant}" in route.path for route in ROUTES if route.audience is Audience.TENANT)
