"""Assets between projects over the public SDK: batches, summaries, shares, copies and transfers."""

from __future__ import annotations

import base64
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from huaweicloudsdkmetastudio.v1 import (
    AssetExtraMeta,
    AssetSharedConfig,
    BatchAssetActionReq,
    BatchExecuteAssetActionRequest,
    CreateAssetByReplicationInfoRequest,
    DeleteAssetRequest,
    ExecuteTransferAssetActionRequest,
    HumanModel2DAssetMeta,
    ListAssetsRequest,
    ListAssetSummaryRequest,
    ListAssetSummarysReq,
    ListTransferAssetJobsRequest,
    ReplicationAssetInfo,
    ShowAssetReplicationInfoRequest,
    ShowAssetRequest,
    ShowTransferAssetJobRequest,
    TransferAssetReq,
    TransferAssetRequest,
    TransJobRejectBody,
    UpdateDigitalAssetRequest,
    UpdateDigitalAssetRequestBody,
)
from tests.command_line import greenroom_here
from tests.contract.conftest import Upload, new_asset, refused, upload_file
from tests.contract.media_samples import png

pytestmark = pytest.mark.contract


def show(client: Any, asset_id: str) -> Any:
    return client.show_asset(ShowAssetRequest(asset_id=asset_id))


def batch(client: Any, action: str, ids: list[str], params: str | None = None) -> list[Any]:
    body = BatchAssetActionReq(action=action, asset_ids=ids, params=params)
    answer = client.batch_execute_asset_action(BatchExecuteAssetActionRequest(body=body))
    return list(answer.results)


def project_of(client: Any) -> str:
    return str(client._credentials.project_id)


def picture(client: Any, name: str = "Lobby", **fields: Any) -> str:
    asset_id = new_asset(client, name=name, **fields)
    upload_file(client, asset_id, Upload(png()))
    return asset_id


def model(client: Any, name: str = "Ana", **fields: Any) -> str:
    """A 2D model as a tenant may bring one: any zip."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("manifest.json", "{}")
    asset_id = new_asset(client, "HUMAN_MODEL_2D", name=name, **fields)
    upload_file(client, asset_id, Upload(out.getvalue(), name="ana.zip", type="ZIP"))
    return asset_id


class TestBatchExecuteAssetAction:
    def test_each_asset_succeeds_or_fails_by_itself(self, client: Any, other_client: Any) -> None:
        mine, theirs = picture(client), picture(other_client)
        unfinished = new_asset(client)
        done, *failed = batch(client, "UNACTIVE", [mine, unfinished, theirs, "nothing"])
        assert (done.ret_status, done.asset_ids) == ("SUCCESS", [mine])
        assert [(one.ret_status, one.asset_ids, one.error_info.error_code) for one in failed] == [
            ("FAILED", [unfinished], "MSS.10000003"),
            ("FAILED", [theirs], "MSS.10001001"),
            ("FAILED", ["nothing"], "MSS.10001001"),
        ]
        assert "upload its main file" in failed[0].error_info.error_msg
        assert show(client, mine).asset_state == "UNACTIVED"
        assert show(other_client, theirs).asset_state == "ACTIVED"

    def test_every_action(self, client: Any) -> None:
        ids = [picture(client), picture(client)]
        for action, state in (
            ("UNACTIVE", "UNACTIVED"),
            ("ACTIVE", "ACTIVED"),
            ("DELETE", "DELETING"),
            ("RESTORE", "ACTIVED"),
        ):
            (result,) = batch(client, action, ids)
            assert (result.ret_status, result.asset_ids) == ("SUCCESS", ids)
            assert {show(client, one).asset_state for one in ids} == {state}
        (result,) = batch(client, "DELETE_FORCE", ids)
        assert result.ret_status == "SUCCESS"
        assert refused(lambda: show(client, ids[0])).code == "MSS.10001001"

    def test_sharing_and_its_end(self, client: Any, other_client: Any) -> None:
        asset_id = picture(client)
        params = json.dumps({"allowed_project_ids": [project_of(other_client)]})
        (result,) = batch(client, "SHARE", [asset_id], params)
        assert result.ret_status == "SUCCESS"
        assert show(other_client, asset_id).asset_name == "Lobby"
        shared = other_client.list_assets(ListAssetsRequest(role="SHAREE", limit=100)).assets
        assert asset_id in [one.asset_id for one in shared]
        own = other_client.list_assets(ListAssetsRequest(asset_id=[asset_id])).assets
        assert own == []
        sharer = client.list_assets(ListAssetsRequest(role="SHARER", asset_id=[asset_id])).assets
        assert [one.asset_id for one in sharer] == [asset_id]
        error = refused(lambda: other_client.delete_asset(DeleteAssetRequest(asset_id=asset_id)))
        assert error.code == "MSS.10001001", "a share lets see and use, not change"
        batch(client, "UNSHARE", [asset_id])
        assert refused(lambda: show(other_client, asset_id)).code == "MSS.10001001"

    def test_wrong_requests(self, client: Any, other_client: Any) -> None:
        asset_id = picture(client)
        assert "'UNACTIVE'" in refused(lambda: batch(client, "SWITCH_OFF", [asset_id])).message
        assert "asset_ids" in refused(lambda: batch(client, "DELETE", [])).message
        assert "params" in refused(lambda: batch(client, "SHARE", [asset_id], "with everybody")).message
        (result,) = batch(client, "SHARE", [asset_id])
        assert result.ret_status == "FAILED"
        assert "allowed_project_ids" in result.error_info.error_msg


class TestUpdateDigitalAsset:
    def test_shared_until_a_time_and_never_with_everybody(self, client: Any, other_client: Any) -> None:
        asset_id = picture(client)

        def share(**fields: Any) -> None:
            body = UpdateDigitalAssetRequestBody(shared_config=AssetSharedConfig(**fields))
            client.update_digital_asset(UpdateDigitalAssetRequest(asset_id=asset_id, body=body))

        others = [project_of(other_client)]
        share(shared_type="SHARED", allowed_project_ids=others, expire_time="2099-01-01T00:00:00Z")
        assert show(other_client, asset_id).asset_id == asset_id
        assert "PUBLIC" in refused(lambda: share(shared_type="PUBLIC")).message
        late = {"shared_type": "SHARED", "allowed_project_ids": others, "expire_time": "2020-01-01T00:00:00Z"}
        assert "is over" in refused(lambda: share(**late)).message
        share(shared_type="PRIVATE")
        assert refused(lambda: show(other_client, asset_id)).code == "MSS.10001001"


class TestListAssetSummary:
    def test_own_built_in_and_none_of_others(self, client: Any, other_client: Any) -> None:
        mine, theirs = picture(client, "Hall"), picture(other_client)
        ids = [mine, "kokoro-af_heart", theirs, "nothing"]
        request = ListAssetSummaryRequest(body=ListAssetSummarysReq(asset_ids=ids))
        first, second = client.list_asset_summary(request).asset_list
        assert (first.asset_id, first.asset_name, first.asset_type, first.asset_state) == (
            mine, "Hall", "IMAGE", "ACTIVED",
        )  # fmt: skip
        assert httpx.get(first.cover_url).content == png()
        assert (second.asset_id, second.asset_type, second.cover_url) == (
            "kokoro-af_heart",
            "VOICE_MODEL",
            None,
        )

    def test_no_ids(self, client: Any) -> None:
        request = ListAssetSummaryRequest(body=ListAssetSummarysReq(asset_ids=[]))
        assert "asset_ids" in refused(lambda: client.list_asset_summary(request)).message


def replication_info(client: Any, asset_id: str) -> Any:
    return client.show_asset_replication_info(ShowAssetReplicationInfoRequest(asset_id=asset_id))


def replicate(client: Any, info: Any, **changes: Any) -> None:
    fields = {
        name: getattr(info, name) for name in ("asset_id", "asset_info", "encryption_info", "expire_time")
    }
    body = ReplicationAssetInfo(**{**fields, **changes})
    client.create_asset_by_replication_info(CreateAssetByReplicationInfoRequest(body=body))


class TestShowAssetReplicationInfo:
    def test_it_tells_nothing_to_who_reads_it(self, client: Any) -> None:
        asset_id = picture(client, "Secret plan")
        info = replication_info(client, asset_id)
        assert info.asset_id == asset_id
        assert info.encryption_info.algorithm == "AES-256-GCM"
        assert 1 <= len(info.encryption_info.iv) <= 128
        assert 1 <= len(info.encryption_info.key_id) <= 128
        assert info.expire_time > 1_700_000_000_000
        assert project_of(client).encode() not in base64.b64decode(info.asset_info)
        assert replication_info(client, asset_id).asset_info != info.asset_info

    def test_only_of_ones_own_finished_assets(self, client: Any, other_client: Any) -> None:
        unfinished, theirs = new_asset(client), picture(other_client)
        error = refused(lambda: replication_info(client, unfinished))
        assert (error.status, error.code) == (400, "MSS.10000003")
        assert "CREATING" in error.message
        assert refused(lambda: replication_info(client, theirs)).code == "MSS.10001001"
        assert refused(lambda: replication_info(client, "nothing")).code == "MSS.10001001"


class TestCreateAssetByReplicationInfo:
    def test_a_copy_has_all_and_lives_by_itself(self, client: Any, other_client: Any) -> None:
        name = f"Hall {uuid4().hex}"
        asset_id = picture(client, name, tags=["a"], asset_description="front")
        info = replication_info(client, asset_id)
        for _ in range(2):
            replicate(other_client, info)
        (copy,) = other_client.list_assets(ListAssetsRequest(name=name)).assets
        assert copy.asset_id != asset_id
        assert copy.project_id == project_of(other_client)
        assert (copy.asset_state, copy.tags, copy.asset_description) == ("ACTIVED", ["a"], "front")
        assert copy.asset_extra_meta.image_meta.width == 64
        client.delete_asset(DeleteAssetRequest(asset_id=asset_id, mode="force"))
        assert httpx.get(show(other_client, copy.asset_id).files[0].download_url).content == png()

    def test_nothing_of_it_can_be_changed(self, client: Any, other_client: Any) -> None:
        asset_id, another = picture(client), picture(client)
        info = replication_info(client, asset_id)
        sealed = bytearray(base64.b64decode(info.asset_info))
        sealed[3] ^= 1
        for changes in (
            {"asset_id": another},
            {"expire_time": info.expire_time + 1},
            {"asset_info": base64.b64encode(bytes(sealed)).decode()},
            {"asset_info": "no base64 %%%"},
            {"asset_info": replication_info(client, another).asset_info},
        ):
            error = refused(lambda changes=changes: replicate(other_client, info, **changes))
            assert (error.status, error.code) == (400, "MSS.10000003")
            assert "exactly as it was given" in error.message

    def test_an_asset_that_is_gone(self, client: Any, other_client: Any) -> None:
        asset_id = picture(client)
        info = replication_info(client, asset_id)
        client.delete_asset(DeleteAssetRequest(asset_id=asset_id))
        assert "DELETING" in refused(lambda: replicate(other_client, info)).message
        client.delete_asset(DeleteAssetRequest(asset_id=asset_id, mode="force"))
        assert refused(lambda: replicate(other_client, info)).code == "MSS.10001001"


def offer(client: Any, ids: list[str], dest: str, **fields: Any) -> str:
    fields.setdefault("transfer_type", "TRANSFER_OUT")
    body = TransferAssetReq(asset_ids=ids, dest_project_id=dest, **fields)
    return str(client.transfer_asset(TransferAssetRequest(body=body)).job_id)


def answer(client: Any, job_id: str, action: str, reason: str | None = None) -> Any:
    body = TransJobRejectBody(reason=reason) if reason else None
    request = ExecuteTransferAssetActionRequest(job_id=job_id, action=action, body=body)
    return client.execute_transfer_asset_action(request).accept_respone


def job(client: Any, job_id: str) -> Any:
    return client.show_transfer_asset_job(ShowTransferAssetJobRequest(job_id=job_id))


class TestTransferAsset:
    def test_an_accepted_asset_changes_its_owner_with_its_files(
        self, server: Any, client: Any, other_client: Any
    ) -> None:
        asset_id = model(client, "Ana", tags=["keep"])
        job_id = offer(client, [asset_id], project_of(other_client), memo="as agreed")
        seen = job(other_client, job_id)
        assert (seen.state, seen.transfer_type, seen.memo) == ("PROCESSING", "TRANSFER_OUT", "as agreed")
        assert (seen.src_project_id, seen.dest_project_id) == (project_of(client), project_of(other_client))
        assert [(one.asset_id, one.asset_name) for one in seen.transfer_assets] == [(asset_id, "Ana")]
        assert len(seen.start_time) == len(seen.expire_time) == 20
        assert seen.finish_time is None
        assert refused(lambda: show(other_client, asset_id)).code == "MSS.10001001"
        accepted = answer(other_client, job_id, "accept")
        assert (accepted.is_need_billing, accepted.required_resources) == (False, [])
        assert job(client, job_id).state == "ACCEPT"
        assert job(client, job_id).finish_time is not None
        assert refused(lambda: show(client, asset_id)).code == "MSS.10001001"
        moved = show(other_client, asset_id)
        assert (moved.project_id, moved.asset_state, moved.tags) == (
            project_of(other_client), "ACTIVED", ["keep"],
        )  # fmt: skip
        assert httpx.get(moved.files[0].download_url).content[:2] == b"PK"
        folder = server.data_dir / "objects" / "assets" / project_of(client) / asset_id
        assert not folder.exists()

        back = offer(
            other_client, [asset_id], project_of(client), transfer_type="TRANSFER_BACK",
            transfer_job_id=job_id, auto_accept=True, auto_active=False,
        )  # fmt: skip
        assert job(client, back).state == "ACCEPT"
        assert show(client, asset_id).asset_state == "UNACTIVED"

    def test_refused_and_cancelled(self, client: Any, other_client: Any) -> None:
        asset_id = model(client)
        job_id = offer(client, [asset_id], project_of(other_client))
        assert (
            "offered already" in refused(lambda: offer(client, [asset_id], project_of(other_client))).message
        )
        assert "the receiver" in refused(lambda: answer(client, job_id, "accept")).message
        assert "the sending" in refused(lambda: answer(other_client, job_id, "cancel")).message
        answer(other_client, job_id, "reject", reason="not ordered")
        seen = job(client, job_id)
        assert (seen.state, seen.reason) == ("REJECT", "not ordered")
        assert "cannot be answered" in refused(lambda: answer(other_client, job_id, "accept")).message
        job_id = offer(client, [asset_id], project_of(other_client))
        answer(client, job_id, "cancel")
        assert job(other_client, job_id).state == "CANCEL"
        assert show(client, asset_id).asset_state == "ACTIVED"

    def test_what_is_charged_is_told_before_it_is_confirmed(self, client: Any, other_client: Any) -> None:
        extra = AssetExtraMeta(human_model_2d_meta=HumanModel2DAssetMeta(is_flexus=True))
        ids = [model(client), model(client, asset_extra_meta=extra)]
        job_id = offer(client, ids, project_of(other_client), is_need_billing=True)
        told = answer(other_client, job_id, "accept")
        assert told.is_need_billing
        assert [one.resource_nums for one in told.required_resources] == [1, 1]
        assert job(client, job_id).state == "PROCESSING"
        answer(other_client, job_id, "accept_confirm")
        assert job(client, job_id).state == "ACCEPT"

    def test_an_asset_that_changed_since_fails_the_transfer(self, client: Any, other_client: Any) -> None:
        ids = [model(client), model(client)]
        job_id = offer(client, ids, project_of(other_client))
        client.delete_asset(DeleteAssetRequest(asset_id=ids[1]))
        answer(other_client, job_id, "accept")
        seen = job(client, job_id)
        assert (seen.state, seen.error_info.error_code) == ("FAIL", "MSS.10000003")
        assert show(client, ids[0]).project_id == project_of(client)

    def test_wrong_offers(self, client: Any, other_client: Any) -> None:
        there = project_of(other_client)
        assert "voice and image models" in refused(lambda: offer(client, [picture(client)], there)).message
        own = model(client)
        assert "the project itself" in refused(lambda: offer(client, [own], project_of(client))).message
        assert "is no project" in refused(lambda: offer(client, [own], "nowhere")).message
        assert "auto_accept" in refused(lambda: offer(client, [own], there, auto_accept=True)).message
        assert refused(lambda: offer(client, [model(other_client)], there)).code == "MSS.10001001"
        back = {"transfer_type": "TRANSFER_BACK", "transfer_job_id": "nothing"}
        assert "transfer_job_id" in refused(lambda: offer(client, [own], there, **back)).message


class TestListTransferAssetJobs:
    def test_by_side_and_state(self, client: Any, other_client: Any) -> None:
        job_id = offer(client, [model(client)], project_of(other_client))

        def ids(who: Any, **filters: Any) -> list[str]:
            found = who.list_transfer_asset_jobs(ListTransferAssetJobsRequest(limit=100, **filters))
            assert found.count == len(found.jobs)
            return [one.job_id for one in found.jobs]

        assert ids(client)[0] == job_id
        assert job_id in ids(client, role="SENDER")
        assert job_id not in ids(client, role="RECEIVER")
        assert job_id in ids(other_client, role="RECEIVER", state="PROCESSING,ACCEPT")
        assert job_id not in ids(other_client, state="REJECT")
        assert job_id not in ids(other_client, transfer_type="TRANSFER_BACK")
        assert "state" in refused(lambda: ids(client, state="DONE")).message


class TestShowTransferAssetJob:
    def test_only_the_two_sides_see_it(self, client: Any, server: Any) -> None:
        assert refused(lambda: job(client, "nothing")).code == "MSS.10001001"


def test_freezing_from_the_command_line_while_the_server_runs(
    server: Any, client: Any, tmp_path: Path
) -> None:
    asset_id = picture(client)
    url = show(client, asset_id).files[0].download_url
    assert httpx.get(url).status_code == 200

    def admin(*arguments: str) -> dict[str, Any]:
        done = greenroom_here("admin", *arguments, "--data", server.data_dir, "--json")
        made: dict[str, Any] = json.loads(done.stdout)
        return made

    frozen = admin("freeze", "add", "asset", asset_id, "--reason", "a complaint", "--code", "COPYRIGHT")
    asset = show(client, asset_id)
    assert (asset.asset_state, asset.block_reason_code, asset.reason) == (
        "BLOCK", "COPYRIGHT", "a complaint",
    )  # fmt: skip
    assert (asset.files[0].state, asset.files[0].download_url) == ("BLOCK", None)
    answer = httpx.get(url)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "MSS.10001004")
    admin("freeze", "lift", frozen["id"])
    assert show(client, asset_id).asset_state == "ACTIVED"
    assert httpx.get(url).content == png()
