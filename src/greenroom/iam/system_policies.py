"""The policies that every tenant has. Names and meaning: the service's permissions page, table 7-1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from greenroom.iam.policies import Statement, compile_document

READING = ("show", "list", "count", "search", "download", "preview", "check")
"""First words of the operations that only look; `metastudio:*:exportKnowledgeSkill` is one more."""


@dataclass(frozen=True)
class SystemPolicy:
    id: str
    name: str
    description: str
    document: Mapping[str, Any]

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return compile_document(self.document)


def _allow(*actions: str) -> dict[str, Any]:
    return {"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": list(actions)}]}


FULL_ACCESS = SystemPolicy(
    "system-full-access", "MetaStudio FullAccess", "All permissions of MetaStudio.", _allow("metastudio:*:*")
)
READ_ONLY = SystemPolicy(
    "system-read-only",
    "MetaStudio ReadOnlyAccess",
    "Permission to view MetaStudio data.",
    _allow(*[f"metastudio:*:{verb}*" for verb in READING], "metastudio:knowledgeSkill:exportKnowledgeSkill"),
)
TENANT_ADMINISTRATOR = SystemPolicy(
    "system-tenant-administrator",
    "Tenant Administrator",
    "Manages the tenant's users, groups, policies and access keys.",
    _allow("iam:*:*"),
)
OPERATOR = SystemPolicy(
    "system-operator",
    "Greenroom Operator",
    "Administers the whole installation; of effect in the operator's tenant only.",
    _allow("operator:*:*"),
)
SYSTEM_POLICIES: Mapping[str, SystemPolicy] = {
    policy.id: policy for policy in (FULL_ACCESS, READ_ONLY, TENANT_ADMINISTRATOR, OPERATOR)
}
