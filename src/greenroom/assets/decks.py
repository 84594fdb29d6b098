"""The durable job that makes the pages of an uploaded deck pictures, and what others ask of such a deck.

The pages are files of the asset: PAGE the page with everything on it, OTHER the steps before that and
`deck.json`, which says everything that was read (`slides.deck.Deck`); COVER the first page, smaller. How far
it is stands in `ppt_meta.ppt_analysis_status`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from greenroom.assets.errors import AssetFileNotFoundError, AssetStateError
from greenroom.assets.models import Asset, AssetFile
from greenroom.assets.repository import AssetFileRepository, AssetRepository
from greenroom.assets.service import drop_bytes
from greenroom.assets.states import AssetType, FileCategory, FileState
from greenroom.assets.usage import note_stored
from greenroom.billing.storage import check_room
from greenroom.jobs.children import ChildLimits
from greenroom.jobs.engine import JobContext, JobKind, JobOutcome, JobSubmission, JsonValue
from greenroom.jobs.errors import JobCancelledError, JobError
from greenroom.jobs.models import JobState
from greenroom.runtime import Context
from greenroom.slides.deck import FILE, Deck

READ_DECK = "assets.deck"
READ_TARGET = "greenroom.slides.reading:read"
READ_LIMITS = ChildLimits(memory_mb=4000, seconds=1800, silent_seconds=600)
COVER_FILE = "cover.jpg"
_PAGE_TEXT = 2048
"""The contract's limit of `page_content`."""
_OURS = re.compile(r"page-\d{3}(-step-\d{1,2})?\.(png|jpg)|deck\.json")
_TYPES = {".png": "PNG", ".jpg": "JPG", ".json": "JSON"}


async def submit_reading(context: Context, file: AssetFile) -> None:
    """Have a deck read whose main file was just taken in, unless its owner does that (`auto_analysis`)."""
    asset = file.asset
    meta = asset.extra_meta.get("ppt_meta", {})
    is_deck = asset.type == AssetType.PPT and file.category == FileCategory.MAIN
    if not is_deck or meta.get("auto_analysis") is False or context.runtime.jobs is None:
        return
    _note(asset, ppt_analysis_status="WAITING", error_info=None)
    await context.session.flush()
    await context.runtime.jobs.submit(context, JobSubmission(context.new_id(), READ_DECK, file.id))


async def deck_of(context: Context, asset: Asset) -> Deck:
    """What was read of a deck.

    Raises:
        AssetStateError: it was not read (yet).
    """
    file = next((one for one in asset.files if one.name == FILE and one.state == FileState.CREATED), None)
    if file is None or file.object_key is None:
        meta = asset.extra_meta.get("ppt_meta", {})
        status = meta.get("ppt_analysis_status")
        if status == "FAILED":
            reason = (meta.get("error_info") or {}).get("error_msg", "it cannot be read")
            raise AssetStateError(f"the deck {asset.id} has no pages: {reason}")
        cure = (
            "show the asset until ppt_analysis_status is SUCCEEDED"
            if status in ("WAITING", "CONVERTING")
            else "upload its main file again with ppt_meta.auto_analysis true"
        )
        raise AssetStateError(f"the pages of the deck {asset.id} are not there yet: {cure}")
    return Deck.from_json(json.loads(await context.objects.read_bytes(file.object_key)))


async def page_key(context: Context, asset: Asset, name: str | None) -> str:
    """The object key of a page's picture by its file name; without one, of the first page.

    Raises:
        AssetStateError: the deck was not read (yet).
        AssetFileNotFoundError: it has no picture of this name.
    """
    deck = await deck_of(context, asset)
    wanted = name or deck.pages[0].picture
    for file in asset.files:
        if file.name == wanted and file.state == FileState.CREATED and file.object_key and file.name != FILE:
            return file.object_key
    raise AssetFileNotFoundError(
        f"the deck {asset.id} has no picture {wanted[:64]!r}: its pages are {deck.pages[0].picture} to "
        f"{deck.pages[-1].picture}"
    )


def with_copied_pages(meta: dict[str, Any], copies: dict[str, str]) -> dict[str, Any]:
    """`asset_extra_meta` of a copied deck, whose pages are the copy's files; `copies`: new ids by old."""
    deck = meta.get("ppt_meta") or {}
    if not deck.get("pages"):
        return meta
    pages = [
        {**page, "file_id": copies.get(page.get("file_id"), page.get("file_id"))} for page in deck["pages"]
    ]
    return {**meta, "ppt_meta": {**deck, "pages": pages}}


async def run_reading(job: JobContext) -> None:
    reading = _Reading(job)
    await job.step("begin", reading.begin)
    job.share(0.0, 0.95)
    made = await job.step("read", reading.read)
    job.share(0.95, 1.0)
    await job.step("publish", reading.publish, made)


class _Reading:
    """The steps. Ids of files follow from the main file's and their names, so a repetition makes the same."""

    def __init__(self, job: JobContext) -> None:
        self._job = job

    async def begin(self) -> JsonValue:
        async with self._job.transaction() as context:
            file = await self._file(context)
            _note(file.asset, ppt_analysis_status="CONVERTING")
        return None

    async def read(self) -> JsonValue:
        """`{deck, files}`; a file is `{id, name, key, size, md5}` and is stored."""
        async with self._job.transaction(read_only=True) as context:
            file = await self._file(context)
            key, name, folder_key = (
                str(file.object_key),
                file.name,
                f"assets/{file.project_id}/{file.asset_id}",
            )
        folder = self._job.work_dir / "pages"
        objects = self._job.runtime.objects
        async with objects.local_copy(key, self._job.work_dir) as path:
            try:
                payload = {"path": str(path), "folder": str(folder)}
                deck = await self._job.child(READ_TARGET, payload, READ_LIMITS)
            except JobError as error:
                raise JobError(error.error_code, error.message.replace(path.name, name)) from error
        await asyncio.to_thread(_finish, folder, deck)
        made = []
        for picture in sorted(path for path in folder.iterdir() if path.is_file()):
            file_id = uuid5(NAMESPACE_URL, f"{self._job.subject_id}/{picture.name}").hex
            await objects.put_file(f"{folder_key}/{file_id}", picture)
            made.append(
                {
                    "id": file_id,
                    "name": picture.name,
                    "key": f"{folder_key}/{file_id}",
                    "size": picture.stat().st_size,
                    "md5": await asyncio.to_thread(_md5, picture),
                }
            )
        return {"deck": deck, "files": made}

    async def publish(self, made: dict[str, Any]) -> JsonValue:
        deck = Deck.from_json(made["deck"])
        async with self._job.transaction() as context:
            main = await self._file(context)
            asset = main.asset
            await check_room(context, asset, sum(file["size"] for file in made["files"]))
            await _drop_earlier(context, asset, {file["id"] for file in made["files"]})
            for file in made["files"]:
                await _add(context, main, file, deck)
            _note(asset, **_meta(deck, {file["name"]: file["id"] for file in made["files"]}))
            AssetRepository(context).touch(asset)
        return None

    async def _file(self, context: Context) -> AssetFile:
        file = await AssetFileRepository(context).find(self._job.subject_id)
        if file is None or file.object_key is None:
            raise JobCancelledError  # it was deleted
        return file


def _finish(folder: Path, deck: dict[str, Any]) -> None:
    """The cover and the deck's description, beside its pictures."""
    from PIL import Image

    (folder / FILE).write_text(json.dumps(deck, ensure_ascii=False, indent=1))
    with Image.open(folder / deck["pages"][0]["pictures"][-1]) as page:
        cover = page.convert("RGB")
    cover.thumbnail((1280, 1280))
    cover.save(folder / COVER_FILE, "JPEG", quality=90)


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    return base64.b64encode(digest.digest()).decode()


async def _drop_earlier(context: Context, asset: Asset, kept: set[str]) -> None:
    """Pages of a main file that was replaced, and of an earlier run of this job."""
    for file in list(asset.files):
        if file.id not in kept and _OURS.fullmatch(file.name) and file.category != FileCategory.MAIN:
            await drop_bytes(context, file)
            asset.files.remove(file)


async def _add(context: Context, main: AssetFile, made: dict[str, Any], deck: Deck) -> None:
    files = AssetFileRepository(context)
    asset = main.asset
    if any(file.id == made["id"] for file in asset.files):
        return  # this step ran before
    category = _category(made["name"], deck)
    if category is FileCategory.COVER and await files.living(asset.id, category) is not None:
        await context.objects.delete(made["key"])
        return
    file = AssetFile(
        id=made["id"],
        asset_id=asset.id,
        app_user_id=main.app_user_id,
        name=made["name"],
        type=_TYPES[Path(made["name"]).suffix],
        category=category,
        state=FileState.CREATED,
        part_count=1,
        size=made["size"],
        md5=made["md5"],
        object_key=made["key"],
    )
    await files.add(file)
    note_stored(context, asset, file)


def _category(name: str, deck: Deck) -> FileCategory:
    if name == COVER_FILE:
        return FileCategory.COVER
    return FileCategory.PAGE if name in {page.picture for page in deck.pages} else FileCategory.OTHER


def _meta(deck: Deck, ids: dict[str, str]) -> dict[str, Any]:
    pages = [
        {"page_no": page.number, "file_id": ids[page.picture], "page_content": page.notes[:_PAGE_TEXT]}
        for page in deck.pages
    ]
    fonts = [
        {"name": font.name, "is_installed": font.is_installed, "replaced_by": font.replaced_by}
        for font in deck.fonts
    ]
    return {
        "ppt_analysis_status": "SUCCEEDED",
        "error_info": None,
        "page_count": len(deck.pages),
        "pages": pages,
        "fonts": [{name: value for name, value in font.items() if value is not None} for font in fonts],
        "notices": list(deck.notices),
    }


def _note(asset: Asset, **members: Any) -> None:
    meta = {**asset.extra_meta.get("ppt_meta", {}), **members}
    asset.extra_meta = {
        **asset.extra_meta,
        "ppt_meta": {name: value for name, value in meta.items() if value is not None},
    }


async def end_reading(context: Context, subject_id: str, outcome: JobOutcome) -> None:
    """A deck that cannot be read says why; the asset and its main file stay as they are."""
    file = await AssetFileRepository(context).find(subject_id)
    if file is None or outcome.state is JobState.SUCCEEDED:
        return
    message = (outcome.error_msg or "its reading was stopped")[:256]
    status = "CANCELED" if outcome.state is JobState.CANCELLED else "FAILED"
    error = {"error_code": (outcome.error_code or "MSS.00000004")[:32], "error_msg": message}
    _note(file.asset, ppt_analysis_status=status, error_info=error)
    AssetRepository(context).touch(file.asset)


READ = JobKind(run=run_reading, ended=end_reading)
