"""Voice training jobs over the API, up to their commit: made, listed, shown, changed, removed."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkmetastudio.v1 import model as m
from tests.voices import sounds
from tests.voices.modeling.driving import VoiceTraining, put

from greenroom.voices.sentences import sentences

pytestmark = pytest.mark.contract


def refused(call: Any, *arguments: Any, **members: Any) -> ClientRequestException:
    with pytest.raises(ClientRequestException) as caught:
        call(*arguments, **members)
    return caught.value


class TestCreateTrainingJobs:
    @pytest.mark.parametrize(
        ("edition", "job_type"),
        [
            ("basic", "BASIC"),
            ("middle", "MIDDLE"),
            ("advance", "ADVANCE"),
            ("third_party", "THIRD_PARTY"),
        ],
    )
    def test_package(self, client: Any, edition: str, job_type: str) -> None:
        job = VoiceTraining(client, edition, tag="NEWS", phone="555-0142", create_type="PACKAGE")
        assert job.links.training_data_uploading_url.startswith("http")
        assert job.links.segment_uploading_url is None
        shown = job.show()
        assert (shown.job_type, shown.state, shown.tag, shown.phone) == (
            job_type,
            "CREATING",
            "NEWS",
            "555-0142",
        )
        assert abs(shown.create_time - time.time()) < 60

    @pytest.mark.parametrize(("edition", "count"), [("basic", 20), ("middle", 50), ("advance", 100)])
    @pytest.mark.parametrize("language", ["CN", "EN"])
    def test_segments_have_links_and_sentences(
        self, client: Any, edition: str, count: int, language: str
    ) -> None:
        job = VoiceTraining(client, edition, create_type="SEGMENT", language=language)
        links = job.links.segment_uploading_url
        assert len(links.audio_uploading_url) == len(links.txt_uploading_url) == count
        shown = job.links.raw_content.decode()
        assert sentences(language, count)[-1] in shown, "the texts to read come with the links"

    def test_a_name_that_is_not_fit_is_refused(self, client: Any) -> None:
        assert "voice_name" in refused(VoiceTraining, client, voice_name="x" * 65).error_msg

    def test_a_voice_in_another_language_is_refused_with_the_field(self, client: Any) -> None:
        """By the simple modeler; `test_conversion` has the one that can."""
        error = refused(VoiceTraining, client, language="EN", output_language="CN")
        assert "output_language" in error.error_msg


class TestListVoiceTrainingJob:
    def test_filters_and_pages(self, client: Any) -> None:
        made = [
            VoiceTraining(client, "basic", voice_name="List Berta", tag="NEWS", batch_name="autumn"),
            VoiceTraining(client, "middle", voice_name="List Carl", tag="LIVE", is_ondemand_resource=True),
            VoiceTraining(client, "advance", voice_name="List Dora", tag="LIVE"),
        ]

        def names(**query: Any) -> list[str]:
            request = m.ListVoiceTrainingJobRequest(**{"voice_name": "list ", "sort_dir": "asc", **query})
            return [job.voice_name for job in client.list_voice_training_job(request).jobs]

        assert names() == ["List Berta", "List Carl", "List Dora"]
        assert names(sort_dir="desc", sort_key="voice_name") == ["List Dora", "List Carl", "List Berta"]
        assert names(tag="LIVE") == ["List Carl", "List Dora"]
        assert names(job_type="BASIC") == ["List Berta"]
        assert names(batch_name="autumn") == ["List Berta"]
        assert names(job_id=made[2].job_id) == ["List Dora"]
        assert names(is_ondemand_resource=True) == ["List Carl"]
        assert names(state="SUCCEED,FAILED") == []
        assert names(state="SUCCEED,CREATING", offset=1, limit=1) == ["List Carl"]
        now = int(time.time())
        assert names(create_since=str(now + 60)) == []
        assert len(names(create_since=str(now - 600), update_until="2999-01-01T00:00:00Z")) == 3
        page = client.list_voice_training_job(m.ListVoiceTrainingJobRequest(voice_name="list ", limit=1))
        assert page.count == 3

    def test_a_wrong_time_is_refused(self, client: Any) -> None:
        request = m.ListVoiceTrainingJobRequest(create_since="yesterday")
        assert "create_since" in refused(client.list_voice_training_job, request).error_msg


class TestSetJobBatchName:
    def test_all_or_none(self, client: Any) -> None:
        one, two = VoiceTraining(client), VoiceTraining(client)
        body = m.SetJobBatchNameReq(batch_name="spring", job_ids=[one.job_id, two.job_id])
        client.set_job_batch_name(m.SetJobBatchNameRequest(body=body))
        assert {one.show().batch_name, two.show().batch_name} == {"spring"}
        wrong = m.SetJobBatchNameReq(batch_name="other", job_ids=[one.job_id, "nobody"])
        assert "nobody" in refused(client.set_job_batch_name, m.SetJobBatchNameRequest(body=wrong)).error_msg
        assert one.show().batch_name == "spring"


class TestAddresses:
    def test_new_links_at_any_time(self, client: Any) -> None:
        job = VoiceTraining(client, create_type="SEGMENT")
        request = m.ShowJobUploadingAddressRequest(job_id=job.job_id)
        answer = client.show_job_uploading_address(request)
        assert len(answer.segment_url.audio_uploading_url) == 20
        put(answer.authorization_letter_uploading_url, b"letter")
        link = job.show().voice_authorization_url
        assert requests.get(link, timeout=10).content == b"letter"

    def test_attachments(self, client: Any) -> None:
        job = VoiceTraining(client)
        request = m.ShowUserReviewAttachmentUploadingAddressRequest(
            job_id=job.job_id, start_number=2, end_number=5
        )
        found = client.show_user_review_attachment_uploading_address(request).addresses
        assert [address.number for address in found] == [2, 3, 4]
        put(found[0].uploading_url, b"a note")


class TestShowTenantDurationCfg:
    def test_editions_grow(self, client: Any) -> None:
        answer = client.show_tenant_duration_cfg(m.ShowTenantDurationCfgRequest())
        for name in ("basic", "middle", "advance", "flexus", "cmww", "ljzn"):
            least, advice, most = (getattr(answer, f"{name}_{end}") for end in ("min", "advice_value", "max"))
            assert 0 < least < advice < most
        assert answer.basic_min < answer.middle_min < answer.advance_min


class TestCommitVoiceTrainingJob:
    def test_nothing_starts_without_recordings(self, client: Any) -> None:
        job = VoiceTraining(client)
        assert "training_data_uploading_url" in refused(job.commit).error_msg
        assert job.show().state == "CREATING"

    def test_nothing_starts_without_the_authorization_letter(self, client: Any) -> None:
        job = VoiceTraining(client)
        job.package(b"zip")
        assert "authorization letter" in refused(job.commit).error_msg

    def test_what_is_no_zip_is_refused_and_may_be_sent_again(self, client: Any) -> None:
        job = VoiceTraining(client)
        job.letter()
        for data in (b"no zip at all", sounds.zip_bytes({"readme.txt": b"nothing to hear"})):
            job.package(data)
            job.commit(description="once more")
            shown = job.ended()
            assert shown.state == "SPLIT_FAILED"
            assert shown.job_failed_reason
        assert "no sound file" in shown.job_failed_reason
        reasons = [entry.external_info for entry in job.log(limit=100).operations if entry.external_info]
        assert any("no sound file" in reason.algorithm_failure_reason for reason in reasons)

    def test_the_body_may_be_left_out(self, client: Any) -> None:
        job = VoiceTraining(client)
        request = m.CommitVoiceTrainingJobRequest(job_id=job.job_id)
        assert "recordings are missing" in refused(client.commit_voice_training_job, request).error_msg

    def test_a_package_has_no_sentences_to_confirm(self, client: Any) -> None:
        assert "SEGMENT" in refused(VoiceTraining(client).confirm, 0).error_msg


class TestDeleteVoiceTrainingJob:
    def test_it_is_gone_with_its_files(self, client: Any) -> None:
        job = VoiceTraining(client)
        job.letter()
        link = job.show().voice_authorization_url
        job.delete()
        assert requests.get(link, timeout=10).status_code == 404
        assert refused(job.show).error_code == "MSS.00000002"
        assert refused(job.delete).error_code == "MSS.00000002"


class TestTenants:
    def test_another_tenant_sees_nothing(self, client: Any, other_client: Any) -> None:
        job = VoiceTraining(client, voice_name="Secret voice", create_type="SEGMENT")
        own, job.client = job.client, other_client
        for call in (job.show, job.commit, job.confirmed, job.audit, job.log, job.delete):
            assert refused(call).error_code == "MSS.00000002"
        assert refused(job.confirm, 0).error_code == "MSS.00000002"
        listed = other_client.list_voice_training_job(m.ListVoiceTrainingJobRequest(voice_name="Secret"))
        assert listed.count == 0
        job.client = own
        assert job.show().voice_name == "Secret voice"
