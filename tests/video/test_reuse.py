"""One scene edited means one scene rendered, and what is reused is the very same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.video.workshop import Workshop, packets

from greenroom.jobs.models import JobState
from greenroom.reuse.keys import file_digest
from greenroom.reuse.models import KeptPiece
from greenroom.reuse.repository import PieceRepository
from greenroom.runtime import Context

pytestmark = [pytest.mark.media, pytest.mark.slow]

TEXTS = ("One lamp.", "Two lamps.", "No lamp.")


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, small_cast: Path) -> Iterator[Workshop]:
    opened = Workshop(tmp_path_factory.mktemp("reuse") / "data", cast_folder=small_cast)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def first(workshop: Workshop) -> str:
    job_id = workshop.order(*TEXTS)
    assert workshop.run(job_id) is JobState.SUCCEEDED, workshop.job(job_id).error_msg
    return job_id


def kept(workshop: Workshop) -> dict[str, KeptPiece]:
    async def read(context: Context) -> dict[str, KeptPiece]:
        return {row.id: row for row in await PieceRepository(context).longest_unused(1000)}

    return workshop.inside(read)


def kinds(workshop: Workshop) -> list[str]:
    return sorted(piece.kind for piece in kept(workshop).values())


def test_the_parts_and_the_speech_of_each_scene_are_kept(workshop: Workshop, first: str) -> None:
    assert kinds(workshop) == ["segment"] * 3 + ["speech"] * 3
    assert list((workshop.settings.work_dir).iterdir()) == []


def test_one_scene_edited_is_one_scene_rendered(workshop: Workshop, first: str) -> None:
    before = set(kept(workshop))
    edited = workshop.order(TEXTS[0], "Twenty new lamps.", TEXTS[2], name="Another name")
    assert workshop.run(edited) is JobState.SUCCEEDED
    new = {key: piece for key, piece in kept(workshop).items() if key not in before}
    assert sorted(piece.kind for piece in new.values()) == ["segment", "speech"]
    old_pictures, new_pictures = packets(workshop.file(first)), packets(workshop.file(edited))
    begin = next(n for n, (a, b) in enumerate(zip(old_pictures, new_pictures, strict=False)) if a != b)
    end = next(n for n in range(1, 500) if old_pictures[-n] != new_pictures[-n])
    # The first scene and the last are byte for byte as they were; only the one between differs.
    assert begin > 5 and end > 5


def test_a_damaged_part_is_noticed_and_made_again(workshop: Workshop, first: str) -> None:
    objects = workshop.settings.objects_dir
    pieces = list(kept(workshop).values())
    # The speech and the segment that were kept first.
    for piece in [next(one for one in pieces if one.kind == kind) for kind in ("speech", "segment")]:
        path = objects / piece.object_key
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(bytes(data))
    again = workshop.order(*TEXTS)
    assert workshop.run(again) is JobState.SUCCEEDED
    assert workshop.content(again) == workshop.content(first)
    healed = kept(workshop)
    assert kinds(workshop).count("segment") >= 3
    assert all(file_digest(objects / piece.object_key) == piece.sha256 for piece in healed.values())


def test_another_tenant_shares_nothing_but_gets_the_same_bytes(workshop: Workshop, first: str) -> None:
    count = len(kept(workshop))
    own_scope = workshop.scope
    theirs = workshop.order(*TEXTS, tenant="globex")
    try:
        workshop.scope = workshop.do(workshop._scope("globex"))
        assert workshop.run(theirs) is JobState.SUCCEEDED
        assert kinds(workshop) == ["segment"] * 3 + ["speech"] * 3
        same = workshop.content(theirs)
    finally:
        workshop.scope = own_scope
    assert same == workshop.content(first)
    assert len(kept(workshop)) == count


def test_objects_and_rows_belong_together(workshop: Workshop, first: str) -> None:
    files = {path.name for path in Path(workshop.settings.objects_dir / "reuse").rglob("*") if path.is_file()}
    assert set(kept(workshop)) <= files
