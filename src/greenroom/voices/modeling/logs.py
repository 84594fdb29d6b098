"""What happened to a job, where the user sees it."""

from __future__ import annotations

from datetime import datetime

from greenroom.voices.modeling.models import VoiceJob
from greenroom.voices.modeling.wire import OperationLogItem, OpExternalInfo

USER, SYSTEM, ADMIN = "USER", "SYSTEM", "ADMIN"
_MOST_ENTRIES = 500
_REASON_CHARACTERS = 4096


def note(
    row: VoiceJob, now: datetime, action: str, operator: str = SYSTEM, reason: str | None = None
) -> None:
    """Add a line; of very many the oldest are forgotten. `reason`: why something did not go well."""
    entry: dict[str, object] = {"time": int(now.timestamp()), "action": action[:256], "operator": operator}
    if reason:
        entry["reason"] = reason[:_REASON_CHARACTERS]
    row.operation_logs = [*row.operation_logs, entry][-_MOST_ENTRIES:]


def shown(entry: dict[str, object]) -> OperationLogItem:
    reason = entry.get("reason")
    external = None
    if reason:
        member = "admin_audit_failure_reason" if entry["operator"] == ADMIN else "algorithm_failure_reason"
        external = OpExternalInfo.model_validate({member: reason})
    return OperationLogItem(
        time=int(str(entry["time"])),
        action=str(entry["action"]),
        operator=str(entry["operator"]),
        external_info=external,
    )
