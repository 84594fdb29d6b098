"""Who gets in and what they may do, through the whole application."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from greenroom.api.catalogue import catalogue
from greenroom.api.gate import Gate
from greenroom.iam import accounts, people, permissions, service
from greenroom.iam.changes import Actor
from greenroom.iam.record import list_audit_events
from greenroom.iam.repository import AuditFilter
from greenroom.iam.service import Credentials

from .conftest import MakeStudio, Studio

ASSETS = "/v1/{p}/digital-assets"
NEW = {"asset_name": "Lobby", "asset_type": "IMAGE"}
READ_ONLY = "MetaStudio ReadOnlyAccess"


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


async def new_user(studio: Studio, name: str, *policies: str, region: str = "*") -> Credentials:
    """A user with a group of its own that has these policies, and a key."""
    runtime, actor = studio.runtime, Actor()
    await people.create_group(runtime, actor, "acme", f"{name}s")
    await people.create_user(runtime, actor, "acme", name, "Secret-123", (f"{name}s",))
    for policy in policies:
        await permissions.set_attached(
            runtime, actor, "acme", f"{name}s", policy, attached=True, region=region
        )
    return await service.create_key(runtime, actor, "acme", name, "cn-north-4")


def allow(*actions: str, **members: Any) -> dict[str, Any]:
    return {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": list(actions), **members}]}


async def events(studio: Studio, tenant: str | None = "acme") -> list[dict[str, Any]]:
    """The refusals so far, newest first."""
    await studio.app.close()
    found = await list_audit_events(studio.runtime, AuditFilter())
    return [one for one in found if one["kind"] == "REFUSAL" and one["tenant"] == tenant]


class TestPolicies:
    async def test_the_tenants_administrator_may_do_everything(self, studio: Studio) -> None:
        assert (await studio.call("POST", ASSETS, NEW)).status_code == 200
        assert (await studio.call("GET", ASSETS)).status_code == 200

    async def test_a_new_user_can_do_nothing(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana")
        for method, path, body in (
            ("GET", ASSETS, None),
            ("POST", ASSETS, NEW),
            ("DELETE", f"{ASSETS}/x", None),
        ):
            answer = await studio.call(method, path, body, by=ana)
            assert error(answer) == (403, "APIGW.0302")
        assert "metastudio:digitalAsset:deleteAsset" in answer.json()["error_msg"]

    async def test_read_only_by_group(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana", READ_ONLY)
        assert (await studio.call("GET", ASSETS, by=ana)).status_code == 200
        assert error(await studio.call("POST", ASSETS, NEW, by=ana)) == (403, "APIGW.0302")

    async def test_out_of_the_group_is_out_of_its_permissions(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana", READ_ONLY)
        assert (await studio.call("GET", ASSETS, by=ana)).status_code == 200
        await people.set_member(studio.runtime, Actor(), "acme", "anas", "ana", member=False)
        await asyncio.sleep(0.6)
        assert error(await studio.call("GET", ASSETS, by=ana)) == (403, "APIGW.0302")

    async def test_deny_first(self, studio: Studio) -> None:
        document = allow("metastudio:*:*")
        document["Statement"].append({"Effect": "Deny", "Action": "metastudio:digitalAsset:create*"})
        await permissions.save_policy(studio.runtime, Actor(), "acme", "no new assets", document)
        ana = await new_user(studio, "ana", "no new assets", "MetaStudio FullAccess")
        assert (await studio.call("GET", ASSETS, by=ana)).status_code == 200
        assert error(await studio.call("POST", ASSETS, NEW, by=ana)) == (403, "APIGW.0302")

    async def test_one_asset_only(self, studio: Studio) -> None:
        first, second = [
            (await studio.call("POST", ASSETS, {**NEW, "asset_name": name})).json()["asset_id"]
            for name in ("a", "b")
        ]
        place = f"metastudio:*:*:digitalAsset:{first}"
        await permissions.save_policy(
            studio.runtime, Actor(), "acme", "one", allow("metastudio:*:*", Resource=[place])
        )
        ana = await new_user(studio, "ana", "one")
        assert (await studio.call("GET", f"{ASSETS}/{first}", by=ana)).status_code == 200
        assert error(await studio.call("GET", f"{ASSETS}/{second}", by=ana)) == (403, "APIGW.0302")
        assert error(await studio.call("GET", ASSETS, by=ana)) == (403, "APIGW.0302")

    async def test_a_time_that_ends(self, studio: Studio) -> None:
        end = (studio.clock() + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        document = allow("metastudio:*:*", Condition={"DateLessThan": {"g:CurrentTime": end}})
        await permissions.save_policy(studio.runtime, Actor(), "acme", "today", document)
        ana = await new_user(studio, "ana", "today")
        assert (await studio.call("GET", ASSETS, by=ana)).status_code == 200
        studio.clock.offset = timedelta(minutes=6)
        assert error(await studio.call("GET", ASSETS, by=ana)) == (403, "APIGW.0302")

    async def test_one_region_only(self, studio: Studio) -> None:
        other = await accounts.create_project(studio.runtime, Actor(), "acme", "cn-east-3")
        ana = await new_user(studio, "ana", READ_ONLY, region="cn-north-4")
        assert (await studio.call("GET", ASSETS, by=ana)).status_code == 200
        answer = await studio.call("GET", ASSETS.replace("{p}", other["id"]), by=ana)
        assert error(answer) == (403, "APIGW.0302")
        assert (await studio.call("GET", ASSETS.replace("{p}", other["id"]))).status_code == 200


async def test_an_operation_that_no_allow_names_is_refused_whatever_else_is_allowed(studio: Studio) -> None:
    """Every operation of the catalogue, built or not; the policy allows everything but a handful."""
    entries = sorted(catalogue().values(), key=lambda entry: entry.id)
    ana = await new_user(studio, "ana")
    for first in range(0, len(entries), 30):
        some = entries[first : first + 30]
        others = {"Effect": "Allow", "NotAction": [entry.action for entry in some]}
        document = {"Version": "1.1", "Statement": [others]}
        await permissions.save_policy(studio.runtime, Actor(), "acme", f"all-but-{first}", document)
        change = studio.runtime, Actor(), "acme", "anas", f"all-but-{first}"
        await permissions.set_attached(*change, attached=True)
        await studio.app.gate.directory.refresh(now=True)
        for entry in some:
            path = re.sub(r"{(?!project_id)\w+}", "x", entry.path).replace("{project_id}", "{p}")
            assert error(await studio.call(entry.method, path, {}, ana)) == (403, "APIGW.0302"), entry.id
        await permissions.set_attached(*change, attached=False)


class TestKeys:
    async def test_a_disabled_key_stops_within_a_second_in_every_process(self, studio: Studio) -> None:
        other = studio.another_process()
        for app in (studio.app, other):
            assert (await studio.send(studio.signed("GET", ASSETS), app)).status_code == 200
        key = studio.acme.access_key
        await service.set_key_state(studio.runtime, Actor(), "acme", key, enabled=False)
        disabled = time.monotonic()
        for app in (studio.app, other):
            while (await studio.send(studio.signed("GET", ASSETS), app)).status_code == 200:
                assert time.monotonic() - disabled < 1, "it still works after a second"
                await asyncio.sleep(0.02)
        answer = await studio.call("GET", ASSETS)
        assert error(answer) == (401, "MSS.00000001")
        assert "disabled" in answer.json()["error_msg"]
        await service.set_key_state(studio.runtime, Actor(), "acme", key, enabled=True)
        await asyncio.sleep(0.6)
        assert (await studio.call("GET", ASSETS)).status_code == 200

    async def test_rotation_and_deletion(self, studio: Studio) -> None:
        fresh = await service.rotate_key(studio.runtime, Actor(), "acme", studio.acme.access_key)
        await asyncio.sleep(0.6)
        assert error(await studio.call("GET", ASSETS)) == (401, "MSS.00000001")
        assert (await studio.call("GET", ASSETS, by=fresh)).status_code == 200
        await service.delete_key(studio.runtime, Actor(), "acme", fresh.access_key)
        await asyncio.sleep(0.6)
        assert error(await studio.call("GET", ASSETS, by=fresh)) == (401, "MSS.00000001")

    async def test_the_last_use_is_noted(self, studio: Studio) -> None:
        assert (await studio.call("GET", ASSETS)).status_code == 200
        await studio.app.close()
        (key,) = await service.list_keys(studio.runtime, "acme")
        assert key["last_used_at"] is not None

    async def test_of_another_tenant_they_cannot_be_touched(self, studio: Studio) -> None:
        with pytest.raises(Exception, match="no access key"):
            await service.delete_key(studio.runtime, Actor(), "globex", studio.acme.access_key)

    @pytest.mark.parametrize("what", ["user", "tenant"])
    async def test_a_disabled_user_or_tenant(self, studio: Studio, what: str) -> None:
        if what == "user":
            await people.set_user_enabled(studio.runtime, Actor(), "acme", "acme", enabled=False)
        else:
            await accounts.set_tenant_enabled(
                studio.runtime, Actor(), "acme", enabled=False, reason="unpaid bills"
            )
        await asyncio.sleep(0.6)
        answer = await studio.call("GET", ASSETS)
        assert error(answer) == (401, "MSS.00000001")
        assert ("unpaid bills" in answer.json()["error_msg"]) == (what == "tenant")
        assert (await studio.call("GET", ASSETS, by=studio.globex)).status_code == 200


def login(user: str = "ana", password: str = "Secret-123", **scope: str) -> dict[str, Any]:
    who = {"name": user, "password": password, "domain": {"name": "acme"}}
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": who}},
            "scope": {"project": scope or {"name": "cn-north-4"}},
        }
    }


async def post(studio: Studio, path: str, body: Any, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await studio.send(httpx.Request("POST", f"http://test{path}", json=body, headers=named))


async def get_with(studio: Studio, token: str, path: str = ASSETS) -> httpx.Response:
    place = path.replace("{p}", studio.acme.project_id)
    return await studio.send(httpx.Request("GET", f"http://test{place}", headers={"X-Auth-Token": token}))


class TestTokens:
    async def test_password_to_token_to_request(self, studio: Studio) -> None:
        await new_user(studio, "ana", READ_ONLY)
        answer = await post(studio, "/v3/auth/tokens", login())
        assert answer.status_code == 201
        described = answer.json()["token"]
        assert described["project"]["id"] == studio.acme.project_id
        assert described["user"]["domain"]["name"] == "acme"
        token = answer.headers["x-subject-token"]
        assert (await get_with(studio, token)).status_code == 200
        refused = await studio.send(
            httpx.Request(
                "POST",
                f"http://test/v1/{studio.acme.project_id}/digital-assets",
                json=NEW,
                headers={"X-Auth-Token": token},
            )
        )
        assert error(refused) == (403, "APIGW.0302")

    async def test_it_is_for_its_project_only(self, studio: Studio) -> None:
        await new_user(studio, "ana", READ_ONLY)
        other = await accounts.create_project(studio.runtime, Actor(), "acme", "cn-east-3")
        token = (await post(studio, "/v3/auth/tokens", login())).headers["x-subject-token"]
        for project in (other["id"], studio.globex.project_id):
            answer = await get_with(studio, token, ASSETS.replace("{p}", project))
            assert error(answer) == (400, "MSS.00010009")

    async def test_it_ends(self, studio: Studio) -> None:
        await new_user(studio, "ana", READ_ONLY)
        token = (await post(studio, "/v3/auth/tokens", login())).headers["x-subject-token"]
        studio.clock.offset = timedelta(seconds=86_401)
        assert error(await get_with(studio, token)) == (400, "MSS.00010008")
        studio.clock.offset = timedelta(seconds=5)
        await people.set_password(studio.runtime, Actor(), "acme", "ana", "Another-456")
        await asyncio.sleep(0.6)
        answer = await get_with(studio, token)
        assert error(answer) == (400, "MSS.00010008")
        assert "ended" in answer.json()["error_msg"]

    @pytest.mark.parametrize("token", ["x", "A" * 200, "é" * 20, "A" * 20_000])
    async def test_a_made_up_token(self, studio: Studio, token: str) -> None:
        place = f"http://test/v1/{studio.acme.project_id}/digital-assets"
        request = httpx.Request("GET", place, headers={"X-Auth-Token": token.encode()})
        assert error(await studio.send(request)) == (400, "MSS.00010008")

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (login(password="Wrong-123"), 401),
            (login(user="nobody"), 401),
            (login(user="acme"), 401),
            (login(name="cn-east-3"), 400),
            ({"auth": {"identity": {"methods": ["password"]}}}, 400),
            ({}, 400),
        ],
    )
    async def test_refused(self, studio: Studio, body: dict[str, Any], status: int) -> None:
        await new_user(studio, "ana")
        answer = await post(studio, "/v3/auth/tokens", body)
        assert answer.status_code == status
        assert "x-subject-token" not in answer.headers

    async def test_five_wrong_passwords_lock_the_user_out(self, studio: Studio) -> None:
        await new_user(studio, "ana")
        for _ in range(5):
            assert (await post(studio, "/v3/auth/tokens", login(password="Wrong-123"))).status_code == 401
        assert (await post(studio, "/v3/auth/tokens", login())).status_code == 429
        studio.clock.offset = timedelta(minutes=16)
        assert (await post(studio, "/v3/auth/tokens", login())).status_code == 201


class TestTemporaryCredentials:
    async def get(self, studio: Studio, duration: int = 900, **identity: Any) -> dict[str, str]:
        body = {
            "auth": {"identity": {"methods": ["token"], "token": {"duration_seconds": duration}, **identity}}
        }
        answer = await studio.call("POST", "/v3.0/OS-CREDENTIAL/securitytokens", body)
        assert answer.status_code == 201
        found: dict[str, str] = answer.json()["credential"]
        return found

    def keys(self, studio: Studio, made: dict[str, str]) -> Credentials:
        return Credentials("acme", "cn-north-4", studio.acme.project_id, made["access"], made["secret"])

    async def test_with_their_token_until_they_end(self, studio: Studio) -> None:
        made = await self.get(studio)
        by, token = self.keys(studio, made), made["securitytoken"]
        assert (await studio.call("GET", ASSETS, by=by, X_Security_Token=token)).status_code == 200
        assert error(await studio.call("GET", ASSETS, by=by)) == (401, "MSS.00000001")
        other = await self.get(studio)
        mixed = await studio.call("GET", ASSETS, by=by, X_Security_Token=other["securitytoken"])
        assert error(mixed) == (400, "MSS.00010008")
        assert error(await get_with(studio, token)) == (400, "MSS.00010008")
        studio.clock.offset = timedelta(seconds=901)
        moment = studio.clock().strftime("%Y%m%dT%H%M%SZ")
        ended = await studio.call("GET", ASSETS, by=by, X_Security_Token=token, X_Sdk_Date=moment)
        assert error(ended) == (400, "MSS.00010008")

    async def test_a_policy_narrows_them(self, studio: Studio) -> None:
        made = await self.get(studio, policy=allow("metastudio:*:list*"))
        by, token = self.keys(studio, made), made["securitytoken"]
        assert (await studio.call("GET", ASSETS, by=by, X_Security_Token=token)).status_code == 200
        refused = await studio.call("POST", ASSETS, NEW, by=by, X_Security_Token=token)
        assert error(refused) == (403, "APIGW.0302")

    async def test_a_policy_gives_nothing_that_the_user_has_not(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana")
        body = {"auth": {"identity": {"methods": ["token"], "policy": allow("*")}}}
        made = (await studio.call("POST", "/v3.0/OS-CREDENTIAL/securitytokens", body, by=ana)).json()
        by = self.keys(studio, made["credential"])
        token = made["credential"]["securitytoken"]
        assert error(await studio.call("GET", ASSETS, by=by, X_Security_Token=token)) == (403, "APIGW.0302")


class TestReplay:
    async def test_what_changed_something_is_not_taken_again(self, studio: Studio) -> None:
        request = studio.signed("POST", ASSETS, NEW)
        assert (await studio.send(request)).status_code == 200
        for app in (studio.app, studio.another_process()):
            answer = await studio.send(request, app)
            assert error(answer) == (401, "MSS.00000001")
            assert "sent before" in answer.json()["error_msg"]
        assert (await studio.call("GET", ASSETS)).json()["count"] == 1

    async def test_all_at_once(self, studio: Studio) -> None:
        request = studio.signed("POST", ASSETS, NEW)
        answers = await asyncio.gather(*[studio.send(request) for _ in range(6)])
        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 5
        assert (await studio.call("GET", ASSETS)).json()["count"] == 1

    async def test_a_client_may_repeat_itself_on_its_connection(self, studio: Studio) -> None:
        """Two equal requests within a second have one signature: date in seconds, no nonce."""
        request = studio.signed("POST", ASSETS, NEW)
        assert (await studio.send(request, port=999)).status_code == 200
        assert (await studio.send(request, port=999)).status_code == 200
        studio.clock.offset = timedelta(seconds=3)
        assert error(await studio.send(request, port=999)) == (401, "MSS.00000001")

    async def test_reading_may_be_repeated(self, studio: Studio) -> None:
        request = studio.signed("GET", ASSETS)
        assert [(await studio.send(request)).status_code for _ in range(3)] == [200] * 3

    async def test_what_failed_may_be_tried_again(self, studio: Studio) -> None:
        request = studio.signed("POST", ASSETS, {"asset_name": "x"})
        for _ in range(2):
            assert error(await studio.send(request)) == (400, "MSS.10000003")

    async def test_used_signatures_are_forgotten_after_the_window(self, studio: Studio) -> None:
        request = studio.signed("POST", ASSETS, NEW)
        assert (await studio.send(request)).status_code == 200
        await studio.app.keep_house()
        assert error(await studio.send(request)) == (401, "MSS.00000001")
        studio.clock.offset = timedelta(minutes=16)
        await studio.app.keep_house()
        answer = await studio.send(request)
        assert "behind" in answer.json()["error_msg"], "the clock window refuses it"


class TestThrottle:
    async def test_the_eleventh_within_a_second(self, studio: Studio) -> None:
        answers = await asyncio.gather(
            *[studio.call("POST", ASSETS, {**NEW, "asset_name": str(number)}) for number in range(14)]
        )
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) == 4
        assert refused[0].headers["retry-after"] == "1"
        assert error(refused[0]) == (429, "APIGW.0308")
        words = "The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 second"
        assert refused[0].json()["error_msg"] == words
        assert (await studio.call("GET", ASSETS)).status_code == 200, "other operations go on"
        assert (await studio.call("POST", ASSETS, NEW, by=studio.globex)).status_code == 200, (
            "other tenants too"
        )

    async def test_a_rate_of_ones_own(self, studio: Studio) -> None:
        await accounts.set_rate(studio.runtime, Actor(), "acme", ("CreateDigitalAsset", "*"), 2)
        await studio.app.gate.directory.refresh(now=True)
        answers = [
            await studio.call("POST", ASSETS, {**NEW, "asset_name": str(number)}) for number in range(4)
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
        assert (await studio.call("POST", ASSETS, NEW, by=studio.globex)).status_code == 200

    async def test_over_all_processes(self, make_studio: MakeStudio) -> None:
        """On a slow machine the calls take more than a second: so each is timed, and not just counted."""
        studio = await make_studio(throttle="database")
        apps = [studio.app, studio.another_process(), studio.another_process()]
        requests = [studio.signed("POST", ASSETS, {**NEW, "asset_name": str(number)}) for number in range(9)]
        await accounts.set_rate(studio.runtime, Actor(), "*", ("CreateDigitalAsset", "*"), 4)
        let_through: list[tuple[float, float]] = []
        for at, request in enumerate(requests):
            sent_s = time.monotonic()
            answer = await studio.send(request, apps[at % 3])
            if answer.status_code == 200:
                let_through.append((sent_s, time.monotonic()))
        assert len(let_through) >= 4
        for first, fifth in zip(let_through, let_through[4:], strict=False):
            assert fifth[1] - first[0] >= 1.0, "a fifth call within a second"

    async def test_not_offered_in_singapore(self, studio: Studio) -> None:
        project = await accounts.create_project(studio.runtime, Actor(), "acme", "ap-southeast-3")
        await studio.app.gate.directory.refresh(now=True)
        answer = await studio.call("POST", f"/v1/{project['id']}/digital-human-chat/robot", {"name": "x"})
        assert error(answer) == (404, "APIGW.0101")
        assert "ap-southeast-3" in answer.json()["error_msg"]

    async def test_switched_off(self, make_studio: MakeStudio) -> None:
        studio = await make_studio(throttle="off")
        answers = await asyncio.gather(*[studio.call("GET", ASSETS) for _ in range(30)])
        assert {answer.status_code for answer in answers} == {200}


class TestAudit:
    async def test_every_refusal_is_an_event(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana")
        await studio.call("GET", ASSETS, by=ana)
        await studio.call("GET", ASSETS.replace("{p}", studio.globex.project_id))
        request = studio.signed("POST", ASSETS, NEW)
        await studio.send(request)
        await studio.send(request)
        found = {(one["error_code"], one["actor"]) for one in await events(studio)}
        assert found == {
            ("APIGW.0302", ana.access_key),
            ("MSS.00010009", studio.acme.access_key),
            ("MSS.00000001", studio.acme.access_key),
        }

    async def test_what_an_event_says(self, studio: Studio) -> None:
        ana = await new_user(studio, "ana")
        answer = await studio.call("GET", f"{ASSETS}/a1", by=ana)
        (event,) = await events(studio)
        assert event["action"] == "metastudio:digitalAsset:showAsset"
        assert event["resource"].endswith("/digital-assets/a1")
        assert (event["source"], event["count"]) == ("192.0.2.7", 1)
        assert event["request_id"] == answer.headers["x-request-id"]

    async def test_strangers_are_noted_and_a_flood_is_one_row(self, studio: Studio) -> None:
        stranger = Credentials("?", "cn-north-4", studio.acme.project_id, "STRANGER", "s" * 40)
        studio.app.audit._wake = lambda: None  # type: ignore[method-assign]  # hold the batch open
        for _ in range(50):
            await studio.call("GET", ASSETS, by=stranger)
        (event,) = await events(studio, tenant=None)
        assert (event["actor"], event["count"]) == ("STRANGER", 50)

    async def test_changes_are_events_too(self, studio: Studio) -> None:
        await people.create_user(studio.runtime, Actor("user/acme", "192.0.2.7", "r1"), "acme", "bob")
        (event, *_) = await list_audit_events(studio.runtime, AuditFilter())
        assert (event["kind"], event["action"], event["resource"]) == ("CHANGE", "iam:user:create", "bob")
        assert (event["actor"], event["tenant"]) == ("user/acme", "acme")


def test_the_gate_counts_where_the_settings_say(studio: Studio) -> None:
    kind = type(Gate(studio.runtime).rates).__name__
    alone = studio.runtime.settings.database_url is None
    assert kind == ("MemoryRates" if alone else "DatabaseRates")
