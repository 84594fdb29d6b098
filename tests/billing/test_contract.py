"""Every operation of billing by the public SDK: answers field by field, and each error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.billing.decoded import assert_fits
from tests.command_line import greenroom_here
from tests.conftest import HURRIED_TESTS, RunningServer, start_server
from tests.video.test_jobs import cancel, create, order, show, upload_avatar

pytestmark = pytest.mark.contract

AVATAR = "hws.resource.type.metastudio.avatarmodeling.number"
DIALOG = "hws.resource.type.metastudio.avatarchat.channel"
VIDEO = "video_time_2d_model"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that enforces quotas, and runs no jobs."""
    server = start_server(
        tmp_path_factory.mktemp("strict") / "data",
        GREENROOM_EMBEDDED_WORKER="false",
        GREENROOM_QUOTAS="enforced",
        GREENROOM_PRICES='{"video_time_2d_model.minute": "0.25", "modeling_count_2d_model.year": "300"}',
        **HURRIED_TESTS,
    )
    yield server
    server.stop()


@pytest.fixture
def shop(strict: RunningServer) -> Any:
    return strict.client()


def admin(server: RunningServer, *arguments: str) -> str:
    done = greenroom_here("admin", *arguments, "--data", server.data_dir)
    assert done.returncode == 0, done.stderr
    return done.stdout


def buy(client: Any, spec: str, **members: Any) -> str:
    line: dict[str, Any] = {
        "is_auto_pay": 1,
        "period_type": 3,
        "period_num": 1,
        "subscription_num": 1,
        "resource_spec_code": spec,
    }
    body = m.CreateMetaStudioOrdersReq(cloud_services=[m.PublicCloudServiceOrder(**line | members)])
    return str(client.create_meta_studio_orders(m.CreateMetaStudioOrdersRequest(body=body)).order_id)


def sign(client: Any, to_sign: bool = True) -> Any:
    body = m.SpecialAgreementSignReq(agreement_type="AUTO_PAY", to_sign=to_sign)
    return client.sign_special_agreement(m.SignSpecialAgreementRequest(body=body))


def resources(client: Any, **query: Any) -> Any:
    wanted = {"resource_source": "PURCHASED,SP_ALLOCATED,ADMIN_ALLOCATED", **query}
    return client.list_tenant_resources(m.ListTenantResourcesRequest(**wanted))


def refused(call: Any, code: str, *words: str, status: int = 400) -> None:
    with pytest.raises(ClientRequestException) as caught:
        call()
    assert (caught.value.status_code, caught.value.error_code) == (status, code)
    for word in words:
        assert word in caught.value.error_msg


class As:
    """The client, with X-App-UserId in each request."""

    def __init__(self, client: Any, user: str) -> None:
        self._client, self._user = client, user

    def __getattr__(self, name: str) -> Any:
        def call(request: Any) -> Any:
            invoker = getattr(self._client, f"{name}_invoker")(request)
            return invoker.add_header("X-App-UserId", self._user).invoke()

        return call


class TestSignAgreement:
    def test_signing_twice_keeps_the_first_time(self, client: Any) -> None:
        first = client.sign_agreement(m.SignAgreementRequest())
        assert_fits(first)
        again = client.sign_agreement(m.SignAgreementRequest())
        assert (again.signed_version, again.need_to_sign) == ("1.0", False)
        assert again.signed_time == first.signed_time


class TestSignSpecialAgreement:
    def test_it_switches_pay_per_use(self, client: Any) -> None:
        signed = sign(client)
        assert_fits(signed)
        assert signed.signed_version == signed.current_version == "1.0"
        found = resources(client, charging_mode="ON_DEMAND").resources
        assert {one.business_type for one in found} == {"VIDEO_2D", "FLEXUS_2D"}
        assert sign(client, to_sign=False).signed_time == ""
        assert resources(client, charging_mode="ON_DEMAND").resources == []

    def test_another_agreement(self, client: Any) -> None:
        body = m.SpecialAgreementSignReq(agreement_type="OTHER", to_sign=True)
        refused(
            lambda: client.sign_special_agreement(m.SignSpecialAgreementRequest(body=body)),
            "MSS.10000003",
            "agreement_type",
            "AUTO_PAY",
        )


class TestCreateMetaStudioOrders:
    def test_what_was_ordered_is_there(self, shop: Any) -> None:
        sign(shop)
        order_id = buy(shop, DIALOG, period_type=2, period_num=3, subscription_num=4, is_auto_renew=1)
        answer = resources(shop, order_id=order_id)
        assert_fits(answer)
        (one,) = answer.resources
        assert_fits(one, needed={"resource_id", "order_id", "resource_expire_time", "status", "unit"})
        assert (one.amount, one.usage, one.unit, one.charging_mode, one.resource_source) == (
            4,
            0,
            "CHANNEL",
            "PERIODIC",
            "PURCHASED",
        )
        assert (one.resource_type, one.business_type, one.status) == (DIALOG, "CHAT_2D", 0)

    @pytest.mark.parametrize(
        ("members", "words"),
        [
            ({"resource_spec_code": "gold"}, ("resource_spec_code", "not sold")),
            ({"resource_spec_code": "live_channel_2d_model"}, ("allocated by the administrator",)),
            ({"resource_spec_code": VIDEO}, ("paid by use",)),
            ({"period_type": 2}, ("period_type is 2", "3 (year)")),
            ({"period_num": 11}, ("period_num is 11", "10")),
            ({"subscription_num": 1001}, ("subscription_num", "1000")),
            ({"subscription_num": 0}, ("subscription_num", "at least 1")),
            ({"is_auto_pay": 2}, ("is_auto_pay",)),
        ],
    )
    def test_what_cannot_be_ordered(self, shop: Any, members: dict[str, Any], words: tuple[str, ...]) -> None:
        spec = members.pop("resource_spec_code", AVATAR)
        refused(lambda: buy(shop, spec, **members), "MSS.10000003", *words)
        members["resource_spec_code"] = spec

    def test_nothing_ordered(self, shop: Any) -> None:
        body = m.CreateMetaStudioOrdersReq(cloud_services=[])
        call = m.CreateMetaStudioOrdersRequest(body=body)
        refused(lambda: shop.create_meta_studio_orders(call), "MSS.10000003", "cloud_services")


class TestListTenantResources:
    def test_filters_and_paging(self, shop: Any, strict: RunningServer) -> None:
        sign(shop)
        order_id = buy(shop, AVATAR, subscription_num=3)
        admin(strict, "resources", "allocate", "live_channel_2d_model", "2", "--tenant", "acme")
        assert resources(shop, order_id=order_id).count == 3
        page = resources(shop, order_id=order_id, offset=2, limit=2)
        assert (page.count, len(page.resources)) == (3, 1)
        one = page.resources[0].resource_id
        assert [row.resource_id for row in resources(shop, resource_id=one).resources] == [one]
        live = resources(shop, resource_source="ADMIN_ALLOCATED", business="LIVE_2D,CHAT_2D").resources
        assert {row.business_type for row in live} == {"LIVE_2D"}
        assert resources(shop, resource=AVATAR, order_id=order_id).count == 3
        assert resources(shop, resource=f"{VIDEO},{DIALOG}", order_id=order_id).count == 0
        assert resources(shop, order_id=order_id, status=1).count == 0
        assert resources(shop, order_id=order_id, resource_expire_end_time="2026-01-01T00:00:00Z").count == 0
        far = resources(shop, order_id=order_id, resource_expire_start_time="2026-01-01T00:00:00Z")
        assert far.count == 3
        flexus = resources(shop, sub_resource="video_time_flexus_2d_model").resources
        assert [row.sub_resource_type for row in flexus] == ["video_time_flexus_2d_model"]

    @pytest.mark.parametrize(
        ("query", "word"),
        [
            ({"resource_source": "GIFT"}, "resource_source"),
            ({"business": "CINEMA"}, "business"),
            ({"resource": "gold"}, "gold"),
            ({"charging_mode": "WEEKLY"}, "charging_mode"),
            ({"resource_expire_start_time": "yesterday"}, "resource_expire_start_time"),
            ({"status": 2}, "status"),
            ({"limit": 101}, "limit"),
        ],
    )
    def test_wrong_filters(self, client: Any, query: dict[str, Any], word: str) -> None:
        with pytest.raises(ClientRequestException) as caught:
            resources(client, **query)
        assert caught.value.status_code == 400
        assert word in str(caught.value.error_msg)

    def test_the_source_is_needed(self, client: Any) -> None:
        refused(
            lambda: client.list_tenant_resources(m.ListTenantResourcesRequest()),
            "MSS.10000003",
            "resource_source",
        )

    def test_other_tenants_see_nothing(self, strict: RunningServer, shop: Any) -> None:
        sign(shop)
        buy(shop, AVATAR)
        assert resources(strict.client(strict.other_credentials)).count == 0


class TestShowResourceUsage:
    def test_sums(self, shop: Any) -> None:
        sign(shop)
        buy(shop, "voice_clone_flexus", subscription_num=2)
        answer = shop.show_resource_usage(m.ShowResourceUsageRequest(resource="voice_clone_flexus"))
        assert_fits(answer)
        (one,) = answer.resources
        assert_fits(one)
        assert (one.amount, one.usage, one.unit, one.is_sub_resource) == (2, 0, "NUM", True)
        call = m.ShowResourceUsageRequest(business="LIVE_2D", resource="voice_clone_flexus")
        assert shop.show_resource_usage(call).resources == []
        refused(lambda: shop.show_resource_usage(m.ShowResourceUsageRequest(resource="x")), "MSS.10000003")


class TestCountTenantResources:
    def test_numbers(self, strict: RunningServer) -> None:
        other = strict.client(strict.other_credentials)
        admin(strict, "resources", "allocate", "voice_clone_basic", "5", "--tenant", "globex")
        answer = other.count_tenant_resources(m.CountTenantResourcesRequest(business="VOICE_CLONE"))
        assert_fits(answer)
        (one,) = answer.resources_count
        assert_fits(one)
        assert (one.count, one.charging_mode, one.resource_source) == (5, "PERIODIC", "ADMIN_ALLOCATED")
        early = m.CountTenantResourcesRequest(resource_expire_end_time="2026-01-01T00:00:00Z")
        assert other.count_tenant_resources(early).resources_count == []
        record = other.show_tenant_assgin_record(m.ShowTenantAssginRecordRequest(limit=2))
        assert_fits(record)
        assert (record.customer_name, record.region_id, record.resource_count) == ("globex", "cn-north-4", 5)
        assert len(record.resources) == 2
        assert_fits(record.resources[0])
        (summary,) = record.resources_overview
        assert_fits(summary)
        assert (summary.resource_num, summary.resource_remind_quota) == (5, 5)
        quotas = other.show_voice_training_quotas(m.ShowVoiceTrainingQuotasRequest(limit=1))
        assert_fits(quotas)
        assert (quotas.count, quotas.resource_available_nums.basic) == (5, 5)
        assert_fits(quotas.resources[0])
        assert quotas.resources[0].resource_type == "BASIC"


class TestBindUserAssetResource:
    def bind(self, client: Any, asset_id: str, business: str = "MODELING_2D") -> None:
        body = m.BindAssetResourceReq(asset_id=asset_id, business_type=business)
        client.bind_user_asset_resource(m.BindUserAssetResourceRequest(body=body))

    def test_an_asset_of_ones_own(self, shop: Any) -> None:
        sign(shop)
        order_id = buy(shop, AVATAR)
        asset_id = upload_avatar(shop)
        # A package that another test bought may be taken first: each is as good.
        self.bind(shop, asset_id)
        bound = [row for row in resources(shop, limit=100).resources if row.bound_asset]
        (one,) = [row for row in bound if row.bound_asset.asset_id == asset_id]
        assert (one.bound_asset.asset_name, one.usage) == ("Ana", 1)
        assert order_id
        refused(lambda: self.bind(shop, asset_id), "MSS.10000003", "lives on the package")

    def test_what_cannot_be_bound(self, strict: RunningServer) -> None:
        other = strict.client(strict.other_credentials)
        refused(lambda: self.bind(other, "0" * 32), "MSS.10001001")
        asset_id = upload_avatar(other)
        refused(lambda: self.bind(other, asset_id, "VOICE_CLONE"), "MSS.10000003", "HUMAN_MODEL_2D")
        refused(lambda: self.bind(other, asset_id, "LIVE_2D"), "MSS.10000003", "business_type")
        refused(lambda: self.bind(other, asset_id), "MSS.20010135", "no package")


class TestUserQuotas:
    def test_life_of_a_quota(self, client: Any) -> None:
        quota = m.UserQuotaDetail(modeling_count_2d_model=3, video_time_2d_model=60)
        body = m.CreateUserQuotaInfo(user_id="ana", quota=quota)
        client.create_user_quotas(m.CreateUserQuotasRequest(body=body))
        refused(
            lambda: client.create_user_quotas(m.CreateUserQuotasRequest(body=body)),
            "MSS.10000003",
            "has a quota",
        )
        change = m.UpdateUserQuotaInfo(quota=m.UserQuotaDetail(video_time_2d_model=-1))
        client.update_user_quotas(m.UpdateUserQuotasRequest(user_id="ana", body=change))
        answer = client.list_user_quotas(m.ListUserQuotasRequest(user_id="ana"))
        assert_fits(answer)
        (one,) = answer.assets
        assert_fits(one)
        assert_fits(one.quota)
        assert (one.quota.modeling_count_2d_model, one.quota.video_time_2d_model) == (3, -1)
        assert (one.quota.voice_clone_basic, one.usage.video_time_2d_model) == (-1, 0)
        client.delete_user_quotas(m.DeleteUserQuotasRequest(user_id="ana"))
        assert client.list_user_quotas(m.ListUserQuotasRequest(user_id="ana")).count == 0

    def test_whoever_has_none(self, client: Any) -> None:
        gone = m.DeleteUserQuotasRequest(user_id="nobody")
        refused(lambda: client.delete_user_quotas(gone), "MSS.00000002", "nobody", status=404)
        change = m.UpdateUserQuotaInfo(quota=m.UserQuotaDetail(voice_clone_basic=1))
        call = m.UpdateUserQuotasRequest(user_id="nobody", body=change)
        refused(lambda: client.update_user_quotas(call), "MSS.00000002", status=404)

    def test_limits_of_the_limits(self, client: Any) -> None:
        body = m.CreateUserQuotaInfo(user_id="ben", quota=m.UserQuotaDetail(voice_clone_basic=-2))
        call = m.CreateUserQuotasRequest(body=body)
        refused(lambda: client.create_user_quotas(call), "MSS.10000003", "voice_clone_basic")

    def test_a_user_beyond_it_is_refused(self, client: Any) -> None:
        quota = m.CreateUserQuotaInfo(user_id="cleo", quota=m.UserQuotaDetail(video_time_2d_model=0))
        client.create_user_quotas(m.CreateUserQuotasRequest(body=quota))
        cleo, dan = As(client, "cleo"), As(client, "dan")
        refused(lambda: create(cleo, order(upload_avatar(cleo))), "MSS.20010135", "cleo", "0 of 0 MIN")
        create(dan, order(upload_avatar(dan)))


class TestNoticeConfigurations:
    def test_set_and_show(self, client: Any) -> None:
        show_left = m.ShowTenantNoticeConfigurationRequest(type="RESOURCE_LEFT")
        assert client.show_tenant_notice_configuration(show_left).send_msg is True
        for members in ({"send_msg": False}, {"properties": '{"percent": 20}'}):
            body = m.SetTenantNoticeConfigurationReq(type="RESOURCE_LEFT", **members)
            client.set_tenant_notice_configuration(m.SetTenantNoticeConfigurationRequest(body=body))
        shown = client.show_tenant_notice_configuration(show_left)
        assert_fits(shown)
        assert (shown.type, shown.send_msg, shown.properties) == ("RESOURCE_LEFT", False, '{"percent": 20}')
        other = m.ShowTenantNoticeConfigurationRequest(type="RESOURCE_EXPIRE")
        assert client.show_tenant_notice_configuration(other).send_msg is True

    def test_wrong_kinds(self, client: Any) -> None:
        call = m.ShowTenantNoticeConfigurationRequest(type="WEATHER")
        refused(lambda: client.show_tenant_notice_configuration(call), "MSS.10000003", "type")
        body = m.SetTenantNoticeConfigurationReq(type="RESOURCE_LEFT", properties="x" * 2049)
        set_call = m.SetTenantNoticeConfigurationRequest(body=body)
        refused(lambda: client.set_tenant_notice_configuration(set_call), "MSS.10000003", "properties")


class TestAnalysis:
    def test_nothing_made_yet(self, client: Any) -> None:
        summary = client.show_summary_usage_data(m.ShowSummaryUsageDataRequest(unit="HOUR"))
        assert_fits(summary)
        assert (summary.business_type, summary.unit) == ("VIDEO_2D", "HOUR")
        call = m.ShowUsageDataRequest(start_time="2026-01-01T00:00:00Z", end_time="2026-01-02T00:00:00Z")
        days = client.show_usage_data(call)
        assert_fits(days)
        assert (days.count, days.time_list) == (0, [])

    @pytest.mark.parametrize(
        ("members", "word"),
        [
            ({"start_time": "2026-01-03T00:00:00Z", "end_time": "2026-01-02T00:00:00Z"}, "before"),
            ({"start_time": "soon, but not yet at all", "end_time": "2026-01-02T00:00:00Z"}, "start_time"),
            (
                {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-02T00:00:00Z", "limit": 1001},
                "limit",
            ),
            (
                {
                    "start_time": "2026-01-01T00:00:00Z",
                    "end_time": "2026-01-02T00:00:00Z",
                    "business_type": "LIVE_2D",
                    "resource_type": VIDEO,
                },
                "not one of",
            ),
        ],
    )
    def test_wrong_questions(self, client: Any, members: dict[str, Any], word: str) -> None:
        refused(lambda: client.show_usage_data(m.ShowUsageDataRequest(**members)), "MSS.10000003", word)


class TestWhatIsEnforced:
    """On the server that enforces quotas, where no job runs."""

    def test_no_video_without_pay_per_use(self, strict: RunningServer) -> None:
        other = strict.client(strict.other_credentials)
        avatar = upload_avatar(other)
        refused(lambda: create(other, order(avatar)), "MSS.20010135", "Video production")
        sign(other)
        job_id = create(other, order(avatar))
        assert show(other, job_id).state == "WAITING"
        cancel(other, job_id)
        sign(other, to_sign=False)

    def test_a_failed_video_costs_nothing(self, server: RunningServer) -> None:
        client = server.client()
        job_id = create(client, order(upload_avatar(client)))
        deadline = time.monotonic() + 60
        while show(client, job_id).state in ("WAITING", "PROCESSING"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert show(client, job_id).state == "FAILED"
        assert job_id not in admin(server, "ledger", "show", "--tenant", "acme", "--json")
