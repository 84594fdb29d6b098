"""Content review of assets: what passes, what a person decides, and what that changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import pytest
from tests.assets.conftest import VirtualClock
from tests.assets.making import create, shown, stored_asset, upload
from tests.contract.media_samples import png, wav
from tests.media import lies

from greenroom.assets import service
from greenroom.assets.errors import AssetFailedError, AssetStateError
from greenroom.assets.sweep import sweep
from greenroom.assets.wire import UpdateDigitalAssetRequestBody
from greenroom.engines.protocols import Decision, Finding, Image
from greenroom.iam.changes import Actor
from greenroom.moderation import queue
from greenroom.moderation.errors import ContentRefusedError, ReviewStateError
from greenroom.moderation.models import ReviewState
from greenroom.runtime import Runtime, Scope

REFUSED, DOUBTFUL = "flimflam", "humbug"


class RedModerator:
    """Plugged in by the tests: red pictures are refused, blue ones doubtful."""

    name = "red"
    reads_text = False
    sees_pictures = True

    def review_text(self, text: str) -> tuple[Finding, ...]:
        return ()

    def review_picture(self, picture: Image) -> tuple[Finding, ...]:
        blue, _, red = (float(value) for value in picture.reshape(-1, 3).mean(axis=0))
        if red > 200 and blue < 50:
            return (Finding(self.name, "red", Decision.REFUSE, 1.0, "it is red"),)
        return (
            (Finding(self.name, "blue", Decision.DOUBT, 0.6, "it is blue"),)
            if blue > 200 and red < 50
            else ()
        )


def picture(red: int, blue: int) -> bytes:
    values = np.full((40, 40, 3), (blue, 0, red), np.uint8)
    return bytes(cv2.imencode(".png", values)[1].tobytes())


@pytest.fixture(autouse=True)
async def words(runtime: Runtime, scope: Scope) -> None:
    await queue.set_word(runtime, Actor(), REFUSED, "nonsense", "REFUSE")
    await queue.set_word(runtime, Actor(), DOUBTFUL, "nonsense", "DOUBT")


@pytest.fixture
def plugged(runtime: Runtime) -> Runtime:
    runtime.settings = runtime.settings.model_copy(
        update={"moderators": "tests.assets.test_review:RedModerator"}
    )
    return runtime


async def update(runtime: Runtime, scope: Scope, asset_id: str, **fields: Any) -> None:
    async with runtime.transaction(scope) as context:
        await service.update_digital_asset(
            context, asset_id, UpdateDigitalAssetRequestBody.model_validate(fields)
        )


async def waiting(runtime: Runtime) -> list[dict[str, Any]]:
    return await queue.list_queue(runtime, ReviewState.WAITING, None, 100)


class TestTexts:
    @pytest.mark.parametrize(
        "fields",
        [
            {"asset_name": REFUSED},
            {"asset_description": f"a {REFUSED.upper()} story"},
            {"tags": ["x", REFUSED]},
        ],
    )
    async def test_a_refused_text_fails_the_asset_until_it_is_changed(
        self, runtime: Runtime, scope: Scope, fields: dict[str, Any]
    ) -> None:
        asset_id = await create(runtime, scope, asset_type="COMMON_FILE", **fields)
        info = await shown(runtime, scope, asset_id)
        assert (info.asset_state, info.fail_type) == ("FAILED", "AUTOMATIC_REVIEW_REJECT")
        assert info.reason is not None and "nonsense" in info.reason and REFUSED not in info.reason
        with pytest.raises(AssetStateError, match="change its name"):
            await upload(runtime, scope, asset_id, b"data")
        await update(runtime, scope, asset_id, asset_name="fine", asset_description="fine", tags=[])
        assert (await shown(runtime, scope, asset_id)).asset_state == "CREATING"
        await upload(runtime, scope, asset_id, b"data")
        assert (await shown(runtime, scope, asset_id)).asset_state == "ACTIVED"

    async def test_a_refused_change_changes_nothing(self, runtime: Runtime, scope: Scope) -> None:
        asset_id = await stored_asset(runtime, scope, asset_description="old")
        with pytest.raises(ContentRefusedError, match="asset_name"):
            await update(runtime, scope, asset_id, asset_name=REFUSED, asset_description="new")
        info = await shown(runtime, scope, asset_id)
        assert (info.asset_name, info.asset_description, info.asset_state) == ("a", "old", "ACTIVED")

    @pytest.mark.parametrize(("approved", "state"), [(True, "ACTIVED"), (False, "FAILED")])
    async def test_a_person_decides_on_a_doubtful_one(
        self, runtime: Runtime, scope: Scope, approved: bool, state: str
    ) -> None:
        asset_id = await stored_asset(runtime, scope, asset_name=DOUBTFUL)
        assert (await shown(runtime, scope, asset_id)).asset_state == "CREATING"
        (item,) = await waiting(runtime)
        assert (item["tenant"], item["subject"], item["part"]) == ("acme", asset_id, "texts")
        assert DOUBTFUL in item["why"]
        await queue.decide(runtime, Actor("eve"), item["id"], approved=approved, reason="seen")
        info = await shown(runtime, scope, asset_id)
        assert info.asset_state == state
        if not approved:
            assert (info.fail_type, info.reason) == ("MANUAL_REVIEW_REJECT", "seen")
        with pytest.raises(ReviewStateError, match="only a WAITING one"):
            await queue.decide(runtime, Actor("eve"), item["id"], approved=True)

    async def test_waiting_for_a_person_is_not_waiting_for_a_file(
        self, runtime: Runtime, scope: Scope, clock: VirtualClock
    ) -> None:
        asset_id = await stored_asset(runtime, scope, asset_name=DOUBTFUL)
        clock.now += timedelta(days=3)
        await sweep(runtime)
        assert (await shown(runtime, scope, asset_id)).asset_state == "CREATING"

    async def test_a_deleted_asset_leaves_the_queue(self, runtime: Runtime, scope: Scope) -> None:
        asset_id = await create(runtime, scope, asset_name=DOUBTFUL)
        async with runtime.transaction(scope) as context:
            await service.delete_asset(context, asset_id, "force")
        assert await waiting(runtime) == []

    async def test_only_the_operator_exempts_a_tenant(self, runtime: Runtime, scope: Scope) -> None:
        plea = {"no_need_review": True}
        asset_id = await create(runtime, scope, asset_name=REFUSED, review_config=plea)
        assert (await shown(runtime, scope, asset_id)).asset_state == "FAILED"
        await queue.set_exempt(runtime, Actor(), "acme", "contract 7")
        asset_id = await create(runtime, scope, asset_name=REFUSED)
        assert (await shown(runtime, scope, asset_id)).asset_state == "CREATING"
        asset_id = await create(runtime, scope, asset_name=REFUSED, review_config={"no_need_review": False})
        assert (await shown(runtime, scope, asset_id)).asset_state == "FAILED"
        await queue.set_exempt(runtime, Actor(), "acme", None)
        asset_id = await create(runtime, scope, asset_name=REFUSED)
        assert (await shown(runtime, scope, asset_id)).asset_state == "FAILED"

    async def test_a_word_counts_from_the_next_request_on(self, runtime: Runtime, scope: Scope) -> None:
        await queue.remove_word(runtime, Actor(), REFUSED)
        asset_id = await create(runtime, scope, asset_name=REFUSED)
        assert (await shown(runtime, scope, asset_id)).asset_state == "CREATING"


class TestFiles:
    async def test_a_refused_picture_fails_its_asset_and_is_removed(
        self, plugged: Runtime, scope: Scope
    ) -> None:
        asset_id = await create(plugged, scope)
        with pytest.raises(AssetFailedError, match="did not pass the content review"):
            await upload(plugged, scope, asset_id, picture(255, 0), "a.png")
        info = await shown(plugged, scope, asset_id)
        assert (info.asset_state, info.fail_type) == ("FAILED", "AUTOMATIC_REVIEW_REJECT")
        assert [key.key async for key in plugged.objects.list("assets")] == []
        await upload(plugged, scope, asset_id, picture(90, 90), "b.png")
        assert (await shown(plugged, scope, asset_id)).asset_state == "ACTIVED"

    @pytest.mark.parametrize("approved", [True, False])
    async def test_a_doubtful_picture_waits_for_a_person(
        self, plugged: Runtime, scope: Scope, approved: bool
    ) -> None:
        asset_id = await create(plugged, scope)
        await upload(plugged, scope, asset_id, picture(0, 255), "a.png")
        info = await shown(plugged, scope, asset_id)
        assert info.files is not None
        assert (info.asset_state, info.files[0].state) == ("CREATING", "REVIEW")
        async with plugged.transaction(scope, read_only=True) as context:
            with pytest.raises(AssetStateError):
                await service.require_usable(context, asset_id)
        (item,) = await waiting(plugged)
        await queue.decide(plugged, Actor(), item["id"], approved=approved, reason="seen")
        info = await shown(plugged, scope, asset_id)
        assert info.files is not None
        expected = ("ACTIVED", "CREATED") if approved else ("FAILED", "FAILED")
        assert (info.asset_state, info.files[0].state) == expected
        stored = [key.key async for key in plugged.objects.list("assets")]
        assert len(stored) == (1 if approved else 0)

    async def test_a_refused_cover_leaves_the_asset_as_it_is(self, plugged: Runtime, scope: Scope) -> None:
        asset_id = await stored_asset(plugged, scope, b"data", "COMMON_FILE")
        with pytest.raises(AssetFailedError):
            await upload(plugged, scope, asset_id, picture(255, 0), "c.png", "COVER")
        assert (await shown(plugged, scope, asset_id)).asset_state == "ACTIVED"

    async def test_the_texts_of_a_deck(self, runtime: Runtime, scope: Scope) -> None:
        slide = f"<p:sld><a:t>Our {REFUSED}</a:t></p:sld>".encode()
        asset_id = await create(runtime, scope, asset_type="PPT")
        with pytest.raises(AssetFailedError, match="slide9"):
            await upload(runtime, scope, asset_id, lies.pptx(**{"ppt/slides/slide9.xml": slide}), "a.pptx")

    async def test_what_nobody_can_look_at(self, runtime: Runtime, scope: Scope, monkeypatch: Any) -> None:
        """Without a recogniser, sound passes, or goes to a person where the operator wants that."""
        monkeypatch.setenv("GREENROOM_MODELS", "/nonexistent")
        asset_id = await create(runtime, scope, asset_type="AUDIO")
        await upload(runtime, scope, asset_id, wav(0.5), "a.wav")
        assert (await shown(runtime, scope, asset_id)).asset_state == "ACTIVED"
        runtime.settings = runtime.settings.model_copy(update={"review_unexamined": "queue"})
        asset_id = await create(runtime, scope, asset_type="AUDIO")
        await upload(runtime, scope, asset_id, wav(0.5), "a.wav")
        (item,) = await waiting(runtime)
        assert "sound" in item["why"]

    async def test_no_review_where_it_is_off(self, plugged: Runtime, scope: Scope) -> None:
        plugged.settings = plugged.settings.model_copy(update={"review": "off"})
        asset_id = await create(plugged, scope, asset_name=REFUSED)
        await upload(plugged, scope, asset_id, picture(255, 0), "a.png")
        assert (await shown(plugged, scope, asset_id)).asset_state == "ACTIVED"

    async def test_an_ordinary_picture_passes(self, runtime: Runtime, scope: Scope) -> None:
        asset_id = await create(runtime, scope)
        await upload(runtime, scope, asset_id, png(), "a.png")
        assert (await shown(runtime, scope, asset_id)).asset_state == "ACTIVED"
