"""The TTS audition over the API, and where the other operations of voices are."""

from __future__ import annotations

from greenroom.api.operations import operation
from greenroom.runtime import Context
from greenroom.voices import service
from greenroom.voices.modeling.routes import (
    commit_short_job,
    commit_voice_training_job,
    confirm_training_segment,
    create_short_job,
    create_training_advance_job,
    create_training_basic_job,
    create_training_middle_job,
    create_training_third_party_job,
    delete_voice_training_job,
    list_job_operation_log,
    list_voice_training_job,
    set_job_batch_name,
    show_encrypt_file,
    show_job_audit_result,
    show_job_uploading_address,
    show_short_job,
    show_tenant_duration_cfg,
    show_training_segment_info,
    show_user_review_attachment_uploading_address,
    show_voice_training_job,
)
from greenroom.voices.tasks.routes import (
    create_async_tts_job,
    show_async_tts_job,
    show_tts_job,
)
from greenroom.voices.vocabulary.routes import (
    check_voice_asset,
    create_ttsc_vocabulary_configs,
    create_ttsc_vocabulary_groups,
    delete_ttsc_vocabulary_configs,
    delete_ttsc_vocabulary_groups,
    list_ttsc_vocabulary_configs,
    list_ttsc_vocabulary_groups,
    save_ttsc_tenant_configs,
    save_ttsc_vocabulary_configs,
    set_ttsc_group_assets,
    show_tts_phonetic_symbol,
    show_vocabulary_switch_configs,
    update_ttsc_vocabulary_groups,
)
from greenroom.voices.wire import (
    CreateTtsAuditionRequestBody,
    CreateTtsAuditionResponse,
    ShowTtsAuditionFileResponse,
)

__all__ = [
    "check_voice_asset",
    "commit_short_job",
    "commit_voice_training_job",
    "confirm_training_segment",
    "create_async_tts_job",
    "create_short_job",
    "create_training_advance_job",
    "create_training_basic_job",
    "create_training_middle_job",
    "create_training_third_party_job",
    "create_tts_audition",
    "create_ttsc_vocabulary_configs",
    "create_ttsc_vocabulary_groups",
    "delete_ttsc_vocabulary_configs",
    "delete_ttsc_vocabulary_groups",
    "delete_voice_training_job",
    "list_job_operation_log",
    "list_ttsc_vocabulary_configs",
    "list_ttsc_vocabulary_groups",
    "list_voice_training_job",
    "save_ttsc_tenant_configs",
    "save_ttsc_vocabulary_configs",
    "set_job_batch_name",
    "set_ttsc_group_assets",
    "show_async_tts_job",
    "show_encrypt_file",
    "show_job_audit_result",
    "show_job_uploading_address",
    "show_short_job",
    "show_tenant_duration_cfg",
    "show_training_segment_info",
    "show_tts_audition_file",
    "show_tts_job",
    "show_tts_phonetic_symbol",
    "show_user_review_attachment_uploading_address",
    "show_vocabulary_switch_configs",
    "show_voice_training_job",
    "update_ttsc_vocabulary_groups",
]


@operation("CreateTtsAudition")
async def create_tts_audition(
    context: Context, body: CreateTtsAuditionRequestBody
) -> CreateTtsAuditionResponse:
    return await service.create_tts_audition(context, body)


@operation("ShowTtsAuditionFile")
async def show_tts_audition_file(context: Context, job_id: str) -> ShowTtsAuditionFileResponse:
    return await service.show_tts_audition_file(context, job_id)
