"""Operations of our own: behind the same gate as the contract's, and described with them."""

from __future__ import annotations

from tests.api.conftest import Studio
from tests.api.test_gate import READ_ONLY, error, new_user

from greenroom.api.extensions import ROOT, extensions
from greenroom.api.openapi import openapi_document
from greenroom.api.operations import load_operations


class TestGate:
    async def test_they_are_signed_allowed_and_counted_as_all_others(self, studio: Studio) -> None:
        place = "/v1/{p}/x-greenroom"
        reader = await new_user(studio, "ana", READ_ONLY)
        retry = f"{place}/videos/{'a' * 32}/retry"
        refused = await studio.call("POST", retry, by=reader)
        assert error(refused) == (403, "APIGW.0302")
        assert "metastudio:2dDigitalHumanVideo:retryVideo" in refused.json()["error_msg"]
        assert (await studio.call("POST", retry)).status_code == 404
        assert (await studio.call("GET", f"{place}/video-previews/{'a' * 32}", by=reader)).status_code == 404
        assert error(await studio.call("POST", f"{place}/video-previews", {}, by=reader))[0] == 403
        told = await studio.call("POST", f"{place}/video-previews", {"order": {}, "seconds": 60})
        assert told.status_code == 400 and "seconds" in told.json()["error_msg"]

    def test_the_openapi_document_has_them(self) -> None:
        paths = openapi_document()["paths"]
        assert "post" in paths["/v1/{project_id}/x-greenroom/videos/{job_id}/retry"]
        assert {"get", "delete"} <= set(paths["/v1/{project_id}/x-greenroom/video-previews/{preview_id}"])

    def test_each_has_a_function_and_lies_apart_from_the_contracts(self) -> None:
        assert extensions().keys() <= load_operations().keys()
        assert all(entry.path.startswith(ROOT) and entry.rates for entry in extensions().values())
