"""`greenroom voice check|train|trained|sentences|material`: recordings of a person become a voice."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from greenroom.cli.errors import UserError

if TYPE_CHECKING:
    from greenroom.cli.studio import Studio

DataOption = Annotated[Path | None, typer.Option(help="The data folder.")]
TenantOption = Annotated[str, typer.Option(help="Whose voices.")]
LanguageOption = Annotated[Literal["zh", "en"], typer.Option(help="The language of the recordings.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_WIRE_LANGUAGES = {"zh": "CN", "en": "EN"}


def check(
    recording: Annotated[Path, typer.Argument(help="The sound file to check.")],
    text: Annotated[str | None, typer.Option(help="What should be said in it.")] = None,
    language: LanguageOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Is this recording good enough to learn a voice from, and what is to be mended? Exit code 0 or 2."""
    from greenroom.cli.studio import progress_bar, require_file
    from greenroom.voices.modeling.materials import check_one
    from greenroom.voices.modeling.models import speech_language
    from greenroom.voices.recordings.faults import RecordingReport
    from greenroom.voices.recordings.limits import LONGEST_SENTENCE_S

    payload = {
        "path": str(require_file(recording, "recording")),
        "name": recording.name,
        "text": text,
        "language": speech_language(_WIRE_LANGUAGES[language]),
        "longest_s": LONGEST_SENTENCE_S,
    }
    with progress_bar("Checking") as listener:
        answer = check_one(payload, listener)
    report = RecordingReport.from_json(answer)
    print(json.dumps(answer, indent=2, ensure_ascii=False) if as_json else _rendered(report))
    if not report.is_fit:
        raise typer.Exit(2)


def _rendered(report: Any) -> str:
    verdict = "is good enough" if report.is_fit else "does not do"
    lines = [f"{report.name} {verdict}: {report.seconds:.1f} s of speech."]
    lines += [f"  {name:18} {value:.2f}" for name, value in sorted(report.measures.items())]
    lines += [f"  {fault.severity}: {fault.line}" for fault in report.faults]
    if report.heard:
        lines.append(f"  heard: {report.heard}")
    return "\n".join(lines)


@dataclass(slots=True, frozen=True)
class VoiceOrder:
    """A voice to be learnt."""

    archive: Path
    name: str
    language: str
    sex: str | None
    edition: str
    consent: Path | None


def train(
    recordings: Annotated[
        Path, typer.Argument(help="A folder or zip of recordings, with or without their texts.")
    ],
    name: Annotated[str, typer.Option(help="Name of the voice.")],
    consent: Annotated[
        Path | None, typer.Option(help="The letter in which the speaker agrees, signed.")
    ] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="The speaker does not exist, so nobody has to agree.")
    ] = False,
    language: LanguageOption = "en",
    sex: Annotated[
        Literal["FEMALE", "MALE"] | None, typer.Option(help="Unset: it is told by the pitch.")
    ] = None,
    edition: Annotated[
        Literal["BASIC", "MIDDLE", "ADVANCE"], typer.Option(help="How much material there is.")
    ] = "BASIC",
    data: DataOption = None,
    tenant: TenantOption = "local",
    as_json: JsonOption = False,
) -> None:
    """Learn a voice. Stopped with Ctrl-C, the same command goes on where it was."""
    from tempfile import TemporaryDirectory

    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, require_file, run
    from greenroom.voices.modeling.service import quality_of_voice

    if consent is None and not synthetic:
        raise UserError(
            "training needs the consent of the speaker: give their signed letter with --consent letter.pdf "
            "(or --synthetic for a speaker who does not exist)"
        )
    letter = require_file(consent, "consent letter") if consent is not None else None
    settings = load_settings(data=data)

    async def work() -> tuple[str, dict[str, Any]]:
        with TemporaryDirectory() as scratch:
            archive = recordings_archive(recordings, Path(scratch))
            order = VoiceOrder(archive, name, _WIRE_LANGUAGES[language], sex, edition, letter)
            async with open_studio(settings, tenant) as studio:
                asset_id = await train_voice(studio, order)
                async with studio.transaction() as context:
                    return asset_id, await quality_of_voice(context, asset_id) or {}

    asset_id, quality = run(work())
    if as_json:
        print(json.dumps({"asset_id": asset_id, "name": name, "quality": quality}))
    else:
        print(f"{name} is ready: {asset_id}{_gain_line(quality)}")


def _gain_line(quality: Mapping[str, Any]) -> str:
    """What more material and a larger edition gave; nothing where that was not measured."""
    basic = quality.get("held_out_mel_distance_of_basic")
    if not basic:
        return ""
    nearer = 100 * (1 - quality["held_out_mel_distance"] / basic)
    way = "nearer to" if nearer >= 0 else "farther from"
    return (
        f"\n{quality['seconds']:.0f} s of recordings brought it {abs(nearer):.1f} % {way} those kept aside "
        f"than the basic edition came with {quality['basic_seconds']:.0f} s."
    )


def recordings_archive(recordings: Path, scratch: Path) -> Path:
    """A zip of the folder, the same bytes each time; a zip is taken as it is."""
    import zipfile

    from greenroom.cli.studio import require_file

    if not recordings.is_dir():
        return require_file(recordings, "recordings")
    files = sorted(path for path in recordings.rglob("*") if path.is_file())
    if not files:
        raise UserError(f"there is nothing in the folder {recordings}: put the recordings there")
    archive = scratch / "recordings.zip"
    with zipfile.ZipFile(archive, "w") as into:
        for path in files:
            into.writestr(zipfile.ZipInfo(path.relative_to(recordings).as_posix()), path.read_bytes())
    return archive


async def train_voice(studio: Studio, order: VoiceOrder) -> str:
    """Train, or go on with an unfinished training of the same recordings; the voice's asset id."""
    from greenroom.cli.studio import digest, require_success, with_progress
    from greenroom.voices.modeling.models import VoiceState
    from greenroom.voices.modeling.service import delete_voice_training_job, find

    key = digest("voice", order.archive, order.name, order.language, order.edition, studio.scope.project_id)
    unfinished = await studio.unfinished(key)
    subject_id = unfinished.subject_id if unfinished else await _submit(studio, order, key)
    while True:
        async with studio.transaction() as context:
            job = await find(context, subject_id)
            await _name_run(context, job.run_id, key)
        if job.state == VoiceState.AUDITING:
            raise UserError(
                "a person has to accept the recordings first (greenroom admin review list): "
                f"the job is {job.id}"
            )
        if job.state == VoiceState.SUCCEED:
            assert job.asset_id is not None
            return job.asset_id
        assert job.run_id is not None
        row = await with_progress(studio, job.run_id, f"Training {order.name}")
        if row.state != "SUCCEEDED":
            async with studio.transaction() as context:
                await delete_voice_training_job(context, subject_id)
        require_success(row, "the training")


async def _name_run(context: Any, run_id: str | None, key: str) -> None:
    """So that the same command finds the run again."""
    from greenroom.jobs.repository import JobRepository

    run = await JobRepository(context).find(run_id) if run_id is not None else None
    if run is not None:
        run.request_key = key


async def _submit(studio: Studio, order: VoiceOrder, key: str) -> str:
    """The id of the voice training job."""
    from greenroom.voices.modeling.editions import JobType
    from greenroom.voices.modeling.service import create_training_job, delete_voice_training_job, find
    from greenroom.voices.modeling.submitting import submit
    from greenroom.voices.modeling.uploads import letter_key, package_key
    from greenroom.voices.modeling.wire import CommitJobReq, CreateTrainingJobReq

    body = CreateTrainingJobReq.model_validate(
        {"voice_name": order.name, "language": order.language, "sex": order.sex, "create_type": "PACKAGE"}
    )
    async with studio.transaction() as context:
        job_id = (await create_training_job(context, body, JobType(order.edition))).job_id
        row = await find(context, job_id)
        row.is_synthetic = order.consent is None
    try:
        await studio.runtime.objects.put_file(package_key(row), order.archive)
        if order.consent is not None:
            await studio.runtime.objects.put_file(letter_key(row), order.consent)
        async with studio.transaction() as context:
            await submit(context, await find(context, job_id), CommitJobReq())
    except BaseException:
        async with studio.transaction() as context:
            await delete_voice_training_job(context, job_id)
        raise
    return job_id


def trained(data: DataOption = None, tenant: TenantOption = "local", as_json: JsonOption = False) -> None:
    """The voices that were trained, with their measured quality, and the jobs that are not done."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, run
    from greenroom.voices.modeling.repository import VoiceJobRepository
    from greenroom.voices.modeling.wire import ListVoiceTrainingJobQuery

    settings = load_settings(data=data)

    async def work() -> list[dict[str, Any]]:
        async with open_studio(settings, tenant) as studio, studio.transaction(read_only=True) as context:
            page = await VoiceJobRepository(context).list_page(
                ListVoiceTrainingJobQuery.model_validate({"limit": 100})
            )
        return [
            {
                "job": row.id,
                "voice": row.asset_id if row.state == "SUCCEED" else None,
                "state": row.state,
                "name": row.voice_name,
                "reason": row.error_msg,
                "quality": row.quality,
            }
            for row in page.rows
        ]

    rows = run(work())
    if as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        print("There is no trained voice yet: greenroom voice train FOLDER --name NAME --consent LETTER")
    for row in rows:
        print(f"{row['voice'] or row['job']:36}  {row['state']:16}  {row['name']}")


def sentences(
    language: LanguageOption = "en",
    count: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
) -> None:
    """The sentences that are read for an online recording, one a line."""
    from greenroom.voices.sentences import sentences as chosen

    print("\n".join(chosen(_WIRE_LANGUAGES[language], count)))


def material(
    job: Annotated[str, typer.Argument(help="Id of a voice training job whose recordings were accepted.")],
    data: DataOption = None,
    tenant: TenantOption = "local",
    as_json: JsonOption = False,
) -> None:
    """The query with which show_encrypt_file gives the job's material: once, within an hour."""
    from greenroom.cli.settings import load_settings
    from greenroom.cli.studio import open_studio, run
    from greenroom.voices.modeling.material_file import make_token

    settings = load_settings(data=data)

    async def work() -> dict[str, str]:
        async with open_studio(settings, tenant) as studio, studio.transaction() as context:
            token = await make_token(context, job)
            return {"tenant_id": context.tenant_id, "job_id": job, "once_token": token}

    query = run(work())
    print(json.dumps(query) if as_json else "\n".join(f"{name} {value}" for name, value in query.items()))


def open_material(
    source: Annotated[Path, typer.Argument(help="The file that show_encrypt_file gave.")],
    target: Annotated[Path, typer.Argument(help="The zip to write.")],
    token: Annotated[str, typer.Option(help="The token that it was asked for with.")],
) -> None:
    """Decrypt a file of voice material."""
    from greenroom.cli.studio import require_file
    from greenroom.errors import GreenroomError
    from greenroom.voices.modeling.material_file import decrypt

    try:
        decrypt(require_file(source, "file"), target, token)
    except GreenroomError as error:
        target.unlink(missing_ok=True)
        raise UserError(error.message) from None


COMMANDS: dict[str, Callable[..., None]] = {
    "check": check,
    "train": train,
    "trained": trained,
    "sentences": sentences,
    "material": material,
    "open-material": open_material,
}
