"""Makes src/greenroom/api/catalogue.json from the wire contract's files.

    python tools/catalogue.py CONTRACT_FOLDER

The folder holds operations.json (every operation of the public SDK) and throttling.json (calls a second).
The result is committed; run this again only when the contract changes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src" / "greenroom" / "api" / "catalogue.json"
REGIONS = ("cn-north-4", "cn-east-3", "ap-southeast-3")

# Which product context owns the operations of a group of the contract.
CONTEXTS = {
    "assets": ["digital-asset", "file", "style"],
    "scripts": ["video-script"],
    "subtitles": ["subtitle-file"],
    "modeling": ["2d-model-training", "picture-modeling"],
    "voices": [
        "voice-training",
        "tts-async",
        "tts-audition",
        "tts-misc",
        "tts-vocabulary",
    ],
    "video": [
        "2d-digital-human-video",
        "video-production-list",
        "photo-digital-human-video",
        "business-card",
    ],
    "live": [
        "smart-live-job",
        "smart-live-room",
        "smart-live-user-config",
        "live-interaction-rule",
        "live-platform",
        "product",
    ],
    "chat": [
        "smart-chat-job (dialog task)",
        "smart-chat-room (dialog)",
        "interactive-assistant-chat",
        "robot (application)",
        "active-code",
        "pacify-words",
        "hot-words",
        "hot-question",
        "welcome-speech",
        "role",
        "audio-record-config",
        "dialog-report-config",
    ],
    "knowledge": [
        "knowledge-question",
        "knowledge-document",
        "knowledge-document-segment",
        "knowledge-intent",
        "knowledge-library",
        "knowledge-skill",
        "plugin-config",
        "instruction-library",
        "instruction",
        "llm-config",
        "mcp-server",
        "question-answer",
    ],
    "billing": ["orders", "tenant", "data-analysis", "voice-training-quota"],
    "workspace": ["agency", "once-code", "tts-once-code", "ies-import-export"],
}
# Operations that another context owns than the rest of their group.
ELSEWHERE = {
    "SetTenantUserConfiguration": "workspace",
    "ShowTenantUserConfiguration": "workspace",
    "DeleteTenantUserConfiguration": "workspace",
    "ShowTenantServiceConfigs": "workspace",
    "UpdateTenantServiceConfigs": "workspace",
}


def build(contract: Path) -> list[dict[str, Any]]:
    """One entry an operation, sorted by path and method."""
    context_of = {group: context for context, groups in CONTEXTS.items() for group in groups}
    operations = json.loads((contract / "operations.json").read_text())["operations"]
    rates = _rates(json.loads((contract / "throttling.json").read_text())["rows"])
    entries = [
        {
            "id": source["operation_id"],
            "python": source["sdk_method"],
            "method": source["http_method"],
            "path": source["path"],
            "context": ELSEWHERE.get(source["operation_id"], context_of[source["group"]]),
            "group": source["group"],
            "request": source["request_body_model"],
            "multipart": source["request_content_type"] == "multipart/form-data",
            "response": source["response_model"],
            "stream": source["response_is_stream"],
            "status": source["response_status"] or 200,
            "rates": rates.get(source["operation_id"]),
        }
        for source in operations
    ]
    return sorted(entries, key=lambda entry: (entry["path"], entry["method"]))


def _rates(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Calls a second for one tenant by region (null: not offered there) and, where given, for all tenants."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        rate = {region: row["rate_per_second"][region] for region in REGIONS}
        if row["system_wide"] is not None:
            rate["system_wide"] = row["system_wide"]
        for operation in row["operations"]:
            found[operation["operation_id"]] = rate
    return found


def main() -> None:
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "operations.json").is_file():
        sys.exit("usage: python tools/catalogue.py CONTRACT_FOLDER (the folder with operations.json)")
    entries = build(Path(sys.argv[1]))
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    TARGET.write_text(f"[\n{lines}\n]\n")
    print(f"{len(entries)} operations written to {TARGET}")


if __name__ == "__main__":
    main()
