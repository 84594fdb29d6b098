"""`greenroom avatar`: check footage, train an avatar from it, list the avatars."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.cli.studio import Studio

app = typer.Typer(no_args_is_help=True)

DataOption = Annotated[Path | None, typer.Option(help="The data folder.")]
TenantOption = Annotated[str, typer.Option(help="Whose avatars.")]


@app.callback()
def _group() -> None:
    """Avatars."""


@app.command("check")
def check(
    clip: Annotated[Path, typer.Argument(help="The video to check.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Is this footage good enough to train on, and what is to be fixed? The exit code is 0 or 2."""
    from greenroom.cli.studio import progress_bar, require_file
    from greenroom.engines.face.footage import check_footage

    with progress_bar("Checking") as listener:
        report = check_footage(require_file(clip, "video"), listener)
    print(json.dumps(report.to_json(), indent=2) if as_json else report.render_text())
    if not report.fit:
        raise typer.Exit(2)


@app.command("train")
def train(
    clip: Annotated[Path, typer.Argument(help="The footage: 3 to 10 minutes of one person talking.")],
    name: Annotated[str, typer.Option(help="Name of the avatar.")],
    consent: Annotated[
        Path | None, typer.Option(help="The letter in which the person filmed agrees, signed.")
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="The person does not exist, so nobody has to agree.")
    ] = False,
    marks: Annotated[
        Path | None, typer.Option(help="JSON that marks speaking, the idle loop and the actions.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A rough avatar in a few minutes.")] = False,
    data: DataOption = None,
    tenant: TenantOption = "local",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Learn a person's mouth from footage. Stopped with Ctrl-C, the same command goes on where it was."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, require_file, run

    footage = require_file(clip, "video")
    if consent is None and not synthetic:
        raise UserError(
            "training needs the consent of the person in the footage: give their signed letter with "
            "--consent letter.pdf (or --synthetic for a person who does not exist)"
        )
    letter = require_file(consent, "consent letter") if consent is not None else None
    marked = _checked_marks(marks)
    settings = load_settings(data=data, training_effort="quick" if quick else None)

    async def work() -> str:
        async with open_studio(settings, tenant) as studio:
            return await train_avatar(studio, footage, name, letter, marked)

    asset_id = run(work())
    print(json.dumps({"asset_id": asset_id, "name": name}) if as_json else f"{name} is ready: {asset_id}")


def _checked_marks(path: Path | None) -> Path | None:
    """The marks file, absolute; a wrong one is found before the work. Raises UserError."""
    from greenroom.cli.studio import require_file
    from greenroom.engines.mouth.marks import read_marks
    from greenroom.engines.protocols import FootageError

    if path is None:
        return None
    try:
        read_marks(require_file(path, "marks file"))
    except FootageError as error:
        raise UserError(str(error)) from error
    return path.resolve()


async def train_avatar(
    studio: Studio, footage: Path, name: str, consent: Path | None, marks: Path | None = None
) -> str:
    """Train, or go on with an unfinished training of the same footage; the avatar's asset id.

    `consent` None is for people who do not exist. `marks`: see `engines.mouth.marks`.
    """
    from greenroom.cli.studio import digest, require_success, with_progress
    from greenroom.modeling.service import delete_training_job, find

    key = digest("train", footage, marks or "", name, studio.scope.project_id)
    unfinished = await studio.unfinished(key)
    job_id, subject_id = (
        (unfinished.id, unfinished.subject_id)
        if unfinished
        else await _submit(studio, name, _Files(footage, consent, marks), key)
    )
    row = await with_progress(studio, job_id, f"Training {name}")
    if row.state != "SUCCEEDED":
        async with studio.transaction() as context:
            await delete_training_job(context, subject_id)
    require_success(row, "the training")
    async with studio.transaction(read_only=True) as context:
        asset_id = (await find(context, subject_id)).asset_id
    assert asset_id is not None
    return asset_id


@dataclass(slots=True, frozen=True)
class _Files:
    """What a training is given."""

    footage: Path
    consent: Path | None
    marks: Path | None


async def _submit(studio: Studio, name: str, files: _Files, key: str) -> tuple[str, str]:
    """The durable job and the training job that it works for."""
    from greenroom.jobs.repository import JobRepository
    from greenroom.modeling.commands import submit
    from greenroom.modeling.service import create_training_job, delete_training_job, find
    from greenroom.modeling.uploads import GRANT_FILE, MARK_FILE, slot_key, training_video
    from greenroom.modeling.wire import Create2dModelTrainingJobReq

    body = Create2dModelTrainingJobReq.model_validate({"name": name})
    async with studio.transaction() as context:
        subject_id = (await create_training_job(context, body)).job_id
        row = await find(context, subject_id)
        row.is_synthetic = files.consent is None
        given = {
            training_video(row).part_key(1): files.footage,
            slot_key(row, GRANT_FILE): files.consent,
            slot_key(row, MARK_FILE): files.marks,
        }
    objects = studio.runtime.objects
    try:
        for object_key, path in given.items():
            if path is not None:
                await objects.put_file(object_key, path)
        async with studio.transaction() as context:
            row = await find(context, subject_id)
            await submit(context, row)
            assert row.run_id is not None
            job = await JobRepository(context).find(row.run_id)
            assert job is not None
            job.request_key = key
            return row.run_id, subject_id
    except BaseException:
        async with studio.transaction() as context:
            await delete_training_job(context, subject_id)
        raise


@app.command("list")
def list_avatars(
    data: DataOption = None,
    tenant: TenantOption = "local",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The presenters of the cast, the avatars, and the trainings that are not done."""
    rows = _list(data, tenant)
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if not rows:
        print("There is no avatar yet: greenroom avatar train CLIP --name NAME --consent LETTER")
    for row in rows:
        about = f", {row['about']}" if row["built_in"] else ""
        print(f"{row['id']:32}  {row['state']:28}  {row['created']}  {row['name']}{about}")


def _list(data: Path | None, tenant: str) -> list[dict[str, Any]]:
    from greenroom.assets.service import list_assets
    from greenroom.assets.system.models import SYSTEM_PROJECT
    from greenroom.assets.wire import ListAssetsQuery
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, run
    from greenroom.modeling.models import TrainingState
    from greenroom.modeling.service import list_training_jobs
    from greenroom.modeling.wire import ListTrainingJobsQuery

    settings = load_settings(data=data)
    done = {TrainingState.JOB_SUCCESS, TrainingState.JOB_FINISH}

    async def work() -> list[dict[str, Any]]:
        async with open_studio(settings, tenant) as studio, studio.transaction(read_only=True) as context:
            query = {"asset_type": "HUMAN_MODEL_2D", "limit": 100, "asset_source": "ALL"}
            assets = await list_assets(context, ListAssetsQuery.model_validate(query))
            jobs = await list_training_jobs(context, ListTrainingJobsQuery.model_validate({"limit": 100}))
        avatars = [
            {
                "id": a.asset_id,
                "name": a.asset_name,
                "state": str(a.asset_state),
                "created": a.create_time,
                "built_in": a.project_id == SYSTEM_PROJECT,
                "about": (a.tags or [""])[0],
            }
            for a in assets.assets
        ]
        return avatars + [
            {
                "id": job.job_id,
                "name": job.name,
                "state": job.state,
                "created": job.create_time,
                "built_in": False,
                "about": "",
            }
            for job in jobs.jobs
            if job.state not in done
        ]

    return run(work())


@app.command("show")
def show(
    avatar_id: Annotated[
        str, typer.Argument(metavar="ID", help="A presenter's name, or the id of an avatar or its training.")
    ],
    data: DataOption = None,
    tenant: TenantOption = "local",
) -> None:
    """An avatar with its measured quality, or a training with its log. Prints JSON."""
    from greenroom.cli.presenters import find_presenter
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, run

    settings = load_settings(data=data)
    presenter = find_presenter(settings, avatar_id)

    async def work() -> dict[str, Any]:
        async with open_studio(settings, tenant) as studio:
            return await _details(studio, presenter.asset_id if presenter else avatar_id)

    print(json.dumps(run(work()), indent=2, ensure_ascii=False))


async def _details(studio: Studio, avatar_id: str) -> dict[str, Any]:
    from greenroom.assets.errors import AssetNotFoundError
    from greenroom.assets.service import show_asset
    from greenroom.modeling.errors import TrainingJobNotFoundError
    from greenroom.modeling.service import quality_of_avatar, show_training_job

    async with studio.transaction(read_only=True) as context:
        try:
            asset = await show_asset(context, avatar_id)
            return {**asset.to_wire(), "quality": await quality_of_avatar(context, avatar_id)}
        except AssetNotFoundError:
            try:
                return (await show_training_job(context, avatar_id)).to_wire()
            except TrainingJobNotFoundError:
                raise UserError(
                    f"there is no avatar {avatar_id}: `greenroom avatar list` shows those there are"
                ) from None
