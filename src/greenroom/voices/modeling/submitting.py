"""Committing a job: is everything there, may it be made, and then the check of the recordings begins."""

from __future__ import annotations

from greenroom.engines.modelers import NONE, ModelerSettingError, voice_modeler
from greenroom.engines.protocols import MultilingualModeler
from greenroom.errors import NotBuiltFeatureError
from greenroom.jobs.engine import JobSubmission
from greenroom.runtime import Context
from greenroom.storage.objects import ObjectNotFoundError
from greenroom.voices.modeling import uploads
from greenroom.voices.modeling.charging import reserve_voice
from greenroom.voices.modeling.errors import (
    MaterialMissingError,
    NoModelerError,
    VoiceJobNotFoundError,
    VoiceJobStateError,
)
from greenroom.voices.modeling.logs import USER, note
from greenroom.voices.modeling.models import VoiceEvent, VoiceJob, output_speech_language
from greenroom.voices.modeling.repository import VoiceJobRepository
from greenroom.voices.modeling.review import review_order
from greenroom.voices.modeling.segments import confirmed
from greenroom.voices.modeling.wire import CommitJobReq

MOST_REFUSALS = 10
"""From the contract: `reject_times` is 10 at most."""
_COLUMNS = ("tag", "sex", "voice_name", "language", "app_user_id")
_OPTIONS = ("description", "phone", "output_language", "custom_text")


async def commit_voice_training_job(context: Context, job_id: str, body: CommitJobReq) -> None:
    """Begin the check of the recordings, and the training after it.

    Raises:
        VoiceJobNotFoundError: no such job.
        VoiceJobStateError: it runs or is done, or was refused too often.
        MaterialMissingError: recordings or the authorization letter are missing.
        NoModelerError: voices are not trained on this installation.
        NotBuiltFeatureError: a voice that speaks another language than its recordings.
        ContentRefusedError: a text does not pass the content review.
        InsufficientResourcesError, UserQuotaError: billing allows no more voices.
    """
    row = await VoiceJobRepository(context).find_locked(job_id)
    if row is None:
        raise VoiceJobNotFoundError(job_id)
    await submit(context, row, body)


async def submit(context: Context, row: VoiceJob, body: CommitJobReq) -> None:
    """As `commit_voice_training_job`, for a row that was found."""
    require_modeler(context)
    _require_open(row)
    _change(row, body)
    require_output_language(context, row.options.get("output_language"), row.language)
    await _require_material(context, row)
    await _require_letter(context, row)
    await review_order(context, row)
    await reserve_voice(context, row)
    assert context.runtime.jobs is not None, "the server runs no job engine"
    row.advance(VoiceEvent.COMMIT)
    row.run_id = context.new_id()
    row.error_code = row.error_msg = row.report = row.people_report = None
    _forget_checked(context, row)
    note(row, context.now(), "The job was committed.", USER)
    VoiceJobRepository(context).touch(row)
    await context.runtime.jobs.submit(context, JobSubmission(row.run_id, "voices.audit", row.id))


def _forget_checked(context: Context, row: VoiceJob) -> None:
    """Remove what an earlier check kept; the next one keeps its own."""
    run_id = row.options.get("checked_run")
    if run_id is None:
        return
    row.options = {name: value for name, value in row.options.items() if name != "checked_run"}
    folder = uploads.checked_folder(row, run_id)

    async def delete() -> None:
        await context.objects.delete_prefix(folder)

    context.after_commit(delete)


def require_modeler(context: Context) -> None:
    """Raises NoModelerError, before anybody reads a hundred sentences in vain."""
    setting = context.settings.voice_modeler
    try:
        modeler = voice_modeler(setting)
    except ModelerSettingError as error:
        raise NoModelerError(f"voices cannot be trained on this installation: {error}") from None
    if modeler is None:
        raise NoModelerError(
            f"voices are not trained on this installation: its operator set GREENROOM_VOICE_MODELER to {NONE}"
        )


def require_output_language(context: Context, wanted: str | None, language: str) -> None:
    """Raises NotBuiltFeatureError: the modeler's voices speak only what they were recorded in."""
    if not wanted or wanted.upper() == language:
        return
    modeler = voice_modeler(context.settings.voice_modeler)
    spoken = modeler.languages() if isinstance(modeler, MultilingualModeler) else ()
    if output_speech_language(wanted) not in spoken:
        raise NotBuiltFeatureError(
            "output_language", f"{wanted}, for a voice that was recorded in {language},"
        )


def _require_open(row: VoiceJob) -> None:
    if not row.can(VoiceEvent.COMMIT):
        raise VoiceJobStateError(
            f"the job {row.id} is {row.state}: it is committed when its files are uploaded, or "
            "after it failed"
        )
    if row.reject_times >= MOST_REFUSALS:
        raise VoiceJobStateError(
            f"the job {row.id} was refused {row.reject_times} times: create another one, and listen to the "
            "recordings before you upload them"
        )


def _change(row: VoiceJob, body: CommitJobReq) -> None:
    for name in _COLUMNS:
        value = getattr(body, name)
        if value is not None:
            setattr(row, name, value)
    changed = {name: getattr(body, name) for name in _OPTIONS if getattr(body, name) is not None}
    row.options = {**row.options, **changed}


async def _require_material(context: Context, row: VoiceJob) -> None:
    if row.create_type == "PACKAGE":
        if not await context.objects.exists(uploads.package_key(row)):
            raise MaterialMissingError(
                "the recordings are missing: PUT them as a zip to training_data_uploading_url"
            )
        return
    there = await uploads.recorded_segments(context, row)
    if not there:
        raise MaterialMissingError(
            "no sentence is recorded: PUT the recordings to audio_uploading_url, and confirm each"
        )
    unconfirmed = sorted(there.keys() - set(await confirmed(context, row)))
    if unconfirmed:
        named = ", ".join(str(index) for index in unconfirmed[:10])
        rest = f" and {len(unconfirmed) - 10} more" if len(unconfirmed) > 10 else ""
        raise MaterialMissingError(
            f"the recordings of the sentences {named}{rest} are not confirmed: call "
            "confirm_training_segment for "
            "each, and read again what it does not confirm"
        )


async def _require_letter(context: Context, row: VoiceJob) -> None:
    if not context.settings.consent_required or row.is_synthetic:
        return
    try:
        is_there = (await context.objects.head(uploads.letter_key(row))).size > 0
    except ObjectNotFoundError:
        is_there = False
    if not is_there:
        raise MaterialMissingError(
            "the authorization letter of the speaker is missing or empty: PUT the signed letter to "
            "authorization_letter_uploading_url"
        )
