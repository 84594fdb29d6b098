"""Every operation of the workspace by the public SDK: answers field by field, and each error."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.http.formdata import FormFile
from huaweicloudsdkmetastudio.v1 import model as m
from tests.billing.decoded import assert_fits
from tests.billing.test_contract import refused
from tests.conftest import RunningServer
from tests.video.test_jobs import upload_avatar

pytestmark = pytest.mark.contract


class TestAgency:
    def test_life_of_an_agency(self, client: Any, other_client: Any) -> None:
        made = client.create_agency_with_role_type(m.CreateAgencyWithRoleTypeRequest(role_type="CBS"))
        assert_fits(made)
        again = client.create_agency_with_role_type(m.CreateAgencyWithRoleTypeRequest(role_type="CBS"))
        assert again.agency_id == made.agency_id
        for query in ({"role_type": "CBS"}, {}):
            shown = client.show_agency(m.ShowAgencyRequest(**query))
            assert_fits(shown)
            assert shown.agency_id == made.agency_id
        missing = m.ShowAgencyRequest(role_type="SIS")
        refused(lambda: client.show_agency(missing), "MSS.00000002", "SIS", status=404)
        refused(lambda: other_client.show_agency(m.ShowAgencyRequest()), "MSS.00000002", status=404)
        gone = m.DeleteAgencyWithRoleTypeRequest(role_type="CBS")
        client.delete_agency_with_role_type(gone)
        refused(lambda: client.delete_agency_with_role_type(gone), "MSS.00000002", "CBS", status=404)

    def test_wrong_roles(self, client: Any) -> None:
        call = m.CreateAgencyWithRoleTypeRequest(role_type="ABC")
        refused(lambda: client.create_agency_with_role_type(call), "MSS.10000003", "CBS or SIS")
        wrong = m.ShowAgencyRequest(role_type="ABC")
        refused(lambda: client.show_agency(wrong), "MSS.10000003", "role_type")
        bad = m.DeleteAgencyWithRoleTypeRequest(role_type="ABC")
        refused(lambda: client.delete_agency_with_role_type(bad), "MSS.10000003", "CBS or SIS")


class TestOnceCodes:
    def test_each_code_is_another(self, client: Any) -> None:
        chat = [client.create_once_code(m.CreateOnceCodeRequest()) for _ in range(2)]
        tts = client.create_tts_once_code(m.CreateTtsOnceCodeRequest())
        for answer in (*chat, tts):
            assert_fits(answer)
        assert len({chat[0].once_code, chat[1].once_code, tts.once_code}) == 3


def collections(client: Any, **query: Any) -> list[tuple[str, list[str]]]:
    answer = client.show_tenant_user_configuration(m.ShowTenantUserConfigurationRequest(**query))
    assert_fits(answer)
    return [(one.collection_type, one.collection_ids) for one in answer.my_collections]


def collect(client: Any, *ids: str) -> None:
    info = m.CollectionInfo(collection_type="VOICE", collection_ids=list(ids))
    body = m.SetTenantUserConfigurationReq(my_collections=[info])
    client.set_tenant_user_configuration(m.SetTenantUserConfigurationRequest(body=body))


def drop(client: Any, *ids: str) -> None:
    info = m.CollectionInfo(collection_type="VOICE", collection_ids=list(ids))
    body = m.DeleteTenantUserConfigurationReq(my_collections=[info])
    client.delete_tenant_user_configuration(m.DeleteTenantUserConfigurationRequest(body=body))


class TestTenantUserConfiguration:
    def test_collections_grow_and_shrink(self, client: Any, other_client: Any) -> None:
        # The SDK's requests carry no X-App-UserId here: these are the tenant's own.
        ana = client
        assert collections(ana) == []
        collect(ana, "v1", "v2")
        collect(ana, "v2", "v3")
        assert collections(ana) == [("VOICE", ["v1", "v2", "v3"])]
        assert collections(ana, offset=1, limit=1) == [("VOICE", ["v2"])]
        assert collections(other_client) == []
        drop(ana, "v1", "unknown")
        assert collections(ana) == [("VOICE", ["v2", "v3"])]
        drop(ana, "v2", "v3")
        assert collections(ana) == []

    def test_wrong_collections(self, client: Any) -> None:
        info = m.CollectionInfo(collection_type="HATS", collection_ids=["a"])
        body = m.SetTenantUserConfigurationReq(my_collections=[info])
        call = m.SetTenantUserConfigurationRequest(body=body)
        refused(lambda: client.set_tenant_user_configuration(call), "MSS.10000003", "collection_type")
        refused(lambda: collect(client, "x" * 65), "MSS.10000003", "collection_ids")
        empty = m.DeleteTenantUserConfigurationRequest(body=m.DeleteTenantUserConfigurationReq())
        refused(lambda: client.delete_tenant_user_configuration(empty), "MSS.10000003", "my_collections")


class TestTenantServiceConfigs:
    def update(self, client: Any, **members: Any) -> Any:
        body = m.UpdateTenantServiceConfigsReq(**members)
        return client.update_tenant_service_configs(m.UpdateTenantServiceConfigsRequest(body=body))

    def test_update_and_show(self, client: Any, other_client: Any) -> None:
        wrong = m.SubAccountControlConfig(separately_controlled=True)
        refused(
            lambda: self.update(client, sub_account_control_config=wrong), "MSS.10000003", "sub_account_type"
        )
        control = m.SubAccountControlConfig(separately_controlled=True, sub_account_type="IAM_USER")
        answer = self.update(client, sub_account_control_config=control)
        assert_fits(answer)
        assert self.update(client, is_ai_mark_on=False).is_ai_mark_on is False
        shown = client.show_tenant_service_configs(m.ShowTenantServiceConfigsRequest())
        assert_fits(shown)
        assert shown.sub_account_control_config.sub_account_type == "IAM_USER"
        assert (shown.is_ai_mark_on, shown.service_shared_config.enable) == (False, False)
        theirs = other_client.show_tenant_service_configs(m.ShowTenantServiceConfigsRequest())
        assert theirs.is_ai_mark_on is True
        off = m.SubAccountControlConfig(separately_controlled=False)
        self.update(client, sub_account_control_config=off, is_ai_mark_on=True)

    def test_an_unknown_kind_of_user(self, client: Any) -> None:
        control = m.SubAccountControlConfig(separately_controlled=True, sub_account_type="ROBOT")
        refused(
            lambda: self.update(client, sub_account_control_config=control),
            "MSS.10000003",
            "sub_account_type",
        )


def send(client: Any, path: Path, data: bytes, resource: str = "user-quota") -> str:
    path.write_bytes(data)
    with path.open("rb") as file:
        body = m.ImportResourceRequestBody(file=FormFile(file))
        call = m.ImportResourceRequest(resource=resource, business_id="skill-1", body=body)
        answer = client.import_resource(call)
    assert_fits(answer)
    return str(answer.value)


def export(client: Any, resource: str, **query: Any) -> str:
    answer = client.export_resource(m.ExportResourceRequest(resource=resource, **query))
    assert_fits(answer)
    return str(answer.value)


def finished(client: Any, task_id: str) -> Any:
    deadline = time.monotonic() + 60
    while (task := client.show_task(m.ShowTaskRequest(id=task_id))).task_status in ("WAITING", "RUNNING"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert_fits(task)
    return task


def result(client: Any, task_id: str) -> list[dict[str, str]]:
    answer = client.download_result_file(m.DownloadResultFileRequest(id=task_id))
    return table(answer)


def table(answer: Any) -> list[dict[str, str]]:
    found: list[bytes] = []
    answer.consume_download_stream(lambda stream: found.append(stream.content))
    return list(csv.DictReader(io.StringIO(b"".join(found).decode("utf-8-sig"))))


def quotas(client: Any, user: str) -> Any:
    found = client.list_user_quotas(m.ListUserQuotasRequest(user_id=user)).assets
    return found[0].quota if found else None


class TestImportAndExport:
    def test_a_table_goes_in_and_comes_out(self, client: Any, other_client: Any, tmp_path: Path) -> None:
        template = table(client.download_template(m.DownloadTemplateRequest(resource="user-quota")))
        columns = list(template[0])
        assert columns[0] == "user_id" and "video_time_2d_model" in columns
        rows = [dict.fromkeys(columns, "-1") | {"user_id": f"import-{n}"} for n in range(120)]
        rows[1]["voice_clone_basic"] = "many"
        rows[2]["user_id"] = ""
        rows[119]["video_time_2d_model"] = "90"
        out = io.StringIO()
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows(rows)
        task_id = send(client, tmp_path / "quotas.csv", out.getvalue().encode())
        task = finished(client, task_id)
        assert (task.task_status, task.task_type, task.resource) == ("SUCCEEDED", "IMPORT", "user-quota")
        assert (task.total_count, task.success_count, task.failure_count) == (120, 118, 2)
        assert (task.task_name, int(task.end_time) >= int(task.begin_time) > 1.7e12) == ("quotas.csv", True)
        told = result(client, task_id)
        assert [row["result"] for row in told[:4]] == ["SUCCEEDED", "FAILED", "FAILED", "SUCCEEDED"]
        assert "voice_clone_basic" in told[1]["reason"] and "user_id" in told[2]["reason"]
        assert quotas(client, "import-119").video_time_2d_model == 90
        assert quotas(client, "import-1") is None
        exported = export(client, "user-quota")
        finished(client, exported)
        found = {row["user_id"]: row for row in result(client, exported)}
        assert found["import-119"]["video_time_2d_model"] == "90"
        gone = m.ShowTaskRequest(id=exported)
        refused(lambda: other_client.show_task(gone), "MSS.00000002", status=404)

    def test_cells_that_a_spreadsheet_would_run(self, client: Any) -> None:
        upload_avatar(client)
        body = m.CreateDigitalAssetRequestBody(asset_name='=HYPERLINK("http://x")', asset_type="IMAGE")
        asset_id = client.create_digital_asset(m.CreateDigitalAssetRequest(body=body)).asset_id
        task_id = export(client, "digital-asset")
        assert finished(client, task_id).task_status == "SUCCEEDED"
        found = {row["asset_id"]: row["asset_name"] for row in result(client, task_id)}
        assert found[asset_id] == '\'=HYPERLINK("http://x")'

    def test_the_usage(self, client: Any) -> None:
        task_id = export(client, "usage")
        task = finished(client, task_id)
        assert task.task_status == "SUCCEEDED"
        assert len(result(client, task_id)) == task.total_count

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"user_id\nana\n", "no column"),
            (b"\xff\xfe\x00", "UTF-8"),
            (b'user_id,"unfinished', "not valid CSV"),
        ],
    )
    def test_files_that_are_no_such_table(self, client: Any, tmp_path: Path, data: bytes, word: str) -> None:
        refused(lambda: send(client, tmp_path / "x.csv", data), "MSS.10000003", word)

    def test_too_large_a_file(self, client: Any, tmp_path: Path) -> None:
        large = b"user_id\n" + b"a" * (6 * 1024 * 1024)
        refused(lambda: send(client, tmp_path / "x.csv", large), "APIGW.0201", "in parts", status=413)

    def test_no_file(self, client: Any) -> None:
        call = m.ImportResourceRequest(resource="user-quota")
        refused(lambda: client.import_resource(call), "MSS.45000001", "file")

    def test_what_can_not_be_imported_or_exported(self, client: Any, tmp_path: Path) -> None:
        refused(lambda: send(client, tmp_path / "x.csv", b"a\n", "usage"), "MSS.10000003", "only be exported")
        refused(lambda: export(client, "weather"), "MSS.10000003", "weather", "user-quota")
        wrong = m.DownloadTemplateRequest(resource="usage")
        with pytest.raises(ClientRequestException):
            client.download_template(wrong)


class TestTasks:
    def test_search(self, client: Any, other_client: Any) -> None:
        before = int(time.time() * 1000) - 5000
        one, two = export(client, "usage", business_id="b-1"), export(client, "digital-asset")
        for task_id in (one, two):
            finished(client, task_id)

        def search(**query: Any) -> list[str]:
            answer = client.search_task(m.SearchTaskRequest(**query))
            assert_fits(answer)
            return [task.task_id for task in answer.data]

        assert search(business_id="b-1") == [one]
        assert search(resource=["usage", "digital-asset"], begin_time=str(before))[:2] == [two, one]
        assert two not in search(resource=["usage"])
        assert search(end_time=str(before)) == [] or one not in search(end_time=str(before))
        assert other_client.search_task(m.SearchTaskRequest(business_id="b-1")).count == 0
        call = m.SearchTaskRequest(begin_time="yesterday")
        refused(lambda: client.search_task(call), "MSS.10000003", "begin_time")

    def test_delete(self, client: Any, server: RunningServer) -> None:
        task_id = export(client, "usage")
        finished(client, task_id)
        folders = list((server.data_dir / "objects" / "exchange").glob(f"*/{task_id}"))
        assert folders and list(folders[0].iterdir())
        client.delete_task(m.DeleteTaskRequest(id=task_id))
        assert not any(path.is_file() for path in folders[0].glob("*"))
        gone = m.DeleteTaskRequest(id=task_id)
        refused(lambda: client.delete_task(gone), "MSS.00000002", task_id, status=404)
        with pytest.raises(ClientRequestException):
            client.download_result_file(m.DownloadResultFileRequest(id=task_id))
