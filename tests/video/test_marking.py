"""A video says that it was made by AI, unless the tenant may and does turn the label off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from tests.video.workshop import Workshop

from greenroom.provenance.credentials import Standing, read_credentials
from greenroom.provenance.identity import SigningIdentity
from greenroom.provenance.metadata import producer_in
from greenroom.runtime import Context
from greenroom.workspace.service import update_service_configs
from greenroom.workspace.wire import UpdateTenantServiceConfigsReq

pytestmark = pytest.mark.media

SIZE = {"width": 320, "height": 180, "bitrate": 900, "frame_rate": "24"}
BLUE = {"background_type": "COLOR", "background_color_config": "#0000FF"}


@pytest.fixture
def workshop(tmp_path: Path, small_cast: Path) -> Iterator[Workshop]:
    opened = Workshop(tmp_path / "data", cast_folder=small_cast)
    yield opened
    opened.close()


def order(workshop: Workshop) -> str:
    scene = {"script_type": "TEXT", "text_config": {"text": "Hello."}, "background_config": [BLUE]}
    scripts = [{"sequence_no": 1, "shoot_script": scene}]
    job = workshop.order(video_config=SIZE, shoot_scripts=scripts)
    assert workshop.run(job) == "SUCCEEDED", workshop.job(job).error_msg
    return job


def corners(path: Path) -> list[float]:
    """Of the first and the last picture: the share of the upper left corner that is not background."""
    with av.open(str(path)) as movie:
        pictures = [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]
    shares = []
    for picture in (pictures[0], pictures[-1]):
        corner = picture[:20, :80].astype(int)
        shares.append(float((np.abs(corner - [0, 0, 255]).sum(axis=2) > 120).mean()))
    return shares


def test_label_metadata_and_credentials_are_there_without_being_asked(workshop: Workshop) -> None:
    path = workshop.file(order(workshop))
    assert min(corners(path)) > 0.25
    with av.open(str(path)) as movie:
        assert producer_in(dict(movie.metadata)) == "Greenroom"
    identity = SigningIdentity.of(workshop.settings, workshop.runtime.vault)
    assert identity is not None
    found = read_credentials(path, identity.root)
    assert found.standing is Standing.TRUSTED and found.is_ai and found.title == "Lamps"


def test_a_tenant_turns_its_label_off_unless_it_is_required(
    workshop: Workshop, tmp_path: Path, small_cast: Path
) -> None:
    async def turn_off(context: Context) -> None:
        await update_service_configs(context, UpdateTenantServiceConfigsReq(is_ai_mark_on=False))

    workshop.inside(turn_off)
    path = workshop.file(order(workshop))
    assert max(corners(path)) < 0.05
    with av.open(str(path)) as movie:
        assert producer_in(dict(movie.metadata)) == "Greenroom", "the metadata stays"

    strict = Workshop(
        tmp_path / "data", cast_folder=small_cast, ai_label_required=True, ai_label_place="top-left",
        credentials="off",
    )  # fmt: skip
    try:
        path = strict.file(order(strict))
        assert min(corners(path)) > 0.25
        assert read_credentials(path, "").standing is Standing.NONE
    finally:
        strict.close()
